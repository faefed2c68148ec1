"""A question as a benchmark has it, before a corpus is chosen, and the problem that it becomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.records import Gold, Message, Problem, ToolSpec


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A passage that stands in a question's own row."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """One row of a benchmark.

    Attributes:
        id: unique within the file.
        text: what is asked.
        answers: every accepted one, the main one first.
        titles: of the pages that the answer rests on, each once.
        paragraphs: the row's own passages, right and wrong ones.
        needed: which of these are right, by their place.
        labels: by which results are broken down.
        details: what goes into `Gold.details` as it is.
    """

    id: str
    text: str
    answers: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    paragraphs: tuple[Paragraph, ...] = ()
    needed: tuple[int, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def answerable(self) -> bool:
        """False where the benchmark says that the question cannot be answered."""
        return self.details.get("answerable") is not False

    def problem(self, success: str, passages: Sequence[str], tools: Sequence[ToolSpec]) -> Problem:
        """The question as a problem of tool use.

        Args:
            success: the measure that decides.
            passages: ids of the gold passages in the corpus chosen; none where they are not known.
            tools: what may be called.
        """
        known = {"passages": list(passages)} if passages else {}
        gold = Gold(success, answers=self.answers, details={**self.details, **known})
        turns = ((Message("user", self.text),),)
        return Problem(self.id, turns, tuple(tools), gold, self.labels)
