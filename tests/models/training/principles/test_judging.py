"""Which answers are learned from: what repeats, is wrong, or was asked or said elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.errors import UserError
from harness.training.leaks import LeakGuard, Question
from models.training.principles.judging import DUPLICATE, LEAK, Judge, checker_of
from models.training.principles.seeds import Seed, read_seeds

PAIR = {"prompt": "is it Ulm?", "completion": "It is."}


def seeds(tmp_path: Path, *rows: dict[str, Any]) -> list[Seed]:
    path = tmp_path / "seeds.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return sorted(read_seeds(path, 0, 0), key=lambda seed: seed.line)


def said(prompt: str, completion: str = "Yes.") -> str:
    return json.dumps({"prompt": prompt, "completion": completion})


TEN = "which of the two towns has the older cathedral then"


@pytest.mark.parametrize(
    ("prompt", "leaks"),
    [
        (TEN, True),
        # Pairs of words, the ends among them: 11 each, of which the change of a word in the middle
        # leaves 9: 9 / 13 = 0.69.
        (TEN.replace("older", "newer"), True),
        # Two words that are apart: 7 / 15 = 0.47.
        (TEN.replace("older", "newer").replace("two", "six"), False),
        ("who won", True),  # the whole of another question
        ("who won then, and when was that", False),
        (" ".join(f"w{i}" for i in range(13)) + " and something else, told at some length", True),
        (" ".join(f"w{i}" for i in range(12)) + " and something else, told at some length", False),
    ],
)
def test_what_a_registered_task_asks_is_a_leak_also_with_a_word_changed(
    tmp_path: Path, prompt: str, leaks: bool
) -> None:
    given = seeds(tmp_path, PAIR)
    long = " ".join(f"w{i}" for i in range(40))
    asked = [Question("t/all", str(i), text) for i, text in enumerate((TEN, "Who won?", long))]
    judge = Judge(given, 0.7, 13, guard=LeakGuard(asked))
    assert (judge.verdict(said(prompt), given[0]).reason == LEAK) == leaks
    assert judge.guarded["similarity from which texts are nearly the same"] == 0.6


def test_arguments_of_calls_are_said_too(tmp_path: Path) -> None:
    tool = {"type": "function", "function": {"name": "mail", "parameters": {}}}

    def row(town: str, body: str) -> dict[str, Any]:
        function = {"name": "mail", "arguments": json.dumps({"body": body})}
        called = {"role": "assistant", "content": "", "tool_calls": [{"function": function}]}
        return {"messages": [{"role": "user", "content": f"mail to {town}"}, called]}

    body = " ".join(f"w{i}" for i in range(13))
    given = seeds(tmp_path, {**row("Ulm", body), "tools": [tool]})
    judge = Judge(given, 0.7, 13)
    copied, fresh = (
        json.dumps(row("my aunt in Bonn, please", text)) for text in (body, "hello there")
    )
    assert judge.verdict(copied, given[0]).reason == LEAK
    assert judge.verdict(fresh, given[0]).reason == ""


def test_what_was_accepted_is_not_accepted_again(tmp_path: Path) -> None:
    given = seeds(tmp_path, PAIR)
    judge = Judge(given, 0.7, 0)
    first = judge.verdict(said("what is the time"), given[0])
    assert (first.reason, first.row is None) == ("", False)
    judge.accept(first.row or {})
    again = judge.verdict(said("what is the time"), given[0])
    assert (again.reason, again.detail) == (DUPLICATE, "ROUGE-L 1.00 to the accepted instance 1")
    assert "seed in line 1" in judge.verdict(said("Is it Ulm"), given[0]).detail


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("raise SystemExit(3)", "fails: SystemExit: 3"),
        ("return row['nothing']", "fails: KeyError"),
        ("return None", "gives NoneType"),
    ],
)
def test_a_checker_that_ends_in_an_error_is_told(tmp_path: Path, body: str, why: str) -> None:
    (tmp_path / "check.py").write_text(f"def check(row):\n    {body}\n")
    check = checker_of(f"{tmp_path}/check.py:check")
    with pytest.raises(UserError, match=why):
        check({"messages": []})
