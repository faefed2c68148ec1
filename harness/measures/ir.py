"""Ranking measures. A public function here is a measure, and its name is its notation.

Each takes a `Judged` and returns one value a query, shape (n,), from 0 to 1. `k` is the cut-off
(`P@5`); keyword arguments are parameters (`P(rel=2)@5`), of which `rel` is the lowest grade that
counts as relevant. Where trec_eval has the measure, the values are trec_eval's (the files named
below are of github.com/usnistgov/trec_eval): ranks beyond the end of a ranking count as not
relevant, grades of 0 or less are not relevant and gain nothing, and a query without relevant
documents scores 0.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from harness.errors import UserError
from harness.measures.judged import Judged as Judgements  # Judged is a measure below
from harness.measures.judged import Values

_INFAP_EPSILON = 1e-5
"""Smoothing of infAP, as in trec_eval."""
_MAX_EXPONENT = 1000
"""The highest grade whose exponential gain a float64 holds, and sums of it."""


def nDCG(
    judged: Judgements, k: int | None = None, *, gain: Literal["linear", "exp"] = "linear"
) -> Values:
    """Normalised discounted cumulative gain.

    DCG@k is the sum over ranks i <= k of gain / log2(i + 1); it is divided by that of the best
    possible order of all judged documents, cut at k as well.

    Source: Järvelin and Kekäläinen, ACM TOIS 20(4), 2002; m_ndcg_cut.c and m_ndcg.c. The gain is
    the grade; `exp` makes it 2^grade - 1 (Burges et al., ICML 2005, section 5).
    """
    top = judged.top(k)
    found = _gain(judged.grades[top], gain) / np.log2(judged.ranks[top] + 2)
    place = np.arange(judged.owner.size) - judged.offsets[judged.owner]
    best = np.flatnonzero(place < k) if k is not None else np.arange(place.size)
    ideal = _gain(judged.ideal_grades[best], gain) / np.log2(place[best] + 2)
    return _ratio(judged.total(top, found), judged.total(best, ideal))


def P(judged: Judgements, k: int, *, rel: int = 1) -> Values:
    """Precision: relevant documents among the first k, divided by k however many were retrieved.

    Source: m_P.c.
    """
    return _hits(judged, k, rel) / k


def R(judged: Judgements, k: int, *, rel: int = 1) -> Values:
    """Recall: relevant documents among the first k, divided by all relevant documents.

    Source: m_recall.c.
    """
    return _ratio(_hits(judged, k, rel), judged.relevant(rel))


def Success(judged: Judgements, k: int, *, rel: int = 1) -> Values:
    """1 where a relevant document is among the first k, else 0.

    Source: m_success.c.
    """
    return (_hits(judged, k, rel) > 0).astype(np.float64)


def Completeness(judged: Judgements, k: int, *, rel: int = 1) -> Values:
    """1 where every relevant document is among the first k (R@k = 1), else 0.

    Source: COMP@k of Qu et al. (COLT), CIKM 2024; ToolRet's Completeness.
    """
    return (R(judged, k, rel=rel) >= 1).astype(np.float64)


def AP(judged: Judgements, k: int | None = None, *, rel: int = 1) -> Values:
    """Average precision: the precision at each relevant document among the first k.

    Summed, and divided by the number of all relevant documents. Source: m_map.c and m_map_cut.c.
    """
    top = judged.top(k)
    relevant = judged.grades[top] >= rel
    precision = judged.running(top, relevant) / (judged.ranks[top] + 1)
    return _ratio(judged.total(top, precision * relevant), judged.relevant(rel))


def RR(judged: Judgements, k: int | None = None, *, rel: int = 1) -> Values:
    """Reciprocal rank of the first relevant document; 0 where none is among the first k.

    Source: m_recip_rank.c.
    """
    top = judged.top(k)
    first_last = top[judged.grades[top] >= rel][::-1]  # a later assignment replaces an earlier one
    values = np.zeros(len(judged.queries))
    values[judged.owner[first_last]] = 1 / (judged.ranks[first_last] + 1)
    return values


def Rprec(judged: Judgements, *, rel: int = 1) -> Values:
    """Precision at rank r, where r is the number of relevant documents.

    Source: m_Rprec.c.
    """
    wanted = judged.relevant(rel)
    top = judged.by_rank
    early = judged.ranks[top] < wanted[judged.owner[top]]
    return _ratio(judged.total(top, early & (judged.grades[top] >= rel)), wanted)


def Bpref(judged: Judgements, *, rel: int = 1) -> Values:
    """Binary preference: how few documents judged not relevant stand above the relevant ones.

    With r relevant and n not relevant judged documents (grade from 0 to rel - 1), each retrieved
    relevant document adds 1 - min(not relevant above it, r) / min(n, r); the sum is divided by r.
    Source: Buckley and Voorhees, SIGIR 2004; m_bpref.c.
    """
    top = judged.by_rank
    wanted = judged.relevant(rel)
    bound = np.minimum(wanted, judged.relevant(0) - wanted)[judged.owner[top]]
    grades = judged.grades[top]
    above = judged.running(top, (grades >= 0) & (grades < rel))
    capped = np.minimum(above, wanted[judged.owner[top]])
    credit = np.where(above > 0, 1 - _ratio(capped, bound), 1) * (grades >= rel)
    return _ratio(judged.total(top, credit), wanted)


def infAP(judged: Judgements, *, rel: int = 1) -> Values:
    """Inferred average precision, where only a sample of the pool was judged.

    A negative grade marks a document that is in the pool but was not judged. The expected precision
    at a relevant document of rank i, with p pool documents above it of which a relevant and b not,
    is (1 + p (a + e) / (a + b + 2 e)) / i with e = 0.00001.
    Source: Yilmaz and Aslam, CIKM 2006; m_infap.c.
    """
    top = judged.by_rank
    grades = judged.grades[top]
    relevant = grades >= rel
    a = judged.running(top, relevant) - 1
    b = judged.running(top, (grades >= 0) & ~relevant)
    pool = a + b + judged.running(top, grades < 0)
    share = (a + _INFAP_EPSILON) / (a + b + 2 * _INFAP_EPSILON)
    expected = np.where(relevant, (1 + pool * share) / (judged.ranks[top] + 1), 0)
    return _ratio(judged.total(top, expected), judged.relevant(rel))


def Judged(judged: Judgements, k: int | None = None) -> Values:
    """Share of the first k retrieved documents that have a judgement, whatever its grade.

    Divided by the number retrieved where that is less than k; 0 where nothing was.
    Source: ir_measures, providers/judged_provider.py.
    """
    depths = judged.depths if k is None else np.minimum(judged.depths, k)
    return _ratio(judged.total(judged.top(k)), depths.astype(np.float64))


def _hits(judged: Judgements, k: int, rel: int) -> Values:
    top = judged.top(k)
    return judged.total(top, judged.grades[top] >= rel)


def _gain(grades: NDArray[np.int64], gain: str) -> Values:
    positive = np.maximum(grades, 0).astype(np.float64)
    if gain == "linear":
        return positive
    if positive.max(initial=0) > _MAX_EXPONENT:
        raise UserError(
            f"nDCG(gain='exp') of a grade of {positive.max():.0f}: 2 to its power is no number; "
            "use nDCG, whose gain is the grade"
        )
    return np.exp2(positive) - 1


def _ratio(part: Values, whole: Values) -> Values:
    """The quotient, 0 where the divisor is 0."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
