"""The operations of an OpenAPI document as tools.

What a request is made of, in its path, its query and its JSON body, is one object of parameters; a
name that stands in several of them is described by the path or the query. Truth values and numbers
that are written as texts ("false", "20"), as some documents do, become what they mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.errors import UserError
from harness.measures.endpoints import METHODS
from harness.records import ToolSpec

_TRUTH = {"true": True, "false": False}
_TRUTHS = ("required", "nullable", "explode", "deprecated", "additionalProperties")
_VALUES = ("default", "example", "minimum", "maximum")


def read_operations(document: Mapping[str, Any], name: str, group: str = "") -> list[ToolSpec]:
    """One tool an operation, named "GET /movie/{movie_id}", in the document's order.

    Args:
        document: the decoded document, version 3.
        name: of the document, for messages.
        group: that the tools belong to.

    Raises:
        UserError: it is no OpenAPI document, or refers to a part that it lacks.
    """
    try:
        return [
            _tool(f"{method.upper()} {path}", item, item[method], document, group)
            for path, item in document["paths"].items()
            for method in item
            if method.upper() in METHODS
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{name} is no OpenAPI document that can be read: {error!r}") from None


def base_address(document: Mapping[str, Any], name: str) -> str:
    """The address that every path is appended to, "https://api.themoviedb.org/3".

    Raises:
        UserError: the document names no server.
    """
    try:
        return str(document["servers"][0]["url"]).rstrip("/")
    except (KeyError, TypeError, IndexError):
        raise UserError(f"{name} names no server") from None


def _tool(
    name: str,
    item: Mapping[str, Any],
    operation: Mapping[str, Any],
    document: Mapping[str, Any],
    group: str,
) -> ToolSpec:
    listed = [*item.get("parameters", ()), *operation.get("parameters", ())]
    properties: dict[str, Any] = {}
    required: list[str] = []
    for parameter in (_typed(_resolved(one, document)) for one in listed):
        schema = {"description": parameter.get("description", ""), **parameter.get("schema", {})}
        properties[parameter["name"]] = {key: value for key, value in schema.items() if value != ""}
        if parameter.get("required"):
            required.append(parameter["name"])
    body = _json_schema(operation.get("requestBody"), document) or {}
    properties = {**body.get("properties", {}), **properties}
    required += body.get("required", ())
    parameters = {
        "type": "object",
        "properties": properties,
        "required": [*dict.fromkeys(required)],
    }
    description = operation.get("description") or operation.get("summary") or ""
    returns = next(_successes(operation, document), None)
    return ToolSpec(name, description.strip(), parameters, returns, group)


def _successes(
    operation: Mapping[str, Any], document: Mapping[str, Any]
) -> Iterator[Mapping[str, Any]]:
    for code, response in operation["responses"].items():
        if code.startswith("2") and (schema := _json_schema(response, document)) is not None:
            yield schema


def _json_schema(part: object, document: Mapping[str, Any]) -> Any:
    """The schema of the JSON that a body or a response holds; None where it holds none."""
    found = _typed(_resolved(part, document)) or {}
    kinds = (media for kind, media in found.get("content", {}).items() if "json" in kind)
    media: Mapping[str, Any] = next(kinds, {})
    return media.get("schema")


def _resolved(part: Any, document: Mapping[str, Any], within: tuple[str, ...] = ()) -> Any:
    """The part with all that it refers to in place; a schema within itself is an empty one."""
    if isinstance(part, list):
        return [_resolved(one, document, within) for one in part]
    if not isinstance(part, Mapping):
        return part
    if not isinstance(reference := part.get("$ref"), str):
        return {key: _resolved(value, document, within) for key, value in part.items()}
    if reference in within:
        return {}
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return _resolved(found, document, (*within, reference))


def _typed(part: Any) -> Any:
    """The part with texts of truth values and numbers as what they mean, where one is meant.

    A default, an example or a bound is of the type of the schema that it stands in. What cannot be
    one stays as it is.
    """
    if isinstance(part, list):
        return [_typed(one) for one in part]
    if not isinstance(part, Mapping):
        return part
    kind = part.get("type")
    return {key: _value(key, value, kind) for key, value in part.items()}


def _value(key: str, value: Any, kind: object) -> Any:
    if not isinstance(value, str):
        return _typed(value)
    if key in _TRUTHS or (key in _VALUES and kind == "boolean"):
        return _TRUTH.get(value, value)
    if key in _VALUES and kind in ("integer", "number"):
        try:
            return int(value) if kind == "integer" else float(value)
        except ValueError:
            return value
    return value
