"""An attempt reads as a conversation, whatever is in it."""

from __future__ import annotations

from math import nan

from rich.console import Console

from harness.records import Image, Judgement, Message, ToolCall, Trajectory, Usage
from harness.render.trajectory import LONGEST, conversation


def shown(trajectory: Trajectory, **values: float) -> str:
    console = Console(width=200, force_terminal=False)
    with console.capture() as caught:
        for part in conversation(trajectory, values):
            console.print(part)
    return caught.get()


def test_messages_calls_and_replies_stand_in_order() -> None:
    made = Trajectory(
        "films-3",
        1,
        (
            Message("user", "Who made it?"),
            Message("assistant", "I look.", (ToolCall("films.get", {"film_id": "f1"}, "a"),)),
            Message("tool", '{"maker": "Ada"}', call_id="a", failed=False),
            Message("assistant", "Ada."),
        ),
        answer="Ada.",
        usage=Usage(1200, 34),
        judgements=(Judgement("j", "Solved", repeat=2),),
    )
    text = shown(made, success=1.0, steps=2.0, money=nan)
    parts = [
        "films-3, trial 1",
        "user  Who made it?",
        "assistant  I look.",
        "films.get",
        "Ada",
        "finished  (1,200 + 34 tokens)",
        "answer  Ada.",
        "solved: Solved (repeat 2), j",
        "success 100.00  steps 2.00",
    ]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert "money" not in text


def test_a_broken_call_and_a_bad_end_say_what_is_wrong() -> None:
    call = ToolCall("look", problem="the arguments are no JSON")
    made = Trajectory(
        "p", messages=(Message("assistant", calls=(call,)),), end="stopped", detail="x"
    )
    assert "the arguments are no JSON" in shown(made)
    assert "stopped: x" in shown(made)


def test_what_would_steer_a_terminal_is_not_shown() -> None:
    evil = "\x1b[2J\x1b]0;mine\x07[red]not markup[/red]"
    made = Trajectory(
        f"p{evil}", messages=(Message("assistant", evil, (ToolCall(evil),)),), answer=evil
    )
    text = shown(made)
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "[red]not markup[/red]" in text


def test_long_texts_are_cut_and_say_so() -> None:
    text = shown(Trajectory("p", messages=(Message("assistant", "a" * (LONGEST + 1_234)),)))
    assert "... and 1,234 more characters" in text.replace("\n", "")


def test_pictures_are_named_not_shown() -> None:
    images = (
        Image("https://example.org/" + "a" * 500),
        Image("data:image/png;base64," + "iVBORw0KGgo="),
        Image("data:image/\x1b[2J;base64," + "A" * 4_000),
        Image("data:"),
    )
    text = shown(Trajectory("p", messages=(Message("user", images=images),)))
    assert "user" in text
    assert "[image https://example.org/aaa" in text
    assert "aaa ...]" in text.replace("\n", "")
    assert "[image image/png, 8 bytes]" in text  # twelve characters, one of them padding
    assert "3,000 bytes]" in text
    assert "[image data:]" in text
    assert "\x1b" not in text
    assert "AAAA" not in text


def test_a_turn_in_which_no_call_could_be_read_says_why() -> None:
    call = ToolCall("", problem="it is not JSON")
    text = shown(Trajectory("p", messages=(Message("assistant", "<call>", (call,)),)))
    assert "no call: it is not JSON" in text
    assert "{}" not in text


def test_what_it_took_and_was_offered_is_told() -> None:
    made = Trajectory(
        "p", usage=Usage(10, 2, money=0.25), seconds=1.25, offered=("films.get", "films.list")
    )
    text = shown(made)
    assert "(10 + 2 tokens, $0.2500, 1.2 s)" in text
    assert "offered 2 tools: films.get, films.list" in text


def test_values_of_several_trials_are_called_means() -> None:
    console = Console(width=200, force_terminal=False)
    with console.capture() as caught:
        for part in conversation(Trajectory("p", 1), {"success": 0.5}, trials=2):
            console.print(part)
    assert "mean of 2 trials: success 50.00" in caught.get()
