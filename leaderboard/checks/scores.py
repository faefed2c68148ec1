"""Every claimed number, recomputed from the predictions by the harness's own scoring."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from harness.errors import MissingData, NotAsked
from harness.scoring import Scores, estimates
from harness.store import Value
from leaderboard.checks.case import Claim
from leaderboard.checks.outcomes import Finding, failed, flagged, passed, skipped

TOLERANCE = 1e-6
"""How far a claimed number may be from the recomputed one."""
UNMADE = "attempts not made"
"""The note on trials of a problem that are not there."""
UNSEEN = "the task's data is not at hand, so the result stays self-reported"
"""Why a result is not re-scored."""
ROUNDED_SPLITS = "rounded-splits"
"""Compat under which splits are rounded to 5 decimals before they are averaged."""


def per_query(claim: Claim) -> Iterator[Finding]:
    """The values of every query are whole, and their means are the claimed ones."""
    told, scores = claim.result, claim.scores
    if problems := list(_problems(claim, scores)):
        yield from map(failed, problems)
        return
    rounding = 5 if ROUNDED_SPLITS in told.setting.compat else None
    means = estimates(scores, task=told.task, seed=told.seed, rounding=rounding)
    found = {
        n: Value(value=e.value, ci_low=e.ci_low, ci_high=e.ci_high, n=e.n) for n, e in means.items()
    }
    if problem := _difference(told.measures, found):
        yield failed(f"the means of the values of the queries differ: {problem}")
    yield passed(f"{len(scores.keys):,} queries")


def data(claim: Claim) -> Iterator[Finding]:
    """The data is the one at hand, or the one that earlier records are about."""
    told = claim.result.data_hash
    try:
        here = claim.asked.flow.data_hash
    except NotAsked as error:
        yield failed(str(error))
        return
    except MissingData:
        yield _unseen(claim)
        return
    if here != told:
        yield failed(
            f"computed on other data (hash {told[:12]}) than what is at hand ({here[:12]}): "
            "run it again on the published data"
        )
    else:
        yield passed(f"hash {told[:12]}")


def _unseen(claim: Claim) -> Finding:
    """What can be said of data that is not here."""
    told, setting = claim.result, claim.result.setting
    known = {
        cell.data_hash
        for cell in claim.case.recorded
        if (cell.task, cell.task_version) == (told.task, told.task_version)
        and (cell.setting.view, cell.setting.pool) == (setting.view, setting.pool)
    }
    if told.data_hash in known:
        word = "the hash is that of earlier records"
    elif known:
        word = "the hash differs from that of every earlier record"
    else:
        word = "the hash is not known here"
    return skipped(f"{UNSEEN}; {word}")


def recomputed(claim: Claim) -> Iterator[Finding]:
    """Means, intervals and splits follow from the predictions."""
    told, found = claim.result, claim.predicted.rescored[0]
    problems = [
        _difference(told.measures, found.measures),
        _split_difference(told.splits, found.splits),
        *_label_differences(told.breakdown, found.breakdown),
        _split_difference({"deviations": told.deviations}, {"deviations": found.deviations}),
    ]
    if sorted(told.undefined) != sorted(found.undefined):
        problems.append("not the same measures are undefined")
    if found.task_version != told.task_version:
        problems.append("task_version does not name those who judged")
    if found.predictions_hash != told.predictions_hash:
        problems.append("predictions_hash is not that of the predictions")
    for problem in filter(None, problems):
        yield failed(problem)
    main = found.main
    yield passed(f"{told.main_measure} {main.value:.6f}, n={main.n}, and all else")


def values(claim: Claim) -> Iterator[Finding]:
    """The values of every query follow from the predictions."""
    if problem := _value_difference(claim.scores, claim.predicted.rescored[1]):
        yield failed(problem)
    yield passed(f"{len(claim.scores.keys):,} queries")


def counts(claim: Claim) -> Iterator[Finding]:
    """Missing queries and errors are as they are claimed; they are reported."""
    told, found = claim.result, claim.predicted.rescored[0]
    here, there = found.counts.model_dump(), told.counts.model_dump()
    for name in here:
        if here[name] != there[name]:
            yield failed(f"{name} is claimed as {there[name]} and is {here[name]}")
    if set(found.missing) != set(told.missing):
        yield failed("the list of missing queries differs from what the predictions lack")
    if found.malformed != told.malformed:
        yield failed("the list of malformed answers differs from what the predictions hold")
    if both := sorted(claim.predicted.answered & told.malformed.keys()):
        yield failed(f"query '{both[0]}' is listed as malformed and has an answer")
    if unmade := found.notes.get(UNMADE):
        yield flagged(f"{unmade} attempts were not made: each counts 0")
    if found.counts.missing or found.counts.malformed:
        yield flagged(
            f"{found.counts.missing} of {found.counts.queries} queries without an answer, "
            f"{found.counts.malformed} malformed: each counts 0"
        )
    yield passed(f"{found.counts.answered:,} of {found.counts.queries:,} queries answered")


def _problems(claim: Claim, scores: Scores) -> Iterator[str]:
    """What is wrong with a table of values, apart from the values."""
    texts = (*scores.keys, *scores.splits)
    if any(not isinstance(text, str) or not text.isprintable() for text in texts):
        yield "an id or a split is no text, or holds control characters"
    if len(set(scores.keys)) != len(scores.keys) or not scores.keys:
        yield "a query stands twice, or there is none"
    if len(scores.keys) != claim.result.counts.queries:
        yield f"{len(scores.keys)} queries have values, {claim.result.counts.queries} count"
    told = claim.result
    if [name for name in scores.values if name not in told.undefined] != list(told.measures):
        yield "the columns are not the claimed measures"
    yield from _gaps(claim, scores)
    if not (scores.weights > 0).all():
        yield "a weight is not positive"


def _gaps(claim: Claim, scores: Scores) -> Iterator[str]:
    """Where a measure says nothing of a query, and has to."""
    main = claim.result.main_measure
    for name, column in scores.values.items():
        unknown = int(np.isnan(column).sum())
        if unknown and (name == main or not claim.predicted.gaps):
            yield f"{name} says nothing of {unknown} of {len(column)} queries"


def _label_differences(
    told: Mapping[str, Mapping[str, Mapping[str, float]]],
    found: Mapping[str, Mapping[str, Mapping[str, float]]],
) -> Iterator[str]:
    """The first number by label that is another, of every label."""
    if told.keys() != found.keys():
        yield "not the same labels"
        return
    yield from (_split_difference(told[label], found[label]) for label in found)


def _difference(told: Mapping[str, Value], found: Mapping[str, Value]) -> str:
    """The first claimed number that is another; empty where all are equal."""
    if told.keys() != found.keys():
        return "not the same measures"
    for name, value in told.items():
        for part, claimed in value.model_dump().items():
            actual = getattr(found[name], part)
            if not abs(claimed - actual) <= (0 if part == "n" else TOLERANCE):
                return f"{name} {part} is claimed as {claimed:.8g} and is {actual:.8g}"
    return ""


def _split_difference(
    told: Mapping[str, Mapping[str, float]], found: Mapping[str, Mapping[str, float]]
) -> str:
    if told.keys() != found.keys():
        return "not the same splits"
    for split, values in found.items():
        if values.keys() != told[split].keys():
            return f"not the same measures in split {split}"
        for name, actual in values.items():
            claimed = told[split][name]
            if not abs(claimed - actual) <= TOLERANCE:
                return f"{name} of {split} is claimed as {claimed:.8g} and is {actual:.8g}"
    return ""


def _value_difference(told: Scores, found: Scores) -> str:
    if (told.keys, told.splits) != (found.keys, found.splits):
        return "the values are not those of the task's queries, in its order"
    if told.clusters.tolist() != found.clusters.tolist():
        return "the clusters of the queries differ"
    if not np.allclose(told.weights, found.weights, rtol=0, atol=TOLERANCE):
        return "the weights of the queries differ"
    for name, actual in found.values.items():
        if not np.array_equal(np.isnan(told.values[name]), np.isnan(actual)):
            return f"{name} is claimed of other queries than it says something of"
        apart = np.nan_to_num(np.abs(told.values[name] - actual))
        worst = int(np.argmax(apart))
        if not apart[worst] <= TOLERANCE:
            return (
                f"{name} of query '{found.keys[worst]}' is claimed as "
                f"{told.values[name][worst]:.8g} and is {actual[worst]:.8g}"
            )
    return ""
