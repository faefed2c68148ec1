"""IRCoT, Iter-RetGen and ReAct over search: what is searched for next comes from what was said."""

from __future__ import annotations

import re
from typing import Any

import pytest
from small_library import BORN, Library, Mind

from harness.loop import run
from harness.records import Trajectory
from models.agents.answerers.answering import Unreadable
from models.agents.answerers.ircot import IRCoT, first_sentence
from models.agents.answerers.iter_retgen import IterRetGen
from models.agents.answerers.react_search import SHORT, ReActSearch
from models.scripted import Scripted


def attempt(agent: Any) -> Trajectory:
    made: Trajectory = run(agent.solve(BORN, run(Library().open(BORN))))
    return made


def queries(made: Trajectory) -> list[str]:
    return [call.arguments["query"] for call in made.calls]


def passages(prompt: str) -> list[str]:
    return re.findall(r"^\[\d+\] Title: (.*?)\.", prompt, re.MULTILINE)


# IRCoT


def test_each_sentence_is_the_next_search() -> None:
    made = attempt(IRCoT(Mind()))
    fact = "Velmora is a novel by Ansel Trick."
    assert queries(made) == [BORN.text, fact]
    assert made.answer == "Oddmouth"


def test_without_interleaving_the_question_alone_is_searched_for() -> None:
    made = attempt(IRCoT(Mind(), interleaved=False))
    assert queries(made) == [BORN.text]
    assert made.answer == "unknown"


def test_what_was_found_adds_up_and_the_reasoning_is_told() -> None:
    mind = Mind()
    attempt(IRCoT(mind))
    first, second = mind.prompts("reasoner")
    assert passages(second)[: len(passages(first))] == passages(first)
    assert "Ansel Trick" in passages(second)
    assert "Reasoning so far: (nothing yet)" in first
    assert "Reasoning so far: Velmora is a novel by Ansel Trick." in second


def test_the_reader_begins_anew_with_all_passages() -> None:
    mind = Mind()
    attempt(IRCoT(mind))
    (reader,) = mind.prompts("chain")
    assert passages(reader) == passages(mind.prompts("reasoner")[-1])
    assert "Reasoning so far" not in reader


def test_a_direct_reader_does_not_think_first() -> None:
    mind = Mind()
    made = attempt(IRCoT(mind, reader="direct"))
    assert made.answer == "Oddmouth"
    assert [role for role, _ in mind.seen] == ["reasoner", "reasoner", "reader"]


def test_no_more_than_the_most_passages_are_collected() -> None:
    mind = Mind()
    made = attempt(IRCoT(mind, most=4))
    assert len(queries(made)) == 1  # four were found with the question already
    assert len(passages(mind.prompts("chain")[0])) == 4
    assert made.answer == "unknown"


def test_of_a_search_that_gives_more_the_most_are_read() -> None:
    mind = Mind()
    attempt(IRCoT(mind, most=3, k=4))
    assert len(passages(mind.prompts("chain")[0])) == 3


def test_sentences_end_at_their_limit() -> None:
    model = Scripted(lambda messages, tools: "It is so. So it goes.")
    made = attempt(IRCoT(model, steps=3))
    said = [m.content for m in made.messages if m.content.startswith("[reasoner")]
    assert len(said) == 3
    assert queries(made) == [BORN.text, "It is so.", "It is so."]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("One. Two.", "One."),
        ("Dr. No is a film. Two.", "Dr. No is a film."),
        ("J. R. R. Tolkien wrote it. Two.", "J. R. R. Tolkien wrote it."),
        ("It costs 3.5 euros! Two.", "It costs 3.5 euros!"),
        ("no end", "no end"),
        ("over two\nlines. Two.", "over two lines."),
    ],
)
def test_the_first_sentence_is_kept(text: str, sentence: str) -> None:
    assert first_sentence(text) == sentence


def test_no_sentence_is_none() -> None:
    with pytest.raises(Unreadable):
        first_sentence(" ")


# Iter-RetGen


def test_what_was_generated_is_searched_for_with_the_question() -> None:
    made = attempt(IterRetGen(Mind()))
    output = "Velmora is a novel by Ansel Trick. So the answer is: unknown."
    assert queries(made) == [BORN.text, f"{output} {BORN.text}"]
    assert made.answer == "Oddmouth"


def test_one_iteration_is_one_shot() -> None:
    made = attempt(IterRetGen(Mind(), iterations=1))
    assert (queries(made), made.answer) == ([BORN.text], "unknown")


def test_every_iteration_reads_what_it_has_found_itself() -> None:
    mind = Mind()
    attempt(IterRetGen(mind, iterations=3, k=2))
    assert [len(passages(prompt)) for prompt in mind.prompts("chain")] == [2, 2, 2]


def test_a_chain_without_a_conclusion_is_asked_for_again() -> None:
    model = Scripted(
        lambda messages, tools: (
            "So the answer is: Senn" if "So the answer is:" in messages[-1].content else "Well."
        )
    )
    made = attempt(IterRetGen(model, iterations=1))
    assert made.answer == "Senn"


# ReAct


def test_react_searches_with_a_limit_of_seven_steps() -> None:
    mind = Mind()
    made = attempt(ReActSearch(mind))
    assert made.answer == "Oddmouth"
    assert mind.seen[0][1][0].content.startswith(SHORT)
    lost = Scripted(lambda m, t: 'Thought: x\nAction: search\nInput: {"query": "x"}')
    made = attempt(ReActSearch(lost))
    assert (made.end, len(made.calls)) == ("stopped", 7)
