"""What a task is called, how it was asked, and what became of a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Outcome = Literal["answered", "malformed", "error"]
"""What became of one query: an answer, an answer that could not be read (counts as wrong), or an
infrastructure error (not an answer; retried on resume)."""


Runs = Literal["", "one turn", "world", "simulator", "extra"]
"""How an agent attempts a task of tool use: one turn is a whole attempt; or its calls are carried
out in a world of ours, by a chat model that simulates the tools, or in a world of an extra."""


@dataclass(frozen=True, slots=True)
class TaskCard:
    """What a person should know of a task before trusting a number on it."""

    name: str
    title: str
    description: str
    version: str = "1"
    """Raised whenever the same predictions would score differently."""
    kind: str = "retrieval"
    main_measure: str = "nDCG@10"
    language: tuple[str, ...] = ()
    domain: str = ""
    runs: Runs = ""
    """How an agent can attempt it here; "" where attempts that were made elsewhere are scored."""
    licence: str = ""
    citation: str = ""
    """BibTeX."""
    homepage: str = ""
    statistics: Mapping[str, int] = field(default_factory=dict)
    """Published counts (`queries`, `documents`, `judgements`, ...), checked on reading."""
    defects: tuple[str, ...] = ()
    """Known faults of the data, each a sentence."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How a task was asked. Part of a result's identity; the defaults are the benchmark's own."""

    instruction: str = "auto"
    pool: str = "all"
    view: str = "documentation"
    join: str = "adapter"
    k: int = 100
    trials: int = 1
    compat: tuple[str, ...] = ()
    limit: int | None = None
    """Only the first queries of every split; for trying things out."""
    tools: str = "own"
    """Which tools an agent is offered, in the notation of `harness.play.toolsets`."""
    tool_order: str = "own"
    """In which order they stand: a name of `harness.play.toolsets`."""
    faults: str = ""
    """What goes wrong in the world and how often, in the notation of `harness.play.faulty`."""
    search: str = "bm25"
    """Expression of the retriever behind an agent's search tool, or the address of a server."""
    simulator: str = ""
    """Expression of the chat model that stands in for tools which nobody can call any more."""
    judge: str = ""
    """Expression of the chat model that the task's judge asks about every attempt."""
