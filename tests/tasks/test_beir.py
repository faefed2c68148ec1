from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness import evaluate, load_suite, load_task
from harness.errors import MissingData
from harness.records import Setting
from harness.sources import Source
from harness.sources.availability import availability

NAMES = load_suite("beir").tasks


def mirror(root: Path, judged: str = "q1\td1\t1\n") -> Path:
    folder = root / "beir" / "scifact"
    folder.mkdir(parents=True)
    (folder / "corpus.jsonl").write_text(json.dumps({"_id": "d1", "text": "a claim"}) + "\n")
    (folder / "queries.jsonl").write_text(json.dumps({"_id": "q1", "text": "claim"}) + "\n")
    (folder / "qrels.tsv").write_text(judged)
    return root


def test_a_collection_is_read_from_the_mirror_and_its_counts_are_compared(tmp_path: Path) -> None:
    report = evaluate(["bm25"], ["beir/scifact"], data=mirror(tmp_path))
    [result] = report.results
    assert result.task == "beir/scifact"
    assert result.drift == [
        "beir/scifact has 1 queries, 300 published",
        "beir/scifact has 1 documents, 5,183 published",
        "beir/scifact has 1 judgements, 339 published",
    ]
    assert result.partial


def test_a_collection_that_is_not_there_says_what_to_put_where(tmp_path: Path) -> None:
    task = load_task("beir/mbpp")
    with pytest.raises(MissingData, match=r"no beir/mbpp: .*--data.*corpus\.jsonl"):
        task.load(Source(mirror(tmp_path)), Setting())


def test_what_is_missing_is_told_without_reading(tmp_path: Path) -> None:
    found = availability([load_task(name) for name in NAMES], Source(mirror(tmp_path)))
    assert {task.task: task.here for task in found} == {
        name: name == "beir/scifact" for name in NAMES
    }
    assert not any(need.hub for task in found for need in task.needs)


@pytest.mark.realdata
@pytest.mark.parametrize("name", NAMES)
def test_the_real_collections_have_the_counts_that_their_cards_say(data: Path, name: str) -> None:
    task = load_task(name)
    material = task.load(Source(data), Setting())
    assert task.check(material) == ()  # type: ignore[attr-defined]
    assert task.card.licence
    assert task.card.citation
