"""The stage that makes token ids of conversations, and writes them so that people can look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise
from math import ceil
from pathlib import Path
from typing import Any, Protocol

from harness.contracts import Planned
from harness.errors import AssayError, UserError
from harness.training.work import Work
from models.training.text.base import Base, open_base
from models.training.text.rendering import Encoded
from models.training.text.settings import TextTraining

ROWS, LEFT_OUT = "rows.jsonl", "left_out.jsonl"
CHARACTERS = 4
"""A token's, where a plan can but guess."""
_AT_ONCE = 64
_SHOWN = 20


class _Placed(Protocol):
    @property
    def line(self) -> int: ...


@dataclass(frozen=True, eq=False)
class Data:
    """Makes rows: `rows.jsonl` holds what is learned from, `left_out.jsonl` what is too long.

    Nothing is ever cut.

    Attributes:
        settings: of the training.
        read: gives what a file holds.
        encode: makes rows of one conversation (or pair); a row has "length", "trained" and "line".
        source: the file, where an earlier stage writes it; None takes the settings' data.
        makes: what a plan counts with where an earlier stage is yet to write the file.
    """

    settings: TextTraining
    read: Callable[[Path], Iterator[Any]]
    encode: Callable[[Base, Any], list[dict[str, Any]]]
    source: Callable[[Work], Path] | None = None
    makes: Callable[[Mapping[str, Planned]], Planned] | None = None
    name: str = field(init=False, default="data")

    def plan(self, before: Mapping[str, Planned]) -> Planned:
        """What `count` says of the settings' data, where no earlier stage is yet to write them."""
        return self.makes(before) if self.makes else self.count(self.settings.inputs["data"])

    def count(self, path: Path) -> Planned:
        """Renders everything in a file, and counts; guesses where the base is not here.

        Raises:
            UserError: the file holds no rows, a line is malformed, or the base that lies here
                cannot be trained on them.
        """
        try:
            base = open_base(self.settings)
        except AssayError as error:
            if self.settings.is_here:
                raise
            return self._guessed(path, error)
        counted = _Counted()
        for rows, left in self._made(base, path, 0):
            counted.add(rows, left)
        self._require_rows(counted, path)
        notes = []
        if counted.left_out:
            notes.append(
                f"{counted.left_out} rows are longer than {self.settings.max_length} tokens and "
                "would be left out"
            )
        counts = {
            "rows": counted.rows,
            "tokens": counted.tokens,
            "trained tokens": counted.trained,
            "too long": counted.left_out,
        }
        return Planned(counts, hours=0.0, kwh=0.0, notes=tuple(notes))

    def run(self, work: Work) -> None:
        """Writes the rows, and goes on behind those that are there."""
        path = self.source(work) if self.source else self.settings.inputs["data"]
        # Whatever is malformed is told before anything is written.
        total = sum(1 for _ in self.read(path))
        kept, left_out = work.rows(ROWS), work.rows(LEFT_OUT)
        last = max((row["line"] for row in kept), default=0)
        for rows in (kept, left_out):  # the last line may have been written in part
            rows.keep(lambda row: row["line"] < last)
        base, counted, done = open_base(self.settings), _Counted(), 0
        read = sum(1 for item in self.read(path) if item.line < last)
        counted.add(kept, left_out)
        for made, left in self._made(base, path, last):
            left_out.add(*left)
            kept.add(*made)
            counted.add(made, left)
            done += len(made)
            read += _AT_ONCE
            work.tell(min(read, total), total)
        self._require_rows(counted, path)
        work.spend(sequences=done)
        work.summarise(counted.summary())

    def _guessed(self, path: Path, error: AssayError) -> Planned:
        """Counts without the base, by the characters of the file."""
        rows = sum(1 for _ in self.read(path))
        note = f"tokens are guessed from characters, {CHARACTERS} a token: {error}"
        counts = {"rows": rows, "tokens": path.stat().st_size // CHARACTERS}
        return Planned(counts, hours=0.0, kwh=0.0, notes=(note,))

    def _made(
        self, base: Base, path: Path, first: int
    ) -> Iterator[tuple[list[dict[str, Any]], list[dict[str, Any]]]]:
        """Rows that are learned from and rows that are left out, some lines at a time."""
        limit = min(self.settings.max_length, base.context or self.settings.max_length)
        found = (item for item in self.read(path) if item.line >= first)
        while items := list(islice(found, _AT_ONCE)):
            rows = [row for item in items for row in self._encoded(base, path, item)]
            yield (
                [row for row in rows if row["length"] <= limit],
                [{"line": r["line"], "length": r["length"]} for r in rows if r["length"] > limit],
            )

    def _encoded(self, base: Base, path: Path, item: _Placed) -> list[dict[str, Any]]:
        try:
            return self.encode(base, item)
        except UserError as error:
            raise UserError(f"{self._shown(path)} line {item.line}: {error}") from error

    def _shown(self, path: Path) -> str:
        """The file as the user wrote it, if they did."""
        return str(path) if self.source else self.settings.data

    def _require_rows(self, counted: _Counted, path: Path) -> None:
        if not counted.rows:
            raise UserError(
                f"all {counted.left_out} rows of {self._shown(path)} are longer than what is read "
                f"at most ({self.settings.max_length} tokens, or the base's context): raise "
                "max_length, or choose another base"
            )


def shown(base: Base, row: Encoded) -> list[dict[str, Any]]:
    """The text of a row, in parts that are learned and parts that are not."""
    edges = [0, *(edge for span in row.spans for edge in span), len(row.ids)]
    parts = []
    for number, (start, end) in enumerate(pairwise(edges)):
        if start < end:
            text = base.tokenizer.decode(
                list(row.ids[start:end]), clean_up_tokenization_spaces=False
            )
            parts.append({"text": text, "trained": bool(number % 2)})
    return parts


@dataclass
class _Counted:
    """How many rows there are, and how long they are."""

    rows: int = 0
    tokens: int = 0
    trained: int = 0
    lengths: Counter[int] = field(default_factory=Counter)
    lines: list[int] = field(default_factory=list)
    left_out: int = 0
    ends: set[int] = field(default_factory=set)

    def add(self, rows: Iterable[Mapping[str, Any]], left: Iterable[Mapping[str, Any]]) -> None:
        for row in rows:
            self.rows += 1
            self.tokens += row["tokens"]
            self.trained += row["trained"]
            self.lengths[row["length"]] += 1
            for side in (row, row.get("chosen"), row.get("rejected")):
                if side and "spans" in side and not row.get("broken_off"):
                    self.ends |= {side["ids"][end - 1] for _, end in side["spans"]}
        for row in left:
            self.left_out += 1
            if len(self.lines) < _SHOWN:
                self.lines.append(row["line"])

    def summary(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "tokens": self.tokens,
            "trained_tokens": self.trained,
            "lengths": {f"{share:.0%}": self._quantile(share) for share in (0, 0.5, 0.9, 0.99, 1)},
            "too_long": self.left_out,
            "first_too_long_lines": self.lines,
            "ends": sorted(self.ends),
        }

    def _quantile(self, share: float) -> int:
        """The length that this share of the rows does not exceed."""
        wanted, seen = max(1, ceil(share * self.rows)), 0
        for length in sorted(self.lengths):
            seen += self.lengths[length]
            if seen >= wanted:
                return length
        return 0


def masked(row: Sequence[int], spans: Sequence[Sequence[int]]) -> list[bool]:
    """Which tokens of a row are learned."""
    found = [False] * len(row)
    for start, end in spans:
        found[start:end] = [True] * (end - start)
    return found
