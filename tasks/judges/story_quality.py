"""Marks for stories that answer trivia: what 360REA looks at, in our words (`tasks.judges.marks`).

Which of its two sets of criteria the paper's table is made with is not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.judges.marks import Marker

if TYPE_CHECKING:
    from harness.loading import LoadedModel
    from harness.sources import Source

WRITTEN = "a short story"
CRITERIA = (
    ("coherence", "events follow from one another, from a beginning to an end"),
    ("trivia", "the answers to the questions belong to the story and do not interrupt it"),
    ("creativity", "it has ideas of its own"),
    ("language", "wording, rhythm and style suit the story"),
    ("emotion", "it moves the reader"),
    ("theme", "it is about the topic of the request, and has something to say about it"),
    ("character", "people in it are distinct, and what they do has reasons"),
)
"""Seven, 140 marks in all."""
SHORTER = (
    ("originality", "it has ideas of its own"),
    ("structure", "it is clearly built, and events follow from one another"),
    ("trivia", "the answers to the questions belong to the story and do not interrupt it"),
    ("language", "wording and style suit the readers and the kind of story"),
    ("engagement", "one wants to read on"),
)
"""Five, 100 marks in all."""


def story_quality(model: LoadedModel, source: Source | None = None) -> Marker:
    """Marks a story on seven criteria. It reads nothing from the source.

    Raises:
        UserError: the model is no chat model.
    """
    return Marker.of("story-quality", model, WRITTEN, CRITERIA)


def story_quality_shorter(model: LoadedModel, source: Source | None = None) -> Marker:
    """Marks a story on the five criteria of 360REA's other form."""
    return Marker.of("story-quality-shorter", model, WRITTEN, SHORTER)
