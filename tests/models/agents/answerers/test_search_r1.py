"""Search-R1: actions between tags."""

from __future__ import annotations

from typing import Any

import pytest
from small_library import BORN, RIVER, Library, Mind, asking

from harness.loop import run
from harness.records import Problem, Trajectory
from models.agents.answerers.answering import Unreadable
from models.agents.answerers.search_r1 import NO_MORE, SearchR1
from models.scripted import Scripted


def attempt(model: Any, problem: Problem = BORN, **settings: Any) -> Trajectory:
    agent = SearchR1(model, **settings)
    return run(agent.solve(problem, run(Library().open(problem))))


def test_what_was_found_is_told_between_tags() -> None:
    mind = Mind()
    made = attempt(mind, k=1)
    assert made.answer == "Oddmouth"
    messages = mind.seen[1][1]
    assert [m.role for m in messages] == ["user", "assistant", "user"]
    assert messages[2].content == (
        '<information>Doc 1(Title: "Velmora") Velmora is a novel by Ansel Trick, an author.'
        "</information>"
    )


def test_a_turn_is_kept_up_to_the_end_of_its_action() -> None:
    mind = Mind()
    attempt(mind)
    kept = mind.seen[1][1][1].content
    assert kept.startswith("<think>I could write")
    assert kept.endswith("<search> Who wrote the novel Velmora? </search>")


def test_the_tags_may_be_others() -> None:
    names = {"think": "reasoning", "search": "lookup", "information": "found", "answer": "reply"}
    mind = Mind()
    made = attempt(mind, **names)
    assert made.answer == "Oddmouth"
    said = "\n".join(m.content for _, seen in mind.seen for m in seen)
    assert all(f"<{tag}>" in said for tag in names.values())
    assert not any(f"<{tag}>" in said for tag in names)


def test_a_model_that_writes_other_tags_is_malformed() -> None:
    made = attempt(Scripted(lambda m, t: "<answer>x</answer>"), answer="reply")
    assert (made.end, made.detail) == (
        "malformed",
        "searcher: it has neither <search> nor <reply>",
    )


def test_searches_end_at_their_limit_and_then_an_answer_is_due() -> None:
    assert attempt(Mind(), RIVER, turns=3).answer == "Senn"
    mind = Mind()
    made = attempt(mind, RIVER, turns=2)
    assert (made.end, made.answer, len(made.calls)) == ("stopped", None, 2)
    told = [NO_MORE in seen[-1].content for _, seen in mind.seen]
    assert told == [False, False, True]


def test_a_question_gets_its_mark() -> None:
    def asked(question: str) -> str | None:
        told = Scripted(lambda messages, _: f"<answer>{messages[0].content[-6:]}</answer>")
        return attempt(told, asking(question)).answer

    assert (asked("Who is it "), asked("Who is it?")) == ("is it?", "is it?")


def test_what_a_search_gave_is_cut() -> None:
    mind = Mind()
    made = attempt(mind, k=3, context=60)
    assert "passages left out beyond 60 characters" in made.detail
    assert "Doc 2" not in "\n".join(mind.prompts("tags"))


@pytest.mark.parametrize(
    ("text", "content", "answers"),
    [
        ("<search> a b </search>", "a b", False),
        ("<search> a b", "a b", False),
        ("<answer>x</answer><search>y</search>", "x", True),
        ("<think><answer>x</answer></think><search>y</search>", "y", False),
        ("hm <answer>x</answer></think><search>y</search>", "y", False),
        ("<think> well, <search>a</search>", "a", False),
        ("<think>x</think> <think> so <answer>a</answer>", "a", True),
        ("<search>a<information>made up</information></search>", "a", False),
    ],
)
def test_the_first_action_outside_thoughts_counts(text: str, content: str, answers: bool) -> None:
    action = SearchR1(Mind()).read(text)
    assert (action.content, action.answers) == (content, answers)


def test_long_turns_are_read_in_time() -> None:
    with pytest.raises(Unreadable):
        SearchR1(Mind()).read("<think>" * 100_000)
    assert SearchR1(Mind()).read("<think></think>" * 100_000 + "<answer>x").content == "x"


@pytest.mark.parametrize(
    "text", ["", "x", "<search></search>", "<think><search>a</search></think>"]
)
def test_anything_else_cannot_be_read(text: str) -> None:
    with pytest.raises(Unreadable):
        SearchR1(Mind()).read(text)
