"""A task whose world is an MCP server, which is this file too when it is run as a program.

assay run -m oracle -t examples/my_mcp_world.py:Groceries
"""

from __future__ import annotations

import sys

from harness import Gold, Message, Problem, ProblemSet, TaskCard, ToolCall
from harness.mcp import MCPWorld


def server():
    """A shopping list. Any server will do, written in whatever language."""
    from mcp.server import MCPServer

    made, items = MCPServer("groceries"), ["eggs"]

    @made.tool()
    def add(item: str) -> str:
        """Puts something on the shopping list."""
        items.append(item)
        return f"{item} is on the list"

    @made.tool()
    def everything() -> dict[str, list[str]]:
        """Tells what is on the shopping list."""
        return {"items": items}

    return made


class Groceries:
    """Errands around a shopping list."""

    card = TaskCard(
        name="groceries",
        title="Groceries",
        description="What an agent puts on a shopping list.",
        kind="tool_use",
        main_measure="solved_in_world",
        licence="CC0-1.0",
    )
    measures = ("solved_in_world",)

    def load(self, source, setting):
        """One problem, solved if the server's own state is right in the end."""
        asked = Message("user", "We are out of milk: put it on the list.")
        gold = Gold(
            success="solved_in_world",
            state={"items": ["eggs", "milk"]},
            program=(ToolCall("add", {"item": "milk"}),),
        )
        world = MCPWorld(command=[sys.executable, __file__], state_tool="everything")
        problem = Problem("milk", ((asked,),), gold=gold)
        return (ProblemSet("test", [problem], environment=world),)


if __name__ == "__main__":
    server().run()
