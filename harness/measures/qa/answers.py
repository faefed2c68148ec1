"""One answer against the accepted ones: the best of them counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from harness.measures import rouge
from harness.measures.qa.agreement import FULL, NONE, Agreement, best, harmonic
from harness.measures.qa.normalisation import DEFINITIONS, GUARDED, By, Definition, squad

Matching = Literal["drqa", "flashrag", "flashrag_acc"]
"""By whose definition an answer matches a pattern."""
LONGEST, SECONDS = 10_000, 5.0
"""What is looked for patterns: so many characters, for so long."""
_YES, _NO = frozenset({"yes", "true"}), frozenset({"no", "false"})


def exact_match(answer: str, accepted: Sequence[str], by: By = "squad") -> float:
    """1 where the answer is an accepted one, both normalised, else 0.

    Source: `exact_match_score` of hotpot_evaluate_v1.py and its kin, see `DEFINITIONS`.
    """
    definition = DEFINITIONS[by]
    said = definition.normalised(answer)
    rivals = _rivals(answer, accepted, definition)
    return float(any(definition.normalised(text) == said for text in rivals))


def agreement(answer: str, accepted: Sequence[str], by: By = "squad") -> Agreement:
    """The words of the answer and of the accepted ones, as bags; the best of each number.

    A word that occurs twice must occur twice to be found twice. Source: `f1_score` of
    hotpot_evaluate_v1.py, `compute_f1` of SQuAD's evaluate-v2.0.py.
    """
    definition = DEFINITIONS[by]
    said = definition.normalised(answer)
    rivals = _rivals(answer, accepted, definition)
    return best([_words(said, definition.normalised(text), definition) for text in rivals])


def _rivals(answer: str, accepted: Sequence[str], definition: Definition) -> Sequence[str]:
    """The accepted answers that an answer is compared with."""
    if definition.blank:
        return accepted
    return [text for text in accepted if text.strip()] if answer.strip() else []


def _words(said: str, right: str, definition: Definition) -> Agreement:
    if said == right:
        empty = definition.both_empty
        return FULL if said else Agreement(1.0, empty, empty, empty)
    if definition.guarded and not GUARDED.isdisjoint((said, right)):
        return NONE
    given, wanted = Counter(said.split()), Counter(right.split())
    common = (given & wanted).total()
    if not common:
        return NONE
    precision, recall = common / given.total(), common / wanted.total()
    return Agreement(0.0, harmonic(precision, recall), precision, recall)


def cover_exact_match(answer: str, accepted: Sequence[str], by: By = "squad") -> float:
    """1 where an accepted answer stands in the answer, both normalised, else 0.

    It may stand within a word: "art" stands in "party". An accepted answer of which nothing is left
    stands in an empty answer only; upstream it stands in every one.

    Source: `eval_acc` of ExSearch's metrics.py, `Sub_ExactMatch` of FlashRAG's.
    """
    definition = DEFINITIONS[by]
    said = definition.normalised(answer)
    rivals = _rivals(answer, accepted, definition)
    return float(any(_stands(definition.normalised(text), said) for text in rivals))


def _stands(text: str, said: str) -> bool:
    return text in said if text else not said


def mutual_cover(answer: str, accepted: Sequence[str]) -> float:
    """1 where either of the two covers the other, else 0.

    One covers the other where it contains it, in lower case, or where as many words of the answer
    as either has are words of the other, full stops being blanks; or where `cover_exact_match` is.

    Source: `eval_cover_em` of GenGround (mangopy/Generate-then-Ground, utilze/metrics.py).
    """
    covered = any(_either_covers(answer.lower(), text.lower()) for text in accepted)
    return float(covered) or cover_exact_match(answer, accepted)


def _either_covers(said: str, right: str) -> bool:
    if not said or not right:
        return False
    given, wanted = (text.replace(".", " ").split(" ") for text in (said, right))
    known = set(wanted)
    common = sum(word in known for word in given)
    return said in right or right in said or common in (len(given), len(wanted))


def pattern_match(answer: str, patterns: Sequence[str], by: Matching = "drqa") -> float:
    """1 where any of the patterns (regular expressions, in either case) matches, else 0.

    Of a longer answer only the first `LONGEST` characters are looked at. A pattern that takes more
    than `SECONDS`, as only those do that are slow by design, matches nothing; nor does one that is
    no regular expression, as in DrQA.

    Args:
        answer: what was said.
        patterns: of accepted answers.
        by: `drqa`, the answer as it is, which must begin with what matches; `flashrag`, all of the
            answer, normalised; `flashrag_acc`, anywhere in it.

    Source: `regex_match_score` of DrQA's reader/utils.py; `ExactMatch` and `Sub_ExactMatch` of
    FlashRAG's metrics.py for CuratedTREC.
    """
    import regex

    text = (answer if by == "drqa" else squad(answer))[:LONGEST]
    flags = regex.IGNORECASE | (regex.MULTILINE if by == "drqa" else 0)
    match = {"drqa": regex.match, "flashrag": regex.fullmatch, "flashrag_acc": regex.search}[by]

    def matches(pattern: str) -> bool:
        try:
            return match(pattern, text, flags=flags, timeout=SECONDS) is not None
        except (TimeoutError, regex.error):
            return False

    return float(any(map(matches, patterns)))


def strict_match(answer: str, accepted: Sequence[str]) -> float:
    """1 where the answer is an accepted one to the letter, blanks around them aside, else 0.

    A blank answer is none. Source: "accuracy" of KILT's eval_downstream.py.
    """
    said = answer.strip()
    return float(any(text.strip() == said for text in accepted if said))


def rouge_l(answer: str, accepted: Sequence[str]) -> float:
    """The best ROUGE-L, nothing normalised; 0 of a text longer than `rouge.LONGEST`.

    Source: `_rougel_score` of KILT's eval_downstream.py, with the rouge package.
    """
    said = answer.strip()
    return max((rouge.rouge_l(said, text.strip()) for text in accepted), default=0.0)


def yes_or_no(text: str) -> bool | None:
    """What the first word says, "yes" or "true", "no" or "false"; None where it says neither."""
    first = squad(text).partition(" ")[0]
    return True if first in _YES else False if first in _NO else None
