"""The scoring engine: pure functions over arrays and records."""

from harness.measures.judged import Judged, join
from harness.measures.notation import (
    Measure,
    is_share,
    lower_is_better,
    measures,
    names,
    parse,
    parse_many,
    score,
    unit_of,
)

__all__ = [
    "Judged",
    "Measure",
    "is_share",
    "join",
    "lower_is_better",
    "measures",
    "names",
    "parse",
    "parse_many",
    "score",
    "unit_of",
]
