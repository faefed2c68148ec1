"""Differences between models: who is better where, and whether it is real."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from toy import Down, Flaky, Overlap, ToyTask
from toy_tools import Scripted, ToolToy

from harness.comparison import compare
from harness.contracts import Collection, Material
from harness.corpus import ListCorpus
from harness.errors import UserError
from harness.evaluation import evaluate
from harness.records import Document, Query, Setting, TaskCard
from harness.sources import Source
from harness.store import differing_data

N = 40


class Many:
    """A task of forty queries whose right answer is a document of their own."""

    measures = ("P@1", "RR")

    def __init__(self, name: str = "many") -> None:
        self.card = TaskCard(name=name, title="Many", description="", main_measure="P@1")

    def load(self, source: Source, setting: Setting) -> Material:
        corpus = ListCorpus(Document(f"d{i}", str(i)) for i in range(N))
        queries = [Query(f"q{i}", str(i)) for i in range(N)]
        return (Collection("s", corpus, queries, {f"q{i}": {f"d{i}": 1} for i in range(N)}),)


class Right:
    """Right on the first `n` queries, wrong on the others."""

    def __init__(self, n: int) -> None:
        self.n = n

    def index(self, corpus: object) -> Right:
        return self

    def search(self, queries: Sequence[Query], k: int) -> Mapping[str, Mapping[str, float]]:
        numbers = {q.id: int(q.id[1:]) for q in queries}
        return {q: {f"d{i if i < self.n else (i + 1) % N}": 1.0} for q, i in numbers.items()}


def run(out: Path, n: int, *tasks: str) -> Path:
    evaluate(Right(n), [Many(task) for task in tasks or ("many",)], out=out / str(n))
    return out / str(n)


def test_effect_wins_and_losses_are_counted_by_query(tmp_path: Path) -> None:
    [d] = compare(run(tmp_path, 10), run(tmp_path, 30)).differences
    assert (d.first, d.second, d.difference) == (0.25, 0.75, 0.5)
    assert (d.wins, d.ties, d.losses, d.n) == (20, 20, 0, 40)
    assert d.ci_low < 0.5 < d.ci_high
    assert d.verdict == "better"
    assert {q.query for q in d.queries} <= {f"q{i}" for i in range(10, 30)}


def test_six_discordant_queries_have_the_exact_p_of_the_sign_test(tmp_path: Path) -> None:
    # Six queries differ, all one way: 2 * 2^-6 over all sign flips = .03125.
    [d] = compare(run(tmp_path, 10), run(tmp_path, 16)).differences
    assert d.p == pytest.approx(0.03125, abs=0.006)


def test_a_query_that_failed_outside_a_model_is_not_compared(tmp_path: Path) -> None:
    # Of three queries q2 failed: the other two are answered alike, so there is no difference.
    evaluate(Overlap(), ToyTask(), out=tmp_path / "a")
    evaluate(Flaky("q2"), ToyTask(), out=tmp_path / "b")
    (found,) = compare(tmp_path / "a", tmp_path / "b").differences
    assert (found.n, found.left_out, found.difference) == (2, 1, 0)
    assert (found.wins, found.ties, found.losses) == (0, 2, 0)
    evaluate(Down(), ToyTask(), out=tmp_path / "c")
    (found,) = compare(tmp_path / "b", tmp_path / "c").differences
    assert (found.n, found.left_out) == (1, 2)  # the network was gone after q1


def test_without_a_common_answer_there_is_nothing_to_compare(tmp_path: Path) -> None:
    class Gone(Overlap):
        def search(self, queries: Sequence[Query], k: int) -> Mapping[str, Mapping[str, float]]:
            raise ConnectionError("no route")

    evaluate(Overlap(), ToyTask(), out=tmp_path / "a")
    evaluate(Gone(), ToyTask(), out=tmp_path / "b")
    with pytest.raises(UserError, match="share no query that both have answered"):
        compare(tmp_path / "a", tmp_path / "b")


def test_equal_models_are_not_told_apart(tmp_path: Path) -> None:
    [d] = compare(run(tmp_path, 10), run(tmp_path / "again", 10)).differences
    assert (d.difference, d.p, d.verdict, d.queries) == (0, 1, "not told apart", ())


def test_holm_corrects_over_all_tests_of_the_call(tmp_path: Path) -> None:
    first = run(tmp_path, 10, "a", "b", "c")
    second = run(tmp_path, 16, "a", "b", "c")
    for d in compare(first, second).differences:
        assert d.p_holm == pytest.approx(min(1, 3 * d.p), rel=0.5)
        assert d.verdict == "not told apart"


def test_a_worse_challenger_is_named(tmp_path: Path) -> None:
    comparison = compare(run(tmp_path, 30), run(tmp_path, 10), run(tmp_path, 31))
    assert [d.second_model for d in comparison.worse] == [comparison.differences[0].second_model]


def test_the_overall_effect_is_the_mean_over_tasks(tmp_path: Path) -> None:
    [overall] = compare(run(tmp_path, 10, "a", "b"), run(tmp_path, 30, "a", "b")).overall
    assert (overall.difference, overall.tasks) == (0.5, 2)
    assert overall.ci_low < 0.5 < overall.ci_high


def test_another_measure_can_be_compared(tmp_path: Path) -> None:
    [d] = compare(run(tmp_path, 10), run(tmp_path, 30), measure="MRR").differences
    assert d.measure == "RR"
    with pytest.raises(UserError, match=r"no nDCG@10 on many: choose from P@1, RR"):
        compare(run(tmp_path, 10), run(tmp_path, 30), measure="nDCG@10")


def test_folders_that_cannot_be_compared_are_refused(tmp_path: Path) -> None:
    first = run(tmp_path, 10)
    with pytest.raises(UserError, match="no result under"):
        compare(first, tmp_path / "nowhere")
    run(tmp_path, 30)
    with pytest.raises(UserError, match="several models"):
        compare(first, tmp_path)
    evaluate(Overlap(), ToyTask(), out=tmp_path / "toy")
    with pytest.raises(UserError, match="share no task"):
        compare(first, tmp_path / "toy")


def test_settings_of_one_model_can_be_compared(tmp_path: Path) -> None:
    evaluate(Overlap(), ToyTask(), out=tmp_path, instruction="both")
    [model] = [p for p in tmp_path.iterdir() if p.is_dir()]
    [d] = compare(model / "instruction-no", model / "instruction-yes").differences
    assert d.first_model.endswith("[instruction-no]")
    assert d.second_model.endswith("[instruction-yes]")


def test_the_comparison_is_a_frame_and_an_object(tmp_path: Path) -> None:
    comparison = compare(run(tmp_path, 10), run(tmp_path, 30))
    assert comparison.to_frame().loc[0, "verdict"] == "better"
    assert comparison.to_json()["differences"][0]["wins"] == 20


def test_a_folder_given_twice_is_refused(tmp_path: Path) -> None:
    first = run(tmp_path, 10)
    with pytest.raises(UserError, match="is given twice"):
        compare(first, run(tmp_path, 30), first)


def test_without_the_main_measure_the_first_shared_one_is_compared(tmp_path: Path) -> None:
    for n in (10, 30):
        evaluate(Right(n), Many(), out=tmp_path / str(n), measures="RR")
    [d] = compare(tmp_path / "10", tmp_path / "30").differences
    assert d.measure == "RR"


def test_a_damaged_result_is_named_not_left_out(tmp_path: Path) -> None:
    for name in ("a", "b"):
        evaluate(Right(3), [Many("one"), Many("two")], out=tmp_path / name)
    torn = sorted((tmp_path / "b").rglob("result.json"))[0]
    torn.write_bytes(torn.read_bytes()[:50])
    with pytest.raises(UserError, match=r"one.result\.json is not a result: Invalid JSON"):
        compare(tmp_path / "a", tmp_path / "b")


def toy(out: Path, model: object, *tasks: object, **setting: object) -> Path:
    evaluate(model, list(tasks), out=out, cache=False, **setting)  # type: ignore[arg-type]
    return out


CHOOSING: dict[str, Any] = {
    "pool": "own",
    "view": "names",
    "compat": ("last-label",),
    "limit": 2,
    "search": "random",
    "simulator": "starter-lm",
}
"""What may change the data that a task loads, by `Setting`'s documentation of its fields."""
OTHER = {"q1": {"d2": 1}, "q2": {"d2": 1}, "q3": {"d3": 1}}
"""Judgements of the toy task, the first of them another."""


def test_results_on_different_data_are_refused(tmp_path: Path) -> None:
    first = toy(tmp_path / "a", Overlap(), ToyTask())
    second = toy(tmp_path / "b", Overlap(), ToyTask(qrels=OTHER))
    with pytest.raises(UserError, match=r"on toy: they rest on different data .*; run both again"):
        compare(first, second)


def test_other_data_by_another_way_of_asking_is_refused_too(tmp_path: Path) -> None:
    first = toy(tmp_path / "a", Overlap(), ToyTask(), instruction="no")
    same = toy(tmp_path / "b", Overlap(), ToyTask(), instruction="yes", k=2)
    second = toy(tmp_path / "c", Overlap(), ToyTask(qrels=OTHER), instruction="yes", k=2)
    assert compare(first, same).differences
    with pytest.raises(UserError, match="different data"):
        compare(first, second)


def test_data_that_the_setting_chose_may_differ(tmp_path: Path) -> None:
    """The first problems of a task, and all of them."""
    first = toy(tmp_path / "a", Scripted({}), ToolToy(), limit=2)
    [d] = compare(first, toy(tmp_path / "b", Scripted({}), ToolToy())).differences
    assert (d.n, d.left_out) == (2, 1)


@pytest.mark.parametrize(
    ("asked", "differing"),
    [
        *(({name: value}, ()) for name, value in CHOOSING.items()),
        ({"k": 3}, ("toy",)),
        ({"instruction": "yes"}, ("toy",)),
    ],
)
def test_only_what_chooses_the_data_excuses_that_it_differs(
    asked: dict[str, Any], differing: tuple[str, ...]
) -> None:
    [one] = evaluate(Overlap(), ToyTask()).results
    setting = replace(one.setting, **asked)
    other = one.model_copy(update={"data_hash": "1" * 64, "setting": setting})
    assert differing_data([one, other]) == differing
    assert differing_data([one, one.model_copy(update={"setting": setting})]) == ()


def test_beside_a_refused_task_the_others_are_compared_and_it_is_told(tmp_path: Path) -> None:
    first = toy(tmp_path / "a", Overlap(), ToyTask("one"), ToyTask("two"))
    second = toy(tmp_path / "b", Overlap(), ToyTask("one"), ToyTask("two", qrels=OTHER))
    found = compare(first, second)
    assert [d.task for d in found.differences] == ["one"]
    [refused] = found.refused
    assert (refused.task, "different data" in refused.reason) == ("two", True)
    assert [told["task"] for told in found.to_json()["refused"]] == ["two"]
    third = toy(tmp_path / "c", Overlap(), ToyTask("one"), ToyTask("two"))
    assert [d.task for d in compare(first, second, third).differences] == ["one", "one", "two"]
