"""Tables of separated values: CSV, and TSV as DPR's passages and PopQA come."""

from __future__ import annotations

import csv
import io
import zlib
from pathlib import Path
from typing import Any

from harness.errors import UserError
from harness.formats.rows import opened
from harness.sources.rows import Rows

SEPARATORS = {".csv": ",", ".tsv": "\t"}
"""By the suffix of a file's name, before .gz."""
_LONGEST = 2**24
"""Characters of a field; a passage is far below that, a quotation mark left open soon above."""


def is_separated(path: Path) -> bool:
    """Whether a file's name says that it is CSV or TSV, gzipped or not."""
    return Path(path.name.removesuffix(".gz")).suffix in SEPARATORS


def read_separated(path: Path) -> Rows:
    """The rows of a CSV or TSV file whose first line names the columns, all of them texts.

    Raises:
        UserError: it cannot be read, or a row has more or fewer columns; says which line.
    """
    separator = SEPARATORS[Path(path.name.removesuffix(".gz")).suffix]
    found: list[dict[str, Any]] = []
    lines: list[int] = []
    limit = csv.field_size_limit(_LONGEST)
    try:
        with opened(path) as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, delimiter=separator)
            for row in reader:
                if None in row or None in row.values():
                    raise UserError(
                        f"{path} line {reader.line_num}: has not the "
                        f"{len(reader.fieldnames or ())} columns that the first line names"
                    )
                found.append(row)
                lines.append(reader.line_num)
    except (OSError, EOFError, ValueError, csv.Error, zlib.error) as error:
        raise UserError(f"{path} cannot be read: {error}") from None
    finally:
        csv.field_size_limit(limit)
    return Rows(str(path), found, lines)
