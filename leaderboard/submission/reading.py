"""The files of a submission, read without trusting a byte of them.

Nothing here executes, follows a link, or reads or decompresses more than a limit; every refusal is
one printable line. A file is read here before anything else of the harness opens it.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from math import isfinite
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from harness.measures import is_share
from harness.store import PER_QUERY, RESULT, RUN_INFO, Result
from harness.store.schema import Value
from leaderboard.records import ENVIRONMENT, MANIFEST, Card, Environment, Manifest
from leaderboard.submission import limits
from leaderboard.submission.cards import about, unfilled
from leaderboard.submission.environment import RunInfo
from leaderboard.submission.files import gunzip, read_bytes
from leaderboard.submission.folder import allowed, allowed_folder, require_name, safe_files
from leaderboard.submission.parsing import read_json, read_yaml
from leaderboard.submission.refusal import Refused, shown

__all__ = [
    "Refused",
    "gunzip",
    "possible",
    "problems",
    "read_bytes",
    "read_card",
    "read_environment",
    "read_json",
    "read_manifest",
    "read_per_query",
    "read_result",
    "read_run_info",
    "read_yaml",
    "require_day",
    "require_name",
    "safe_files",
    "shown",
]

_TASK = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*(?<!\.py)")
"""A registered name: never a path from the root or above, nor code in a file."""
_MEASURE = re.compile(r"[A-Za-z]\w{0,39}(\([-\w=.,' ]{0,80}\))?([@^][1-9][0-9]{0,4})?", re.ASCII)
"""Notation; never a function in a file."""
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,39}")
"""Value of a setting."""

_CLUSTER = re.compile(r"[0-9]{1,12}")
_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?(e[+-]?[0-9]{1,3})?")
_BEFORE = 4
"""Columns of per-query values before those of the measures: query, split, cluster, weight."""

EARLIEST = date(2024, 1, 1)
"""No version of this program is as old, so nothing can have been packed before."""
_ROUNDING = 1e-9
"""How far a mean of shares may be off 1: sums of doubles are."""
_SIGNED = frozenset({"delta_solution_length"})
"""Measures of how many more there are than needed, which fewer can do with."""
GRACE = timedelta(days=1)
"""How far ahead of the day in UTC a calendar may be somewhere on earth."""

_MISSING = "is missing"

_Record = TypeVar("_Record", bound=BaseModel)


def read_card(path: Path) -> Card:
    """The model card.

    Raises:
        Refused: it is none; with everything that is wrong with it, and what is to be written.
    """
    value = read_yaml(read_bytes(path, limits.CARD_BYTES), shown(path.name))
    if not isinstance(value, dict):
        raise Refused(f"{shown(path.name)} is no model card: it needs lines such as name: ...")
    empty = list(unfilled(value))
    card, wrong = None, [f"still to be filled in: {', '.join(map(shown, empty))}"] if empty else []
    try:
        card = Card.model_validate(value)
    except ValidationError as error:
        known = tuple(f"{place}:" for place in empty)
        wrong += [_advised(text) for text in problems(error) if not text.startswith(known)]
    if card is None or wrong:
        raise Refused(f"{shown(path.name)}: {'; '.join(wrong)}")
    return card


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a submission. Raises `Refused` where it is none, or names odd paths."""
    data = read_bytes(folder / MANIFEST, limits.MANIFEST_BYTES)
    manifest = _validated(Manifest, read_json(data, MANIFEST), MANIFEST)
    odd = [path for path in manifest.files if path == MANIFEST or not allowed(path)]
    odd += [entry.path for entry in manifest.results if not _is_result(entry.path)]
    if odd:
        raise Refused(f"{MANIFEST}: '{shown(odd[0])}' is no path of a submission")
    return manifest


def read_environment(folder: Path) -> Environment:
    """Where the results were computed. Raises `Refused`."""
    data = read_bytes(folder / ENVIRONMENT, limits.ENVIRONMENT_BYTES)
    return _validated(Environment, read_json(data, ENVIRONMENT), ENVIRONMENT)


def read_run_info(folder: Path) -> RunInfo:
    """What a submitted result cost. Raises `Refused`."""
    data = read_bytes(folder / RUN_INFO, limits.RUN_INFO_BYTES)
    return _validated(RunInfo, read_json(data, RUN_INFO), RUN_INFO)


def read_result(folder: Path) -> Result:
    """The claims of a result.

    Nothing that it names can be code: `harness.rescoring.score` would execute the Python file that
    a task or a measure of a result lies in.

    Raises:
        Refused: it is no result, or names a task, a measure or a setting that cannot be one.
    """
    data = read_bytes(folder / RESULT, limits.RESULT_BYTES)
    result = _validated(Result, read_json(data, RESULT), RESULT)
    setting = result.setting
    words = [setting.instruction, setting.pool, setting.view, setting.join, *setting.compat]
    odd = [word for word in words if not _WORD.fullmatch(word)]
    odd += [name for name in result.measures if not _MEASURE.fullmatch(name)]
    odd += [name for name in (result.task,) if not _TASK.fullmatch(name)]
    if odd:
        raise Refused(f"{RESULT}: '{shown(odd[0])}' names no task, measure or setting")
    if not 1 <= len(result.measures) <= limits.MEASURES:
        raise Refused(f"{RESULT}: {len(result.measures)} measures: 1 to {limits.MEASURES}")
    if not 1 <= setting.k <= limits.DOCUMENTS:
        raise Refused(f"{RESULT}: k is {setting.k}: 1 to {limits.DOCUMENTS:,}")
    if not 1 <= setting.trials <= limits.TRIALS or result.seed < 0:
        raise Refused(f"{RESULT}: trials are 1 to {limits.TRIALS:,}, and a seed is at least 0")
    return result


def read_per_query(folder: Path) -> bytes:
    """The per-query values of a result as text.

    Raises:
        Refused: it is no table of texts and finite numbers, as `harness.store` writes and reads it;
            "nan" is where a measure says nothing.
    """
    data = gunzip(folder / PER_QUERY, limits.PER_QUERY_INFLATED)
    try:
        head, *rows = data.decode().removesuffix("\n").split("\n")
    except UnicodeDecodeError as error:
        raise Refused(f"{PER_QUERY} is not UTF-8 (byte {error.start + 1})") from None
    columns = head.count("\t") + 1
    if columns > _BEFORE + limits.MEASURES:
        raise Refused(f"{PER_QUERY}: {columns:,} columns, for at most {limits.MEASURES} measures")
    for number, row in enumerate(rows, 2):
        cells = row.split("\t", columns)
        if len(cells) != columns or not _is_row(cells):
            raise Refused(f"{PER_QUERY} line {number} is no query, split, cluster, weight, values")
        if not all(isfinite(float(cell)) for cell in cells[3:] if cell != "nan"):
            raise Refused(f"{PER_QUERY} line {number} holds a number that is not finite")
    return data


def require_day(manifest: Manifest) -> None:
    """Raises `Refused` where a submission says that it was packed on a day that cannot be."""
    latest = datetime.now(UTC).date() + GRACE
    if not EARLIEST <= manifest.created <= latest:
        why = f"before {EARLIEST}" if manifest.created < EARLIEST else "yet to come"
        raise Refused(f"{MANIFEST}: created on {manifest.created}, which is {why}")


def possible(name: str, value: Value) -> bool:
    """Whether a measure can have that mean and interval: shares of 1, and amounts of at least 0.

    The differences in `_SIGNED` may be below 0; no amount is farther from it than an integer.
    """
    most = 1 + _ROUNDING if is_share(name) else float(limits.INTEGER)
    least = -most if name.partition("(")[0] in _SIGNED else -_ROUNDING
    ends = least <= value.ci_low <= value.ci_high <= most
    return ends and least <= value.value <= most and value.n >= 0


def problems(error: ValidationError) -> list[str]:
    """Everything that is wrong with a record, each as "field: what"; no value is repeated."""
    return [
        f"{shown(_place(found['loc']))}: {_said(found['type'], found['msg'])}"
        for found in error.errors(include_url=False, include_input=False, include_context=False)
    ]


def _is_row(cells: list[str]) -> bool:
    """Whether these are query and split as JSON texts, a cluster, a weight, and values."""
    query, split, cluster, weight, *values = cells if len(cells) > _BEFORE else ("",) * _BEFORE
    return (
        _is_text(query)
        and _is_text(split)
        and bool(_CLUSTER.fullmatch(cluster) and _NUMBER.fullmatch(weight))
        and all(value == "nan" or _NUMBER.fullmatch(value) for value in values)
    )


def _is_text(cell: str) -> bool:
    """Whether a cell is a JSON text.

    Parsed, not matched: a pattern keeps over 100 bytes for every turn of a loop over escapes.
    """
    if not (cell.startswith('"') and cell.endswith('"')):
        return False
    try:
        json.loads(cell)
    except ValueError:
        return False
    return True


def _validated(record: type[_Record], value: object, name: str) -> _Record:
    try:
        return record.model_validate(value)
    except ValidationError as error:
        raise Refused(f"{name}: {'; '.join(problems(error))}") from None


def _advised(problem: str) -> str:
    """A problem of a card; where a field is missing, with what to write there."""
    name, _, what = problem.partition(": ")
    if what != _MISSING or name not in Card.model_fields:
        return problem
    return f"{name} is missing ({about(name).rstrip('.')})"


def _place(location: tuple[int | str, ...]) -> str:
    """A field's place, without the names of types that pydantic puts in for alternatives."""
    return ".".join(str(part) for part in location if "[" not in str(part)) or "it"


def _said(kind: str, message: str) -> str:
    known = {
        "missing": _MISSING,
        "extra_forbidden": "is no field",
        "string_too_short": "is empty",
        "string_type": "takes a text, in quotes",
    }
    message = message.removeprefix("Value error, ")
    return known.get(kind, shown(f"{message[:1].lower()}{message[1:]}", 160))


def _is_result(path: str) -> bool:
    return allowed_folder(path) and path.count("/") == limits.PATH_PARTS - 2
