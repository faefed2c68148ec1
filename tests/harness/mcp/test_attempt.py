from __future__ import annotations

import asyncio
from typing import Any

import pytest
from toy_world import LOOK, PROBLEM, Rooms

from harness.errors import InfrastructureError, UserError
from harness.loop import run, together
from harness.mcp import attempt as attempts
from harness.mcp.attempt import OVER, TAKEN, ServedAttempt
from harness.play.sessions import Told
from harness.records import Message, Observation, Problem, ToolCall, ToolSpec


async def begun(problem: Problem = PROBLEM, broken: int = 10**9) -> ServedAttempt:
    session: Any = await Rooms(broken).open(problem, 2)
    made = ServedAttempt("s/p", problem, session)
    await made.begin()
    return made


def test_what_is_called_and_answered_is_the_trajectory() -> None:
    async def go() -> None:
        made = await begun()
        assert made.request == "Put the hat where the cat is."
        assert made.trajectory is None
        looked = await made.call("look", {"thing": "cat"})
        assert looked.content == '{"thing": "cat", "place": "attic"}'
        assert (await made.call("look", {"thing": "dog"})).failed
        await made.call("move", {"thing": "hat", "to": "attic"})
        assert not made.over
        assert (await made.call("assay_answer", {"answer": "Done."})).content == TAKEN
        assert made.over
        assert (await made.call("move", {"thing": "hat", "to": "hall"})).content == OVER
        found = made.trajectory
        assert found is not None
        assert (found.problem, found.trial, found.end, found.answer) == (
            "s/p",
            2,
            "finished",
            "Done.",
        )
        assert found.state == {"cat": "attic", "hat": "attic"}
        assert [(call.name, call.id) for call in found.calls] == [
            ("look", "call-1"),
            ("look", "call-2"),
            ("move", "call-3"),
        ]
        told = [m for m in found.messages if m.role == "tool"]
        assert [(m.call_id, m.failed) for m in told] == [
            ("call-1", False),
            ("call-2", True),
            ("call-3", False),
        ]

    run(go())


def test_calls_made_together_come_one_after_the_other() -> None:
    class Patient:
        executes, trial, tools, state = True, 0, (LOOK,), None

        async def call(self, call: ToolCall) -> Observation:
            await asyncio.sleep(0.01)
            return Observation(call.id)

    async def go() -> None:
        session: Any = Patient()
        made = ServedAttempt("p", PROBLEM, session)
        await together(made.call("look", {"thing": "cat"}) for _ in range(3))
        assert made.trajectory is not None
        said = [(m.role, m.call_id or m.calls[0].id) for m in made.trajectory.messages]
        assert said == [(role, f"call-{n}") for n in (1, 2, 3) for role in ("assistant", "tool")]

    run(go())


def test_an_attempt_without_an_answer_is_stopped() -> None:
    async def go() -> None:
        made = await begun()
        await made.call("look", {"thing": "cat"})
        assert made.trajectory is not None
        assert (made.trajectory.end, made.trajectory.answer) == ("stopped", None)
        assert "without handing in" in made.trajectory.detail

    run(go())


def test_a_failing_world_is_no_answer() -> None:
    async def go() -> None:
        made = await begun(broken=1)
        await made.call("look", {"thing": "cat"})
        assert (await made.call("look", {"thing": "cat"})).failed
        await made.call("assay_answer", {"answer": "Done."})
        assert made.trajectory is not None
        assert (made.trajectory.end, made.trajectory.detail) == ("error", "the world is gone")

    run(go())


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (UserError("GOLD is what should be there"), "GOLD is what should be there"),
        (KeyError("GOLD"), "KeyError 'GOLD'"),
        (InfrastructureError("the world with GOLD is gone"), "the world with GOLD is gone"),
    ],
)
def test_what_a_world_raises_is_written_down_and_not_told(error: Exception, detail: str) -> None:
    class Raising(Told):
        executes, tools = True, (LOOK,)
        turns = 0

        async def listen(self) -> Any:
            self.turns += 1
            if self.turns > 1:
                raise error
            return await super().listen()

        async def call(self, call: ToolCall) -> Observation:
            raise error

    async def go() -> None:
        for name, arguments in (("look", {"thing": "cat"}), ("assay_answer", {"answer": "Attic."})):
            session: Any = Raising(PROBLEM)
            made = ServedAttempt("p", PROBLEM, session)
            await made.begin()
            assert await made.call(name, arguments) == Observation(OVER, failed=True)
            assert made.trajectory is not None
            assert (made.trajectory.end, made.trajectory.detail) == ("error", detail)

    run(go())


def test_a_conversation_goes_on_with_every_answer() -> None:
    turns = ((Message("user", "Look."),), (Message("user", "Look again."),))

    async def go() -> None:
        made = await begun(Problem("p", turns, (LOOK,)))
        said = await made.call("assay_answer", {"answer": "One."})
        assert said.content == "The user says next:\n\nLook again."
        assert made.trajectory is not None
        assert made.trajectory.end == "stopped"
        await made.call("assay_answer", {"answer": "Two."})
        assert (made.trajectory.end, made.trajectory.answer) == ("finished", "Two.")
        assert [m.content for m in made.trajectory.messages] == [
            "Look.",
            "One.",
            "Look again.",
            "Two.",
        ]

    run(go())


def test_names_that_the_protocol_does_not_take_are_replaced_and_found_again() -> None:
    tools = [ToolSpec(name) for name in ("a.b", "c d", "c_d", "assay_answer", "x" * 200)]

    async def go() -> None:
        made = await begun(Problem("p", PROBLEM.turns, tuple(tools)))
        names = [tool.name for tool in made.tools]
        assert names == ["a.b", "c_d_2", "c_d", "assay_answer", "x" * 128, "assay_answer_"]
        for name in names[:-1]:
            await made.call(name, {"thing": "cat"})
        assert made.trajectory is not None
        assert [call.name for call in made.trajectory.calls] == [tool.name for tool in tools]

    run(go())


def test_hostile_calls_are_told_and_written_down_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    deep: dict[str, Any] = {}
    for _ in range(5_000):
        deep = {"x": deep}

    async def go() -> None:
        made = await begun()
        assert "nested more than 64 deep" in (await made.call("look", deep)).content
        assert (await made.call("look", {"thing": float("nan")})).failed
        assert (await made.call("l\ud800k", {})).failed
        for answer in (None, 7, ["a"], "\ud800"):
            assert (await made.call("assay_answer", {"answer": answer})).failed
        assert not made.over
        monkeypatch.setattr(attempts, "MOST_CALLS", 4)
        assert not (await made.call("look", {"thing": "cat"})).failed
        assert (await made.call("look", {"thing": "cat"})).content == OVER
        assert made.trajectory is not None
        assert (made.trajectory.end, len(made.trajectory.calls)) == ("stopped", 4)
        assert [bool(call.problem) for call in made.trajectory.calls] == [True, True, True, False]

    run(go())


def test_an_interrupted_call_stays_in_the_trajectory() -> None:
    class Slow:
        executes, trial, tools, state = True, 0, (LOOK,), None

        async def listen(self) -> None:
            return None

        async def call(self, call: object) -> None:
            await asyncio.sleep(60)

    async def go() -> None:
        session: Any = Slow()
        made = ServedAttempt("p", PROBLEM, session)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(made.call("look", {}), 0.05)
        assert made.trajectory is not None
        assert [call.name for call in made.trajectory.calls] == ["look"]

    run(go())
