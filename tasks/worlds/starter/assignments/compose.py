"""Problems for agents, put together from the wishes of an errand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness.errors import UserError
from harness.records import Gold, Message, Problem, ToolCall, ToolSpec
from tasks.worlds.draw import Draw
from tasks.worlds.starter.assignments.outcome import outcome
from tasks.worlds.starter.assignments.wish import Maker, Scene, Wish
from tasks.worlds.starter.executable.account import Account
from tasks.worlds.starter.executable.specs import spec_of
from tasks.worlds.starter.tools import Tool
from tasks.worlds.starter.world import World

LONGEST = 12
"""Calls of the longest programs."""
FEWEST_TOOLS, MOST_TOOLS = 10, 20
SUCCESS = "solved_in_world"
_TRIES = 400
_REFERENCE = re.compile(r"\$(\d+)(.*)", re.DOTALL)


def make_problems(
    world: World,
    account: Account,
    tools: Sequence[Tool],
    name: str,
    makers: Sequence[Maker],
    n: int,
) -> Iterator[Problem]:
    """Problems of an errand whose programs have 1, 2, ..., 12 calls in turn, all of them different.

    A problem is one wish or several that do not get into each other's way, the one that asks for
    something last. Where the world has no further problem of some length, the closest length takes
    its place.

    Args:
        world: the facts.
        account: what the account holder has.
        tools: the catalogue of that world.
        name: of the errand; begins the problems' ids.
        makers: of its wishes.
        n: how many problems.

    Raises:
        UserError: the world is too small for so many.
    """
    draw = Draw(world.seed, "assignments", name)
    texts: set[str] = set()
    for i in range(n):
        wishes, text = _fresh(Scene(world, account, draw, 0), makers, 1 + i % LONGEST, texts)
        texts.add(text)
        yield _problem(draw, account, tools, f"{name}-{i + 1:02d}", wishes, text)


def _fresh(
    scene: Scene, makers: Sequence[Maker], length: int, texts: set[str]
) -> tuple[list[Wish], str]:
    """Wishes of so many calls, or of one more or fewer if need be, in words not used before."""
    for wanted in sorted(range(1, LONGEST + 1), key=lambda n: (abs(n - length), n)):
        for _ in range(_TRIES):
            wishes = _gather(scene, makers, wanted)
            text = " ".join(scene.draw.choice(wish.wordings) for wish in wishes)
            taken = sum(len(wish.calls) for wish in wishes)
            if taken == wanted and text not in texts and not _gives_away(wishes, text):
                return wishes, text
    raise UserError(
        f"this starter world has only {len(texts)} different problems of the kind: ask for fewer, "
        "or for a larger world"
    )


def _gather(scene: Scene, makers: Sequence[Maker], room: int) -> list[Wish]:
    """Wishes that fit into the room together, at most one of which asks, and that one last."""
    wishes: list[Wish] = []
    touched: set[str] = set()
    for maker in scene.draw.shuffled(makers):
        wish = maker(replace(scene, room=room))
        if wish is None or len(wish.calls) > room or touched & wish.touches:
            continue
        if wish.answers and any(other.answers for other in wishes):
            continue
        wishes.append(wish)
        touched |= wish.touches
        room -= len(wish.calls)
    return sorted(wishes, key=lambda wish: bool(wish.answers))


def _gives_away(wishes: Sequence[Wish], text: str) -> bool:
    """Whether an answer stands in the question."""
    return any(
        re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", text, re.IGNORECASE)
        for wish in wishes
        for answer in wish.answers
    )


def _problem(
    draw: Draw,
    account: Account,
    tools: Sequence[Tool],
    id: str,
    wishes: Sequence[Wish],
    text: str,
) -> Problem:
    program, told, answers = _joined(wishes)
    path = tuple(call.name for call in program)
    state = outcome(account, wishes)
    gold = Gold(
        success=SUCCESS,
        path=path,
        answers=answers,
        state=state,
        program=program,
        details={} if told is None else {"answer": told},
    )
    labels = {
        "plan length": str(len(program)),
        "calls": f"{(len(program) - 1) // 3 * 3 + 1}-{(len(program) - 1) // 3 * 3 + 3}",
        "kind": _kind(bool(state), bool(answers)),
    }
    offered = _offer(draw, tools, path)
    return Problem(id, ((Message("user", text),),), offered, gold, labels)


def _kind(writes: bool, asks: bool) -> str:
    if writes:
        return "write and read" if asks else "write"
    return "read"


def _joined(wishes: Sequence[Wish]) -> tuple[tuple[ToolCall, ...], Any, tuple[str, ...]]:
    """The calls of all wishes in a row, what the answer refers to, and the answers."""
    program: list[ToolCall] = []
    told: Any = None
    answers: tuple[str, ...] = ()
    for wish in wishes:
        before = len(program)
        for call in wish.calls:
            program.append(ToolCall(call.name, _shifted(call.arguments, before)))
        if wish.answers:
            told, answers = _shifted(wish.told, before), wish.answers
    return tuple(program), told, answers


def _shifted(value: Any, by: int) -> Any:
    """A value whose references count from a later call."""
    if isinstance(value, Mapping):
        return {name: _shifted(part, by) for name, part in value.items()}
    if isinstance(value, list):
        return [_shifted(part, by) for part in value]
    match = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
    return f"${int(match[1]) + by}{match[2]}" if match else value


def _offer(draw: Draw, tools: Sequence[Tool], path: Sequence[str]) -> tuple[ToolSpec, ...]:
    """The tools that are needed among others: half look-alikes of them, half of the world's own."""
    needed = [tool for tool in tools if tool.core and tool.name in path]
    others = max(draw.integer(FEWEST_TOOLS, MOST_TOOLS) - len(needed), 0)
    verbs = {name.partition(".")[2] for name in path}
    alike = [
        tool
        for tool in tools
        if not tool.core and tool.name.partition(".")[2].removesuffix("_v1") in verbs
    ]
    own = [tool for tool in tools if tool.core and tool.name not in path]
    chosen = draw.sample(alike, others // 2)
    chosen += draw.sample(own, others - len(chosen))
    return tuple(spec_of(tool) for tool in draw.shuffled([*needed, *chosen]))
