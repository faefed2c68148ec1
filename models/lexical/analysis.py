"""From a text to index terms: tokenizers, stop words, stemmers.

Analysis runs in two steps, so that the second is done once for each distinct word:
`Analyzer.words` splits a text, `Analyzer.term` turns a word into its index term or drops it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import repeat

from harness.errors import unknown
from models.lexical.porter import porter
from models.lexical.standard_tokenizer import standard_tokens

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

_RUNS = re.compile(r"\w\w+")  # runs are taken whole, so the \b of the documented pattern go unsaid
_NEW = -2
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
            raise unknown("tokenizer", tokenizer, TOKENIZERS, _one_of(TOKENIZERS))
        if stopwords not in STOP_WORDS:
            raise unknown("list of stop words", stopwords, STOP_WORDS, _one_of(STOP_WORDS))
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
    """Words to term numbers, filled while texts are read. A stop word has the number -1.

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
        numbers = list(map(self.get, words, repeat(_NEW)))
        if _NEW in numbers:
            pairs = zip(numbers, words, strict=True)
            numbers = [self._known(word) if n == _NEW else n for n, word in pairs]
        return [number for number in numbers if number >= 0]

    def _known(self, word: str) -> int:
        """The number of a new word, by a term that some text had, else -1."""
        term = self._analyzer.term(word)
        return -1 if term is None else self.terms.get(term, -1)


def split_words(text: str) -> list[str]:
    r"""Words of two or more characters: `(?u)\b\w\w+\b` on the lower-cased text."""
    return _RUNS.findall(text.lower())


TOKENIZERS: dict[str, Split] = {"words": split_words, "lucene": standard_tokens}


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
        names = ["none", *Stemmer.algorithms()]
        raise unknown("stemmer", name, names, _one_of(names)) from None


def _one_of(names: Iterable[str]) -> str:
    return f"There is: {', '.join(names)}"
