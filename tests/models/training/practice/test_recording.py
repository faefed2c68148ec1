"""What is learned of recorded turns."""

from __future__ import annotations

from typing import Any

from models.training.practice.recording import conversations


def turn(*said: str) -> dict[str, Any]:
    """A turn of a conversation in which user and assistant speak by turns."""
    return {
        "messages": [
            {"role": "assistant" if place % 2 else "user", "content": text}
            for place, text in enumerate(said)
        ]
    }


def learned(*turns: dict[str, Any]) -> list[tuple[str, str]]:
    """Prompts and what is learned behind them, the texts one after the other."""
    return [
        tuple("".join(m["content"] for m in made[part]) for part in ("prompt", "completion"))  # type: ignore[misc]
        for made in conversations(turns)
    ]


def test_turns_of_one_conversation_are_learned_together() -> None:
    assert learned(turn("a", "B"), turn("a", "B", "c", "D")) == [("a", "BcD")]


def test_a_turn_that_nothing_goes_on_from_is_learned_by_itself() -> None:
    assert learned(turn("a", "B"), turn("x", "Y"), turn("a", "B", "c", "D")) == [
        ("x", "Y"),
        ("a", "BcD"),
    ]


def test_of_two_that_go_on_from_one_turn_the_first_learns_it() -> None:
    assert learned(turn("a", "B"), turn("a", "B", "c", "D"), turn("a", "B", "e", "F")) == [
        ("a", "BcD"),
        ("aBe", "F"),
    ]


def test_what_stands_otherwise_in_a_later_prompt_is_not_learned_a_second_time() -> None:
    """The second prompt is told "c", and the third "x" in its place."""
    told = turn("a", "B"), turn("a", "B", "c", "D"), turn("a", "B", "x", "D", "e", "F")
    assert learned(*told) == [("a", "BcD"), ("aBxDe", "F")]
