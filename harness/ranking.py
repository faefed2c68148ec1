"""What a retriever answers: a `Run`, and what became of every query."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from harness.errors import UserError
from harness.records import Usage
from harness.run import Run

SOUGHT = "neighbours looked for exactly, to measure the approximate search"
MISSED = "neighbours that the approximate search missed"
"""Notes of a search that does not look at everything."""


@dataclass(frozen=True)
class Ranking:
    """A run with the fate of its queries.

    Attributes:
        run: the ranked documents of the queries that were answered.
        errors: query id -> what failed outside the model; not an answer, retried on resume.
        malformed: query id -> why the answer could not be read; scores 0 and is counted.
        left_out: queries that the model was asked and said nothing about; score 0 and are listed.
        usage: query id -> what answering cost.
        notes: counts worth showing, such as {"truncated documents": 12}.
    """

    run: Run
    errors: Mapping[str, str] = field(default_factory=dict)
    malformed: Mapping[str, str] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    usage: Mapping[str, Usage] = field(default_factory=dict)
    notes: Mapping[str, int] = field(default_factory=dict)

    def noting_repeats(self) -> Ranking:
        """The ranking with a note of what its run left out: repeated documents, unasked queries."""
        left_out = {
            "repeated documents": self.run.repeated,
            "queries not asked here, which were left out": self.run.unasked,
        }
        noted = {what: count for what, count in left_out.items() if count}
        return replace(self, notes={**self.notes, **noted})

    def covers(self, query: str) -> bool:
        """True when the query's fate is known, an infrastructure error included."""
        return (
            query in self.run.index
            or query in self.errors
            or query in self.malformed
            or query in self.left_out
        )


def as_ranking(answer: object, said: str) -> Ranking:
    """What an index or a reranker may answer, as a ranking.

    Args:
        answer: a `Ranking`, a `Run`, or query id -> document id -> score.
        said: what gave the answer, for messages: "search".

    Raises:
        UserError: the answer is anything else, or a score is not finite.
    """
    if isinstance(answer, Ranking):
        return answer
    if isinstance(answer, Run):
        return Ranking(answer)
    wanted = "{query id: {document id: score}}, a Run or a Ranking is wanted"
    if not isinstance(answer, Mapping):
        raise UserError(f"{said} gave {type(answer).__name__}: {wanted}")
    for query, found in answer.items():
        if not isinstance(found, Mapping):
            raise UserError(f"{said} gave {type(found).__name__} for query '{query}': {wanted}")
    return Ranking(Run.from_scores(answer))


def merge(parts: Sequence[Ranking], keys: Sequence[str]) -> Ranking:
    """Several rankings as one, queries in the task's order. Later answers replace earlier ones."""
    run = Run.concat([part.run for part in parts]) if parts else Run.from_scores({})
    answered = set(run.queries)
    return Ranking(
        run=run.select([key for key in keys if key in answered]),
        errors={q: text for p in parts for q, text in p.errors.items() if q not in answered},
        malformed={q: text for p in parts for q, text in p.malformed.items()},
        left_out=frozenset(q for p in parts for q in p.left_out) - answered,
        usage={q: usage for p in parts for q, usage in p.usage.items()},
        notes=sum_notes(*(part.notes for part in parts)),
    )


def to_rows(ranking: Ranking, keys: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The answers to these queries as plain JSON, a row each; the first row carries the notes."""
    scores = ranking.run.to_scores()
    notes = dict(ranking.notes)
    for key in keys:
        row: dict[str, Any] = {"query": key}
        if key in ranking.errors:
            row["error"] = ranking.errors[key]
        elif key in ranking.malformed:
            row["malformed"] = ranking.malformed[key]
        elif key in scores:
            row["docs"] = list(scores[key].items())
        if key in ranking.usage:
            row["usage"] = asdict(ranking.usage[key])
        if notes:
            row["notes"], notes = notes, {}
        yield row


def from_rows(rows: Sequence[Mapping[str, Any]]) -> Ranking:
    """The inverse of `to_rows`."""
    return Ranking(
        run=Run.from_scores({row["query"]: dict(row["docs"]) for row in rows if "docs" in row}),
        errors={row["query"]: row["error"] for row in rows if "error" in row},
        malformed={row["query"]: row["malformed"] for row in rows if "malformed" in row},
        left_out=frozenset(
            row["query"] for row in rows if not row.keys() & {"docs", "error", "malformed"}
        ),
        usage={row["query"]: Usage(**row["usage"]) for row in rows if "usage" in row},
        notes=sum_notes(*(row.get("notes", {}) for row in rows)),
    )


def sum_notes(*parts: Mapping[str, int]) -> dict[str, int]:
    """Counts of the same things, added up."""
    total: Counter[str] = Counter()
    for part in parts:
        total.update(part)
    return dict(total)


def sum_usage(*parts: Mapping[str, Usage]) -> dict[str, Usage]:
    """What several stages cost together, by query."""
    total: dict[str, Usage] = {}
    for part in parts:
        for query, usage in part.items():
            total[query] = total.get(query, Usage()) + usage
    return total
