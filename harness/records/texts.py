"""Queries, documents, and what is relevant to what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Qrels: TypeAlias = Mapping[str, Mapping[str, int]]
"""Relevance judgements: query id -> document id -> grade. A grade of 0 or less is not relevant."""

MAX_GRADE = 10**9 - 1
"""No grade is farther from 0 than this, so that 32 bits hold it."""


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
