"""Tools as OpenAI-compatible servers take them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.formats.tool_schemas import parameters
from harness.names import Names
from harness.records import ToolSpec


def described(tools: Sequence[ToolSpec], names: Names) -> list[dict[str, Any]]:
    """The tools as the field "tools" of a request has them.

    Raises:
        UserError: the parameters of one are no plain JSON, or nested too deep.
    """
    return [
        {
            "type": "function",
            "function": {
                "name": names.sent(tool.name),
                "description": tool.description,
                "parameters": parameters(tool),
            },
        }
        for tool in tools
    ]
