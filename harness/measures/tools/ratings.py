"""What judges gave attempts on a scale: marks such as "83/100". Nothing is judged here."""

from __future__ import annotations

import re
from math import fsum, nan

from harness.errors import UserError
from harness.measures.attempt import Attempt

QUESTION = "rating"
"""What a judge that gives marks is asked."""
_MARK = re.compile(r"([0-9]{1,6})/([1-9][0-9]{0,5})")


def rating(attempt: Attempt) -> float:
    """Mean over repeated judgements of the marks given, as a share of the highest there are.

    A judgement is a text such as "83/100". 360REA (arXiv 2404.05569) has travel plans and stories
    marked by a model on criteria of 1 to 20 each and adds them up: five come to 100, so that this
    times 100 is that sum. An attempt that ended without an answer needs no judge to get 0, though
    the lowest marks are more than that; one that has an answer and no judgement says nothing (NaN).

    Raises:
        UserError: several judges, a repeat judged twice, or a label that is no such text.
    """
    values = _marks(attempt)
    return fsum(values) / len(values) if values else nan


def _marks(attempt: Attempt) -> tuple[float, ...]:
    """What each repeat gave, in order; a single 0 where there was nothing to mark."""
    trajectory = attempt.trajectory
    place = f"problem {trajectory.problem[:60]}, trial {trajectory.trial}"
    found = [j for j in trajectory.judgements if j.question == QUESTION]
    if len(judges := sorted({j.judge for j in found})) > 1:
        raise UserError(
            f"{place}: '{QUESTION}' is answered by {len(judges)} judges "
            f"({', '.join(name[:60] for name in judges[:3])}): keep the judgements of one"
        )
    labels = {j.repeat: j.label for j in found}
    if len(labels) < len(found):
        raise UserError(f"{place}: '{QUESTION}' is judged twice in one repeat")
    if not labels:
        return (0.0,) if trajectory.end != "finished" else ()
    return tuple(_share(labels[repeat], place) for repeat in sorted(labels))


rating.repeats = _marks  # type: ignore[attr-defined]  # a flow works out the "+-" from them


def _share(label: str, place: str) -> float:
    match = _MARK.fullmatch(label)
    if match is None or int(match[1]) > int(match[2]):
        raise UserError(f"{place}: '{label[:40]}' is no rating: a text such as 83/100 is")
    return int(match[1]) / int(match[2])
