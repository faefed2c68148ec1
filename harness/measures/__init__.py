"""The scoring engine: pure functions over arrays and records."""

from harness.measures.judged import Judged, join
from harness.measures.notation import Measure, measures, names, parse, parse_many, score

__all__ = ["Judged", "Measure", "join", "measures", "names", "parse", "parse_many", "score"]
