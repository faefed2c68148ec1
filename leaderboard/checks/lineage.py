"""Where a checkpoint is said to come from: the card's lineage against what the results carry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import ValidationError

from leaderboard.checks.case import Case
from leaderboard.checks.outcomes import Finding, failed, flagged, passed, skipped
from leaderboard.lineage import Lineage, bare, checkpoint, stated
from leaderboard.records import Card
from leaderboard.submission.reading import problems
from leaderboard.submission.refusal import Refused

_PARTS = ("digest", "method", "version", "parent", "data", "config")
"""What is the same for all results of a checkpoint; it may have been trained more than once, so
that costs differ."""


def lineage(case: Case) -> Iterator[Finding]:
    """The card says of the training what the results say."""
    card = case.card
    told: list[Lineage] = []
    broken, own = "", set()
    for claim in case.claims():
        try:
            result = claim.result
        except Refused:
            yield skipped("a result cannot be read")
            return
        own.add(checkpoint(result.model_identity))
        try:
            found = stated(result.model_card, result.model_identity)
        except ValidationError as error:
            broken = broken or f"{claim.entry.path}: {problems(error)[0]}"
            continue
        told += [found] if found else []
    if card.lineage is None:
        yield _left_out(told, broken)
    elif broken:
        yield failed(f"the lineage of a result is none: {broken}")
    elif card.lineage.parent and bare(card.lineage.parent.digest) in own:
        yield failed("model.yaml: lineage.parent is the checkpoint itself: both have one digest")
    else:
        yield from _declared(card, card.lineage, told)


def _left_out(told: Sequence[Lineage], broken: str) -> Finding:
    """What is said of a card without a lineage."""
    if broken:
        return flagged(f"the results carry a lineage that no card can hold: {broken}")
    if told:
        return flagged("the results carry a lineage, which model.yaml leaves out")
    return passed("none is declared, and none carried")


def _declared(card: Card, declared: Lineage, told: Sequence[Lineage]) -> Iterator[Finding]:
    """What is said of a lineage in a card."""
    for found in told:
        for part in _PARTS:
            if getattr(declared, part) != getattr(found, part):
                yield failed(f"model.yaml: lineage.{part} differs from that in the results")
                return
    if told and declared.costs not in [found.costs for found in told]:
        yield failed("model.yaml: lineage.costs are those of no result")
    if (card.parent is None) != (declared.parent is None):
        yield failed("model.yaml: parent and lineage.parent must both be null, or neither")
    if not told:
        yield flagged("no result carries a lineage: that of model.yaml is the submitter's word")
    start = declared.parent.name if declared.parent else "nothing"
    yield passed(f"{declared.method}, from {start}")
