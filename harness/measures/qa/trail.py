"""What an attempt found and what it rests on, read from its observations.

The evidence trail of an attempt is what its calls of `search` gave, in order: JSON of the shape
{"results": [{"id": ..., "title": ..., "text": ...}, ...]}, best first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from harness.measures.attempt import Attempt
from harness.records import Trajectory

SEARCH = "search"
"""The tool whose observations are the trail."""
Of = Literal["trail", "search"]
"""Where the first k passages are taken: from the whole trail, each passage once, or from every
search of it."""
_SOURCES = "[Sources:"


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage as a search gave it."""

    id: str
    title: str = ""
    text: str = ""

    @property
    def full_text(self) -> str:
        """Title and text, a line each."""
        return f"{self.title}\n{self.text}" if self.title else self.text


def found(attempt: Attempt, k: int | None = None, of: Of = "trail") -> list[Passage]:
    """The passages of the trail in the order in which they were first found, each once."""
    searches = _searches(attempt.trajectory)
    taken = (p for results in searches for p in results[: k if of == "search" else None])
    passages = list({p.id: p for p in reversed(list(taken))}.values())[::-1]
    return passages[: k if of == "trail" else None]


def predicted(attempt: Attempt, what: str) -> Any:
    """A prediction beside the answer, such as "supports"; None where there is none.

    It stands in the trajectory's `state`, an object: "supports" [[title, number], ...], "triples"
    [[subject, relation, object], ...], "passages" [id, ...], "answerable" true or false.
    """
    state = attempt.trajectory.state
    return state.get(what) if isinstance(state, dict) else None


def pages(attempt: Attempt) -> list[str]:
    """Ids of what the answer is said to rest on, best first.

    What was predicted, else what the answer cites, else all that was found.
    """
    given = predicted(attempt, "passages")
    if isinstance(given, list | tuple):
        return [str(page) for page in given if isinstance(page, str | int)]
    return list(cited(attempt.trajectory)) or [passage.id for passage in found(attempt)]


def cited(trajectory: Trajectory) -> tuple[str, ...]:
    """Ids in the "[Sources: id, id]" with which the last thing said, or the answer, ends."""
    said = (m.content for m in reversed(trajectory.messages) if m.role == "assistant")
    for text in (next(said, ""), trajectory.answer or ""):
        _, begins, rest = text.rstrip().rpartition(_SOURCES)
        if begins and rest.endswith("]"):
            return tuple(filter(None, (id.strip() for id in rest[:-1].split(","))))
    return ()


def without_sources(answer: str) -> str:
    """The answer without the "[Sources: ...]" with which it may end."""
    text, begins, rest = answer.rstrip().rpartition(_SOURCES)
    return text.rstrip() if begins and rest.endswith("]") else answer


def _searches(trajectory: Trajectory) -> Iterator[Sequence[Passage]]:
    """The results of every search that gave any.

    A reply is that to the latest call of its id, or to the earliest one without a reply where it
    names none.
    """
    waiting: list[tuple[str, str]] = []
    for message in trajectory.messages:
        waiting += [(call.id, call.name) for call in message.calls]
        if message.role == "tool" and _answered(waiting, message.call_id) == SEARCH:
            yield _passages(message.content)


def _answered(waiting: list[tuple[str, str]], id: str) -> str:
    """Name of the call that a reply answers, which waits no more; "" where none does."""
    places = [place for place, (call, _) in enumerate(waiting) if not id or call == id]
    return waiting.pop(places[-1 if id else 0])[1] if places else ""


def _passages(content: str) -> list[Passage]:
    """The passages of an observation; none of one that failed or cannot be read."""
    try:
        results = json.loads(content)["results"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
    entries = results if isinstance(results, list) else []
    return [
        Passage(*(text if isinstance(text := entry.get(key), str) else "" for key in _KEYS))
        for entry in entries
        if isinstance(entry, dict) and isinstance(entry.get("id"), str)
    ]


_KEYS = ("id", "title", "text")
