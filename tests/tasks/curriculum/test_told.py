"""A guide that is told passages as texts: what it asks next, selects and quotes."""

from __future__ import annotations

from typing import Any

import pytest

from harness.records import ToolCall
from tasks.curriculum import Lesson, questions

SEED, SIZE = 41, 12
OTHER = "Title: Something else. Content: Nothing of use."


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    """A question of two hops that can be answered."""
    return next(x for x in questions(SEED, SIZE, 2, 40) if x.problem.labels["type"] == "bridge")


def told(guide: Any, *hops: int) -> list[str]:
    """The passages of hops, as an agent shows them."""
    found = [guide.passages[guide.hops[hop].passage] for hop in hops]
    return [f"Title: {p.title}. Content: {' '.join(p.text.split())}" for p in found]


def test_hop_by_hop_it_asks_with_what_the_passages_told(lesson: Lesson) -> None:
    guide: Any = lesson.guide
    first, second = lesson.problem.gold.details["decomposition"]
    assert guide.told([]).does == ToolCall("search", {"query": first["question"]})
    turn = guide.told([[OTHER, *told(guide, 0)]])
    assert turn.does == ToolCall("search", {"query": second["question"]})
    assert turn.why == f"{first['question']} {first['answer']}"
    assert first["answer"] in second["question"]
    last = guide.told([told(guide, 0), [*told(guide, 1), OTHER]])
    assert last.does == lesson.problem.gold.details["answer"]


def test_it_gives_up_where_the_passage_of_the_hop_was_not_shown(lesson: Lesson) -> None:
    guide: Any = lesson.guide
    assert guide.told([[OTHER]]).does == "unanswerable"
    assert guide.told([told(guide, 1)]).does == "unanswerable"
    assert guide.told([told(guide, 0), told(guide, 0)]).does == "unanswerable"


def test_nothing_tells_the_hop_that_nobody_wrote_about() -> None:
    lesson = next(
        x for x in questions(SEED, SIZE, 1, 40) if not x.problem.gold.details["answerable"]
    )
    guide: Any = lesson.guide
    assert [hop.passage for hop in guide.hops] == [""]
    assert guide.told([[OTHER]]).does == "unanswerable"
    assert guide.order([OTHER, OTHER], lesson.problem.text) == (0, 1)
    assert guide.evidence(guide.hops[0].question, [OTHER]) is None


def test_needed_passages_come_first_hop_by_hop_and_the_rest_as_it_was(lesson: Lesson) -> None:
    guide: Any = lesson.guide
    shown = [OTHER, *told(guide, 1), "Title: Third. Content: Else.", *told(guide, 0)]
    assert guide.order(shown, lesson.problem.text) == (3, 1, 0, 2)
    assert guide.order(shown, guide.hops[1].question) == (1, 0, 2, 3)
    assert guide.order(shown, "What is something else?") == (0, 1, 2, 3)


def test_evidence_is_a_sentence_of_the_passage_with_the_answer(lesson: Lesson) -> None:
    guide: Any = lesson.guide
    for number, hop in enumerate(guide.hops):
        found = guide.evidence(hop.question, [OTHER, *told(guide, number)])
        assert found.place == 1
        assert found.answer == hop.answer
        assert hop.answer.casefold() in found.sentence.casefold()
        passage = guide.passages[hop.passage]
        assert found.sentence in f"{passage.title} {' '.join(passage.text.split())}"
        assert guide.evidence(hop.question, [OTHER]) is None


def test_every_answer_has_its_sentence() -> None:
    for hops in (1, 2):
        for lesson in questions(SEED, SIZE, hops, 40):
            guide: Any = lesson.guide
            for hop in guide.hops:
                if hop.passage:
                    assert hop.answer.casefold() in guide.telling(hop).casefold()
