"""Whether the final answer is right."""

from __future__ import annotations

import re

from harness.measures.attempt import Attempt

_MARKS = re.compile(r"[,./\-_*^()]")


def answer_contained(attempt: Attempt) -> float:
    """1 where an accepted answer stands in the final answer, else 0, as for no final answer.

    Case, single or double quotes and the signs , . / - _ * ^ ( ) make no difference; the accepted
    answer must not begin or end within a word. The final answer is the trajectory's, else the last
    thing that the agent said without calling anything.

    Source: "Acc" of BFCL v4's memory and web-search categories (ShishirPatil/gorilla @ 6ea57973,
    bfcl_eval/eval_checker/agentic_eval/agentic_checker.py).
    """
    said = _plain(_final(attempt))
    accepted = filter(None, map(_plain, attempt.problem.gold.answers))
    return float(any(re.search(rf"\b{re.escape(text)}\b", said) for text in accepted))


def _final(attempt: Attempt) -> str:
    trajectory = attempt.trajectory
    if trajectory.answer is not None:
        return trajectory.answer
    said = (
        m.content for m in reversed(trajectory.messages) if m.role == "assistant" and not m.calls
    )
    return next(filter(None, said), "")


def _plain(text: str) -> str:
    return _MARKS.sub("", text).lower().replace("'", '"')
