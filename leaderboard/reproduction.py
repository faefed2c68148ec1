"""Runs a submission's model again, from nothing but the names in it, and compares the answers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from harness import evaluate, spec
from harness.answering import Watcher, ignore
from harness.errors import InfrastructureError, MissingData, UserError, unknown
from harness.loading import LoadedModel, load_model
from harness.play.helpers import named
from harness.records import Setting
from harness.settings import setting_of
from harness.store import RUN_INFO, Result, ResultFolder, setting_slug, setting_to_json
from leaderboard.checked import CHECKED, Reproduced, Rerun
from leaderboard.checks import check
from leaderboard.checks.card import parts
from leaderboard.checks.case import Case
from leaderboard.checks.writing import write
from leaderboard.submission.environment import side_by_side, together

REPRODUCED = "reproduced"
"""Folder of the records, below that of the checks."""
CODE = "trust_remote_code"
"""Argument that lets code run which comes with a model."""


def reproduce(
    folder: str | Path,
    *,
    data: str | Path | None = None,
    out: str | Path,
    by: str,
    on: date,
    tasks: Sequence[str] | None = None,
    watch: Watcher = ignore,
) -> Reproduced:
    """Answers every task of a submission again and compares what comes out.

    The model is made from the submission's expression, the tasks from their names; no file of the
    submission takes part. What `out` holds already is reused, so an interrupted run goes on.

    Args:
        folder: a submission that passes its checks.
        data: folder that mirrors the tasks' data; default the environment variable ASSAY_DATA.
        out: folder for the new results.
        by: who ran it.
        on: the day.
        tasks: only these of the submission's; default all.
        watch: called with a `Progress` whenever there is some.

    Returns:
        For every result the submitted and the new main measure, and whether the predictions are
        the same to the last byte.

    Raises:
        UserError: the submission does not pass, or lacks one of the tasks; or its expression names
            a file, a folder, an endpoint or code of others: these are not run.
        MissingData: the data of a task is not to be had.
        InfrastructureError: queries failed outside the model; the same call goes on.
    """
    if not by.strip():
        raise UserError("who runs it again? --by NAME")
    verdict = check(folder, data=data)
    if not verdict.acceptable:
        reason = next(o.message for o in verdict.outcomes if o.status == "failed")
        raise UserError(f"{folder} does not pass its checks ({reason}): see assay check {folder}")
    case = Case(Path(folder), data=data, base=None)
    model = _model(case)
    claimed = list(_chosen(case, tasks))
    for result in claimed:
        _require_harmless(result)
    again = partial(_again, model, data=data, out=out, watch=watch)
    pairs = [pair for group in _alike(claimed) for pair in again(group)]
    order = {_key(result): place for place, result in enumerate(claimed)}
    pairs.sort(key=lambda pair: order[_key(pair[0])])
    return Reproduced(
        submission=case.name,
        manifest=case.manifest_digest,
        on=on,
        by=by,
        environment=together([_info(Path(out), model, new) for _, new in pairs]),
        cells=[_compared(old, new) for old, new in pairs],
    )


def record(reproduced: Reproduced, submissions: Path) -> Path:
    """Writes the record `_checked/reproduced/<name>.json` below the folder of all submissions.

    What is on record of other tasks and settings of the same manifest stays.
    """
    path = submissions / CHECKED / REPRODUCED / f"{reproduced.submission}.json"
    write(path, _with_earlier(reproduced, _recorded(path)))
    return path


def _recorded(path: Path) -> Reproduced | None:
    """The record that is there; None where there is none, or a damaged one, which counts as none.

    Raises:
        UserError: it cannot be read.
    """
    try:
        return Reproduced.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
    except OSError as error:
        raise UserError(f"cannot read {path} ({error.strerror})") from None


def _with_earlier(new: Reproduced, old: Reproduced | None) -> Reproduced:
    """The new record and what only the old one has, of both who ran it and on what."""
    if old is None or (old.submission, old.manifest) != (new.submission, new.manifest):
        return new
    cells = {(cell.task, setting_of(cell.setting)): cell for cell in (*old.cells, *new.cells)}
    if len(cells) == len(new.cells):
        return new
    return new.model_copy(
        update={
            "by": ", ".join(dict.fromkeys((*old.by.split(", "), new.by))),
            "environment": side_by_side(old.environment, new.environment),
            "cells": list(cells.values()),
        }
    )


def _model(case: Case) -> LoadedModel:
    """The submission's model, made here. Raises `UserError` where that would not be safe."""
    expression = case.manifest.model
    if why := next(_dangers(case.expression), None):
        raise UserError(f"{expression} is not run: {why}")
    model = load_model(expression)
    if model.fingerprint != case.manifest.model_fingerprint:
        raise UserError(
            f"{expression} is another model here than where it was submitted: its weights, or the "
            "adapter, have changed since (compare model_identity in a result.json)"
        )
    return model


def _require_harmless(result: Result) -> None:
    """Raises `UserError` where a model that the setting names is not run on this machine."""
    for field, expression in named(result.setting).items():
        if expression and (why := next(_dangers(spec.parse(expression)), None)):
            told = getattr(result.setting, field)
            raise UserError(f"{field}={told} of {result.task} is not run: {why}")


def _dangers(node: spec.Value) -> Iterator[str]:
    """Why an expression of somebody else's is not run on this machine."""
    if isinstance(node, spec.File):
        yield f"{node.path} is code of the submitter's"
    elif isinstance(node, spec.Folder):
        yield f"{node.path} is a folder on the submitter's machine"
    elif isinstance(node, str) and Path(node).expanduser().exists():
        yield f"'{node}' is a file or folder here, which was hardly meant"
    elif isinstance(node, spec.Call) and dict(node.kwargs).get(CODE):
        yield "code that comes with the model would run (trust_remote_code)"
    for part in parts(node):
        yield from _dangers(part)


def _chosen(case: Case, tasks: Sequence[str] | None) -> Iterator[Result]:
    """The results on the wanted tasks. Raises `UserError` for a task that is not among them."""
    claimed = [claim.result for claim in case.claims()]
    has = {result.task for result in claimed}
    for name in tasks or ():
        if name not in has:
            raise unknown("task of the submission", name, has, f"It has: {', '.join(sorted(has))}")
    yield from (result for result in claimed if not tasks or result.task in tasks)


def _alike(results: Sequence[Result]) -> list[list[Result]]:
    """The results by setting and seed, which one call of the engine shares."""
    groups: dict[tuple[str, int], list[Result]] = {}
    for result in results:
        groups.setdefault((setting_slug(result.setting), result.seed), []).append(result)
    return list(groups.values())


def _again(
    model: LoadedModel,
    claimed: Sequence[Result],
    *,
    data: str | Path | None,
    out: str | Path,
    watch: Watcher,
) -> Iterator[tuple[Result, Result]]:
    """Each result with its rerun."""
    setting, seed = claimed[0].setting, claimed[0].seed
    tasks = [result.task for result in claimed]
    report = evaluate(
        model.name, tasks, data=data, out=out, settings=[setting], seed=seed, watch=watch
    )
    if report.missing:
        raise MissingData(f"{report.missing[0].task} cannot be run: {report.missing[0].reason}")
    new = {result.task: result for result in report.results}
    for old in claimed:
        if count := len(new[old.task].errors):
            raise InfrastructureError(
                f"{count} queries of {old.task} failed outside the model: run the same command "
                "again, it goes on"
            )
        yield old, new[old.task]


def _compared(old: Result, new: Result) -> Rerun:
    return Rerun(
        task=old.task,
        setting=setting_to_json(old.setting),
        identical=old.predictions_hash == new.predictions_hash,
        main_measure=old.main_measure,
        submitted=old.measures[old.main_measure].value,
        rerun=new.measures[old.main_measure].value,
    )


def _info(out: Path, model: LoadedModel, result: Result) -> Mapping[str, Any]:
    """Where a new result was computed."""
    place = ResultFolder.of(out, model.name, model.fingerprint, result.task, result.setting)
    found: Mapping[str, Any] = json.loads((place.path / RUN_INFO).read_bytes())
    return found


def _key(result: Result) -> tuple[str, Setting]:
    return result.task, result.setting
