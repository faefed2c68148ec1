"""How far judges agree: with each other, with themselves when asked again, with stored labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import nan

from harness.errors import UserError
from harness.records import Trajectory


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two raters agree.

    Attributes:
        items: how many both have rated.
        raw: the share rated alike, from 0 to 1.
        kappa: Cohen's, at most 1.
        confusion: (the first one's label, the second one's) -> how often.
    """

    items: int
    raw: float
    kappa: float
    confusion: Mapping[tuple[str, str], int]


def compare(first: Sequence[str], second: Sequence[str]) -> Agreement:
    """How far two raters of the same items agree, such as a judge and stored labels.

    Raises:
        UserError: they have not rated equally many items, or none.
    """
    _check_pairs(first, second)
    return Agreement(
        len(first),
        raw_agreement(first, second),
        cohen_kappa(first, second),
        Counter(zip(first, second, strict=True)),
    )


def raw_agreement(first: Sequence[Hashable], second: Sequence[Hashable]) -> float:
    """The share of the items that two raters rated alike. Raises as `compare`."""
    _check_pairs(first, second)
    return sum(a == b for a, b in zip(first, second, strict=True)) / len(first)


def cohen_kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> float:
    """Cohen's kappa of two raters: (observed - expected) / (1 - expected) agreement.

    Expected is what two raters agree by chance who keep to their own shares of each label. 1 is
    full agreement, 0 is chance; NaN where both always gave one and the same label, since chance
    agrees as well. Source: Cohen, Educational and Psychological Measurement 20(1), 1960.

    Raises:
        UserError: as `compare`.
    """
    observed, n = raw_agreement(first, second), len(first)
    ours, theirs = Counter(first), Counter(second)
    chance = sum(ours[label] * theirs[label] for label in ours)
    return nan if chance == n * n else (observed - chance / n**2) / (1 - chance / n**2)


def fleiss_kappa(items: Iterable[Sequence[Hashable]]) -> float:
    """Fleiss' kappa of several ratings of every item, such as a judge's repeats.

    The observed agreement is the mean over items of the share of the pairs of ratings that are
    alike, the expected one the sum of the squared shares of the labels among all ratings. NaN where
    all ratings are one and the same label. Source: Fleiss, Psychological Bulletin 76(5), 1971.

    Args:
        items: the ratings of each item, equally many of each, at least two.

    Raises:
        UserError: there are no items, or they are not rated equally often.
    """
    counts = [Counter(ratings) for ratings in items]
    sizes = {count.total() for count in counts}
    if len(sizes) != 1 or min(sizes) < 2:
        raise UserError(
            "Fleiss' kappa wants items that are all rated equally often, at least twice: these "
            f"have {', '.join(map(str, sorted(sizes))) or 'no'} ratings"
        )
    (n,) = sizes
    pairs = len(counts) * n * (n - 1)
    observed = sum(k * (k - 1) for count in counts for k in count.values()) / pairs
    labels = sum(counts, Counter[Hashable]()).values()
    total = len(counts) * n
    if max(labels) == total:
        return nan
    expected = sum(k**2 for k in labels) / total**2
    return (observed - expected) / (1 - expected)


def unanimity(items: Iterable[Sequence[Hashable]]) -> float:
    """The share of the items whose ratings are all alike. Raises `UserError` for no items."""
    alike = [len(set(ratings)) == 1 for ratings in items]
    if not alike:
        raise UserError("no items were rated: there is nothing to agree about")
    return sum(alike) / len(alike)


def judges_of(trajectories: Iterable[Trajectory]) -> tuple[str, ...]:
    """Names of everyone who judged, in order."""
    return tuple(sorted({j.judge for t in trajectories for j in t.judgements}))


def ratings(
    trajectories: Iterable[Trajectory], judge: str, question: str = "solved"
) -> list[tuple[str, ...]]:
    """What a judge said of each attempt that it judged, repeat by repeat."""
    return [labels for t in trajectories if (labels := _labels(t, judge, question))]


def calibrate(
    trajectories: Iterable[Trajectory], judge: str, stored: str, question: str = "solved"
) -> Agreement:
    """How far a judge agrees with another one's judgements of the same attempts.

    Repeats are as good as each other: each of the one is compared with each of the other.

    Args:
        trajectories: judged by both; those that one has not judged are left out.
        judge: the name of the one.
        stored: the name of the other, such as that of labels that were published.
        question: what both were asked.

    Raises:
        UserError: they share no attempt.
    """
    pairs = [
        (ours, theirs)
        for trajectory in trajectories
        for ours in _labels(trajectory, judge, question)
        for theirs in _labels(trajectory, stored, question)
    ]
    if not pairs:
        raise UserError(f"'{judge}' and '{stored}' have judged no attempt both: '{question}'")
    return compare([ours for ours, _ in pairs], [theirs for _, theirs in pairs])


def _labels(trajectory: Trajectory, judge: str, question: str) -> tuple[str, ...]:
    found = [j for j in trajectory.judgements if (j.judge, j.question) == (judge, question)]
    return tuple(j.label for j in sorted(found, key=lambda j: j.repeat))


def _check_pairs(first: Sequence[Hashable], second: Sequence[Hashable]) -> None:
    if len(first) != len(second) or not first:
        raise UserError(
            f"two raters must have rated the same items: these have {len(first)} and {len(second)}"
        )
