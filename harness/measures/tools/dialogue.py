"""Measures of dialogues in which a tool is called at a given turn, and the reply is a text.

How a call is compared with the right one is `harness.measures.field_rules`.
They say nothing (NaN) about a problem that knows no calls, or, `rouge_l`, no reply.
"""

from __future__ import annotations

from math import nan
from typing import Literal

from harness.measures import field_rules, rouge
from harness.measures.attempt import Attempt, CallError


def api_accuracy(
    attempt: Attempt, *, undecided: Literal["wrong", "right", "skip"] = "wrong"
) -> float:
    """1 where every call does what the right one does, as far as that shows without executing it.

    Li et al., "API-Bank", EMNLP 2023, print it as "Correctness" of API calls (in version 1 of
    arXiv 2304.08244 as "Accuracy"), and executed the calls. A call that differs from the right one
    in something that may or may not change its result is undecided: `wrong` by default, which
    makes the mean a lower bound, `right` makes it an upper bound, and `skip` leaves such attempts
    out. Of a problem that is a whole scenario it is API-Bank's "Sample Accuracy".
    """
    if attempt.problem.gold.calls is None:
        return nan
    return _right(field_rules.match(attempt.problem, attempt.trajectory).errors, undecided)


def step_accuracy(
    attempt: Attempt, *, undecided: Literal["wrong", "right", "skip"] = "wrong"
) -> float:
    """Share of the expected calls that are right, each compared with the call in its place.

    API-Bank's "Accuracy" of level 3 (lv3_evaluator.py), whose steps all weigh the same: over
    scenarios of different lengths the mean is another than over steps. `undecided` as in
    `api_accuracy`; `skip` leaves such steps out.
    """
    expected = attempt.problem.gold.calls
    if not expected:
        return nan
    steps = field_rules.compare(attempt.problem, attempt.calls)[: len(expected)]
    values = [value for step in steps if (value := _right(step, undecided)) == value]
    return sum(values) / len(values) if values else nan


def api_name_match(attempt: Attempt) -> float:
    """Share of the expected calls in whose place the right tool is called, its arguments aside.

    The complement of API-Bank's errors "no API call" and "API name mismatch".
    """
    expected = attempt.problem.gold.calls
    if not expected:
        return nan
    names = [call.name for call in attempt.calls[: len(expected)]]
    return sum(a.name == b for a, b in zip(expected, names, strict=False)) / len(expected)


def argument_match(attempt: Attempt) -> float:
    """Share of the expected calls in whose place the very same call is made.

    Ours: name and arguments are equal, nothing is left out or added; a value may be written as
    text. It is stricter than `api_accuracy`, and the same for every tool.
    """
    expected = attempt.problem.gold.calls
    if not expected:
        return nan
    pairs = zip(expected, attempt.calls, strict=False)
    return sum(field_rules.equal(gold, call) for gold, call in pairs) / len(expected)


def rouge_l(attempt: Attempt) -> float:
    """ROUGE-L of the answer and the reference reply, rounded to four digits.

    API-Bank's "Rouge-L" (evaluator.py): F of the `rouge` package, 0 where there is no answer.
    """
    reference = attempt.problem.gold.reference
    if reference is None:
        return nan
    return round(rouge.rouge_l(attempt.trajectory.answer or "", reference), 4)


def _right(errors: tuple[CallError, ...], undecided: str) -> float:
    if undecided != "wrong" and field_rules.undecided(errors):
        return 1.0 if undecided == "right" else nan
    return float(not errors)
