"""Which of several candidates is preferred over which."""

from __future__ import annotations

import json
from collections.abc import Sequence

from harness.play.draws import fraction
from harness.records import Completion

AGAINST = ("every", "worst")
"""What the best candidate is paired with: each that is worse by the margin, or the worst alone."""
PAIRS = ("scored", "shuffled")
"""By the scores, or each pair the one way or the other by the toss of a coin."""
_ROUNDING = 1e-9
"""Within which a difference of scores is the margin."""

Pair = tuple[int, int]
"""Numbers of two candidates: which is chosen, which rejected."""


def normal_form(said: Completion) -> str:
    """A text that two turns have in common where they call the same.

    That is the JSON of their calls: keys in order, no blanks, and 2.0 as 2. Where one cannot be
    read, or there is none, it is the text as it was written.
    """
    if not said.calls or any(call.problem for call in said.calls):
        return said.text.strip()
    written = json.dumps([[call.name, dict(call.arguments)] for call in said.calls])
    return json.dumps(
        json.loads(written, parse_float=_number), sort_keys=True, separators=(",", ":")
    )


def _number(text: str) -> float | int:
    number = float(text)
    return int(number) if number.is_integer() else number


def distinct(forms: Sequence[str]) -> list[int]:
    """The numbers of those that no earlier one is like."""
    first: dict[str, int] = {}
    for number, form in enumerate(forms):
        first.setdefault(form, number)
    return list(first.values())


def pairs(scores: Sequence[float], margin: float, against: str) -> list[Pair]:
    """The best candidate with those that are worse by the margin at least.

    Args:
        scores: of the candidates; of several that are best, the first is chosen.
        margin: above 0.
        against: one of `AGAINST`; of several that are worst, the first is rejected.
    """
    if not scores:
        return []
    best = max(range(len(scores)), key=lambda i: scores[i])
    worse = [i for i in range(len(scores)) if scores[best] - scores[i] >= margin - _ROUNDING]
    if against == "worst" and worse:
        worse = [min(worse, key=lambda i: scores[i])]
    return [(best, i) for i in worse]


def tossed(found: Sequence[Pair], *key: int | str) -> list[Pair]:
    """The pairs, each swapped or not by the toss of a coin that belongs to the key: a control."""
    return [
        (worse, better) if fraction(*key, number) < 0.5 else (better, worse)
        for number, (better, worse) in enumerate(found)
    ]
