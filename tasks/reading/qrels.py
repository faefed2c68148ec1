"""Relevance judgements in files: BEIR's three columns, or TREC's four."""

from __future__ import annotations

import re
from pathlib import Path

from harness.errors import UserError
from harness.records import MAX_GRADE

_HEADER = frozenset({"query-id", "query_id", "queryid", "qid", "query"})
"""What the first column of a header line is called."""
_GRADE = re.compile(r"([+-]?[0-9]+)(?:\.0*)?")
"""Some tools write a whole number with a point."""


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Reads query, document, grade, or TREC's query, iteration, document, grade.

    Columns are separated by tabs, or in a line without any by white space. A header is optional.
    The same judgement may stand twice.

    Raises:
        UserError: the file cannot be read, or a line has too few columns, a grade that is no whole
            number, or another grade for a pair than an earlier line; the message names the line.
    """
    qrels: dict[str, dict[str, int]] = {}
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read: {error}") from error
    first = True
    for number, line in enumerate(text.split("\n"), start=1):
        columns = [c.strip() for c in line.split("\t")] if "\t" in line else line.split()
        if not any(columns):
            continue
        header = first and columns[0].lower() in _HEADER
        first = False
        if header:
            continue
        query, document, grade = _judgement(columns, f"{path} line {number}")
        known = qrels.setdefault(query, {}).setdefault(document, grade)
        if known != grade:
            raise UserError(
                f"{path} line {number}: query {query}, document {document} has the grade {grade} "
                f"here and {known} before"
            )
    return qrels


def _judgement(columns: list[str], where: str) -> tuple[str, str, int]:
    if len(columns) not in (3, 4):
        raise UserError(
            f"{where}: {len(columns)} columns, but a judgement has 3 (query, document, grade) "
            "or TREC's 4 (query, iteration, document, grade)"
        )
    query, document, grade = columns[0], columns[-2], columns[-1]
    whole = _GRADE.fullmatch(grade)
    if not whole:
        raise UserError(f"{where}: the grade '{grade}' is no whole number")
    if abs(grade_read := int(whole[1])) > MAX_GRADE:
        raise UserError(f"{where}: the grade {grade} is too large: 9 digits at most")
    if not query or not document:
        raise UserError(f"{where}: an id is empty")
    return query, document, grade_read
