"""Which world a part of ToolFlow has, and its gold paths as programs in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from harness.contracts import ToolEnvironment
from harness.records import Problem, ToolSpec
from harness.sources import Source
from tasks.reading.autotools import MIRROR
from tasks.worlds.autotools.binder import Binder, Unbound
from tasks.worlds.autotools.environment import AutoToolsWorld
from tasks.worlds.autotools.fidelity import FIDELITY
from tasks.worlds.autotools.recordings import read_recordings


def in_world(
    source: Source, domain: str, problems: Sequence[Problem], tools: Mapping[str, ToolSpec]
) -> tuple[ToolEnvironment | None, tuple[Problem, ...]]:
    """The world of a service and the problems with `gold.program`, where a path can be bound.

    A program calls what the problem offers; a path with a tool that it does not offer has none.

    Args:
        source: where the recordings are.
        domain: the service.
        problems: those of the part.
        tools: every tool of the service that the part knows.

    Returns:
        No world, and the problems as they are, where the recordings are not to be had or do not
        speak of the part's tools.

    Raises:
        UserError: the recordings cannot be read.
    """
    there = source.path(f"{MIRROR.folder}/{domain}.tools.json") is not None
    if not there or not set(tools) <= set(FIDELITY.get(domain, ())):
        return None, tuple(problems)
    recordings = read_recordings(source, domain)
    binder = Binder(domain, recordings)
    world = AutoToolsWorld(domain, lambda: recordings, [problem.text for problem in problems])
    return world, tuple(bound(problem, binder, tools) for problem in problems)


def bound(problem: Problem, binder: Binder, tools: Mapping[str, ToolSpec]) -> Problem:
    """The problem with `gold.program`, or with why there is none in `gold.details["unbound"]`."""
    if not {tool.name for tool in problem.tools}.issuperset(problem.gold.path):
        return problem
    try:
        program = binder.bind(problem.text, problem.gold.path, tools)
    except Unbound as unbound:
        details = {**problem.gold.details, "unbound": str(unbound)}
        return replace(problem, gold=replace(problem.gold, details=details))
    return replace(problem, gold=replace(problem.gold, program=program))
