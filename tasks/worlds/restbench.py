"""RestBench's problems in the simulated worlds of its two services: what is right there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from harness.contracts import ToolEnvironment
from harness.play.programs import ANSWER
from harness.records import Problem, ToolSpec

Simulated: TypeAlias = tuple[ToolEnvironment, tuple[Problem, ...]]
"""A world, and problems that know what is right in it."""


def in_spotify(problems: Sequence[Problem], operations: Sequence[ToolSpec]) -> Simulated:
    """The music service, and the problems with program, answers and state."""
    from tasks.worlds.spotify import SpotifyWorld
    from tasks.worlds.spotify.programs import with_solutions

    return SpotifyWorld(operations), with_solutions(problems, operations)


def in_tmdb(
    problems: Sequence[Problem],
    paths: Sequence[Sequence[str]],
    document: Mapping[str, Any],
    name: str,
) -> Simulated:
    """The film database, and the problems with program and answers.

    Args:
        problems: the benchmark's.
        paths: their gold paths, labels mended, which the programs follow.
        document: the service's OpenAPI document.
        name: of the document, for messages.

    Where an answer must have several things at once, which `Gold.answers` cannot say, or stands
    within a wrong one, the problem has the program alone. Other problems than RestBench's, and
    those of another document, have nothing.
    """
    from tasks.worlds.tmdb import tmdb_world
    from tasks.worlds.tmdb.generate import generate
    from tasks.worlds.tmdb.gold import gold_programs
    from tasks.worlds.tmdb.gold.facts import Facts
    from tasks.worlds.tmdb.gold.queries import QUERIES
    from tasks.worlds.tmdb.service import VIEWS, FilmDatabase
    from tasks.worlds.tmdb.shapes import examples

    world = tmdb_world(document, name)
    if len(problems) != len(QUERIES) or not VIEWS.keys() <= world.router.operations.keys():
        return world, tuple(problems)
    store = generate(1)
    service = FilmDatabase(store, examples(document, name))
    programs = gold_programs(dict(enumerate(paths)), world.router, service, Facts(store))
    told = []
    for n, problem in enumerate(problems):
        found = programs[n]
        answer = {ANSWER: found.answer} if found.answer else {}
        gold = replace(
            problem.gold,
            program=found.calls,
            answers=found.answers,
            details={**problem.gold.details, **answer},
        )
        told.append(replace(problem, gold=gold))
    return world, tuple(told)
