"""The loop: what is asked, what is kept, what is asked again, and what the numbers are."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from toy import DOCUMENTS, QRELS, Crash, Down, Flaky, Letters, Overlap, Silent, ToyTask

from harness.errors import MissingData, UserError
from harness.evaluation import evaluate
from harness.records import Document, Query, Setting, Text
from harness.report import aggregates
from harness.run import Run
from harness.store import RESULT, RUN, ResultFolder, find_results, read_result
from harness.suites import Aggregate, Suite


def folder(out: Path) -> Path:
    """The only result folder under `out`."""
    [found] = find_results(out)
    return found.path


def snapshot(path: Path) -> dict[str, bytes]:
    """Everything deterministic that a run has written."""
    return {
        str(p.relative_to(path)): p.read_bytes()
        for p in sorted(path.rglob("*"))
        if p.is_file() and p.name != "run_info.json"
    }


def test_values_are_those_worked_out_by_hand() -> None:
    # q1 "red": d3 and d1 tie at 1, d3 first (id descending): d1 at rank 2, nDCG 1/log2(3).
    # q2 "pear": d2 first. q3 "car": d3 first.
    [result] = evaluate(Overlap(), ToyTask()).results
    expected = (0.6309297535714575 + 1 + 1) / 3
    assert result.measures["nDCG@10"].value == pytest.approx(expected, abs=1e-9)
    assert result.measures["P@1"].value == pytest.approx(2 / 3, abs=1e-9)
    assert result.measures["R@2"].value == 1
    assert result.measures["R@2"].n == 3
    assert (result.measures["R@2"].ci_low, result.measures["R@2"].ci_high) == (1, 1)
    assert result.counts.queries == result.counts.answered == 3
    assert result.counts.tied == 2 + 2 + 2
    assert result.status == "complete"


def test_a_model_may_be_asked_in_batches_of_any_size() -> None:
    one, all_ = Overlap(), Overlap()
    all_.query_batch = 100
    first, second = evaluate(one, ToyTask()), evaluate(all_, ToyTask())
    assert first.results[0].measures == second.results[0].measures
    assert one._asked == all_._asked == ["q1", "q2", "q3"]


def test_tasks_with_equal_corpora_share_one_index() -> None:
    model = Overlap()
    report = evaluate(model, [ToyTask("a"), ToyTask("b", splits=3), ToyTask("c")])
    assert model._indexed == 1
    assert [r.task for r in report.results] == ["a", "b", "c"]


def test_splits_are_reported_and_weighted_by_queries() -> None:
    [result] = evaluate(Overlap(), ToyTask(splits=2)).results
    assert set(result.splits) == {"s0", "s1"}
    assert result.measures["P@1"].value == pytest.approx(2 / 3)
    assert result.counts.queries == 6


def test_finished_results_are_not_computed_again(tmp_path: Path) -> None:
    evaluate(Overlap(), ToyTask(), out=tmp_path)
    before = snapshot(tmp_path)
    again = Overlap()
    report = evaluate(again, ToyTask(), out=tmp_path)
    assert again._asked == []
    assert snapshot(tmp_path) == before
    assert report.results[0].measures["P@1"].value == pytest.approx(2 / 3)


def test_fresh_computes_again(tmp_path: Path) -> None:
    evaluate(Overlap(), ToyTask(), out=tmp_path)
    again = Overlap()
    evaluate(again, ToyTask(), out=tmp_path, fresh=True)
    assert again._asked == ["q1", "q2", "q3"]


@pytest.mark.parametrize(
    "changed",
    [
        ToyTask(version="2"),
        ToyTask(qrels={**QRELS, "q1": {"d2": 1}}),
        ToyTask(documents=[*DOCUMENTS, Document("d4", "more")]),
    ],
)
def test_a_changed_task_is_computed_again(tmp_path: Path, changed: ToyTask) -> None:
    evaluate(Overlap(), ToyTask(), out=tmp_path)
    again = Overlap()
    evaluate(again, changed, out=tmp_path)
    assert again._asked == ["q1", "q2", "q3"]


def test_other_measures_are_scored_from_the_stored_run(tmp_path: Path) -> None:
    evaluate(Overlap(), ToyTask(), out=tmp_path)
    again = Overlap()
    [result] = evaluate(again, ToyTask(), out=tmp_path, measures=["RR"]).results
    assert again._asked == []
    assert result.measures["RR"].value == pytest.approx((0.5 + 1 + 1) / 3)


def test_an_infrastructure_error_is_no_answer_and_is_retried(tmp_path: Path) -> None:
    broken = evaluate(Flaky(), ToyTask(), out=tmp_path)
    [result] = broken.results
    assert result.status == "incomplete"
    assert result.errors == {"q2": "HTTP 429"}
    assert (result.counts.errors, result.counts.missing, result.counts.answered) == (1, 0, 2)
    assert not broken.complete
    mended = Flaky()
    mended._broken = ""
    [result] = evaluate(mended, ToyTask(), out=tmp_path).results
    assert mended._asked == ["q2"]
    assert result.status == "complete"


def test_a_lost_connection_keeps_what_was_answered(tmp_path: Path) -> None:
    [result] = evaluate(Down(), ToyTask(), out=tmp_path).results
    assert result.status == "incomplete"
    assert result.errors == {"q2": "no connection", "q3": "no connection"}
    assert result.counts.answered == 1


def test_an_incomplete_result_is_shown_and_not_aggregated(tmp_path: Path) -> None:
    suite = Suite("s", "S", ("toy",), (Aggregate("average", (("toy",),)),))
    for model, aggregated in ((Flaky(), False), (Flaky(broken=""), True)):
        [result] = evaluate(model, ToyTask(), out=tmp_path).results
        [stored] = find_results(tmp_path)
        assert bool(aggregates(suite, [(result, stored.scores())])) == aggregated


def test_a_query_left_out_scores_zero_and_is_listed(tmp_path: Path) -> None:
    [result] = evaluate(Silent(), ToyTask(), out=tmp_path).results
    assert result.missing == ["q3"]
    assert result.counts.missing == 1
    assert result.status == "complete"
    assert result.measures["P@1"].value == pytest.approx(1 / 3)
    again = Silent()
    evaluate(again, ToyTask(), out=tmp_path)
    assert again._asked == []


def test_a_crash_in_a_plugin_is_one_line_that_names_it() -> None:
    with pytest.raises(UserError, match=r"Crash.* failed on toy: KeyError: 'oops'"):
        evaluate(Crash(), ToyTask())


def test_a_crash_in_a_users_file_tells_the_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text(
        "class Late:\n"
        "    def encode(self, texts, *, kind):\n"
        "        return looked_up(texts)\n"
        "def looked_up(texts):\n"
        "    return {}['oops']\n"
        "class Soon:\n"
        "    def __init__(self):\n"
        "        int('x')\n"
    )
    with pytest.raises(UserError, match=r"KeyError: 'oops' \(mine.py, line 5\)$"):
        evaluate("mine.py:Late", ToyTask())
    with pytest.raises(UserError, match=r"mine.py:Soon cannot be made: .*'x' \(mine.py, line 8\)$"):
        evaluate("mine.py:Soon", ToyTask())


def test_an_error_names_the_model_once() -> None:
    class Flat(Letters):
        def encode(self, inputs: Sequence[Text], *, kind: str) -> np.ndarray:  # type: ignore[type-arg]
            return np.zeros(3)

    with pytest.raises(UserError, match=r"^Flat on toy: encode gave the shape \(3,\) for 3 texts"):
        evaluate(Flat(), ToyTask(), cache=False)


@pytest.mark.parametrize("memory", [0, -1, "0MB"])
def test_a_search_needs_memory(memory: int | str) -> None:
    with pytest.raises(UserError, match="a search needs some"):
        evaluate(Overlap(), ToyTask(), memory=memory)


def test_both_is_one_run_with_and_one_without_instructions() -> None:
    report = evaluate(Overlap(), ToyTask(), instruction="both")
    assert [r.setting.instruction for r in report.results] == ["no", "yes"]


def test_a_task_without_instructions_is_missing_under_yes() -> None:
    report = evaluate(Overlap(), ToyTask(instructions=False), instruction="both")
    assert [r.setting.instruction for r in report.results] == ["no"]
    [missing] = report.missing
    assert (missing.task, missing.setting.instruction) == ("toy", "yes")
    assert not report.complete


def test_pools_rank_only_their_documents_and_exclusions_never_return() -> None:
    pools = {"q1": ["d1", "d2"], "q2": ["d1"], "q3": ["d3"]}
    [result] = evaluate(Overlap(), ToyTask(candidates=pools)).results
    # q1: only d1, d2 are ranked: d1 first. q2's relevant d2 is outside its pool.
    assert result.measures["P@1"].value == pytest.approx(2 / 3)
    [result] = evaluate(Overlap(), ToyTask(excluded={"q1": ["d3"], "q3": ["d3"]})).results
    assert result.measures["P@1"].value == pytest.approx(2 / 3)
    assert result.measures["R@2"].value == pytest.approx(2 / 3)


def test_the_candidates_pool_must_exist() -> None:
    report = evaluate(
        Overlap(), [ToyTask("a", candidates={"q1": ["d1"]}), ToyTask("b")], pool="candidates"
    )
    assert [r.task for r in report.results] == ["a"]
    assert [m.task for m in report.missing] == ["b"]


def test_judgements_outside_the_corpus_count_and_strict_refuses_them() -> None:
    task = ToyTask(qrels={**QRELS, "q1": {"d1": 1, "gone": 1}})
    [result] = evaluate(Overlap(), task).results
    assert result.counts.judged_outside_corpus == 1
    assert result.measures["R@2"].value == pytest.approx((0.5 + 1 + 1) / 3)
    with pytest.raises(UserError, match="judged documents that the corpus lacks: 1"):
        evaluate(Overlap(), task, strict=True)


def test_empty_queries_and_documents_are_counted() -> None:
    [result] = evaluate(Overlap(), ToyTask(documents=[*DOCUMENTS, Document("d4", " ")])).results
    assert (result.counts.empty_queries, result.counts.empty_documents) == (0, 1)


def test_limit_asks_the_first_queries_and_is_partial() -> None:
    model = Overlap()
    [result] = evaluate(model, ToyTask(), limit=2).results
    assert model._asked == ["q1", "q2"]
    assert result.partial


def test_queries_of_identical_text_are_one_cluster() -> None:
    [result] = evaluate(Overlap(), ToyTask(splits=4)).results
    assert (result.counts.queries, result.counts.clusters) == (12, 3)


def test_the_depth_is_cut_at_k() -> None:
    [result] = evaluate(Overlap(), ToyTask(), k=1).results
    assert result.measures["R@2"].value == pytest.approx(2 / 3)


class Joined(Overlap):
    """Declares how it wants instructions joined, and remembers what it was asked."""

    join = "space"

    def search(self, queries: Sequence[Query], k: int) -> dict[str, dict[str, float]]:
        self._texts = [*getattr(self, "_texts", []), *((q.text, q.instruction) for q in queries)]
        return {q.id: {} for q in queries}


def test_a_declared_join_is_applied_and_the_setting_overrides_it() -> None:
    model = Joined()
    report = evaluate(model, ToyTask())
    assert model._texts[0] == ("Find fruit. red", None)
    assert report.results[0].model_join == "space"
    model = Joined()
    evaluate(model, ToyTask(), join="query-first")
    assert model._texts[0] == ("red Find fruit.", None)
    model = Joined()
    evaluate(model, ToyTask(), instruction="no")
    assert model._texts[0] == ("red", None)


def test_without_a_declared_join_the_adapter_gets_the_instruction() -> None:
    class Raw(Joined):
        join = ""

    model = Raw()
    [result] = evaluate(model, ToyTask()).results
    assert model._texts[0] == ("red", "Find fruit.")
    assert result.model_join == "own"


def test_unknown_documents_and_bad_scores_are_refused() -> None:
    class Unknown(Overlap):
        def search(self, queries: Sequence[Query], k: int) -> dict[str, dict[str, float]]:
            return {q.id: {"nowhere": 1.0} for q in queries}

    class NotANumber(Overlap):
        def search(self, queries: Sequence[Query], k: int) -> dict[str, dict[str, float]]:
            return {q.id: {"d1": float("nan")} for q in queries}

    with pytest.raises(UserError, match="nowhere"):
        evaluate(Unknown(), ToyTask())
    with pytest.raises(UserError, match="nan"):
        evaluate(NotANumber(), ToyTask())


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"depth": 3}, "unknown setting 'depth'"),
        ({"instruction": "maybe"}, "unknown instruction mode"),
        ({"k": 0}, "k=0"),
        ({"trials": 3}, "--trials"),
        ({"join": "sideways"}, "sideways"),
    ],
)
def test_settings_that_make_no_sense(fields: dict[str, object], message: str) -> None:
    with pytest.raises(UserError, match=message):
        evaluate(Overlap(), ToyTask(), **fields)


def test_nothing_to_do_is_a_mistake() -> None:
    with pytest.raises(UserError, match="nothing to do"):
        evaluate([], ToyTask())


def test_when_no_data_is_to_be_had_at_all_it_is_an_error() -> None:
    class Gone(ToyTask):
        def load(self, source: object, setting: Setting) -> tuple[()]:
            raise MissingData("gone: not here")

    with pytest.raises(MissingData, match="gone"):
        evaluate(Overlap(), Gone())
    report = evaluate(Overlap(), [Gone("gone"), ToyTask()])
    assert [m.task for m in report.missing] == ["gone"]


def test_the_result_reads_back_as_it_was(tmp_path: Path) -> None:
    [result] = evaluate(Overlap(), ToyTask(splits=2), out=tmp_path).results
    assert read_result(folder(tmp_path)) == result


def test_the_report_is_a_frame_and_an_object() -> None:
    report = evaluate(Overlap(), ToyTask(), instruction="both")
    frame = report.to_frame()
    assert set(frame["measure"]) == {"nDCG@10", "P@1", "R@2"}
    assert len(frame) == 6
    row = report.to_json()["results"][0]
    assert row["setting"]["instruction"] == "no"
    assert set(row["measures"]["P@1"]) == {"value", "ci_low", "ci_high", "n"}


def test_two_folders_of_one_name_are_refused(tmp_path: Path) -> None:
    first, second = ToyTask("same"), ToyTask("same")
    with pytest.raises(UserError, match="both called 'same'"):
        evaluate(Overlap(), [first, second])
    assert len(evaluate(Overlap(), [first, first]).results) == 1


def test_an_out_folder_that_takes_nothing_is_noticed_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    model = Overlap()
    with pytest.raises(UserError, match=r"cannot write .*file"):
        evaluate(model, ToyTask(), out=tmp_path / "file")
    assert model._asked == []


def test_measures_may_be_one_text() -> None:
    [result] = evaluate(Overlap(), ToyTask(), measures="RR,P@1").results
    assert list(result.measures) == ["RR", "P@1"]


def test_an_edited_measure_is_computed_again(tmp_path: Path) -> None:
    measure = tmp_path / "own.py"
    name = f"{measure}:f"
    for value in (0.25, 0.5):
        code = f"def f(judged):\n    return [{value}] * len(judged.queries)\n"
        measure.write_text(code)
        model = Overlap()
        [result] = evaluate(model, ToyTask(), out=tmp_path / "out", measures=[name]).results
        assert result.measures[name].value == value
    assert model._asked == []


def test_a_task_is_asked_only_for_what_it_offers() -> None:
    for fields in ({"pool": "category"}, {"view": "python"}, {"compat": ["last-label"]}):
        with pytest.raises(UserError, match="toy has"):
            evaluate(Overlap(), ToyTask(), **fields)


def test_the_card_goes_into_the_result() -> None:
    [result] = evaluate(Overlap(), ToyTask()).results
    assert result.task_card["title"] == "Toy"


def damage(path: Path, keep: int | None) -> None:
    """Cuts a file after so many bytes, or removes it."""
    if keep is None:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:keep])


@pytest.mark.parametrize("name", [RESULT, RUN, "per_query.tsv.gz"])
@pytest.mark.parametrize("keep", [None, 0, 1, 60])
@pytest.mark.parametrize("measures", [None, "P@1"])
def test_a_damaged_file_is_mended_by_the_same_command(
    tmp_path: Path, name: str, keep: int | None, measures: str | None
) -> None:
    evaluate(Overlap(), ToyTask(), out=tmp_path / "whole", measures=measures)
    evaluate(Overlap(), ToyTask(), out=tmp_path / "torn")
    damage(folder(tmp_path / "torn") / name, keep)
    evaluate(Overlap(), ToyTask(), out=tmp_path / "torn", measures=measures)
    assert snapshot(tmp_path / "torn") == snapshot(tmp_path / "whole")


def test_a_run_that_lacks_queries_of_its_result_is_not_trusted(tmp_path: Path) -> None:
    evaluate(Overlap(), ToyTask(), out=tmp_path)
    before = snapshot(tmp_path)
    (folder(tmp_path) / RUN).write_bytes(gzip.compress(b"q1 Q0 d1 1 5 x\n"))
    evaluate(Overlap(), ToyTask(), out=tmp_path, measures="P@1")
    evaluate(Overlap(), ToyTask(), out=tmp_path)
    assert snapshot(tmp_path) == before


class Quitter(Overlap):
    """Ends the program, as scripts do."""

    def search(self, queries: Sequence[Query], k: int) -> dict[str, dict[str, float]]:
        raise SystemExit(0)


class BrokenTask(ToyTask):
    """Fails while it loads."""

    def load(self, source: object, setting: Setting) -> tuple[()]:  # type: ignore[override]
        raise SystemExit(0)


def test_a_plug_in_that_ends_the_program_has_failed() -> None:
    with pytest.raises(UserError, match=r"Quitter.* failed on toy: SystemExit: 0"):
        evaluate(Quitter(), ToyTask())
    with pytest.raises(UserError, match="toy cannot be loaded: SystemExit: 0"):
        evaluate(Overlap(), BrokenTask())


class Wild(Overlap):
    """Scores that are no numbers."""

    def search(self, queries: Sequence[Query], k: int) -> dict[str, dict[str, float]]:
        return {query.id: {"d1": float("nan")} for query in queries}


def test_an_answer_that_is_refused_names_the_model() -> None:
    with pytest.raises(UserError, match=r"Wild.* on toy: .*'q1' has the score nan"):
        evaluate([Overlap(), Wild()], ToyTask())


def test_a_kill_while_an_incomplete_result_is_replaced_loses_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluate(Flaky(), ToyTask(), out=tmp_path)

    class Killed(BaseException):
        pass

    def die(*arguments: object, **more: object) -> None:
        raise Killed

    monkeypatch.setattr(ResultFolder, "write", die)  # the run is written, the marker is not
    mended = Flaky(broken="")
    with pytest.raises(Killed):
        evaluate(mended, ToyTask(), out=tmp_path)
    assert mended._asked == ["q2"]
    monkeypatch.undo()
    again = Flaky(broken="")
    [result] = evaluate(again, ToyTask(), out=tmp_path).results
    assert again._asked == []
    assert (result.status, result.counts.answered) == ("complete", 3)


def test_predictions_that_were_altered_are_not_trusted(tmp_path: Path) -> None:
    evaluate(Overlap(), ToyTask(), out=tmp_path)
    before = snapshot(tmp_path)
    path = folder(tmp_path) / RUN
    altered = Run.read(path).to_scores()
    altered["q1"]["d1"] = 9.0
    Run.from_scores(altered).write_trec(path)
    again = Overlap()
    evaluate(again, ToyTask(), out=tmp_path)
    assert again._asked == ["q1", "q2", "q3"]
    assert snapshot(tmp_path) == before


def test_two_objects_that_look_alike_do_not_answer_for_one_another() -> None:
    class Secretive(Overlap):
        def __init__(self, held: int) -> None:
            super().__init__()
            self._held = held

    with pytest.raises(UserError, match="two objects are both 'Secretive'"):
        evaluate([Secretive(1), Secretive(2)], ToyTask())
    one = Secretive(1)
    assert len(evaluate([one, one], ToyTask()).results) == 2
