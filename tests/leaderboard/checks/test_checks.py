"""What the checks say of submissions that are as they should be, or nearly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from submitted import (
    RESULT,
    TASK,
    edit_gzip,
    edit_json,
    edit_result,
    edit_run,
    edit_text,
    make,
    read_json,
    rehash,
)

import harness
from harness.errors import MissingData, NotAsked, UserError
from harness.loading import load_task
from harness.registry import benchmarks
from leaderboard.checks import BESIDE_OTHERS, OF_FOLDER, OF_RESULT, Outcome, Verdict, check, record
from leaderboard.checks.case import Case


def said(verdict: Verdict, check: str) -> Outcome:
    [outcome] = [outcome for outcome in verdict.outcomes if outcome.check == check]
    return outcome


def test_every_check_says_something_in_the_order_of_the_tables(submission: Path) -> None:
    told: list[Outcome] = []
    verdict = check(submission, tell=told.append)

    tables = (*OF_FOLDER, *OF_RESULT, *BESIDE_OTHERS)
    assert [outcome.check for outcome in verdict.outcomes] == [entry.name for entry in tables]
    assert told == list(verdict.outcomes)
    assert verdict.acceptable
    assert verdict.rescored == 1
    assert verdict.self_reported == {}


def test_a_check_needs_only_checks_that_run_before_it() -> None:
    seen: set[str] = set()
    for entry in (*OF_FOLDER, *OF_RESULT, *BESIDE_OTHERS):
        assert seen.issuperset(entry.needs), entry.name
        assert entry.name not in seen
        seen.add(entry.name)


def test_a_relative_folder_has_its_own_name(
    submission: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(submission)
    assert check(".").submission == "bm25-own"
    assert check(".").acceptable


def test_a_wrong_data_folder_is_the_callers_mistake(submission: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not a folder"):
        check(submission, data=tmp_path / "nothing")


def test_what_needs_a_failed_check_is_skipped_and_says_so(submission: Path) -> None:
    edit_text(submission / "model.yaml", "BM25", "BM26")
    verdict = check(submission)

    assert said(verdict, "hashes").status == "failed"
    assert said(verdict, "scores") == Outcome(
        "scores", "skipped", "because 'hashes' did not pass", None, None
    )
    assert said(verdict, "card").status == "passed"


def test_scores_are_those_of_the_harness(submission: Path) -> None:
    verdict = check(submission)
    assert verdict.records is not None
    [cell] = verdict.records.checked.cells
    again = harness.score(TASK, submission / RESULT)

    assert cell.measures == again.measures
    assert cell.counts == {k: v for k, v in again.counts.model_dump().items() if v is not None}


def test_a_claim_within_the_tolerance_passes_and_the_recomputed_number_is_kept(
    submission: Path,
) -> None:
    true = read_json(submission / RESULT / "result.json")["measures"]["nDCG@10"]["value"]

    def claim(told: Any) -> None:
        told["measures"]["nDCG@10"]["value"] = true + 9e-7

    edit_result(submission, claim)
    verdict = check(submission)
    assert verdict.acceptable
    assert verdict.records is not None
    assert verdict.records.checked.cells[0].measures["nDCG@10"].value == true


class TestWithoutData:
    @pytest.fixture(autouse=True)
    def _no_data(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def missing(*_: object) -> None:
            raise MissingData("not here")

        monkeypatch.setattr(type(load_task(TASK)), "load", missing)

    def test_a_result_stays_self_reported_and_says_why(self, submission: Path) -> None:
        verdict = check(submission)

        assert verdict.acceptable
        assert said(verdict, "data").status == "skipped"
        assert said(verdict, "scores").message == "because 'data' did not pass"
        [(why, tasks)] = verdict.self_reported.items()
        assert why == "the task's data is not at hand, so the result stays self-reported"
        assert said(verdict, "data").message == f"{why}; the hash is not known here"
        assert tasks == [TASK]
        assert verdict.rescored == 0
        assert verdict.records is not None
        [cell] = verdict.records.checked.cells
        assert cell.level == "self-reported"
        assert verdict.records.samples.cells == [None]
        assert verdict.records.queries[cell.queries].texts is None

    def test_its_means_must_follow_from_its_values_all_the_same(self, submission: Path) -> None:
        edit_result(submission, lambda told: told["measures"]["P@5"].update(value=0.9))
        verdict = check(submission)
        assert said(verdict, "per query").status == "failed"
        assert "P@5 value is claimed as 0.9 " in said(verdict, "per query").message

    def test_its_predictions_must_be_what_their_hash_says(self, submission: Path) -> None:
        edit_gzip(submission / RESULT / "run.trec.gz", lambda lines: lines[5:])
        rehash(submission)
        assert said(check(submission), "predictions").status == "failed"

    def test_a_hash_that_earlier_records_have_is_known(
        self, submission: Path, beside: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = beside("earlier")
        edit_json(other / "manifest.json", lambda told: told.update(submission="earlier"))
        record(check(other))
        assert "that of earlier records" in said(check(submission), "data").message

        edit_result(submission, lambda told: told.update(data_hash="0" * 64))
        assert "differs from that of every" in said(check(submission), "data").message


def test_a_setting_that_the_data_cannot_be_asked_under_is_refused(
    submission: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(*_: object) -> None:
        raise NotAsked("no query carries an instruction")

    monkeypatch.setattr(type(load_task(TASK)), "load", lacking)
    assert said(check(submission), "data").status == "failed"


def test_a_forged_table_of_perfect_values_does_not_survive_the_predictions(
    submission: Path,
) -> None:
    """Means, intervals and values agree with each other; only the predictions do not."""

    def perfect(told: Any) -> None:
        for value in told["measures"].values():
            value.update(value=1.0, ci_low=1.0, ci_high=1.0)

    edit_result(submission, perfect)
    edit_gzip(
        submission / RESULT / "per_query.tsv.gz",
        lambda lines: [
            lines[0],
            *("\t".join([*line.split("\t")[:4], *["1.0"] * 15]) for line in lines[1:]),
        ],
    )
    rehash(submission)
    verdict = check(submission)
    assert said(verdict, "per query").status == "passed"
    assert said(verdict, "scores").status == "failed"


def test_training_that_is_undisclosed_is_flagged_and_allowed(submission: Path) -> None:
    edit_text(submission / "model.yaml", "training: []", "training: undisclosed")
    rehash(submission)
    verdict = check(submission)
    assert verdict.acceptable
    assert verdict.records is not None
    assert [flag.check for flag in verdict.records.checked.flags] == ["card"]


def test_overlap_with_a_name_that_nothing_bears_is_flagged(submission: Path) -> None:
    edit_text(
        submission / "model.yaml", "training: []", "training: [{dataset: x, overlap: [tolret]}]"
    )
    rehash(submission)
    outcome = said(check(submission), "card")
    assert outcome.status == "flagged"
    assert outcome.message.endswith("tolret")


def test_reference_models_say_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    silent = make(tmp_path / "one" / "oracle", "oracle", kind="other")
    frank = make(tmp_path / "two" / "oracle", "oracle", kind="reference")
    assert said(check(silent), "kind").status == "failed"
    assert check(frank).acceptable


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ('openai("x", key_env="AWS_SECRET")', "endpoint, 'key_env'"),
        ('rrf(bm25, hf("/home/me/model"))', "path of a machine, '/home/me/model'"),
        ('bm25 % 100 >> ce("ftp://x/y")', "address, 'ftp://x/y'"),
        ("~/checkpoint/", "path of a machine, '~/checkpoint'"),
        ('hf("intfloat/e5-base-v2")', ""),
        ("my_model.py:Mine(k=3)", ""),
        ("checkpoint-7/", ""),
        ('rrf(bm25, hf("a/b"), k=60)', ""),
    ],
)
def test_an_expression_holds_names_and_no_places(
    submission: Path, model: str, expected: str
) -> None:
    edit_result(submission, lambda told: told.update(model=model))
    outcome = said(check(submission), "expression")
    assert outcome.status == ("failed" if expected else "passed")
    assert expected in outcome.message


class TestDepth:
    """The deepest measure of the task looks at 20 documents; BM25 gave 100."""

    def cut(self, folder: Path, keep: Callable[[str, int], bool]) -> Outcome:
        edit_run(
            folder,
            lambda lines: [li for li in lines if keep(li.split()[0], int(li.split()[3]))],
        )
        return said(check(folder), "depth")

    def test_lists_of_exactly_the_depth_that_is_looked_at_are_deep_enough(
        self, submission: Path
    ) -> None:
        assert self.cut(submission, lambda query, rank: rank <= 20).status == "passed"

    def test_lists_that_all_end_one_document_earlier_are_not(self, submission: Path) -> None:
        outcome = self.cut(submission, lambda query, rank: rank <= 19)
        assert outcome.status == "failed"
        assert "end after 19 documents, but nDCG@20 looks at 20" in outcome.message

    def test_lists_of_different_lengths_are_those_of_a_model_that_found_no_more(
        self, submission: Path
    ) -> None:
        outcome = self.cut(submission, lambda query, rank: rank <= 3 + int(query[-2:]) % 9)
        assert outcome.status == "passed"
        assert "end before 20" in outcome.message

    def test_a_list_with_everything_relevant_is_deep_enough(self, tmp_path: Path) -> None:
        oracle = make(tmp_path / "oracle", "oracle", kind="reference")
        assert said(check(oracle), "depth").message == "deep enough for nDCG@20"


def test_only_tasks_of_ours_can_be_looked_up(packed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither files and folders, nor what an installed package provides, which is not loaded."""

    def installed() -> dict[str, Callable[[], object]]:
        raise AssertionError("a plug-in was loaded")

    monkeypatch.setattr(benchmarks, "_entry_points", installed)
    tasks = Case(packed, data=None, base=None).tasks
    assert TASK in tasks
    assert "flights" not in tasks
    assert not [name for name in tasks if ".py" in name or name.startswith((".", "/"))]
