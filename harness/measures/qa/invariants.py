"""What must hold between the values of one attempt, whatever was answered.

A table of results that breaks one of these mixes measures up: an "EM" above F1 is a cover match.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import inf
from typing import cast

from harness.measures.qa.normalisation import DEFINITIONS, By, Definition

_ROUNDING = 1e-9
_NOTATION = re.compile(r"(\w+)(?:\(([^()]*)\))?(?:@([1-9][0-9]{0,8}))?")

_NEVER_ABOVE = (
    ("exact_match", "answer_f1"),
    ("exact_match", "answer_precision"),
    ("exact_match", "answer_recall"),
    ("exact_match", "cover_exact_match"),
    ("cover_exact_match", "mutual_cover"),
    ("strict_match", "exact_match"),
    ("kilt_strict_match", "strict_match"),
    ("kilt_strict_match", "kilt_exact_match"),
    ("kilt_exact_match", "exact_match"),
    ("kilt_exact_match", "kilt_f1"),
    ("kilt_f1", "answer_f1"),
    ("kilt_rouge_l", "answer_rouge_l"),
    ("joint_exact_match", "exact_match"),
    ("joint_exact_match", "support_exact_match"),
    ("joint_exact_match", "joint_f1"),
    ("joint_precision", "support_precision"),
    ("support_exact_match", "support_f1"),
    ("support_exact_match", "support_precision"),
    ("support_exact_match", "support_recall"),
    ("triple_exact_match", "triple_f1"),
    ("triple_exact_match", "triple_precision"),
    ("triple_exact_match", "triple_recall"),
    ("passage_all", "passage_recall"),
    ("passage_recall", "passage_any"),
    ("provenance_recall", "provenance_any"),
    ("provenance_precision", "provenance_any"),
)
"""The first of each pair is at most the second, of the same answer and cut-off."""
_GROWING = (
    "passage_recall",
    "passage_all",
    "passage_any",
    "has_answer",
    "provenance_recall",
    "provenance_any",
)
"""The more passages are looked at, the more they are."""
_BEYOND = ("triple_f1", "triple_recall", "joint_f1", "joint_recall")
"""A triple found under two names counts twice (2Wiki), so that these may pass 1."""
_SHARES = {name for pair in _NEVER_ABOVE for name in pair}.union(_GROWING).difference(_BEYOND)
_BY = dict.fromkeys(("strict_match", "kilt_strict_match", "kilt_exact_match", "kilt_f1"), "kilt")
"""The definitions of measures that have no choice of them."""


@dataclass(frozen=True, slots=True)
class _Named:
    """A measure by the parts of its notation."""

    full: str
    name: str
    by: str
    others: tuple[str, ...]
    k: float


def broken_invariants(values: Mapping[str, float]) -> list[str]:
    """What cannot be of the values of one attempt, a sentence each; nothing where all is well.

    Args:
        values: of one attempt, by canonical notation. Measures it knows nothing of, and NaN, are
            passed over.

    EM is at most F1 and at most cover-EM as long as both are by the same normalisation, whether or
    not F1 has a yes/no guard, which only lowers it where EM is 0. One case is no breach: where
    answer and accepted answer normalise to nothing, EM is 1, and the F1 of every definition but
    SQuAD 2.0's is 0, as is everything by KILT's where they are blank.
    """
    broken = [
        f"{name} is {value:.6g}, which is no share"
        for name, value in values.items()
        if _share(name) and not (-_ROUNDING <= value <= 1 + _ROUNDING or value != value)
    ]
    for lower, upper, forgiving in _pairs(tuple(values)):
        low, high = values[lower], values[upper]
        if low > high + _ROUNDING and not (forgiving and (low, high) == (1, 0)):
            broken.append(f"{lower} is {low:.6g}, above {upper}, {high:.6g}")
    return broken


@lru_cache(maxsize=64)
def _pairs(names: tuple[str, ...]) -> tuple[tuple[str, str, bool], ...]:
    """Which of the measures may not be above which, and whether two empty answers excuse it."""
    measures = [measure for name in names if (measure := _named(name)) is not None]
    return tuple(
        (lower.full, upper.full, _forgiving(lower, upper))
        for lower, upper in product(measures, measures)
        if lower.others == upper.others and _ordered(lower, upper)
    )


def _ordered(lower: _Named, upper: _Named) -> bool:
    if lower.name == upper.name:
        return lower.name in _GROWING and lower.by == upper.by and lower.k < upper.k
    return (lower.name, upper.name) in _NEVER_ABOVE and lower.k == upper.k and _alike(lower, upper)


def _alike(lower: _Named, upper: _Named) -> bool:
    """Whether both see the same answers as equal. What is equal to the letter always is."""
    if lower.name == "strict_match":
        return True
    if upper.name.startswith(("support_", "joint_")):
        return lower.by == upper.by
    other = _definition(upper.by)
    if lower.name == "kilt_f1" and other.guarded:
        return False
    return _definition(lower.by).normalised is other.normalised


def _definition(by: str) -> Definition:
    """The definition of that name; the joint measures of 2Wiki compare answers as HotpotQA's."""
    return DEFINITIONS["hotpotqa"] if by not in DEFINITIONS else DEFINITIONS[cast("By", by)]


def _forgiving(lower: _Named, upper: _Named) -> bool:
    if upper.name in ("joint_f1", "kilt_f1"):
        return True
    definition = _definition(upper.by)
    if upper.name in ("answer_f1", "answer_precision", "answer_recall"):
        return not definition.both_empty
    return _definition(lower.by).blank and not definition.blank


@lru_cache(maxsize=512)
def _share(name: str) -> bool:
    measure = _named(name)
    return measure is not None and measure.name in _SHARES


@lru_cache(maxsize=512)
def _named(text: str) -> _Named | None:
    match = _NOTATION.fullmatch(text)
    if match is None:
        return None
    options = dict(_options(match[2] or ""))
    name = match[1]
    default = "hotpotqa" if name.startswith(("support_", "joint_")) else _BY.get(name, "squad")
    by = options.pop("by", default)
    others = tuple(f"{key}={value}" for key, value in sorted(options.items()))
    return _Named(text, name, by, others, float(match[3]) if match[3] else inf)


def _options(written: str) -> Iterator[tuple[str, str]]:
    for part in filter(None, written.split(",")):
        key, _, value = part.partition("=")
        yield key.strip(), value.strip().strip("'\"")
