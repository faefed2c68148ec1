"""Judging within a run."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from harness import registry
from harness.errors import InfrastructureError, UserError
from harness.judging import PATIENCE
from harness.loading import LoadedModel
from harness.loop import run, together
from harness.play.verdicts import AT_ONCE, Verdicts, unjudged
from harness.records import (
    Completion,
    Judgement,
    Message,
    Problem,
    TaskCard,
    Trajectory,
    Usage,
)
from harness.sources import Source
from harness.workspace import working, workspace

PROBLEM = Problem("p", ((Message("user", "who?"),),))
ATTEMPT = Trajectory("p", answer="Ann", usage=Usage(3, 4))


@dataclass
class Sayer:
    """Says what it is told to by repeat, and remembers what it was asked."""

    says: Any = lambda problem, repeat: Judgement("?", "Solved")
    name: str = "sayer"
    asked: list[tuple[str, int]] = field(default_factory=list)
    most: int = 0
    _now: int = 0

    async def judge(self, problem: Problem, trajectory: Trajectory, repeat: int = 0) -> Any:
        self.asked.append((trajectory.problem, repeat))
        self._now += 1
        self.most = max(self.most, self._now)
        await asyncio.sleep(0)
        self._now -= 1
        said = self.says(problem, repeat)
        if isinstance(said, Exception):
            raise said
        return said


@dataclass
class Task:
    judge: str = "sayer"
    card: TaskCard = TaskCard("toy", "Toy", "", kind="tool_use")  # noqa: RUF009
    measures: Sequence[str] = ()

    def load(self, source: object, setting: object) -> Any:
        raise NotImplementedError


class Chat:
    async def complete(self, messages: Sequence[Message], **options: Any) -> Completion:
        return Completion("fine")


def verdicts(sayer: Sayer, **fields: Any) -> Verdicts:
    return Verdicts(sayer, "toy", ("sayer", "gpt"), **fields)


def labels(attempt: Trajectory) -> list[tuple[str, str, int]]:
    return [(j.judge, j.label, j.repeat) for j in attempt.judgements]


def test_an_attempt_comes_back_with_what_was_said_and_nothing_else_is_changed() -> None:
    sayer = Sayer(lambda problem, repeat: Judgement("?", f"L{repeat}", repeat=9))
    judged = run(verdicts(sayer).on(PROBLEM, ATTEMPT))
    assert labels(judged) == [("sayer", "L0", 0), ("sayer", "L1", 1), ("sayer", "L2", 2)]
    assert judged.usage == ATTEMPT.usage
    assert judged.answer == ATTEMPT.answer


def test_a_judge_of_two_questions_is_asked_once_for_both() -> None:
    both = (Judgement("?", "Yes", "process"), Judgement("?", "No", "response"))
    sayer = Sayer(lambda problem, repeat: both)
    judged = run(verdicts(sayer, repeats=2).on(PROBLEM, ATTEMPT))
    assert [(j.question, j.repeat) for j in judged.judgements] == [
        ("process", 0),
        ("response", 0),
        ("process", 1),
        ("response", 1),
    ]
    assert len(sayer.asked) == 2


def test_what_fails_leaves_the_attempt_and_is_asked_again_alone() -> None:
    sayer = Sayer(
        lambda problem, repeat: TimeoutError() if repeat == 1 else Judgement("?", "Solved")
    )
    made = verdicts(sayer)
    partly = run(made.on(PROBLEM, ATTEMPT))
    assert labels(partly) == [("sayer", "Solved", 0), ("sayer", "Solved", 2)]
    assert made.failures == {"problem p, trial 0, repeat 1": "TimeoutError"}
    assert "1 judgements could not be had" in made.told
    assert "assay judge toy trajectories.jsonl --judge sayer" in made.told
    sayer.says = lambda problem, repeat: Judgement("?", "Unsure")
    whole = run(made.on(PROBLEM, partly))
    assert sorted(labels(whole)) == [
        ("sayer", "Solved", 0),
        ("sayer", "Solved", 2),
        ("sayer", "Unsure", 1),
    ]
    assert (made.told, len(sayer.asked)) == ("", 4)


def test_what_others_said_stays() -> None:
    before = Judgement("other", "Unsolved", "else")
    judged = run(verdicts(Sayer(), repeats=1).on(PROBLEM, Trajectory("p", judgements=(before,))))
    assert [j.judge for j in judged.judgements] == ["other", "sayer"]


@pytest.mark.parametrize("end", ["missing", "error"])
def test_what_was_never_attempted_is_not_judged(end: Any) -> None:
    sayer = Sayer()
    attempt = Trajectory("p", end=end)
    assert run(verdicts(sayer).on(PROBLEM, attempt)) is attempt
    assert sayer.asked == []


def test_a_judge_that_keeps_failing_is_left_alone() -> None:
    sayer = Sayer(lambda problem, repeat: InfrastructureError("down"))
    made = verdicts(sayer, repeats=1)
    attempts = [Trajectory(f"p{n}") for n in range(3 * PATIENCE)]

    async def all_of_them() -> list[Trajectory]:
        return await together(made.on(PROBLEM, attempt) for attempt in attempts)

    assert run(all_of_them()) == attempts
    # Those that were out when patience ended had been asked.
    assert PATIENCE <= len(sayer.asked) < PATIENCE + AT_ONCE
    assert len(made.failures) == 3 * PATIENCE


def test_few_are_asked_at_a_time() -> None:
    sayer = Sayer()
    made = verdicts(sayer)

    async def all_of_them() -> None:
        await together(made.on(PROBLEM, Trajectory(f"p{n}")) for n in range(20))

    run(all_of_them())
    assert (sayer.most, made.asked) == (AT_ONCE, 60)


def test_a_cache_of_completions_never_answers_for_a_judge_and_the_budget_is_the_runs(
    tmp_path: Path,
) -> None:
    seen = []

    def says(problem: Problem, repeat: int) -> Judgement:
        seen.append((workspace().cache, workspace().task))
        return Judgement("?", "Solved")

    with working(cache=tmp_path, task="toy"):
        run(verdicts(Sayer(says), repeats=1).on(PROBLEM, ATTEMPT))
    assert seen == [(None, "toy")]


def test_completions_of_a_judge_are_drawn_anew_for_each_trial_and_repeat() -> None:
    sayer = Sayer(lambda problem, repeat: Judgement("?", str(workspace().trial)))
    made = verdicts(sayer, repeats=2)
    drawn = [run(made.on(PROBLEM, Trajectory("p", trial))) for trial in range(2)]
    assert [[j.label for j in each.judgements] for each in drawn] == [["0", "2"], ["1", "4"]]


@pytest.mark.parametrize("said", ["Solved", ("Solved",), None, ValueError("broken")])
def test_a_broken_judge_is_named(said: object) -> None:
    with pytest.raises(UserError, match="the judge sayer"):
        run(verdicts(Sayer(lambda problem, repeat: said)).on(PROBLEM, ATTEMPT))


class TestMaking:
    @pytest.fixture(autouse=True)
    def _judges(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        def sayer(model: LoadedModel, source: Source) -> Sayer:
            return Sayer(name=f"sayer({model.name})")

        def comparer(model: LoadedModel, references: object) -> Sayer:
            return Sayer()

        def state(source: Source) -> Sayer:
            return Sayer()

        made = {"sayer": sayer, "comparer": comparer, "state": state}
        monkeypatch.setattr(registry.judges, "_resolved", made)

    def test_the_judge_is_the_one_that_the_task_names(self, tmp_path: Path) -> None:
        (tmp_path / "chat.py").write_text(
            "class Chat:\n    async def complete(self, messages, **options): ...\n"
        )
        made = Verdicts.of(Task(), f"{tmp_path / 'chat.py'}:Chat", Source(tmp_path))
        assert made.judge.name.startswith("sayer(")
        assert made.repeats == 3

    @pytest.mark.parametrize(
        ("judge", "reason"),
        [
            ("", "leaves nothing to a judge"),
            ("comparer", "cannot be made of a chat model alone"),
            ("state", "cannot be made of a chat model alone"),
            ("nobody", "unknown judge 'nobody'"),
        ],
    )
    def test_a_judge_that_cannot_be_asked_is_refused(self, judge: str, reason: str) -> None:
        with pytest.raises(UserError, match=reason):
            Verdicts.of(Task(judge), "random", Source(None))

    def test_what_nobody_judged_says_how_to_go_on(self) -> None:
        said = unjudged(Task())
        assert 'assay judge toy trajectories.jsonl --judge sayer -m "MODEL"' in said
        assert "--judge MODEL" in said
        assert unjudged(Task("")) == ""
