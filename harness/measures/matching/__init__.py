"""Matching the calls of an attempt with the expected ones, by the rules that a problem names."""

from harness.measures.matching.verdicts import RULES, Rules, match

__all__ = ["RULES", "Rules", "match"]
