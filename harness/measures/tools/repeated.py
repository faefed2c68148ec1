"""What several attempts at one problem come to: whether any succeeds, and whether all do.

Both functions take the successes of one problem's trials, from 0 to 1, of which only 1 counts; NaN
stands for a trial of which nothing is known, and is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, isnan, nan

from harness.errors import UserError


def pass_at(successes: Sequence[float], k: int) -> float:
    """The chance that of k trials drawn without replacement at least one succeeded.

    With c successes in n trials it is 1 - C(n - c, k) / C(n, k); NaN where nothing is known.
    Source: pass@k of Chen et al. (arXiv 2107.03374), equation 1.

    Raises:
        UserError: fewer than k trials were made.
    """
    n, c = _counted(successes, k, "pass@")
    return 1 - comb(n - c, k) / comb(n, k) if n else nan


def pass_hat(successes: Sequence[float], k: int) -> float:
    """The chance that k trials drawn without replacement all succeeded.

    With c successes in n trials it is C(c, k) / C(n, k); NaN where nothing is known.
    Source: pass^k of tau-bench (arXiv 2406.12045; run.py, `display_metrics`).

    Raises:
        UserError: fewer than k trials were made.
    """
    n, c = _counted(successes, k, "pass^")
    return comb(c, k) / comb(n, k) if n else nan


def _counted(successes: Sequence[float], k: int, name: str) -> tuple[int, int]:
    """How many trials there are, and how many succeeded; no trials where nothing is known."""
    known = [value for value in successes if not isnan(value)]
    if k < 1:
        raise UserError(f"{name}{k}: k is a number of trials, at least 1")
    if len(known) < k and (known or not successes):
        raise UserError(
            f"{name}{k} needs {k} trials of every problem, and one has {len(known)}: "
            f"ask for {name}{len(known) or 1}, or make more attempts"
        )
    return len(known), sum(value >= 1 for value in known)
