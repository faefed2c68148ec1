"""Principles of readings, and requests for readings that follow some of them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from examples.embedded.conversations import Row
from examples.methods.principled import PRINCIPLES, Rule, principles, writing
from models.training.principles.answers import instance_of
from models.training.principles.drafting import Draft, prompt_of
from models.training.principles.keeping import Principle
from models.training.principles.seeds import Seed
from models.training.text.conversations import dialogue

FOLLOWED = "The example and its answer follow these principles:"


def reading(question: str, answer: str, passage: str = "[1] Title: Ada. Content: Ada.") -> Row:
    said = [
        ("system", "Answer."),
        ("user", f"Passages:\n{passage}\n\nQuestion: {question}"),
        ("assistant", answer),
    ]
    return {"messages": [{"role": role, "content": content} for role, content in said]}


READINGS = [
    reading("Who owns The Inn?", "Ada Bo", "[1] Title: The Inn. Content: Ada Bo owns it."),
    reading("Who leads Bo Air?", "unanswerable", "[1] Title: Bo Air. Content: It flies."),
    reading("How many minutes does Dusk last?", "84", "[1] Title: Dusk. Content: 84 minutes."),
    reading("Which firm makes the Cap?", "Bo Hats", "[1] Title: Bo Hats. Content: The Cap."),
]


def rule(start: str) -> Rule:
    [found] = [
        rule for level in PRINCIPLES.values() for rule in level if rule.text.startswith(start)
    ]
    return found


@pytest.mark.parametrize(
    ("start", "fitting"),
    [
        ("Who founded", [0]),  # the second passage does not tell who leads
        ("How many", [2]),
        ("Which firm", [3]),
        ("Where a shop is", []),
        ("When the passage does not", [1]),
        ("Write names", [0, 2, 3]),
    ],
)
def test_a_principle_fits_readings_of_its_kind(start: str, fitting: Sequence[int]) -> None:
    assert [n for n, row in enumerate(READINGS) if rule(start).fits(row)] == fitting


def parts(row: Row) -> tuple[str, str]:
    asked, said = row["messages"]
    assert (asked["role"], said["role"]) == ("user", "assistant")
    return asked["content"], said["content"]


def test_every_second_request_has_principles_and_an_answer_that_follows_most_of_them() -> None:
    rows = [parts(row) for row in writing(READINGS, seed=0)]
    assert len(rows) == 2 * len(READINGS)
    by_text = {rule.text: rule for level in PRINCIPLES.values() for rule in level}
    frame = Seed(dialogue(1, READINGS[0]), READINGS[0])
    for place, (asked, said) in enumerate(rows):
        made = instance_of(said, frame)
        assert made in READINGS
        assert said not in asked  # what is shown is something else
        assert asked.count('- {"prompt"') == 2
        if place % 2 == 0:
            assert FOLLOWED not in asked
            assert made == READINGS[place // 2]
        else:
            drawn = [by_text[line] for line in by_text if f"\n- {line}\n" in asked]
            assert len(drawn) == 2
            fits = [sum(one.fits(row) for one in drawn) for row in READINGS]
            assert fits[READINGS.index(made)] == max(fits)


def test_requests_are_those_of_the_producer_to_the_letter() -> None:
    frame = Seed(dialogue(1, READINGS[0]), READINGS[0])
    shown = {Seed(dialogue(1, row), row).shown for row in READINGS}
    told = [Principle(**row) for row in principles()]
    for row in writing(READINGS, seed=1):
        asked, _ = parts(row)
        places = sorted((asked.index(one.text), one) for one in told if one.text in asked)
        drawn = tuple(one for _, one in places)
        examples = tuple(sorted((one for one in shown if one in asked), key=asked.index))
        [message] = prompt_of(Draft(frame, drawn, examples=examples))
        assert message.content == asked
