"""Gold programs as Python."""

from __future__ import annotations

from typing import Any

import pytest

from harness.errors import UserError
from harness.loop import run
from harness.play.python_programs import as_python
from harness.records import ToolCall, ToolSpec
from harness.sandbox import run_program

TOOLS = (ToolSpec("songs.find"), ToolSpec("songs.play"))
PROGRAM = (
    ToolCall("songs.find", {"query": "Blue\n", "page-size": 2}),
    ToolCall("songs.play", {"ids": ["$1.items.1.id", "$1"], "loud": True, "by": {"x": "$1.by"}}),
)


@pytest.mark.parametrize(
    ("answer", "printed"),
    [
        ("$1.items.0.id", "r1['items'][0]['id']"),
        ({"sum": ["$1.n", "$2.n"]}, "sum([r1['n'], r2['n']])"),
        ("done", "'done'"),
        (None, "str(r2)[:2000]"),
    ],
)
def test_calls_and_their_references_become_python(answer: Any, printed: str) -> None:
    assert as_python(PROGRAM, TOOLS, answer).splitlines() == [
        "# songs.find",
        "r1 = songs_find(**{'query': 'Blue\\n', 'page-size': 2})",
        "# songs.play",
        "r2 = songs_play(ids=[r1['items'][1]['id'], r1], loud=True, by={'x': r1['by']})",
        f"print({printed})",
    ]


def test_the_program_runs() -> None:
    pytest.importorskip("pydantic_monty", reason="needs the extra sandbox")
    calls = (ToolCall("find", {"name": "a"}), ToolCall("find", {"name": "$1.next.0"}))
    tools = (ToolSpec("find"),)
    code = as_python(calls, tools, {"sum": ["$1.size", "$2.size"]})
    known = {"a": {"next": ["b"], "size": 3}, "b": {"next": [], "size": 4}}
    ran = run(run_program(code, {"find": lambda name: known[name]}))
    assert (ran.output, ran.error) == ("7\n", None)


def test_of_what_the_last_call_gave_the_beginning_is_printed() -> None:
    pytest.importorskip("pydantic_monty", reason="needs the extra sandbox")
    code = as_python((ToolCall("find"),), (ToolSpec("find"),))
    for given, printed in (
        ({"a": [1, "b"]}, "{'a': [1, 'b']}\n"),
        ("x" * 200_000, "x" * 2000 + "\n"),
    ):
        ran = run(run_program(code, {"find": lambda given=given: given}))
        assert (ran.output, ran.error) == (printed, None)


@pytest.mark.parametrize(
    ("calls", "message"),
    [
        ((ToolCall("play"),), "call 1 is of 'play', which is no tool"),
        ((ToolCall("songs.find", {"q": "$1.id"}),), r"'\$1.id' refers to a call that has not"),
    ],
)
def test_programs_that_make_no_sense_are_refused(calls: tuple[ToolCall, ...], message: str) -> None:
    with pytest.raises(UserError, match=message):
        as_python(calls, TOOLS)


def test_nothing_to_do_prints_nothing_much() -> None:
    assert as_python((), TOOLS) == "print(None)\n"
