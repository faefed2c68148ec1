"""Runs as JSON: `{query: ranking}` in one object, or one object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from harness.errors import UserError
from harness.formats.rows import Listing, Rows, first_places, gather, numbered_lines, opened


def is_record(line: bytes) -> bool:
    """Whether the line is a JSONL object rather than the start of one big object."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(record, dict) and "query_id" in record


def read_whole(path: Path) -> Rows:
    """Reads `{query: ranking}`. Raises `UserError` naming the line or the query."""
    with opened(path) as file:
        content = _parse(file.read(), str(path))
    return gather(
        (
            _ranking(query, ranking, f"{path}: query '{query}'")
            for query, ranking in content.items()
        ),
        str(path),
    )


def read_lines(path: Path) -> Rows:
    """Reads scored documents or rankings, one object a line. Raises `UserError` naming it."""
    return gather(_listings(path), str(path))


def _listings(path: Path) -> Iterator[Listing]:
    ranked: set[str] = set()
    for number, line in numbered_lines(path):
        place = f"{path} line {number}"
        record = _parse(line, place)
        query = _id(record.get("query_id"), f"{place}: query_id")
        if "ranking" in record:
            if query in ranked:
                raise UserError(f"{place}: a second ranking of query '{query}': keep one of them")
            ranked.add(query)
            yield _ranking(query, record["ranking"], f"{place}: query '{query}'", number)
        else:
            document = _id(record.get("doc_id"), f"{place}: doc_id")
            score = _number(record.get("score"), f"{place}: score")
            yield Listing(query, [document], [score], number)


def _ranking(query: str, ranking: Any, place: str, line: int = 0) -> Listing:
    """A ranking as `[id, ...]`, `[[id, score], ...]` or `{id: score}`."""
    if isinstance(ranking, dict):
        pairs: Sequence[Any] = list(ranking.items())
    elif not isinstance(ranking, list):
        raise UserError(f"{place}: expected a list of documents or an object of scores")
    elif not any(isinstance(item, list) for item in ranking):
        return first_places(query, [_id(item, place) for item in ranking], line)
    else:
        pairs = ranking
    if not all(isinstance(pair, (list, tuple)) and len(pair) == 2 for pair in pairs):
        raise UserError(f"{place}: a ranking holds either ids or [id, score] pairs, not a mixture")
    documents = [_id(document, place) for document, _ in pairs]
    return Listing(query, documents, [_number(score, place) for _, score in pairs], line)


def _parse(text: bytes, place: str) -> dict[str, Any]:
    """An object whose keys differ."""

    def differing(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            seen: set[str] = set()
            twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
            raise UserError(f"{place}: '{twice}' occurs twice in one object: keep one of them")
        return found

    try:
        content = json.loads(text, object_pairs_hook=differing)
    except json.JSONDecodeError as error:
        where = place if " line " in place else f"{place} line {error.lineno}"
        raise UserError(f"{where}: not JSON: {error.msg} (column {error.colno})") from None
    except RecursionError:
        raise UserError(f"{place}: not JSON that can be read: nested too deep") from None
    except ValueError as error:
        raise UserError(f"{place}: not JSON: {error}") from None
    if not isinstance(content, dict):
        raise UserError(f"{place}: expected a JSON object")
    return content


def _id(value: Any, place: str) -> str:
    """An id; a whole number is read as its digits."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise UserError(f"{place}: expected an id, found {json.dumps(value)[:60]}")


def _number(value: Any, place: str) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            return float("inf")
    raise UserError(f"{place}: expected a score, found {json.dumps(value)[:60]}")
