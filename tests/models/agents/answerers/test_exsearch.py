"""ExSearch: think, search, record; how steps are drawn; and what is missing without each action."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from small_library import BORN, PASSAGES, RIVER, Library, Mind

from harness.loop import run
from harness.records import Completion, Message, Problem, ToolSpec, Trajectory
from harness.workspace import working, workspace
from models.agents.answerers import exsearch_turns
from models.agents.answerers.answering import Unreadable
from models.agents.answerers.exsearch import LEFT_OUT, UNSEARCHED, ExSearch
from models.agents.answerers.exsearch_turns import (
    RECORDING,
    SEARCHING,
    THINKING,
    Turn,
    bare,
    instructions,
    read_turn,
)

WHO, WHERE = "Who wrote the novel Velmora?", "Where was Ansel Trick born?"


def attempt(
    model: Any, problem: Problem = BORN, library: Library | None = None, **settings: Any
) -> Trajectory:
    agent = ExSearch(model, **settings)
    return run(agent.solve(problem, run((library or Library()).open(problem))))


def queries(made: Trajectory) -> list[str]:
    return [call.arguments["query"] for call in made.calls]


def shown(text: str) -> list[str]:
    return re.findall(r"\[\d+\] Title: (.*?)\.", text)


# The loop


def test_the_conversation_has_the_papers_turns() -> None:
    mind = Mind()
    made = attempt(mind, shown=1)
    assert made.answer == "Oddmouth"
    last = mind.seen[-1][1]
    assert [(m.role, m.content.splitlines()[0][:30]) for m in last[2:]] == [
        ("assistant", f"<QUERY> {WHO}"[:30]),
        ("user", "<SEARCH> [1] Title: Velmora. C"),
        ("assistant", "<FACT> Velmora is a novel by A"),
        ("user", "<SEARCH> [1] Title: Ansel Tric"),
        ("assistant", "<FACT> Ansel Trick was born in"),
        ("user", "Give the final answer to the q"),
    ]
    assert last[6].content.endswith("<FINAL>")


def test_three_of_ten_candidates_are_read() -> None:
    mind = Mind()
    made = attempt(mind)
    assert [call.arguments["k"] for call in made.calls] == [10, 10]
    assert len(shown(mind.prompts("exsearch")[1])) == 3


def test_as_many_candidates_are_asked_for_as_said() -> None:
    assert [call.arguments["k"] for call in attempt(Mind(), k=7).calls] == [7, 7]


def test_after_the_last_step_the_answer_is_asked_for() -> None:
    made = attempt(Mind(), RIVER, steps=2)
    assert queries(made) == [WHO, WHERE]
    assert (made.end, made.answer) == ("finished", "unknown")
    assert made.detail == "the answer was asked for after 2 steps"
    assert attempt(Mind(), RIVER, steps=3).answer == "Senn"


# Actions that are removed


def test_without_thinking_the_question_is_searched_for_with_what_was_recorded() -> None:
    made = attempt(Mind(), thinking=False, shown=5)
    assert queries(made)[:2] == [BORN.text, f"{BORN.text} Velmora is a novel by Ansel Trick."]


def test_without_thinking_three_hops_are_not_found() -> None:
    assert attempt(Mind(), RIVER).answer == "Senn"
    made = attempt(Mind(), RIVER, thinking=False)
    assert made.answer == "unknown"
    assert len(set(queries(made))) == len(queries(made))  # it ends where nothing new is asked


def test_without_searching_the_model_has_what_it_says_itself() -> None:
    mind = Mind()
    made = attempt(mind, searching=False)
    assert (made.calls, made.answer) == ((), "unknown")
    assert f"<SEARCH> {UNSEARCHED}" in mind.prompts("exsearch")[1]


def test_what_was_recorded_outlasts_what_was_found() -> None:
    small = {"shown": 1, "context": 60}  # one passage fits
    mind = Mind()
    made = attempt(mind, RIVER, **small)
    assert made.answer == "Senn"
    assert f"<SEARCH> {LEFT_OUT}" in mind.prompts("exsearch")[2]
    assert "passages left out beyond 60 characters" in made.detail
    assert attempt(Mind(), RIVER, recording=False, **small).answer == "unknown"


def test_without_recording_nothing_is_recorded() -> None:
    mind = Mind()
    made = attempt(mind, recording=False)
    assert made.answer == "Oddmouth"
    assert "<FACT>" not in "\n".join(mind.prompts("exsearch"))


def test_the_zoos_selection_reads_what_stands_too_deep() -> None:
    noise = {
        f"noise{n}": (f"Novels {n}", "Who wrote the novel? Who wrote the novel was the author.")
        for n in range(6)
    }
    library = Library({**noise, **PASSAGES})
    assert attempt(Mind(), library=library).answer == "unknown"
    mind = Mind()
    made = attempt(mind, library=library, selection=True)
    assert made.answer == "Oddmouth"
    assert len(mind.prompts("selector")) == len(made.calls)
    assert shown(mind.prompts("exsearch")[1])[0] == "Velmora"


# How steps are drawn


class Drawn:
    """Draws its turns by number, and answers what it was last told to find.

    Args:
        turns: what it says at each temperature above 0, by the trial and the turn.
        cold: what it says at 0, by the turn.
    """

    version = "1"

    def __init__(self, turns: Callable[[int, int], str], cold: Callable[[int], str]) -> None:
        self.turns, self.cold = turns, cold
        self.asked: list[float] = []

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSpec] = (),
        max_tokens: int | None = None,
        temperature: float = 0.0,
    ) -> Completion:
        self.asked.append(temperature)
        turn = sum(m.role == "assistant" for m in messages)
        if "Give the final answer" in messages[-1].content:
            said = " ".join(m.content for m in messages if m.role == "assistant")
            return Completion(" ".join(re.findall(r"<QUERY> (\w+)", said)))
        return Completion(self.turns(workspace().trial, turn) if temperature else self.cold(turn))


def voting(trial: int, turn: int) -> str:
    """At first 5 of 8 say "right"; then all end."""
    if turn:
        return "<FACT> x\n<FINAL>"
    return "<QUERY> right" if trial % 8 >= 3 else "<QUERY>  WRONG"


def test_greedy_asks_once_at_a_temperature_of_0() -> None:
    model = Drawn(voting, lambda turn: "<QUERY> wrong" if not turn else "<FINAL>")
    made = attempt(model, decoding="greedy")
    assert made.answer == "wrong"
    assert set(model.asked) == {0.0}
    assert len(model.asked) == 3


def test_of_samples_the_one_that_most_agree_on_is_kept() -> None:
    model = Drawn(voting, lambda turn: "?")
    made = attempt(model, decoding="sample")
    assert made.answer == "right"
    assert model.asked == [0.8] * 16 + [0.0]
    assert queries(made) == ["right"]


def test_every_sample_is_drawn_by_itself_in_every_trial() -> None:
    seen: list[int] = []

    def turn(trial: int, turn: int) -> str:
        seen.append(trial)
        return "<FINAL>"

    for trial in (0, 1):
        with working(trial=trial):
            agent = ExSearch(Drawn(turn, lambda turn: "?"), decoding="sample", samples=3)
            run(agent.solve(BORN, run(Library().open(BORN))))
    assert sorted(seen) == [0, 1, 2, 3, 4, 5]


def test_one_sample_is_plain_sampling() -> None:
    model = Drawn(voting, lambda turn: "?")
    assert attempt(model, decoding="sample", samples=1, temperature=0.3).answer == "WRONG"
    assert model.asked == [0.3, 0.3, 0.0]


def test_a_beam_adds_up_the_likelihoods_of_all_steps() -> None:
    # likely: 6/8, then one of two, each 1/2: 3/8. rare: 2/8, then 1: 1/4. By the last step alone
    # it would be 1/2 against 1.
    class Fading(Drawn):
        async def complete(
            self, messages: Sequence[Message], *, temperature: float = 0.0, **rest: Any
        ) -> Completion:
            if not temperature:
                return await super().complete(messages, temperature=temperature, **rest)
            draw, said = workspace().trial % 8, messages[-2].content if len(messages) > 2 else ""
            if not said:
                return Completion("<QUERY> likely" if draw < 6 else "<QUERY> rare")
            fact = f"x{draw % 2}" if "likely" in said else "y"
            return Completion(f"<FACT> {fact}\n<FINAL>")

    made = attempt(Fading(lambda trial, turn: "", lambda turn: "?"), decoding="beam", beam=2)
    assert made.answer == "likely"


class Forking(Drawn):
    """Its likelier first turn leads to where it scatters; the other one to where it is sure."""

    def __init__(self) -> None:
        super().__init__(lambda trial, turn: "", lambda turn: "?")

    async def complete(
        self, messages: Sequence[Message], *, temperature: float = 0.0, **rest: Any
    ) -> Completion:
        if not temperature:
            return await super().complete(messages, temperature=temperature, **rest)
        draw, said = workspace().trial % 8, messages[-2].content if len(messages) > 2 else ""
        if not said:
            text = "<QUERY> wide" if draw < 5 else "<QUERY> narrow"
        elif "narrow" in said:
            text = "<FACT> sure\n<FINAL>"
        elif "wide" in said:
            text = f"<FACT> x\n<QUERY> scattered{draw}"
        else:
            text = "<FACT> y\n<FINAL>"
        return Completion(text)


def test_a_beam_keeps_what_turns_out_likelier_in_the_end() -> None:
    # wide: 5/8, then each of eight 1/8: 0.078. narrow: 3/8, then 1: 0.375.
    one = attempt(Forking(), decoding="sample")
    two = attempt(Forking(), decoding="beam", beam=2)
    assert (one.answer or "").startswith("wide scattered")
    assert two.answer == "narrow"
    assert {"wide", "narrow"} <= set(queries(two))


def test_samples_that_cannot_be_read_are_dropped() -> None:
    model = Drawn(
        lambda trial, turn: voting(trial, turn) if trial % 8 < 1 else "<SEARCH> x", lambda turn: "?"
    )
    made = attempt(model, decoding="sample")
    assert made.answer == "WRONG"
    assert "samples that could not be read were dropped" in made.detail


def test_where_no_sample_can_be_read_the_likeliest_is_asked_for_again() -> None:
    model = Drawn(
        lambda trial, turn: "<SEARCH>", lambda turn: "<FINAL>" if turn else "<QUERY> cold"
    )
    assert attempt(model, decoding="sample").answer == "cold"


# What it is told


@pytest.mark.parametrize(
    ("removed", "line"),
    [("thinking", THINKING), ("searching", SEARCHING), ("recording", RECORDING)],
)
def test_it_is_told_of_an_action_unless_that_is_removed(removed: str, line: str) -> None:
    actions = {"thinking": True, "searching": True, "recording": True}
    assert line in instructions(**actions)
    assert line not in instructions(**{**actions, removed: False})
    left = instructions(**{**actions, removed: False})
    assert (exsearch_turns.UNSEARCHED in left) == (removed == "searching")


# Reading turns


def read(text: str, **settings: bool) -> Turn:
    return read_turn(text, **{"first": False, "thinking": True, "recording": True, **settings})


@pytest.mark.parametrize(
    ("text", "turn"),
    [
        ("<FACT> e\n<QUERY> q", Turn("e", "q")),
        ("<FACT> \n<THINK> q", Turn("", "q")),
        ("<QUERY> q\n<SEARCH> [1] made up <FINAL>", Turn(None, "q")),
        ("<FACT> e\n<FINAL> the answer", Turn("e", final=True)),
        ("<QUERY> q <FACT> e", Turn("e", "q")),
        ("<QUERY> q </QUERY> x", Turn(None, "q")),
    ],
)
def test_turns_are_read(text: str, turn: Turn) -> None:
    assert read(text) == turn


def test_a_first_turn_may_be_the_bare_sub_query() -> None:
    assert read("who is\n it?", first=True) == Turn(None, "who is it?")
    for text in ("who is it?", "", "<FACT> e", "<QUERY>"):
        with pytest.raises(Unreadable):
            read(text)
    with pytest.raises(Unreadable):
        read("<FACT> e", first=True)


def test_what_a_removed_action_gives_is_dropped() -> None:
    assert read("<FACT> e\n<QUERY> q", recording=False) == Turn(None, "q")
    assert read("<FACT> e\n<QUERY> q", thinking=False) == Turn("e")


def test_the_final_answer_has_no_tags() -> None:
    assert bare("<FINAL> Paris </FINAL>") == "Paris"
    with pytest.raises(Unreadable):
        bare("<FINAL>")
