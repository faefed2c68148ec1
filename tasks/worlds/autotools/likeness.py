"""Records in the likeness of a recorded one: the same keys and types, other values."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from tasks.worlds.autotools.recordings import walk

_AMOUNT = re.compile(r"([<$]?)(\d+(?:\.\d+)?)(.*)", re.DOTALL | re.ASCII)


@dataclass(frozen=True)
class Likeness:
    """How the values of a record come about.

    Attributes:
        scaled: keys of numbers, and of texts that begin with a number, that go with the size of
            the record: all are multiplied by one factor, so that they still agree.
        drawn: keys of numbers that are drawn from `ranges`.
        blank: keys of texts that say what only the recorded thing is: left empty.
        thinned: keys of lists of named things, of which a record has some.
        ranges: key -> smallest and largest value in the recordings.
    """

    scaled: Collection[str]
    drawn: Collection[str]
    blank: Collection[str]
    thinned: Collection[str]
    ranges: Mapping[str, tuple[float, float]]

    def of(
        self,
        shape: Any,
        factor: float,
        draw: Callable[[str], float],
        has: Callable[[str], bool],
        key: str = "",
    ) -> Any:
        """A record.

        Args:
            shape: the recorded one.
            factor: how much larger than the recorded it is.
            draw: from a key to a number in [0, 1), the same for the same key.
            has: whether the record has a thing of that name, of those in `thinned` lists.
            key: under which it stands.
        """
        if isinstance(shape, Mapping):
            return {name: self.of(part, factor, draw, has, name) for name, part in shape.items()}
        if isinstance(shape, list):
            kept = shape
            if key in self.thinned:
                kept = [part for part in shape if has(part["name"])] or shape[:1]
            return [self.of(part, factor, draw, has, key) for part in kept]
        if isinstance(shape, bool) or shape is None:
            return shape
        if key in self.scaled:
            return _scaled(shape, factor)
        if key in self.drawn and isinstance(shape, int | float):
            low, high = self.ranges[key]
            value = low + (high - low) * draw(key)
            return round(value) if isinstance(shape, int) else round(value, 2)
        return "" if key in self.blank and isinstance(shape, str) else shape


def ranges(responses: Mapping[str, Any], keys: Collection[str]) -> dict[str, tuple[float, float]]:
    """Smallest and largest number under each key in all recordings.

    Where a key shows one value v only, the range is v/2 to 3v/2.
    """
    seen: dict[str, set[float]] = {}
    for path, value in walk(dict(responses)):
        key = path.rpartition(".")[2]
        if key in keys and isinstance(value, int | float) and not isinstance(value, bool):
            seen.setdefault(key, set()).add(value)
    return {
        key: (min(values), max(values)) if len(values) > 1 else (0.5 * v, 1.5 * v)
        for key, values in seen.items()
        for v in (max(values),)
    }


def _scaled(value: Any, factor: float) -> Any:
    if isinstance(value, str):
        match = _AMOUNT.fullmatch(value)
        if match is None:
            return value
        number = float(match[2]) * factor
        shown = f"{number:.2f}" if "." in match[2] else f"{number:.0f}"
        return f"{match[1]}{shown}{match[3]}"
    return round(value * factor) if isinstance(value, int) else round(value * factor, 2)
