"""The passages that were found, best first, against those that are needed or hold the answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, Literal

from harness.measures.qa.normalisation import decomposed, squad

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
    distinct = _distinct(found)
    sets = map(set, _sets(evidence))
    return max((len(s.intersection(distinct[: len(s)])) / len(s) for s in sets), default=0.0)


def evidence_recall(evidence: Sequence[Collection[str]], found: Sequence[str], k: int) -> float:
    """Share of the distinct evidence sets that are complete among the first k points of a ranking.

    Source: `_recall_at_k` over `get_rank` of KILT's eval_retrieval.py (arXiv 2009.02252).
    """
    wanted = len(_sets(evidence))
    return sum(_points(evidence, found)[:k]) / wanted if wanted else 0.0


def evidence_precision(evidence: Sequence[Collection[str]], found: Sequence[str], k: int) -> float:
    """Share of the first k points that are complete evidence sets; points that lack are none.

    Source: `_precision_at_k` over `get_rank` of KILT's eval_retrieval.py (arXiv 2009.02252).
    """
    return sum(_points(evidence, found)[:k]) / k


def evidence_any(evidence: Sequence[Collection[str]], found: Sequence[str], k: int) -> float:
    """1 where any evidence set is complete among the first k points, else 0.

    Source: `_success_rate_at_k` over `get_rank` of KILT's eval_retrieval.py (arXiv 2009.02252).
    """
    return float(any(_points(evidence, found)[:k]))


def _points(evidence: Sequence[Collection[str]], found: Sequence[str]) -> list[bool]:
    """The ranking as points, best first: whether each is a complete evidence set.

    All pages of a set are one point, which stands where the last of them was found; every other
    page is a point of its own. A page that is found again is none.
    """
    sets = [set(pages) for pages in _sets(evidence)]
    last: dict[int, int] = {}
    points: list[tuple[int, int, bool]] = []
    for place, page in enumerate(_distinct(found)):
        holding = [number for number, pages in enumerate(sets) if page in pages]
        for number in holding:
            sets[number].remove(page)
            last[number] = place
        if not holding:
            points.append((place, 0, False))
    points += [(place, number, not sets[number]) for number, place in last.items()]
    return [complete for _, _, complete in sorted(points)]


def _sets(evidence: Sequence[Collection[str]]) -> list[frozenset[str]]:
    """The distinct evidence sets."""
    sets = (frozenset(page.strip() for page in pages) for pages in evidence)
    return list(dict.fromkeys(filter(None, sets)))


def _distinct(found: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(page.strip() for page in found))


def has_answer(texts: Sequence[str], accepted: Sequence[str], by: Holding = "squad") -> float:
    """1 where any of the texts holds any accepted answer, else 0.

    Args:
        texts: of the passages.
        accepted: the answers; one of which nothing is left is in no text, upstream in every one.
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
    found = _word().findall(decomposed(text))
    return f" {' '.join(found)} ".lower()


@cache
def _word() -> Any:
    import regex  # the standard library knows no classes of characters

    return regex.compile(r"[\p{L}\p{N}\p{M}]+|[^\p{Z}\p{C}]")
