"""Whether a problem is solved in a world: what was to be said is said, what was to be done is done.

Nothing is executed here: the state is the one that the session wrote down in the trajectory.
"""

from __future__ import annotations

import re
from math import nan
from typing import Any

from harness.measures.attempt import Attempt

_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w]|\.\d)", re.ASCII)
_GROUPED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))", re.ASCII)
_LONGEST = 20_000
"""Characters of an answer that are read."""
_DEEPEST = 40


def solved_in_world(attempt: Attempt) -> float:
    """1 where the answer contains an accepted one and the world's end state is right, else 0.

    Problems without `Gold.answers` are judged by the state alone, those whose `Gold.state` is None
    by the answer alone; of one with neither nothing is said (NaN). Numbers must be equal ("1,200"
    is 1200 and not 120), texts must stand in the answer as whole words, whatever their case and
    spacing. States are compared as JSON: true is not 1, and a missing field is not null. An attempt
    that did not end by itself, or was never made, has solved nothing. Ours.
    """
    gold, trajectory = attempt.problem.gold, attempt.trajectory
    if not gold.answers and gold.state is None:
        return nan
    if trajectory.end != "finished":
        return 0.0
    said = not gold.answers or _says_any(_final(attempt), gold.answers)
    done = gold.state is None or _equal(trajectory.state, gold.state)
    return float(said and done)


def _final(attempt: Attempt) -> str:
    """The trajectory's answer, else the last thing that the agent said without a call."""
    trajectory = attempt.trajectory
    if trajectory.answer is not None:
        return trajectory.answer[:_LONGEST]
    last = trajectory.messages[-1] if trajectory.messages else None
    spoken = last is not None and last.role == "assistant" and not last.calls
    return last.content[:_LONGEST] if last is not None and spoken else ""


def _says_any(said: str, accepted: tuple[str, ...]) -> bool:
    plain = _plain(said)
    numbers = set(map(float, _NUMBER.findall(_GROUPED.sub("", plain))))
    return any(_says(plain, numbers, _plain(answer)) for answer in accepted)


def _says(said: str, numbers: set[float], answer: str) -> bool:
    if _NUMBER.fullmatch(answer):
        return float(answer) in numbers
    return bool(answer) and re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", said) is not None


def _plain(text: str) -> str:
    """Lower case, single spaces, straight apostrophes, plain minus."""
    return " ".join(text.replace("’", "'").replace("−", "-").casefold().split())


def _equal(one: Any, other: Any, depth: int = 0) -> bool:
    """Whether two JSON values are the same, numbers by value and booleans apart from numbers."""
    if depth > _DEEPEST:
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(
            _equal(one[name], other[name], depth + 1) for name in one
        )
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(
            _equal(a, b, depth + 1) for a, b in zip(one, other, strict=True)
        )
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)
