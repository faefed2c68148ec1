"""Trajectories as they are read out of recorded attempts of the searcher itself."""

from __future__ import annotations

from typing import Any

import pytest
import quiz

from harness.records import Completion
from models.agents.answerers.exsearch import ExSearch
from models.scripted import Scripted
from models.training.em.trajectories import CUT, EMPTY, SILENT, trajectories
from models.training.practice.recording import Recorded, Turn

[ADA] = quiz.Quiz(0, 1).problems()


def attempted(*said: str | Completion, **settings: Any) -> dict[str, Any]:
    """A row of an attempt in which the model says that, one after the other."""
    turns: list[Turn] = []
    left = iter(said)
    model = Recorded(Scripted(lambda messages, tools: next(left)), turns, "model")
    agent = ExSearch(model, **{"shown": 1, "decoding": "sample", "samples": 1, **settings})
    made = quiz.played(agent, ADA)
    assert next(left, None) is None
    rows = [turn.row() for turn in turns]
    return {"trial": 0, "end": made.end, "answer": made.answer, "turns": rows}


def learned(row: dict[str, Any]) -> list[tuple[list[str], list[str]]]:
    """What is read and what is learned of an attempt, for each conversation."""
    ([one], dropped) = trajectories([row], "model", 2)
    assert not dropped
    return [
        (
            [m["content"] for m in (*made["prompt"], *made["completion"]) if m["role"] == "user"],
            [m["content"] for m in made["completion"] if m["role"] == "assistant"],
        )
        for made in one.learned("Rome")["model"]
    ]


def test_every_turn_is_learned_once_with_the_right_answer_at_the_end() -> None:
    row = attempted("<QUERY> Ada", "<FACT> Ada is in Rome.\n<FINAL>", "Oslo")
    [(read, said)] = learned(row)
    assert said == ["<QUERY> Ada", "<FACT> Ada is in Rome.\n<FINAL>", "Rome"]
    assert "<SEARCH> [1] Title: Ada" in read[1]
    assert row["answer"] == "Oslo"


def test_nothing_that_could_not_be_read_is_learned_or_read() -> None:
    row = attempted(
        "<FACT> blank",  # a first turn that asks nothing, as a sample and again
        "<FACT> blank again",
        "<QUERY> Ada",
        "<FACT> still blank",  # a sample, which is drawn anew
        "<FACT> Ada is in Rome.\n<FINAL>",
        "<FINAL>",  # no answer
        "Oslo",
    )
    [(read, said)] = learned(row)
    assert said == ["<QUERY> Ada", "<FACT> Ada is in Rome.\n<FINAL>", "Rome"]
    assert not any("blank" in text or "could not be read" in text for text in read)


@pytest.mark.parametrize("context", [24_000, 30])  # 30 characters have room for one result
def test_results_that_a_model_makes_up_are_not_learned(context: int) -> None:
    row = attempted(
        "Ada\n<SEARCH> [1] made up",
        "<FACT> Ada is in Rome.\n<QUERY> Bo\n<SEARCH> [1] made up",
        "<FACT> Bo is in Oslo.\n<FINAL> made up",
        "Oslo",
        context=context,
    )
    found = learned(row)
    assert len(found) == (1 if context > 30 else 2)
    assert not any("made up" in text for read, said in found for text in (*read, *said))
    assert [text for _, said in found for text in said] == [
        "<QUERY> Ada",
        "<FACT> Ada is in Rome.\n<QUERY> Bo",
        "<FACT> Bo is in Oslo.\n<FINAL>",
        "Rome",
    ]


def test_what_was_selected_is_learned_behind_its_own_prompt() -> None:
    row = attempted(
        "<QUERY> Ada",
        "none of them",  # which is asked for again
        "[2] > [1]",
        "<FACT> Bo is in Oslo.\n<FINAL>",
        "Oslo",
        selection=True,
        k=2,
    )
    said = [text for _, texts in learned(row) for text in texts]
    assert said == ["[2] > [1]", "<QUERY> Ada", "<FACT> Bo is in Oslo.\n<FINAL>", "Rome"]


def test_a_turn_that_was_cut_short_drops_the_attempt() -> None:
    cut = Completion("<QUERY> Ada", finish="length")
    row = attempted(cut, "<FACT> Ada is in Rome.\n<FINAL>", "Oslo")
    assert trajectories([row], "model", 2) == ([], {CUT: 1})


def test_an_answer_that_was_cut_short_does_not_for_the_right_one_takes_its_place() -> None:
    cut = Completion("Oslo is where", finish="length")
    [(_, said)] = learned(attempted("<QUERY> Ada", "<FACT> Rome\n<FINAL>", cut))
    assert said[-1] == "Rome"


def test_more_records_of_nothing_than_allowed_drop_the_attempt() -> None:
    row = attempted("Ada", "<FACT> <THINK> Bo", "<FACT>\n<QUERY> Cy", "<FINAL>", "Oslo")
    assert trajectories([row], "model", 1) == ([], {EMPTY: 1})
    assert len(trajectories([row], "model", 2)[0]) == 1


def test_a_turn_that_says_nothing_could_not_be_learned() -> None:
    row = attempted("", "Oslo", thinking=False, recording=False)
    assert trajectories([row], "model", 2) == ([], {SILENT: 1})


def test_an_attempt_that_came_to_no_answer_is_dropped_with_the_reason() -> None:
    row = attempted(*["<FACT> blank"] * 4)
    assert trajectories([row], "model", 2) == ([], {"malformed": 1})
