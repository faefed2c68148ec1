"""Every agent stops, with what it has said so far, where its model reads no more."""

from __future__ import annotations

from typing import Any

import pytest

from harness.check_agent import PROBLEM, Town
from harness.errors import TooLong
from harness.loading import load_model
from harness.loop import run
from harness.records import Completion, ToolCall, Usage
from models.agents.atc import ATC
from models.agents.conagents import ConAgents
from models.agents.dfsdt import DFSDT
from models.agents.dta import DTA
from models.agents.function_calling import FunctionCalling
from models.agents.parallel import ParallelFunctionCalling
from models.agents.rea360 import REA360
from models.agents.react import ReAct

AGENTS = (FunctionCalling, ParallelFunctionCalling, ReAct, DFSDT, DTA, ATC, ConAgents, REA360)


class Full:
    """Calls a tool, in words that are no answer to anybody, and then reads no more."""

    def __init__(self) -> None:
        self.asked = 0

    async def complete(self, messages: Any, **_: Any) -> Completion:
        self.asked += 1
        if self.asked > 1:
            raise TooLong("9,000 tokens of 8,192")
        call = ToolCall("weather.today", {"town": "Talen"}, "call_0")
        return Completion("```python\nraise ValueError\n```\n", Usage(10, 2), calls=(call,))


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.__name__)
def test_an_attempt_that_outgrows_the_model_is_stopped_and_keeps_what_was_said(agent: Any) -> None:
    model = Full()
    made = run(load_model(agent(model)).model.solve(PROBLEM, Town(PROBLEM)))
    assert made.end == "stopped"
    assert "9,000 tokens of 8,192" in made.detail
    assert made.usage == Usage(10, 2)
    assert any(message.role == "assistant" for message in made.messages)
