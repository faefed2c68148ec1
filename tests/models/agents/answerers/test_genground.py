"""GenGround: deduction, grounding in batches, and what is missing without each of them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from small_library import BORN, RIVER, Library, Mind

from harness.errors import UserError
from harness.loop import run
from harness.records import Problem, Trajectory
from models.agents.answerers.answering import Unreadable
from models.agents.answerers.genground import (
    Evidence,
    GenGround,
    Step,
    read_evidence,
    resting_on,
)
from models.agents.answerers.passages import Passage

WHO, WHERE = "Who wrote the novel Velmora?", "Where was Ansel Trick born?"
RIGHT = {WHO: "Ansel Trick", WHERE: "Oddmouth"}
WRONG = {WHO: "Bela Quince", "Where was Bela Quince born?": "Harrow"}


def attempt(mind: Mind, problem: Problem = BORN, **settings: Any) -> Trajectory:
    agent = GenGround(mind, **settings)
    return run(agent.solve(problem, run(Library().open(problem))))


def shown(prompt: str) -> list[str]:
    return re.findall(r"^\[\d+\] Title: (.*?)\.", prompt, re.MULTILINE)


def test_grounding_corrects_what_is_remembered_wrongly() -> None:
    mind = Mind(WRONG)
    made = attempt(mind)
    assert made.answer == "Oddmouth"
    assert f"{WHO}\nProposed answer: Bela Quince" in mind.prompts("grounding")[0]
    assert f"Thought 1: {WHO}\nAnswer 1: Ansel Trick" in mind.prompts("deduction")[1]


def test_the_grounder_may_be_a_model_of_its_own() -> None:
    deducer, grounder = Mind(WRONG), Mind()
    assert attempt(deducer, grounder=grounder).answer == "Oddmouth"
    roles = ("deduction", "grounding")
    assert [bool(deducer.prompts(role)) for role in roles] == [True, False]
    assert [bool(grounder.prompts(role)) for role in roles] == [False, True]


def test_a_grounder_that_is_no_chat_model_is_refused() -> None:
    with pytest.raises(UserError, match="genground with a grounder wants a chat model, and int is"):
        GenGround(Mind(), grounder=3)  # type: ignore[arg-type]


def test_without_grounding_the_wrong_answer_stands_and_nothing_is_searched() -> None:
    made = attempt(Mind(WRONG), grounding=False)
    assert (made.answer, made.calls) == ("Harrow", ())


def test_without_deduction_no_answer_is_proposed_and_grounding_gives_it() -> None:
    mind = Mind(WRONG)
    made = attempt(mind, deduction=False)
    assert made.answer == "Oddmouth"
    assert all("Proposed answer: (none yet)" in told for told in mind.prompts("grounding"))
    assert "<Answer>" not in mind.prompts("deduction")[0]


def without_trick() -> Library:
    library = Library()
    return Library({id: p for id, p in library.passages.items() if id != "trick"})


def test_what_no_passage_says_is_remembered() -> None:
    made = run(GenGround(Mind(RIGHT)).solve(BORN, run(without_trick().open(BORN))))
    assert made.answer == "Oddmouth"


def test_without_deduction_what_no_passage_says_is_unknown() -> None:
    agent = GenGround(Mind(RIGHT), deduction=False)
    made = run(agent.solve(BORN, run(without_trick().open(BORN))))
    assert made.answer == "unknown"


def test_batches_of_three_end_with_the_first_that_has_evidence() -> None:
    mind = Mind()
    attempt(mind)
    batches = [shown(prompt) for prompt in mind.prompts("grounding")]
    # The passage that answers comes first for both sub-questions: one batch each.
    assert [len(batch) for batch in batches] == [3, 3]
    assert "Velmora" in batches[0]
    assert "Ansel Trick" in batches[1]


def test_batches_without_evidence_are_followed_by_the_next() -> None:
    mind = Mind()
    run(GenGround(mind).solve(BORN, run(without_trick().open(BORN))))
    batches = [shown(p) for p in mind.prompts("grounding") if WHERE in p]
    assert len(batches) > 1
    assert len({title for batch in batches for title in batch}) == sum(map(len, batches))


def test_without_early_stop_every_batch_is_read() -> None:
    mind = Mind()
    made = attempt(mind, early_stop=False)
    found = [call for call in made.calls if call.arguments["query"] == WHO]
    batches = [shown(p) for p in mind.prompts("grounding") if WHO in p]
    assert len(found) == 1
    assert len(batches) > 1
    assert made.answer == "Oddmouth"


def test_without_batching_all_passages_come_at_once() -> None:
    mind = Mind()
    attempt(mind, batching=False)
    assert [len(shown(prompt)) > 3 for prompt in mind.prompts("grounding")] == [True, True]


class OfThree(Mind):
    """Reads no more than three passages: in a longer list it finds nothing."""

    def grounding(self, messages: Any) -> str:
        if len(shown(messages[-1].content)) > 3:
            return "<ref> Empty </ref>"
        return super().grounding(messages)


def test_batches_help_a_model_that_is_lost_in_long_lists() -> None:
    assert attempt(OfThree()).answer == "Oddmouth"
    assert attempt(OfThree(), batching=False).answer != "Oddmouth"


def test_hops_end_at_their_limit_without_an_answer() -> None:
    made = attempt(Mind(), RIVER, hops=3)
    assert (made.end, made.answer) == ("stopped", None)
    assert made.detail == "no answer after 3 sub-questions"
    assert attempt(Mind(), RIVER, hops=4).answer == "Senn"


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("<Thought> q? </Thought>\n<Answer> a </Answer>", Step("q?", "a")),
        ("<Thought> q?\n<Answer> a", Step("q?", "a")),
        ("<answer>a</answer><thought>q?</thought>", Step("q?", "a")),
        ("So FINISH[the end [1]]", Step(finished="the end [1]")),
        ("<Thought> done </Thought> <Answer> FINISH[x] </Answer>", Step(finished="x")),
    ],
)
def test_steps_are_read(text: str, step: Step) -> None:
    assert GenGround(Mind()).read_step(text) == step


@pytest.mark.parametrize("text", ["", "q?", "<Thought> q?", "<Answer> a", "FINISH[]"])
def test_other_steps_are_not(text: str) -> None:
    with pytest.raises(Unreadable):
        GenGround(Mind()).read_step(text)


def test_long_turns_are_read_in_time() -> None:
    blanks, agent = " " * 200_000, GenGround(Mind())
    assert agent.read_step(f"<Thought>x{blanks}y</Thought><Answer>{blanks}a") == Step(
        f"x{blanks}y", "a"
    )
    with pytest.raises(Unreadable):
        agent.read_step("FINISH[" * 100_000)
    with pytest.raises(Unreadable):
        read_evidence("<ref>" * 100_000)


def test_evidence_is_read() -> None:
    assert read_evidence("<ref> [2] x </ref> <revise> y </revise>") == Evidence("[2] x", "y")
    assert read_evidence("<ref>empty.</ref>") == Evidence()
    for text in ("", "<revise> y </revise>", "<ref> x </ref>"):
        with pytest.raises(Unreadable):
            read_evidence(text)


def test_evidence_rests_on_the_passage_named_or_the_one_most_like_it() -> None:
    shown_ones = [Passage("a", "", "the sun is hot"), Passage("b", "", "the sea is cold")]
    assert resting_on("[2] is it", shown_ones) == ("b",)
    assert resting_on("sun is hot", shown_ones) == ("a",)
    assert resting_on("x", []) == ()


def test_without_early_stop_a_batch_sees_what_the_ones_before_made_of_the_answer() -> None:
    mind = Mind(WRONG)
    attempt(mind, early_stop=False)
    proposed = [
        re.findall("Proposed answer: (.*)", p)[0] for p in mind.prompts("grounding") if WHO in p
    ]
    assert proposed[0] == "Bela Quince"
    assert set(proposed[1:]) == {"Ansel Trick"}
