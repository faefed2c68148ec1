"""What a retriever answers: a `Run`, and what became of every query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.records import Usage
from harness.run import Run


@dataclass(frozen=True)
class Ranking:
    """A run with the fate of its queries.

    Attributes:
        run: the ranked documents of the queries that were answered.
        errors: query id -> what failed outside the model; not an answer, retried on resume.
        malformed: query id -> why the answer could not be read; scores 0 and is counted.
        usage: query id -> what answering cost.
        notes: counts worth showing, such as {"truncated documents": 12}.
    """

    run: Run
    errors: Mapping[str, str] = field(default_factory=dict)
    malformed: Mapping[str, str] = field(default_factory=dict)
    usage: Mapping[str, Usage] = field(default_factory=dict)
    notes: Mapping[str, int] = field(default_factory=dict)
