"""The stage in which a teacher makes conversations in worlds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("transformers", reason="needs transformers")

from harness.contracts import Session
from harness.errors import InfrastructureError, TooLong, UserError
from harness.loop import Flight
from harness.play.sessions import Told
from harness.records import Completion, Message, Observation, Problem, ToolCall, ToolSpec, Usage
from harness.training.ledger import Ledger, read_ledger
from harness.training.work import Work
from harness.workspace import workspace
from models.scripted import Scripted, Turn
from models.training.practice.problems import Practice
from models.training.preferences import construction
from models.training.preferences.construction import Construct
from models.training.preferences.reversal import Budget
from models.training.text.conversations import read_dialogues

ROOM = {"type": "object", "properties": {"room": {"type": "string"}}, "required": ["room"]}
TOOLS = (ToolSpec("look", "Tells of a lamp.", ROOM),)
PROBLEMS = {f"1/p{n}": Problem(f"1/p{n}", (), TOOLS) for n in range(2)}


class Lamps(Told):
    """Carries out whatever it is asked."""

    executes = True

    async def call(self, call: ToolCall) -> Observation:
        """A lamp that is on."""
        return Observation(json.dumps({**call.arguments, "lamp": "on"}))


class House:
    """A world that counts what is opened and closed."""

    def __init__(self) -> None:
        self.opened: list[tuple[str, int]] = []
        self.closed = 0

    async def open(self, problem: Problem, trial: int = 0) -> Session:
        """A session."""
        self.opened.append((problem.id, trial))
        house = self

        class Counted(Lamps):
            async def close(self) -> None:
                house.closed += 1

        return Counted(problem, trial)


def teacher(messages: Sequence[Message], offered: Sequence[ToolSpec]) -> Turn:
    """Looks into two rooms and answers."""
    match [tool.name for tool in offered]:
        case ["describe_scenario"]:
            facts = {"scenario": "s", "facts": ["f"], "tools": ["look"]}
            turn = ToolCall("describe_scenario", facts)
        case ["give_question"]:
            turn = ToolCall("give_question", {"question": "Which lamps are on?"})
        case _:
            done = sum(message.role == "tool" for message in messages)
            turn = ToolCall("look", {"room": f"room {done}"})
            if done == 2:
                turn = ToolCall("give_answer", {"answer": "All."})
    return Completion("", Usage(10, 2), calls=(turn,))


@pytest.fixture
def taught(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Puts a teacher in the place of the expression."""

    def put(policy: Any) -> None:
        monkeypatch.setattr(construction, "chat_model", lambda expression: Scripted(policy))

    return put


def stage(house: House, **more: Any) -> Construct:
    worlds = dict.fromkeys(PROBLEMS, house)
    settings: Mapping[str, Any] = {
        "teacher": "t",
        "practice": lambda: Practice(PROBLEMS, worlds),
        "number": 5,
        "budget": Budget(),
        "restarts": 1,
        "at_once": 2,
        "seed": 0,
    }
    return Construct(**{**settings, **more})


def run(stage: Construct, root: Path) -> Path:
    folder = root / "1-construct"
    folder.mkdir(parents=True, exist_ok=True)
    with Ledger(root, "construct") as ledger:
        stage.run(Work(folder, root / "out", {}, ledger))
    return folder


def test_it_makes_conversations_to_learn_from_in_all_worlds(
    tmp_path: Path, taught: Callable[[Any], None]
) -> None:
    taught(teacher)
    house = House()
    folder = run(stage(house), tmp_path)
    found = list(read_dialogues(folder / "instances.jsonl"))
    assert len(found) == 5
    for dialogue in found:
        assert dialogue.messages[0] == Message("user", "Which lamps are on?")
        assert [tool.name for tool in dialogue.tools] == ["look"]
    assert [key for key, _ in sorted(house.opened, key=lambda each: each[1])] == [
        *("1/p0", "1/p1") * 2,
        "1/p0",
    ]
    assert house.closed == 5
    told = json.loads((folder / "summary.json").read_text())
    assert told == {
        "instances": 5,
        "calls": 10,
        "dropped": {},
        "given_up": {},
        "tokens": 5 * 5 * 12,  # five turns each: scenario, two calls, answer, query
    }
    assert read_ledger(tmp_path)[-1]["amounts"] == {"tokens": 300, "sequences": 5}


def test_what_is_given_up_is_tried_again_and_then_dropped(
    tmp_path: Path, taught: Callable[[Any], None]
) -> None:
    """The teacher gives every first session up, and both of the second problem."""
    house = House()

    def moody(messages: Sequence[Message], offered: Sequence[ToolSpec]) -> Turn:
        number, restart = divmod(workspace().trial, 2)
        names = [tool.name for tool in offered]
        if "start_over" in names and (restart == 0 or number == 2):
            return ToolCall("start_over", {"reason": "dull"})
        return teacher(messages, offered)

    taught(moody)
    folder = run(stage(house, number=2, at_once=1), tmp_path)
    told = json.loads((folder / "summary.json").read_text())
    assert told["instances"] == 1
    assert told["dropped"] == {"the teacher started over": 1}
    assert told["given_up"] == {"the teacher started over": 3}
    assert [trial for _, trial in house.opened] == [2, 3, 4, 5]  # each draws anew
    assert house.closed == 4


def test_a_conversation_that_outgrows_the_teacher_is_given_up(
    tmp_path: Path, taught: Callable[[Any], None]
) -> None:
    def full(messages: Sequence[Message], offered: Sequence[ToolSpec]) -> Turn:
        raise TooLong("a conversation of 9,000 tokens is too long")

    taught(full)
    with pytest.raises(UserError, match="mostly since: too long for the teacher"):
        run(stage(House()), tmp_path)


def test_a_teacher_of_which_nothing_comes_is_an_error(
    tmp_path: Path, taught: Callable[[Any], None]
) -> None:
    taught(lambda messages, offered: "hm")
    with pytest.raises(UserError, match=r"no conversation came of 5 tries, mostly since: no scen"):
        run(stage(House()), tmp_path)


def test_cut_short_it_goes_on_and_ends_in_the_same_bytes(
    tmp_path: Path, taught: Callable[[Any], None]
) -> None:
    taught(teacher)
    whole = run(stage(House()), tmp_path / "whole")
    asked = 0

    def failing(messages: Sequence[Message], offered: Sequence[ToolSpec]) -> Turn:
        nonlocal asked
        asked += 1
        if asked == 13:  # in the middle of the third conversation
            raise InfrastructureError("the server is down")
        return teacher(messages, offered)

    taught(failing)
    with pytest.raises(InfrastructureError, match="server is down"):
        run(stage(House(), at_once=1), tmp_path / "cut")
    drafts = tmp_path / "cut" / "1-construct" / "drafts.jsonl"
    assert len(drafts.read_text().splitlines()) == 2
    with drafts.open("ab") as torn:
        torn.write(b'{"number": 3, "wor')
    taught(teacher)
    house = House()
    cut = run(stage(house), tmp_path / "cut")
    assert len(house.opened) == 3
    for name in ("instances.jsonl", "summary.json"):
        assert (cut / name).read_bytes() == (whole / name).read_bytes()


def test_stopped_by_a_person_it_ends_its_sessions_and_keeps_what_was_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two teachers' conversations one is made, and one waits for an answer that never comes."""

    class Slow(Scripted):
        async def complete(self, messages: Sequence[Message], **more: Any) -> Completion:
            if workspace().trial >= 4:  # the second one's
                await asyncio.sleep(600)
            return await super().complete(messages, **more)

    monkeypatch.setattr(construction, "chat_model", lambda expression: Slow(teacher))
    house, folder = House(), tmp_path / "1-construct"
    folder.mkdir()

    def press(title: str, done: int, total: int, state: str) -> None:
        assert (done, house.closed) == (1, 1)
        raise KeyboardInterrupt

    with Ledger(tmp_path, "construct") as ledger, pytest.raises(KeyboardInterrupt):
        stage(house, number=2).run(Work(folder, tmp_path / "out", {}, ledger, press))
    assert house.closed == 2
    assert len((folder / "drafts.jsonl").read_text().splitlines()) == 1


def test_what_ended_while_it_was_stopped_is_kept(
    tmp_path: Path, taught: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    taught(teacher)
    made = stage(House(), number=3, at_once=1)
    stopped = Flight.stop
    folder = tmp_path / "1-construct"
    folder.mkdir()

    def press(title: str, done: int, total: int, state: str) -> None:
        raise KeyboardInterrupt

    def late(flight: Flight[Any]) -> list[Any]:
        return [*stopped(flight), {"number": 99, "given_up": [], "tokens": 1, "dropped": "late"}]

    monkeypatch.setattr(Flight, "stop", late)
    with Ledger(tmp_path, "construct") as ledger, pytest.raises(KeyboardInterrupt):
        made.run(Work(folder, tmp_path / "out", {}, ledger, press))
    assert json.loads((folder / "drafts.jsonl").read_text().splitlines()[-1])["number"] == 99


def test_a_plan_asks_nobody() -> None:
    planned = stage(House(), number=10, budget=Budget(calls=(4, 7))).plan({})
    assert planned.counts["instances"] == 10
    assert planned.counts["calls"] == 60  # a budget of 7 at most, of which one is the answer's
    assert planned.counts["teacher's turns"] == 60 + 30  # scenario, answer and query
    # Twice, for it may start over once: 16 turns, and 3 tries each at scenario and query.
    assert "turns are 440 at most" in planned.notes[0]


@pytest.mark.parametrize(
    ("budget", "calls"),
    [
        (Budget(calls=(7, 7)), 6),  # the answer's is the seventh
        (Budget(calls=(7, 7), turns=5), 4),  # as there are five turns, of which one is the answer's
    ],
)
def test_a_teacher_that_calls_as_often_as_it_may_makes_as_many_calls_as_planned(
    tmp_path: Path, taught: Callable[[Any], None], budget: Budget, calls: int
) -> None:
    def eager(messages: Sequence[Message], offered: Sequence[ToolSpec]) -> Turn:
        done = sum(message.role == "tool" for message in messages)
        if "look" in {tool.name for tool in offered} and done < calls:
            return Completion("", calls=(ToolCall("look", {"room": f"room {done}"}),))
        if "give_answer" in {tool.name for tool in offered}:
            return Completion("", calls=(ToolCall("give_answer", {"answer": "All."}),))
        return teacher(messages, offered)

    taught(eager)
    made = stage(House(), budget=budget)
    folder = run(made, tmp_path)
    told = json.loads((folder / "summary.json").read_text())
    assert told["calls"] == made.plan({}).counts["calls"] == 5 * calls


def test_worlds_and_teachers_that_are_none_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match="no problems"):
        stage(House(), practice=lambda: Practice({}, {})).plan({})
    with pytest.raises(UserError, match="bm25 is no chat model"):
        run(stage(House(), teacher="bm25"), tmp_path)
