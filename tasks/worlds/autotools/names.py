"""What the queries name: things that a world should have, and that arguments can be bound to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_QUOTED = re.compile(r"(?:\b(song|album|artist) )?(?<!\w)(?:'(\w[^']{1,80})['?]|\"([^\"]{2,80})\")")
_CAPITALISED = re.compile(r"\b[A-Z]\w+(?: [A-Z]\w+)*")
_OPENING = (
    "Additionally After Also Alternatively Among And April Are August Based Besides Between "
    "Both Can Celsius Compare Could Currently December Did Do Does Fahrenheit February Five For "
    "From GPS Given Has Have Here How I IQ If In Influence Is It January July June List March "
    "May My November Now October On Please Quotient September Starting Tell The There These "
    "This Was Were What When Where Which Who Will With Would"
)
_OPENERS = frozenset(_OPENING.split())
"""Capitalised words that name nothing."""
_COORDINATES = re.compile(r"(\d+(?:\.\d+)?)°?\s*([NS]),?\s*(\d+(?:\.\d+)?)°?\s*([EW])\b")
_WORD = re.compile(r"[A-Za-z][\w'-]*")
_BREAK = re.compile(r"[.,;:!?()\"？]")
_STOPPING = (
    "a about additionally after all along also among an and another any are as at based be been "
    "best between both brief buy by calorie calories can carbohydrate carbohydrates category "
    "cheapest christmas contain containing contains content cost could cuisine cuisines "
    "currently dairy-free describe determine different dinner do does drinks each equipment "
    "expected expensive fewest find finding five following food foods for format four from get "
    "give gram grams has have help her higher highest his how i i'd i'm i've if in include "
    "includes including indicate ingredient ingredients introduce is it its juices know least "
    "less let like list looking lowest lunch main make making many max maximum me meet menu "
    "menus milligram milligrams minimum more most much my name names need needed needs no not "
    "nutrition nutritional of on one only option or other out paired party per planning please "
    "plus price prices product products protein provide purchase quantity random recipe recipes "
    "recommend related requirements requires respectively same sauces search separately "
    "shopping should similar simple some specific steps suitable summary tagged taste tell text "
    "than that the their them there these they this three title to total two type types using "
    "vitamin want wanting was weight were what when which who whole will wine wines with "
    "working would yogurts you"
)
STOPS = frozenset(_STOPPING.split())
"""Words at which a phrase ends."""
LONGEST = 3
"""Words of a phrase of food."""


@dataclass(frozen=True, slots=True)
class Named:
    """Something of music that a query names.

    Attributes:
        kind: "song" or "album", where that word stands before quotation marks; "artist" where it is
            a capitalised name.
        name: as written.
    """

    kind: str
    name: str


def simple(text: str) -> str:
    """A name without case, marks and plural endings, for comparing."""
    words = re.findall(r"\w+", text.casefold().replace("'", "").replace("\u2019", ""))
    return " ".join(word[:-1] if len(word) > 3 and word[-1] == "s" else word for word in words)


@lru_cache(maxsize=1024)
def music(text: str) -> tuple[Named, ...]:
    """Songs, albums and artists in order of appearance."""
    found: list[tuple[int, Named]] = []
    for match in _QUOTED.finditer(text):
        if match[1]:
            found.append((match.start(), Named(match[1], (match[2] or match[3]).strip())))
    found += [(at, Named("artist", name)) for at, name in _capitalised(unquoted(text))]
    return tuple(dict.fromkeys(named for _, named in sorted(found, key=lambda one: one[0])))


def unquoted(text: str) -> str:
    """The text with blanks where something stands in quotation marks."""
    return _QUOTED.sub(lambda match: " " * len(match[0]), text)


@lru_cache(maxsize=1024)
def places(text: str) -> tuple[str, ...]:
    """Names of places in order of appearance, each once."""
    return tuple(dict.fromkeys(name for _, name in _capitalised(text)))


@lru_cache(maxsize=1024)
def titles(text: str) -> tuple[str, ...]:
    """What stands in quotation marks, in order of appearance, each once."""
    found = (match[2] or match[3] for match in _QUOTED.finditer(text))
    return tuple(dict.fromkeys(title.strip(" ,.?") for title in found))


@lru_cache(maxsize=1024)
def coordinates(text: str) -> tuple[tuple[str, str], ...]:
    """Pairs of latitude and longitude as the weather service takes them: ("41.9N", "12.5E")."""
    pairs = (("".join(m.group(1, 2)), "".join(m.group(3, 4))) for m in _COORDINATES.finditer(text))
    return tuple(dict.fromkeys(pairs))


@lru_cache(maxsize=1024)
def foods(text: str) -> tuple[str, ...]:
    """What a query wants to eat or drink, in order of appearance: "orange juice"."""
    return tuple(dict.fromkeys(" ".join(run) for run in _runs(text)))


def phrases(text: str) -> Iterator[str]:
    """Every phrase of a query that could be looked for among foods."""
    for run in _runs(text):
        for length in range(1, min(LONGEST, len(run)) + 1):
            for start in range(len(run) - length + 1):
                yield " ".join(run[start : start + length])


def _runs(text: str) -> Iterator[list[str]]:
    """Words between the marks and stop words of a text."""
    for part in _BREAK.split(text):
        run: list[str] = []
        for word in [*_WORD.findall(part.lower()), ""]:
            if word in STOPS or len(word) < 3:
                if run:
                    yield run
                run = []
            else:
                run.append(word)


def _capitalised(text: str) -> Iterator[tuple[int, str]]:
    """Capitalised phrases, without the words that merely open a sentence."""
    for match in _CAPITALISED.finditer(text):
        words = match[0].split()
        article = words[:1] if words[0] == "The" and len(words) > 1 else []
        while words and words[0] in _OPENERS:
            words.pop(0)
        if words:
            yield match.start(), " ".join([*article, *words])
