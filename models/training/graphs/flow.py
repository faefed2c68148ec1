"""What a call needs, found from the values that it holds, without a model.

A value of a call's arguments was known from the start where the request or the tools tell it, else
from the first call whose result tells it or whose arguments hold it. A call needs those whose
results were the first to tell one of its values. True, false and null tell nothing. What nobody
told the model has worked out, from the request ("Monday" to a date) or from what it was told (two
prices to their sum): which of the two cannot be seen.

Nor can be seen that a call was made because of what another gave, without holding a value of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from harness.formats import strict_json
from harness.formats.strict_json import Refused
from models.training.graphs.solutions import Solution, Step

_LONG = 200
"""Characters from which on a value that stands in a text does not do so by chance."""
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Needs:
    """What a step needs.

    Attributes:
        told: the steps, from 1, whose results were the first to tell a value of its arguments.
        worked_out: the first step that held a value of its arguments which nobody had told; 0 where
            all were told. Of several, the last.
    """

    told: frozenset[int] = frozenset()
    worked_out: int = 0


def needs(solution: Solution) -> tuple[Needs, ...]:
    """What each step needs. Steps of one turn do not know what the others of it gave."""
    tools = (
        f"{t.description} {json.dumps(dict(t.parameters), ensure_ascii=False)}"
        for t in solution.tools
    )
    opening = "\n".join((*(m.content for m in solution.opening), *tools))
    sources = [(0, _plain(opening))]
    found: dict[int, Needs] = {}
    for turn in solution.turns:
        steps = [(number, solution.steps[number - 1]) for number in turn]
        for number, step in steps:
            found[number] = _needs(number, step, sources)
        sources += [(-number, _text(dict(step.call.arguments))) for number, step in steps]
        sources += [(number, _text(_parsed(step.gave))) for number, step in steps]
    return tuple(found[number] for number in range(1, len(solution.steps) + 1))


APART, ORDERED = "apart", "ordered"
WRITES = (APART, ORDERED)
"""How calls that may write are kept."""


@dataclass(frozen=True, slots=True)
class Order:
    """What keeps the calls of a solution in their order, besides the values that they hold.

    Attributes:
        reads: names of tools that only read, as shell patterns ("*_search"); all others may write.
        writes: "apart": a call that may write waits for all before it, and all behind it wait for
            it, so that every read tells what it told. "ordered": such calls wait for each other
            alone, which is for worlds whose reads tell nothing of what the writes beside them do.
        careful: whether a call with a value that was worked out also waits for all that was known
            when it was.
    """

    reads: Sequence[str] = ()
    writes: str = APART
    careful: bool = False

    def may_write(self, name: str) -> bool:
        """Whether a tool may write to the world."""
        return not any(fnmatchcase(name, pattern) for pattern in self.reads)

    def keeps(self, before: Step, after: Step) -> bool:
        """Whether a call waits for an earlier one since either of them may write."""
        may = [self.may_write(step.call.name) for step in (before, after)]
        return any(may) if self.writes == APART else all(may)


def dependencies(solution: Solution, order: Order) -> frozenset[tuple[int, int]]:
    """The graph of a solution: edges between its steps and, as the last node, its answer.

    A step needs the steps that told its values; it waits for all before it that failed, since it
    may be what was done about that; and as `order` says. Steps that were made in one turn do not
    wait for each other. The answer needs all that nothing else needs.
    """
    steps, found = solution.steps, set[tuple[int, int]]()
    for later, need in enumerate(needs(solution), 1):
        after, known = steps[later - 1], _turn(steps, need.worked_out)
        for earlier, before in enumerate(steps[: later - 1], 1):
            kept = before.turn < after.turn and (
                before.failed
                or order.keeps(before, after)
                or (order.careful and before.turn < known)
            )
            if kept or earlier in need.told:
                found.add((earlier, later))
    used = {start for start, _ in found}
    last = len(steps) + 1
    return frozenset(found | {(n, last) for n in range(1, last) if n not in used})


def _turn(steps: Sequence[Step], number: int) -> int:
    """The turn of a step; before all turns for 0."""
    return steps[number - 1].turn if number else -1


def _needs(number: int, step: Step, sources: Sequence[tuple[int, str]]) -> Needs:
    told: set[int] = set()
    worked_out = 0
    for value in _leaves(dict(step.call.arguments)):
        first = next((source for source, text in sources if _stands(value, text)), -number)
        if first > 0:
            told.add(first)
        worked_out = max(worked_out, -first)
    return Needs(frozenset(told), worked_out)


def _stands(value: str, text: str) -> bool:
    """Whether a value stands in a text: as words, not within one or within another number."""
    if value not in text:
        return False
    if len(value) > _LONG:
        return True
    pattern = rf"(?<!\w)(?<!\d[.,]){re.escape(value)}(?!\w)(?![.,]\d)"
    return re.search(pattern, text) is not None


def _parsed(gave: str) -> Any:
    """What a call gave as a value, or as the text that it is."""
    try:
        value = strict_json.loads(gave)
        strict_json.check(value)
    except Refused:
        return gave
    return value


def _text(value: Any) -> str:
    """All that a value tells, keys included, a line each."""
    return "\n".join(_leaves(value, keys=True))


def _leaves(value: Any, *, keys: bool = False) -> Iterator[str]:
    """The texts and numbers in a value, as plain text."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Mapping):
            waiting.extend(one.values())
            if keys:
                yield from filter(None, map(_plain, one))
        elif isinstance(one, list | tuple):
            waiting.extend(one)
        elif isinstance(one, str):
            if plain := _plain(one):
                yield plain
        elif isinstance(one, int | float) and not isinstance(one, bool):
            yield _number(one)


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _plain(text: str) -> str:
    return _BLANKS.sub(" ", text).strip().casefold()
