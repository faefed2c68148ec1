"""A conversation made from its end to its beginning: calls first, then the answer, then the query.

A chat model draws up a scenario for some tools, calls them in a session of their world one after
the other, writes the answer that they lead to, and in the end the query whose answer that is. So
the calls are right by construction: they were made, and worked.

Source: the dataset construction of TTPA (Huang et al., Findings of EMNLP 2025; Melancholy495/TTPA @
36ed29e): its steps, special tools and budgets, in words of our own. Ours is that what failed is no
part of the conversation, that too few calls are refused, and that nothing is asked forever.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from harness.contracts import ChatModel, Session
from harness.errors import UserError
from harness.names import Names
from harness.play.story import UNREAD
from harness.records import Message, Observation, ToolCall, ToolSpec
from models.chat.schemas import described
from models.chat.wire import to_wire
from models.training.preferences.wording import (
    ANSWER,
    BEGIN_TEXT,
    CALLS_TEXT,
    LAST_TEXT,
    NEXT_TEXT,
    OVER_TEXT,
    QUERY_TEXT,
    QUESTION,
    RESTART,
    SCENE,
    SCENE_TEXT,
    SPECIAL,
)


@dataclass(frozen=True, slots=True)
class Budget:
    """How much a conversation may take.

    Attributes:
        window: tools that a scenario is drawn up for, neighbours in the world's list.
        chosen: the fewest and the most tools that a scenario names.
        facts: the fewest and the most facts that it fixes.
        calls: the smallest and the largest budget of calls, of which the last one is the answer's.
        fewest: calls that a conversation must have, of those that did not fail.
        turns: of the teacher, between the scenario and the answer.
        tries: how often a scenario or a query is asked for.
        temperature: of the teacher.
    """

    window: int = 20
    chosen: tuple[int, int] = (7, 10)
    facts: tuple[int, int] = (4, 7)
    calls: tuple[int, int] = (4, 7)
    fewest: int = 2
    turns: int = 16
    tries: int = 3
    temperature: float = 1.0


class GivenUp(Exception):
    """No conversation came of it. The message is the reason."""


@dataclass(eq=False)
class Reversal:
    """One conversation in the making.

    Attributes:
        teacher: who makes it.
        session: of the world, untouched.
        budget: what it may take.
        chance: what is drawn by chance.
        tokens: that the teacher has read and written.
    """

    teacher: ChatModel
    session: Session
    budget: Budget
    chance: Random
    tokens: int = field(init=False, default=0)

    async def made(self) -> dict[str, Any]:
        """The conversation, as a row {"messages", "tools", "scenario", "facts"}.

        Raises:
            GivenUp: none came of it.
            UserError: the world carries nothing out, or has a tool of the name of a special one.
            InfrastructureError: the teacher or the world is not to be had.
        """
        offered = tuple(self.session.tools)
        _require_world(self.session, offered)
        scene, chosen = await self._scene(offered)
        steps, answer = await self._called(scene, chosen)
        query = await self._query(scene, steps, answer)
        names = Names(tool.name for tool in chosen)
        messages = [Message("user", query)]
        for call, given in steps:
            messages.append(Message("assistant", calls=(call,)))
            messages.append(Message("tool", given.content, call_id=call.id))
        messages.append(Message("assistant", answer))
        told = {"messages": to_wire(messages, names), "tools": described(chosen, names)}
        return {**told, "scenario": scene["scenario"], "facts": scene["facts"]}

    async def _scene(
        self, offered: Sequence[ToolSpec]
    ) -> tuple[dict[str, Any], tuple[ToolSpec, ...]]:
        """A scenario, and the tools that may play a part in it."""
        least = self.budget.window // 4  # as the released code: a window is never all but empty
        start = self.chance.randint(0, max(0, len(offered) - least - 1))
        window = offered[start : start + self.budget.window]
        names = Names(tool.name for tool in window)
        told = json.dumps(described(window, names))
        most = [min(number, len(window)) for number in self.budget.chosen]
        text = SCENE_TEXT.format(facts=self.budget.facts, chosen=most, tools=told)
        scene = await self._reported([Message("user", text)], SCENE, "no scenario")
        named = {names.meant(name) for name in scene["tools"]}
        chosen = tuple(tool for tool in window if tool.name in named)
        if not chosen:
            chosen = tuple(self.chance.sample(window, min(5, len(window))))
        return scene, chosen

    async def _called(
        self, scene: Mapping[str, Any], chosen: Sequence[ToolSpec]
    ) -> tuple[list[tuple[ToolCall, Observation]], str]:
        """The calls that worked, with what they gave, and the answer."""
        facts = "\n".join(f"{n}. {fact}" for n, fact in enumerate(scene["facts"], 1))
        fewest, calls = self.budget.fewest, self.chance.randint(*self.budget.calls)
        rules = CALLS_TEXT.format(scenario=scene["scenario"], facts=facts, fewest=fewest)
        opening = [Message("system", rules), Message("user", BEGIN_TEXT)]
        story: list[Message] = []
        steps: list[tuple[ToolCall, Observation]] = []
        made, say = 0, ""
        for _ in range(self.budget.turns):
            tools = (ANSWER,) if made >= calls - 1 else (ANSWER, RESTART, *chosen)
            asked = [*opening, *story, *([Message("user", say)] if say else [])]
            call = await self._turn(asked, tools, story)
            if call is None:
                say = NEXT_TEXT if made < calls - 1 else OVER_TEXT
                continue
            if call.name == RESTART.name and made < calls - 1:
                raise GivenUp("the teacher started over")
            if call.name == ANSWER.name and not (refused := self._refused(call, len(steps))):
                return steps, call.arguments["answer"]
            if call.name == ANSWER.name:
                given = Observation(refused, failed=True)
                if made >= calls - 1 and len(steps) < fewest:
                    raise GivenUp("too few calls worked")
            else:
                given = await self._given(call, tools)
                made += 1
                steps += [] if given.failed else [(call, given)]
            story.append(Message("tool", given.content, call_id=call.id, failed=given.failed))
            left = calls - 1 - made
            say = OVER_TEXT if left <= 0 else LAST_TEXT if left == 1 else NEXT_TEXT
        raise GivenUp("no answer")

    def _refused(self, call: ToolCall, worked: int) -> str:
        """Why an answer is none yet; "" where it is one."""
        answer = call.arguments.get("answer")
        if call.problem or not isinstance(answer, str) or not answer.strip():
            return "The answer is missing: give it as a text."
        if worked < self.budget.fewest:
            return f"At least {self.budget.fewest} calls must have worked before the answer."
        return ""

    async def _given(self, call: ToolCall, tools: Sequence[ToolSpec]) -> Observation:
        if call.problem:
            return Observation(UNREAD + call.problem, failed=True)
        if call.name not in {tool.name for tool in tools}:
            return Observation(json.dumps({"error": f"no tool '{call.name}'"}), failed=True)
        return await self.session.call(call)

    async def _query(
        self,
        scene: Mapping[str, Any],
        steps: Sequence[tuple[ToolCall, Observation]],
        answer: str,
    ) -> str:
        told = {
            "scenario": scene["scenario"],
            "facts": scene["facts"],
            "calls": [
                {"tool": call.name, "arguments": dict(call.arguments), "gave": given.content}
                for call, given in steps
            ],
            "answer": answer,
        }
        asked = [
            Message("system", QUERY_TEXT),
            Message("user", json.dumps(told, ensure_ascii=False)),
        ]
        found: str = (await self._reported(asked, QUESTION, "no query"))["question"]
        return found

    async def _reported(
        self, asked: Sequence[Message], tool: ToolSpec, reason: str
    ) -> dict[str, Any]:
        """The arguments with which the teacher calls a special tool."""
        story = list(asked)
        for _ in range(self.budget.tries):
            call = await self._turn(story, (tool,), story)
            if call is not None and call.name == tool.name and not call.problem:
                found = dict(call.arguments)
                if _fits(found, tool):
                    return found
            if call is not None:
                why = f"Call {tool.name} with all of its parameters."
                story.append(Message("tool", why, call_id=call.id, failed=True))
            else:
                story.append(Message("user", f"Report it by calling {tool.name}."))
        raise GivenUp(reason)

    async def _turn(
        self, asked: Sequence[Message], tools: Sequence[ToolSpec], story: list[Message]
    ) -> ToolCall | None:
        """The first call of the teacher's next turn, which becomes part of the story."""
        said = await self.teacher.complete(
            list(asked), tools=tuple(tools), temperature=self.budget.temperature
        )
        self.tokens += said.usage.input_tokens + said.usage.output_tokens
        call = next(iter(said.calls), None)
        if call is not None or said.text:
            story.append(Message("assistant", said.text, (call,) if call else ()))
        return call


def _fits(arguments: Mapping[str, Any], tool: ToolSpec) -> bool:
    """Whether all parameters are there: texts that say something, and lists of texts."""
    for name, schema in tool.parameters["properties"].items():
        value = arguments.get(name)
        listed = value if schema["type"] == "array" else [value]
        if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
            return False
        if schema["type"] == "string" and not str(value).strip():
            return False
    return True


def _require_world(session: Session, offered: Sequence[ToolSpec]) -> None:
    if not session.executes or not offered:
        raise UserError("nothing can be called in this world, so no calls can be made there")
    special = {tool.name for tool in SPECIAL}
    if taken := next((tool.name for tool in offered if tool.name in special), ""):
        raise UserError(f"the world has a tool '{taken}', the name of one of the teacher's own")
