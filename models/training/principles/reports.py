"""How diverse examples are, which principles they use, and what of the seeds they give away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import log2
from statistics import fmean
from typing import Any

from harness.training.leaks import words_of
from models.training.principles.likeness import LEAK, Runs, Texts, longest_common_run, runs_of


def diversity(texts: Sequence[str], seeds: Iterable[str]) -> dict[str, float | None]:
    """Of what users say: distinct-1 and distinct-2, and the mean ROUGE-L to the nearest seed."""
    given = Texts(seeds)
    return {
        "distinct-1": distinct(texts, 1),
        "distinct-2": distinct(texts, 2),
        "mean ROUGE-L to the nearest seed": (
            fmean(given.nearest(text)[0] for text in texts) if texts else None
        ),
    }


def distinct(texts: Iterable[str], n: int) -> float | None:
    """Different runs of n words over all of them (Li et al., arXiv 1510.03055); None for none."""
    runs = [run for text in texts for run in runs_of(words_of(text), n)]
    return len(set(runs)) / len(runs) if runs else None


def coverage(principles: Sequence[str], used: Iterable[Sequence[str]]) -> dict[str, Any]:
    """How evenly principles are used, by their ids.

    Returns:
        The share that is used at all, the entropy of their use in bits, and that as a share of the
        most that it could be, log2 of their number; None where there is nothing to tell.
    """
    counts = Counter(id for ids in used for id in ids)
    total = sum(counts.values())
    if not principles or not total:
        return {"coverage": None, "entropy in bits": None, "entropy, of the most": None}
    entropy = -sum(n / total * log2(n / total) for n in counts.values())
    return {
        "coverage": len(counts) / len(principles),
        "entropy in bits": abs(entropy),
        "entropy, of the most": abs(entropy) / log2(len(principles)) if principles[1:] else None,
    }


def leaks(
    texts: Mapping[str, Sequence[str]], seeds: Sequence[Sequence[str]]
) -> dict[str, dict[str, Any]]:
    """What texts have in common with the seeds, word for word.

    Args:
        texts: of principles, of instances, by what they are.
        seeds: all that is said in each example that was given.

    Returns:
        For each kind, words of the longest run in common, and how many of its runs of 13 words one
        seed alone has, of how many. A filter that refuses such runs leaves no share; the longest
        run may be wording that all seeds have.
    """
    given = Runs.of_one_alone(seeds, LEAK)
    every = [text for seed in seeds for text in seed]
    found = {}
    for kind, said in texts.items():
        shared, runs = given.share(said)
        found[kind] = {
            "longest common run, in words": longest_common_run(said, every),
            f"runs of {LEAK} words": runs,
            "of these in one seed alone": shared,
            "share": shared / runs if runs else None,
        }
    return found
