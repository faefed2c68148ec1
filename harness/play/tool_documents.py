"""Tools as documents that can be searched."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from harness.records import Document, ToolSpec


def documentation(tool: ToolSpec) -> str:
    """A tool as JSON: name, description, parameters, and its group where it has one.

    What it returns is left out: it says little of what the tool is for, at great length.
    """
    fields: dict[str, Any] = {
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
    }
    if tool.group:
        fields["group"] = tool.group
    return json.dumps(fields, ensure_ascii=False)


class ToolDocuments:
    """Tools of many problems, those that are the same once.

    Tools of one name that are documented differently are told apart: "search", "search#2". The
    order of the fields is no difference.
    """

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self._tools: dict[str, ToolSpec] = {}
        self._named: dict[str, list[str]] = {}
        self._known: dict[int, tuple[ToolSpec, str]] = {}  # the tool is kept, and so is its id()

    def __len__(self) -> int:
        return len(self._texts)

    def add(self, tools: Iterable[ToolSpec]) -> None:
        """Enters tools."""
        for tool in tools:
            self.id(tool)

    def id(self, tool: ToolSpec) -> str:
        """The id of a tool's document, which is entered where it is new."""
        if id(tool) not in self._known:
            self._known[id(tool)] = tool, self._enter(tool, documentation(tool))
        return self._known[id(tool)][1]

    def _enter(self, tool: ToolSpec, text: str) -> str:
        content = json.dumps(json.loads(text), sort_keys=True)
        if content not in self._ids:
            same = self._named.setdefault(tool.name, [])
            number = len(same) + 1
            id = tool.name if number == 1 else f"{tool.name}#{number}"
            while id in self._texts:  # taken by a tool that is called so
                id += "'"
            same.append(id)
            self._ids[content] = id
            self._texts[id], self._tools[id] = text, tool
        return self._ids[content]

    def named(self, name: str) -> Sequence[str]:
        """Ids of the tools of that name, in order of first appearance."""
        return self._named.get(name, ())

    def tool(self, id: str) -> ToolSpec:
        """The tool of that id."""
        return self._tools[id]

    @property
    def names(self) -> Sequence[str]:
        """The names of the tools, each once, in order of first appearance."""
        return tuple(self._named)

    @property
    def documents(self) -> list[Document]:
        """Id and documentation of every tool, in order of first appearance."""
        return [Document(id, text) for id, text in self._texts.items()]
