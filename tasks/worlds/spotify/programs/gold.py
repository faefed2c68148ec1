"""The gold program of each request, carried out once to see where it leads."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.play.programs import ANSWER, resolve
from harness.records import Problem, ToolCall, ToolSpec
from tasks.worlds.rest import checked
from tasks.worlds.spotify.account import account_of
from tasks.worlds.spotify.generate import generate
from tasks.worlds.spotify.operations import OPERATIONS
from tasks.worlds.spotify.programs import asking, filling, keeping, listening
from tasks.worlds.spotify.programs.steps import Steps
from tasks.worlds.spotify.world import SEED, SpotifyWorld

PROGRAMS: Mapping[int, Callable[[Steps], None]] = {
    **asking.PROGRAMS,
    **filling.PROGRAMS,
    **keeping.PROGRAMS,
    **listening.PROGRAMS,
}
FREE: Mapping[int, str] = {
    0: "which three songs is for the agent to choose",
    7: "which song of the album is for the agent to choose",
    8: "which quiet songs is for the agent to choose",
    14: "how far the volume goes down is for the agent to choose",
    28: "the document has no way to play on a device that is not the active one",
    50: "which song is for the agent to choose",
}
"""Requests after which more than one state is right, or none can be reached: path measures only."""
BEYOND_THE_PATH: Mapping[int, str] = {
    9: "the request is about the song played last, the label reads the one that plays now",
    15: "PUT /playlists/{playlist_id} changes a playlist's details and cannot add songs to it",
    21: "neither the album's songs nor the playlist's id come from any call of the label, and its "
    "last call has nothing to change",
    24: "the answer of GET /artists/{id} holds no songs",
    25: "the songs to be removed come from no call of the label",
}
"""Requests whose gold path does not lead to what was asked, beside those that the overlay mends:
their programs follow it and call something more."""


@dataclass(frozen=True)
class Solution:
    """What is right about a request.

    Attributes:
        program: calls that do what was asked.
        answer: how the answer follows from them; None where nothing is asked.
        answers: those that are right, any of them.
        state: what the service is like in the end; None where several states are right.
    """

    program: tuple[ToolCall, ...]
    answer: Any
    answers: tuple[str, ...]
    state: Any


def solve(
    positions: Sequence[int], operations: Sequence[ToolSpec], seed: int = SEED
) -> dict[int, Solution]:
    """The solutions of requests by their positions in the benchmark's file.

    Raises:
        HttpError: the world refuses a call of a program.
        UserError: a reference in one leads nowhere.
    """
    world = SpotifyWorld(operations, seed)
    return {n: _solved(n, world, seed) for n in positions if n in PROGRAMS}


def _solved(position: int, world: SpotifyWorld, seed: int) -> Solution:
    problem = Problem(f"spotify-{position}", ())
    steps = Steps(generate(seed), account_of(problem.id, seed))
    PROGRAMS[position](steps)
    service = world.service(problem)
    given: list[Any] = []
    for call in steps.calls:
        arguments = {name: resolve(value, given) for name, value in call.arguments.items()}
        operation = world.router.operations[call.name]
        body = service.answer(call.name, checked(operation, arguments))
        given.append("" if body is None else json.loads(json.dumps(body)))
    state = None if position in FREE else service.state
    return Solution(tuple(steps.calls), steps.answer, steps.accepted, state)


def with_solutions(
    problems: Sequence[Problem], operations: Sequence[ToolSpec], seed: int = SEED
) -> tuple[Problem, ...]:
    """The benchmark's problems with what is right in this world: program, answers and state.

    A problem without a written program stays as it is, and so do all of them where the document
    lacks an operation of the service.
    """
    if not OPERATIONS.keys() <= {operation.name for operation in operations}:
        return tuple(problems)
    solutions = solve(range(len(problems)), operations, seed)
    return tuple(_with(problem, solutions.get(n)) for n, problem in enumerate(problems))


def _with(problem: Problem, solution: Solution | None) -> Problem:
    if solution is None:
        return problem
    answer = {} if solution.answer is None else {ANSWER: solution.answer}
    gold = replace(
        problem.gold,
        program=solution.program,
        answers=solution.answers,
        state=solution.state,
        details={**problem.gold.details, **answer},
    )
    return replace(problem, gold=gold)
