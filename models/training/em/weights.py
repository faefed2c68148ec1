"""What samples of one question weigh in the M-step of a Monte Carlo EM.

For samples z_1..z_m ~ p(z|x) the posterior p(z|x,y) is p(z|x) p(y|x,z) / p(y|x), so that each
counts by its p(y|x,z), normalised over the question's own samples (self-normalised importance
sampling: DRO, arXiv 2505.03075, equations 6, 7 and 19; ExSearch, arXiv 2505.20128). For a finite m
that is a biased estimate; for m = 1 every weight is 1, and says nothing. Samples that are equal
weigh together what they weigh one by one.

All weights are 0 for a question whose samples all make the gold answer impossible (or earn
nothing): it says nothing about which sample is better, and is not learned from in that round.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random
from statistics import fmean

SCALE = 4.0
"""By which ExSearch's code multiplies: `exponential`."""


def normalised(log_likelihoods: Sequence[float], temperature: float = 1.0) -> list[float]:
    """Weights in proportion to p(y|x,z) ** (1 / temperature), which sum to 1.

    They do not change when a constant is added to all log-likelihoods.

    Args:
        log_likelihoods: log p(y|x,z) of one question's samples; -inf where y is impossible.
        temperature: above 1 evens the weights out, below 1 sharpens them.

    Raises:
        ValueError: a log-likelihood is NaN or +inf, or the temperature is not above 0.
    """
    if not 0 < temperature < math.inf:
        raise ValueError(f"temperature {temperature}: it is above 0")
    _require_logs(log_likelihoods)
    best = max(log_likelihoods, default=-math.inf)
    if best == -math.inf:
        return [0.0] * len(log_likelihoods)
    return proportional([math.exp((value - best) / temperature) for value in log_likelihoods])


def exponential(log_likelihoods: Sequence[float], scale: float = SCALE) -> list[float]:
    """`scale` * p(y|x,z), as ExSearch's code has it: not normalised over a question's samples.

    Raises:
        ValueError: a log-likelihood is NaN, or so high that its exponential is infinite.
    """
    _require_logs(log_likelihoods)
    try:
        return [scale * math.exp(value) for value in log_likelihoods]
    except OverflowError:
        raise ValueError(f"a log-likelihood of {max(log_likelihoods)} is none") from None


def proportional(values: Sequence[float]) -> list[float]:
    """Weights in proportion to values, such as a measure of each sample, which sum to 1.

    Raises:
        ValueError: a value is negative, NaN or infinite.
    """
    if any(not 0 <= value < math.inf for value in values):
        raise ValueError(f"values {list(values)}: they are finite, and 0 or more")
    largest = max(values, default=0.0)
    if not largest:
        return [0.0] * len(values)
    shares = [value / largest for value in values]
    total = math.fsum(shares)
    return [share / total for share in shares]


def uniform(number: int) -> list[float]:
    """The same weight for each, which sum to 1: learning from one's own samples, unweighted."""
    return [1 / number] * number if number else []


def shuffled(weights: Sequence[float], seed: int | str) -> list[float]:
    """A control: the weights of a question dealt out anew among its samples.

    Args:
        weights: of one question's samples.
        seed: such as the round's and the question's name; the same one deals the same.
    """
    dealt = list(weights)
    Random(f"shuffled {seed}").shuffle(dealt)
    return dealt


def effective_size(weights: Sequence[float]) -> float:
    """(sum w)^2 / sum w^2: as many equal samples say as much; 0 where all weights are 0.

    It is 1 where one sample has all the weight, and m where all m weigh the same.
    """
    largest = max(weights, default=0.0)
    if not largest:
        return 0.0
    shares = [weight / largest for weight in weights]
    return math.fsum(shares) ** 2 / math.fsum(share * share for share in shares)


def variance(log_likelihoods: Sequence[float]) -> float:
    """The variance of p(y|x,z) over a question's samples; 0 for fewer than two.

    Divided by the number of samples, not by one less.
    """
    _require_logs(log_likelihoods)
    if len(log_likelihoods) < 2:
        return 0.0
    likelihoods = [math.exp(value) for value in log_likelihoods]
    mean = fmean(likelihoods)
    return fmean((likelihood - mean) ** 2 for likelihood in likelihoods)


def _require_logs(log_likelihoods: Sequence[float]) -> None:
    if any(math.isnan(value) or value == math.inf for value in log_likelihoods):
        raise ValueError(f"log-likelihoods {list(log_likelihoods)}: NaN and +inf are none")
