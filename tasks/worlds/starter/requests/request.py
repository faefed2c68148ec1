"""Requests, put together from the clauses of an errand in one scene of the world."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from tasks.worlds.draw import Draw
from tasks.worlds.starter.prose import Slots, listed, render
from tasks.worlds.starter.world import World

MOST_TOOLS = 5
MOST_CLAUSES = 4
PLAIN_PERCENT = 50
"""How many clauses in a hundred are put plainly."""
_PATIENCE = 60

Scene: TypeAlias = Callable[[World, Draw], Slots]
"""Draws who and what a request is about."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One wish.

    Attributes:
        plain: the wish in the words of whoever documents tools, over the slots of the scene.
        oblique: the same as people say it, in words that no documentation uses.
        purpose: what the tools for it do, to end "retrieve tools that ...".
        tools: names of the core functions that it takes, those that look up ids included.
    """

    plain: str
    oblique: tuple[str, ...]
    purpose: str
    tools: frozenset[str]


@dataclass(frozen=True, slots=True)
class Errand:
    """A task's worth of requests: how they open, and the wishes that may follow.

    Attributes:
        labels: what an instruction calls such a task.
    """

    name: str
    title: str
    category: str
    labels: tuple[str, ...]
    scene: Scene
    openings: tuple[str, ...]
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """A request, the instruction that goes with it, and the names of the tools it needs."""

    text: str
    instruction: str
    tools: frozenset[str]


def clause(tools: str, purpose: str, plain: str, *oblique: str) -> Clause:
    """A clause, its tools separated by spaces."""
    return Clause(plain, oblique, purpose, frozenset(tools.split()))


def make_requests(world: World, errand: Errand, n: int) -> list[Request]:
    """At most `n` different requests of an errand, which need 1, 2, ..., 5 tools in turn."""
    draw = Draw(world.seed, "requests", errand.name)
    requests: dict[str, Request] = {}
    for _ in range(n * _PATIENCE):
        if len(requests) == n:
            break
        wanted = 1 + len(requests) % MOST_TOOLS
        clauses = _pick(draw, errand, wanted)
        request = _word(world, draw, errand, clauses)
        if len(request.tools) == wanted:
            requests.setdefault(request.text, request)
    return list(requests.values())


def _pick(draw: Draw, errand: Errand, wanted: int) -> list[Clause]:
    """Clauses in random order, each of which adds a tool, up to as many tools as wanted."""
    picked: list[Clause] = []
    tools: frozenset[str] = frozenset()
    for clause in draw.shuffled(errand.clauses):
        more = tools | clause.tools
        if len(tools) < len(more) <= wanted and len(picked) < MOST_CLAUSES:
            picked.append(clause)
            tools = more
    return picked


def _word(world: World, draw: Draw, errand: Errand, clauses: list[Clause]) -> Request:
    slots = errand.scene(world, draw)
    parts = [draw.choice(errand.openings), *(_wording(draw, clause) for clause in clauses)]
    label = draw.choice(errand.labels)
    article = "an" if label[0] in "aeiou" else "a"
    purposes = listed([clause.purpose for clause in clauses])
    return Request(
        text=" ".join(render(world, part, slots) for part in parts),
        instruction=f"Given {article} `{label}` task, retrieve tools that {purposes}.",
        tools=frozenset().union(*(clause.tools for clause in clauses)),
    )


def _wording(draw: Draw, clause: Clause) -> str:
    return clause.plain if draw.chance(PLAIN_PERCENT) else draw.choice(clause.oblique)
