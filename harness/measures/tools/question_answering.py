"""Whether a question was answered, by the definitions of the field, and on what the answer rests.

The accepted answers are `Gold.answers`, of which the best counts. A question that cannot be
answered (`Gold.details["answerable"]` is false) and names none is answered by nothing, or by one of
`ABSTENTIONS`. An attempt without a final answer has given the empty one; one that was never made,
failed outside the agent or could not be read has given none and gets 0. A "[Sources: ...]" at the
end is no part of an answer. What "accuracy" means is different from paper to paper: it is
`cover_exact_match`, `mutual_cover`, `strict_match`, `yes_no_accuracy` or, where a judge says it,
`response_correct`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import nan
from typing import Any, Literal

from harness.errors import UserError
from harness.measures.attempt import Attempt
from harness.measures.qa import answers, passages, trail
from harness.measures.qa.agreement import NONE, Agreement, joint
from harness.measures.qa.normalisation import By
from harness.measures.qa.supports import Triple, facts, supports, triples

ABSTENTIONS = ("", "noanswer", "no answer", "unanswerable")
"""What answers a question that cannot be answered. SQuAD 2.0 takes the first alone."""

Of = Literal["all", "answerable"]
Upstream = Literal["hotpotqa", "2wiki"]


def exact_match(attempt: Attempt, *, by: By = "squad", of: Of = "all") -> float:
    """1 where the answer is an accepted one, both normalised, else 0.

    "EM" of SQuAD (arXiv 1606.05250) and nearly all benchmarks since. `by` names the script whose
    normalisation it is, see `harness.measures.qa.normalisation`; `squad`, `hotpotqa` and `kilt` are
    the same here. `of=answerable` leaves out questions that cannot be answered, as MuSiQue's
    evaluate_v1.0.py does.

    Raises:
        UserError: a question that can be answered has no accepted answer.
    """
    return _answered(attempt, of, lambda said, right: answers.exact_match(said, right, by))


def answer_f1(attempt: Attempt, *, by: By = "squad", of: Of = "all") -> float:
    """F1 of the words of the answer and of an accepted one, as bags, best of all.

    "F1" of SQuAD (arXiv 1606.05250). With `by=squad` two answers of which nothing is left agree, as
    in SQuAD 2.0's evaluate-v2.0.py and MuSiQue's metrics/answer.py, so that it is never below
    `exact_match`; by the others they share nothing. `by=hotpotqa` has the yes/no guard of
    hotpot_evaluate_v1.py, 2wikimultihop_evaluate_v1.1.py and FlashRAG: "yes", "no" and "noanswer"
    share nothing with other answers. `by=kilt` (eval_downstream.py, arXiv 2009.02252) has none.
    Parameters and errors as those of `exact_match`.
    """
    return _answered(attempt, of, lambda said, right: answers.agreement(said, right, by).f1)


def answer_precision(attempt: Attempt, *, by: By = "squad", of: Of = "all") -> float:
    """Share of the words of the answer that an accepted one has, best of all; as `answer_f1`.

    "prec" of hotpot_evaluate_v1.py (arXiv 1809.09600), "precision" of FlashRAG.
    """
    return _answered(attempt, of, lambda said, right: answers.agreement(said, right, by).precision)


def answer_recall(attempt: Attempt, *, by: By = "squad", of: Of = "all") -> float:
    """Share of the words of an accepted answer that the answer has, best of all; as `answer_f1`.

    "recall" of hotpot_evaluate_v1.py (arXiv 1809.09600) and of FlashRAG.
    """
    return _answered(attempt, of, lambda said, right: answers.agreement(said, right, by).recall)


def cover_exact_match(attempt: Attempt, *, by: By = "squad", of: Of = "all") -> float:
    """1 where an accepted answer stands in the answer, both normalised, else 0.

    It may stand within a word. "Acc" of ExSearch (arXiv 2505.20128) and of GenGround (arXiv
    2406.14891), "acc" of FlashRAG, "subem" of Search-R1. An accepted answer of which nothing is
    left stands in an empty answer only; upstream it stands in every one. Parameters and errors as
    those of `exact_match`.
    """
    return _answered(attempt, of, lambda said, right: answers.cover_exact_match(said, right, by))


def mutual_cover(attempt: Attempt) -> float:
    """1 where answer and an accepted one cover each other in either direction, else 0.

    "Cover-NQ-EM" of GenGround's code (utilze/metrics.py: `eval_cover_em`). Raises as `exact_match`.
    """
    return _answered(attempt, "all", answers.mutual_cover)


def strict_match(attempt: Attempt) -> float:
    """1 where the answer is an accepted one to the letter, else 0.

    "Accuracy" of KILT (arXiv 2009.02252; eval_downstream.py: `strict_em`). Raises as `exact_match`.
    """
    return _answered(attempt, "all", answers.strict_match)


def answer_rouge_l(attempt: Attempt) -> float:
    """ROUGE-L of the answer and an accepted one, best of all.

    "rougel" of KILT (arXiv 2009.02252; eval_downstream.py), F of the rouge package. Raises as
    `exact_match`.
    """
    return _answered(attempt, "all", answers.rouge_l)


def yes_no_accuracy(attempt: Attempt) -> float:
    """1 where the answer's first word says yes or no (true, false) and that is right, else 0.

    Accuracy of StrategyQA (arXiv 2101.02235), whose predictions are true or false; reading them off
    the first word is ours. NaN for questions whose accepted answer says neither.
    """
    right = {answers.yes_or_no(text) for text in attempt.problem.gold.answers}
    if right not in ({True}, {False}):
        return nan
    said = _said(attempt)
    return float(said is not None and answers.yes_or_no(said) in right)


def answerability(attempt: Attempt) -> float:
    """1 where it was told whether the question can be answered, else 0.

    What was said is `Trajectory.state["answerable"]`; where nothing is, an answer that is one of
    `ABSTENTIONS` says that it cannot. Source: "predicted_answerable" of MuSiQue-Full (arXiv
    2108.00573); its group scores are `harness.measures.qa.supports.sufficiency`.
    """
    answer = _said(attempt)
    if answer is None:
        return 0.0
    told = trail.predicted(attempt, "answerable")
    if not isinstance(told, bool):
        told = not answers.exact_match(answer, ABSTENTIONS)
    return float(told == _answerable(attempt))


def support_exact_match(attempt: Attempt, *, by: Upstream = "hotpotqa") -> float:
    """1 where the supporting facts predicted are the gold ones, else 0.

    They are `Gold.details["supports"]` and `Trajectory.state["supports"]`, [[title, number], ...]
    or numbers of paragraphs; predicting none is predicting wrong ones. NaN where no gold ones are
    known. With `by="2wiki"` titles are compared in lower case.

    Source: "sp_em" of hotpot_evaluate_v1.py (arXiv 1809.09600) and of
    2wikimultihop_evaluate_v1.1.py (arXiv 2011.01060).
    """
    return _of(_supports(attempt, by), "exact")


def support_f1(attempt: Attempt, *, by: Upstream = "hotpotqa") -> float:
    """F1 of the supporting facts, as sets; as `support_exact_match`.

    "sp_f1" of HotpotQA (arXiv 1809.09600) and 2Wiki (arXiv 2011.01060), "support_f1" of MuSiQue
    (arXiv 2108.00573), which leaves out questions that cannot be answered.
    """
    return _of(_supports(attempt, by), "f1")


def support_precision(attempt: Attempt, *, by: Upstream = "hotpotqa") -> float:
    """Share of the facts predicted that are gold ones; as `support_exact_match` ("sp_prec")."""
    return _of(_supports(attempt, by), "precision")


def support_recall(attempt: Attempt, *, by: Upstream = "hotpotqa") -> float:
    """Share of the gold facts that were predicted; as `support_exact_match` ("sp_recall")."""
    return _of(_supports(attempt, by), "recall")


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


def kilt_exact_match(attempt: Attempt) -> float:
    """`exact_match` where `r_precision` is 1, else 0; NaN where that says nothing.

    "KILT-em" of KILT (arXiv 2009.02252; eval_downstream.py).
    """
    return _grounded(attempt, answers.exact_match)


def kilt_f1(attempt: Attempt) -> float:
    """`answer_f1(by=kilt)` where `r_precision` is 1, else 0; NaN where that says nothing.

    "KILT-f1" of KILT (arXiv 2009.02252; eval_downstream.py).
    """
    return _grounded(attempt, lambda said, right: answers.agreement(said, right, "kilt").f1)


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
    return 0.0 if _said(attempt) is None else passages.r_precision(evidence, trail.pages(attempt))


def provenance_recall(attempt: Attempt, k: int) -> float:
    """Share of the evidence sets that are complete among the first k points; as `r_precision`.

    "recall@k" of KILT (arXiv 2009.02252; eval_retrieval.py), where an evidence set is one point.
    """
    evidence = _provenance(attempt)
    if not evidence:
        return nan
    if _said(attempt) is None:
        return 0.0
    return passages.evidence_recall(evidence, trail.pages(attempt), k)


def _accepted(attempt: Attempt) -> Sequence[str]:
    """The accepted answers.

    Raises:
        UserError: there is none, though the question can be answered.
    """
    gold = attempt.problem.gold
    if gold.answers:
        return gold.answers
    if not _answerable(attempt):
        return ABSTENTIONS
    raise UserError(
        f"question '{attempt.problem.id[:60]}' has no accepted answer: give it Gold.answers, or "
        'say "answerable": false in Gold.details'
    )


def _provenance(attempt: Attempt) -> list[list[str]]:
    """The evidence sets, each the ids of its pages; none where no gold pages are known."""
    details = attempt.problem.gold.details
    sets = details.get("provenance") or [details.get("passages") or ()]
    return [[str(page) for page in pages] for pages in sets if pages]


def _answerable(attempt: Attempt) -> bool:
    return attempt.problem.gold.details.get("answerable") is not False


def _said(attempt: Attempt) -> str | None:
    """The final answer, "" where there is none; None where no attempt counts."""
    trajectory = attempt.trajectory
    if trajectory.end in ("missing", "error", "malformed"):
        return None
    return trail.without_sources(trajectory.answer or "")


def _answered(attempt: Attempt, of: Of, compare: Callable[[str, Sequence[str]], float]) -> float:
    if of == "answerable" and not _answerable(attempt):
        return nan
    right, said = _accepted(attempt), _said(attempt)
    return 0.0 if said is None else compare(said, right)


def _grounded(attempt: Attempt, compare: Callable[[str, Sequence[str]], float]) -> float:
    precision = r_precision(attempt)
    return _answered(attempt, "all", compare) if precision == 1 else 0.0 * precision


def _of(found: Agreement | None, part: Literal["exact", "f1", "precision", "recall"]) -> float:
    return nan if found is None else getattr(found, part)


def _supports(attempt: Attempt, by: Upstream) -> Agreement | None:
    gold = facts(attempt.problem.gold.details.get("supports"))
    if not gold:
        return None
    if _said(attempt) is None:
        return NONE
    given = facts(trail.predicted(attempt, "supports"))
    return supports(given, gold, "lower" if by == "2wiki" else "as_written")


def _triples(attempt: Attempt) -> Agreement | None:
    gold = [_wordings(triple) for triple in attempt.problem.gold.details.get("triples") or ()]
    if not gold:
        return None
    given = trail.predicted(attempt, "triples")
    if _said(attempt) is None or not isinstance(given, list | tuple):
        return NONE
    return triples(map(_triple, given), gold)


def _triple(value: Any) -> Triple:
    """Three texts; what is no triple becomes one that no gold is."""
    if isinstance(value, list | tuple) and len(value) == 3:
        subject, relation, object = value
        if isinstance(subject, str) and isinstance(relation, str) and isinstance(object, str):
            return subject, relation, object
    return "", "", f"no triple: {id(value)}"


def _wordings(triple: Sequence[Any]) -> list[Triple]:
    """Every wording of a gold triple whose subject and object may have several names."""
    subjects, (relation,), objects = (
        [part] if isinstance(part, str) else list(part) for part in triple
    )
    return [(subject, relation, object) for subject in subjects for object in objects]


def _joint(attempt: Attempt, by: Upstream) -> Agreement | None:
    rests = [_supports(attempt, by), *([_triples(attempt)] if by == "2wiki" else [])]
    known = [part for part in rests if part is not None]
    if len(known) < len(rests):
        return None
    said = _said(attempt)
    right = _accepted(attempt)
    return NONE if said is None else joint(answers.agreement(said, right, "hotpotqa"), *known)
