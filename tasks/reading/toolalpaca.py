"""ToolAlpaca's APIs: operations of OpenAPI documents as tools, and the standard answers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from harness.records import Expected, ToolSpec
from tasks.reading.mirror import Mirror

MIRROR = Mirror(
    "tooluse/toolalpaca",
    "github.com/tangqiaoyu/ToolAlpaca at 1890699",
    (("data/eval_*.json", ""), ("prompts/Evaluation.txt", "prompts")),
)
ASK_USER = ToolSpec(
    name="getDetails",
    description="Asks the user for what the request leaves open.",
    parameters={
        "type": "object",
        "properties": {"Question": {"type": "string", "description": "What to ask the user."}},
        "required": ["Question"],
    },
)
"""The tool that every agent has besides those of the API; by upstream's name and parameter."""
_OPTIONAL = "[Optional]"
"""Begins the name of a call of a standard answer that may be left out."""

_DEEPEST = 6
"""Levels of a schema whose references are followed; documents refer to themselves."""
_BODIES = ("application/json", "multipart/form-data", "application/x-www-form-urlencoded")


def tools(api: Mapping[str, Any]) -> tuple[ToolSpec, ...]:
    """What may be called for the instructions of an API: its functions, and `ASK_USER`."""
    document = json.loads(api["Documentation"])
    functions = api["Function_Projection"].items()
    return (
        *(
            operation(document, route, method, name, api["Name"])
            for name, (route, method) in functions
        ),
        ASK_USER,
    )


def path(answer: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """The functions of a standard answer in order, without those that are optional."""
    return tuple(step["Action"] for step in answer if not step["Action"].startswith(_OPTIONAL))


def calls(answer: Sequence[Mapping[str, str]]) -> tuple[Expected, ...] | None:
    """The calls of a standard answer, without those that are optional.

    None where the arguments of one are no JSON, as where they stand for what another call gives:
    `{"animeId": ${animeId from searchAnime}}`.
    """
    found = []
    for step in answer:
        if step["Action"].startswith(_OPTIONAL):
            continue
        try:
            arguments = json.loads(step["Action_Input"])
        except ValueError:
            return None
        if not isinstance(arguments, dict) or "${" in step["Action_Input"]:
            return None
        found.append(Expected(step["Action"], {name: [v] for name, v in arguments.items()}))
    return tuple(found)


def operation(
    document: Mapping[str, Any], path: str, method: str, name: str, group: str = ""
) -> ToolSpec:
    """The tool that an operation is.

    Its parameters are those of the path, of the operation and the properties of the request's body
    in one JSON Schema, references resolved; of two with one name the later counts.

    Args:
        document: the parsed document.
        path: a key of its "paths".
        method: a key of the path, such as "get".
        name: what the tool is called.
        group: the API that it belongs to.

    Raises:
        KeyError: there is no such operation.
    """
    item = document["paths"][path]
    found = item[method]
    properties: dict[str, Any] = {}
    required: list[str] = []
    for entry in (*item.get("parameters", ()), *found.get("parameters", ())):
        parameter = _resolved(document, entry)
        about = {"description": parameter["description"]} if "description" in parameter else {}
        properties[parameter["name"]] = {
            **_resolved(document, parameter.get("schema", {})),
            **about,
        }
        if parameter.get("required"):
            required.append(parameter["name"])
    body = _resolved(document, found.get("requestBody", {}))
    schema = _content(document, body)
    properties.update(schema.get("properties", {}))
    required.extend(schema.get("required", ()))
    return ToolSpec(
        name=name,
        description=found.get("description") or found.get("summary") or "",
        parameters={
            "type": "object",
            "properties": properties,
            "required": [name for name in dict.fromkeys(required) if name in properties],
        },
        returns=_returns(document, found.get("responses", {})),
        group=group,
    )


def _returns(document: Mapping[str, Any], responses: Mapping[str, Any]) -> dict[str, Any] | None:
    """The schema of the first response that is a success."""
    for status, response in responses.items():
        if str(status).startswith("2"):
            return _content(document, _resolved(document, response)) or None
    return None


def _content(document: Mapping[str, Any], holder: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a body, of the first kind that is known, else of the first there is."""
    content = holder.get("content") or {}
    kinds = [kind for kind in (*_BODIES, *content) if kind in content]
    schema = content[kinds[0]].get("schema", {}) if kinds else {}
    found = _resolved(document, schema)
    return found if isinstance(found, dict) else {}


def _resolved(document: Mapping[str, Any], value: Any, depth: int = 0) -> Any:
    """A value with its references replaced by what they refer to, down to a certain depth."""
    if depth > _DEEPEST:
        return {}
    if isinstance(value, list):
        return [_resolved(document, item, depth + 1) for item in value]
    if not isinstance(value, dict):
        return value
    if isinstance(reference := value.get("$ref"), str):
        return _resolved(document, _target(document, reference), depth + 1)
    return {key: _resolved(document, item, depth + 1) for key, item in value.items()}


def _target(document: Mapping[str, Any], reference: str) -> Any:
    """What "#/components/schemas/X" refers to; nothing where there is no such thing."""
    found: Any = document
    for part in reference.removeprefix("#/").split("/"):
        part = part.replace("~1", "/").replace("~0", "~")
        found = found.get(part, {}) if isinstance(found, dict) else {}
    return found
