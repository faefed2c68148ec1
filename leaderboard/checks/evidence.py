"""What a check established about one result, in the form that the board is built from."""

from __future__ import annotations

from hashlib import sha256

from harness.commands import command
from harness.scoring import Scores
from harness.store import Result, setting_to_json
from leaderboard.checked import Cell, Queries, Sample, encoded, vouched
from leaderboard.checks.case import Claim
from leaderboard.checks.writing import compact
from leaderboard.licences import shows_text
from leaderboard.submission.reading import read_run_info

SAMPLED = 50
"""Queries of a result of which answers are kept for reading."""
DIGEST = 32
"""Hexadecimal digits that name a file of queries."""


class Evidence:
    """One result's part of the records.

    Attributes:
        cell: its numbers.
        queries: the queries that they are about.
        sample: what was found for some of them; None for a result that was not re-scored.
        texts: document id -> the beginning of its text, where the licence allows it.
    """

    def __init__(self, claim: Claim, why: str) -> None:
        rescored = not why
        result, scores = claim.predicted.rescored if rescored else (claim.result, claim.scores)
        shown = rescored and shows_text(claim.task.card.licence)
        self.queries = _queries(claim, scores, with_texts=shown)
        self.cell = _cell(claim, result, scores, digest_of(self.queries), why)
        self.sample = _sample(claim, len(scores.keys), with_texts=shown) if rescored else None
        texts = claim.predicted.sample_texts(self.sample) if self.sample and shown else ()
        self.texts = dict(texts)


def digest_of(queries: Queries) -> str:
    """What a file of queries is named by: a hash of all that it says."""
    return sha256(compact(queries)).hexdigest()[:DIGEST]


def _cell(claim: Claim, result: Result, scores: Scores, queries: str, why: str) -> Cell:
    return Cell(
        task=result.task,
        task_version=result.task_version,
        data_hash=result.data_hash,
        setting=setting_to_json(result.setting),
        level="self-reported" if why else "re-scored",
        why=why,
        partial=result.partial,
        drift=result.drift,
        vouched=vouched(result.datasets, claim.task.card.statistics),
        main_measure=result.main_measure,
        measures=result.measures,
        splits=result.splits,
        counts={name: n for name, n in result.counts.model_dump().items() if n is not None},
        notes=result.notes,
        queries=queries,
        values=encoded(scores.values[result.main_measure]),
        seconds=read_run_info(claim.folder).wall_seconds,
        command=command(result.model, result.task, result.setting, result.seed),
    )


def _queries(claim: Claim, scores: Scores, *, with_texts: bool) -> Queries:
    return Queries(
        task=claim.result.task,
        data_hash=claim.result.data_hash,
        ids=list(scores.keys),
        splits=list(scores.splits),
        clusters=scores.clusters.tolist(),
        weights=scores.weights.tolist(),
        texts=list(claim.predicted.texts) if with_texts else None,
    )


def _sample(claim: Claim, queries: int, *, with_texts: bool) -> Sample | None:
    """Answers to queries at even distances."""
    n = min(queries, SAMPLED)
    return claim.predicted.sample([i * queries // n for i in range(n)], with_texts=with_texts)
