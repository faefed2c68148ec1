"""ReAct: thoughts, actions and observations as text, for models without calls of their own.

Yao et al., "ReAct: Synergizing Reasoning and Acting in Language Models", ICLR 2023. The wording is
ours; what is the paper's is the order of thought, action and observation, one action a turn. Where
a model goes on and makes an observation up, its turn ends before that, as the paper has it stop.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, replace
from typing import Any, ClassVar

from harness.contracts import ChatModel, Session
from harness.errors import TooLong, UserError
from harness.formats import strict_json
from harness.formats.toolcalls.form import without_thoughts
from harness.play.story import Story, opening
from harness.records import Message, Problem, ToolCall, ToolSpec, Trajectory
from models.agents.asked import require_chat_model

RULES = """\
You solve requests with the help of tools. Work in small steps. In every turn, write

Thought: what you know by now, and what is to be found out next
Action: the name of one tool
Input: its arguments as one JSON object

and stop there. You are then told what the tool gave. Once you know enough, write instead

Thought: why this is the answer
Answer: the answer itself

Use nothing but what the request and the tools tell you, ids above all.

Tools:
"""
NONE = "There is none: answer at once."
MISREAD = (
    "That could not be read: {problem}. Write Thought, then either Action and Input or Answer, "
    "each at the start of a line."
)
_STEP = re.compile(
    r"^Action:[ \t]*(?P<name>\S[^\n]*)\n+Input:[ \t]*(?P<input>.*)\Z",
    re.MULTILINE | re.DOTALL,
)
_INVENTED = re.compile(r"^Observation:", re.MULTILINE)
_ANSWER = re.compile(r"^Answer:[ \t]*(?P<answer>.*)\Z", re.MULTILINE | re.DOTALL)


@dataclass(eq=False)
class ReAct:
    """Thinks, acts and observes in turn, in text.

    How the turns are drawn is the model's own setting, `openai("name", temperature=0.7)`: at a
    temperature of 0 it is the likeliest turn that is asked for, which all trials have in common.

    Attributes:
        model: a chat model.
        steps: turns of the model for each turn of the user, after which the attempt is stopped.
        misreadings: turns that may fail to be read before the attempt counts as malformed; the
            model is told each time.
        system: what the model is told before the rules of this loop; nothing by default.

    Raises:
        UserError: `model` is no chat model, or a number makes no sense.
    """

    model: ChatModel
    _: KW_ONLY
    steps: int = 12
    misreadings: int = 3
    system: str = ""

    version: ClassVar[str] = "1"
    needs_world: ClassVar[bool] = True

    def __post_init__(self) -> None:
        require_chat_model("react", self.model)
        if self.steps < 1 or self.misreadings < 0:
            raise UserError(
                f"react with steps={self.steps}, misreadings={self.misreadings}: at least one step "
                "is needed, and misreadings are not negative"
            )

    async def solve(self, problem: Problem, session: Session) -> Trajectory:
        """One attempt at all turns of the problem; the last answer is the answer.

        A conversation that the model does not read any more has stopped.
        """
        story = Story(problem, session)
        try:
            return await self._told(story, session)
        except TooLong as error:
            return story.outgrown(error)

    async def _told(self, story: Story, session: Session) -> Trajectory:
        view, answer = list[Message](), None
        while (said := await session.listen()) is not None:
            story.told(said)
            view.extend(said)
            outcome = await self._turn(story, view, session)
            if isinstance(outcome, Trajectory):
                return outcome
            answer = outcome
        return story.ended(answer=answer)

    async def _turn(self, story: Story, view: list[Message], session: Session) -> str | Trajectory:
        """The answer to what the user said; a trajectory where there will be none."""
        misread = 0
        for _ in range(self.steps):
            completion = await self.model.complete(opening(self._rules(session.tools), view))
            text = own_turn(completion.text)
            found = read_step(text, f"step_{sum(m.role == 'assistant' for m in view)}")
            calls = (found,) if isinstance(found, ToolCall) and found.name else ()
            story.said(replace(completion, text=text, calls=calls))
            view.append(Message("assistant", text))
            if isinstance(found, str):
                return found
            if found.problem:
                misread += 1
                if misread > self.misreadings:
                    return story.ended("malformed", why=found.problem)
            elif not session.executes:
                return story.ended()
            if found.name:
                told = (await story.call(found)).content
            else:
                told = MISREAD.format(problem=found.problem)
            view.append(Message("user", f"Observation: {told}"))
        return story.ended("stopped", why=f"no answer after {self.steps} steps")

    def _rules(self, tools: Sequence[ToolSpec]) -> str:
        told = [self.system] if self.system else []
        return "\n\n".join([*told, RULES + (documented(tools) or NONE)])


def own_turn(text: str) -> str:
    """The turn without what the model thought before `</think>`, and up to what it made up."""
    text = without_thoughts(text)
    invented = _INVENTED.search(text)
    if invented is None or _ANSWER.search(text, 0, invented.start()):
        return text
    return text[: invented.start()].rstrip()


def read_step(text: str, id: str = "") -> ToolCall | str:
    """What a turn says: a call, or the text of the answer.

    A call whose `problem` says why the turn could not be read stands for anything else.
    """
    action, answer = _STEP.search(text), _ANSWER.search(text)
    if action and answer:
        return ToolCall("", id=id, problem="it has both an action and an answer")
    if answer:
        return answer["answer"].strip()
    if not action:
        return ToolCall("", id=id, problem="it has neither an action with its input nor an answer")
    name = action["name"].rstrip()
    try:
        arguments = strict_json.loads(_fenced(action["input"].strip()))
        strict_json.check(arguments)
    except strict_json.Refused as error:
        return ToolCall(name, id=id, problem=f"the input is no JSON ({error})")
    if not isinstance(arguments, dict):
        return ToolCall(name, id=id, problem="the input is no JSON object")
    return ToolCall(name, arguments, id)


def documented(tools: Sequence[ToolSpec]) -> str:
    """The tools as a model reads them, one JSON object a line."""
    return "\n".join(json.dumps(_document(tool), ensure_ascii=False) for tool in tools)


def _document(tool: ToolSpec) -> dict[str, Any]:
    return {
        "name": tool.name,
        "description": tool.description,
        "parameters": dict(tool.parameters),
    }


def _fenced(text: str) -> str:
    """The text without the code fence around it, if there is one."""
    match = re.fullmatch(r"```(?:json)?[^\S\n]*\n(.*?)\n?```", text, re.DOTALL)
    return match[1] if match else text
