"""Run files: TREC, JSONL and JSON in, TREC out."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

from harness.errors import UserError
from harness.formats import objects, trec
from harness.formats.rows import Listing, Rows, first_places, gather, opened
from harness.formats.trec import write_trec

__all__ = ["Listing", "Rows", "first_places", "gather", "place_of", "read", "write_trec"]

_LIST = re.compile(rb'\[\s*([\[{"\]]|$)')
"""How a JSON list begins; the id of a query may begin with a bracket too."""


def read(path: Path) -> Rows:
    """Reads a run, gzipped when its name ends in .gz. The content tells the format.

    - TREC: `query Q0 document rank score tag`, separated by any whitespace. The rank column is
      ignored, as in trec_eval: the score decides. The tag may be missing.
    - JSONL: `{"query_id", "doc_id", "score"}` a line, or `{"query_id", "ranking"}`.
    - JSON: `{query: ranking}`.

    A ranking is `[id, ...]`, `[[id, score], ...]` or `{id: score}`.

    Raises:
        UserError: the file is missing or malformed; the message names the line.
    """
    try:
        with opened(path) as file:
            start = file.readline().removeprefix(b"\xef\xbb\xbf").lstrip()
        if start.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise UserError(f"{path} is UTF-16: save it as UTF-8")
        if _LIST.match(start):
            raise UserError(
                f"{path} holds a list: write one object {{query: ranking}}, or one object a line"
            )
        if not start.startswith(b"{"):
            return trec.read(path, start)
        if ".jsonl" in path.suffixes or objects.is_record(start):
            return objects.read_lines(path)
        return objects.read_whole(path)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise UserError(f"no run file at {path}") from None
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"cannot read {path}: {error}") from None


def place_of(path: Path, kind: str, id: str) -> str:
    """Where a run file names a "query" or a "document" first: "run.trec line 17: ".

    Empty where it does not, as after an id was decoded.
    """
    rows = read(path)
    ids, codes = (rows.queries, rows.query) if kind == "query" else (rows.documents, rows.document)
    if id not in ids:
        return ""
    entries = (codes == ids.index(id)).nonzero()[0]
    return f"{rows.where(int(entries[0]))}: " if entries.size else f"{path}: "
