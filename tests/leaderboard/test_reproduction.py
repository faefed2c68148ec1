"""A maintainer's rerun: from the names in a submission, never from its files."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from submitted import RESULT, TASK, edit_result, make, read_json, rehash

from harness.errors import MissingData, UserError
from harness.loading import load_task
from harness.loading.identity import fingerprint
from leaderboard.checked import Reproduced, Rerun
from leaderboard.reproduction import record, reproduce

DAY = date(2026, 2, 3)


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    return make(tmp_path / "board" / "bm25-own")


def test_the_same_model_gives_the_same_predictions(submission: Path, tmp_path: Path) -> None:
    found = reproduce(submission, out=tmp_path / "again", by="Maintainer", on=DAY)

    [cell] = found.cells
    assert cell.identical
    assert cell.task == TASK
    claimed = read_json(submission / RESULT / "result.json")["measures"]["nDCG@10"]["value"]
    assert cell.submitted == cell.rerun == claimed
    assert (found.by, found.on, found.submission) == ("Maintainer", DAY, "bm25-own")
    assert (tmp_path / "again").is_dir()


def test_other_predictions_are_told_apart(submission: Path, tmp_path: Path) -> None:
    """Scores of a random ranking, honestly scored, under the name of BM25."""
    random = make(tmp_path / "board" / "random", "random", kind="reference")
    told = read_json(submission / RESULT / "result.json")
    for name in ("run.trec.gz", "per_query.tsv.gz", "result.json"):
        shutil.copyfile(random / RESULT / name, submission / RESULT / name)

    def pretend(result: Any) -> None:
        for name in ("model", "model_fingerprint", "model_identity", "model_card"):
            result[name] = told[name]

    edit_result(submission, pretend)
    [cell] = reproduce(submission, out=tmp_path / "again", by="x", on=DAY).cells
    assert not cell.identical
    assert cell.rerun == told["measures"]["nDCG@10"]["value"]
    assert cell.submitted < 0.1 < cell.rerun


def test_a_record_lies_beside_those_of_the_checks(submission: Path, tmp_path: Path) -> None:
    found = reproduce(submission, out=tmp_path / "again", by="x", on=DAY)
    path = record(found, submission.parent)
    assert path == submission.parent / "_checked" / "reproduced" / "bm25-own.json"
    assert Reproduced.model_validate_json(path.read_bytes()) == found


def _rerun(task: str, rerun: float, **setting: object) -> Rerun:
    return Rerun(
        task=task,
        setting=setting,
        identical=False,
        main_measure="nDCG@10",
        submitted=0.5,
        rerun=rerun,
    )


@pytest.fixture
def reproduced(submission: Path, tmp_path: Path) -> Reproduced:
    found = reproduce(submission, out=tmp_path / "again", by="A", on=DAY)
    return found.model_copy(update={"cells": [_rerun("x/1", 0.1), _rerun("x/2", 0.2)]})


def _recorded(path: Path) -> Reproduced:
    return Reproduced.model_validate_json(path.read_bytes())


def test_what_was_reproduced_before_stays_on_record(reproduced: Reproduced, tmp_path: Path) -> None:
    record(reproduced, tmp_path)
    python = reproduced.environment.model_copy(update={"python": "3.99"})
    again = [_rerun("x/2", 0.3), _rerun("x/2", 0.4, instruction="no")]
    later = {"by": "B", "on": date(2026, 5, 6), "cells": again, "environment": python}
    found = _recorded(record(reproduced.model_copy(update=later), tmp_path))

    assert [cell.rerun for cell in found.cells] == [0.1, 0.3, 0.4]
    assert (found.by, found.on) == ("A, B", date(2026, 5, 6))
    assert found.environment.python == f"{reproduced.environment.python}, 3.99"


def test_where_all_is_run_again_nothing_of_before_stays(
    reproduced: Reproduced, tmp_path: Path
) -> None:
    record(reproduced, tmp_path)
    again = reproduced.model_copy(update={"by": "B"})
    assert _recorded(record(again, tmp_path)) == again


def test_what_was_reproduced_of_another_manifest_does_not_stay(
    reproduced: Reproduced, tmp_path: Path
) -> None:
    record(reproduced.model_copy(update={"manifest": "0" * 64}), tmp_path)
    again = reproduced.model_copy(update={"cells": [_rerun("x/3", 0.3)]})
    assert _recorded(record(again, tmp_path)) == again


def test_a_damaged_record_is_replaced(reproduced: Reproduced, tmp_path: Path) -> None:
    path = record(reproduced, tmp_path)
    path.write_text("{")
    assert _recorded(record(reproduced, tmp_path)) == reproduced


def test_a_submission_that_fails_its_checks_is_not_run(submission: Path, tmp_path: Path) -> None:
    edit_result(submission, lambda told: told["measures"]["P@5"].update(value=0.9))
    with pytest.raises(UserError, match=r"does not pass its checks .*P@5"):
        reproduce(submission, out=tmp_path / "again", by="x", on=DAY)
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ("my_model.py:Mine", "code of the submitter's"),
        ("checkpoint/", "a folder on the submitter's machine"),
        ("rrf(bm25, my_model.py:Mine)", "code of the submitter's"),
        ('late("a/b", trust_remote_code=true)', "code that comes with the model"),
        ('run("my_model.py")', "is a file or folder here"),
        ("bm25(k1=0.5)", "another model here"),
    ],
)
def test_a_model_that_is_more_than_names_is_not_run(
    submission: Path,
    tmp_path: Path,
    model: str,
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_model.py").write_text("import pathlib; pathlib.Path('executed').touch()\n")

    def pretend(told: Any) -> None:
        told["model"], told["model_identity"] = model, {"adapter": model}
        told["model_fingerprint"] = fingerprint(told["model_identity"])

    edit_result(submission, pretend)
    rehash(submission)
    with pytest.raises(UserError, match=reason):
        reproduce(submission, out=tmp_path / "again", by="x", on=DAY)
    assert not (tmp_path / "executed").exists()


def test_only_some_tasks_can_be_run(tmp_path: Path) -> None:
    folder = make(tmp_path / "board" / "bm25", tasks=(TASK, "starter-tools/weather"))
    found = reproduce(folder, out=tmp_path / "again", by="x", on=DAY, tasks=[TASK])
    assert [cell.task for cell in found.cells] == [TASK]
    with pytest.raises(UserError, match="Did you mean starter-tools/weather"):
        reproduce(folder, out=tmp_path / "again", by="x", on=DAY, tasks=["starter-tools/wether"])


def test_missing_data_is_named(
    submission: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> Iterator[object]:
        raise MissingData("not here")

    monkeypatch.setattr(type(load_task(TASK)), "load", missing)
    with pytest.raises(MissingData, match="not here"):
        reproduce(submission, out=tmp_path / "again", by="x", on=DAY)
