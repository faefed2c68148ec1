"""How a tool's documentation becomes the text that is searched. A view is named in every result."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType


def documentation(text: str) -> str:
    """The JSON string as it is published: what ToolRet's models and MTEB read."""
    return text


def python(text: str) -> str:
    """`str(json.loads(text))`: how ToolRet's own BM25 saw the tools, and its table needs."""
    return str(json.loads(text))


def name_description(text: str) -> str:
    """`name: description`, or the one of them that is there; the JSON string without both."""
    tool = json.loads(text)
    fields = [tool.get(key) for key in ("name", "description")] if isinstance(tool, dict) else []
    words = [field.strip() for field in fields if isinstance(field, str) and field.strip()]
    return ": ".join(words) or text


VIEWS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"documentation": documentation, "python": python, "name-description": name_description}
)
"""Views by name. Each takes the documentation as JSON and raises ValueError when it is none."""
