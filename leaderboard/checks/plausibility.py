"""What a maintainer should look at, though it may be right all the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.records import Setting
from harness.store import PREDICTIONS, setting_to_json
from leaderboard.checks.card import REFERENCE, is_reference
from leaderboard.checks.case import Case, Claim
from leaderboard.checks.files import listed
from leaderboard.checks.outcomes import Finding, flagged, passed, skipped
from leaderboard.checks.predictions import tied_share
from leaderboard.records import FileEntry

TIES = 0.5
"""Share of tied documents above which the order is mostly that of the ids."""
JUMP = 0.1
"""How far above the best model of its column a new one may be, on a scale from 0 to 1."""
COPY = 0.98
"""Share of questions answered just as they should be."""
FEWEST = 5
"""Questions below which that says nothing."""


def same_predictions(claim: Claim) -> Iterator[Finding]:
    """No other model has answered the same, to the last score."""
    told = claim.result
    twins = [
        manifest.submission
        for manifest in claim.case.manifests
        if manifest.model_fingerprint != told.model_fingerprint
        for entry in manifest.results
        if (entry.task, entry.predictions_hash) == (told.task, told.predictions_hash)
    ]
    if twins:
        yield flagged(f"another model has the very same predictions: {twins[0]}")
    else:
        yield passed("nobody else's")


def other_predictions(claim: Claim) -> Iterator[Finding]:
    """No other submission of the same model has other predictions for the same question.

    Sampled answers differ from run to run, and so do scores on other hardware: that there are
    several is worth knowing all the same, before the better ones are taken for the model's.
    """
    told, asked = claim.result, _whole(claim.entry.setting)
    others = {
        manifest.submission
        for manifest in claim.case.manifests
        if manifest.model_fingerprint == told.model_fingerprint
        for entry in manifest.results
        if (entry.task, entry.data_hash) == (told.task, told.data_hash)
        and entry.predictions_hash != told.predictions_hash
        and _whole(entry.setting) == asked
    }
    if others:
        yield flagged(f"the same model gave other predictions in {listed(sorted(others))}")
    else:
        yield passed("no others of the same model")


def ties(claim: Claim) -> Iterator[Finding]:
    """Scores tell the documents apart."""
    if is_reference(claim.case.expression):
        yield skipped("a reference model may score by grades alone")
        return
    share = tied_share(claim)
    message = f"{share:.0%} of the scores that {claim.result.main_measure} sees are tied"
    yield flagged(f"{message}: ids decide the order") if share > TIES else passed(message)


def jump(claim: Claim) -> Iterator[Finding]:
    """The main number is no surprise beside those of the same column."""
    told = claim.result
    others = [
        known
        for known in claim.case.recorded
        if (known.task, known.task_version, known.data_hash, known.measure)
        == (told.task, told.task_version, told.data_hash, told.main_measure)
        and known.kind != REFERENCE
    ]
    if is_reference(claim.case.expression):
        yield skipped("a reference model is compared with nobody")
        return
    if not others:
        yield skipped("the first on this task: there is nothing to compare with")
        return
    best = max(others, key=lambda known: (known.value, known.submission))
    apart = told.main.value - best.value
    message = f"{told.main_measure} {told.main.value:.4f}; best so far {best.value:.4f}"
    if apart > JUMP:
        yield flagged(f"{message} ({best.submission}): more than {JUMP} above it")
    else:
        yield passed(message)


def gold(claim: Claim) -> Iterator[Finding]:
    """The predictions are no copy of what is right.

    A copy puts all relevant documents of a query first. A strong model does so now and then, and
    often where a query has one relevant document; hardly for nearly every query. Nor does an agent
    solve nearly every problem, unless they are easy.
    """
    if is_reference(claim.case.expression):
        yield skipped("a reference model may know the judgements")
        return
    count, judged, what = claim.predicted.perfect()
    message = f"{count} of {judged} {what}"
    if judged >= FEWEST and count >= COPY * judged:
        yield flagged(f"{message}: a near-copy of the judgements")
    else:
        yield passed(message)


def same_files(case: Case) -> Iterator[Finding]:
    """The folder is no copy of another submission's."""
    mine = _runs(case.manifest.files)
    copies = [other.submission for other in case.manifests if mine <= _runs(other.files)]
    if copies:
        yield flagged(f"every file of predictions is in {copies[0]} too")
    else:
        yield passed(f"compared with {len(case.manifests)} submissions")


def _whole(setting: Mapping[str, Any]) -> dict[str, Any]:
    """A setting as a manifest has it, with the fields that did not exist when it was packed."""
    return {**setting_to_json(Setting()), **setting}


def _runs(files: Mapping[str, FileEntry]) -> set[str]:
    return {entry.sha256 for name, entry in files.items() if name.endswith(PREDICTIONS)}
