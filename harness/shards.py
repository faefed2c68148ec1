"""Results from several machines made one, identical to those of a run on one machine."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.answering import Options, Unit, belongs
from harness.asking import ask
from harness.errors import MissingData, UserError
from harness.files import disk_error
from harness.loading import LoadedModel
from harness.records import Setting
from harness.report import Missing, Report
from harness.scoring import Scores
from harness.sources import Source
from harness.store import (
    PER_QUERY,
    RESULT,
    RUN_INFO,
    Result,
    ResultFolder,
    find_results,
)
from harness.store.checkpoint import find_checkpoints
from harness.store.share import settle, shares


def parse_shard(text: str) -> tuple[int, int]:
    """The share "i/n", counted from 1. Raises `UserError` for anything else."""
    first, slash, second = text.partition("/")
    if slash and first.isdecimal() and second.isdecimal() and 1 <= int(first) <= int(second):
        return int(first), int(second)
    raise UserError(f"--shard {text}: write i/n with 1 <= i <= n, as in 2/8")


def merge(
    outs: Sequence[str | Path], *, into: str | Path | None = None, data: str | Path | None = None
) -> Report:
    """Joins the folders that shards have written and scores what has become whole.

    Args:
        outs: result folders of the shards.
        into: where the joined results go; default the first of `outs`.
        data: folder that mirrors the data, as for `evaluate`.

    Returns:
        The joined results; shards that are owed, and tasks that wait for one, are in `unfinished`.

    Raises:
        UserError: a folder without results, or two different results for one place.
    """
    target = Path(into or outs[0])
    done = [share for out in map(Path, outs) for share in shares(out)]
    for out in map(Path, outs):
        if not any(find_results(out)) and not any(find_checkpoints(out)) and not shares(out):
            raise UserError(
                f"no result and no shard under {out}: give what `assay run --out` wrote"
            )
        if out.resolve() != target.resolve():
            _copy(out, target)
    source = Source(data)
    unfinished, missing = settle(target, done), []
    for folder, head in _open(target):
        plan = head["plan"]
        try:
            result = _finish(folder, head, target, source)
        except MissingData as error:
            missing.append(Missing(plan["task"], _setting(plan), str(error)))
            continue
        if result is None:
            unfinished.append(plan["task"])
    whole = [r for f in find_results(target) if (r := f.result()) is not None]
    if any(result.status != "complete" for result in whole):
        for share in done:  # which a merge after another attempt at the errors wants to know of
            share.write(target)
    return Report(results=tuple(whole), missing=tuple(missing), unfinished=tuple(unfinished))


def _copy(out: Path, target: Path) -> None:
    """Takes over every result and every shard's answers that may change one, markers last."""
    try:
        for result in find_results(out):
            place = target / result.path.relative_to(out)
            _refuse_conflict(result.path / RESULT, place / RESULT)
            for name in (result.predictions.name, PER_QUERY, RUN_INFO, RESULT):
                _copy_file(result.path / name, place / name)
        for file, head in find_checkpoints(out):
            place = target / file.relative_to(out)
            if _done(place.parent, head["plan"]):
                continue
            if any(other != head for there, other in find_checkpoints(place.parent)):
                raise UserError(f"{file} and {place.parent} answer different questions")
            _copy_file(file, place)
    except OSError as error:
        raise disk_error(error, target) from error


def _copy_file(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.tmp")
    shutil.copyfile(source, temporary)
    temporary.replace(target)


def _refuse_conflict(new: Path, old: Path) -> None:
    if old.exists() and old.read_bytes() != new.read_bytes():
        raise UserError(f"{new} and {old} differ: they are not shards of one run")


def _open(target: Path) -> list[tuple[Path, dict[str, Any]]]:
    """Folders with answers that are no complete result yet, with the first line of their files."""
    heads: dict[Path, dict[str, Any]] = {}
    for file, head in find_checkpoints(target):
        if heads.setdefault(file.parent, head) != head:
            raise UserError(f"the shards in {file.parent} answer different questions")
    return [(folder, head) for folder, head in heads.items() if not _done(folder, head["plan"])]


def _done(folder: Path, plan: dict[str, Any]) -> bool:
    """Whether a plan's complete result is there: no answer can change it."""
    result = ResultFolder(folder).result()
    return result is not None and result.status == "complete" and belongs(result, plan)


def _finish(
    folder: Path, head: dict[str, Any], target: Path, source: Source
) -> tuple[Result, Scores] | None:
    """Scores a folder whose answers are all there; None while some are missing."""
    plan = head["plan"]
    asked = ask(plan["task"], _setting(plan), source, plan["seed"])
    model = LoadedModel(
        model=None,
        name=plan["model"],
        identity=plan["model_identity"],
        fingerprint=plan["model_fingerprint"],
        card=plan["model_card"],
    )
    unit = Unit(model, asked, tuple(head["measures"]), Options(out=target), plan.get("helpers", {}))
    unit.plan["model_join"] = plan["model_join"]  # known to the adapter, which is not loaded here
    if unit.plan != plan:
        raise UserError(f"{folder}: the data here is not what the shards were asked about")
    return unit.conclude()


def _setting(plan: dict[str, Any]) -> Setting:
    fields = dict(plan["setting"])
    return Setting(**fields | {"compat": tuple(fields["compat"])})
