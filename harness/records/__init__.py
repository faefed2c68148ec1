"""Plain values that cross the borders between tasks, models and the engine.

Frozen, without behaviour beyond validation. The records of tool use and of generation
(`ToolSpec`, `Trajectory`, ...) join these when their flows do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Qrels: TypeAlias = Mapping[str, Mapping[str, int]]
"""Relevance judgements: query id -> document id -> grade. A grade of 0 or less is not relevant."""

MAX_GRADE = 10**9 - 1
"""No grade is farther from 0 than this, so that 32 bits hold it."""

Outcome = Literal["answered", "malformed", "error"]
"""What became of one query: an answer, an answer that could not be read (counts as wrong), or an
infrastructure error (not an answer; retried on resume)."""


@dataclass(frozen=True, slots=True)
class Query:
    """A query and, where the benchmark gives one, the instruction that goes with it."""

    id: str
    text: str
    instruction: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A document as a retriever sees it. Tools are documents too, rendered by a named view."""

    id: str
    text: str
    title: str = ""

    @property
    def full_text(self) -> str:
        """Title and text joined by one space, as BEIR's flat field; without a title, the text."""
        return f"{self.title} {self.text}".strip() if self.title else self.text


@dataclass(frozen=True, slots=True)
class Text:
    """A text to embed, carrying its own instruction."""

    text: str
    instruction: str | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What answering cost. Zero where a model reports nothing."""

    input_tokens: int = 0
    output_tokens: int = 0
    money: float = 0.0
    """US dollars."""

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.money + other.money,
        )


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation. `role` is "system", "user" or "assistant"."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Completion:
    """What a chat model answered.

    Attributes:
        finish: why it stopped: "stop", or "length" where its budget of tokens ended it.
    """

    text: str
    usage: Usage = Usage()
    finish: str = "stop"


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
