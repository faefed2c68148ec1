"""The tokens of Lucene's StandardTokenizer, lower-cased: Unicode Standard Annex 29 in patterns."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import cache

MAX_TOKEN = 255
"""Lucene's StandardTokenizer cuts a longer token into pieces of this many UTF-16 units."""

_LETTERS = str.maketrans({"İ": "i", "Σ": "σ", "¸": " "})
"""Java lowers the first two one by one, Python by context. And the cedilla, frequent in text that
was decoded wrongly, became a letter only after the version of Unicode that Lucene knows."""
_FOREIGN = re.compile(r"(?<![^\x00-\x20])([^\x00-\x20]*[^\x00-\x7f][^\x00-\x20]*)")
"""What lies between ASCII blanks and is not plain ASCII. No token crosses a blank."""
_FORMER_PICTOGRAPHS = (
    "\u2388\u2605\u2607-\u2612\u2616-\u2685\u2690-\u2705\u2708-\u2712\u2763-\u2767"
    "\U0001f000-\U0001f0ff\U0001f300-\U0001f53d\U0001f546-\U0001f64f\U0001f680-\U0001f6ff"
    "\U0001f900-\U0001faff"
)
"""Characters that were Extended_Pictographic when Lucene's tables were made."""


def standard_tokens(text: str) -> list[str]:
    """The tokens of Lucene's StandardTokenizer, lower-cased character by character.

    Word boundaries are those of Unicode Standard Annex 29; of the segments between them those are
    kept that hold a letter, a digit, an ideograph, a kana or an emoji. What lies between blanks and
    is plain ASCII goes through a pattern that says the same, many times faster.
    """
    if text.isascii():
        tokens = _ASCII.findall(text.lower())
    else:
        if any(chr(letter) in text for letter in _LETTERS):
            text = text.translate(_LETTERS)
        plain, foreign = _ASCII.findall, _full_pattern()
        tokens = []
        for i, part in enumerate(_FOREIGN.split(text.lower())):
            tokens += foreign(part) if i % 2 else plain(part)
    if max(map(len, tokens), default=0) * 2 > MAX_TOKEN:
        return [piece for token in tokens for piece in _pieces(token)]
    return tokens


def _pieces(token: str) -> list[str]:
    """A token cut into pieces of at most `MAX_TOKEN` UTF-16 units."""
    pieces, start, units = [], 0, 0
    for i, character in enumerate(token):
        width = 2 if character > "\uffff" else 1
        if units + width > MAX_TOKEN:
            pieces.append(token[start:i])
            start, units = i, 0
        units += width
    return [*pieces, token[start:]]


def _word(letters: str, numbers: str, katakana: str, underscore: str, tail: str = "") -> str:
    """A word: runs of letters and numbers, or of katakana, joined by underscores (WB5 to WB13b).

    Underscores before a word are tried only from the first of their run, in linear time.
    """
    joint = underscore + tail
    run = f"(?:{katakana}|{_all(f'{letters}|{numbers}', '+')})"
    return f"(?<!{underscore}){_all(joint)}{run}{_all(_all(joint, '+') + run)}{_all(joint)}"


def _all(pattern: str, times: str = "*") -> str:
    """A pattern as often as it matches, of which nothing is given back."""
    if sys.version_info < (3, 11, 5):  # there `re` takes too much with `*+` (gh-106052)
        return f"(?>(?:{pattern}){times})"
    return f"(?:{pattern}){times}+"


_ASCII = re.compile(
    _word(
        letters="[a-z]++" + _all("[.:'][a-z]++"),
        numbers="[0-9]++" + _all("[.,;'][0-9]++"),
        katakana="(?!)",
        underscore="_",
    )
)
"""The pattern for plain ASCII, which says the same as the full one."""


@cache
def _full_pattern() -> Callable[[str], list[str]]:
    """UAX 29 in full, as Lucene has it: its tables are those of Unicode 9."""
    import regex

    tail = r"[\p{WB=Extend}\p{WB=Format}\p{WB=ZWJ}]*+"  # WB4: marks belong to what they follow
    hebrew = r"(?<=\p{WB=Hebrew_Letter}[\p{WB=Extend}\p{WB=Format}\p{WB=ZWJ}]*['\"])"
    letter = rf"[\p{{WB=ALetter}}\p{{WB=Hebrew_Letter}}]{tail}"
    number = rf"\p{{WB=Numeric}}{tail}"
    # Up to Unicode 15 the colon joins letters.
    inside_word = rf"[\p{{WB=MidLetter}}\p{{WB=MidNumLet}}\p{{WB=Single_Quote}}:]{tail}"
    inside_number = rf"[\p{{WB=MidNum}}\p{{WB=MidNumLet}}\p{{WB=Single_Quote}}]{tail}"
    acronym = rf"[\"]{hebrew}{tail}(?=\p{{WB=Hebrew_Letter}})"  # WB7b, WB7c
    final = rf"[']{hebrew}{tail}"  # WB7a
    word = _word(
        letters=rf"{letter}(?:(?:{inside_word}|{acronym})?+{letter})*+(?:{final})?+",
        numbers=rf"{number}(?:(?:{inside_number})?+{number})*+",
        katakana=rf"(?:\p{{WB=Katakana}}{tail})++",
        underscore=r"\p{WB=ExtendNumLet}",
        tail=tail,
    )
    single = rf"[\p{{Script=Han}}\p{{Script=Hiragana}}]{tail}"
    south_east_asian = rf"(?:\p{{LB=SA}}{tail})++"
    flag = r"\p{WB=Regional_Indicator}"
    emoji = rf"[\p{{ExtPict}}{_FORMER_PICTOGRAPHS}]{tail}"
    emojis = rf"{flag}{tail}{flag}{tail}|[#*]\uFE0F?+\u20E3{tail}|{emoji}(?:(?<=\u200D){emoji})*+"
    pattern = regex.compile(f"{word}|{single}|{south_east_asian}|{emojis}")
    return pattern.findall  # type: ignore[no-any-return]
