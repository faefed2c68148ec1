"""Whether a question was answered, by the definitions of the field.

The accepted answers are `Gold.answers`, of which the best counts. A question that cannot be
answered (`Gold.details["answerable"]` is false) and names none is answered by nothing, or by one of
`ABSTENTIONS`. An attempt without a final answer has given the empty one; one that was never made,
failed outside the agent or could not be read has given none and gets 0. A "[Sources: ...]" at the
end is no part of an answer. What "accuracy" means is different from paper to paper: it is
`cover_exact_match`, `mutual_cover`, `strict_match`, `yes_no_accuracy` or, where a judge says it,
`response_correct`.
"""

from __future__ import annotations

from math import nan

from harness.measures.attempt import Attempt
from harness.measures.qa import answers, trail
from harness.measures.qa.normalisation import By
from harness.measures.qa.said import ABSTENTIONS, Of, answerable, compared, said


def exact_match(attempt: Attempt, *, by: By = "squad", of: Of = "all") -> float:
    """1 where the answer is an accepted one, both normalised, else 0.

    "EM" of SQuAD (arXiv 1606.05250) and nearly all benchmarks since. `by` names the script whose
    normalisation it is, see `harness.measures.qa.normalisation`; `squad` and `hotpotqa` are the
    same here, and so is `kilt` but that a blank answer is wrong. `of=answerable` leaves out
    questions that cannot be answered, as MuSiQue's evaluate_v1.0.py does. Of a question that has no
    accepted answer nothing is said (NaN).
    """
    return compared(attempt, lambda a, right: answers.exact_match(a, right, by), of)


def answer_f1(attempt: Attempt, *, by: By = "squad", of: Of = "all") -> float:
    """F1 of the words of the answer and of an accepted one, as bags, best of all.

    "F1" of SQuAD (arXiv 1606.05250). With `by=squad` two answers of which nothing is left agree, as
    in SQuAD 2.0's evaluate-v2.0.py and MuSiQue's metrics/answer.py, so that it is never below
    `exact_match`; by the others they share nothing. `by=hotpotqa` has the yes/no guard of
    hotpot_evaluate_v1.py, 2wikimultihop_evaluate_v1.1.py and FlashRAG: "yes", "no" and "noanswer"
    share nothing with other answers. `by=kilt` (eval_downstream.py, arXiv 2009.02252) has none, nor
    had SQuAD 1.1. Parameters as those of `exact_match`.
    """
    return compared(attempt, lambda a, right: answers.agreement(a, right, by).f1, of)


def answer_precision(attempt: Attempt, *, by: By = "squad", of: Of = "all") -> float:
    """Share of the words of the answer that an accepted one has, best of all; as `answer_f1`.

    "prec" of hotpot_evaluate_v1.py (arXiv 1809.09600), "precision" of FlashRAG.
    """
    return compared(attempt, lambda a, right: answers.agreement(a, right, by).precision, of)


def answer_recall(attempt: Attempt, *, by: By = "squad", of: Of = "all") -> float:
    """Share of the words of an accepted answer that the answer has, best of all; as `answer_f1`.

    "recall" of hotpot_evaluate_v1.py (arXiv 1809.09600) and of FlashRAG.
    """
    return compared(attempt, lambda a, right: answers.agreement(a, right, by).recall, of)


def cover_exact_match(attempt: Attempt, *, by: By = "squad", of: Of = "all") -> float:
    """1 where an accepted answer stands in the answer, both normalised, else 0.

    It may stand within a word. "Acc" of ExSearch (arXiv 2505.20128) and of GenGround (arXiv
    2406.14891), "acc" of FlashRAG, "subem" of Search-R1. An accepted answer of which nothing is
    left stands in an empty answer only; upstream it stands in every one. Parameters as
    those of `exact_match`.
    """
    return compared(attempt, lambda a, right: answers.cover_exact_match(a, right, by), of)


def mutual_cover(attempt: Attempt) -> float:
    """1 where answer and an accepted one cover each other in either direction, else 0.

    "Cover-NQ-EM" of GenGround's code (utilze/metrics.py: `eval_cover_em`).
    """
    return compared(attempt, answers.mutual_cover)


def strict_match(attempt: Attempt) -> float:
    """1 where the answer is an accepted one to the letter, else 0.

    "Accuracy" of KILT (arXiv 2009.02252; eval_downstream.py: `strict_em`).
    """
    return compared(attempt, answers.strict_match)


def answer_rouge_l(attempt: Attempt) -> float:
    """ROUGE-L of the answer and an accepted one, best of all.

    "rougel" of KILT (arXiv 2009.02252; eval_downstream.py), F of the rouge package. An answer of
    more than 50,000 characters gets 0.
    """
    return compared(attempt, answers.rouge_l)


def knowledge_f1(attempt: Attempt) -> float:
    """F1 of the words of the answer and of the sentence that it should rest on.

    That is `Gold.details["knowledge"]`, a list of sentences of which the best counts; NaN where
    there is none. Words are ParlAI's, as those of `answer_f1(by=parlai)`. "Knowledge F1", KF1, of
    Shuster et al. (arXiv 2104.07567), "knowledge_f1" of ParlAI's teacher of Wizard of Wikipedia
    (arXiv 1811.01241); of a turn that rests on nothing the sentence is "no_passages_used" there,
    and here.
    """
    known = attempt.problem.gold.details.get("knowledge") or ()
    if not known:
        return nan
    answer = said(attempt)
    return 0.0 if answer is None else answers.agreement(answer, known, "parlai").f1


def pattern_match(attempt: Attempt, *, by: answers.Matching = "drqa") -> float:
    """1 where the answer matches a pattern of `Gold.details["patterns"]`, else 0; NaN without any.

    CuratedTREC's answers are regular expressions. `by=drqa` wants the answer to begin with what
    matches, whatever its case ("EM" of DrQA, arXiv 1704.00051: `regex_match_score`);
    `by=flashrag` wants all of the normalised answer to match ("em" of FlashRAG, arXiv 2405.13576),
    `by=flashrag_acc` any part of it ("acc").
    """
    patterns = attempt.problem.gold.details.get("patterns") or ()
    if not patterns:
        return nan
    answer = said(attempt)
    return 0.0 if answer is None else answers.pattern_match(answer, patterns, by)


def yes_no_accuracy(attempt: Attempt) -> float:
    """1 where the answer's first word says yes or no (true, false) and that is right, else 0.

    Accuracy of StrategyQA (arXiv 2101.02235), whose predictions are true or false; reading them off
    the first word is ours. NaN for questions whose accepted answer says neither.
    """
    right = {answers.yes_or_no(text) for text in attempt.problem.gold.answers}
    if right not in ({True}, {False}):
        return nan
    answer = said(attempt)
    return float(answer is not None and answers.yes_or_no(answer) in right)


def answerability(attempt: Attempt) -> float:
    """1 where it was told whether the question can be answered, else 0.

    What was said is `Trajectory.state["answerable"]`; where nothing is, an answer that is one of
    `ABSTENTIONS` says that it cannot. Source: "predicted_answerable" of MuSiQue-Full (arXiv
    2108.00573); its group scores are `harness.measures.qa.supports.sufficiency`.
    """
    answer = said(attempt)
    if answer is None:
        return 0.0
    told = trail.predicted(attempt, "answerable")
    if not isinstance(told, bool):
        told = not answers.exact_match(answer, ABSTENTIONS)
    return float(told == answerable(attempt))
