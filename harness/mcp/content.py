"""What a server says, as records: its tools, and what a call gave."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, cast

from harness.errors import InfrastructureError
from harness.formats import strict_json
from harness.records import Observation, ToolSpec

if TYPE_CHECKING:
    from mcp.types import CallToolResult, ContentBlock, Tool

LONGEST_TEXT = 2**20
"""Characters of an answer that an agent is told; how many more there were is said."""


def spec(tool: Tool) -> ToolSpec:
    """A tool as agents are told of it.

    Raises:
        InfrastructureError: its schemas are no plain JSON.
    """
    for schema in (tool.input_schema, tool.output_schema):
        try:
            strict_json.check(schema)
        except strict_json.Refused as error:
            raise InfrastructureError(
                f"the schema of the MCP server's {tool.name[:80]!a}: {error}"
            ) from None
    return ToolSpec(tool.name, tool.description or "", tool.input_schema, tool.output_schema)


def distinct(tools: Iterable[ToolSpec]) -> list[ToolSpec]:
    """The tools in order, what is said twice once.

    Raises:
        InfrastructureError: two that differ have one name, so that nobody knows which is called.
    """
    found: dict[str, ToolSpec] = {}
    for tool in tools:
        if found.setdefault(tool.name, tool) != tool:
            raise InfrastructureError(
                f"two tools of the MCP server are called {tool.name[:80]!a}, and differ"
            )
    return list(found.values())


def observation(
    result: CallToolResult, cleared: Callable[[str], str] = lambda told: told
) -> Observation:
    """What a call gave: its texts, notes on what is no text, and structure that no text repeats.

    Args:
        result: of the call.
        cleared: takes the secrets out of what a call that failed says, before that is cut.

    Raises:
        InfrastructureError: the structure is no plain JSON.
    """
    parts = [text for block in result.content for text in _told(block)]
    structure = _structure(result)
    if structure is not None and not _repeated(structure, parts):
        parts.append(json.dumps(structure, ensure_ascii=False))
    told = "\n".join(parts)
    return Observation(_bounded(cleared(told) if result.is_error else told), result.is_error)


def state(result: CallToolResult) -> Any:
    """The state that an answer tells: its structure, else the JSON of its text, else its text.

    Raises:
        InfrastructureError: the structure is no plain JSON.
    """
    if (structure := _structure(result)) is not None:
        return structure
    text = observation(result).content
    try:
        value = strict_json.loads(text)
        strict_json.check(value)
    except strict_json.Refused:
        return text
    return value


def _structure(result: CallToolResult) -> Any:
    try:
        strict_json.check(result.structured_content)
    except strict_json.Refused as error:
        raise InfrastructureError(f"the structure of the MCP server's answer: {error}") from None
    return result.structured_content


def _told(block: ContentBlock) -> Iterator[str]:
    """A block as text."""
    from mcp.types import AudioContent, ImageContent, ResourceLink, TextContent

    if isinstance(block, TextContent):
        yield block.text
    elif isinstance(block, ImageContent | AudioContent):
        yield f"[{block.type}, {block.mime_type[:80]}, {len(block.data) * 3 // 4:,} bytes]"
    elif isinstance(block, ResourceLink):
        yield f"[resource {block.uri[:500]}]"
    else:
        text = getattr(block.resource, "text", None)
        yield text if isinstance(text, str) else f"[resource {block.resource.uri[:500]}]"


def _repeated(structure: object, texts: list[str]) -> bool:
    """Whether the texts say the same: as its JSON, or as the value that the SDK wraps."""
    said: list[object] = [texts[0], _read(texts[0])] if len(texts) == 1 else []
    if isinstance(structure, dict) and [*structure] == ["result"]:
        said.append(texts)
        return structure in said or structure["result"] in said
    return structure in said


def _read(text: str) -> object:
    """The value of a JSON text; an object like no other where it is none."""
    try:
        return cast("object", strict_json.loads(text))
    except strict_json.Refused:
        return object()


def _bounded(text: str) -> str:
    if len(text) <= LONGEST_TEXT:
        return text
    return f"{text[:LONGEST_TEXT]}\n[{len(text) - LONGEST_TEXT:,} more characters are left out]"
