"""Selections as they are read out of recorded attempts of the agent itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import quiz

from models.agents.answerers.dro import DRO
from models.scripted import Scripted
from models.training.em.selections import Selection, passages, selections, written
from models.training.practice.recording import Recorded, Turn

[ADA] = quiz.Quiz(0, 1).problems()


def attempted(said: str | Sequence[str], trial: int = 0, **settings: Any) -> dict[str, Any]:
    """A row of an attempt in which the selector says that, several things one after the other."""
    turns: list[Turn] = []
    agent = DRO(
        Recorded(Scripted([said] if isinstance(said, str) else list(said)), turns, "selector"),
        generator=Recorded(Scripted([f"answer {trial}"]), turns, "generator"),
        **{"k": 4, "kept": 2, **settings},
    )
    made = quiz.played(agent, ADA)
    return {"trial": trial, "answer": made.answer, "turns": [turn.row() for turn in turns]}


def read(*attempts: Mapping[str, Any], kept: int = 2, complete: bool = True) -> Any:
    return selections(attempts, kept, complete=complete)


def test_a_selection_is_what_the_selector_wrote_and_what_the_generator_read() -> None:
    row = attempted("[3] > [1]")
    ([one], dropped) = read(row)
    assert (one.z, one.trials, one.answers) == ("[3] > [1]", (0,), ("answer 0",))
    assert [m["role"] for m in one.asked] == [m["role"] for m in one.read] == ["system", "user"]
    assert passages(one.asked) == [
        "Title: Ada. Content: Ada is in Rome.",
        "Title: Bo. Content: Bo is in Oslo.",
        "Title: Cy. Content: Cy is in Lima.",
        "Title: Di. Content: Di is in Bern.",
    ]
    assert passages(one.read) == [passages(one.asked)[2], passages(one.asked)[0]]
    assert not dropped


def test_the_same_passages_in_the_same_order_are_one_selection_drawn_several_times() -> None:
    found, _ = read(
        attempted("[3] > [1]", 0),
        attempted("[1] > [3]", 1),
        attempted("I would take 3 > 1", 2),
        attempted("[3] > [1] > [2] > [4]", 3),
    )
    assert [(one.z, one.trials) for one in found] == [("[3] > [1]", (0, 2, 3)), ("[1] > [3]", (1,))]
    assert found[0].answers == ("answer 0", "answer 2", "answer 3")


def test_a_selection_of_too_few_is_completed_in_the_former_order_or_dropped() -> None:
    rows = [attempted("[3]"), attempted("[3] > [9]"), attempted("[3] > [3]")]
    found, dropped = read(*rows)
    assert [one.z for one in found] == ["[3] > [1]"]
    assert not dropped
    found, dropped = read(*rows, complete=False)
    assert found == []
    assert dropped == {"incomplete selection": 3}


def test_a_selection_that_could_not_be_read_is_none() -> None:
    found, dropped = read(attempted(["the first", "the best", "no number"]))
    assert (found, dropped) == ([], {"no selection": 1})


def test_what_was_said_again_stands_behind_the_question_that_was_asked_first() -> None:
    """What could not be read is no part of what is learned."""
    ([again], _) = read(attempted(["the first ones", "[2] > [1]"]))
    ([at_once], _) = read(attempted("[2] > [1]"))
    assert (again.z, again.asked) == (at_once.z, at_once.asked)


def test_where_there_is_one_candidate_nothing_is_selected() -> None:
    ([one], _) = read(attempted("[1]", k=1))
    assert (one.z, one.asked) == ("", ())
    assert len(passages(one.read)) == 1


def test_where_fewer_are_found_than_are_read_all_are_put_in_order() -> None:
    ([one], _) = read(attempted("[2]", k=2, kept=5), kept=5)
    assert one.z == "[2] > [1]"


def test_a_prompt_that_shows_other_passages_than_were_selected_is_noticed() -> None:
    row = attempted("[3] > [1]")
    row["turns"][-1]["messages"][1]["content"] = "Passages:\n[1] of another question\n\nQuestion: ?"
    assert read(row) == ([], {"other passages read": 1})


def test_passages_end_where_their_numbers_do() -> None:
    prompt = [{"role": "user", "content": "Passages:\n[1] a b\n[2] c\n\nQuestion:\n[3] what is it"}]
    assert passages(prompt) == ["a b", "c"]
    assert passages([{"role": "user", "content": "Passages:\n(no passage was found)"}]) == []
    assert passages([{"role": "user", "content": "Question: ?"}]) == []


def test_places_are_written_as_the_agent_asks_for_them() -> None:
    assert written((2, 0, 10)) == "[3] > [1] > [11]"
    assert written(()) == ""


def test_the_selector_learns_the_selection_and_the_generator_the_right_answer() -> None:
    asked, read_ = ({"role": "user", "content": "which?"},), ({"role": "user", "content": "?"},)
    assert Selection("[1]", asked, read_, (0,), ("Oslo",)).learned("Rome") == {
        "selector": [
            {"prompt": [*asked], "completion": [{"role": "assistant", "content": "[1]"}]},
        ],
        "generator": [
            {"prompt": [*read_], "completion": [{"role": "assistant", "content": "Rome"}]},
        ],
    }
    assert Selection("", (), read_, (0,), ("Oslo",)).learned("Rome")["selector"] == []
