"""What systems wrote about RestBench: logs of RestGPT, files of DRAFT and of ConAgents, plain rows.

Files that end in .json or .jsonl hold rows (`tasks.imports.restbench_rows`); any other is a log of
RestGPT (`tasks.imports.restgpt_log`); a folder is all its files. A row finds its problem by the
query, in any case and spacing, a misspelled letter aside, or by the problem's id; ConAgents' rows,
which have neither, by their position: the n-th is the n-th problem. A second row of one problem is
its next trial, unless it says which it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from itertools import count
from pathlib import Path
from typing import Any

from harness.contracts import Importer, Unreadable
from harness.errors import UserError
from harness.formats.strict_json import Refused
from harness.records import Problem, Trajectory
from tasks.imports import restbench_rows, restgpt_log
from tasks.imports.files import read_bytes

_ALIKE = 0.95
"""Similarity of a query to a problem's that is the same but for a letter or two."""
_LONGEST = 1000
"""Characters of a query that is compared letter by letter."""


def convert(path: Path, problems: Mapping[str, Problem]) -> Iterator[Trajectory | Unreadable]:
    """The attempts in a file or a folder.

    Raises:
        UserError: there is no such file, it cannot be read, or it is too large.
    """
    finder = _Finder(problems)
    try:
        for file in _files(path):
            is_json = file.suffix in (".json", ".jsonl")
            yield from _from_json(file, finder) if is_json else _from_log(file, finder)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from None


IMPORTER = Importer(
    "restbench",
    "a log of RestGPT, JSON of DRAFT or ConAgents, JSON rows of a query and its calls, or a folder",
    (
        "RestGPT's log does not say whether a request failed, what the service answered (only what "
        "the parser made of it), or what a run cost.",
        "A line of a RestGPT model's own words that begins as an entry of the log does is taken "
        "for one.",
        "DRAFT's own check of its answers (check_index), its subtasks and their answers are left "
        "out; the results of calls made together stand with the first of them.",
        "ConAgents writes neither the final answer nor the requests, only which tool was chosen: a "
        "retried request counts once. A run of five steps may have finished or not: it is taken as "
        "stopped.",
        "Judgements, on which the Success % of the papers rests, are in none of them.",
    ),
    convert,
)


@dataclass
class _Finder:
    """Finds the problem that a row is about, and numbers its attempts."""

    problems: Mapping[str, Problem]
    _by_query: dict[str, str] = field(default_factory=dict)
    _trials: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._keys = tuple(self.problems)
        for key, problem in self.problems.items():
            self._by_query.setdefault(_plain(problem.text), key)

    def by_query(self, query: str) -> str:
        plain = _plain(query)
        if plain in self._by_query:
            return self._by_query[plain]
        near = len(plain) <= _LONGEST and get_close_matches(plain, self._by_query, 1, _ALIKE)
        if not near:
            raise Refused(f"the task asks nothing like {query[:80]!a}")
        return self._by_query[near[0]]

    def by_row(self, row: Any, position: int) -> str:
        if not isinstance(row, Mapping):
            if position >= len(self._keys):
                raise Refused(f"the task has {len(self._keys):,} problems and no more")
            return self._keys[position]
        query, key = row.get("query", row.get("question")), row.get("problem")
        if isinstance(query, str):
            return self.by_query(query)
        if isinstance(key, str) and key in self.problems:
            return key
        raise Refused("it has no query, and no problem of the task")

    def placed(self, made: Trajectory, key: str, numbered: bool = False) -> Trajectory:
        """The attempt with its problem, and its number unless it has one."""
        trial = made.trial if numbered else self._trials[key]
        self._trials[key] += 1
        return replace(made, problem=key, trial=trial)


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise UserError(f"there is no {path}")
    if path.is_file():
        return [path]
    files = [file for file in path.iterdir() if file.is_file()]
    return sorted(files, key=_by_number)


def _by_number(file: Path) -> list[str]:
    """Sorts log_2 before log_10."""
    return [part.zfill(20) for part in re.split(r"([0-9]+)", file.name)]


def _from_log(file: Path, finder: _Finder) -> Iterator[Trajectory | Unreadable]:
    with file.open(encoding="utf-8", errors="replace") as log:
        lines = iter(lambda: log.readline(restgpt_log.LONGEST), "")
        for run in restgpt_log.read_runs(lines):
            try:
                if run.length > restgpt_log.LONGEST:
                    raise Refused(f"a run of more than {restgpt_log.LONGEST:,} characters")
                key = finder.by_query(run.query)
            except Refused as error:
                yield Unreadable(f"{file.name}, line {run.line}", str(error))
            else:
                yield finder.placed(restgpt_log.attempt(run), key)


def _from_json(file: Path, finder: _Finder) -> Iterator[Trajectory | Unreadable]:
    text = read_bytes(file).decode(errors="replace").removeprefix("\ufeff")
    positions = count()
    for place, row in restbench_rows.rows_of(text):
        # A broken row takes its place, or those behind it would be about the wrong problems.
        position = 0 if isinstance(row, Mapping) else next(positions)
        try:
            if isinstance(row, Refused):
                raise row
            made = restbench_rows.attempt(row)
            numbered = isinstance(row, Mapping) and "trial" in row
            yield finder.placed(made, finder.by_row(row, position), numbered)
        except Refused as error:
            yield Unreadable(f"{file.name}, {place}", str(error))


def _plain(query: str) -> str:
    return " ".join(query.casefold().split())
