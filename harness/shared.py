"""What several models have in common while one evaluation runs: indexes, vectors, answers."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

from harness.ranking import Ranking, merge

T = TypeVar("T")
V = TypeVar("V")


class Shared:
    """What the stages of several models have in common: indexes, and answers.

    Args:
        corpora: of how many corpora indexes are kept; the one used longest ago goes first.
        indexes: how many are kept of a corpus: a hybrid has one for each of its models.
        entries: how many ranked documents are kept.
    """

    def __init__(self, corpora: int = 2, indexes: int = 8, entries: int = 20_000_000) -> None:
        self._corpora, self._indexes, self._entries = corpora, indexes, entries
        self._built: OrderedDict[str, OrderedDict[str, object]] = OrderedDict()
        self._held: dict[Hashable, object] = {}
        self._answers: OrderedDict[Hashable, Answers] = OrderedDict()

    def index(self, model: str, corpus: str, build: Callable[[], T]) -> T:
        """The index of a model over a corpus, both by fingerprint, built on first use."""
        built = _recent(self._built, corpus, OrderedDict, self._corpora)
        return cast("T", _recent(built, model, build, self._indexes))

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


def _recent(kept: OrderedDict[str, V], key: str, build: Callable[[], V], most: int) -> V:
    """What is kept under a key, made on first use; the last few that were used are kept."""
    if key not in kept:
        while len(kept) >= most:  # before the new one is made, so that memory holds no more
            kept.popitem(last=False)
        kept[key] = build()
    kept.move_to_end(key)
    return kept[key]


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
