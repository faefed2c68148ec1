"""The predictions of a result: readable, of this task, and deep enough."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from harness.store import RUN
from leaderboard.checks.case import Claim
from leaderboard.checks.claims import cut_off
from leaderboard.checks.outcomes import Finding, failed, passed
from leaderboard.submission import limits
from leaderboard.submission.reading import read_run_info


def readable(claim: Claim) -> Iterator[Finding]:
    """A TREC run of bounded size, finite scores, no document twice, and the claimed hash."""
    run = claim.written
    deepest = int(run.depths.max(initial=0))
    if deepest > limits.DOCUMENTS:
        yield failed(f"{deepest:,} documents for one query: at most {limits.DOCUMENTS:,}")
    if any(not id.isprintable() for id in (*run.queries, *run.vocabulary)):
        yield failed("an id of a query or a document holds control characters")
    if run.fingerprint != claim.result.predictions_hash:
        yield failed(f"predictions_hash is not that of {RUN}")
    yield passed(f"{len(run.queries):,} queries, {run.docs.size:,} documents")


def run_info(claim: Claim) -> Iterator[Finding]:
    """What the result cost is written down, without what names a machine."""
    yield passed(f"{read_run_info(claim.folder).wall_seconds:,.1f} s")


def ids(claim: Claim) -> Iterator[Finding]:
    """Queries and documents are the task's."""
    run = claim.answers
    if run.unasked:
        yield failed(f"{run.unasked} queries of the run are not asked under this setting")
    if bad := sorted(claim.result.malformed.keys() - set(claim.asked.flow.keys)):
        yield failed(f"malformed answers to queries that the task lacks, the first '{bad[0]}'")
    yield passed("within queries and corpus")


def depth(claim: Claim) -> Iterator[Finding]:
    """Lists are as deep as the deepest measure looks, or hold all there is.

    A list is short when it ends before the deepest cut-off and before the end of its pool, with
    something relevant left out. A model that finds few documents makes short lists of all lengths;
    lists that all end at one place were cut there, and then "@100" does not say what it seems to.
    """
    run, k = claim.answers, claim.result.setting.k
    name = max(claim.result.measures, key=cut_off)
    deepest = cut_off(name)
    short = []
    for question in claim.questions:
        found = run.codes_of(question.key) if question.key in run.index else ()
        if 0 < len(found) < min(deepest, question.pool):
            here = {run.vocabulary[code] for code in found}
            relevant = {id for id, grade in question.qrels.items() if grade > 0}
            if not relevant <= here:
                short.append(len(found))
    if short and k < deepest:
        yield failed(f"{k} documents were asked for, but {name} looks at {deepest}")
    elif len(short) > 1 and set(short) == {int(run.depths.max())}:
        yield failed(
            f"{len(short)} lists end after {short[0]} documents, but {name} looks at {deepest}: "
            "claim measures that look no deeper (assay run --measures)"
        )
    elif short:
        yield passed(f"{len(short)} lists end before {deepest}, where their model found no more")
    else:
        yield passed(f"deep enough for {name}" if deepest else "whole lists")


def tied_share(claim: Claim) -> float:
    """Share of the documents that the main measure sees and that share their score with another.

    Ties are broken by document id, so that a run of ties is ranked by names.
    """
    run = claim.written.cut(cut_off(claim.result.main_measure) or limits.DOCUMENTS)
    return run.tied / max(1, int(np.sum(run.depths)))
