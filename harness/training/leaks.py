"""Keeps evaluation questions out of training data.

A row is refused where it asks what a registered task asks: by the id of a question, by its text,
or by a text that is nearly the same. Nothing else tells a leak: a paraphrase in other words is not
found, and neither is a question of a task whose data is not here; so what was guarded against is
part of every summary.

Texts are compared by their pairs of neighbouring words, the ends of the text counted as words:
Jaccard's similarity |a & b| / |a | b| of two such sets. All texts at or above the threshold are
found, and only these, by an index of prefixes (Chaudhuri, Ganti and Kaushik, "A primitive operator
for similarity joins in data cleaning", ICDE 2006; Bayardo, Ma and Srikant, "Scaling up all pairs
similarity search", WWW 2007): of two sets sorted by the same order that are that similar, the first
|x| - ceil(t |x|) + 1 members of each have one in common.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from math import ceil
from typing import Any, Literal, TypeVar
from unicodedata import normalize

from harness.contracts import Collection, Task
from harness.errors import UserError
from harness.loading.catalogue import all_tasks
from harness.records import Setting
from harness.sources import Source

Row = TypeVar("Row")
Reason = Literal["id", "text", "near"]
NEAR = 0.6
"""Similarity from which on two texts ask the same: one word exchanged for another in the middle of
a question of ten words leaves 9 of 13 pairs, 0.69; of six words, 5 of 9, 0.56."""
TURN = 4
"""Words that a turn of a longer conversation must have to be looked for by itself."""
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_\u3040-\u9fff\uac00-\ud7af]+")
"""A word; of scripts without spaces between words, a character."""
_SLACK = 1e-9
"""Keeps rounding from raising what must be reached."""
Pairs = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Question:
    """What a task asks, in one of the texts by which it could be known again.

    Attributes:
        task: name of the task.
        id: of the query or problem.
        text: its words.
    """

    task: str
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Twin:
    """The question that a row of training data asks too.

    Attributes:
        reason: what they have in common: "id", "text" (the same words) or "near".
        similarity: of the texts, from 0 to 1; 1 for the same id.
        tasks: that ask it.
        id: of the question, in the first of them.
        text: its words.
    """

    reason: Reason
    similarity: float
    tasks: tuple[str, ...]
    id: str
    text: str


@dataclass(eq=False)
class LeakGuard:
    """Knows what is asked, and says which training data asks the same.

    Attributes:
        questions: that are guarded against.
        near: similarity from which on texts are nearly the same, above 0 and up to 1; at 1, only
            texts with the very same pairs of words.
        absent: names of registered tasks that are not guarded against, and why.
    """

    questions: Sequence[Question]
    near: float = NEAR
    absent: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 < self.near <= 1:
            raise UserError(f"near={self.near}: a similarity is above 0 and at most 1")
        self.tasks = Counter(task for task, _ in {(q.task, q.id) for q in self.questions})
        """Queries and problems of every task that is guarded against."""
        self._by_id: dict[str, list[Question]] = defaultdict(list)
        self._by_text: dict[str, list[Question]] = defaultdict(list)
        for question in self.questions:
            # A bare number is the id of a question in a dozen data sets.
            if any(sign.isalpha() for sign in question.id):
                self._by_id[question.id].append(question)
            if words := words_of(question.text):
                self._by_text[" ".join(words)].append(question)
        self._index = PairIndex([pairs_of(text.split(" ")) for text in self._by_text], self.near)
        self._texts = list(self._by_text)

    @classmethod
    def gather(cls, source: Source | None = None, near: float = NEAR) -> LeakGuard:
        """Guards against every registered task whose data is here; others are `absent`.

        Args:
            source: where data is looked for; None is the mirror that the environment names.
            near: see above.
        """
        source = source or Source()
        questions: list[Question] = []
        absent: dict[str, str] = {}
        for task in all_tasks():
            try:
                questions += _asked(task, source)
            except Exception as error:  # a task of another package may fail in any way
                absent[task.card.name] = " ".join(str(error).split())[:200] or type(error).__name__
        return cls(questions, near, absent)

    def twin(self, texts: Iterable[str], id: str = "") -> Twin | None:
        """The question that one of these texts asks, the most similar one; None where none does.

        Args:
            texts: of one row: its query, or everything that the user says in it.
            id: of the row.
        """
        if id in self._by_id:
            return _twin("id", 1.0, self._by_id[id])
        best: tuple[float, int] = (0.0, -1)
        for text in texts:
            words = words_of(text)
            if not words:
                continue
            if (same := self._by_text.get(" ".join(words))) is not None:
                return _twin("text", 1.0, same)
            best = max(best, self._index.nearest(pairs_of(words)), key=lambda found: found[0])
        return _twin("near", best[0], self._by_text[self._texts[best[1]]]) if best[1] >= 0 else None

    def sift(
        self,
        rows: Iterable[Row],
        texts: Callable[[Row], Iterable[str]],
        id: Callable[[Row], str] = lambda row: "",
    ) -> tuple[list[Row], list[tuple[Row, Twin]]]:
        """The rows that may be trained on, and those that may not, each with its twin.

        Args:
            rows: of training data.
            texts: what a row asks.
            id: a row's id.
        """
        kept: list[Row] = []
        refused: list[tuple[Row, Twin]] = []
        for row in rows:
            twin = self.twin(texts(row), id(row))
            if twin is None:
                kept.append(row)
            else:
                refused.append((row, twin))
        return kept, refused

    def summary(self, twins: Iterable[Twin]) -> dict[str, Any]:
        """What was guarded against and what was refused, for a stage's summary.

        A question that several tasks ask counts for each of them.
        """
        twins = list(twins)
        by_task: dict[str, Counter[str]] = defaultdict(Counter)
        for twin in twins:
            for task in twin.tasks:
                by_task[task][twin.reason] += 1
        return {
            "similarity from which texts are nearly the same": self.near,
            "rows refused": len(twins),
            "by reason": dict(Counter(twin.reason for twin in twins)),
            "by task": {task: dict(found) for task, found in sorted(by_task.items())},
            "questions guarded against": sum(self.tasks.values()),
            "tasks guarded against": dict(sorted(self.tasks.items())),
            "tasks not guarded against, for their data is not here": sorted(self.absent),
        }


class PairIndex:
    """Finds the set that is most similar to another, if any is similar enough.

    Args:
        sets: that are looked through.
        least: similarity that is enough, above 0.
    """

    def __init__(self, sets: Sequence[Pairs], least: float) -> None:
        self._least = least - _SLACK
        often = Counter(pair for members in sets for pair in members)
        self._rank = {pair: i for i, (pair, _) in enumerate(reversed(often.most_common()))}
        """The rarest pair has rank 0: by these, sets are sorted and compared."""
        self._sets = [frozenset(map(self._rank.__getitem__, members)) for members in sets]
        self._holding: list[list[int]] = [[] for _ in self._rank]
        for number, ranks in enumerate(self._sets):
            for rank in sorted(ranks)[: self._prefix(len(ranks))]:
                self._holding[rank].append(number)

    def nearest(self, members: Pairs) -> tuple[float, int]:
        """The greatest similarity and the number of the set that has it; (0.0, -1) where none has.

        Of equally similar sets it is the first.
        """
        best, found = 0.0, -1
        least, size = self._least, len(members)
        ranks = {rank for pair in members if (rank := self._rank.get(pair)) is not None}
        # Pairs that no set has are the rarest of all, so they come first in the prefix.
        first = max(0, self._prefix(size) - (size - len(ranks)))
        candidates: set[int] = set()
        for rank in sorted(ranks)[:first]:
            candidates.update(self._holding[rank])
        for number in sorted(candidates):
            other = self._sets[number]
            if min(size, len(other)) < max(best, least) * max(size, len(other)):
                continue  # even if one held the other
            common = len(ranks & other)
            similarity = common / (size + len(other) - common)
            if similarity >= least and similarity > best:
                best, found = similarity, number
        return best, found

    def _prefix(self, size: int) -> int:
        """How many of the rarest members of a set make its prefix."""
        return size - ceil(self._least * size) + 1


def words_of(text: str) -> list[str]:
    """The words of a text, without case, punctuation and forms of writing (NFKC)."""
    return _WORD.findall(normalize("NFKC", text).casefold())


def pairs_of(words: Sequence[str]) -> Pairs:
    """The pairs of neighbouring words, beginning and end counted as words."""
    return frozenset(zip(("", *words), (*words, ""), strict=True))


def similarity(first: str, second: str) -> float:
    """How similar two texts are, from 0 to 1; two texts without words are the same."""
    one, other = pairs_of(words_of(first)), pairs_of(words_of(second))
    return len(one & other) / len(one | other)


def _twin(reason: Reason, similarity: float, questions: Sequence[Question]) -> Twin:
    tasks = tuple(dict.fromkeys(question.task for question in questions))
    return Twin(reason, round(similarity, 4), tasks, questions[0].id, questions[0].text)


def _asked(task: Task, source: Source) -> Iterator[Question]:
    """Everything that a task asks, in whichever pool its data is here."""
    name = task.card.name
    for part in _loaded(task, source):
        if isinstance(part, Collection):
            yield from (Question(name, query.id, query.text) for query in part.queries)
            continue
        for problem in part.problems:
            yield Question(name, problem.id, problem.text)
            said = [m.content for turn in problem.turns for m in turn if m.role == "user"]
            for text in said if len(said) > 1 else ():
                if len(words_of(text)) >= TURN:
                    yield Question(name, problem.id, text)


def _loaded(task: Task, source: Source) -> Iterable[Any]:
    """What a task hands out: of its pools, from the first that is here."""
    *pools, last = dict.fromkeys((Setting().pool, *getattr(task, "pools", ())))
    for pool in pools:
        with suppress(UserError):
            return task.load(source, Setting(pool=pool))
    return task.load(source, Setting(pool=last))
