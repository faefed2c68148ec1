from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.errors import UserError
from harness.training.mentions import mentioned


def test_files_are_found_wherever_an_expression_names_them(tmp_path: Path) -> None:
    own = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        own.append(tmp_path / folder / "people.json")
        own[-1].write_text(folder)
    (tmp_path / "tasks.py").write_text("")
    first, second = map(json.dumps, map(str, own))
    tasks = (
        f"questions({first})",
        f"questions(path={second})",
        f"{tmp_path / 'tasks.py'}:Mine([{first}])",
        f"bm25 % 5 >> ce({json.dumps(str(tmp_path / 'a'))})",
        "starter-qa/hops-1",
        'questions("of-nowhere.json")',
    )
    assert list(mentioned(tasks)) == [*own, tmp_path / "tasks.py", tmp_path / "a"]


def test_what_is_no_expression_mentions_nothing(tmp_path: Path) -> None:
    assert list(mentioned("Write briefly (see notes.py) and well.")) == []
    assert list(mentioned(3)) == []


def test_a_secret_in_an_expression_is_refused() -> None:
    with pytest.raises(UserError, match="secret"):
        list(mentioned("openai('m', api_key='sk-1')"))
