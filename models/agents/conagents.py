"""ConAgents: one agent plans, one completes calls, one reads responses; errors teach the last two.

Shi et al., "Learning to Use Tools via Cooperative and Interactive Agents" (arXiv 2403.03031, first
version). The paper's are the three roles and what each of them sees (the grounding agent never sees
a raw response, the execution agent tells the observation agent what to look for), calibration by
the server's errors and by those of the programs that read responses, and the numbers. The wording
is ours. So are these adaptations: a call is a tool's name with arguments as one JSON object, where
the released code completes a URL; a token is taken for four characters; a response short enough to
be read as a whole is read as a whole, where the released code cuts it. What the grounding agent
does without an execution agent is worked out from the ablation's name.

Reconstruction: the later versions have a review agent, whose prompts are not to be had. What
`review` does is worked out from their abstracts alone. That an agent may ask for a review by itself
is left out.
"""

from __future__ import annotations

import json
import re
from dataclasses import KW_ONLY, dataclass, replace
from typing import Any, ClassVar, Literal, get_args

from harness.contracts import ChatModel, Session
from harness.errors import TooLong, UserError
from harness.formats import strict_json
from harness.play.story import Story, opening
from harness.records import Message, Problem, ToolCall, ToolSpec, Trajectory
from harness.sandbox import prepare, run_program
from models.agents.asked import require_chat_model
from models.agents.operations import matched, nearest
from models.agents.react import documented
from models.agents.roles import Roles

Review = Literal["off", "auto", "adaptive"]
GROUNDING, EXECUTION, OBSERVATION, REVIEW = "grounding", "execution", "observation", "review"
CHARACTERS = 4
"""That are taken for a token."""
LONGEST_SHAPE = 8_000
"""Characters of a response's structure that the writer of a program is shown."""

PLAN = """\
You plan how a request is served, one step at a time; you call nothing yourself. In every turn write

Thought: what is known by now and what the next call has to find out or do, on one line, with \
every id, name and date that it needs, word for word
Tool: the name of one tool
{alone}
and stop there. You are then told what came of it, behind "Result:". Once the request is served, \
write instead

Thought: why this is the answer
Answer: the answer itself

Use nothing but what the request and the results tell you, ids above all.

Tools:
{tools}"""
ALONE = """\
Input: {"arguments": its arguments as a JSON object, "instruction": what to read from its response}
"""
REWORD = "That could not be read: {problem}. Write it again in the form that was asked for."
CHOOSE = "Which tool comes next? Reply with its name and nothing else."
PICK = """\
Somebody wants to use "{name}", and there is no such tool. Reply with the name of the one that was \
most likely meant, and nothing else.

{tools}"""
COMPLETE = """\
You complete one call of a tool. Reply with one JSON object and nothing else:

{"arguments": the arguments of the call as an object, "instruction": what is to be read from the \
response, said so that somebody who knows nothing of the request can do it}

Take values from what is known; make none up."""
FAILED = "The server refused the call:\n{error}\nCorrect it: write it again, in the same form."
NOTHING = "No result: the call failed each time."
READ = """\
Read from the response of a tool what the instruction asks for. Reply with one line and nothing \
else; ids, names and numbers word for word. If it is not there, say so."""
PROGRAM = """\
Write a Python program that reads from the response of a tool what the instruction asks for. The \
response is in the variable `response`, already parsed; you are shown its structure, with types in \
place of values and the first entry for every list. Print what was found, with the names of the \
fields, as briefly as the instruction allows. No imports, no files, no network. Reply with the \
program in one block between ```python and ```."""
RAISED = "The program failed:\n{error}\nWrite all of it again, corrected."
CHECK = """\
You review the work of others. Judge whether what you are shown serves the request and rests on \
known facts alone. What a call has changed stays changed: have it repeated only where it was \
wrong. Reply with one line, "Good", or "Revise:" and what is to be done differently."""
ADVICE = "A reviewer says:\n{advice}\nWrite it again, in the same form."

_THOUGHT = re.compile(r"^Thought:(?P<text>.*?)(?=^Tool:|^Answer:|\Z)", re.MULTILINE | re.DOTALL)
_TOOL = re.compile(r"^Tool:[ \t]*(?P<name>\S[^\n]*)$", re.MULTILINE)
_INPUT = re.compile(r"^Input:[ \t]*(?P<input>.*)\Z", re.MULTILINE | re.DOTALL)
_ANSWER = re.compile(r"^Answer:[ \t]*(?P<answer>.*)\Z", re.MULTILINE | re.DOTALL)
_INVENTED = re.compile(r"^Result:", re.MULTILINE)
_FENCED = re.compile(r"```(?:python|json|py)?[ \t]*\n(.*?)\n?```", re.DOTALL)
_BLANK = re.compile(r"\{[^{}\s]+\}")
_REVISE = re.compile(r"\A\W*Revise\W+(?P<advice>.*)\Z", re.IGNORECASE | re.DOTALL)


@dataclass(eq=False)
class ConAgents:
    """Three roles of one model: grounding, execution and observation.

    Attributes:
        model: a chat model; it speaks for all roles.
        steps: of the grounding agent for each turn of the user, the answer among them.
        calls: tries of a call, each told of the server's last error; 1 is the ablation without
            calibration by the server.
        programs: likewise of a program that reads a response; 1 is the ablation without calibration
            by code.
        execution: whether an agent of its own completes the calls; without it the grounding agent
            sees what all tools take, and completes them itself.
        review: when a review agent looks at things (reconstruction): "off"; "auto", at every step
            and every response; "adaptive", at calls that the server refuses alone.
        reviews: times at most that it sends one thing back.
        switch: tokens from which a response is read by a program.
        shown: characters that are read of it where no program succeeds.
        longest: words of what the grounding agent is told of a response.
        misreadings: of one step, after which only the tool is asked for.
        temperature: at which programs are written; None leaves it to the model.

    Raises:
        UserError: `model` is no chat model, or a setting makes no sense.
    """

    model: ChatModel
    _: KW_ONLY
    steps: int = 5
    calls: int = 3
    programs: int = 3
    execution: bool = True
    review: Review = "off"
    reviews: int = 3
    switch: int = 1500
    shown: int = 1500
    longest: int = 1000
    misreadings: int = 4
    temperature: float | None = 0.5

    version: ClassVar[str] = "1"
    needs_world: ClassVar[bool] = True

    def __post_init__(self) -> None:
        require_chat_model("conagents", self.model)
        if self.review not in get_args(Review):
            raise UserError(f"conagents with review='{self.review}': it is off, auto or adaptive")
        if min(self.steps, self.calls, self.programs, self.shown, self.longest) < 1:
            raise UserError("conagents: steps, calls, programs, shown and longest are 1 at least")
        if min(self.reviews, self.switch, self.misreadings) < 0:
            raise UserError("conagents: reviews, switch and misreadings are not negative")

    async def solve(self, problem: Problem, session: Session) -> Trajectory:
        """One attempt at all turns of the problem; the last answer is the answer.

        Raises:
            MissingExtra: a response is too long to be read without a program, and there is no
                sandbox for it to run in.
            InfrastructureError: something outside the agent failed.
        """
        attempt = _Attempt(self, problem, session)
        try:
            return await attempt.run()
        except TooLong as error:
            return attempt.story.outgrown(error)


@dataclass(frozen=True)
class Step:
    """What the grounding agent wants: the answer, or a tool; `problem` says why it is neither."""

    thought: str = ""
    tool: str = ""
    answer: str | None = None
    input: str | None = None
    problem: str = ""


@dataclass(frozen=True)
class Request:
    """A call and what is wanted from its response; `problem` says why it could not be read."""

    arguments: dict[str, Any]
    instruction: str = ""
    problem: str = ""


class _Attempt:
    """One attempt: what each role has been told."""

    def __init__(self, agent: ConAgents, problem: Problem, session: Session) -> None:
        self.agent, self.session = agent, session
        self.story = Story(problem, session)
        self.roles = Roles(agent.model, self.story)
        self.view: list[Message] = []
        self.known: list[str] = []
        self.called = 0

    async def run(self) -> Trajectory:
        answer = None
        while (said := await self.session.listen()) is not None:
            self.story.told(said)
            self.view.extend(said)
            self.known.extend(m.content for m in said)
            outcome = await self._turn()
            if isinstance(outcome, Trajectory):
                return outcome
            answer = outcome
        return self.story.ended(answer=answer)

    async def _turn(self) -> str | Trajectory:
        """The answer to what the user said; a trajectory where there will be none."""
        for _ in range(self.agent.steps):
            step = await self._ground()
            if step.problem:
                return self.story.ended("malformed", why=step.problem)
            if step.answer is not None:
                return step.answer
            result = await self._execute(step)
            if result is None:
                return replace(self.story.ended(answer=""), answer=None)
            self.known.append(f"{step.tool}: {result}")
            self.view.append(Message("user", f"Result: {result}"))
        return self.story.ended("stopped", why=f"no answer after {self.agent.steps} steps")

    # The grounding agent

    async def _ground(self) -> Step:
        """The next step, worded anew where it cannot be read or a reviewer wants it."""
        told: list[Message] = []
        misread = reviewed = 0
        while True:
            completion = await self.roles.asked(opening(self._plan(), [*self.view, *told]))
            text = own_turn(completion.text)
            self.roles.said(GROUNDING, replace(completion, text=text))
            step = read_step(text, alone=not self.agent.execution)
            if step.problem:
                misread += 1
                if misread > self.agent.misreadings:
                    return await self._forced(step)
                reply = REWORD.format(problem=step.problem)
            elif advice := await self._reviewed("auto", reviewed, f"The next step:\n{text}"):
                reviewed += 1
                reply = ADVICE.format(advice=advice)
            else:
                self.view.append(Message("assistant", text))
                return step
            told += [Message("assistant", text), Message("user", reply)]

    async def _forced(self, step: Step) -> Step:
        """The last way to a step that can be read: only the tool is asked for."""
        asked = [*self.view, Message("user", CHOOSE)]
        text = await self.roles.turn(GROUNDING, opening(self._plan(), asked))
        tool = matched(text.removeprefix("Tool:"), self.session.tools)
        if tool is None:
            return step
        self.view.append(Message("assistant", f"Tool: {tool.name}"))
        return Step(tool=tool.name, input=None if self.agent.execution else "")

    def _plan(self) -> str:
        tools = self.session.tools
        if not self.agent.execution:
            return PLAN.replace("{alone}", ALONE).replace("{tools}", documented(tools))
        lines = "\n".join(f"{tool.name}: {tool.description}" for tool in tools)
        return PLAN.replace("{alone}", "").replace("{tools}", lines)

    # The execution agent

    async def _execute(self, step: Step) -> str | None:
        """What came of a step; None where nothing carries calls out."""
        tool = await self._tool(step.tool)
        if tool is None:
            return f"There is no tool '{step.tool[:100]}'."
        told = self._completing(step, tool)
        failed = reviewed = 0
        kept: tuple[ToolCall, Request, str] | None = None
        while failed < self.agent.calls:
            request, calls = await self._request(step, tool, told)
            if not calls:
                failed += 1
                told.append(Message("user", REWORD.format(problem=request.problem)))
                continue
            if not self.session.executes:
                return None
            seen = await self.story.call(calls[0])
            shown = f"The call:\n{_shown(calls[0])}\nThe response:\n{seen.content}"
            advice = await self._reviewed("adaptive" if seen.failed else "auto", reviewed, shown)
            reviewed += bool(advice)
            if seen.failed:
                failed += 1
                reply = FAILED.format(error="\n".join(filter(None, (seen.content, advice))))
            else:
                kept = calls[0], request, seen.content
                if not advice:
                    break
                reply = ADVICE.format(advice=advice)
            told.append(Message("user", reply))
        return NOTHING if kept is None else await self._observe(*kept)

    async def _request(
        self, step: Step, tool: ToolSpec, told: list[Message]
    ) -> tuple[Request, tuple[ToolCall, ...]]:
        """The next try of a call, which is entered and told; no call where it cannot be read.

        The first try of a grounding agent that completes its calls itself stands in its step.
        """
        if step.input is not None and told[-1] is self.view[-1]:
            text, completion = step.input, None
        else:
            completion = await self.roles.asked(told)
            text = completion.text
            told.append(Message("assistant", text))
        request = read_request(text)
        calls: tuple[ToolCall, ...] = ()
        if not request.problem:
            self.called += 1
            calls = (ToolCall(tool.name, request.arguments, f"call_{self.called}"),)
        if completion is not None:
            self.roles.said(EXECUTION if step.input is None else GROUNDING, completion, calls)
        elif calls:
            self.story.told([Message("assistant", calls=calls)])
        return request, calls

    async def _tool(self, name: str) -> ToolSpec | None:
        """The tool that is meant: by its name, as the model takes it, or the most alike."""
        tools = self.session.tools
        found = matched(name, tools)
        if found is not None or not tools:
            return found
        asked = PICK.format(name=name, tools="\n".join(tool.name for tool in tools))
        text = await self.roles.turn(EXECUTION, [Message("user", asked)])
        return matched(text, tools) or nearest(name, tools)

    def _completing(self, step: Step, tool: ToolSpec) -> list[Message]:
        """The conversation in which a call is completed."""
        if step.input is not None:
            return opening(self._plan(), self.view)
        known = " -> ".join(self.known)
        asked = (
            f"The tool:\n{documented([tool])}\n\nWhat is known:\n{known}\n\n"
            f"What the call is for:\n{step.thought}"
        )
        return [Message("system", COMPLETE), Message("user", asked)]

    # The observation agent

    async def _observe(self, call: ToolCall, request: Request, content: str) -> str:
        """What the response says of what was wanted, on one line."""
        asked = f"The instruction:\n{request.instruction}\n\nThe call:\n{_shown(call)}\n\n"
        if len(content) < self.agent.switch * CHARACTERS:
            found = await self._read(asked, content)
        else:
            found = await self._program(asked, content)
            found = found or await self._read(asked, content[: self.agent.shown])
        return " ".join(found.split()[: self.agent.longest])

    async def _read(self, asked: str, content: str) -> str:
        messages = [Message("system", READ), Message("user", f"{asked}The response:\n{content}")]
        return await self.roles.turn(OBSERVATION, messages)

    async def _program(self, asked: str, content: str) -> str:
        """What a program reads from the response; nothing where none succeeds or finds anything."""
        response = parsed(content)
        shape = json.dumps(structure(response), ensure_ascii=False)[:LONGEST_SHAPE]
        told = [Message("system", PROGRAM), Message("user", f"{asked}The structure:\n{shape}")]
        for _ in range(self.agent.programs):
            prepare()
            text = await self.roles.turn(OBSERVATION, told, self.agent.temperature)
            ran = await run_program(unfenced(text), {}, inputs={"response": response})
            found = ran.output.strip() or ("" if ran.value is None else json.dumps(ran.value))
            self.story.told([Message("system", f"[program]\n{ran.error or found}")])
            if ran.error is None:
                return "" if found in ("", "None", "[]", "{}", '""') else found
            reply = RAISED.format(error=ran.error)
            told += [Message("assistant", text), Message("user", reply)]
        return ""

    # The review agent

    async def _reviewed(self, when: Review, rounds: int, shown: str) -> str:
        """What should be done differently; nothing where all is well or nobody is to look."""
        if self.agent.review not in (when, "auto") or rounds >= self.agent.reviews:
            return ""
        known = " -> ".join(self.known)
        asked = f"What is known:\n{known}\n\nTools:\n{documented(self.session.tools)}\n\n{shown}"
        said = await self.roles.turn(REVIEW, [Message("system", CHECK), Message("user", asked)])
        match = _REVISE.match(said)
        return match["advice"].strip() if match else ""


def own_turn(text: str) -> str:
    """The turn up to a result that the model made up."""
    invented = _INVENTED.search(text)
    if invented is None or _ANSWER.search(text, 0, invented.start()):
        return text
    return text[: invented.start()].rstrip()


def read_step(text: str, alone: bool = False) -> Step:
    """What a turn of the grounding agent says.

    Args:
        text: the turn.
        alone: whether it completes the call itself.
    """
    thought, tool, answer = _THOUGHT.search(text), _TOOL.search(text), _ANSWER.search(text)
    said = thought["text"].strip() if thought else ""
    if tool and answer and tool.start() < answer.start():
        return Step(problem="it has both a tool and an answer")
    if answer:
        return Step(said, answer=answer["answer"].strip())
    if not tool:
        return Step(problem="it has neither a tool nor an answer")
    given = _INPUT.search(text)
    if alone and given is None:
        return Step(problem="it has no input for the tool")
    return Step(said, tool["name"].rstrip(), input=given["input"] if alone and given else None)


def read_request(text: str) -> Request:
    """What a turn of the execution agent says. Blanks that were left open are a problem."""
    given = _INPUT.search(text)
    try:
        found = strict_json.loads(unfenced(given["input"] if given else text).strip())
        strict_json.check(found)
    except strict_json.Refused as error:
        return Request({}, problem=str(error))
    arguments = found.get("arguments") if isinstance(found, dict) else None
    if not isinstance(arguments, dict):
        return Request({}, problem='it has no object "arguments"')
    for value in arguments.values():
        if isinstance(value, str) and _BLANK.fullmatch(value):
            return Request({}, problem=f"{value} is to be replaced by a value")
    return Request(arguments, str(found.get("instruction", "")))


def parsed(content: str) -> Any:
    """A response as its program gets it: the value where it is JSON, else the text."""
    try:
        value = strict_json.loads(content)
        strict_json.check(value)
    except strict_json.Refused:
        return content
    return value


def structure(value: Any) -> Any:
    """The value with types in place of what it holds, of a list its first entry."""
    if isinstance(value, dict):
        return {key: structure(item) for key, item in value.items()}
    if isinstance(value, list):
        return [structure(item) for item in value[:1]]
    return type(value).__name__


def unfenced(text: str) -> str:
    """The first block between fences, else all of it."""
    match = _FENCED.search(text)
    return match[1] if match else text


def _shown(call: ToolCall) -> str:
    return f"{call.name} {json.dumps(dict(call.arguments), ensure_ascii=False)}"
