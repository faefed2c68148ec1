"""What an answer is said to rest on: sentences, paragraphs, triples."""

from __future__ import annotations

import string
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from typing import Any, Literal

from harness.measures.qa.agreement import Agreement, harmonic

Titles = Literal["as_written", "lower"]
Triple = tuple[str, str, str]

_WITHOUT_MARKS = str.maketrans("", "", string.punctuation)


def supports(
    given: Iterable[Hashable], gold: Iterable[Hashable], titles: Titles = "as_written"
) -> Agreement:
    """Supporting facts as sets: (title, number of the sentence), or the number of a paragraph.

    Args:
        given: what was predicted.
        gold: what is right.
        titles: HotpotQA compares titles as they are written, 2Wiki in lower case, and counts two
            that differ in case alone as two.

    Source: `update_sp` of hotpot_evaluate_v1.py, of 2wikimultihop_evaluate_v1.1.py, and
    `SupportMetric` of MuSiQue.
    """
    said, right = ([_lowered(fact, titles) for fact in set(facts)] for facts in (given, gold))
    known, found = set(right), set(said)
    good = sum(fact in known for fact in said)
    missed = sum(fact not in found for fact in right)
    precision = good / len(said) if said else 0.0
    recall = good / (good + missed) if good else 0.0
    exact = float(good == len(said) and not missed)
    return Agreement(exact, harmonic(precision, recall), precision, recall)


def _lowered(fact: Hashable, titles: Titles) -> Hashable:
    if titles == "lower" and isinstance(fact, tuple) and fact and isinstance(fact[0], str):
        return (fact[0].lower(), *fact[1:])
    return fact


def triples(given: Iterable[Triple], gold: Sequence[Collection[Triple]]) -> Agreement:
    """Evidence triples (subject, relation, object), of which each may be right in several wordings.

    Texts are compared in lower case, without ASCII punctuation, with their articles. Two wordings
    of one triple are both counted as found, so that recall can pass 1 as it does upstream.

    Args:
        given: what was predicted.
        gold: the acceptable wordings of each right triple.

    Source: `update_evi` of 2wikimultihop_evaluate_v1.1.py.
    """
    said = {_plain(triple) for triple in given}
    right = [{_plain(triple) for triple in wordings} for wordings in gold]
    found = len(said & set().union(*right))
    precision = found / len(said) if said else 0.0
    recall = found / len(right) if right else 0.0
    exact = float(found == len(said) == len(right))
    return Agreement(exact, harmonic(precision, recall), precision, recall)


def _plain(triple: Triple) -> Triple:
    subject, relation, object = (
        " ".join(text.lower().translate(_WITHOUT_MARKS).split()) for text in triple
    )
    return subject, relation, object


def sufficiency(questions: Mapping[str, Sequence[tuple[bool, bool, float]]]) -> float:
    """MuSiQue-Full's group score: a question counts only if both of its versions were told apart.

    Args:
        questions: of each question its two versions, each as whether it can be answered, whether it
            was said to be, and what the prediction for it scored (F1 of answer or supports).

    Returns:
        The mean over questions of the score of the version that can be answered, 0 where either
        version was misjudged.

    Source: metrics/group_answer_sufficiency.py and group_support_sufficiency.py of
    StonyBrookNLP/musique ("group_answer_sufficiency_f1", "group_support_sufficiency_f1").
    """
    total = 0.0
    for versions in questions.values():
        if all(can == said for can, said, _ in versions):
            total += next((score for can, _, score in versions if can), 0.0)
    return total / len(questions)


def facts(value: Any) -> list[Hashable]:
    """Supporting facts out of JSON: lists of plain values become tuples.

    What is no fact is one that no gold has; what is no list holds none.
    """
    entries = value if isinstance(value, list | tuple) else ()
    return [_fact(entry, number) for number, entry in enumerate(entries)]


def _fact(entry: Any, number: int) -> Hashable:
    parts = tuple(entry) if isinstance(entry, list | tuple) else (entry,)
    if not all(isinstance(part, str | int | float) for part in parts):
        return ("no fact", None, number)
    return parts


def written(value: Any) -> list[Triple]:
    """Triples out of JSON; what is no triple becomes one that no gold is."""
    entries = value if isinstance(value, list | tuple) else ()
    return [_triple(entry, number) for number, entry in enumerate(entries)]


def _triple(entry: Any, number: int) -> Triple:
    if isinstance(entry, list | tuple) and len(entry) == 3:
        subject, relation, object = entry
        if isinstance(subject, str) and isinstance(relation, str) and isinstance(object, str):
            return subject, relation, object
    return "", "", f"no triple {number}"


def wordings(triple: Sequence[str | Sequence[str]]) -> list[Triple]:
    """Every wording of a gold triple, a list standing for a subject or object of several names."""
    subjects, relations, objects = (
        [part] if isinstance(part, str) else list(part) for part in triple
    )
    return [(s, r, o) for s in subjects for r in relations for o in objects]
