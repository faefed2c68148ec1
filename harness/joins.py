"""How an instruction and a query become one text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from harness.errors import unknown
from harness.records import Query

JOINS: Mapping[str, str] = MappingProxyType(
    {
        # BM25 of MAIR and of ToolRet: the instruction, one space, the query.
        "space": "{instruction} {query}",
        # MTEB's data loaders for instructed retrieval: the query first.
        "query-first": "{query} {instruction}",
        # sentence-transformers puts a prompt before the text with nothing between them.
        "concat": "{instruction}{query}",
        # E5-mistral's template, which ToolRet and MAIR also give to most embedders.
        "instruct": "Instruct: {instruction}\nQuery: {query}",
    }
)
"""Template of each join, with the fields `instruction` and `query`."""


def join(query: Query, name: str) -> Query:
    """The query with its instruction written into its text.

    Args:
        query: returned unchanged when it carries no instruction. An empty instruction fills the
            template with nothing, as ToolRet's code does.
        name: one of `JOINS`.

    Returns:
        A query of the same id whose `instruction` is None.

    Raises:
        UserError: there is no join of that name.
    """
    if name not in JOINS:
        raise unknown("join", name, JOINS, f"Joins: {', '.join(JOINS)}")
    if query.instruction is None:
        return query
    # One pass over the template: a query that itself holds "{query}" stays as it is.
    text = JOINS[name].format(instruction=query.instruction, query=query.text)
    return replace(query, text=text, instruction=None)
