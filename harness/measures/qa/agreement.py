"""How far two bags of things agree: the four numbers that every script of the field prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was given compared with what is right, each from 0 to 1.

    Attributes:
        exact: 1 where they are the same, else 0.
        f1: harmonic mean of precision and recall.
        precision: share of what was given that is right.
        recall: share of what is right that was given.
    """

    exact: float = 0.0
    f1: float = 0.0
    precision: float = 0.0
    recall: float = 0.0


NONE = Agreement()
FULL = Agreement(1.0, 1.0, 1.0, 1.0)


def harmonic(precision: float, recall: float) -> float:
    """2PR / (P + R); 0 where both are."""
    return 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0


def best(found: Sequence[Agreement]) -> Agreement:
    """The largest value of each kind, be they of different accepted answers; 0 of none.

    Source: 2wikimultihop_evaluate_v1.1.py (`update_answer`), which takes the maxima one by one, as
    FlashRAG's metrics.py does.
    """
    return Agreement(
        max((a.exact for a in found), default=0.0),
        max((a.f1 for a in found), default=0.0),
        max((a.precision for a in found), default=0.0),
        max((a.recall for a in found), default=0.0),
    )


def joint(*parts: Agreement) -> Agreement:
    """The products of exactness, precision and recall, and the F1 of the latter two products.

    Source: hotpot_evaluate_v1.py (`eval`) for answer and supports; 2wikimultihop_evaluate_v1.1.py
    for these and the evidence triples.
    """
    precision = prod(part.precision for part in parts)
    recall = prod(part.recall for part in parts)
    exact = prod(part.exact for part in parts)
    return Agreement(exact, harmonic(precision, recall), precision, recall)
