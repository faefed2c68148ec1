"""What the queries name: things that a world should have, and that arguments can be bound to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_QUOTED = re.compile(
    r"\b(song|album|artist)?s?\s*(?:'([^']{2,80}?)[?]?'(?!\w)|\"([^\"]{2,80})\"|'([^']{2,40})\?)"
)
_CAPITALISED = re.compile(r"\b(?:The )?[A-Z]\w+(?: [A-Z]\w+)*")
_OPENING = re.compile(r"(?:^|[.?!？]\s*)([A-Z]\w*)")
_COORDINATES = re.compile(r"(\d+(?:\.\d+)?)°?\s*([NS]),?\s*(\d+(?:\.\d+)?)°?\s*([EW])\b")
_FOODS = re.compile(
    r"(?:related to|pasta|include|including|between|including:|of|for|with|introduce|like|find)\s+"
    r"(?:an? |one |two |three |five |some |each |type |types |of )*([a-z][a-zA-Z ,]*)",
)
_WORD = re.compile(r"[A-Za-z][\w'-]*")
_BREAK = re.compile(r"[.,;:!?()\"？]")
STOPS = frozenset(
    "a about after all also among an and any are as at be between by can containing content could "
    "do does each find five following for four from get give has have help highest how i if "
    "in including indicate is it its least less let like list lowest main me more most much my "
    "name names need no of on one only or other please product products provide recipe recipes "
    "related same should some tell than that the them there these they this three to two type "
    "types using want what when which will with would you".split()
)
"""Words at which a phrase ends."""
_NO_PLACE = frozenset("GPS Among Starting Five Fahrenheit Celsius Currently January".split())
LONGEST = 3
"""Words of a phrase of food."""


@dataclass(frozen=True, slots=True)
class Named:
    """Something of music that a query names.

    Attributes:
        kind: "song", "album" or "artist", as the words before it say; an artist where they do not.
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
    """Songs and albums in quotation marks, and artists, in order of appearance."""
    found: list[tuple[int, Named]] = []
    for match in _QUOTED.finditer(text):
        name = (match[2] or match[3] or match[4]).strip()
        found.append((match.start(), Named(match[1] or "song", name)))
    rest = _QUOTED.sub(lambda match: " " * len(match[0]), text)
    for start, name in _capitalised(rest):
        found.append((start, Named("artist", name)))
    return tuple(named for _, named in sorted(found, key=lambda one: one[0]))


@lru_cache(maxsize=1024)
def places(text: str) -> tuple[str, ...]:
    """Names of places in order of appearance, each once."""
    names = [name for _, name in _capitalised(re.sub(r'"[^"]*"', " ", text))]
    quoted = re.findall(r"\"([^\"]{2,60})\"|'([A-Z][^']{2,60})'", text)
    kept = [a or b for a, b in quoted] + [name for name in names if name not in _NO_PLACE]
    return tuple(dict.fromkeys(name.strip() for name in kept))


@lru_cache(maxsize=1024)
def coordinates(text: str) -> tuple[tuple[str, str], ...]:
    """Pairs of latitude and longitude as the weather service takes them: ("41.9N", "12.5E")."""
    pairs = (("".join(m.group(1, 2)), "".join(m.group(3, 4))) for m in _COORDINATES.finditer(text))
    return tuple(dict.fromkeys(pairs))


@lru_cache(maxsize=1024)
def foods(text: str) -> tuple[str, ...]:
    """Every phrase of a query that could be looked for among foods, long ones first."""
    found: dict[str, None] = {}
    for run in _runs(text):
        for length in range(min(LONGEST, len(run)), 0, -1):
            for start in range(len(run) - length + 1):
                found[" ".join(run[start : start + length])] = None
    return tuple(found)


def _runs(text: str) -> Iterator[list[str]]:
    """Words between the marks and stop words of a text."""
    for part in _BREAK.split(text):
        run: list[str] = []
        for word in _WORD.findall(part):
            if word.lower() in STOPS or len(word) < 3:
                if run:
                    yield run
                run = []
            else:
                run.append(word.lower())
        if run:
            yield run


def _capitalised(text: str) -> Iterator[tuple[int, str]]:
    """Capitalised phrases that do not merely begin a sentence."""
    openings = {match.start(1) for match in _OPENING.finditer(text)}
    for match in _CAPITALISED.finditer(text):
        if match.start() not in openings:
            name = re.sub(r"'s$", "", match[0])
            if name not in ("IQ", "GPS", "Influence Quotient", "I"):
                yield match.start(), name
