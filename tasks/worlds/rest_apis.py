"""ToolAlpaca's world: a chat model plays the APIs by their documentation, and the user."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from harness.records import Observation, Problem, ToolSpec
from tasks.reading.toolalpaca import ASK_USER
from tasks.worlds.simulated import Arguments, Simulated
from tasks.worlds.simulator import Simulator

LONGEST = 3000
"""Characters of an answer that upstream's tools hand on (agent/tools.py)."""
USER = (
    "This is no API: the program asks its user about the user's own request. Answer as that user "
    "would, in a sentence or two, as a text, with status 200; what the request leaves open you "
    "may decide."
)


class StatusAndResponse:
    """How upstream's tools speak: "Status Code: 200. Response: ..."; a user just talks."""

    def given(self, tool: str, status: int, response: Any) -> Observation:
        """An answer; one of a status from 300 on is an error."""
        text = response if isinstance(response, str) else json.dumps(response, ensure_ascii=False)
        if tool != ASK_USER.name:
            text = f"Status Code: {status}. Response: {text}"
        return Observation(text[:LONGEST], failed=not 200 <= status < 300)

    def refused(self, reason: str) -> Observation:
        """Why there was no request."""
        return Observation(f"The call was not made: {reason}.", failed=True)


def world(apis: Mapping[str, str], simulator: str) -> Simulated:
    """The world of these APIs.

    Upstream sends the documented parameters alone and complains of those that are missing; so does
    this world, in its own words. Values of a wrong type are for the model to refuse.

    Args:
        apis: name of an API -> what it is.
        simulator: expression of the chat model.
    """
    manner = StatusAndResponse()

    def documentation(problem: Problem, tool: ToolSpec) -> Mapping[str, Any]:
        if tool.name == ASK_USER.name:
            return {"function": asdict(tool), "note": USER, "request": problem.text}
        return {"api": tool.group, "about": apis.get(tool.group, ""), "function": asdict(tool)}

    return Simulated(
        lambda: (Arguments(manner, closed=False), Simulator(simulator, manner, documentation)),
        manner,
    )
