"""Whether a final answer in plain text names what it should.

Only the final answer is looked at; an attempt that came to none has named nothing. Letters are
compared in lower case.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import nan
from types import MappingProxyType
from typing import Literal

from harness.measures.attempt import Attempt

By = Literal["substring", "words"]
_ORDINALS = (
    *("first", "second", "third", "fourth", "fifth"),
    *("sixth", "seventh", "eighth", "ninth", "tenth"),
)
_NUMBERS = MappingProxyType({word: number for number, word in enumerate(_ORDINALS, 1)})
_NUMBER = re.compile(
    rf"(?<![^\W_])(?<![0-9][.,])(?:([0-9]{{1,9}})(?:st|nd|rd|th)?|({'|'.join(_ORDINALS)}))"
    r"(?![^\W_])(?![.,][0-9])"
)
_MARKER = re.compile(r"\banswer\s*:", re.IGNORECASE)
_DECORATION = " \t*_`#"


def questions_answered(attempt: Attempt, *, by: By = "substring") -> float:
    """Share of the questions an accepted answer of which stands in the final answer.

    The accepted answers of each question are `Gold.details["accepted"]`. With `by=substring` they
    may stand anywhere, within a word too: the score of Trivia Creative Writing (Wang et al., "Solo
    Performance Prompting", NAACL 2024; tasks/trivia_creative_writing.py), which is printed over all
    questions and is the mean of this wherever each problem has as many. With `by=words` they must
    not begin or end within a word, so that a "y" in any word is no answer. Ours.

    NaN where there are none.
    """
    accepted = attempt.problem.gold.details.get("accepted")
    if not accepted:
        return nan
    said = (attempt.trajectory.answer or "").lower()
    return sum(_any_stands(answers, said, by) for answers in accepted) / len(accepted)


def number_named(
    attempt: Attempt, *, by: Literal["words", "substring", "anywhere"] = "words"
) -> float:
    """1 where the final answer names the right number and no other from 1 to 10, else 0.

    A number is named by its digits or its ordinal, "2" or "second". What counts is what stands
    behind the last "Answer:", if there is one, else all of the final answer. With `by=words`, our
    rule, that is the first line there, and a number is a word of its own, "2nd" included: neither
    the 1 of "10" nor "firstly" names anything.

    The others are of Logic Grid Puzzle (Wang et al., "Solo Performance Prompting", NAACL 2024;
    tasks/logic_grid_puzzle.py). With `by=substring` all that follows is looked at, and digits and
    ordinals count within words and other numbers too: the code as released at 619c8a0. With
    `by=anywhere` the right number only has to be there, whatever else is: the code before that,
    by which most flags in the published logs were computed.

    NaN where the answer is no whole number from 1 to 10.
    """
    right = _right(attempt)
    if right is None:
        return nan
    said = (attempt.trajectory.answer or "").lower()
    *_, behind = _MARKER.split(said)
    named = _in_a_line(behind) if by == "words" else _in_text(behind)
    return float(right in named if by == "anywhere" else named == {right})


def _in_a_line(text: str) -> set[int]:
    """The numbers from 1 to 10 that are words of the first line with anything in it."""
    lines = (line.strip(_DECORATION) for line in text.splitlines())
    found = _NUMBER.finditer(next(filter(None, lines), ""))
    numbers = (int(match[1]) if match[1] else _NUMBERS[match[2]] for match in found)
    return {number for number in numbers if number in _NUMBERS.values()}


def _in_text(text: str) -> set[int]:
    """The numbers from 1 to 10 whose digits or ordinals stand somewhere."""
    return {n for word, n in _NUMBERS.items() if str(n) in text or word in text}


def _right(attempt: Attempt) -> int | None:
    """The number that is the answer, from 1 to 10; None where there is no such one."""
    answers = attempt.problem.gold.answers
    known = len(answers) == 1 and answers[0] in map(str, _NUMBERS.values())
    return int(answers[0]) if known else None


def _any_stands(answers: Sequence[str], said: str, by: By) -> bool:
    found = [answer for answer in map(str.lower, answers) if answer and answer in said]
    if by == "substring":
        return bool(found)
    return any(re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", said) for answer in found)
