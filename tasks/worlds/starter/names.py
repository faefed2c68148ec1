"""Invented names, built from a closed set of syllables so that one tokenizer covers every seed."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import count

from tasks.worlds.draw import Draw

# fmt: off
SYLLABLES = (
    "ba", "bel", "bi", "bra", "ca", "cor", "da", "do", "dri", "dru", "el", "fen", "fo", "gri",
    "ha", "hel", "jo", "ka", "kel", "la", "len", "li", "lo", "lu", "ma", "mar", "mi", "mo",
    "na", "nor", "nu", "o", "or", "os", "pa", "pel", "qui", "ra", "ren", "ri", "ro", "sa", "sel",
    "si", "sol", "ta", "tam", "ti", "tu", "va", "vel", "vi", "wen", "ya", "za", "zor",
)
# fmt: on
"""Every invented name, in every world, is two or more of these in a row."""

_COINED = re.compile(f"(?:{'|'.join(SYLLABLES)}){{2,}}", re.IGNORECASE)
_VOWELS = frozenset("aeiou")
_PATIENCE = 40


def is_coined(word: str) -> bool:
    """Whether a word consists of the syllables and nothing else."""
    return _COINED.fullmatch(word) is not None


class NameBook:
    """Hands out names and remembers them: none is given twice."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self._given: set[str] = set()

    def coin(self, syllables: int = 2) -> str:
        """A new invented word of that many syllables, or of more once those run short."""
        longer = (self._word(syllables + attempt // _PATIENCE) for attempt in count())
        word = next(word for word in longer if word not in self._given)
        self._given.add(word)
        return word

    def unique(self, compose: Callable[[], str]) -> str:
        """What `compose` makes, tried again while taken, in the end with a new word added."""
        for _ in range(_PATIENCE):
            name = compose()
            if name not in self._given:
                break
        else:
            name = f"{name} {self.coin(3)}"
        self._given.add(name)
        return name

    def _word(self, syllables: int) -> str:
        word = ""
        last = ""
        while syllables:
            syllable = self._draw.choice(SYLLABLES)
            clash = word and word[-1] in _VOWELS and syllable[0] in _VOWELS
            if syllable != last and not clash:
                word, last, syllables = word + syllable, syllable, syllables - 1
        return word.capitalize()
