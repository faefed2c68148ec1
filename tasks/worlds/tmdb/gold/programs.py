"""RestBench's gold paths as programs that run in the simulated world."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from harness.records import ToolCall
from tasks.worlds.rest import Router, checked
from tasks.worlds.tmdb.gold.binding import bind
from tasks.worlds.tmdb.gold.facts import Facts
from tasks.worlds.tmdb.gold.picks import Pick
from tasks.worlds.tmdb.gold.queries import QUERIES
from tasks.worlds.tmdb.service import FilmDatabase

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(T00:00:00\.000Z)?", re.ASCII)


@dataclass(frozen=True)
class GoldProgram:
    """What leads to the answer of a query, and what the answer is.

    Attributes:
        calls: the gold path with its arguments, which may refer to earlier answers.
        answer: a reference to the value that is the answer; "" where it is no single value.
        said: what the answers to the calls come to, as texts; none where they do not tell.
        accepted: the right answers, worked out from the facts, as texts.
        all: whether an answer must have all of them, or any.
        names: what the query names.
    """

    calls: tuple[ToolCall, ...]
    answer: str
    said: tuple[str, ...]
    accepted: tuple[str, ...]
    all: bool
    names: tuple[str, ...] = ()

    @property
    def answers(self) -> tuple[str, ...]:
        """The accepted answers in the ways they may be said; none where several are needed.

        Nor are there any where one stands within another thing that the query names: "Avatar" is
        said by whoever says "Avatar: The Way of Water".
        """
        if self.all and len(self.accepted) > 1:
            return ()
        if any(_within(answer, name) for answer in self.accepted for name in self.names):
            return ()
        return tuple(form for answer in self.accepted for form in _forms(answer))


def gold_programs(
    paths: Mapping[int, Sequence[str]], router: Router, service: FilmDatabase, facts: Facts
) -> dict[int, GoldProgram]:
    """The programs of the queries, by position in the benchmark's file from 0.

    Args:
        paths: their gold paths, labels mended.
        router: the service's operations.
        service: in which the programs are to run; nothing changes in it.
        facts: of the same world.

    Raises:
        UserError: a path cannot be bound.
    """

    def answering(operation: str, arguments: Mapping[str, Any]) -> Any:
        return service.answer(operation, checked(router.operations[operation], arguments))

    programs: dict[int, GoldProgram] = {}
    for position, path in paths.items():
        query = QUERIES[position]
        bound = bind(path, query.names, query.chosen, answering)
        reference = ""
        said: tuple[str, ...] = ()
        if isinstance(query.says, Pick):
            reference, value = query.says.one(bound.given[-1], len(bound.given))
            said = (str(value),)
        elif query.says is not None:
            said = tuple(dict.fromkeys(map(str, query.says(bound.given))))
        right = query.right(facts) if query.right else ()
        accepted = tuple(dict.fromkeys(map(str, right)))
        programs[position] = GoldProgram(
            bound.calls, reference, said, accepted, query.all, query.names
        )
    return programs


def _within(answer: str, name: str) -> bool:
    """Whether a name has an answer among its words, and others."""
    found = re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", name, re.IGNORECASE)
    return found is not None and len(answer) < len(name)


def _forms(answer: str) -> Iterator[str]:
    """An answer as it may be said: a day in any of the usual ways."""
    yield answer
    if match := _DAY.fullmatch(answer):
        day = date.fromisoformat(match[1])
        month = MONTHS[day.month - 1]
        if match[2]:
            yield match[1]
        yield f"{month} {day.day}, {day.year}"
        yield f"{day.day} {month} {day.year}"
