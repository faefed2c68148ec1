"""The predictions of a result: readable, of this task, and deep enough."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from leaderboard.checks.case import Claim
from leaderboard.checks.claims import cut_off
from leaderboard.checks.outcomes import Finding, failed, passed
from leaderboard.submission import limits
from leaderboard.submission.reading import read_run_info


def readable(claim: Claim) -> Iterator[Finding]:
    """They are whole, within their limits, and have the claimed hash."""
    yield from claim.predicted.readable()


def run_info(claim: Claim) -> Iterator[Finding]:
    """What the result cost is written down, without what names a machine."""
    yield passed(f"{read_run_info(claim.folder).wall_seconds:,.1f} s")


def ids(claim: Claim) -> Iterator[Finding]:
    """Questions and documents are the task's."""
    yield from claim.predicted.ids()
    if bad := sorted(claim.result.malformed.keys() - set(claim.asked.flow.keys)):
        yield failed(f"malformed answers to queries that the task lacks, the first '{bad[0]}'")


def depth(claim: Claim) -> Iterator[Finding]:
    """Lists are as deep as the deepest measure looks, or hold all there is.

    A list is short when it ends before the deepest cut-off and before the end of its pool, with
    something relevant left out. A model that finds few documents makes short lists of all lengths;
    lists that all end at one place were cut there, and then "@100" does not say what it seems to.
    """
    run, k = claim.rankings.run, claim.result.setting.k
    name = max(claim.result.measures, key=cut_off)
    deepest = cut_off(name)
    short = []
    for question in claim.rankings.questions:
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
    run = claim.rankings.written.cut(cut_off(claim.result.main_measure) or limits.DOCUMENTS)
    return run.tied / max(1, int(np.sum(run.depths)))
