"""What the official scripts make of an answer before they compare it, and how they compare it."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import Literal

By = Literal["squad", "hotpotqa", "kilt", "nq_open", "triviaqa", "parlai", "exsearch"]
"""By whose definition two answers are compared: the keys of `DEFINITIONS`."""

GUARDED = frozenset({"yes", "no", "noanswer"})
"""Normalised answers that are all right or all wrong under a yes/no guard."""

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_WITHOUT_MARKS = str.maketrans("", "", string.punctuation)
_MARKS_APART = str.maketrans(dict.fromkeys(string.punctuation, " "))
_TRIVIA_MARKS_APART = str.maketrans(dict.fromkeys(string.punctuation + "‘’´", " "))
_SHORT = 500
"""Characters of a text that is decomposed in no time whatever it holds."""
_WITHOUT_A_AND_I = str.maketrans("", "", string.punctuation.replace("_", "") + "ai")


def squad(text: str) -> str:
    """Lower case, no ASCII punctuation, no articles, single blanks.

    What is deleted leaves no blank: "A-list" is "alist". Dashes and curly quotes are not ASCII and
    stay.

    Source: SQuAD's evaluate-v2.0.py (`normalize_answer`). The same in hotpot_evaluate_v1.py,
    2wikimultihop_evaluate_v1.1.py, MuSiQue's metrics/answer.py, KILT's eval_downstream.py, DPR's
    qa_validation.py, FlashRAG, Search-R1 and HippoRAG.
    """
    return _plain(text.lower().translate(_WITHOUT_MARKS))


def nq_open(text: str) -> str:
    """As `squad`, of the decomposed text: one "é" is the same as "e" and an accent.

    Source: the open version of Natural Questions (google-research/language,
    language/orqa/utils/eval_utils.py).
    """
    return squad(decomposed(text))


def decomposed(text: str) -> str:
    """The text in Unicode's normal form D, in linear time.

    `unicodedata.normalize` sorts the marks on a letter one by one past each other: it takes minutes
    for a letter with a hundred thousand of them.
    """
    if len(text) <= _SHORT or text.isascii():
        return unicodedata.normalize("NFD", text)
    apart = "".join(unicodedata.normalize("NFD", character) for character in text)
    runs = groupby(apart, lambda character: unicodedata.combining(character) > 0)
    return "".join(
        "".join(sorted(run, key=unicodedata.combining) if marks else run) for marks, run in runs
    )


def triviaqa(text: str) -> str:
    """Punctuation, with three more quotes, becomes a blank: "A-list" is "list".

    Source: triviaqa_evaluation.py (mandarjoshi90/triviaqa).
    """
    return _plain(text.lower().translate(_TRIVIA_MARKS_APART))


def parlai(text: str) -> str:
    """ASCII punctuation becomes a blank.

    Source: ParlAI's metrics.py, by which GenGround (utilze/metrics.py: `f1_score`) and scores of
    Wizard of Wikipedia are computed.
    """
    return _plain(text.lower().translate(_MARKS_APART))


def exsearch(text: str) -> str:
    """Punctuation but the underscore is deleted, and so is every letter "a" and "i".

    Source: ExSearch's code as released (mangopy/SearchLM, branch v1, src/utilize/metrics.py), which
    tests single characters against a list of words; "world war i" and "world war ii" are the same
    to it. Only there to reproduce what was computed with it: the branch main is `squad`.
    """
    return _plain(text.lower().translate(_WITHOUT_A_AND_I))


def _plain(text: str) -> str:
    return " ".join(_ARTICLES.sub(" ", text).split())


@dataclass(frozen=True, slots=True)
class Definition:
    """How a script compares an answer with an accepted one.

    Attributes:
        normalised: what it makes of either.
        guarded: whether "yes", "no" and "noanswer" share no words with anything else.
        both_empty: the F1 of two answers of which nothing is left.
        blank: whether a blank answer can be right, and a blank accepted one can make it so.
    """

    normalised: Callable[[str], str] = squad
    guarded: bool = False
    both_empty: float = 0.0
    blank: bool = True


DEFINITIONS: Mapping[By, Definition] = MappingProxyType(
    {
        "squad": Definition(both_empty=1.0),
        "hotpotqa": Definition(guarded=True),
        "kilt": Definition(blank=False),
        "nq_open": Definition(nq_open, both_empty=1.0),
        "triviaqa": Definition(triviaqa),
        "parlai": Definition(parlai),
        "exsearch": Definition(exsearch),
    }
)
"""By name. `squad` is that of MuSiQue too, `hotpotqa` of 2Wiki and FlashRAG, `kilt` but for blank
answers of SQuAD 1.1 and of ExSearch's branch main. The open version of NQ has no F1 of its own;
what is here is SQuAD's over its normalisation. SQuAD 2.0 leaves out accepted answers of which
nothing is left, where there are others; the scripts that took its functions over do not, nor does
this."""
