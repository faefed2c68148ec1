"""Black-box probing: what undocumented tools give, found out by calling them.

Shi et al., arXiv 2405.16533 version 1, section 4. From there are: a program that tests one tool,
written up to N = 3 times; the skeleton of what the tool gave as its schema (their algorithm A.1);
and the chain, in which tools that could not be tested alone are tested with the help of documented
ones, which the model selects, in up to beta = 4 phases. The wording is ours.

Otherwise than in their code, no prompt tells what a tool is documented to give, and every program
runs in a session of its own, so that no probe sees what another one wrote. What makes sure that it
is the tool's answer that is documented is ours: the program must have called the tool, printed just
what that gave, and no report of an error. Samples differ only where the model draws by chance: give
it a temperature.
"""

from __future__ import annotations

import json
from asyncio import Semaphore
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

from harness.contracts import ChatModel, ProblemSet, Session, ToolEnvironment
from harness.errors import UserError
from harness.formats import strict_json
from harness.formats.toolcalls.form import without_thoughts
from harness.loop import run, together
from harness.play.sessions import close
from harness.records import Completion, Message, Observation, Problem, Setting, ToolCall, ToolSpec
from harness.sandbox import Ran, function_names, prepare, run_program
from harness.sandbox.offers import contents
from harness.workspace import working, workspace
from models.agents.atc import program_in
from models.agents.documentation import Documentation, Probe, brief, documented, named_in

RULES = """\
You test a function of which it is known what it does and what it takes, but not what it gives. \
Think of a clear request that a call of it serves, such as "Which keywords has the film Heat?". \
Then write a program in Python that serves it.

- The functions below are there already: call them, define none and import none. What one gives is \
a value (dicts, lists, texts, numbers); one that fails raises RuntimeError.
- Print nothing but what the tested function gave, whole and unchanged, as JSON: \
print(json.dumps(given)).

Reply in this form:

Request: the request
```python
import json
...
```"""
TESTED = "The function to be tested:\n\n{tool}"
HELPERS = """

Functions that are known, from which the arguments can be had that it takes, such as ids:

{helpers}"""
UNREADABLE = (
    "That printed something else. Print what {name} gave, whole and unchanged, as JSON, and "
    "nothing else: print(json.dumps(given)). Reply in the same form."
)
SELECT = """\
A function is to be tested by a program that calls it. Its arguments may have to be had from other \
functions first, such as an id from a search.

The function:

{tool}

Functions that are known:

{known}

Which of these could help to get its arguments? Reply with their names, one a line; rather one too \
many than one too few."""
OPENING = "These functions are being tried out."
"""What is said in the sessions in which tools are probed; their programs do not listen."""
AT_ONCE = 8
"""Tools that are probed side by side."""

Open = Callable[[], Awaitable[Session]]


@dataclass(eq=False)
class Probing:
    """Documents tools by calling them.

    Attributes:
        model: a chat model that draws its answers by chance.
        samples: N, programs for a tool in each phase.
        phases: beta, of the chain, after the one in which tools are probed alone.
        multi_sample: whether there is more than one program a phase.
        chain: whether there is more than the first phase.

    Raises:
        UserError: `model` is no chat model, or a number makes no sense.
    """

    model: ChatModel
    _: KW_ONLY
    samples: int = 3
    phases: int = 4
    multi_sample: bool = True
    chain: bool = True

    version: ClassVar[str] = "1"

    def __post_init__(self) -> None:
        if not isinstance(self.model, ChatModel):
            raise UserError(
                f"probing wants a chat model, and {type(self.model).__name__} is none: "
                'give one such as openai("name", temperature=0.7)'
            )
        if self.samples < 1 or self.phases < 0:
            raise UserError(
                f"probing with samples={self.samples}, phases={self.phases}: at least one sample "
                "is needed, and phases are not negative"
            )

    async def probe(
        self, environment: ToolEnvironment, tools: Sequence[ToolSpec] = ()
    ) -> Documentation:
        """Probes tools in a world. Its name for the model is left to the caller.

        Args:
            environment: the world; every program gets a session of its own.
            tools: those to be probed; empty takes all that a session offers.

        Raises:
            UserError: two tools have names that a program cannot tell apart.
            InfrastructureError: model or world are not to be had.
        """
        asked = Problem("probing", ((Message("user", OPENING),),), tuple(tools))

        async def opened() -> Session:
            return await environment.open(asked)

        if not tools:
            session = await opened()
            tools = session.tools
            await close(session)
        work = _Work(self, function_names(tools), opened)
        await work.chain()
        probes = {tool.name: work.probes[name] for name, tool in work.offered.items()}
        return Documentation(probes, settings=self.settings)

    @property
    def settings(self) -> dict[str, int | bool]:
        """All but the model."""
        names = ("samples", "phases", "multi_sample", "chain")
        return {name: getattr(self, name) for name in names}


@dataclass
class _Work:
    """The probing of some tools as it goes on; they go by the names of their functions."""

    by: Probing
    offered: Mapping[str, ToolSpec]
    open: Open
    probes: dict[str, Probe] = field(default_factory=dict)

    @property
    def known(self) -> list[str]:
        """The documented ones."""
        return [name for name in self.offered if self.probes[name].phase is not None]

    async def chain(self) -> None:
        """Phase 0, each tool alone, then the phases with helpers, until nothing is left to do.

        Alone, tools are probed side by side; later one after the other, for what is documented
        helps the next one already. Where no tool is known, there is no help.
        """
        self.probes = dict.fromkeys(self.offered, Probe())
        gate = Semaphore(AT_ONCE)

        async def alone(name: str) -> None:
            async with gate:
                await self.probe(name, (), 0)

        await together(alone(name) for name in self.offered)
        for phase in range(1, 1 + (self.by.phases if self.by.chain else 0)):
            for name in self.offered:
                if self.known and self.probes[name].phase is None:
                    await self.probe(name, await self.select(name, phase), phase)

    async def select(self, name: str, phase: int) -> tuple[str, ...]:
        """The helpers that the model chooses among the documented tools."""
        known = {other: self.offered[other] for other in self.known}
        told = "\n\n".join(brief(other, tool) for other, tool in known.items())
        question = SELECT.format(tool=self.document(name), known=told)
        with _drawn(phase * self.by.samples, self.by):
            reply = await self.by.model.complete([Message("user", question)])
        self.count(name, reply)
        return named_in(without_thoughts(reply.text), known)

    async def probe(self, name: str, helpers: Sequence[str], phase: int) -> None:
        """Writes programs for a tool until one shows what it gives."""
        told = TESTED.format(tool=self.document(name))
        if helpers:
            told += HELPERS.format(helpers="\n\n".join(map(self.document, helpers)))
        messages = [Message("system", RULES), Message("user", told)]
        for sample in range(self.by.samples if self.by.multi_sample else 1):
            prepare()
            with _drawn(phase * self.by.samples + sample, self.by):
                reply = await self.by.model.complete(messages)
            self.count(name, reply, programs=1)
            code = program_in(reply.text)
            if code is None:
                continue
            ran = await self.tried(code, (name, *helpers))
            if ran.error is not None:
                continue
            given = answers(ran, self.offered[name].name)
            if any(_is(ran.output, answer) for answer in given):
                example = strict_json.loads(ran.output)
                self.probes[name] = replace(
                    self.probes[name],
                    phase=phase,
                    question=_request(reply.text),
                    program=code.strip(),
                    example=example,
                    schema=skeleton(example),
                    helpers=tuple(self.offered[helper].name for helper in helpers),
                )
                return
            messages.append(Message("assistant", reply.text))
            messages.append(Message("user", UNREADABLE.format(name=name)))

    async def tried(self, code: str, names: Sequence[str]) -> Ran:
        """What a program came to that may call these tools, in a session of its own."""
        session = await self.open()
        try:
            return await run_program(code, _Some(session, {self.offered[n].name for n in names}))
        finally:
            await close(session)

    def document(self, name: str) -> str:
        """A tool as the model is told of it: without what it is documented to give."""
        return documented(name, self.offered[name], self.probes[name], returns=False)

    def count(self, name: str, reply: Completion, programs: int = 0) -> None:
        """Enters what asking about a tool cost."""
        probe = self.probes[name]
        self.probes[name] = replace(
            probe,
            programs=probe.programs + programs,
            input_tokens=probe.input_tokens + reply.usage.input_tokens,
            output_tokens=probe.output_tokens + reply.usage.output_tokens,
        )


@dataclass(frozen=True)
class _Some:
    """A session of which some tools are offered."""

    session: Session
    names: set[str]

    @property
    def tools(self) -> Sequence[ToolSpec]:
        """These, as the session has them."""
        return [tool for tool in self.session.tools if tool.name in self.names]

    async def call(self, call: ToolCall) -> Observation:
        """Carried out by the session."""
        return await self.session.call(call)


def skeleton(value: Any) -> Any:
    """The shape of a JSON value: a list by its first entry, a value by the name of its type.

    Algorithm A.1 of the paper. An empty list stays empty.
    """
    if isinstance(value, Mapping):
        return {name: skeleton(part) for name, part in value.items()}
    if isinstance(value, list):
        return [skeleton(value[0])] if value else []
    return type(value).__name__


def answers(ran: Ran, tool: str) -> list[Any]:
    """What the calls of a tool gave that did not fail, without reports of an error."""
    given = [contents(seen) for call, seen in ran.calls if call.name == tool and not seen.failed]
    return [value for value in given if not _refusal(value)]


def _refusal(value: Any) -> bool:
    """Whether an answer reports an error, as services do that fail without saying so otherwise."""
    if not isinstance(value, Mapping):
        return False
    return bool(value.get("error")) or value.get("success") is False


def _is(output: str, answer: Any) -> bool:
    """Whether what was printed is an answer, as JSON; 1 is not true there."""
    try:
        printed = strict_json.loads(output)
        strict_json.check(printed)
    except strict_json.Refused:
        return False
    return json.dumps(printed, sort_keys=True) == json.dumps(answer, sort_keys=True)


def _request(reply: str) -> str:
    """What stands behind "Request:"; "" where nothing does."""
    lines = (line.strip() for line in without_thoughts(reply).splitlines())
    told = (line[len("Request:") :] for line in lines if line.startswith("Request:"))
    return next(told, "").strip().strip('"')


@contextmanager
def _drawn(number: int, by: Probing) -> Iterator[None]:
    """Completions drawn by chance are drawn anew for each number."""
    every = (by.phases + 1) * by.samples
    with working(trial=workspace().trial * every + number):
        yield


def probe_task(
    model: str | ChatModel,
    task: str,
    *,
    limit: int | None = None,
    data: str | Path | None = None,
    cache: str | Path | bool = True,
    **settings: Any,
) -> Documentation:
    """Probes the tools of a task in its own worlds, without a look at what is right there.

    Args:
        model: a chat model, or an expression of one such as 'openai("name", temperature=0.7)'.
        task: name of a task whose worlds run here.
        limit: only so many tools of each split, the first ones; None takes all.
        data: folder that mirrors the data, as for `evaluate`.
        cache: folder that completions are kept in, as for `evaluate`: after an interruption the
            same call asks for nothing again that was answered.
        settings: of `Probing`.

    Raises:
        UserError: there is no such model or task, or the task has no world.
        InfrastructureError: model or world are not to be had.
    """
    from harness.cache import default_root
    from harness.loading import load_model, load_task
    from harness.sources import Source

    loaded = load_model(model)
    probing = Probing(loaded.model, **settings)  # type: ignore[arg-type]
    parts = load_task(task).load(Source(data), Setting())
    found: dict[str, Probe] = {}
    place = default_root() if cache is True else Path(cache).expanduser() if cache else None
    for part in parts:
        if not isinstance(part, ProblemSet) or part.environment is None:
            raise UserError(f"{task} has no world in which its tools could be probed")
        tools = {tool.name: tool for problem in part.problems for tool in problem.tools}
        asked = [tool for name, tool in tools.items() if name not in found][:limit]
        if asked or not tools:
            with working(cache=place):
                found |= run(probing.probe(part.environment, asked)).tools
    return Documentation(found, loaded.name, probing.settings)
