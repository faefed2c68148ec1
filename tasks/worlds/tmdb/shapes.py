"""The form of answers: that of the example responses of the service's OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.errors import UserError
from harness.measures.endpoints import METHODS


def examples(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The example response of each operation that has one, by "GET /movie/{movie_id}".

    Args:
        document: the decoded document, version 3.
        name: of the document, for messages.

    Raises:
        UserError: it is no OpenAPI document.
    """
    found: dict[str, Any] = {}
    try:
        for path, item in document["paths"].items():
            for method in item:
                if method.upper() not in METHODS:
                    continue
                content = item[method]["responses"]["200"].get("content", {})
                body = content.get("application/json", {})
                for example in (body, *body.get("examples", {}).values()):
                    value = example.get("example", example.get("value"))
                    if value is not None:
                        found[f"{method.upper()} {path}"] = value
    except (KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{name} is no OpenAPI document that can be read: {error!r}") from None
    return found


def shaped(value: Any, example: Any) -> Any:
    """The value with the fields that the example has, in the example's order.

    An entry of a list has the fields that any entry of the example's list has. Where the example is
    null or an empty list, it says nothing of the fields, and the value stays as it is.
    """
    if isinstance(value, Mapping) and isinstance(example, Mapping) and example:
        return {key: shaped(value[key], example[key]) for key in example if key in value}
    if isinstance(value, list) and isinstance(example, list) and example:
        entry = _merged(example)
        return [shaped(one, entry) for one in value]
    return value


def _merged(entries: list[Any]) -> Any:
    """One example for all entries: with every field of any of them, the fullest for each."""
    if not all(isinstance(entry, Mapping) for entry in entries):
        return entries[0]
    merged: dict[str, Any] = {}
    for entry in entries:
        for key, value in entry.items():
            known = merged.get(key)
            if isinstance(known, list) and isinstance(value, list):
                merged[key] = [*known, *value]
            else:
                merged[key] = known or value
    return merged
