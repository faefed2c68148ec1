from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from pathlib import Path

import pytest

from harness import registry
from harness.assessing import agreement, all_judges, judge_file
from harness.contracts import Unreadable
from harness.errors import InfrastructureError, UserError
from harness.formats.trajectories import read_trajectories, write_trajectories
from harness.loading import LoadedModel
from harness.records import Judgement, Problem, Trajectory
from harness.sources import Source

TASK = f"{Path(__file__).with_name('toy_tools.py')}:ToolToy"
"""Three problems: one, two, three."""
MODEL = """
from harness.records import Completion

class Chat:
    async def complete(self, messages, *, max_tokens=None, temperature=0.0):
        return Completion("fine")
"""


@dataclass
class Sayer:
    """A judge that says what stands in the answer, and remembers what it was asked."""

    name: str = "sayer"
    asked: list[tuple[str, int]] = field(default_factory=list)
    down: set[str] = field(default_factory=set)

    async def judge(self, problem: Problem, trajectory: Trajectory, repeat: int = 0) -> Judgement:
        self.asked.append((problem.id, repeat))
        if problem.id in self.down:
            raise InfrastructureError("the server is down")
        return Judgement(self.name, trajectory.answer or "nothing", repeat=repeat)


@dataclass
class Comparer(Sayer):
    """A judge that compares, and shows what it was made of."""

    references: Mapping[str, Trajectory] = field(default_factory=dict)
    against: str = ""
    swap: bool = True


SAYER = Sayer()
MADE: list[object] = []


def sayer() -> Sayer:
    return SAYER


def comparer(
    model: LoadedModel,
    source: Source,
    references: Mapping[str, Trajectory],
    against: str,
    *,
    swap: bool = True,
) -> Comparer:
    made = Comparer("comparer", references=references, against=against, swap=swap)
    MADE[:] = [made, model]
    return made


@pytest.fixture(autouse=True)
def judges(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Two judges: one that needs nothing, and one that needs a model and a reference."""
    SAYER.asked.clear()
    SAYER.down.clear()
    monkeypatch.setattr(registry.judges, "_resolved", {"sayer": sayer, "comparer": comparer})
    (tmp_path / "chat.py").write_text(MODEL)


def attempts(path: Path, *found: Trajectory) -> Path:
    write_trajectories(path, found)
    return path


def labels(path: Path) -> list[list[str]]:
    found = [t for t in read_trajectories(path) if isinstance(t, Trajectory)]
    return [[j.label for j in t.judgements] for t in found]


TWO = (Trajectory("one", answer="Solved"), Trajectory("two", answer="Unsolved"))


class TestJudging:
    def test_attempts_are_written_with_what_was_said(self, tmp_path: Path) -> None:
        mine = attempts(tmp_path / "mine.jsonl", *TWO)
        done = judge_file(TASK, mine, tmp_path / "out.jsonl", "sayer", repeats=2)
        assert (done.judge, done.attempts, done.asked, done.failures) == ("sayer", 2, 4, {})
        assert labels(tmp_path / "out.jsonl") == [["Solved"] * 2, ["Unsolved"] * 2]
        assert labels(mine) == [[], []]

    def test_the_same_call_asks_for_nothing_twice(self, tmp_path: Path) -> None:
        mine = attempts(tmp_path / "mine.jsonl", *TWO)
        judge_file(TASK, mine, tmp_path / "out.jsonl", "sayer", repeats=1)
        done = judge_file(TASK, mine, tmp_path / "out.jsonl", "sayer", repeats=2)
        assert (done.asked, len(SAYER.asked)) == (2, 4)
        assert len(set(SAYER.asked)) == 4

    def test_what_failed_is_named_and_asked_again_by_the_same_call(self, tmp_path: Path) -> None:
        mine = attempts(tmp_path / "mine.jsonl", *TWO)
        SAYER.down.add("two")
        done = judge_file(TASK, mine, tmp_path / "out.jsonl", "sayer", repeats=1)
        assert done.failures == {"problem two, trial 0, repeat 0": "the server is down"}
        assert labels(tmp_path / "out.jsonl") == [["Solved"], []]
        SAYER.down.clear()
        again = judge_file(TASK, mine, tmp_path / "out.jsonl", "sayer", repeats=1)
        assert (again.asked, again.failures) == (1, {})
        assert labels(tmp_path / "out.jsonl") == [["Solved"], ["Unsolved"]]

    def test_what_cannot_be_used_is_told_and_left_out(self, tmp_path: Path) -> None:
        mine = attempts(tmp_path / "mine.jsonl", TWO[0], Trajectory("four"))
        with mine.open("a") as file:
            print("{", file=file)
        told: list[object] = []
        done = judge_file(TASK, mine, tmp_path / "out.jsonl", "sayer", repeats=1, tell=told.append)
        assert (done.attempts, done.unreadable) == (1, 2)
        places = {t.place: t.reason for t in told if isinstance(t, Unreadable)}
        assert places["problem four"] == "the task has no such problem"
        assert "JSON" in places["line 3"]

    def test_a_judge_gets_what_it_takes(self, tmp_path: Path) -> None:
        mine = attempts(tmp_path / "mine.jsonl", *TWO)
        theirs = attempts(tmp_path / "their-run.jsonl", TWO[1], Trajectory("two", 1))
        judge_file(
            TASK,
            mine,
            tmp_path / "out.jsonl",
            "comparer",
            model=f"{tmp_path / 'chat.py'}:Chat",
            against=theirs,
            swap=False,
            repeats=1,
        )
        made, model = MADE
        assert isinstance(made, Comparer)
        assert isinstance(model, LoadedModel)
        assert (made.references, made.against, made.swap) == ({"two": TWO[1]}, "their-run", False)
        assert hasattr(model.model, "complete")


class TestWhatIsWrong:
    def test_a_judge_says_what_it_wants(self, tmp_path: Path) -> None:
        mine, chat = attempts(tmp_path / "mine.jsonl", *TWO), f"{tmp_path / 'chat.py'}:Chat"
        out = tmp_path / "out.jsonl"
        with pytest.raises(UserError, match="the judge comparer wants --model"):
            judge_file(TASK, mine, out, "comparer")
        with pytest.raises(UserError, match="the judge comparer wants --against FILE"):
            judge_file(TASK, mine, out, "comparer", model=chat)
        with pytest.raises(UserError, match="the judge sayer asks no model: leave out --model"):
            judge_file(TASK, mine, out, "sayer", model=chat)
        with pytest.raises(UserError, match=r"unknown judge 'tooleva'\. Did you mean tooleval or "):
            judge_file(TASK, mine, out, "tooleva", model=chat)
        assert SAYER.asked == []
        assert not out.exists()

    def test_files_and_tasks_that_do_not_fit_are_refused(self, tmp_path: Path) -> None:
        out = tmp_path / "out.jsonl"
        with pytest.raises(UserError, match="starter-tools/films is a retrieval task"):
            judge_file("starter-tools/films", tmp_path / "mine.jsonl", out, "sayer")
        with pytest.raises(UserError, match=r"there is no file .*mine\.jsonl"):
            judge_file(TASK, tmp_path / "mine.jsonl", out, "sayer")
        mine = attempts(tmp_path / "mine.jsonl", Trajectory("four"))
        with pytest.raises(UserError, match=r"mine\.jsonl holds no attempts at"):
            judge_file(TASK, mine, out, "sayer")
        assert not out.exists()


def test_every_judge_of_ours_says_what_it_is() -> None:
    known = dict(all_judges())
    assert "assay-solved" in known
    assert [name for name, said in known.items() if not said.endswith(".")] == []


def said(judge: str, *labels: str, question: str = "solved") -> tuple[Judgement, ...]:
    return tuple(Judgement(judge, label, question, i) for i, label in enumerate(labels))


def judged(path: Path, *judgements: Sequence[Judgement]) -> Path:
    """A file of attempts with these judgements."""
    found = (Trajectory(str(i), answer="x", judgements=tuple(j)) for i, j in enumerate(judgements))
    return attempts(path, *found)


class TestAgreement:
    def test_of_a_judge_that_was_asked_again(self, tmp_path: Path) -> None:
        # Two of four attempts are judged alike both times. Fleiss: observed 2/4; labels are
        # 4 Solved and 4 Unsolved of 8, expected 2 * .5^2 = .5; kappa = (.5 - .5) / (1 - .5) = 0.
        rows = (("Solved", "Solved"), ("Solved", "Unsolved"), ("Unsolved", "Solved"))
        path = judged(
            tmp_path / "f.jsonl", *(said("a", *r) for r in (*rows, ("Unsolved", "Unsolved")))
        )
        [one] = agreement(path)
        assert (one.question, one.judge, one.other, one.items) == ("solved", "a", "", 4)
        assert one.raw == pytest.approx(0.5)
        assert one.kappa == pytest.approx(0)

    def test_of_two_judges(self, tmp_path: Path) -> None:
        # a: S S U U, b: S U U U. Alike 3/4; by chance 1/2 * 1/4 + 1/2 * 3/4 = 1/2;
        # Cohen's kappa = (3/4 - 1/2) / (1 - 1/2) = 1/2.
        s, u = "Solved", "Unsolved"
        pairs = ((s, s), (s, u), (u, u), (u, u))
        path = judged(tmp_path / "f.jsonl", *((*said("a", x), *said("b", y)) for x, y in pairs))
        [one] = agreement(path)
        assert (one.judge, one.other, one.items) == ("a", "b", 4)
        assert one.raw == pytest.approx(0.75)
        assert one.kappa == pytest.approx(0.5)

    def test_judges_who_always_say_the_same_have_no_kappa(self, tmp_path: Path) -> None:
        path = judged(tmp_path / "f.jsonl", said("a", "Solved", "Solved"))
        [one] = agreement(path)
        assert one.raw == 1
        assert isnan(one.kappa)

    def test_every_question_is_on_its_own(self, tmp_path: Path) -> None:
        both = (*said("a", "Yes", "No", question="process"), *said("a", "Yes", "Yes"))
        path = judged(tmp_path / "f.jsonl", both)
        found = {one.question: one.raw for one in agreement(path)}
        assert found == {"process": 0, "solved": 1}

    def test_without_judgements_there_is_none(self, tmp_path: Path) -> None:
        with pytest.raises(UserError, match=r"holds no judgements: make some with assay judge"):
            agreement(attempts(tmp_path / "f.jsonl", *TWO))

    def test_one_judgement_of_each_alone_cannot_agree(self, tmp_path: Path) -> None:
        path = judged(tmp_path / "f.jsonl", said("a", "Solved"), said("a", "Unsolved"))
        with pytest.raises(
            UserError, match="one judgement of each attempt: make more with assay judge"
        ):
            agreement(path)

    def test_an_attempt_with_fewer_repeats_is_left_out(self, tmp_path: Path) -> None:
        path = judged(
            tmp_path / "f.jsonl", said("a", "Solved", "Solved", "Solved"), said("a", "Solved", "No")
        )
        [one] = agreement(path)
        assert (one.items, one.raw) == (1, 1)

    def test_judges_who_share_no_attempt_are_not_compared(self, tmp_path: Path) -> None:
        path = judged(tmp_path / "f.jsonl", said("a", "Yes", "Yes"), said("b", "Yes", "No"))
        assert [(one.judge, one.other) for one in agreement(path)] == [("a", ""), ("b", "")]

    def test_what_cannot_be_read_is_told(self, tmp_path: Path) -> None:
        path = judged(tmp_path / "f.jsonl", said("a", "Solved", "Solved"))
        with path.open("a") as file:
            print(json.dumps({"problem": 3}), file=file)
        told: list[object] = []
        agreement(path, told.append)
        [unreadable] = told
        assert isinstance(unreadable, Unreadable)
        assert unreadable.place == "line 2"
