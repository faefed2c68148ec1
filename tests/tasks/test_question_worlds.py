"""Questions asked where who searches has passages of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.errors import UserError
from harness.records import Setting
from harness.sources import Source
from tasks.question_answering.file import QuestionFile

SERVER = 'search("http://localhost:8000/retrieve")'
ROW = {
    "_id": "q1",
    "question": "Is Miro a town?",
    "answer": "yes",
    "type": "comparison",
    "level": "hard",
    "supporting_facts": [["Miro", 0]],
    "context": [["Miro", ["A town."]], ["Other", ["A hill."]]],
}
PREBUILT = """
from harness.records import Document

class Made:
    version = "1"

    def find(self, queries, k):
        return [[(Document("w7", "A town.", "Miro"), 1.0)] for query in queries]

    def index(self, corpus):
        raise AssertionError("no corpus is indexed")
"""


@pytest.fixture
def task(tmp_path: Path) -> QuestionFile:
    (tmp_path / "gold.json").write_text(json.dumps([ROW]))
    return QuestionFile(tmp_path / "gold.json")


@pytest.mark.parametrize("pool", ["pooled", "wiki-2018", "abstracts"])
@pytest.mark.parametrize("search", [SERVER, "made.py:Made"])
def test_our_ids_are_no_gold_where_others_passages_are_searched(
    pool: str, search: str, task: QuestionFile, tmp_path: Path
) -> None:
    (tmp_path / "made.py").write_text(PREBUILT)
    search = search.replace("made.py", f"{tmp_path}/made.py")
    (split,) = task.load(Source(tmp_path), Setting(pool=pool, search=search))
    assert split.environment is not None
    assert "passages" not in split.problems[0].gold.details
    assert split.problems[0].gold.details["supports"] == [["Miro", 0]]


@pytest.mark.parametrize("search", [SERVER, "made.py:Made"])
def test_the_distractor_pool_wants_a_retriever_that_is_given_passages(
    search: str, task: QuestionFile, tmp_path: Path
) -> None:
    (tmp_path / "made.py").write_text(PREBUILT)
    search = search.replace("made.py", f"{tmp_path}/made.py")
    with pytest.raises(UserError, match=r"pool=distractor: .* passages of its own"):
        task.load(Source(tmp_path), Setting(pool="distractor", search=search))
