"""From a text to index terms: tokenizers, stop words, stemmers.

Analysis runs in two steps, so that the second is done once for each distinct word:
`Analyzer.words` splits a text, `Analyzer.term` turns a word into its index term or drops it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache

from harness.errors import unknown
from models.porter import porter

Split = Callable[[str], list[str]]
Stem = Callable[[str], str]

ENGLISH_STOP_WORDS = frozenset(
    (
        *("a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "if", "in", "into", "is"),
        *("it", "no", "not", "of", "on", "or", "such", "that", "the", "their", "then", "there"),
        *("these", "they", "this", "to", "was", "will", "with"),
    )
)
"""The 33 words of Lucene's EnglishAnalyzer, which bm25s took over as its English list."""

STOP_WORDS = {"english": ENGLISH_STOP_WORDS, "none": frozenset[str]()}
MAX_TOKEN = 255
"""Lucene's StandardTokenizer cuts a longer token into pieces of this many UTF-16 units."""

_LUCENE_LETTERS = str.maketrans({"İ": "i", "Σ": "σ", "¸": " "})
"""Java lowers the first two one by one, Python by context. And the cedilla, frequent in text that
was decoded wrongly, became a letter only after the version of Unicode that Lucene knows."""
_POSSESSIVE = re.compile(r"['’＇]s\Z")


class Analyzer:
    """Turns texts into index terms.

    Args:
        tokenizer: "words" (runs of two or more word characters, lower-cased: the pattern of
            scikit-learn and bm25s) or "lucene" (Lucene's StandardTokenizer, possessive 's removed,
            lower-cased).
        stopwords: "english" (Lucene's 33) or "none". Removed before stemming.
        stemmer: "none", "porter" (as in Lucene) or the name of a Snowball stemmer ("english",
            "german", ...).

    Raises:
        UserError: one of the names is not known.
    """

    def __init__(
        self, tokenizer: str = "words", stopwords: str = "english", stemmer: str = "none"
    ) -> None:
        if tokenizer not in TOKENIZERS:
            raise unknown("tokenizer", tokenizer, TOKENIZERS)
        if stopwords not in STOP_WORDS:
            raise unknown("list of stop words", stopwords, STOP_WORDS)
        self.words: Split = TOKENIZERS[tokenizer]
        self._possessives = tokenizer == "lucene"
        self._stopwords = STOP_WORDS[stopwords]
        self._stem = stemmer_of(stemmer)

    def term(self, word: str) -> str | None:
        """The index term of a word, None for a stop word."""
        if self._possessives:
            word = _POSSESSIVE.sub("", word)
        return None if word in self._stopwords else self._stem(word)

    def __call__(self, text: str) -> list[str]:
        """The terms of a text, in order, repeats kept."""
        return [term for word in self.words(text) if (term := self.term(word)) is not None]


class Vocabulary(dict[str, int]):
    """Words to term numbers, filled while texts are read. -1 is a word that is not indexed.

    Args:
        analyzer: gives the words of a text and the term of a word.
    """

    def __init__(self, analyzer: Analyzer) -> None:
        super().__init__()
        self._analyzer = analyzer
        self.terms: dict[str, int] = {}

    def __missing__(self, word: str) -> int:
        term = self._analyzer.term(word)
        self[word] = number = -1 if term is None else self.terms.setdefault(term, len(self.terms))
        return number

    def read(self, text: str) -> Iterable[int]:
        """The term number of every word of a text; new terms are numbered as they come."""
        return map(self.__getitem__, self._analyzer.words(text))

    def lookup(self, text: str) -> list[int]:
        """The numbers of the known terms of a text, in order, repeats kept; nothing is added."""
        words = self._analyzer.words(text)
        numbers = [n if (n := self.get(word)) is not None else self._term(word) for word in words]
        return [number for number in numbers if number >= 0]

    def _term(self, word: str) -> int:
        """The number of a word that no document holds, by a term that some document holds."""
        term = self._analyzer.term(word)
        return -1 if term is None else self.terms.get(term, -1)


def split_words(text: str) -> list[str]:
    r"""Words of two or more characters: `(?u)\b\w\w+\b` on the lower-cased text."""
    return _WORDS.findall(text.lower())


def split_lucene(text: str) -> list[str]:
    """The tokens of Lucene's StandardTokenizer, lower-cased character by character.

    Word boundaries are those of Unicode Standard Annex 29; of the segments between them those are
    kept that hold a letter, a digit, an ideograph, a kana or an emoji. What lies between blanks and
    is plain ASCII goes through a pattern that says the same, many times faster.
    """
    if text.isascii():
        tokens = _ASCII.findall(text.lower())
    else:
        if any(chr(letter) in text for letter in _LUCENE_LETTERS):
            text = text.translate(_LUCENE_LETTERS)
        plain, foreign = _ASCII.findall, _unicode_pattern()
        tokens = []
        for i, part in enumerate(_FOREIGN.split(text.lower())):
            tokens += foreign(part) if i % 2 else plain(part)
    if max(map(len, tokens), default=0) * 2 > MAX_TOKEN:
        return [piece for token in tokens for piece in _pieces(token)]
    return tokens


TOKENIZERS: dict[str, Split] = {"words": split_words, "lucene": split_lucene}


def stemmer_of(name: str) -> Stem:
    """The stemmer of that name as a function of one word.

    Raises:
        UserError: there is none.
    """
    if name == "none":
        return lambda word: word
    if name == "porter":
        return porter
    import Stemmer

    try:
        return Stemmer.Stemmer(name).stemWord  # type: ignore[no-any-return]
    except KeyError:
        raise unknown("stemmer", name, ["none", *Stemmer.algorithms()]) from None


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


def _word_pattern(letters: str, numbers: str, katakana: str, underscore: str) -> str:
    """A word: runs of letters and numbers, or of katakana, joined by underscores (WB5 to WB13b)."""
    run = f"(?:{katakana}|(?:{letters}|{numbers})++)"
    return f"{underscore}*+{run}(?:{underscore}++{run})*+{underscore}*+"


_WORDS = re.compile(r"\w\w+")  # runs are taken whole, so the pattern's \b change nothing
_ASCII = re.compile(
    # A leading underscore is only tried at the start of its run, so long runs cost linear time.
    r"(?<!_)"
    + _word_pattern(
        letters="[a-z]++(?:[.:'][a-z]++)*+",
        numbers="[0-9]++(?:[.,;'][0-9]++)*+",
        katakana="(?!)",
        underscore="_",
    )
)


_FOREIGN = re.compile(r"(?<![^\x00-\x20])([^\x00-\x20]*[^\x00-\x7f][^\x00-\x20]*)")
"""What lies between ASCII blanks and is not plain ASCII. No token crosses a blank."""

_FORMER_PICTOGRAPHS = (
    "\u2388\u2605\u2607-\u2612\u2616-\u2685\u2690-\u2705\u2708-\u2712\u2763-\u2767"
    "\U0001f000-\U0001f0ff\U0001f300-\U0001f53d\U0001f546-\U0001f64f\U0001f680-\U0001f6ff"
    "\U0001f900-\U0001faff"
)
"""Characters that were Extended_Pictographic when Lucene's tables were made."""


@cache
def _unicode_pattern() -> Split:
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
    word = _word_pattern(
        letters=rf"{letter}(?:(?:{inside_word}|{acronym})?+{letter})*+(?:{final})?+",
        numbers=rf"{number}(?:(?:{inside_number})?+{number})*+",
        katakana=rf"(?:\p{{WB=Katakana}}{tail})++",
        underscore=rf"(?:\p{{WB=ExtendNumLet}}{tail})",
    )
    single = rf"[\p{{Script=Han}}\p{{Script=Hiragana}}]{tail}"
    south_east_asian = rf"(?:\p{{LB=SA}}{tail})++"
    flag = r"\p{WB=Regional_Indicator}"
    emoji = rf"[\p{{ExtPict}}{_FORMER_PICTOGRAPHS}]{tail}"
    emojis = rf"{flag}{tail}{flag}{tail}|[#*]\uFE0F?+\u20E3{tail}|{emoji}(?:(?<=\u200D){emoji})*+"
    pattern = regex.compile(f"{word}|{single}|{south_east_asian}|{emojis}")
    return pattern.findall  # type: ignore[no-any-return]
