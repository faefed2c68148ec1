"""What an attempt found and what it rests on, read from its observations.

The evidence trail of an attempt is what its calls of `search` gave, in order: JSON of the shape
{"results": [{"id": ..., "title": ..., "text": ...}, ...]}, best first.
"""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
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
    passages: dict[str, Passage] = {}
    for results in _searches(attempt.trajectory):
        for passage in results[: k if of == "search" else None]:
            passages.setdefault(passage.id, passage)
    return list(passages.values())[: k if of == "trail" else None]


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
    names: list[str] = []
    waiting: deque[int] = deque()
    by_id: defaultdict[str, list[int]] = defaultdict(list)
    answered: set[int] = set()
    for message in trajectory.messages:
        for call in message.calls:
            waiting.append(len(names))
            by_id[call.id].append(len(names))
            names.append(call.name)
        if message.role == "tool":
            take = by_id[message.call_id].pop if message.call_id else waiting.popleft
            number = _unanswered(take, answered)
            if number is not None and names[number] == SEARCH:
                yield _passages(message.content)


def _unanswered(take: Callable[[], int], answered: set[int]) -> int | None:
    """Takes calls until one has no reply yet, which has one then; None where there is none."""
    try:
        while (number := take()) in answered:
            pass
    except IndexError:
        return None
    answered.add(number)
    return number


def _passages(content: str) -> list[Passage]:
    """The passages of an observation; none of one that failed or cannot be read."""
    try:
        results = json.loads(content)["results"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
    entries = results if isinstance(results, list) else []
    return [
        Passage(str(entry["id"]), _text(entry, "title"), _text(entry, "text"))
        for entry in entries
        if isinstance(entry, dict) and isinstance(entry.get("id"), str | int)
    ]


def _text(entry: dict[str, Any], key: str) -> str:
    text = entry.get(key)
    return text if isinstance(text, str) else ""
