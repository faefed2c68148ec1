"""Answers to be checked against passages."""

from __future__ import annotations

import pytest

from tasks.curriculum import questions
from tasks.curriculum.grounding import OTHERS, Claim, claims

SEED, SIZE = 41, 12


@pytest.fixture(scope="module")
def made() -> list[Claim]:
    return list(claims(questions(SEED, SIZE, 2, 20), SEED))


def test_there_is_one_for_each_hop_that_a_passage_tells(made: list[Claim]) -> None:
    details = [lesson.problem.gold.details for lesson in questions(SEED, SIZE, 2, 20)]
    assert len(made) == sum(len(one["passages"]) for one in details)
    assert len({claim.id for claim in made}) == len(made)


def test_the_first_passage_tells_the_answer_and_comes_once(made: list[Claim]) -> None:
    for claim in made:
        gold, *others = claim.passages
        text = f"{gold['title']} {gold['text']}"
        assert claim.answers[0].casefold() in text.casefold()
        assert claim.sentence in text
        assert gold["id"] not in {other["id"] for other in others}
        assert 0 < len(others) <= OTHERS


def test_about_half_of_the_proposed_answers_are_wrong(made: list[Claim]) -> None:
    right = sum(claim.proposed in claim.answers for claim in made)
    assert 0.25 < right / len(made) < 0.75


def test_a_wrong_answer_is_one_to_another_question_that_begins_alike(made: list[Claim]) -> None:
    alike = {}
    for claim in made:
        alike.setdefault(tuple(claim.question.split()[:2]), set()).add(claim.answers[0])
    wrong = [claim for claim in made if claim.proposed not in claim.answers]
    for claim in wrong:
        others = alike[tuple(claim.question.split()[:2])] - {claim.answers[0]}
        assert not others or claim.proposed in others


def test_the_same_world_gives_the_same(made: list[Claim]) -> None:
    assert made == list(claims(questions(SEED, SIZE, 2, 20), SEED))
    assert made != list(claims(questions(SEED, SIZE, 2, 20), SEED + 1))
