"""Whether a conversation left the right state behind. It is checked beforehand, not here."""

from __future__ import annotations

from collections.abc import Mapping
from math import nan

from harness.errors import UserError
from harness.measures.attempt import Attempt

_QUESTION = "state"


def state(attempt: Attempt) -> float:
    """1 where a check of the state found the attempt valid, else 0; 0 for one never made.

    The Berkeley Function Calling Leaderboard prints its mean by category as "Base", "Miss Func",
    "Miss Param" and "Long Context" under "Multi Turn". A check that was repeated must find it valid
    every time. Where nobody has judged the attempt, what its world said counts, if that checks as
    it goes. NaN for an attempt that nobody has checked (`assay judge --judge bfcl-state` does),
    unless it called nothing where something was to be called.

    Raises:
        UserError: two checks have looked at the attempt, or one said something else than "valid" or
            "invalid".
    """
    gold = attempt.problem.gold
    idle = not attempt.calls and (gold.wants_call or any(gold.turns))
    if attempt.trajectory.end in ("missing", "error") or idle:
        return 0.0
    place = f"problem {attempt.trajectory.problem[:60]}, trial {attempt.trajectory.trial}"
    found = [j for j in attempt.trajectory.judgements if j.question == _QUESTION]
    if not found:
        return _told(attempt)
    if len(judges := sorted({j.judge for j in found})) > 1:
        raise UserError(
            f"{place}: its state is checked by {len(judges)} judges "
            f"({', '.join(name[:60] for name in judges[:3])}): keep the judgements of one"
        )
    labels = {j.label for j in found}
    if strange := sorted(labels - {"valid", "invalid"}):
        raise UserError(f"{place}: '{strange[0][:40]}' is said of its state: valid or invalid is")
    return float(labels == {"valid"})


def _told(attempt: Attempt) -> float:
    """What the attempt's world says, {"state": "valid" or "invalid"}; NaN where it says nothing."""
    left = attempt.trajectory.state
    label = left.get(_QUESTION) if isinstance(left, Mapping) else None
    if label not in ("valid", "invalid"):
        return nan
    return float(label == "valid" and attempt.trajectory.end != "malformed")
