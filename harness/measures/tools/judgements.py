"""What judges said of attempts. Nothing is judged here: the judgements lie in the trajectories.

One judge counts. Where several have answered the same question about an attempt their judgements
are no repeats of each other, and the measures refuse to mix them. An attempt that ended without an
answer needs no judge to be unsolved; one that has an answer and no judgement says nothing (NaN).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum, nan, sqrt
from typing import Literal

from harness.errors import UserError
from harness.measures.attempt import Attempt

SOLVED: Mapping[str, float] = {"Solved": 1.0, "Unsure": 0.5, "Unsolved": 0.0}
"""What a status is worth in StableToolBench (eval_pass_rate.py; its project page swaps the last
two)."""
CORRECT: Mapping[str, float] = {"Yes": 1.0, "Uncertain": 0.0, "No": 0.0}
"""What a verdict is worth in ToolAlpaca, which counts the share of "Yes"."""
VOTES: Mapping[str, float] = {"win": 1.0, "tie": 0.0, "loss": -1.0}
"""What a vote is worth in a comparison with a reference."""
AGAINST = "against "
"""Begins the question of a comparison; the name of the reference follows."""


def SoPR(attempt: Attempt, *, of: Literal["all", "answered"] = "all") -> float:
    """Solvable pass rate: the mean over repeated judgements of Solved 1, Unsure 0.5, Unsolved 0.

    Guo et al., "StableToolBench", Findings of ACL 2024, print it as "Solvable Pass Rate (SoPR)" in
    percent. There is no majority vote in it. A query that was never answered counts 0 here;
    `of=answered` leaves it out, as upstream's eval_pass_rate.py does, whose denominator is the
    number of answers in the file.

    Raises:
        UserError: several judges, a repeat judged twice, or a label that is none of the three.
    """
    if of == "answered" and attempt.trajectory.end in ("missing", "error"):
        return nan
    return _mean(_worth(attempt, "solved", SOLVED))


def solved(attempt: Attempt) -> float:
    """1 where more than half of the repeated judgements say Solved, else 0.

    Ours, to have a success that is yes or no: no paper prints it. Unsure is no Solved, and two of
    four are no majority. Raises as `SoPR`.
    """
    values = _worth(attempt, "solved", SOLVED)
    return float(2 * values.count(1.0) > len(values)) if values else nan


def judged(attempt: Attempt) -> float:
    """1 where a judge has said whether the attempt solves the problem, or need not say it, else 0.

    Ours: what is missing to 1 is the share of the attempts that SoPR says nothing about. Raises as
    `SoPR`.
    """
    return float(bool(_worth(attempt, "solved", SOLVED)))


def SoWR(attempt: Attempt) -> float:
    """Solvable win rate: 1 where the attempt got more votes than the reference's, else 0.

    Guo et al., "StableToolBench", Findings of ACL 2024: "Solvable Win Rate (SoWR)". A tie is no
    win, and is not halved either: `SoWT` counts ties. A query that was never answered is lost.

    Raises:
        UserError: as `SoPR`, or comparisons with several references.
    """
    balance = _balance(attempt)
    return nan if balance is None else float(balance > 0)


def SoWT(attempt: Attempt) -> float:
    """1 where the attempt got as many votes as the reference's, else 0: the ties beside `SoWR`.

    StableToolBench's eval_preference.py prints it as "Tie rate". Raises as `SoWR`.
    """
    balance = _balance(attempt)
    return nan if balance is None else float(balance == 0)


def process_correct(attempt: Attempt) -> float:
    """Mean over repeats of whether the judge found the steps correct: Yes 1, Uncertain or No 0.

    Tang et al., "ToolAlpaca", arXiv 2306.05301, print it as "Procedure"; its judge calls it
    "Process Correctness". Raises as `SoPR`.
    """
    return _mean(_worth(attempt, "process", CORRECT))


def response_correct(attempt: Attempt) -> float:
    """As `process_correct`, of the final response.

    ToolAlpaca's "Response"; its judge calls it "Final Response Correctness". Raises as `SoPR`.
    """
    return _mean(_worth(attempt, "response", CORRECT))


def both_correct(attempt: Attempt) -> float:
    """Share of the repeats in which the judge found both the steps and the response correct.

    ToolAlpaca's "Overall".

    Raises:
        UserError: as `SoPR`, or a repeat that judged only one of the two.
    """
    steps = _worth(attempt, "process", CORRECT)
    response = _worth(attempt, "response", CORRECT)
    if _labels(attempt, "process").keys() != _labels(attempt, "response").keys():
        raise UserError(f"{_place(attempt)}: every repeat must judge both process and response")
    return _mean([a * b for a, b in zip(steps, response, strict=True)])


def deviation(rows: Sequence[Sequence[float]]) -> float:
    """The "+-" of a mean over repeats: population standard deviation of the repeats' own means.

    Args:
        rows: the values of every problem, one a repeat; all of one length, or a single value where
            every repeat has the same. A problem without values is left out.

    Returns:
        The deviation in the unit of the values (divisor n, as in StableToolBench's
        eval_pass_rate.py); NaN where there are no values.

    Raises:
        UserError: problems were judged a different number of times.
    """
    known = [row for row in rows if row]
    n = max(map(len, known), default=0)
    if uneven := [len(row) for row in known if len(row) not in (1, n)]:
        raise UserError(f"a problem has {uneven[0]} repeats, another {n}: judge all alike")
    if not n:
        return nan
    means = [fsum(row[r % len(row)] for row in known) / len(known) for r in range(n)]
    middle = fsum(means) / n
    return sqrt(fsum((mean - middle) ** 2 for mean in means) / n)


def _repeats(attempt: Attempt) -> tuple[float, ...]:
    """What each repeat is worth by `SoPR`; a single 0 where none was needed."""
    return _worth(attempt, "solved", SOLVED)


SoPR.repeats = _repeats  # type: ignore[attr-defined]  # a flow works out the "+-" from them


def _worth(attempt: Attempt, question: str, scale: Mapping[str, float]) -> tuple[float, ...]:
    """What each repeat is worth, in order.

    Without judgements there is a single 0 where the attempt ended without an answer, else nothing.
    """
    labels = _labels(attempt, question)
    if not labels:
        return (0.0,) if _unanswered(attempt) else ()
    strange = next((label for label in labels.values() if label not in scale), None)
    if strange is not None:
        raise UserError(
            f"{_place(attempt)}: '{strange[:40]}' is no answer to '{question[:40]}': "
            f"{', '.join(scale)} are"
        )
    return tuple(scale[labels[repeat]] for repeat in sorted(labels))


def _labels(attempt: Attempt, question: str) -> dict[int, str]:
    """What the one judge of a question said, by repeat."""
    found = [j for j in attempt.trajectory.judgements if j.question == question]
    if len(judges := sorted({j.judge for j in found})) > 1:
        raise UserError(
            f"{_place(attempt)}: '{question}' is answered by {len(judges)} judges ("
            f"{', '.join(name[:60] for name in judges[:3])}): keep the judgements of one"
        )
    labels = {j.repeat: j.label for j in found}
    if len(labels) < len(found):
        raise UserError(f"{_place(attempt)}: '{question[:40]}' is judged twice in one repeat")
    return labels


def _balance(attempt: Attempt) -> float | None:
    """Votes for the attempt less votes for the reference's; None where nobody voted."""
    if attempt.missing:
        return -1.0
    questions = {j.question for j in attempt.trajectory.judgements}
    against = sorted(q for q in questions if q.startswith(AGAINST))
    if len(against) > 1:
        raise UserError(
            f"{_place(attempt)}: compared with {len(against)} references "
            f"({', '.join(q.removeprefix(AGAINST)[:60] for q in against[:3])}): keep one"
        )
    if not against or not _labels(attempt, against[0]):
        return None
    return fsum(_worth(attempt, against[0], VOTES))


def _unanswered(attempt: Attempt) -> bool:
    return attempt.trajectory.end != "finished"


def _place(attempt: Attempt) -> str:
    return f"problem {attempt.trajectory.problem[:60]}, trial {attempt.trajectory.trial}"


def _mean(values: Sequence[float]) -> float:
    return fsum(values) / len(values) if values else nan
