"""The TREC run format: `query Q0 document rank score tag`."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from harness.errors import UserError
from harness.files import replacing
from harness.formats.rows import Listing, Rows, gather, numbered_lines

if TYPE_CHECKING:
    from harness.run import Run

WHITESPACE = re.compile(r"[ \t\n\r\v\f]")
"""What separates columns; other Unicode spaces may stand inside an id."""
COLUMNS = ["query", "Q0", "document", "rank", "score", "tag"]
WIDTHS = (5, 6)
"""How many columns a line may have: the tag may be missing."""
BLOCK_BYTES = 1 << 23
ROWS_AT_ONCE = 1 << 17
GZIP_LEVEL = 6


class _Irregular(Exception):
    """Not one field between two separators: only reading line by line tells what it is."""


def read(path: Path, first_line: bytes) -> Rows:
    """Reads whole columns where one character separates them, else line by line.

    Raises:
        UserError: naming the line that is malformed.
    """
    import pyarrow as pa

    width = len(first_line.split())
    for separator in " ", "\t":
        regular = len(first_line.rstrip(b"\r\n").split(separator.encode())) == width
        if regular and width in WIDTHS:
            try:
                return _read_columns(path, separator, COLUMNS[:width])
            except (pa.ArrowInvalid, _Irregular):
                break
    return gather(_listings(path), str(path))


def _read_columns(path: Path, separator: str, columns: list[str]) -> Rows:
    import pyarrow as pa
    from pyarrow import csv

    coded = pa.dictionary(pa.int32(), pa.string())
    with pa.input_stream(str(path), "gzip" if path.suffix == ".gz" else None) as stream:
        table = csv.read_csv(
            stream,
            csv.ReadOptions(column_names=columns, block_size=BLOCK_BYTES),
            csv.ParseOptions(delimiter=separator, quote_char=False, ignore_empty_lines=False),
            csv.ConvertOptions(
                column_types={"query": coded, "document": coded, "score": pa.float64()},
                include_columns=["query", "document", "score"],
                null_values=[],
            ),
        )
    queries, query = _codes(table["query"])
    documents, document = _codes(table["document"])
    if _unfit(queries) or _unfit(documents):
        raise _Irregular
    score = table["score"].to_numpy()
    return Rows(queries, documents, query, document, score, lambda row: f"{path} line {row + 1}")


def _codes(column: Any) -> tuple[list[str], NDArray[np.int32]]:
    """The distinct values of a dictionary-encoded column, and the code of every row."""
    chunks = column.unify_dictionaries().chunks
    return chunks[0].dictionary.to_pylist(), np.concatenate([c.indices.to_numpy() for c in chunks])


def _listings(path: Path) -> Iterator[Listing]:
    for number, line in numbered_lines(path):
        fields = line.split()
        if len(fields) not in WIDTHS:
            raise UserError(
                f"{path} line {number}: {len(fields)} columns, but a TREC run has six: "
                f"{' '.join(COLUMNS)}"
            )
        try:
            query, document, score = fields[0].decode(), fields[2].decode(), _number(fields[4])
        except UnicodeDecodeError:
            raise UserError(f"{path} line {number}: not UTF-8") from None
        except ValueError:
            text = fields[4].decode("utf-8", "replace")
            raise UserError(f"{path} line {number}: the score '{text}' is not a number") from None
        yield Listing(query, (document,), (score,), number)


def _unfit(ids: Sequence[str]) -> bool:
    """True where an id is empty or holds a separator; one search does for all."""
    return "" in ids or WHITESPACE.search("\0".join(ids)) is not None


def _number(field: bytes) -> float:
    """A score. Python would read 1_000 as a number, other tools would not."""
    if b"_" in field:
        raise ValueError
    return float(field)


def write_trec(run: Run, path: Path, tag: str) -> None:
    """Writes a run; see `Run.write_trec`."""
    for kind, names in ("query id", run.queries), ("document id", run.vocabulary), ("tag", [tag]):
        if _unfit(names):
            bad = next(name for name in names if _unfit([name]))
            raise UserError(
                f"cannot write {path}: a TREC run has no room for the {kind} {bad!r}: "
                "it may be neither empty nor hold whitespace"
            )
    with replacing(path) as file:
        if path.suffix == ".gz":
            with gzip.GzipFile("", "wb", GZIP_LEVEL, file, mtime=0) as compressed:
                _write_lines(run, compressed, tag)
        else:
            _write_lines(run, file, tag)


def _write_lines(run: Run, file: BinaryIO | gzip.GzipFile, tag: str) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    queries, vocabulary = pa.array(run.queries, pa.string()), pa.array(run.vocabulary, pa.string())
    owner = np.repeat(np.arange(len(run.queries)), run.depths)
    place = np.arange(run.docs.size) - run.offsets[owner] + 1
    for start in range(0, run.docs.size, ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        lines = pc.binary_join_element_wise(
            queries.take(pa.array(owner[rows])),
            "Q0",
            vocabulary.take(pa.array(run.docs[rows])),
            pa.array(place[rows]).cast(pa.string()),
            _decimals(run.scores[rows]),
            f"{tag}\n",
            " ",
        )
        file.write(lines.buffers()[2])  # a string array keeps its strings end to end


def _decimals(scores: NDArray[np.float32]) -> Any:
    """The shortest decimal of every score from which readers get the same float32 back.

    Readers parse a double and round it to float32. Rounding twice spoils the shortest decimal of
    one float32 alone (7.038531e-26, found by trying all); it gets the digits of its double.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    exact = pa.array(scores)
    short = exact.cast(pa.string())
    read_back = short.cast(pa.float64()).cast(pa.float32(), safe=False)
    return pc.if_else(pc.equal(read_back, exact), short, exact.cast(pa.float64()).cast(pa.string()))
