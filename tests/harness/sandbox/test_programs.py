"""Ordinary programs, and what becomes of those that go wrong."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import signal
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from harness.errors import InfrastructureError, MissingExtra, UserError
from harness.formats import strict_json
from harness.loop import run
from harness.records import Observation, ToolCall, ToolSpec
from harness.sandbox import Limits, Ran, prepare, run_program, running, warm

pytest.importorskip("pydantic_monty", reason="needs the extra sandbox")

SONGS = {"Blue": 3, "Green": 5, "Red": 1}


def search(query: str, limit: int = 10) -> list[str]:
    """Finds songs."""
    return [name for name in SONGS if query in name][:limit]


async def length(song: str) -> int:
    """Minutes of a song."""
    await asyncio.sleep(0)
    return {"Blue": 3, "Green": 5, "Red": 1}[song]


@dataclass
class World:
    """Answers every call with the next of its texts; a tool can be withdrawn."""

    answers: Sequence[str | Exception]
    tools: tuple[ToolSpec, ...] = (
        ToolSpec("songs.find", parameters={"properties": {"query": {}, "page-size": {}}}),
    )
    withdraws: bool = False
    reached: list[ToolCall] = field(default_factory=list)

    async def call(self, call: ToolCall) -> Observation:
        answer = self.answers[len(self.reached)]
        self.reached.append(call)
        if self.withdraws:
            self.tools = ()
        if isinstance(answer, Exception):
            raise answer
        return Observation(answer, failed=answer.startswith("error"))


def ran(code: str, tools: Any = None, limits: Limits | None = None, **inputs: Any) -> Ran:
    return run(run_program(code, tools or {}, limits, inputs))


@pytest.mark.parametrize(
    ("code", "printed"),
    [
        ("for n in range(3):\n    if n == 1: continue\n    print(n, end=' ')", "0 2 "),
        ("n = 5\nwhile n > 3: n -= 1\nelse: print('done', n)", "done 3\n"),
        ("print([n * n for n in range(4) if n % 2])", "[1, 9]\n"),
        ("print({k: k + 1 for k in (1, 2)}, {3 for _ in 'ab'})", "{1: 2, 2: 3} {3}\n"),
        ("d = {'b': 1, 'a': 2}\nd['c'] = d.pop('b')\nprint(d)", "{'a': 2, 'c': 1}\n"),
        ("print(f'{3.14159:.2f} {7:03d}', '%s!' % 'a', '{:>4}'.format('b'))", "3.14 007 a!    b\n"),
        ("import json\nprint(json.loads('[1, null]'), json.dumps([True]))", "[1, None] [true]\n"),
        ("def f(n): return 1 if n < 2 else n * f(n - 1)\nprint(f(5))", "120\n"),
        ("print((lambda x: -x)(2), sorted('ba', key=lambda c: c))", "-2 ['a', 'b']\n"),
        ("try: {}['x']\nexcept KeyError as e: print('no', e)\nfinally: print(0)", "no 'x'\n0\n"),
        ("class P:\n    def __init__(self, x): self.x = x\nprint(P(3).x)", "3\n"),
        ("from collections import Counter\nprint(Counter('abb').most_common(1))", "[('b', 2)]\n"),
        ("a, *b = 'héé'\nprint(b, sep='-')", "['é', 'é']\n"),
    ],
)  # fmt: skip
def test_an_ordinary_program_prints(code: str, printed: str) -> None:
    assert ran(code) == Ran(printed, None, (), None, "finished")


def test_a_plan_of_twelve_calls_by_several_tools() -> None:
    tools = {"search": search, "length": length}
    code = """
total = 0
for letter in "BGR":
    for song in search(letter, limit=1):
        total += length(song) + length(song=song)
found = search("e")
print(len(found), total)
_, best = max([(length(song), song) for song in found[:2]])
best
"""
    found = ran(code, tools, Limits(calls=12))
    # 3 searches, 6 lengths, one search, and the lengths of Blue and Green
    assert [call.name for call, _ in found.calls].count("length") == 8
    assert len(found.calls) == 12
    assert (found.output, found.value, found.ended) == ("3 18\n", "Green", "finished")
    assert found.calls[0] == (
        ToolCall("search", {"query": "B", "limit": 1}),
        Observation('["Blue"]'),
    )
    assert ran(code, tools, Limits(calls=11)).ended == "calls"


def test_arguments_are_mapped_by_the_order_of_the_schema() -> None:
    world = World(['{"found": 2}', "no JSON"])
    found = ran("print(songs_find('x', 5)['found'])\nsongs_find(**{'page-size': 1})", world)
    assert world.reached == [
        ToolCall("songs.find", {"query": "x", "page-size": 5}),
        ToolCall("songs.find", {"page-size": 1}),
    ]
    assert (found.output, found.value) == ("2\n", "no JSON")


def test_an_error_of_a_tool_can_be_caught_or_ends_the_program() -> None:
    code = "try:\n    length('Black')\nexcept RuntimeError as e:\n    print(e)\nlength('White')"
    found = ran(code, {"length": length})
    assert found.output == "KeyError: 'Black'\n"
    assert (found.ended, found.error) == ("raised", "RuntimeError: KeyError: 'White' (line 5)")
    assert [seen.failed for _, seen in found.calls] == [True, True]


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("x = 1", None),
        ("(1, 'a', None, 2.5)", [1, "a", None, 2.5]),
        ("{'a': {'b': [True]}}", {"a": {"b": [True]}}),
        ("{1, 2}", None),
        ("'a' * 101", None),
        ("'a' * 50", "a" * 50),
    ],
)
def test_the_value_is_the_last_expression_where_that_is_json(code: str, value: Any) -> None:
    found = ran(code, limits=Limits(output=100))
    assert (found.value, found.ended) == (value, "finished")


@pytest.mark.parametrize(
    ("code", "ended", "error"),
    [
        ("x = 1\n\nx / 0", "raised", "ZeroDivisionError: division by zero (line 3)"),
        ("def f():\n    what()\nf()", "raised", "NameError: name 'what' is not defined (line 2)"),
        ("raise TimeoutError('mine')", "raised", "TimeoutError: mine (line 1)"),
        ("raise MemoryError('mine')", "raised", "MemoryError: mine (line 1)"),
        ("raise NotImplementedError('mine')", "raised", "NotImplementedError: mine (line 1)"),
        ("print(1)\nraise SyntaxError('x')", "raised", "SyntaxError: x (line 2)"),
        ("print(1)\nx = ", "refused", "SyntaxError: Expected an expression (line 2)"),
        ("x" * 2001, "refused", "the program has 2,001 characters; 2,000 are allowed"),
    ],
)  # fmt: skip
def test_the_author_is_told_what_went_wrong(code: str, ended: str, error: str) -> None:
    found = ran(code, limits=Limits(source=2000))
    assert (found.ended, found.error) == (ended, error)
    assert found.output == ("1\n" if "print(1)\nraise" in code else "")


def test_what_the_interpreter_lacks_is_named() -> None:
    found = ran("print(1)\ndef g():\n    yield 1")
    assert (found.ended, found.output) == ("refused", "")
    assert found.error is not None
    assert "yield" in found.error
    assert "(line 3)" in found.error


def test_a_rerun_is_the_same() -> None:
    code = "import random, datetime\nprint(random.random(), datetime.datetime.now())"
    first = ran(code)
    assert first == ran(code)
    assert "2026-01-01 12:00:00" in first.output


def test_inputs_are_variables() -> None:
    assert ran("rows[0]['a'] + n", rows=[{"a": 1}], n=2).value == 3


def test_waiting_for_a_tool_is_not_computing() -> None:
    async def slow() -> str:
        await asyncio.sleep(0.6)
        return "there"

    found = ran("for _ in range(2): print(slow())", {"slow": slow}, Limits(seconds=0.3))
    assert (found.output, found.ended) == ("there\nthere\n", "finished")


@pytest.fixture
def groups(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The groups of the processes in which programs were run."""
    if sys.platform == "win32":
        pytest.skip("no signal stops a process there")
    seen: list[int] = []
    take = warm.take

    async def noted(script: Path, limits: Limits) -> warm.Process:
        process = await take(script, limits)
        seen.append(process.pid)
        return process

    monkeypatch.setattr(running, "take", noted)
    return seen


def test_a_machine_that_stands_still_is_not_computing(groups: list[int]) -> None:
    timer = Timer(1, lambda: os.killpg(groups[0], signal.SIGCONT))

    def halt() -> str:
        os.killpg(groups[0], signal.SIGSTOP)
        timer.start()
        return "there"

    found = ran("print(halt())", {"halt": halt}, Limits(seconds=0.3))
    timer.join()
    assert (found.output, found.ended) == ("there\n", "finished")


def test_a_machine_that_never_goes_on_is_no_fault_of_the_program(
    groups: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "PATIENCE", 0.2)
    with pytest.raises(InfrastructureError, match="the machine stands still"):
        ran("halt()", {"halt": lambda: os.killpg(groups[0], signal.SIGSTOP)}, Limits(seconds=0.5))


def test_computing_between_calls_adds_up() -> None:
    code = "while True:\n    for n in range(300_000): pass\n    pause()"
    found = ran(code, {"pause": lambda: None}, Limits(seconds=1, calls=10_000))
    assert found.ended == "time"
    assert found.calls


def test_a_tool_that_was_withdrawn_is_not_called() -> None:
    world = World(["1", "2"], withdraws=True)
    found = ran("songs_find('a')\nsongs_find('b')", world)
    assert len(world.reached) == 1
    assert found.error == "RuntimeError: there is no tool 'songs.find' any more (line 2)"


@pytest.mark.parametrize("content", ["[" * 100_000, "1" * 5000, "{'a': 1}", ""])
def test_contents_that_are_no_json_are_text(content: str) -> None:
    assert ran("len(songs_find())", World([content])).value == len(content)


def test_contents_nested_too_deep_for_the_interpreter_do_not_end_the_sandbox() -> None:
    found = ran("songs_find()\nprint('on')", World(["[" * 400 + "]" * 400]))
    assert found.ended in {"finished", "raised"}


def test_a_tool_cannot_be_called_back_by_a_builtin() -> None:
    for code in ("max(['a', 'b'], key=search)", "list(map(search, 'ab'))"):
        found = ran(code, {"search": search})
        assert found.ended == "raised"
        assert "cannot suspend in this synchronous context" in str(found.error)
    assert ran("list(search(x) for x in 'Bx')", {"search": search}).value == [["Blue"], []]


def test_half_a_surrogate_pair_is_a_question_mark() -> None:
    found = ran("try: songs_find()\nexcept RuntimeError as e: print(e)", World(["error \ud800"]))
    assert found.output == "error ?\n"
    assert ran("songs_find()", World(['"\\ud800"'])).value == "?"


@pytest.mark.parametrize("error", [InfrastructureError("down"), TimeoutError("down")])
def test_a_failure_outside_the_world_is_not_the_programs(error: Exception) -> None:
    with pytest.raises(type(error), match="down"):
        ran("try:\n    songs_find()\nexcept BaseException: pass", World([error]))


@pytest.mark.parametrize(
    "error", [ConnectionRefusedError("nobody"), TimeoutError("late"), socket.gaierror(-2, "where")]
)
def test_a_function_without_a_network_is_not_the_programs_fault(error: Exception) -> None:
    def fetch() -> None:
        raise error

    with pytest.raises(InfrastructureError, match=f"the tool fetch failed: {type(error).__name__}"):
        ran("try:\n    fetch()\nexcept RuntimeError:\n    pass", {"fetch": fetch})


@pytest.mark.parametrize(
    "number", [10**300, -3.0000000000000004e-301, 2**1000], ids=["decimal", "float", "binary"]
)
def test_a_number_counts_by_its_written_length(number: float) -> None:
    taken: list[list[float]] = []
    many = 30_000 // len(repr(number))
    limits = Limits(output=30_000 + 2 * many + 10)
    for count, ended in ((many, "finished"), (20 * many, "output")):
        code = f"keep(numbers=[{number!r}] * {count})"
        found = ran(code, {"keep": lambda numbers: taken.append(numbers)}, limits)
        assert found.ended == ended, found.error
    assert [len(numbers) for numbers in taken] == [many]


def test_an_integer_goes_as_far_as_a_trajectory_takes_it() -> None:
    widest = ran("keep(2**1023 - 1)", {"keep": lambda n: n})
    assert widest.value == 2**1023 - 1
    strict_json.check(widest.value)
    assert ran("2**1023").value is None
    ((call, _),) = ran("keep(2**1023)", {"keep": lambda n: n}).calls
    assert "so large an integer is no JSON" in call.problem


def test_names_that_a_program_cannot_tell_apart_are_refused() -> None:
    both = (ToolSpec("a.b"), ToolSpec("a_b"))
    with pytest.raises(UserError, match=r"both 'a\.b' and 'a_b' as a_b\(\)"):
        ran("1", World([], tools=both))
    with pytest.raises(UserError, match="input 'search' has the name of a tool"):
        ran("1", {"search": search}, search=1)
    with pytest.raises(UserError, match="inputs of a program are plain JSON"):
        ran("1", x={1})


@pytest.mark.parametrize("name", ["print", "class", "2nd", "ö-tool", "__import__"])
def test_a_tool_may_be_called_anything(name: str) -> None:
    from harness.sandbox import function_names

    world = World(["7"], tools=(ToolSpec(name),))
    (function,) = function_names(world.tools)
    assert ran(f"{function}()", world).value == 7
    assert world.reached == [ToolCall(name)]


def test_limits_are_above_zero() -> None:
    with pytest.raises(UserError, match="calls=0"):
        Limits(calls=0)


def test_without_the_extra_the_command_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"assay-harness\[sandbox\]"):
        ran("1")
    with pytest.raises(MissingExtra, match=r"assay-harness\[sandbox\]"):
        prepare()  # before a model is asked for a program


def test_a_sandbox_that_does_not_start_is_no_fault_of_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("raise SystemExit(1)\n")
    monkeypatch.setattr(running, "INSIDE", broken)
    with pytest.raises(InfrastructureError, match="did not start"):
        ran("1")


@pytest.mark.parametrize("said", ["'nonsense'", "'[' * 10**6", "'x' * 10**7"])
def test_a_process_that_talks_nonsense_is_ended(
    said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = tmp_path / "taken.py"
    taken.write_text(
        "import os, time\nprint('{}', '{\"interpreter\": %d, \"spent\": 0}' % os.getpid(), "
        f"{said}, sep='\\n', flush=True)\ntime.sleep(60)"
    )
    monkeypatch.setattr(running, "INSIDE", taken)
    monkeypatch.setattr(running, "GRACE", 0.2)
    assert ran("1").ended == "memory"
