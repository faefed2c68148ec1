"""What a result claims, before its predictions are looked at."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Set

from harness import measures
from harness.asking import unjudged_version
from harness.instructions import MODES
from harness.joins import JOINS
from harness.loading.identity import fingerprint
from harness.offers import accept
from harness.store import Result, setting_slug, setting_to_json
from harness.store.schema import slug
from leaderboard.checks.case import Claim
from leaderboard.checks.outcomes import Finding, failed, passed
from leaderboard.records import RESULTS
from leaderboard.submission import limits
from leaderboard.submission.reading import possible

NOTES, NOTE = 200, 300
"""How many remarks a result may carry, and how long one may be."""
OWN_JOIN = "adapter"


def schema(claim: Claim) -> Iterator[Finding]:
    """`result.json` is a result to the letter, and its remarks are of bounded length."""
    told = claim.result
    own = () if claim.predicted.quoted else told.malformed.values()
    remarks = [*told.notes, *told.drift, *own, *told.splits, told.model_join]
    if max(len(told.notes), len(told.drift)) > NOTES or any(len(r) > NOTE for r in remarks):
        yield failed(f"result.json: more than {NOTES} remarks, or one of over {NOTE} characters")
    elif any(not remark.isprintable() for remark in remarks):
        yield failed("result.json: a remark holds control characters")
    else:
        yield passed(f"schema {told.schema_version}")


def entry(claim: Claim) -> Iterator[Finding]:
    """The manifest says of the result what it says of itself, and the model is the one model."""
    told, listed, manifest = claim.result, claim.entry, claim.case.manifest
    for field in ("task", "task_version", "data_hash", "predictions_hash"):
        if getattr(told, field) != getattr(listed, field):
            yield failed(f"{field} of the manifest differs from that of result.json")
    if _canonical(setting_to_json(told.setting)) != _canonical(listed.setting):
        yield failed("setting of the manifest differs from that of result.json")
    for field in ("model", "model_fingerprint"):
        if getattr(told, field) != getattr(manifest, field):
            yield failed(f"{field} of result.json differs from the submission's: one model each")
    if listed.path != (place := _place(told)):
        yield failed(f"the result lies in {listed.path}, its place is {place}")
    if fingerprint(told.model_identity) != told.model_fingerprint:
        yield failed("model_fingerprint is not that of model_identity")
    yield passed("equals the manifest")


def task(claim: Claim) -> Iterator[Finding]:
    """The task is registered, in this version."""
    version = claim.task.card.version
    if unjudged_version(claim.result.task_version) != version:
        yield failed(
            f"the result is of version {claim.result.task_version} of the task, which is at "
            f"version {version}: run it again"
        )
    else:
        yield passed(f"version {version}")


def setting(claim: Claim) -> Iterator[Finding]:
    """The setting is one that the task can be asked under."""
    asked = claim.result.setting
    accept(claim.task, asked)
    modes = [mode for mode in MODES if mode != "both"]
    if asked.instruction not in modes:
        yield failed(f"unknown instruction mode '{asked.instruction}': {', '.join(modes)}")
    if asked.join != OWN_JOIN and asked.join not in JOINS:
        yield failed(f"unknown join '{asked.join}': {', '.join((OWN_JOIN, *JOINS))}")
    if asked.limit is not None:
        yield failed(f"limit={asked.limit}: only some queries were asked; run without --limit")
    yield from claim.predicted.setting()
    yield passed(", ".join(f"{name}={value}" for name, value in setting_to_json(asked).items()))


def status(claim: Claim) -> Iterator[Finding]:
    """The result is complete: nothing failed outside the model."""
    told = claim.result
    if told.status != "complete" or told.errors or told.counts.errors:
        count = max(len(told.errors), told.counts.errors)
        yield failed(
            f"{count} queries failed outside the model (status {told.status}): run the same "
            "command again, it retries them"
        )
    else:
        yield passed("complete")


def claimed_measures(claim: Claim) -> Iterator[Finding]:
    """Every measure is our own, written canonically and in range, and the main one is there."""
    told, card = claim.result, claim.task.card
    for name in told.measures:
        if problem := _unfit(name, claim.predicted.measures()):
            yield failed(problem)
        elif not possible(name, told.measures[name]):
            yield failed(f"'{name}' is claimed with a value or an interval that it cannot have")
    if told.main_measure != card.main_measure or card.main_measure not in told.measures:
        yield failed(f"the task's main measure {card.main_measure} must be among the measures")
    yield passed(", ".join(told.measures))


def cut_off(name: str) -> int:
    """How deep a measure looks; 0 where it reads the whole list."""
    found = re.search(r"@(\d{1,9})$", name)
    return int(found[1]) if found else 0


def _unfit(name: str, own: Set[str]) -> str:
    """Why a measure cannot be claimed; empty where it can, as those that are our own."""
    if name not in own and name.partition("@")[0].partition("(")[0] not in own:
        return f"'{name}' is none of the harness's own measures"
    if cut_off(name) > limits.DOCUMENTS:
        return f"'{name}' looks deeper than {limits.DOCUMENTS:,} documents"
    canonical = measures.parse(name).name
    return "" if canonical == name else f"'{name}' is written {canonical}"


def _place(result: Result) -> str:
    """Where a result lies in a submission."""
    return f"{RESULTS}/{setting_slug(result.setting)}/{slug(result.task, distinct=True)}"


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True)
