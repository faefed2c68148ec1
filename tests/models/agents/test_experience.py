"""Pools of experience: what they hold, what they have seen, how they are gathered."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from toy_world import PROBLEM, Rooms

from harness.contracts import ProblemSet, Session
from harness.errors import InfrastructureError, UserError
from harness.loop import run
from harness.records import Judgement, Message, Problem, Trajectory, Usage
from models.agents.experience import (
    Entry,
    Pool,
    Review,
    by_judge,
    by_measure,
    content_hash,
    gather,
    read_pool,
)

STORY = "Write a short story about {} that answers: {}"
QUESTIONS = (
    "Who painted the ceiling of the chapel in Rome? Which river runs through the city of Paris?"
)
OTHERS = "What is the capital of the island in the north? When did the first train leave London?"


def asked(text: str, id: str = "p") -> Problem:
    return Problem(id, ((Message("user", text),),))


class Pupil:
    """Learns one sentence from each attempt."""

    def __init__(self) -> None:
        self.attempted: list[str] = []

    async def learn(
        self, problem: Problem, session: Session, review: Review
    ) -> tuple[Trajectory, Entry]:
        self.attempted.append(problem.id)
        if problem.id == "broken":
            raise InfrastructureError("no network")
        made = Trajectory(problem.id, answer="x", usage=Usage(5, 1))
        said = await review(problem, made)
        return made, Entry(problem.text, problem.id, f"leader: {said}", (f"member: {said}",))


async def praise(problem: Problem, trajectory: Trajectory) -> str:
    return f"well done, {problem.id}"


def part(*ids: str) -> ProblemSet:
    return ProblemSet("train", [asked(f"Do the task {id} now", id) for id in ids])


def test_a_pool_is_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "pool.jsonl"
    assert run(gather(Pupil(), part("a", "b"), praise, path)) == Usage(10, 2)
    pool = read_pool(path)
    assert pool.entries[0] == Entry(
        "Do the task a now", "a", "leader: well done, a", ("member: well done, a",)
    )
    assert pool.leaders == ("leader: well done, a", "leader: well done, b")
    assert pool.members == ("member: well done, a", "member: well done, b")
    line = json.loads(path.read_text().splitlines()[0])
    assert line["hash"] == content_hash("do THE task: a, now!")


def test_gathering_goes_on_where_it_was_interrupted(tmp_path: Path) -> None:
    path, pupil = tmp_path / "pool.jsonl", Pupil()
    with pytest.raises(InfrastructureError):
        run(gather(pupil, part("a", "broken", "c"), praise, path))
    assert [entry.id for entry in read_pool(path).entries] == ["a"]
    run(gather(pupil, part("a", "b", "c"), praise, path))
    assert pupil.attempted == ["a", "broken", "b", "c"]


def test_training_problems_are_attempted_in_their_world(tmp_path: Path) -> None:
    class Walker(Pupil):
        async def learn(self, problem: Problem, session: Session, review: Review) -> Any:
            assert session.executes
            return await super().learn(problem, session, review)

    world = ProblemSet("train", [PROBLEM], environment=Rooms())
    run(gather(Walker(), world, praise, tmp_path / "pool.jsonl"))
    assert read_pool(tmp_path / "pool.jsonl").entries[0].task == PROBLEM.text


POOL = Pool([Entry(STORY.format("a dragon", QUESTIONS), "train/0")])


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        (STORY.format("a dragon", QUESTIONS), True),
        (STORY.format("a dragon", QUESTIONS).upper() + "!", True),
        (f"Here is your task.\n{QUESTIONS} Now write about a dragon.", True),
        (STORY.format("a dragon", f"{QUESTIONS} {OTHERS}"), True),
        (STORY.format("a dragon", OTHERS), False),
        ("", False),
    ],
)
def test_a_pool_knows_what_it_has_seen_in_whatever_words(text: str, seen: bool) -> None:
    assert (POOL.saw(asked(text)) is not None) == seen


def test_short_problems_are_told_apart_by_their_words() -> None:
    pool = Pool([Entry("2 + 2?"), Entry("Run")])
    assert pool.saw(asked("2+2"))
    assert pool.saw(asked("run!"))
    assert not pool.saw(asked("2 + 3?"))
    assert not pool.saw(asked("Run away"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "line 1"),
        ("[1]", "line 1: an object"),
        ('{"task": 3}', "are texts"),
        ('{"task": "a", "hash": "0"}', "the hash is not that of the task"),
        ('{"experience": [{"task": "a", "Member": "b"}]}', "entry 0"),
        ("[" * 100_000, "nested"),
    ],
)
def test_what_is_no_pool_is_refused_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "pool.jsonl"
    path.write_text(text)
    with pytest.raises(UserError, match=told):
        read_pool(path)


def test_requests_that_differ_in_a_name_are_different_problems() -> None:
    wet = "How many wet days does {} usually have in a year? Quote the register word for word."
    pool = Pool([Entry(wet.format("Talen"))])
    assert pool.saw(asked(f"Please: {wet.format('Talen')}"))
    assert not pool.saw(asked(wet.format("Nupasol")))


def test_a_question_that_is_always_asked_alike_does_not_make_problems_the_same() -> None:
    # 14 of 24 words are said of every flight.
    late = (
        "What is the matter with flight {} of {} October 2031: for what reason is it not on time? "
        "Quote the register word for word."
    )
    pool = Pool([Entry(late.format("FE165", "Saturday 18"))])
    assert pool.saw(asked(late.format("FE165", "Saturday 18").lower()))
    assert not pool.saw(asked(late.format("BE124", "Sunday 12")))


def test_a_pool_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="gather one from training problems"):
        read_pool(tmp_path / "none.jsonl")


def test_reviews_come_from_measures_and_judges() -> None:
    class Strict:
        name = "strict"

        async def judge(self, problem: Problem, made: Trajectory, repeat: int = 0) -> Judgement:
            return Judgement("strict", "No", "flowing", reason="It stumbles.")

    made = Trajectory("p", answer="x")
    tell: Callable[[Review], str] = lambda review: run(review(PROBLEM, made))  # type: ignore[arg-type]  # noqa: E731
    assert tell(by_measure(lambda attempt: 0.25, "share")) == "share: 0.25"
    assert tell(by_judge(Strict())) == "flowing: No. It stumbles."


@pytest.mark.realdata
def test_the_released_pools_have_seen_their_own_tasks_and_no_others(data: Path) -> None:
    # The README of the data: entries 1 to 40 are the tasks 0 to 39 of the file with 5 questions.
    folder = data / "multi_agent"
    pool = read_pool(folder / "experience_creative_writing.json")
    assert (len(pool.entries), len(pool.leaders)) == (40, 40)

    def seen(n: int, form: str) -> list[int]:
        lines = (folder / f"trivia_creative_writing_100_n_{n}.jsonl").read_text().splitlines()
        rows = [json.loads(line) for line in lines]
        texts = [STORY.format(row["topic"], worded(row["questions"], form)) for row in rows]
        return [number for number, text in enumerate(texts) if pool.saw(asked(text))]

    def worded(questions: list[str], form: str) -> str:
        return "".join(form.format(n, text) for n, text in enumerate(questions, 1))

    for form in ("{1} ", "\n{0}. {1}"):
        assert seen(5, form) == list(range(40))
        # Two problems of 5 questions make one of 10: 20 of these have been seen as well.
        assert seen(10, form) == list(range(20))


@pytest.mark.realdata
def test_the_released_pool_of_travel_plans_has_seen_30(data: Path) -> None:
    folder = data / "multi_agent"
    pool = read_pool(folder / "experience_travel.json")
    assert len(pool.entries) == 31
    rows = [json.loads(line) for line in (folder / "travel_data.jsonl").read_text().splitlines()]

    def worded(row: dict[str, Any]) -> str:
        people = f"{row['members']['adults']} adults and {row['members']['children']} children"
        likes = ", ".join(row["interests"])
        return (
            f"Plan a trip to {row['destination']} for {row['days']} days. {row['description']} It "
            f"is {row['season']}, in {row['month']}. We like {likes}; we are {people}, "
            f"{row['preferences']}. Our budget: {row['Budget Range']}."
        )

    assert [n for n, row in enumerate(rows) if pool.saw(asked(worded(row)))] == list(range(30))
