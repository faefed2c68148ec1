"""Which tool is meant by a name that a model wrote, be it "towns.mayor" or "GET /movie/12"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from harness.records import ToolSpec

_BLANK = re.compile(r"\{[^{}/]*\}")
_PARTS = re.compile(r"[^\w{}]+|_")


def matched(name: str, tools: Sequence[ToolSpec]) -> ToolSpec | None:
    """The tool of that name; None where there is none.

    Quotes and case do not matter. Of an operation such as "GET /movie/{movie_id}", the braces stand
    for anything; the operation with the fewest of them is meant.
    """
    wanted = name.strip().strip("`'\"*").strip().partition("?")[0].rstrip("/")
    for tool in tools:
        if tool.name == wanted:
            return tool
    alike = [tool for tool in tools if _stands_for(tool.name, wanted)]
    return min(alike, key=lambda tool: tool.name.count("{"), default=None)


def nearest(name: str, tools: Sequence[ToolSpec]) -> ToolSpec | None:
    """The tool whose name has most parts in common with this one; None where none has any."""
    wanted = _parts(name)
    best = max(tools, key=lambda tool: len(wanted & _parts(tool.name)), default=None)
    return best if best is not None and wanted & _parts(best.name) else None


def _stands_for(template: str, name: str) -> bool:
    if " /" not in template:
        return template.casefold() == name.casefold()
    pattern = r"[^/\s]+".join(re.escape(part) for part in _BLANK.split(template))
    return re.fullmatch(pattern, name, re.IGNORECASE) is not None


def _parts(name: str) -> set[str]:
    return {part.casefold() for part in _PARTS.split(name) if part}
