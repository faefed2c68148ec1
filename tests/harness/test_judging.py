from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from harness.errors import InfrastructureError, UserError
from harness.formats.trajectories import read_trajectories
from harness.judging import PATIENCE, Judged, draw_of, judge_all
from harness.measures.agreement import judges_of
from harness.records import Judgement, Message, Problem, Trajectory
from harness.workspace import workspace

PROBLEMS = {id: Problem(id, ((Message("user", f"{id}?"),),)) for id in ("p", "q")}
ATTEMPTS = (Trajectory("p", answer="1"), Trajectory("q", answer="2"))


@dataclass
class Sayer:
    """A judge that says what it is told to, and remembers what it was asked."""

    says: Callable[[str, int], str | Exception] = lambda id, repeat: "Solved"
    name: str = "sayer"
    asked: list[tuple[str, int]] = field(default_factory=list)
    at_once: int = 0
    most: int = 0

    async def judge(self, problem: Problem, trajectory: Trajectory, repeat: int = 0) -> Judgement:
        self.asked.append((problem.id, repeat))
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(0.001)
        self.at_once -= 1
        said = self.says(problem.id, repeat)
        if isinstance(said, Exception):
            raise said
        return Judgement("someone", said, swapped=bool(repeat % 2))


def labels(judged: Judged) -> list[list[str]]:
    return [[j.label for j in t.judgements] for t in judged.trajectories]


def test_every_attempt_is_judged_as_often_as_wanted_under_the_judges_own_name() -> None:
    judge = Sayer(lambda id, repeat: f"{id}{repeat}")
    judged = judge_all(PROBLEMS, ATTEMPTS, judge, repeats=2)
    assert labels(judged) == [["p0", "p1"], ["q0", "q1"]]
    assert [(j.judge, j.repeat, j.swapped) for j in judged.trajectories[0].judgements] == [
        ("sayer", 0, False),
        ("sayer", 1, True),
    ]
    assert (judged.asked, judged.failures) == (4, {})
    assert [t.answer for t in judged.trajectories] == ["1", "2"]


def test_no_more_are_asked_at_once_than_allowed() -> None:
    judge = Sayer()
    judge_all(PROBLEMS, ATTEMPTS, judge, repeats=10, at_once=3)
    assert len(judge.asked) == 20
    assert judge.most == 3


def test_judgements_that_are_there_already_stay_and_are_not_asked_for_again() -> None:
    judge = Sayer()
    once = judge_all(PROBLEMS, ATTEMPTS, judge, repeats=1)
    more = judge_all(PROBLEMS, once.trajectories, judge, repeats=3)
    assert judge.asked == [("p", 0), ("q", 0), ("p", 1), ("p", 2), ("q", 1), ("q", 2)]
    assert [[j.repeat for j in t.judgements] for t in more.trajectories] == [[0, 1, 2]] * 2
    assert judges_of(more.trajectories) == ("sayer",)


def test_another_judge_has_its_own_say() -> None:
    first = judge_all(PROBLEMS, ATTEMPTS, Sayer(), repeats=1)
    second = judge_all(PROBLEMS, first.trajectories, Sayer(name="other"), repeats=1)
    assert judges_of(second.trajectories) == ("other", "sayer")


def test_attempts_that_were_never_made_are_not_judged() -> None:
    attempts = [Trajectory("p", end="missing"), Trajectory("q", end="error")]
    judge = Sayer()
    assert judge_all(PROBLEMS, attempts, judge).trajectories == tuple(attempts)
    assert judge.asked == []


def test_attempts_that_are_alike_are_judged_once() -> None:
    judge = Sayer()
    told: list[tuple[int, int]] = []
    attempts = [
        Trajectory("p", trial, answer="1", seconds=float(trial), reward=1.0) for trial in range(3)
    ]
    judged = judge_all(
        PROBLEMS, attempts, judge, repeats=1, tell=lambda done, total: told.append((done, total))
    )
    assert judge.asked == [("p", 0)]
    assert labels(judged) == [["Solved"]] * 3
    assert told == [(0, 1), (1, 1)]


class TestDraws:
    """Completions of a judge are drawn anew for each trial and repeat."""

    def test_each_pair_has_a_number_of_its_own_and_the_first_is_none(self) -> None:
        drawn = [draw_of(trial, repeat) for trial in range(30) for repeat in range(30)]
        assert len(set(drawn)) == 900
        assert [draw_of(0, 0), draw_of(1, 0), draw_of(0, 1), draw_of(2, 0)] == [0, 1, 2, 3]

    def test_repeats_and_trials_are_different_draws(self) -> None:
        attempts = [Trajectory("p", trial, answer=str(trial)) for trial in range(2)]
        drawn = Sayer(lambda id, repeat: str(workspace().trial))
        judged = judge_all(PROBLEMS, attempts, drawn, repeats=3)
        assert labels(judged) == [["0", "2", "5"], ["1", "4", "8"]]

    def test_a_draw_does_not_depend_on_how_many_there_are(self) -> None:
        drawn = Sayer(lambda id, repeat: str(workspace().trial))
        attempts = [Trajectory("p", trial, answer="1") for trial in range(3)]
        assert labels(judge_all(PROBLEMS, attempts[:1], drawn, repeats=1)) == [["0"]]
        assert labels(judge_all(PROBLEMS, attempts, drawn, repeats=2)) == [["0", "2"]] * 3


class TestStore:
    def test_a_second_run_asks_nothing(self, tmp_path: Path) -> None:
        store = tmp_path / "new" / "judgements.jsonl"
        first = judge_all(PROBLEMS, ATTEMPTS, Sayer(lambda id, n: f"{id}{n}"), store=store)
        judge = Sayer()
        second = judge_all(PROBLEMS, ATTEMPTS, judge, store=store)
        assert judge.asked == []
        assert second.trajectories == first.trajectories
        assert (first.asked, second.asked) == (6, 0)

    def test_an_interrupted_run_goes_on_where_it_stood(self, tmp_path: Path) -> None:
        store = tmp_path / "judgements.jsonl"

        stopped = Sayer(lambda id, n: UserError("the key has expired") if id == "q" else "Solved")
        with pytest.raises(UserError, match="expired"):
            judge_all(PROBLEMS, ATTEMPTS, stopped, repeats=2, store=store, at_once=1)
        kept = list(read_trajectories(store))
        assert len(kept) == 2
        judge = Sayer()
        judged = judge_all(PROBLEMS, ATTEMPTS, judge, repeats=2, store=store)
        assert judge.asked == [("q", 0), ("q", 1)]
        assert labels(judged) == [["Solved", "Solved"]] * 2

    def test_a_line_that_was_cut_off_is_asked_for_again(self, tmp_path: Path) -> None:
        store = tmp_path / "judgements.jsonl"
        judge_all(PROBLEMS, ATTEMPTS, Sayer(), repeats=1, store=store)
        store.write_bytes(store.read_bytes()[:-20])
        judge = Sayer()
        judge_all(PROBLEMS, ATTEMPTS, judge, repeats=1, store=store)
        assert judge.asked == [("q", 0)]
        again = Sayer()
        judge_all(PROBLEMS, ATTEMPTS, again, repeats=1, store=store)
        assert again.asked == []

    @pytest.mark.parametrize(
        "attempt",
        [Trajectory("p", answer="other"), Trajectory("p", answer="1", end="stopped")],
    )
    def test_another_attempt_is_judged_anew(self, tmp_path: Path, attempt: Trajectory) -> None:
        store = tmp_path / "judgements.jsonl"
        judge_all(PROBLEMS, ATTEMPTS, Sayer(), repeats=1, store=store)
        judge = Sayer()
        judge_all(PROBLEMS, [attempt], judge, repeats=1, store=store)
        assert judge.asked == [("p", 0)]

    def test_another_judge_problem_or_reference_is_judged_anew(self, tmp_path: Path) -> None:
        store = tmp_path / "judgements.jsonl"
        changed = {"p": Problem("p", ((Message("user", "changed?"),),))}
        for problems, judge in (
            (PROBLEMS, Sayer()),
            (PROBLEMS, Sayer(name="sayer, another template")),
            (changed, Sayer()),
            (PROBLEMS, _Comparer(Trajectory("p", answer="a"))),
            (PROBLEMS, _Comparer(Trajectory("p", answer="b"))),
            (PROBLEMS, _Comparer(None, name="compares with nothing")),
        ):
            judge_all(problems, ATTEMPTS[:1], judge, repeats=1, store=store)
            assert judge.asked == [("p", 0)]

    def test_a_store_that_cannot_be_written_is_one_line(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(UserError, match="cannot write"):
            judge_all(PROBLEMS, ATTEMPTS, Sayer(), store=tmp_path / "file" / "judgements.jsonl")


@dataclass
class _Comparer(Sayer):
    def __init__(self, other: Trajectory | None, name: str = "comparer") -> None:
        super().__init__(name=name)
        self.other = other

    def reference(self, problem: Problem) -> Trajectory | None:
        return self.other


class TestFailures:
    def test_what_fails_is_no_judgement_and_is_asked_again(self, tmp_path: Path) -> None:
        store = tmp_path / "judgements.jsonl"
        failing = Sayer(lambda id, n: InfrastructureError("quota") if id == "q" else "Solved")
        judged = judge_all(PROBLEMS, ATTEMPTS, failing, repeats=1, store=store, rounds=2)
        assert failing.asked == [("p", 0), ("q", 0), ("q", 0)]
        assert labels(judged) == [["Solved"], []]
        assert judged.failures == {"problem q, trial 0, repeat 0": "quota"}
        judge = Sayer()
        assert judge_all(PROBLEMS, ATTEMPTS, judge, repeats=1, store=store).failures == {}
        assert judge.asked == [("q", 0)]

    def test_a_second_round_may_succeed(self) -> None:
        left = [TimeoutError(), ConnectionError("reset")]
        judge = Sayer(lambda id, n: left.pop() if left else "Solved")
        judged = judge_all(PROBLEMS, ATTEMPTS, judge, repeats=1, rounds=2)
        assert labels(judged) == [["Solved"]] * 2
        assert judged.failures == {}

    def test_a_judge_that_keeps_failing_is_left_alone(self) -> None:
        judge = Sayer(lambda id, n: InfrastructureError("down"))
        judged = judge_all(PROBLEMS, ATTEMPTS, judge, repeats=50, at_once=1, rounds=1)
        assert len(judge.asked) == PATIENCE
        assert len(judged.failures) == 100
        assert set(judged.failures.values()) == {"down", "not asked: the judge kept failing"}

    @pytest.mark.parametrize(
        ("says", "reason"),
        [
            (UserError("the key is refused"), "the key is refused"),
            (ZeroDivisionError("oops"), "the judge sayer failed: ZeroDivisionError: oops"),
        ],
    )
    def test_a_broken_judge_ends_the_run_in_one_line(self, says: Exception, reason: str) -> None:
        with pytest.raises(UserError, match=reason):
            judge_all(PROBLEMS, ATTEMPTS, Sayer(lambda id, n: says))

    def test_a_judgement_is_wanted(self) -> None:
        class Talker(Sayer):
            async def judge(self, *_: object) -> str:  # type: ignore[override]
                return "Solved"

        with pytest.raises(UserError, match="gave a str: a Judgement is wanted"):
            judge_all(PROBLEMS, ATTEMPTS, Talker())  # type: ignore[arg-type]

    def test_an_attempt_at_another_problem_is_refused(self) -> None:
        with pytest.raises(UserError, match="problem 'r', which the task has not"):
            judge_all(PROBLEMS, [Trajectory("r")], Sayer())

    @pytest.mark.parametrize("wrong", [{"repeats": 0}, {"at_once": 0}, {"rounds": 0}])
    def test_nothing_to_do_is_refused(self, wrong: dict[str, int]) -> None:
        with pytest.raises(UserError, match="at least one"):
            judge_all(PROBLEMS, ATTEMPTS, Sayer(), **wrong)  # type: ignore[arg-type]
