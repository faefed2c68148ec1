"""ATC: one program that calls the tools as functions, mended where it fails.

Shi et al., "Chain of Tools: Large Language Model is an Automatic Multi-tool Learner", arXiv
2405.16533 version 1, section 3 (the later versions are called "Tool Learning in the Wild"). From
there are: one whole program for each request, which prints the answer; at most alpha programs; the
question, in a conversation of its own, which tool is to blame for an error; and feedback with the
error, that tool and its documentation (their equation 2; their code leaves the documentation out).
From their code are the phrases by which a printed error is told, and what is said where no tool is
blamed. The wording is ours.

Reconstruction: tools are functions in a sandbox, not requests over HTTP. What a program has written
into the world before it failed stays written, for nobody can take back what a service has done;
their services are only read. Several turns of a user are answered one after the other.

In the trajectory a turn that wrote a program carries the calls that the program made. What a person
or a service says is as it was said; what is said to blame begins with "[attribution] ", and a
"system" message after each program tells what its author was told of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, replace
from hashlib import sha256
from typing import ClassVar

from harness.contracts import ChatModel, Session
from harness.errors import TooLong, UserError
from harness.formats.toolcalls.form import without_thoughts
from harness.play.sessions import close
from harness.play.story import Story, opening
from harness.records import End, Message, Observation, Problem, ToolCall, ToolSpec, Trajectory
from harness.sandbox import Limits, Ran, function_names, prepare, run_program
from harness.workspace import workspace
from models.agents.asked import require_chat_model
from models.agents.documentation import Documentation, brief, documented, named_in

RULES = """\
You serve requests by writing programs in Python. The functions below are there already: call them \
as they are, define none of them and import none of them. What a function gives is a value (dicts, \
lists, texts, numbers); one that fails raises RuntimeError. Arguments may be given by name.

- Write one program that serves the whole request, in one block from ```python to ```.
- Name the function in a comment above each call.
- Make no ids and no facts up: they come from the request or from what functions gave.
- There are no files, no network and no packages beyond json, re, math and datetime.
- At its end the program prints the answer, and nothing but the answer.

Functions:

"""
PRINTED = "The program printed:\n{output}"
FAILED = "The program did not lead to an answer.\n{error}"
UNDONE = "Nothing of what it did is left: the next program begins where this one began."
DONE = "What its calls have done stays done."
BLAMED = "The trouble seems to come from {names}, which is documented as follows.\n\n{documents}"
UNBLAMED = "Think again about which arguments are passed to which function."
REWRITE = "Write the whole program again, mended, in one block from ```python to ```."
ATTRIBUTE = """\
You review a program that was written for a request and failed. Which of the functions that it \
calls is to blame? It may be an earlier one than the one that stopped the program: an id that is \
refused came from somewhere. Reply with the name of that function.

Functions:

{tools}

Request:
{request}

Program:
```python
{code}
```

What came of it:
{error}"""
ATTRIBUTION = "[attribution] "
NO_PROGRAM = "SyntaxError: the reply holds no block of Python"
SILENT = "It ended without an error, but printed nothing."
LONGEST = 2_000
"""Characters of what a program printed that its author is told again."""
PHRASES = (
    '"success":false',
    "exception value",
    "is not defined",
    "is not subscriptable",
    "n't exist",
    "no keywords found",
    "no results found",
    "not available",
    "not be found",
    "out of range",
)
"""Parts of a printed error, whatever their case, in the authors' code (model/engine.py)."""
WORDS = frozenset({"error", '"error":', "fail", "invalid", "n't"})
"""Words of a printed error, between blanks; likewise."""
_BLOCK = re.compile(
    r"^[ \t]*```(?:python3?|py)?[ \t]*\n(.*?)(?:^[ \t]*```|\Z)", re.DOTALL | re.MULTILINE | re.I
)
_REFLECTIONS = ("attributable", "naive", "none")
_JUDGES = ("calls", "phrases", "none")


@dataclass(eq=False)
class ATC:
    """Writes a program, runs it, and mends it where it failed; the answer is what it prints.

    A program fails that raises, meets a limit, or prints nothing. Whether what it printed is taken
    for an error hangs on `judge`: "phrases" is the authors' rule, by which an answer with the word
    "error" in it is none; "calls", the default, applies it only where one of the program's calls
    failed, so that a program that caught an error and printed it is found out; "none" trusts it.

    Where nothing carries calls out, each gives None, and those that the first program makes are the
    answer. An attempt is malformed whose last program was none or raised, and stopped where it met
    a limit or printed nothing that counts.

    Attributes:
        model: a chat model.
        alpha: programs for each turn of the user.
        reflection: "attributable"; "naive", without asking which tool is to blame; or "none", one
            program.
        judge: "calls", "phrases" or "none".
        documentation: a file of what probing found out about the tools (`models.agents.probing`),
            which is told with them; "" for none. Results show its name; its content counts.
        returns: whether to tell what tools are documented to give; without it they are black boxes
            but for what the file says.
        fresh: whether a program begins anew in a world in which the failed ones did nothing, where
            the world has several sessions.
        seconds: that a program may compute.
        calls: that it may make.

    Raises:
        UserError: `model` is no chat model, a setting makes no sense, or the file cannot be read.
    """

    model: ChatModel
    _: KW_ONLY
    alpha: int = 3
    reflection: str = "attributable"
    judge: str = "calls"
    documentation: str = ""
    returns: bool = True
    fresh: bool = False
    seconds: float = 5.0
    calls: int = 100

    version: ClassVar[str] = "1"
    needs_world: ClassVar[bool] = True
    resolved: ClassVar[tuple[str, ...]] = ("documentation",)

    def __post_init__(self) -> None:
        require_chat_model("atc", self.model)
        if self.alpha < 1:
            raise UserError(f"atc with alpha={self.alpha}: at least one program is needed")
        if self.reflection not in _REFLECTIONS or self.judge not in _JUDGES:
            raise UserError(
                f"atc with reflection={self.reflection!r}, judge={self.judge!r}: reflection is one "
                f"of {', '.join(_REFLECTIONS)}, judge one of {', '.join(_JUDGES)}"
            )
        self._limits = Limits(seconds=self.seconds, calls=self.calls)
        self._probed, self._digest = Documentation({}), ""
        if self.documentation:
            file = workspace().path(self.documentation)
            self._probed, self.documentation = Documentation.read(file), file.name
            self._digest = f"sha256:{sha256(file.read_bytes()).hexdigest()}"

    @property
    def contents(self) -> dict[str, str]:
        """The SHA-256 of the file of documentation, where there is one."""
        return {"documentation": self._digest}

    async def solve(self, problem: Problem, session: Session) -> Trajectory:
        """One attempt.

        Raises:
            UserError: with `fresh`, the session is the only one that there can be; or two tools
                have names that a program cannot tell apart.
            MissingExtra: the sandbox is not installed.
        """
        attempt = _Attempt(self, Story(problem, session), session)
        try:
            return await attempt.run()
        except TooLong as error:
            return attempt.story.outgrown(error)
        finally:
            await attempt.leave()


class _Attempt:
    """One attempt as it goes on."""

    def __init__(self, agent: ATC, story: Story, first: Session) -> None:
        self.agent, self.story, self.first = agent, story, first
        self.view: list[Message] = []
        """The conversation with the author of the programs."""
        self.kept: list[tuple[ToolCall, ...]] = []
        """The calls of the programs that answered the turns before."""
        self.programs = 0

    async def run(self) -> Trajectory:
        """Answers turn by turn; the last answer is the answer."""
        answer, note = None, ""
        while (said := await self.story.session.listen()) is not None:
            self.story.told(said)
            self.view += _noted(note, said)
            outcome = await self._turn("\n".join(m.content for m in said if m.role == "user"))
            if isinstance(outcome, Trajectory):
                return outcome
            answer, note = outcome, PRINTED.format(output=outcome[:LONGEST])
        return self.story.ended(answer=answer)

    async def _turn(self, request: str) -> str | Trajectory:
        """What the program that answers prints; a trajectory where there is none, or no world."""
        most = 1 if self.agent.reflection == "none" else self.agent.alpha
        for left in reversed(range(most)):
            code, ran = await self._program()
            output = ran.output.strip()
            if not self.story.session.executes:
                end: End = "malformed" if ran.ended == "refused" else "finished"
                return self.story.ended(end, output or None, ran.error or "")
            error = trouble(ran, self.agent.judge)
            if not error:
                self._tell("system", PRINTED.format(output=output[:LONGEST]))
                self.kept.append(tuple(call for call, _ in ran.calls))
                return output
            if left:
                await self._reflect(request, code, error, bool(ran.calls))
            else:
                self._tell("system", FAILED.format(error=error))
        end = "malformed" if ran.ended in ("refused", "raised") else "stopped"
        why = f"no program of {most} led to an answer; the last one: {error}"
        return self.story.ended(end, output or None, why)

    async def _program(self) -> tuple[str, Ran]:
        """A program by the model, and what came of it."""
        session, agent = self.story.session, self.agent
        prepare(agent._limits)
        completion = await agent.model.complete(opening(self._rules(), self.view))
        self.view.append(Message("assistant", completion.text))
        code = program_in(completion.text)
        if code is None:
            ran = Ran("", None, (), NO_PROGRAM, "refused")
        else:
            world = session if session.executes else _Nowhere(session.tools)
            ran = await run_program(code, world, agent._limits)
        self.programs += 1
        ran = replace(ran, calls=tuple(self._numbered(ran)))
        self.story.said(replace(completion, calls=tuple(call for call, _ in ran.calls)))
        if session.executes:
            for call, seen in ran.calls:
                self._tell("tool", seen.content, call.id, seen.failed)
        return code or "", ran

    def _numbered(self, ran: Ran) -> list[tuple[ToolCall, Observation]]:
        head = f"program_{self.programs}_call"
        return [
            (replace(call, id=f"{head}_{number}"), seen)
            for number, (call, seen) in enumerate(ran.calls, 1)
        ]

    async def _reflect(self, request: str, code: str, error: str, called: bool) -> None:
        """Tells the author what went wrong, and where it seems to come from."""
        told = [FAILED.format(error=error)]
        blamed = await self._blamed(request, code, error)
        if self.agent.fresh and called:
            await self._begin_anew()
        if called:
            told.append(UNDONE if self.agent.fresh else DONE)
        if blamed:
            offered = function_names(self.story.session.tools)
            documents = "\n\n".join(self._document(n, offered[n]) for n in blamed if n in offered)
            told.append(BLAMED.format(names=", ".join(blamed), documents=documents))
        else:
            told.append(UNBLAMED)
        feedback = "\n\n".join([*told, REWRITE])
        self._tell("system", feedback)
        self.view.append(Message("user", feedback))

    async def _blamed(self, request: str, code: str, error: str) -> tuple[str, ...]:
        """The functions that are to blame as the model sees it, asked without what went before."""
        if self.agent.reflection != "attributable":
            return ()
        offered = function_names(self.story.session.tools)
        tools = "\n\n".join(brief(name, tool) for name, tool in offered.items())
        question = ATTRIBUTE.format(tools=tools, request=request, code=code, error=error)
        completion = await self.agent.model.complete([Message("user", question)])
        self.story.said(replace(completion, text=ATTRIBUTION + completion.text, calls=()))
        return named_in(without_thoughts(completion.text), offered)

    async def _begin_anew(self) -> None:
        """Goes to a world that knows only the programs that answered the turns before."""
        fresh = await self.first.again()
        await self.leave()
        self.story.session = fresh
        for calls in self.kept:
            await fresh.listen()
            for call in calls:
                if not call.problem:
                    await fresh.call(call)
        await fresh.listen()

    async def leave(self) -> None:
        """Ends the session that was opened here; the first one is not ours."""
        if self.story.session is not self.first:
            await close(self.story.session)

    def _rules(self) -> str:
        offered = function_names(self.story.session.tools)
        return RULES + "\n\n".join(self._document(name, tool) for name, tool in offered.items())

    def _document(self, name: str, tool: ToolSpec) -> str:
        probe = self.agent._probed.tools.get(tool.name)
        return documented(name, tool, probe, returns=self.agent.returns)

    def _tell(self, role: str, content: str, id: str = "", failed: bool | None = None) -> None:
        self.story.told([Message(role, content, call_id=id, failed=failed)])


@dataclass(frozen=True)
class _Nowhere:
    """Tools that nothing carries out: they give nothing."""

    tools: Sequence[ToolSpec]

    async def call(self, call: ToolCall) -> Observation:
        """Gives None."""
        return Observation("null")


def program_in(reply: str) -> str | None:
    """The first block of Python in a reply, or of no stated language; None where there is none.

    A block that was cut off reaches to the end.
    """
    block = _BLOCK.search(without_thoughts(reply))
    return block[1] if block and block[1].strip() else None


def trouble(ran: Ran, judge: str) -> str:
    """Why what a program did is no answer, as its author should read it; "" where it is one."""
    output = ran.output.strip()
    if ran.error is not None:
        return ran.error
    if not output:
        return SILENT
    suspected = judge == "phrases" or (
        judge == "calls" and any(seen.failed for _, seen in ran.calls)
    )
    return PRINTED.format(output=output[:LONGEST]) if suspected and is_error(output) else ""


def is_error(output: str) -> bool:
    """Whether a text looks like an error to the authors' code: by its phrases, and by its words."""
    lowered = output.lower()
    return any(phrase in lowered for phrase in PHRASES) or not WORDS.isdisjoint(lowered.split())


def _noted(note: str, said: Sequence[Message]) -> list[Message]:
    """What is said next, its first message of the user's behind a note."""
    messages = list(said)
    for place, message in enumerate(messages):
        if note and message.role == "user":
            messages[place] = replace(message, content=f"{note}\n\n{message.content}")
            break
    return messages
