"""A table before it is LaTeX or Markdown: texts of cells, what is best, and what marks mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from leaderboard.board.records import Column, Number, Row
from leaderboard.export.selection import Selection

PRINTED, REPORTED, MISPRINT, EDITION, RETRACTED = "*", "°", "†", "‡", "×"
LEVEL_MARKS = {"as printed": PRINTED, "self-reported": REPORTED}

Place = Literal["", "best", "second"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A cell."""

    text: str
    spread: str
    """Half the width of the 95 % interval; "" where it is not known."""
    place: Place
    marks: str
    group: str = ""
    """Letter of the row's group of rows that cannot be told apart; only first entries have it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row: an entry or None for each column."""

    label: str
    marks: str
    """Of all its numbers."""
    entries: tuple[Entry | None, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """What a reader of the table must know; `mark` is the sign that it explains, or ""."""

    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """All that is printed, as plain text."""

    suite: str
    headers: tuple[str, ...]
    lines: tuple[Line, ...]
    notes: tuple[Note, ...]


def tabulate(part: Selection, digits: int = 1) -> Table:
    """The table of a selection.

    The best and the second of a column share their places with numbers that are printed alike.
    References (an oracle) have no place, nor have numbers that are not comparable.
    """
    letters = part.letters()
    places = [_places(part, column, digits) for column in part.columns]
    lines = []
    for row in part.rows:
        numbers = [part.number(row, column) for column in part.columns]
        level = _common_level(numbers)
        first, *others = (
            _entry(number, part.factor, digits, place.get(row.id, ""), marked=not level)
            if number
            else None
            for number, place in zip(numbers, places, strict=True)
        )
        first = replace(first, group=letters[row.id]) if first else None
        lines.append(Line(part.labels[row.id], level, (first, *others)))
    headers = tuple(column.title for column in part.columns)
    return Table(part.suite.name, headers, tuple(lines), tuple(_notes(part, lines)))


def shown(number: Number, factor: float, digits: int) -> str:
    """The value times a factor; a printed number never with more digits than its source has."""
    if plain := re.fullmatch(r"-?\d+(?:\.(\d+))?", number.printed):
        decimals = len(plain[1] or "")
        same = abs(float(number.printed) - number.value * factor) < 10.0**-decimals
        digits = min(digits, decimals if same else max(decimals - 2, 0))  # else a share of 1
    return f"{number.value * factor:.{digits}f}"


def _places(part: Selection, column: Column, digits: int) -> dict[str, Place]:
    """Row id -> its place. Ranks know whether more or less of a measure is better."""
    ranks = {row.id: rank for row in part.rows if (rank := part.rank(row, column))}
    texts = {
        row.id: shown(number, part.factor, digits)
        for row in part.rows
        if row.id in ranks and (number := part.number(row, column))
    }
    order = list(dict.fromkeys(texts[row] for row in sorted(ranks, key=ranks.__getitem__)))
    place: dict[str, Place] = dict(zip(order, ("best", "second"), strict=False))
    return {row: place[text] for row, text in texts.items() if text in place}


def _common_level(numbers: list[Number | None]) -> str:
    """The mark of a level that all numbers of a row share."""
    marks = {LEVEL_MARKS.get(number.level, "") for number in numbers if number}
    return marks.pop() if len(marks) == 1 else ""


def _entry(number: Number, factor: float, digits: int, place: Place, *, marked: bool) -> Entry:
    marks = LEVEL_MARKS.get(number.level, "") if marked else ""
    marks += MISPRINT if number.defect else ""
    marks += EDITION if number.edition else ""
    marks += RETRACTED if number.retracted else ""
    spread = ""
    if number.low is not None and number.high is not None:
        spread = f"{(number.high - number.low) / 2 * factor:.{digits}f}"
    return Entry(shown(number, factor, digits), spread, place, marks)


def _notes(part: Selection, lines: list[Line]) -> Iterator[Note]:
    entries = [entry for line in lines for entry in line.entries if entry]
    used = {mark for line in lines for mark in line.marks}
    used.update(mark for entry in entries for mark in entry.marks)
    less = "; less is better" * (part.measure in part.suite.lower_is_better)
    yield Note("", f"{part.suite.title}: {part.quantity}{less}.")
    yield Note("", "Bold: best; underlined: second; references have no place.")
    if any(entry.spread for entry in entries):
        yield Note("", "±: half the width of the 95 % bootstrap interval.")
    if any(entry.group for entry in entries):
        yield Note("", _about_groups(part))
    if PRINTED in used:
        yield Note(PRINTED, f"As printed: {_sources(part)}.")
    if REPORTED in used:
        yield Note(REPORTED, "Self-reported, not computed again.")
    yield from _misprints(part)
    if EDITION in used:
        editions = sorted({number.edition for *_, number in _numbers(part) if number.edition})
        yield Note(EDITION, f"On another state of the task ({', '.join(editions)}): not ranked.")
    if RETRACTED in used:
        yield Note(RETRACTED, "Retracted: not ranked.")


def _misprints(part: Selection) -> Iterator[Note]:
    """A note a fault, naming all numbers that have it."""
    places: dict[str, list[str]] = {}
    for row, column, number in _numbers(part):
        if number.defect:
            place = f"{part.labels[row.id]}, {column.title}"
            places.setdefault(number.defect, []).append(place)
    for defect, where in places.items():
        yield Note(MISPRINT, f"{'; '.join(where)}: {defect}")


def _about_groups(part: Selection) -> str:
    ranks = part.suite.ranks
    drawn = sorted({ranks[row.id].resampled for row in part.rows if row.id in ranks})
    return (
        "Letters: rows of one letter cannot be told apart from the best row of that letter "
        f"(paired bootstrap over {' or over '.join(drawn)}, 5 % level, Holm's correction)."
    )


def _sources(part: Selection) -> str:
    cited = {
        f"{row.source.title}, {row.source.where} ({row.source.year})"
        for row in part.rows
        if row.source
    }
    return "; ".join(sorted(cited)) or "in the source of the row"


def _numbers(part: Selection) -> Iterator[tuple[Row, Column, Number]]:
    for row in part.rows:
        for column in part.columns:
            if number := part.number(row, column):
                yield row, column, number
