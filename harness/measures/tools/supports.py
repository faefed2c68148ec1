"""Whether what an answer is said to rest on is right: sentences, paragraphs, triples, pages.

What an attempt rests on is in its `Trajectory.state`, an object: "supports", "triples" and
"passages" as they are described below. An attempt that was never made, failed outside the agent or
could not be read gets 0.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from math import nan
from typing import Literal

from harness.measures.attempt import Attempt
from harness.measures.qa import answers, passages, trail
from harness.measures.qa.agreement import NONE, Agreement, joint
from harness.measures.qa.said import Of, accepted, answerable, compared, said
from harness.measures.qa.supports import facts, supports, triples, wordings, written

Upstream = Literal["hotpotqa", "2wiki"]


def support_exact_match(attempt: Attempt, *, by: Upstream = "hotpotqa", of: Of = "all") -> float:
    """1 where the supporting facts predicted are the gold ones, else 0.

    They are `Gold.details["supports"]` and `Trajectory.state["supports"]`, [[title, number], ...]
    or numbers of paragraphs; predicting none is predicting wrong ones. NaN where no gold ones are
    known. With `by="2wiki"` titles are compared in lower case; `of=answerable` leaves out questions
    that cannot be answered, as MuSiQue's evaluate_v1.0.py does.

    Source: "sp_em" of hotpot_evaluate_v1.py (arXiv 1809.09600) and of
    2wikimultihop_evaluate_v1.1.py (arXiv 2011.01060).
    """
    return _of(_supports(attempt, by, of), "exact")


def support_f1(attempt: Attempt, *, by: Upstream = "hotpotqa", of: Of = "all") -> float:
    """F1 of the supporting facts, as sets; as `support_exact_match`.

    "sp_f1" of HotpotQA (arXiv 1809.09600) and 2Wiki (arXiv 2011.01060); with `of=answerable`
    "support_f1" of MuSiQue (arXiv 2108.00573).
    """
    return _of(_supports(attempt, by, of), "f1")


def support_precision(attempt: Attempt, *, by: Upstream = "hotpotqa", of: Of = "all") -> float:
    """Share of the facts predicted that are gold ones; as `support_exact_match` ("sp_prec")."""
    return _of(_supports(attempt, by, of), "precision")


def support_recall(attempt: Attempt, *, by: Upstream = "hotpotqa", of: Of = "all") -> float:
    """Share of the gold facts that were predicted; as `support_exact_match` ("sp_recall")."""
    return _of(_supports(attempt, by, of), "recall")


def triple_exact_match(attempt: Attempt) -> float:
    """1 where the evidence triples predicted are the gold ones, else 0.

    They are `Gold.details["triples"]`, [[subject, relation, object], ...], in which a list stands
    for a subject or object of several names, and `Trajectory.state["triples"]`. NaN where no gold
    ones are known. Source: "evi_em" of 2wikimultihop_evaluate_v1.1.py (arXiv 2011.01060).
    """
    return _of(_triples(attempt), "exact")


def triple_f1(attempt: Attempt) -> float:
    """F1 of the evidence triples; as `triple_exact_match`: "evi_f1" of 2Wiki (arXiv 2011.01060).

    Predictions that name one gold triple twice under different names are both counted, as upstream
    does, so that it can pass 1.
    """
    return _of(_triples(attempt), "f1")


def triple_precision(attempt: Attempt) -> float:
    """Share of the triples predicted that are gold ones; as `triple_f1` ("evi_prec")."""
    return _of(_triples(attempt), "precision")


def triple_recall(attempt: Attempt) -> float:
    """Triples predicted that are gold ones over gold ones; as `triple_f1` ("evi_recall")."""
    return _of(_triples(attempt), "recall")


def joint_exact_match(attempt: Attempt, *, by: Upstream = "hotpotqa") -> float:
    """1 where the answer and all that it rests on are right, else 0.

    Supporting facts for HotpotQA, these and evidence triples with `by="2wiki"`. NaN where they are
    not known. Source: "joint_em" of hotpot_evaluate_v1.py (arXiv 1809.09600) and of
    2wikimultihop_evaluate_v1.1.py (arXiv 2011.01060).
    """
    return _of(_joint(attempt, by), "exact")


def joint_f1(attempt: Attempt, *, by: Upstream = "hotpotqa") -> float:
    """F1 of the products of the precisions and of the recalls; as `joint_exact_match`.

    "joint_f1" of HotpotQA (arXiv 1809.09600) and 2Wiki (arXiv 2011.01060).
    """
    return _of(_joint(attempt, by), "f1")


def joint_precision(attempt: Attempt, *, by: Upstream = "hotpotqa") -> float:
    """Product of the precisions; as `joint_exact_match` ("joint_prec")."""
    return _of(_joint(attempt, by), "precision")


def joint_recall(attempt: Attempt, *, by: Upstream = "hotpotqa") -> float:
    """Product of the recalls; as `joint_exact_match` ("joint_recall")."""
    return _of(_joint(attempt, by), "recall")


def kilt_strict_match(attempt: Attempt) -> float:
    """`strict_match` where `r_precision` is 1, else 0; NaN where that says nothing.

    "KILT-accuracy" of KILT (arXiv 2009.02252; eval_downstream.py).
    """
    return _grounded(attempt, answers.strict_match)


def kilt_exact_match(attempt: Attempt) -> float:
    """`exact_match(by=kilt)` where `r_precision` is 1, else 0; NaN where that says nothing.

    "KILT-em" of KILT (arXiv 2009.02252; eval_downstream.py).
    """
    return _grounded(attempt, lambda a, right: answers.exact_match(a, right, "kilt"))


def kilt_f1(attempt: Attempt) -> float:
    """`answer_f1(by=kilt)` where `r_precision` is 1, else 0; NaN where that says nothing.

    "KILT-f1" of KILT (arXiv 2009.02252; eval_downstream.py).
    """
    return _grounded(attempt, lambda a, right: answers.agreement(a, right, "kilt").f1)


def kilt_rouge_l(attempt: Attempt) -> float:
    """`answer_rouge_l` where `r_precision` is 1, else 0; NaN where that says nothing.

    "KILT-rougel" of KILT (arXiv 2009.02252; eval_downstream.py).
    """
    return _grounded(attempt, answers.rouge_l)


def r_precision(attempt: Attempt) -> float:
    """Share of the gold pages among as many first pages; the best evidence set's.

    Evidence sets are `Gold.details["provenance"]`, [[id, ...], ...], one for each accepted way to
    answer, else the one set `Gold.details["passages"]`. The pages are those predicted
    (`Trajectory.state["passages"]`), else cited, else found. NaN where no gold pages are known.
    Source: "Rprec" of KILT (arXiv 2009.02252; eval_retrieval.py).
    """
    evidence = _provenance(attempt)
    if not evidence:
        return nan
    return 0.0 if said(attempt) is None else passages.r_precision(evidence, trail.pages(attempt))


def provenance_recall(attempt: Attempt, k: int) -> float:
    """Share of the evidence sets that are complete among the first k points; as `r_precision`.

    "recall@k" of KILT (arXiv 2009.02252; eval_retrieval.py), where an evidence set is one point.
    """
    return _ranked(attempt, k, passages.evidence_recall)


def provenance_precision(attempt: Attempt, k: int) -> float:
    """Share of the first k points that are complete evidence sets; as `provenance_recall`.

    "precision@k" of KILT (arXiv 2009.02252; eval_retrieval.py).
    """
    return _ranked(attempt, k, passages.evidence_precision)


def provenance_any(attempt: Attempt, k: int) -> float:
    """1 where any evidence set is complete among the first k points; as `provenance_recall`.

    "success_rate@k" of KILT (arXiv 2009.02252; eval_retrieval.py).
    """
    return _ranked(attempt, k, passages.evidence_any)


def _ranked(
    attempt: Attempt,
    k: int,
    compare: Callable[[Sequence[Collection[str]], Sequence[str], int], float],
) -> float:
    evidence = _provenance(attempt)
    if not evidence:
        return nan
    return 0.0 if said(attempt) is None else compare(evidence, trail.pages(attempt), k)


def _of(found: Agreement | None, part: Literal["exact", "f1", "precision", "recall"]) -> float:
    return nan if found is None else getattr(found, part)


def _supports(attempt: Attempt, by: Upstream, of: Of = "all") -> Agreement | None:
    gold = facts(attempt.problem.gold.details.get("supports"))
    if not gold or (of == "answerable" and not answerable(attempt)):
        return None
    if said(attempt) is None:
        return NONE
    given = facts(trail.predicted(attempt, "supports"))
    return supports(given, gold, "lower" if by == "2wiki" else "as_written")


def _triples(attempt: Attempt) -> Agreement | None:
    gold = [wordings(triple) for triple in attempt.problem.gold.details.get("triples") or ()]
    if not gold:
        return None
    if said(attempt) is None:
        return NONE
    return triples(written(trail.predicted(attempt, "triples")), gold)


def _joint(attempt: Attempt, by: Upstream) -> Agreement | None:
    parts = [_supports(attempt, by), *([_triples(attempt)] if by == "2wiki" else [])]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    right, answer = accepted(attempt), said(attempt)
    if right is None:
        return None
    return NONE if answer is None else joint(answers.agreement(answer, right, "hotpotqa"), *known)


def _grounded(attempt: Attempt, compare: Callable[[str, Sequence[str]], float]) -> float:
    precision = r_precision(attempt)
    return compared(attempt, compare) if precision == 1 else 0.0 * precision


def _provenance(attempt: Attempt) -> list[list[str]]:
    """The evidence sets, each the ids of its pages; none where no gold pages are known."""
    details = attempt.problem.gold.details
    sets = details.get("provenance") or [details.get("passages") or ()]
    return [[str(page) for page in pages] for pages in sets if pages]
