"""The passages that were found, best first, against those that are needed or hold the answer."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, Literal

from harness.measures.qa.normalisation import squad

Holding = Literal["squad", "dpr"]


def recall(needed: Collection[str], found: Sequence[str]) -> float:
    """Share of the passages needed that were found.

    Source: Recall@k of HippoRAG (arXiv 2405.14831), of the first k.
    """
    return len(set(needed).intersection(found)) / len(set(needed))


def all_found(needed: Collection[str], found: Sequence[str]) -> float:
    """1 where every passage needed was found, else 0.

    Source: "All-Recall@k" of HippoRAG (arXiv 2405.14831); the perfect retrieval of fast-graphrag's
    benchmarks.
    """
    return float(set(needed).issubset(found))


def any_found(needed: Collection[str], found: Sequence[str]) -> float:
    """1 where any passage needed was found, else 0."""
    return float(not set(needed).isdisjoint(found))


def r_precision(evidence: Sequence[Collection[str]], found: Sequence[str]) -> float:
    """Share of the pages of an evidence set among as many first distinct pages; the best set's.

    Source: `rprecision` of KILT's eval_retrieval.py (arXiv 2009.02252).
    """
    distinct = list(dict.fromkeys(page.strip() for page in found))
    sets = [set(pages) for pages in evidence if pages]
    return max((len(s.intersection(distinct[: len(s)])) / len(s) for s in sets), default=0.0)


def evidence_recall(evidence: Sequence[Collection[str]], found: Sequence[str], k: int) -> float:
    """Share of the distinct evidence sets that are complete among the first k points of a ranking.

    All pages of a set are one point, which stands where the last of them was found; every other
    page, one found again too, is a point of its own.

    Source: `recall_at_k` of KILT's eval_retrieval.py (arXiv 2009.02252), which refuses a prediction
    that has fewer pages than k sets may need; here it has what it has.
    """
    sets = [set(pages) for pages in dict.fromkeys(frozenset(pages) for pages in evidence if pages)]
    wanted = len(sets)
    last: dict[int, int] = {}
    points: list[tuple[int, int, bool]] = []
    for place, page in enumerate(page.strip() for page in found):
        holding = [number for number, pages in enumerate(sets) if page in pages]
        for number in holding:
            sets[number].remove(page)
            last[number] = place
        if not holding:
            points.append((place, 0, False))
    points += [(place, number, not sets[number]) for number, place in last.items()]
    complete = sum(done for _, _, done in sorted(points)[:k])
    return complete / wanted if wanted else 0.0


def has_answer(texts: Sequence[str], accepted: Sequence[str], by: Holding = "squad") -> float:
    """1 where any of the texts holds any accepted answer, else 0.

    Args:
        texts: of the passages.
        accepted: the answers; one of which nothing is left is in no text.
        by: `squad` looks for the normalised answer in the normalised text, within words too
            (`Retrieval_Recall` of FlashRAG, Recall@K of DRO, arXiv 2505.03075); `dpr` for its words
            in a row among the words of the text (`has_answer` of DPR's qa_validation.py, arXiv
            2004.04906), articles and punctuation included.
    """
    normalised = squad if by == "squad" else _in_words
    wanted = [text for text in map(normalised, accepted) if text.strip()]
    return float(any(text in held for held in map(normalised, texts) for text in wanted))


def _in_words(text: str) -> str:
    """The words and marks of a decomposed text in lower case, each between two blanks."""
    found = _word().findall(unicodedata.normalize("NFD", text))
    return f" {' '.join(found)} ".lower()


@cache
def _word() -> Any:
    import regex  # the standard library knows no classes of characters

    return regex.compile(r"[\p{L}\p{N}\p{M}]+|[^\p{Z}\p{C}]")
