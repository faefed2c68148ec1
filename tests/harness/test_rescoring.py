"""Predictions that are there already give the numbers that they gave before."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from test_evaluation import folder
from toy import DOCUMENTS, Overlap, ToyTask

from harness.errors import UserError
from harness.evaluation import evaluate
from harness.records import Document, Query
from harness.rescoring import score
from harness.run import Run
from harness.store import RESULT, RUN


def test_score_recomputes_a_result_bit_for_bit(tmp_path: Path) -> None:
    evaluate(Overlap(), ToyTask(splits=2), out=tmp_path, seed=7, instruction="no")
    path = folder(tmp_path)
    result = score(ToyTask(splits=2), path)
    assert (path / RESULT).read_text() == (
        json.dumps(result.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"
    )
    assert score(ToyTask(splits=2), path / RUN) == result


def test_ids_may_hold_anything(tmp_path: Path) -> None:
    documents = [Document("a b", "red"), Document("100%", "green"), Document("50%20", "blue")]
    task = ToyTask(
        documents=documents, qrels={"q1": {"a b": 1}, "q2": {"100%": 1}, "q3": {"50%20": 1}}
    )
    [first] = evaluate(Overlap(), task, out=tmp_path).results
    assert score(task, folder(tmp_path)) == first


def test_scores_in_memory_and_missing_queries() -> None:
    result = score(ToyTask(), {"q1": {"d1": 2.0}, "q2": {"d1": 1.0}})
    assert result.measures["P@1"].value == pytest.approx(1 / 3)
    assert result.missing == ["q3"]


def test_a_document_named_twice_is_noted_and_counts_once() -> None:
    run = Run.from_rankings({"q1": ["d3", "d3", "d1"], "q2": ["d2"], "q3": ["d3"]})
    result = score(ToyTask(), run)
    assert result.notes == {"repeated documents": 1}
    # d1 stands at rank 2 behind d3.
    assert result.measures["nDCG@10"].value == pytest.approx((0.6309297535714575 + 2) / 3)


def test_predictions_with_unknown_ids_are_refused() -> None:
    with pytest.raises(UserError, match="q9"):
        score(ToyTask(), {"q9": {"d1": 2.0}})
    with pytest.raises(UserError, match="d9"):
        score(ToyTask(), {"q1": {"d9": 2.0}})


def test_a_task_of_several_splits_takes_bare_ids_where_they_are_unique() -> None:
    run = Run.from_scores({"s0/q1": {"d1": 1.0}})
    assert score(ToyTask(splits=2), run).counts.answered == 1
    with pytest.raises(UserError, match="q1"):
        score(ToyTask(splits=2), Run.from_scores({"q1": {"d1": 1.0}}))


def test_rankings_without_scores_are_predictions_too() -> None:
    result = score(ToyTask(), {"q1": ["d1"], "q2": ["d2"], "q3": ["d1", "d3"]})
    assert result.measures["P@1"].value == pytest.approx(2 / 3)


class Curt(Overlap):
    """Finds nothing for the first query."""

    def search(self, queries: Sequence[Query], k: int) -> dict[str, dict[str, float]]:
        return {query.id: {} if query.id == "q1" else {"d2": 1.0} for query in queries}


def test_an_empty_ranking_is_no_answer_and_is_so_when_scored_again(tmp_path: Path) -> None:
    [result] = evaluate(Curt(), ToyTask(), out=tmp_path).results
    assert (result.counts.answered, result.missing) == (2, ["q1"])
    assert score(ToyTask(), folder(tmp_path)) == result


def test_ids_with_percent_signs_and_spaces_come_back_as_they_were(tmp_path: Path) -> None:
    ids = ("a b", "a%20b", "a%2520b")
    task = ToyTask(
        documents=[Document(id, text.text) for id, text in zip(ids, DOCUMENTS, strict=True)],
        qrels={"q1": {"a b": 1}, "q2": {"a%20b": 1}, "q3": {"a%2520b": 1}},
    )
    [result] = evaluate(Overlap(), task, out=tmp_path).results
    assert score(task, folder(tmp_path)) == result


def test_predictions_that_hold_nothing_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text("{}")
    with pytest.raises(UserError, match=r"run\.json holds no predictions"):
        score(ToyTask(), path)


def test_a_pipe_which_is_read_once_only_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UserError, match="is a pipe or a device"):
        score(ToyTask(), tmp_path / "pipe")
