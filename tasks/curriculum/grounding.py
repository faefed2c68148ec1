"""Answers to be checked against passages: right ones and wrong ones, with the evidence."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from harness.loop import run
from harness.records import Problem, ToolCall
from tasks.curriculum.lesson import Lesson
from tasks.curriculum.questions import QuestionGuide
from tasks.worlds.draw import Draw
from tasks.worlds.search import SEARCH

OTHERS = 9
"""Passages besides the one that tells the answer, at most."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A question of one fact, an answer to it that may be wrong, and passages that tell.

    Attributes:
        id: unique within a world.
        question: of one fact.
        answers: that are right, in order of preference.
        passages: the one that tells the answer, then others, as a search gives them ("id",
            "title", "text").
        proposed: the answer to be checked.
        sentence: the evidence, word for word.
    """

    id: str
    question: str
    answers: tuple[str, ...]
    passages: tuple[Mapping[str, Any], ...]
    proposed: str
    sentence: str


def claims(lessons: Iterable[Lesson], seed: int) -> Iterator[Claim]:
    """A claim for each hop that a passage tells, every other one of them wrong on average.

    A wrong answer is one to another question that begins alike.

    Args:
        lessons: questions about one world.
        seed: of the draws.
    """
    taught = list(lessons)
    told = [
        (step.question, step.answer)
        for lesson in taught
        for step in _guide(lesson).hops
        if step.passage
    ]
    for lesson in taught:
        guide = _guide(lesson)
        for number, step in enumerate(guide.hops, 1):
            if not step.passage:
                continue
            id = f"{lesson.problem.id}/{number}"
            draw = Draw(seed, "claims", id)
            found = run(_searched(lesson, step.question))
            others = [one for one in found if one["id"] != step.passage]
            telling = guide.passages[step.passage]
            row = {"id": telling.id, "title": telling.title, "text": telling.text}
            wrong = _others(step.question, step.answer, told)
            proposed = draw.choice(wrong) if wrong and draw.chance(50) else step.answer
            yield Claim(
                id,
                step.question,
                _answers(lesson.problem, step.answer),
                (row, *others[:OTHERS]),
                proposed,
                guide.telling(step),
            )


def _guide(lesson: Lesson) -> QuestionGuide:
    return cast("QuestionGuide", lesson.guide)


async def _searched(lesson: Lesson, query: str) -> list[Mapping[str, Any]]:
    session = await lesson.world.open(lesson.problem)
    found = await session.call(ToolCall(SEARCH.name, {"query": query, "k": OTHERS + 1}))
    results: list[Mapping[str, Any]] = json.loads(found.content)["results"]
    return results


def _others(question: str, answer: str, told: Sequence[tuple[str, str]]) -> list[str]:
    """Answers to other questions, to those that begin alike where there are any."""
    others = [(asked, said) for asked, said in told if said.casefold() != answer.casefold()]
    start = question.split()[:2]
    alike = [said for asked, said in others if asked.split()[:2] == start]
    return alike or [said for _, said in others]


def _answers(problem: Problem, answer: str) -> tuple[str, ...]:
    """How the answer to a hop may be written: where it is the question's own, in all its ways."""
    return problem.gold.answers if answer in problem.gold.answers else (answer,)
