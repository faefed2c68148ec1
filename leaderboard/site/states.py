"""States of tasks side by side: what differs between them, and what that does to a number.

Numbers about different data or versions are never ranked together. A system that is known on both
shows how far they are apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from leaderboard.board.editions import SETTINGS
from leaderboard.board.records import Board, Number, Row, SuiteBoard
from leaderboard.checked import Level
from leaderboard.site import results

_HASH = re.compile(r" \[\w+\]")
_STATE = frozenset({*SETTINGS, "judge"})
"""Settings that make another state of a task; all others tell systems apart."""
_MEANINGS: tuple[tuple[str, str], ...] = (
    (r"pool (.+)", "only the pool “{0}” is searched, so there are other documents to choose from"),
    (r"view (.+)", "documents are written in another way: “{0}”"),
    (r"compat (.+)", "a deviation of the original code is copied: {0}"),
    (r"tools (shuffled|gold-first|gold-last)", "tools are offered in another order: {0}"),
    (r"tools (.+)", "other tools are offered than the problem's own: “{0}”"),
    (r"faults (.+)", "some calls fail by chance: “{0}”"),
    (r"simulated by (.+)", "a model stands in for the tools: {0}"),
    (r"judged by (.+)", "success is what {0} says, with whom another judge may disagree"),
    (r"first (.+) queries", "only the first {0} queries are asked"),
    (r"version (.+)", "version {0} of the task, under which the same answers score differently"),
    (
        r"data at hand: (.+)",
        "the data at hand is not the published data: {0}, so the search is over something else",
    ),
    (r"data at hand", "the data at hand is not the published data"),
    (
        r"data not vouched for",
        "the data comes from a copy of which nobody has published a count or a hash, so that it "
        "cannot be shown to be the published data",
    ),
    (r"unfinished", "not every query was asked"),
    (
        r"(.+) in (\d+) of (\d+) tasks",
        "a mean over tasks of which {1} of {2} are about something else: {0}",
    ),
)


def meaning(edition: str) -> str:
    """What an edition says, as a sentence for someone who has never seen one."""
    told = [_part(part) for part in _HASH.sub("", edition).split("; ")]
    text = "; ".join(told)
    return f"{text[:1].upper()}{text[1:]}."


def _part(part: str) -> str:
    for pattern, text in _MEANINGS:
        if match := re.fullmatch(pattern, part):
            return text.format(*match.groups())
    return f"a state of the data that the printed table calls “{part}”"


def plain(edition: str) -> str:
    """An edition without the hashes of data, which a table of several tasks need not tell apart."""
    return _HASH.sub("", edition)


@dataclass(frozen=True, slots=True)
class State:
    """A state other than the current one."""

    edition: str
    meaning: str
    tasks: int
    rows: int


@dataclass(frozen=True, slots=True)
class Pair:
    """A system that is known on the current state and on another one, over the same tasks."""

    current: Row
    other: Row
    told: tuple[str, ...]
    """What tells the system's rows apart, the state aside."""
    edition: str
    levels: tuple[Level, Level]
    tasks: int
    before: float
    """Mean over those tasks on the current state."""
    after: float
    """The same on the other state."""


def states(board: Board, suite: SuiteBoard) -> list[State]:
    """Every other state that a number of a suite's tasks is about, by its words."""
    tasks: dict[str, set[str]] = {}
    rows: dict[str, set[str]] = {}
    for column in suite.columns:
        task = board.tasks.get(column.id)
        for row, cells in task.numbers.items() if task else ():
            leading = next(iter(cells.values()), None)
            if leading is not None and leading.edition:
                edition = plain(leading.edition)
                tasks.setdefault(edition, set()).add(column.id)
                rows.setdefault(edition, set()).add(row)
    return [State(e, meaning(e), len(tasks[e]), len(rows[e])) for e in sorted(tasks)]


def pairs(board: Board, tasks: Iterable[str]) -> list[Pair]:
    """Systems that are known on two states of some tasks, references apart, by name."""
    found: dict[tuple[str, str], list[tuple[Number, Number]]] = {}
    for name in tasks:
        task = board.tasks.get(name)
        if task is None or not task.measures:
            continue
        known = [
            (row, number)
            for row in task.rows
            if (number := task.numbers[row.id].get(task.measures[0])) is not None
            if not number.retracted and row.kind != "reference"
        ]
        others = [(row, number, _key(row)) for row, number in known if number.edition]
        current: dict[tuple[object, ...], tuple[Row, Number]] = {}
        for row, number in known if others else ():
            if not number.edition:
                current.setdefault(_key(row), (row, number))
        for row, number, key in others:
            if match := current.get(key):
                found.setdefault((match[0].id, row.id), []).append((match[1], number))
    made = [_pair(board.rows[one], board.rows[other], n) for (one, other), n in found.items()]
    return sorted(
        made, key=lambda pair: (pair.current.name.lower(), pair.current.id, pair.other.id)
    )


def reasons(board: Board, tasks: Iterable[str]) -> list[str]:
    """Why published numbers of some tasks did not come out over the data at hand, where it ran."""
    wanted = frozenset(tasks)
    told = {
        claim.why: None
        for claim in board.claims
        if claim.task in wanted and claim.ours is not None and claim.why
        if claim.verdict in ("off", "unreachable")
    }
    return list(told)


def _pair(current: Row, other: Row, numbers: list[tuple[Number, Number]]) -> Pair:
    firsts, seconds = zip(*numbers, strict=True)
    editions = sorted({plain(number.edition) for number in seconds})
    return Pair(
        current=current,
        other=other,
        told=tuple(results.told_apart(current)),
        edition=editions[0] if len(editions) == 1 else "; or ".join(editions),
        levels=(firsts[0].level, seconds[0].level),
        tasks=len(numbers),
        before=sum(number.value for number in firsts) / len(numbers),
        after=sum(number.value for number in seconds) / len(numbers),
    )


def _key(row: Row) -> tuple[object, ...]:
    """What two rows of one system have in common where only the state of the task differs."""
    setting = sorted((k, str(v)) for k, v in row.setting.items() if k not in _STATE)
    return row.system, row.instruction, tuple(setting)
