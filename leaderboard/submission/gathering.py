"""Which results go into a submission, and why some cannot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from harness.commands import command
from harness.errors import UserError
from harness.store import RESULT, RUN_INFO, Result, ResultFolder, find_results
from leaderboard.records import MANIFEST
from leaderboard.submission import limits
from leaderboard.submission.environment import reduced
from leaderboard.submission.kinds import Kind, kind_of
from leaderboard.submission.parsing import read_json
from leaderboard.submission.reading import read_bytes, read_per_query, read_result
from leaderboard.submission.refusal import Refused

NAMED = 5
"""How many problems, models or folders a message names."""
_NAME_RESULTS = "name the results of assay run"


@dataclass(frozen=True, slots=True)
class Gathered:
    """A result on its way into a submission."""

    folder: Path
    result: Result
    info: dict[str, Any]
    """Its `run_info.json`."""

    @property
    def kind(self) -> Kind:
        """What it keeps on disk."""
        return _kind(self.result)


def gather(paths: Sequence[Path]) -> list[Gathered]:
    """The results of one model, ready to be submitted, in order of task and setting.

    Args:
        paths: folders that hold results at any depth, or single results.

    Raises:
        UserError: there are none, or of several models, or twice of one task and setting; or some
            are incomplete, limited or damaged. The message names all of them, up to a few.
    """
    folders = {f.path.resolve(): f.path for path in paths for f in _folders(path)}
    results = [(folder, _read(folder)) for folder in folders.values()]
    _require_one_model(results)
    _refuse(_twice(results))
    _refuse(why for folder, result in results if (why := _unfit(folder, result)))
    gathered = [Gathered(folder, result, _info(folder, result)) for folder, result in results]
    return sorted(gathered, key=lambda one: one.result.key)


def first_result(paths: Sequence[Path]) -> Result | None:
    """One of the results, to know the model by; None where no path is given.

    Raises:
        UserError: a path holds none, or they are of several models.
    """
    results = [(f.path, _read(f.path)) for path in paths for f in _folders(path)]
    _require_one_model(results)
    return results[0][1] if results else None


def _folders(path: Path) -> list[ResultFolder]:
    path = path.parent if path.name == RESULT else path
    if (path / MANIFEST).exists():
        raise UserError(f"{path} is a submission already: {_NAME_RESULTS}")
    found = list(find_results(path))
    if not found:
        raise UserError(
            f"no result at {path}: name a folder that assay run wrote (its --out), or one in it"
        )
    if packed := [f.path for f in found if (_submission(f.path) / MANIFEST).exists()]:
        raise UserError(f"{path} holds a submission, {_submission(packed[0])}: {_NAME_RESULTS}")
    return found


def _submission(result: Path) -> Path:
    """The folder of the submission, where a result lies in one."""
    return result.parent.parent.parent


def _read(folder: Path) -> Result:
    try:
        return read_result(folder)
    except Refused as error:
        raise UserError(f"{folder}: {error}") from None


def _require_one_model(results: Sequence[tuple[Path, Result]]) -> None:
    where: dict[str, str] = {}
    for folder, result in results:
        example = f"{result.model} ({folder.parent.parent})"
        where.setdefault(result.model_fingerprint, example)
    if len(where) > 1:
        raise UserError(
            f"a submission is of one model, and these are of {len(where)}: "
            f"{_named(sorted(where.values()))}; name the folders of one"
        )


def _twice(results: Sequence[tuple[Path, Result]]) -> Iterator[str]:
    """Results of one task under one setting."""
    places: dict[tuple[str, str, str], list[Path]] = defaultdict(list)
    for folder, result in results:
        places[result.key].append(folder)
    for (_, task, setting), folders in places.items():
        if len(folders) > 1:
            both = " and ".join(map(str, folders))
            yield f"{task} under '{setting}' is there twice, {both}: name one of them"


def _unfit(folder: Path, result: Result) -> str | None:
    """Why a result cannot be submitted; None where it can.

    One whose data differs from what was published can, and is marked.
    """
    again = command(result.model, result.task, result.setting, result.seed)
    try:
        asked = _kind(result).asked
    except Refused as error:
        return f"{folder}: {error}"
    if result.status != "complete" or result.errors:
        return f"{folder} is incomplete (failed {asked}: {len(result.errors)}): run again: {again}"
    if result.setting.limit is not None:
        whole = again.replace(f" --limit {result.setting.limit}", "")
        return f"{folder} asked the first {result.setting.limit} {asked} only: run: {whole}"
    if (waiting := _unmeasured(result)) is not None:
        return f"{folder}: {waiting}"
    if (damage := _damage(folder, result)) is not None:
        return f"{folder} is damaged, {damage}: run {again} --fresh"
    return None


def _kind(result: Result) -> Kind:
    """What a result keeps on disk. Raises `Refused` where the board takes none of its kind."""
    return kind_of(str(result.task_card.get("kind", "retrieval")))


def _unmeasured(result: Result) -> str | None:
    """What the main measure lacks, such as a judge's word; None where it lacks nothing."""
    main = result.measures.get(result.main_measure)
    lacking = result.counts.queries - (main.n if main else 0)
    if not lacking:
        return None
    return (
        f"{result.main_measure} says nothing of {lacking} of {result.counts.queries} "
        f"{_kind(result).asked}, as where a judge's word is missing: have all of them judged first"
    )


def _damage(folder: Path, result: Result) -> str | None:
    """What is wrong with the files of a result; None where they are whole."""
    kind = _kind(result)
    try:
        read_per_query(folder)
        fingerprint = kind.fingerprint(folder)
    except UserError as error:
        return str(error)
    if fingerprint != result.predictions_hash:
        return f"{kind.predictions} is not what {RESULT} was made from"
    if ResultFolder(folder).undamaged_scores() is None:
        return "its per-query values cannot be read"
    return None


def _info(folder: Path, result: Result) -> dict[str, Any]:
    again = f"{command(result.model, result.task, result.setting, result.seed)} --fresh"
    try:
        info = read_json(read_bytes(folder / RUN_INFO, limits.RUN_INFO_BYTES), RUN_INFO)
        reduced(info)
    except (Refused, ValidationError, AttributeError) as error:
        why = error if isinstance(error, Refused) else f"{RUN_INFO} is not what the harness writes"
        raise UserError(f"{folder}: {why}: run {again}") from None
    return dict(info)


def _refuse(problems: Iterable[str]) -> None:
    """Raises `UserError` with what is wrong, where something is."""
    if found := list(problems):
        raise UserError(f"nothing was packed: {_named(found)}")


def _named(texts: Sequence[str]) -> str:
    more = len(texts) - NAMED
    return "; ".join(texts[:NAMED]) + (f"; and {more} more" if more > 0 else "")
