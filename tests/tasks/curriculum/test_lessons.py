"""Lessons: guides that know the way, and that go by what they are told."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, date, datetime
from typing import Any

import pytest

from harness.contracts import Session
from harness.measures.attempt import Attempt
from harness.measures.tools.world import solved_in_world
from harness.records import Message, Trajectory
from harness.records.chat import ToolCall
from tasks.curriculum import DONE, Lesson, copies, drills, errands, questions
from tasks.worlds.starter.assignments import ERRANDS

SEED, SIZE = 41, 12


def guided(lesson: Lesson, most: int = 20) -> tuple[list[str], Trajectory]:
    """An attempt by the guide alone: what was observed, and how it ended."""

    async def attempt() -> tuple[list[str], Trajectory]:
        session: Session = await lesson.world.open(lesson.problem)
        observed, said = list[str](), list[Message]()
        for _ in range(most):
            turn = lesson.guide.next(observed).does
            if isinstance(turn, str):
                said.append(Message("assistant", turn))
                made = Trajectory(lesson.problem.id, 0, tuple(said), turn, state=session.state)
                return observed, made
            said.append(Message("assistant", calls=(turn,)))
            observed.append((await session.call(turn)).content)
        raise AssertionError("the guide comes to no end")

    return asyncio.run(attempt())


@pytest.mark.parametrize("errand", ERRANDS)
def test_a_guide_solves_every_errand(errand: str) -> None:
    lessons = list(errands(SEED, SIZE, errand, 36, 12))
    assert len(lessons) == 36
    for lesson in lessons:
        _, made = guided(lesson, 40)
        assert solved_in_world(Attempt(lesson.problem, made)) == 1.0, lesson.problem.text


def test_errands_that_are_too_long_are_left_out() -> None:
    lessons = list(errands(SEED, SIZE, "towns", 36, 3))
    assert {len(lesson.problem.gold.program) for lesson in lessons} == {1, 2, 3}
    assert len(lessons) == 9


def test_a_list_is_leafed_through_from_its_first_page() -> None:
    later = [
        lesson
        for errand in ERRANDS
        for lesson in errands(SEED, SIZE, errand, 60, 4)
        if any(call.arguments.get("page", 1) > 1 for call in lesson.problem.gold.program)
    ]
    assert later
    for lesson in later:
        _, made = guided(lesson)
        calls = [call for message in made.messages for call in message.calls]
        for number, call in enumerate(calls):
            if (page := call.arguments.get("page", 1)) > 1:
                assert calls[number - 1].name == call.name
                assert calls[number - 1].arguments.get("page", 1) == page - 1


def test_where_nothing_was_asked_the_guide_says_that_it_is_done() -> None:
    for lesson in errands(SEED, SIZE, "weather", 24, 3):
        assert (guided(lesson)[1].answer == DONE) is (not lesson.problem.gold.answers)


@pytest.mark.parametrize("hops", [1, 2])
def test_a_question_is_answered_where_its_passages_were_found(hops: int) -> None:
    answered = 0
    for lesson in questions(SEED, SIZE, hops, 40):
        observed, made = guided(lesson)
        details = lesson.problem.gold.details
        told = [{r["id"] for r in json.loads(text)["results"]} for text in observed]
        wanted = details["passages"]
        found = all(id in shown for id, shown in zip(wanted, told, strict=False))
        right = found and details["answerable"]
        assert made.answer == (details["answer"] if right else "unanswerable")
        answered += right
    assert answered > 15


def test_a_guide_says_nothing_that_was_not_told_or_asked() -> None:
    for lesson in questions(SEED, SIZE, 2, 40):
        observed: list[str] = []

        async def attempt(lesson: Lesson = lesson, observed: list[str] = observed) -> None:
            session = await lesson.world.open(lesson.problem)
            while True:
                turn = lesson.guide.next(observed)
                known = lesson.problem.text + " ".join(observed)
                said = turn.does if isinstance(turn.does, str) else turn.does.arguments["query"]
                for name in re.findall(r"[A-Z][a-z]+(?: [A-Z][a-z]+)*", f"{turn.why} {said}"):
                    part = name.split()[-1]
                    assert part in known or part in _FIRST_WORDS, (part, turn)
                if not isinstance(turn.does, ToolCall):
                    return
                observed.append((await session.call(turn.does)).content)

        asyncio.run(attempt())


_FIRST_WORDS = {"In", "Who", "Whose", "Which", "What", "How", "On", "Of"}


def test_a_reader_cites_the_passages_that_it_was_shown() -> None:
    lesson = next(x for x in questions(SEED, SIZE, 2, 40) if x.problem.gold.details["answerable"])
    guide: Any = lesson.guide
    wanted = lesson.problem.gold.details["passages"]
    shown = [
        f"Title: {guide.passages[id].title}. Content: {guide.passages[id].text}" for id in wanted
    ]
    answer = lesson.problem.gold.details["answer"]
    assert guide.read(["something else", *shown]) == (answer, (1, 2))
    assert guide.read(shown[:1]) == ("unanswerable", ())


def test_copies_copy() -> None:
    made = [(question.content, answer.content) for question, answer in copies(SEED, 30)]
    for question, answer in made:
        _check(question, answer)
    assert sum(question.startswith("Names: ") for question, _ in made) == 15
    assert len(set(made)) == 30


def test_drills_are_right_and_follow_from_their_seed() -> None:
    made = [(question.content, answer.content) for question, answer in drills(SEED, 60)]
    assert made == [(q.content, a.content) for q, a in drills(SEED, 60)]
    assert made != [(q.content, a.content) for q, a in drills(SEED + 1, 60)]
    for question, answer in made:
        _check(question, answer)
    lists = [json.loads(q.split("\n")[0])["items"] for q, _ in made if q.startswith("{")]
    assert len(lists) == 20
    assert {len(items) for items in lists} <= set(range(1, 11))


def _check(question: str, answer: str) -> None:
    told = json.loads(answer)
    if question.startswith("Names: "):
        assert told == question.removeprefix("Names: ").removesuffix(".").split(", ")
    elif question.startswith("{"):
        first, *asked = question.split("\n")
        pairs = [tuple(item.values()) for item in json.loads(first)["items"]]
        known = dict(pairs) | {name: id for id, name in pairs}
        assert told == [known[thing] for thing in asked]
    else:
        days = [_read(day) for day in question.split("; ")]
        assert [date.fromisoformat(day) for day in told] == days


def _read(day: str) -> date:
    return datetime.strptime(day, "%A %d %B %Y").replace(tzinfo=UTC).date()
