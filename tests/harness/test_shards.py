"""Work split over machines gives the files that one machine would have written."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_evaluation import snapshot
from toy import Down, Flaky, Overlap, ToyTask

from harness import asking
from harness.errors import UserError
from harness.evaluation import evaluate
from harness.shards import merge, parse_shard

TASKS = [ToyTask("a"), ToyTask("b", splits=2), ToyTask("c")]


@pytest.fixture(autouse=True)
def _tasks_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A merge finds the tasks by name."""
    known = {task.card.name: task for task in TASKS}
    monkeypatch.setattr(asking, "load_task", lambda task: known.get(task, task))


class Spaced(Overlap):
    """Wants instruction and query as one text."""

    join = "space"


@pytest.mark.parametrize("n", [2, 3])
def test_shards_by_task_merge_to_the_unsharded_result(tmp_path: Path, n: int) -> None:
    evaluate(Overlap(), TASKS, out=tmp_path / "whole")
    asked = []
    for i in range(1, n + 1):
        model = Overlap()
        evaluate(model, TASKS, out=tmp_path / str(i), shard=(i, n))
        asked.append(len(model._asked))
    merge([tmp_path / str(i) for i in range(1, n + 1)], into=tmp_path / "merged")
    assert snapshot(tmp_path / "merged") == snapshot(tmp_path / "whole")
    assert sum(asked) == 12


def test_shards_by_query_merge_to_the_unsharded_result(tmp_path: Path) -> None:
    measures = "RR,P@1"
    evaluate(Spaced(), TASKS[1], out=tmp_path / "whole", measures=measures)
    for i in (1, 2, 3, 4):
        model = Spaced()
        report = evaluate(model, TASKS[1], out=tmp_path / str(i), shard=(i, 4), measures=measures)
        assert len(model._asked) in (1, 2)
        assert report.unfinished == ("b",)
        assert report.results == ()
    report = merge([tmp_path / str(i) for i in (1, 2, 3, 4)])
    assert [r.task for r in report.results] == ["b"]
    assert snapshot(tmp_path / "1") == snapshot(tmp_path / "whole")


def test_a_shard_resumes(tmp_path: Path) -> None:
    evaluate(Overlap(), TASKS[1], out=tmp_path, shard=(1, 2))
    again = Overlap()
    evaluate(again, TASKS[1], out=tmp_path, shard=(1, 2))
    assert again._asked == []


def test_a_missing_shard_is_reported_and_can_follow(tmp_path: Path) -> None:
    for i in (1, 2, 3):
        evaluate(Overlap(), TASKS[1], out=tmp_path / str(i), shard=(i, 3))
    first = merge([tmp_path / "1", tmp_path / "2"], into=tmp_path / "all")
    assert (first.results, first.unfinished) == ((), ("shard 3/3", "b"))
    second = merge([tmp_path / "all", tmp_path / "3"])
    assert [r.task for r in second.results] == ["b"]


def test_errors_of_a_shard_make_the_merged_result_incomplete(tmp_path: Path) -> None:
    evaluate(Down(), TASKS[1], out=tmp_path / "1", shard=(1, 2))
    evaluate(Down(), TASKS[1], out=tmp_path / "2", shard=(2, 2))
    [result] = merge([tmp_path / "1", tmp_path / "2"]).results
    assert result.status == "incomplete"
    assert result.counts.errors == 4


@pytest.mark.parametrize("into", ["all", "1"])
@pytest.mark.parametrize("other", ["", "q3"])
def test_a_shard_that_is_asked_again_mends_the_merged_result(
    tmp_path: Path, into: str, other: str
) -> None:
    """In a third folder and in the first shard's; with failures in one shard and in both."""
    parts, target = [tmp_path / "1", tmp_path / "2"], tmp_path / into
    task = TASKS[1]
    evaluate(Flaky(broken=""), task, out=tmp_path / "whole")
    evaluate(Flaky(broken=other), task, out=parts[0], shard=(1, 2))
    evaluate(Flaky(broken="q2"), task, out=parts[1], shard=(2, 2))
    [result] = merge(parts, into=target).results
    left = result.counts.errors
    assert (result.status, left) == ("incomplete", 1 + bool(other))
    [result] = merge(parts, into=target).results
    assert result.counts.errors == left
    for i in (2, 1):
        again = Flaky(broken="")
        evaluate(again, task, out=parts[i - 1], shard=(i, 2))
        assert again._asked == ([] if i == 1 and not other else ["q2" if i == 2 else "q3"])
        report = merge(parts, into=target)
        assert report.unfinished == ()
    assert [r.status for r in report.results] == ["complete"]
    assert snapshot(target) == snapshot(tmp_path / "whole")


def test_shards_under_another_seed_take_the_place_of_a_result(tmp_path: Path) -> None:
    evaluate(Overlap(), TASKS[1], out=tmp_path / "1", seed=3)
    evaluate(Overlap(), TASKS[1], out=tmp_path / "whole")
    for i in (1, 2):
        evaluate(Overlap(), TASKS[1], out=tmp_path / "1", shard=(i, 2))
    merge([tmp_path / "1"])
    assert snapshot(tmp_path / "1") == snapshot(tmp_path / "whole")


def test_what_an_incomplete_result_holds_is_merged_with_the_rest(tmp_path: Path) -> None:
    evaluate(Flaky(broken=""), TASKS[1], out=tmp_path / "whole")
    evaluate(Flaky(broken="q2"), TASKS[1], out=tmp_path / "1")
    for i in (1, 2):
        evaluate(Flaky(broken=""), TASKS[1], out=tmp_path / "2", shard=(i, 2))
    (file,) = (tmp_path / "2").rglob("answers.1-of-2.jsonl")
    file.unlink()  # of which the incomplete result has answers, but for s0/q2 and s1/q2
    evaluate(Flaky(broken=""), TASKS[1], out=tmp_path / "2", shard=(1, 2))
    merge([tmp_path / "1", tmp_path / "2"])
    assert snapshot(tmp_path / "1") == snapshot(tmp_path / "whole")


def test_different_results_for_one_place_are_refused(tmp_path: Path) -> None:
    evaluate(Overlap(), ToyTask("a"), out=tmp_path / "1")
    evaluate(Overlap(), ToyTask("a", version="2"), out=tmp_path / "2")
    with pytest.raises(UserError, match="differ: they are not shards of one run"):
        merge([tmp_path / "1", tmp_path / "2"])


def test_an_empty_folder_is_no_shard(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no result and no shard"):
        merge([tmp_path])


@pytest.mark.parametrize("text", ["2", "0/3", "4/3", "a/b", "1/", "-1/2"])
def test_a_share_is_written_i_of_n(text: str) -> None:
    with pytest.raises(UserError, match="write i/n"):
        parse_shard(text)


def test_a_share_is_read() -> None:
    assert parse_shard("2/8") == (2, 8)


def test_answers_under_another_seed_do_not_replace_a_shard(tmp_path: Path) -> None:
    evaluate(Overlap(), TASKS[1], out=tmp_path / "1", shard=(1, 2))
    evaluate(Overlap(), TASKS[1], out=tmp_path / "2", shard=(1, 2), seed=3)
    with pytest.raises(UserError, match="answer different questions"):
        merge([tmp_path / "1", tmp_path / "2"], into=tmp_path / "all")


def test_a_share_that_is_not_among_the_folders_is_owed(tmp_path: Path) -> None:
    evaluate(Overlap(), TASKS, out=tmp_path / "whole")
    for i in (1, 2, 3):
        evaluate(Overlap(), TASKS, out=tmp_path / str(i), shard=(i, 3))
    first = merge([tmp_path / "1", tmp_path / "3"], into=tmp_path / "all")
    assert first.unfinished == ("shard 2/3",)
    second = merge([tmp_path / "all", tmp_path / "2"])
    assert second.unfinished == ()
    assert snapshot(tmp_path / "all") == snapshot(tmp_path / "whole")


def test_shares_of_different_runs_do_not_make_one(tmp_path: Path) -> None:
    evaluate(Overlap(), TASKS, out=tmp_path / "1", shard=(1, 2))
    evaluate(Overlap(), TASKS[:2], out=tmp_path / "2", shard=(2, 2))
    report = merge([tmp_path / "1", tmp_path / "2"], into=tmp_path / "all")
    assert sorted(report.unfinished) == ["shard 1/2", "shard 2/2"]
