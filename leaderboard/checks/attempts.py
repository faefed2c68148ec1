"""Attempts of a claim: trajectories against the problems of its task.

Nothing in them is executed, and nobody is asked: calls are compared with those that are right, and
what judges said is read where it stands. Who submits writes the trajectories, as they write the
rankings of a run; that a model made them is for a maintainer's rerun to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from harness import spec
from harness.asking import judged_version, unjudged_version
from harness.attempts import Roll, place_of
from harness.errors import UserError
from harness.flows.tool_use import ToolUseFlow
from harness.measures.notation import attempt_measures
from harness.play.helpers import named
from harness.records import Problem, Trajectory
from harness.rescoring import rescore_attempts
from harness.scoring import Scores
from harness.store import TRAJECTORIES, Result
from leaderboard.checked import Sample
from leaderboard.checks.card import problems_of
from leaderboard.checks.outcomes import Finding, failed, passed
from leaderboard.checks.predicted import Perfect
from leaderboard.submission.kinds import read_attempts
from leaderboard.submission.refusal import Refused, shown

if TYPE_CHECKING:
    from leaderboard.checks.case import Claim

BEGINNING = 300
"""Characters of an answer that are kept for reading."""
TRIALS = ("pass@", "pass^")
"""What measures of several attempts are called, before how many."""


class Attempts:
    """The predictions of a claim about tool use or question answering."""

    gaps: ClassVar[bool] = True
    quoted: ClassVar[bool] = True

    def __init__(self, claim: Claim) -> None:
        self._claim = claim

    def setting(self) -> Iterator[Finding]:
        """Models that the setting names are written canonically, without a place or an address."""
        for field, expression in named(self._claim.result.setting).items():
            if expression:
                node = spec.parse(expression)
                if isinstance(node, spec.Call) and node.name == "search":
                    yield failed(f"{field} is a server, which nobody else can ask")
                if str(node) != expression:
                    yield failed(f"{field} is not written canonically: {node}")
                for problem in problems_of(node):
                    yield failed(f"{field}: {problem}")

    def measures(self) -> Set[str]:
        """Those of attempts; of several attempts at a problem, those for up to 99."""
        repeated = {f"{start}{k}" for start in TRIALS for k in range(1, 100)}
        return attempt_measures().keys() | repeated

    def read(self) -> Iterator[Trajectory]:
        """The attempts, one in memory at a time. Raises `Refused` for what is none."""
        return read_attempts(self._claim.folder)

    @cached_property
    def roll(self) -> Roll:
        """Which attempts there are. Raises `Refused` for one that cannot be."""
        roll, trials = Roll(), self._claim.result.setting.trials
        for found in self.read():
            place = f"{TRAJECTORIES}: {place_of(found)}"
            if not found.problem.isprintable():
                raise Refused(f"{place}: the id holds control characters")
            if found.trial >= trials:
                raise Refused(f"{place}: the setting has {trials} trials, counted from 0")
            if found.end in ("error", "missing"):
                raise Refused(f"{place}: ended as '{found.end}', which is no attempt")
            if not roll.add(found):
                raise Refused(f"{place}: a second attempt of the same number")
        return roll

    def readable(self) -> Iterator[Finding]:
        """Every line is an attempt within its limits, and all have the claimed hash and judges."""
        told, roll = self._claim.result, self.roll
        if roll.fingerprint != told.predictions_hash:
            yield failed(f"predictions_hash is not that of {TRAJECTORIES}")
        if told.task_version != (version := _version(told, roll)):
            yield failed(f"task_version is claimed as {told.task_version}, and is {version}")
        made = sum(map(len, roll.trials.values()))
        yield passed(f"{made:,} attempts at {len(roll.trials):,} problems")

    def ids(self) -> Iterator[Finding]:
        """Problems are the task's."""
        if foreign := sorted(self.roll.trials.keys() - self._flow.problems.keys()):
            yield failed(
                f"{len(foreign):,} problems that the task lacks, the first '{shown(foreign[0])}'"
            )
        yield passed("within the problems")

    @cached_property
    def rescored(self) -> tuple[Result, Scores]:
        """The result that follows from the attempts."""
        return rescore_attempts(self._claim.asked, self.read(), self._claim.result)

    @property
    def answered(self) -> Set[str]:
        """Problems with attempts, none of which is malformed."""
        return self.roll.trials.keys() - self.rescored[0].malformed.keys()

    def perfect(self) -> Perfect:
        """Problems that count as wholly solved."""
        result, scores = self.rescored
        values = scores.values[result.main_measure]
        return Perfect(int((values == 1).sum()), len(values), "problems are wholly solved")

    @property
    def texts(self) -> Sequence[str]:
        """What the user says."""
        return [problem.text for problem in self._problems]

    def sample(self, rows: Sequence[int], *, with_texts: bool) -> Sample | None:
        """The beginnings of the first answers; None where the task's texts may not be shown."""
        if not with_texts:
            return None
        keys = [self._flow.keys[row] for row in rows]
        wanted, said = frozenset(keys), dict[str, str]()
        for found in self.read():
            if found.problem in wanted and (found.trial == 0 or found.problem not in said):
                said[found.problem] = _said(found)
        return Sample(
            rows=list(rows), found=[[] for _ in rows], said=[said.get(key, "") for key in keys]
        )

    def sample_texts(self, sample: Sample) -> Iterator[tuple[str, str]]:
        """No documents."""
        yield from ()

    @property
    def _flow(self) -> ToolUseFlow:
        flow = self._claim.asked.flow
        if not isinstance(flow, ToolUseFlow):
            raise UserError(f"{self._claim.entry.task} is no task of tool use")
        return flow

    @property
    def _problems(self) -> Sequence[Problem]:
        return tuple(self._flow.problems.values())


def _version(told: Result, roll: Roll) -> str:
    return judged_version(unjudged_version(told.task_version), roll.judges)


def _said(found: Trajectory) -> str:
    """What an agent called and answered, in a line."""
    calls = ", ".join(call.name for call in found.calls[:BEGINNING])
    parts = [f"calls: {calls}"] if calls else []
    parts.append(f"answer: {found.answer}" if found.answer is not None else f"{found.end}")
    text = "; ".join(parts)
    return shown(" ".join(text[: 4 * BEGINNING].split()), BEGINNING)
