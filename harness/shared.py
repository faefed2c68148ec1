"""What several models have in common while one evaluation runs: indexes, vectors, answers."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

from harness.ranking import Ranking, merge

T = TypeVar("T")


class Shared:
    """What the stages of several models have in common: indexes, and answers.

    Args:
        indexes: how many indexes are kept; the one used longest ago goes first.
        entries: how many ranked documents are kept.
    """

    def __init__(self, indexes: int = 2, entries: int = 20_000_000) -> None:
        self._indexes, self._entries = indexes, entries
        self._built: OrderedDict[Hashable, object] = OrderedDict()
        self._held: dict[Hashable, object] = {}
        self._answers: OrderedDict[Hashable, Answers] = OrderedDict()

    def index(self, key: Hashable, build: Callable[[], T]) -> T:
        """The index of that key, built on first use."""
        if key not in self._built:
            while len(self._built) >= self._indexes:
                self._built.popitem(last=False)
            self._built[key] = build()
        self._built.move_to_end(key)
        return cast("T", self._built[key])

    def held(self, key: Hashable, build: Callable[[], T]) -> T:
        """Whatever is small and worth holding on to, made on first use."""
        if key not in self._held:
            self._held[key] = build()
        return cast("T", self._held[key])

    def answers(self, key: Hashable) -> Answers:
        """The answers that a stage gave over one corpus."""
        kept = self._answers.setdefault(key, Answers())
        self._answers.move_to_end(key)
        while len(self._answers) > 1 and self._size > self._entries:
            self._answers.popitem(last=False)
        return kept

    @property
    def _size(self) -> int:
        return sum(answers.size for answers in self._answers.values())


@dataclass(frozen=True)
class _Kept:
    """A batch that was answered; its notes go to whoever asks its first query again."""

    ranking: Ranking
    first: Hashable


class Answers:
    """What a stage answered, by query."""

    def __init__(self) -> None:
        self._batches: list[_Kept] = []
        self._batch_of: dict[Hashable, int] = {}
        self.size = 0

    def __contains__(self, key: Hashable) -> bool:
        return key in self._batch_of

    def keep(self, ranking: Ranking, keys: Mapping[str, Hashable]) -> None:
        """Remembers everything but errors."""
        good = {id: key for id, key in keys.items() if id not in ranking.errors}
        if not good:
            return
        self._batches.append(_Kept(ranking, next(iter(good.values()))))
        self._batch_of.update(dict.fromkeys(good.values(), len(self._batches) - 1))
        self.size += int(ranking.run.docs.size)

    def of(self, keys: Mapping[str, Hashable]) -> Ranking:
        """What is remembered of these queries."""
        wanted: dict[int, list[str]] = {}
        for id, key in keys.items():
            if key in self._batch_of:
                wanted.setdefault(self._batch_of[key], []).append(id)
        present = set(keys.values())
        parts = [
            _part(self._batches[number], ids, present) for number, ids in sorted(wanted.items())
        ]
        return merge(parts, list(keys))


def _part(kept: _Kept, ids: Sequence[str], present: set[Hashable]) -> Ranking:
    ranking, chosen = kept.ranking, frozenset(ids)
    return Ranking(
        run=ranking.run.select(ids),
        malformed={q: why for q, why in ranking.malformed.items() if q in chosen},
        left_out=ranking.left_out & chosen,
        usage={q: usage for q, usage in ranking.usage.items() if q in chosen},
        notes=ranking.notes if kept.first in present else {},
    )
