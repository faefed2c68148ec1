"""BFCL's conversations held live, on toy back-ends with the layout of the real ones."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.contracts import ToolEnvironment
from harness.errors import InfrastructureError, UserError
from harness.loop import run, together
from harness.records import Gold, Message, Problem, Setting, ToolCall, ToolSpec
from harness.sources import Source
from tasks.bfcl import BENCHMARK
from tasks.judges.bfcl_process import Limits
from tasks.worlds.bfcl import BfclSession, BfclWorld, bfcl_world

CONFIG = """
CLASS_FILE_PATH_MAPPING = {"Box": "bfcl_eval.backends"}
STATELESS_CLASSES = []
"""
BACKENDS = """
import os

SHARED = ["noise"]

class Box:
    def __init__(self):
        self.items = []

    def _load_scenario(self, scenario, long_context=False):
        self.items = SHARED if long_context else list(scenario["items"])

    def put(self, item):
        self.items.append(item)
        return {"size": len(self.items)}

    def look(self):
        return {"items": self.items}

    def refuse(self):
        return {"error": "not now"}

    def spin(self):
        while True:
            pass

    def eat(self):
        self._all = bytes(10**10)

    def keep(self):
        self._kept = bytearray(250 * 2**20)
        return "kept"

    def leave(self):
        os._exit(3)
"""
TOOLS = tuple(ToolSpec(name) for name in ("look", "put", "spin"))
PUT = ToolCall("put", {"item": "a"})
LOOK = ToolCall("look")
UNSAID = "multi_turn:force_terminated 0 of 1 turns"


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An interpreter whose bfcl-eval is a toy."""
    root = tmp_path_factory.mktemp("environment")
    files = {
        "bfcl_eval/__init__.py": "",
        "bfcl_eval/constants/__init__.py": "",
        "bfcl_eval/constants/executable_backend_config.py": CONFIG,
        "bfcl_eval/backends.py": BACKENDS,
        "bfcl_eval-1.2.3.dist-info/METADATA": "Metadata-Version: 2.1\nName: bfcl-eval\n"
        "Version: 1.2.3\n",
        # its first argument is -I, with which PYTHONPATH would not count
        "python": f'#!/bin/sh\nshift\nPYTHONPATH={root} exec {sys.executable} -s -P "$@"\n',
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "python").chmod(0o755)
    return str(root / "python")


@pytest.fixture(scope="module")
def world(python: str) -> Iterator[BfclWorld]:
    """One process for all sessions, so that whatever they could share, they would."""
    made = BfclWorld(python, workers=1, limits=Limits(1.0, 60.0, 600))
    yield made
    made.close()


def problem(
    *gold: list[str], id: str = "multi_turn_base_0", held: dict[str, list[str]] | None = None
) -> Problem:
    turns = tuple((Message("user", f"turn {n}"),) for n in range(len(gold)))
    details: dict[str, Any] = {"involved_classes": ["Box"], "initial_config": {}}
    details["initial_config"] = {"Box": {"items": ["z"]}}
    details |= {"missed_function": held} if held else {}
    right = Gold("state", turns=tuple(map(tuple, gold)), details=details)
    return Problem(id, turns, TOOLS, right)


async def played(
    world: BfclWorld, asked: Problem, *turns: Sequence[ToolCall]
) -> tuple[list[str], Any]:
    """What the calls gave, and the state in the end."""
    session = await world.open(asked)
    given = []
    for calls in turns:
        await session.listen()
        given += [(await session.call(call)).content for call in calls]
    state = session.state
    await session.close()
    return given, state


def reason(world: BfclWorld, asked: Problem, *turns: Sequence[ToolCall]) -> str:
    _, state = run(played(world, asked, *turns))
    assert state["state"] == ("invalid" if state["reason"] else "valid")
    assert isinstance(state["reason"], str)
    return state["reason"]


class TestVerdict:
    def test_the_gold_calls_are_valid_and_it_says_who_found_so(self, world: BfclWorld) -> None:
        given, state = run(played(world, problem(["put(item='a')", "look()"]), [PUT, LOOK]))
        assert given == ['{"size": 2}', '{"items": ["z", "a"]}']
        assert (state["state"], state["checked"]) == ("valid", "bfcl-state 1.2.3")

    def test_a_corrupted_call_is_not(self, world: BfclWorld) -> None:
        wrong = ToolCall("put", {"item": "b"})
        assert reason(world, problem(["put(item='a')"]), [wrong]).startswith(
            "multi_turn:instance_state_mismatch turn 0: Box.items"
        )

    def test_a_fault_in_an_early_turn_stands(self, world: BfclWorld) -> None:
        asked = problem(["look()"], ["look()"])
        found = "multi_turn:empty_turn_model_response turn 0"
        assert reason(world, asked, [], [LOOK, LOOK]) == found
        assert reason(world, asked, [LOOK], [LOOK]) == ""

    def test_what_was_done_in_a_turn_without_gold_calls_shows_later(self, world: BfclWorld) -> None:
        asked = problem([], ["look()"])
        assert reason(world, asked, [], [LOOK]) == ""
        assert "mismatch turn 1" in reason(world, asked, [PUT], [LOOK])

    def test_a_conversation_broken_off(self, world: BfclWorld) -> None:
        assert reason(world, problem(["look()"])) == UNSAID
        found = reason(world, problem(["look()"], ["look()"]), [LOOK])
        assert found == "multi_turn:force_terminated 1 of 2 turns"

    def test_reading_leaves_the_digests_and_writing_does_not(self, world: BfclWorld) -> None:
        async def digests() -> list[Any]:
            session = await world.open(problem(["look()"]))
            await session.listen()
            found = [session.state["digests"]]
            for call in (LOOK, PUT, LOOK):
                await session.call(call)
                found.append(session.state["digests"])
            return found

        before, looked, put, looked_again = run(digests())
        assert before == looked
        assert looked != put
        assert put == looked_again


class TestTurns:
    def test_functions_held_back_are_offered_from_their_turn_on(self, world: BfclWorld) -> None:
        async def offered() -> list[list[str]]:
            session = await world.open(problem([], [], ["look()"], held={"1": ["look"]}))
            seen = [[tool.name for tool in session.tools]]
            while await session.listen() is not None:
                seen.append([tool.name for tool in session.tools])
            return seen

        first, *turns = run(offered())
        assert first == ["put", "spin"]
        assert turns == [["put", "spin"], ["put", "spin", "look"], ["put", "spin", "look"]]

    def test_those_of_one_turn_come_in_the_order_of_the_list(self, world: BfclWorld) -> None:
        # bfcl_eval/utils.py takes the functions out one by one as the file lists them, and
        # base_handler.py puts them behind the others in that order.
        async def offered() -> list[list[str]]:
            session = await world.open(
                problem(["look()"], ["look()"], held={"1": ["spin", "put"], "0": ["look"]})
            )
            seen = []
            while await session.listen() is not None:
                seen.append([tool.name for tool in session.tools])
            return seen

        assert run(offered()) == [["look"], ["look", "spin", "put"]]

    def test_turns_are_said_one_after_the_other(self, world: BfclWorld) -> None:
        async def heard() -> list[object]:
            session = await world.open(problem(["look()"], ["look()"]))
            return [await session.listen() for _ in range(3)]

        assert run(heard()) == [(Message("user", "turn 0"),), (Message("user", "turn 1"),), None]


class TestCalls:
    @pytest.mark.parametrize(
        ("call", "told"),
        [
            (ToolCall("nothing"), "name 'nothing' is not defined"),
            (ToolCall("__init__"), "name '__init__' is not defined"),
            (ToolCall("look.__func__.__globals__.get"), "name 'look' is not defined"),
            (ToolCall("put(item='a') or look"), "is not defined"),
            (ToolCall("os.popen"), "Function call popen is not allowed"),
            (ToolCall("put", {"thing": 1}), "unexpected keyword argument 'thing'"),
            (ToolCall("put", {"item": float("nan")}), "the call cannot be read"),
            (ToolCall("put", {"item": object()}), "the call cannot be read"),
            (ToolCall("put", ["a"]), "the call cannot be read"),  # type: ignore[arg-type]
            (ToolCall("look", problem="half an object"), "read: 'half an object'"),
            (ToolCall("refuse"), "not now"),
        ],
    )
    def test_what_is_wrong_with_one_is_told_and_changes_nothing(
        self, world: BfclWorld, call: ToolCall, told: str
    ) -> None:
        async def answered() -> tuple[Any, str]:
            session = await world.open(problem(["look()"]))
            await session.listen()
            wrong, right = await session.call(call), await session.call(LOOK)
            return wrong, right.content

        wrong, right = run(answered())
        assert wrong.failed
        assert told in wrong.content
        assert right == '{"items": ["z"]}'

    def test_arguments_are_values_and_never_code(self, world: BfclWorld) -> None:
        code = "__import__('os').getcwd()"
        given, _ = run(played(world, problem([]), [ToolCall("put", {"item": code}), LOOK]))
        assert code in given[1]

    def test_nobody_calls_before_something_is_said(self, world: BfclWorld) -> None:
        async def early() -> None:
            await (await world.open(problem(["look()"]))).call(LOOK)

        with pytest.raises(UserError, match="listens before it calls"):
            run(early())


class TestSessions:
    def test_those_at_once_share_no_state(self, world: BfclWorld) -> None:
        asked = problem([f"put(item='{n}')" for n in "abc"])
        items = [[ToolCall("put", {"item": f"{i}{n}"}) for n in "abc"] for i in range(20)]

        async def all_of_them() -> list[tuple[list[str], Any]]:
            return await together(played(world, asked, [*calls, LOOK]) for calls in items)

        for i, (given, _) in enumerate(run(all_of_them())):
            assert given[-1] == f'{{"items": ["z", "{i}a", "{i}b", "{i}c"]}}'

    def test_nor_what_a_long_context_adds(self, world: BfclWorld) -> None:
        asked = problem(["put(item='a')"], id="multi_turn_long_context_0")
        for _ in range(2):
            given, state = run(played(world, asked, [PUT, LOOK]))
            assert given[-1] == '{"items": ["noise", "a"]}'
            assert state["state"] == "valid"

    def test_another_one_begins_anew(self, world: BfclWorld) -> None:
        async def twice() -> tuple[int, str]:
            session = await world.open(problem(["look()"]), trial=3)
            await session.listen()
            await session.call(PUT)
            other = await session.again()
            await other.listen()
            return other.trial, (await other.call(LOOK)).content

        assert run(twice()) == (3, '{"items": ["z"]}')

    @pytest.mark.parametrize(
        ("name", "how"), [("spin", "1 s of processor time"), ("eat", "600 MB")]
    )
    def test_a_call_without_bounds_is_told_and_others_go_on(
        self, world: BfclWorld, name: str, how: str
    ) -> None:
        async def beside() -> tuple[Any, list[Any]]:
            quiet, greedy = [await world.open(problem(["put(item='a')"])) for _ in range(2)]
            for session in (quiet, greedy):
                await session.listen()
                await session.call(PUT)
            told = await greedy.call(ToolCall(name))
            await quiet.call(LOOK)
            return told, [quiet.state, greedy.state]

        told, states = run(beside())
        assert told.failed
        assert how in told.content
        assert [state["state"] for state in states] == ["valid", "valid"]

    def test_memory_that_others_hold_is_not_held_against_a_session(self, world: BfclWorld) -> None:
        # 600 MB are enough for two of them, and not for three.
        async def crowded() -> list[Any]:
            told = []
            for _ in range(5):
                session = await world.open(problem(["look()"]))
                await session.listen()
                told.append(await session.call(ToolCall("keep")))
            return told

        assert [(one.content, one.failed) for one in run(crowded())] == [("kept", False)] * 5

    def test_closing_one_starts_no_process(self, world: BfclWorld) -> None:
        async def closed() -> bool:
            session = await world.open(problem(["look()"]))
            await session.listen()
            assert (await session.call(ToolCall("spin"))).failed
            await session.close()
            return world._places[0]._process is None

        assert run(closed())

    def test_a_process_that_dies_is_replaced_and_nobodys_answer(self, world: BfclWorld) -> None:
        async def opened() -> tuple[BfclSession, BfclSession]:
            quiet, deadly = [await world.open(problem(["put(item='a')"])) for _ in range(2)]
            for session in (quiet, deadly):
                await session.listen()
                await session.call(PUT)
            return quiet, deadly

        quiet, deadly = run(opened())
        with pytest.raises(InfrastructureError, match="died on problem multi_turn_base_0"):
            run(deadly.call(ToolCall("leave")))
        assert run(quiet.call(LOOK)).content == '{"items": ["z", "a"]}'
        assert quiet.state["state"] == "valid"
        assert reason(world, problem(["put(item='a')"]), [PUT]) == ""


class TestEnvironment:
    def test_there_is_one_where_the_extra_is(
        self, python: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ASSAY_BFCL_PYTHON", python)
        assert isinstance(bfcl_world(), ToolEnvironment)
        monkeypatch.delenv("ASSAY_BFCL_PYTHON")
        assert bfcl_world() is None

    def test_what_is_no_such_extra_is_told_when_a_session_opens(self) -> None:
        broken = BfclWorld(sys.executable, workers=1)
        with pytest.raises(UserError, match="No module named 'bfcl_eval'"):
            run(broken.open(problem(["look()"])))
        broken.close()

    def test_cards_say_how_a_task_is_run(self) -> None:
        tasks = BENCHMARK.tasks.items()
        runs = {name: task.card.runs for name, task in tasks if task.card.kind == "tool_use"}
        assert runs["bfcl/simple_python"] == runs["bfcl/irrelevance"] == "one turn"
        assert runs["bfcl/memory_kv"] == ""
        extra = {name for name, how in runs.items() if how == "extra"}
        categories = ("base", "miss_func", "miss_param", "long_context")
        assert extra == {f"bfcl/multi_turn_{category}" for category in categories}

    @pytest.mark.realdata
    def test_tasks_have_it_only_then(
        self, python: str, data: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def world_of(name: str) -> object:
            (part,) = BENCHMARK.tasks[name].load(Source(data), Setting())
            return getattr(part, "environment", None)

        monkeypatch.delenv("ASSAY_BFCL_PYTHON", raising=False)
        assert world_of("bfcl/multi_turn_base") is None
        monkeypatch.setenv("ASSAY_BFCL_PYTHON", python)
        assert isinstance(world_of("bfcl/multi_turn_base"), BfclWorld)
        assert world_of("bfcl/simple_python") is None
