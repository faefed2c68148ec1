"""Result files of the Berkeley Function Calling Leaderboard, of version 1 and of version 4.

One JSON object a line: `id`, `result`, and where they were counted `input_token_count`,
`output_token_count` and `latency` (seconds), which are lists of lists in conversations. How
`result` is read stands in `tasks.imports.bfcl_answers`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.contracts import Importer, Unreadable
from harness.errors import UserError
from harness.formats.trajectories import numbered
from harness.records import Problem, Trajectory, Usage
from tasks.imports.bfcl_answers import Reading, has_calls, read_answer

_FILES = (
    re.compile(r"BFCL_v4_(\w+)_result\.json"),
    re.compile(r"gorilla_openfunctions_v1_test_(\w+)_result\.json"),
)
"""Names of result files: those of version 4, those of version 1."""
_VERSION_1 = frozenset(
    {"simple", "java", "javascript", "relevance", "sql", "rest"}
    | {f"{kind}_function" for kind in ("multiple", "parallel", "parallel_multiple")}
)
"""Categories that version 4 does not have, besides the executable ones."""
_TOO_MUCH = 1e15
"""Tokens or seconds that nobody ever counted."""


def convert(path: Path, problems: Mapping[str, Problem]) -> Iterator[Trajectory | Unreadable]:
    """The trajectories of a result file, or of a model's folder, in the order of the file.

    Args:
        path: a result file, or a folder in which just one is of the problems' category.
        problems: those of one task, by key.

    Raises:
        UserError: there is no such file, it cannot be read, or it is of another category.
    """
    if not problems:
        return
    category = next(iter(problems)).partition(":")[0].rpartition("_")[0]
    first = category in _VERSION_1 or category.startswith("executable_")
    file = _result_file(path, category, first)
    as_written = first and file.resolve().parent.name.startswith("gpt-")
    lists = any(has_calls(row.get("result")) for _, row in _rows(file) if _is_result(row))
    yield from _converted(file, problems, Reading(lists, first, not as_written))


IMPORTER = Importer(
    "bfcl",
    "a BFCL result file (gorilla_openfunctions_v1_test_*_result.json, BFCL_v4_*_result.json), or "
    "the folder of a model's",
    (
        "What tools gave, and the log of the run: only what the model wrote is carried over.",
        "How calls were written, once they are read: blanks, quotes, names with '_' for '.'.",
        "Reasoning, and money: tokens and seconds are kept, several of them added up.",
        "Decoders of single models: text calls are read as Python, Java or JavaScript (or as a "
        "configuration of format_sensitivity says), so models that write in Hermes', Llama 3's, "
        "xLAM's, GLM's, Granite's, Gemma's, DBRX's, Nemotron's, Arctic's, DeepSeek-Coder's or "
        "Raven's way come out malformed, or with calls that upstream read in another way.",
        "Version 1's executable categories are read, and need results of their calls to be scored.",
    ),
    convert,
)


def _converted(
    file: Path, problems: Mapping[str, Problem], reading: Reading
) -> Iterator[Trajectory | Unreadable]:
    seen: set[str] = set()
    for place, row in _rows(file):
        if not _is_result(row):
            yield Unreadable(place, row if isinstance(row, str) else "it has no id or no result")
        elif (id := row["id"]) not in problems:
            yield Unreadable(place, f"the task has no problem {id[:80]!a}")
        elif id in seen:
            yield Unreadable(place, f"it is a second result of '{id}'")
        else:
            seen.add(id)
            made = read_answer(row["result"], problems[id], reading)
            yield replace(made, usage=_usage(row), seconds=_total(row.get("latency")))


def _result_file(path: Path, category: str, first: bool) -> Path:
    if path.is_dir():
        files = sorted(path.rglob(f"*_{category}_result.json"))
        files = [file for file in files if file.is_file()]
        found = [file for file in files if _named_category(file, first) == category]
        if len(found) == 1:
            return found[0]
        raise UserError(
            f"{path} has {len(found) or 'no'} result file{'s'[: len(found) > 1]} of {category}: "
            "name one, or the folder of one model"
        )
    if not path.is_file():
        raise UserError(f"no BFCL results at {path}: name a result file or a model's folder")
    if _named_category(path, first) != category and any(n.fullmatch(path.name) for n in _FILES):
        raise UserError(
            f"{path.name} is of another task: the problems here are those of {category} in version "
            f"{1 if first else 4}"
        )
    return path


def _named_category(file: Path, first: bool) -> str | None:
    """The category that a file's name tells; None where the name is not of the version's form."""
    match = _FILES[first].fullmatch(file.name)
    return match[1] if match else None


def _rows(file: Path) -> Iterator[tuple[str, Any]]:
    """Place and content of each line; a text that says what is wrong where it is no JSON."""
    for place, line in numbered(file):
        try:
            yield place, line if isinstance(line, str) else json.loads(line)
        except RecursionError:
            yield place, "it is nested too deep"
        except ValueError as error:
            yield place, f"it is no JSON: {error}"


def _is_result(row: Any) -> bool:
    return isinstance(row, dict) and isinstance(row.get("id"), str) and "result" in row


def _usage(row: Mapping[str, Any]) -> Usage | None:
    counted = [_total(row.get(f"{side}_token_count")) for side in ("input", "output")]
    if counted == [None, None]:
        return None
    return Usage(*(int(tokens or 0) for tokens in counted))


def _total(given: Any) -> float | None:
    """A number, or the sum of those in turns of steps; None where something is no number."""
    levels = [given]
    for _ in range(2):
        levels = [i for level in levels for i in (level if isinstance(level, list) else [level])]
    if not levels or not all(type(n) in (int, float) and 0 <= n < _TOO_MUCH for n in levels):
        return None
    return float(sum(levels))
