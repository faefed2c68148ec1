"""Matching the calls of an attempt with the expected ones, by the rules that a problem names."""

from harness.measures.matching.verdicts import DECLARED, RULES, Rules, as_declared, match

__all__ = ["DECLARED", "RULES", "Rules", "as_declared", "match"]
