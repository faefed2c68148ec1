"""The files of a folder in BEIR layout: documents, queries with what they carry, and pools."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.corpus import is_text
from harness.errors import UserError
from harness.records import Document, Query
from harness.sources.rows import Row, Rows

Pools = dict[str, list[str]]
"""Document ids by query id."""


@dataclass(frozen=True)
class Questions:
    """The judged queries of a folder, the pools that stand in their rows, and the other queries."""

    queries: list[Query] = field(default_factory=list)
    unjudged: list[str] = field(default_factory=list)
    candidates: Pools = field(default_factory=dict)
    excluded: Pools = field(default_factory=dict)


def read_documents(rows: Rows) -> Iterator[Document]:
    """Documents in order.

    Raises:
        UserError: a row has no id, no text or the id of an earlier row.
    """
    for position, id, row in _identified(rows, "document"):
        title = _text(rows, position, row, "title") if row.get("title") is not None else ""
        yield Document(id, _text(rows, position, row, "text"), title)


def read_queries(rows: Rows, judged: Container[str]) -> Questions:
    """The queries that are judged, in order.

    Raises:
        UserError: a row has no id, no text or the id of an earlier row, or its instruction is no
            text, or its candidates or excluded documents are no list of ids.
    """
    found = Questions()
    for position, id, row in _identified(rows, "query"):
        text = _text(rows, position, row, "text")
        if id not in judged:
            found.unjudged.append(id)
            continue
        instruction = row.get("instruction") and _text(rows, position, row, "instruction")
        found.queries.append(Query(id, text, instruction or None))
        for name, pools in (("candidates", found.candidates), ("excluded", found.excluded)):
            if row.get(name) is not None:
                try:
                    pools[id] = _ids(row[name])
                except ValueError as error:
                    raise rows.error(position, f"'{name}' is {error}") from error
    return found


def read_pools(path: Path) -> Pools:
    """Reads `{query: [document, ...]}`.

    Raises:
        UserError: the file cannot be read or holds anything else.
    """
    try:
        pools = json.loads(path.read_bytes())
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error}") from error
    except json.JSONDecodeError as error:
        raise UserError(f"{path} line {error.lineno}: broken JSON ({error.msg})") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8") from error
    except RecursionError as error:
        raise UserError(f"{path}: broken JSON (nested too deep)") from error
    if not isinstance(pools, dict):
        raise UserError(f"{path} must hold one object, {{query: [document ids]}}")
    try:
        return {query: _ids(ids) for query, ids in pools.items()}
    except ValueError as error:
        raise UserError(f"{path}: the value of a query is {error}") from error


def _identified(rows: Rows, kind: str) -> Iterator[tuple[int, str, Row]]:
    """Position, id and row of every row; ids are unique."""
    seen: set[str] = set()
    for position, row in enumerate(rows):
        id = row.get("_id", row.get("id"))
        if not _is_id(id):
            raise rows.error(position, f"the {kind} has no '_id' (a text or a whole number)")
        if not is_text(str(id)):
            raise rows.error(position, f"the id {id!r} of the {kind} holds half a surrogate pair")
        if str(id) in seen:
            raise rows.error(position, f"a second {kind} has the id '{id}': ids must be unique")
        seen.add(str(id))
        yield position, str(id), row


def _text(rows: Rows, position: int, row: Row, name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str):
        raise rows.error(position, f"'{name}' is missing or no text")
    return value


def _ids(value: Any) -> list[str]:
    """Ids in order, each once. Raises ValueError when the value is no list of ids."""
    if not isinstance(value, list) or not all(_is_id(id) for id in value):
        raise ValueError("no list of document ids")
    return list(dict.fromkeys(str(id) for id in value))


def _is_id(value: object) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and value != ""
