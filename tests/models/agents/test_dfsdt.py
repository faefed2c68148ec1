"""The depth-first search: dead ends are left, and no branch sees what another has written."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from planned import Planned, plans_of
from toy_world import PROBLEM, InRooms, Rooms, Sayings, calling, saying

from harness.contracts import ProblemSet
from harness.errors import InfrastructureError, UserError
from harness.measures.attempt import Attempt
from harness.measures.tools.world import solved_in_world
from harness.play.sessions import Told
from harness.records import (
    Completion,
    Message,
    Observation,
    Problem,
    Setting,
    ToolCall,
    ToolSpec,
    Trajectory,
)
from harness.workspace import working, workspace
from models.agents.dfsdt import DFSDT
from models.scripted import Scripted, Turn
from tasks.starter_agent import BENCHMARK

NOWHERE: Any = None
TAKE, UNLOCK = ToolSpec("take", "Takes a key for good."), ToolSpec("unlock", "Tries the chest.")
CHEST = Problem(
    "chest",
    ((Message("user", "Open the chest with the gold or the iron key."),),),
    (TAKE, UNLOCK),
)
LOOK = ToolCall("look", {"thing": "cat"})
MOVE = ToolCall("move", {"thing": "hat", "to": "attic"})
GIVE_UP = ToolCall("Finish", {"return_type": "give_up_and_restart"})


def finish(answer: Any) -> ToolCall:
    return ToolCall("Finish", {"return_type": "give_answer", "final_answer": answer})


@dataclass
class Room:
    """A room with two keys, of which one can be held, and never put back. Iron opens the chest."""

    shared: bool = False
    opened: list[Room] = field(default_factory=list)
    held: str = ""
    open: bool = False
    closed: bool = False
    trial: int = 0
    executes: bool = True
    tools: Sequence[ToolSpec] = CHEST.tools

    def __post_init__(self) -> None:
        self._turns: Iterator[Sequence[Message]] = iter(CHEST.turns)

    async def listen(self) -> Sequence[Message] | None:
        return next(self._turns, None)

    async def call(self, call: ToolCall) -> Observation:
        if call.name == "take" and self.held:
            return Observation("the other key is in the hand already", failed=True)
        if call.name == "take":
            self.held = str(call.arguments["key"])
            return Observation("taken")
        self.open = self.held == "iron"
        return Observation("open" if self.open else "it does not fit", failed=not self.open)

    @property
    def state(self) -> Any:
        return {"held": self.held, "open": self.open}

    async def again(self) -> Room:
        if self.shared:
            self._turns = iter(CHEST.turns)
            return self
        self.opened.append(Room())
        return self.opened[-1]

    async def close(self) -> None:
        self.closed = True


def greedy(messages: Sequence[Message], tools: Sequence[ToolSpec]) -> Turn:
    """Takes the gold key first, unless the prompt says that it was tried."""
    last = messages[-1]
    if last.role == "tool":
        if last.content == "taken":
            return ToolCall("unlock")
        return finish("It is open.") if last.content == "open" else GIVE_UP
    if last.content.startswith("Open"):
        return ToolCall("take", {"key": "gold"})
    return GIVE_UP if "fit" in last.content else ToolCall("take", {"key": "iron"})


def search(room: Room | None = None, **options: Any) -> tuple[Trajectory, Room]:
    room = room or Room()
    return asyncio.run(DFSDT(Scripted(greedy), **options).solve(CHEST, room)), room


def attempt(
    *said: Completion, session: Any = None, problem: Problem = PROBLEM, **options: Any
) -> tuple[Trajectory, Sayings]:
    model = Sayings(said)

    async def solve() -> Trajectory:
        world = session or await Rooms().open(problem)
        return await DFSDT(model, **options).solve(problem, world)

    return asyncio.run(solve()), model


def test_a_dead_end_is_left_and_what_was_written_in_it_is_not_seen() -> None:
    made, room = search()
    assert (made.end, made.answer) == ("finished", "It is open.")
    assert made.state == {"held": "iron", "open": True}
    # gold, unlock, give up; back to gold, give up; back to the start: iron, unlock, Finish
    assert [(c.name, c.arguments.get("key")) for c in made.calls] == [
        ("take", "gold"),
        ("unlock", None),
        ("take", "iron"),
        ("unlock", None),
    ]
    assert sum(m.role == "assistant" for m in made.messages) == 7
    assert room.state == {"held": "gold", "open": False}
    assert all(each.closed for each in room.opened)
    assert not room.closed  # it is the caller's
    assert len({call.id for call in made.calls}) == 4


def test_a_world_that_is_opened_while_the_search_is_cut_short_is_closed() -> None:
    """Ctrl-C comes while the branch that is left is being closed."""

    class Slow(Room):
        async def close(self) -> None:
            self.closed = True
            raise asyncio.CancelledError

    room = Room()
    opened = [Slow(), Room()]

    async def again() -> Room:
        room.opened.append(opened[len(room.opened)])
        return room.opened[-1]

    room.again = again  # type: ignore[method-assign]
    go_back = iter(["gold", "lead", "iron"])

    def takes(messages: Sequence[Message], tools: Sequence[ToolSpec]) -> Turn:
        last = messages[-1]
        return GIVE_UP if last.role == "tool" else ToolCall("take", {"key": next(go_back)})

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(DFSDT(Scripted(takes), beam=3, depth=3).solve(CHEST, room))
    assert [each.closed for each in room.opened] == [True, True]


def test_without_a_way_back_the_task_fails() -> None:
    made, room = search(beam=1)
    assert (made.end, made.answer, room.opened) == ("gave up", None, [])


def test_in_a_world_that_branches_share_the_task_fails() -> None:
    assert search(Room(shared=True))[0].end == "gave up"


def test_without_diversity_the_same_child_is_made_twice_and_the_task_fails() -> None:
    made, _ = search(diversity=False)
    assert made.end == "gave up"
    assert {call.arguments.get("key") for call in made.calls} == {"gold", None}


def test_what_was_tried_is_told_to_the_next_child_and_not_further_down() -> None:
    asked: list[list[str]] = []

    def heard(messages: Sequence[Message], tools: Sequence[ToolSpec]) -> Turn:
        asked.append([m.content for m in messages if "was tried already" in m.content])
        return greedy(messages, tools)

    made = asyncio.run(DFSDT(Scripted(heard)).solve(CHEST, Room()))
    assert [len(hints) for hints in asked] == [0, 0, 0, 1, 1, 0, 0]
    assert '"key": "gold"' in asked[4][0]
    notes = [m for m in made.messages if m.role == "system" and "was tried" in m.content]
    assert len(notes) == 2  # nor do they begin a turn of the user's


def test_giving_up_goes_back_two_levels() -> None:
    # Given up at the second level, the search is back at the start; there it is over at once.
    made, model = attempt(calling(LOOK), calling(GIVE_UP), saying("In the attic."))
    assert (made.end, made.answer, len(model._asked)) == ("finished", "In the attic.", 3)
    assert [m.role for m in model._asked[2][0]] == ["system", "user", "user"]
    made, model = attempt(calling(GIVE_UP))
    assert (made.end, len(model._asked)) == ("gave up", 1)


def test_the_ways_to_have_no_answer_are_told_apart() -> None:
    made, model = attempt(*[calling(LOOK)] * 9, queries=5)
    assert (made.end, made.detail) == ("stopped", "no answer after 5 turns of the model")
    assert len(model._asked) == 5
    # A call is two nodes deep and its thought a third: two levels of two children.
    made, model = attempt(*[calling(LOOK, text="Hm.")] * 9, depth=6)
    assert (made.end, made.detail) == ("stopped", "every branch grew too deep")
    assert len(model._asked) == 6
    made, _ = attempt(*[saying("<think>so</think>")] * 2)
    assert (made.end, made.answer) == ("malformed", None)
    broken = replace(LOOK, arguments={}, problem="no JSON")
    made, _ = attempt(calling(broken), calling(broken), depth=2)
    assert made.end == "malformed"
    assert made.messages[2].content == "The call could not be read: no JSON"


def test_what_fails_outside_is_no_attempt() -> None:
    with pytest.raises(InfrastructureError, match="the world is gone"):
        attempt(calling(LOOK), session=InRooms(PROBLEM, 0, broken=0))


def test_finish_ends_and_is_no_call() -> None:
    made, model = attempt(calling(LOOK, finish({"place": "attic"}), MOVE, text="So."))
    assert made.answer == '{"place": "attic"}'
    assert [call.name for call in made.calls] == ["look"]
    assert made.state == {"cat": "attic", "hat": "hall"}
    assert model._asked[0][1] == ("look", "move", "Finish")


@pytest.mark.parametrize("arguments", [{}, {"return_type": "give_answer"}, {"return_type": 1}])
def test_finish_without_an_answer_is_told_so(arguments: dict[str, Any]) -> None:
    made, _ = attempt(calling(ToolCall("Finish", arguments)), saying("Attic."))
    assert made.messages[2].failed
    assert made.messages[2].content.startswith("Finish wants return_type")
    assert made.answer == "Attic."


def test_long_answers_of_tools_are_cut_for_the_model_alone() -> None:
    made, model = attempt(calling(LOOK), saying("Attic."), longest=5)
    assert model._asked[1][0][-1].content == '{"thi...'
    assert made.messages[2].content == '{"thing": "cat", "place": "attic"}'


def test_a_later_request_goes_on_from_the_branch_that_answered() -> None:
    turns = (*PROBLEM.turns, (Message("user", "And the cat to the hall."),))
    cat = ToolCall("move", {"thing": "cat", "to": "hall"})
    away = ToolCall("move", {"thing": "cat", "to": "moon"})
    made, model = attempt(
        calling(MOVE),
        calling(finish("Done.")),
        calling(away),
        calling(GIVE_UP),
        calling(cat),
        saying("Done too."),
        problem=replace(PROBLEM, turns=turns),
    )
    assert (made.end, made.answer) == ("finished", "Done too.")
    assert made.state == {"cat": "hall", "hat": "attic"}
    told = model._asked[4][0]
    roles = [m.role for m in told]
    assert roles == ["system", "user", "assistant", "tool", "assistant", "user", "user"]
    assert told[4] == Message("assistant", "Done.")
    assert [m.content for m in made.messages if m.role == "user"] == [t[0].content for t in turns]


def test_where_nothing_is_carried_out_the_first_turn_is_the_attempt() -> None:
    made, model = attempt(calling(LOOK, MOVE), session=Told(PROBLEM))
    assert [call.name for call in made.calls] == ["look", "move"]
    assert (made.end, made.answer, len(model._asked)) == ("finished", None, 1)


@pytest.mark.parametrize(
    ("turn", "end"),
    [
        (calling(GIVE_UP), "gave up"),
        (saying(""), "malformed"),
        (saying("<think>so</think>"), "malformed"),
        (calling(ToolCall("Finish", {})), "malformed"),
        (calling(finish("Attic.")), "finished"),
    ],
)
def test_where_nothing_is_carried_out_the_ways_to_have_no_answer_are_told_apart(
    turn: Completion, end: str
) -> None:
    made, _ = attempt(turn, turn, session=Told(PROBLEM))
    assert (made.end, made.calls) == (end, ())
    assert made.answer == ("Attic." if end == "finished" else None)


def test_the_deepest_tree_is_searched_and_no_deeper_one() -> None:
    # 250 calls, two nodes each.
    made, _ = attempt(*[calling(LOOK)] * 251, depth=500, queries=251)
    assert made.end == "stopped"
    with pytest.raises(UserError, match="500 at most"):
        DFSDT(Sayings([]), depth=501)


def test_children_draw_completions_of_their_own() -> None:
    drawn: list[int] = []

    def drawing(messages: Sequence[Message], tools: Sequence[ToolSpec]) -> Turn:
        drawn.append(workspace().trial)
        return ""

    with working(trial=3):
        asyncio.run(DFSDT(Scripted(drawing), diversity=False).solve(CHEST, Room()))
    assert drawn == [6, 7]


@pytest.mark.parametrize("name", BENCHMARK.tasks)
def test_starter_tasks_are_solved(name: str) -> None:
    # Programs are of up to 12 calls, and a page of the world has more than 1024 characters.
    (split,) = BENCHMARK.tasks[name].load(NOWHERE, Setting())
    assert isinstance(split, ProblemSet)
    world = split.environment
    assert world is not None
    agent = DFSDT(Planned(plans_of(split.problems)), depth=50, longest=50_000)

    async def solve_all() -> list[float]:
        return [
            solved_in_world(Attempt(p, await agent.solve(p, await world.open(p))))
            for p in split.problems
        ]

    assert asyncio.run(solve_all()) == [1.0] * len(split.problems)


@pytest.mark.parametrize(
    ("model", "options"), [("gpt", {}), (Sayings([]), {"beam": 0}), (Sayings([]), {"queries": 0})]
)
def test_arguments_that_make_no_sense_are_refused(model: Any, options: dict[str, int]) -> None:
    with pytest.raises(UserError, match="dfsdt"):
        DFSDT(model, **options)
