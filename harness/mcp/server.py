"""Serves one problem of a task, so that any agent that speaks MCP can attempt it."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.contracts import ProblemSet, ToolEnvironment
from harness.errors import AssayError, MissingExtra, UserError, blaming, unknown
from harness.formats.tool_schemas import parameters
from harness.formats.trajectories import read_trajectories, to_line, writable
from harness.loop import run
from harness.mcp.attempt import ServedAttempt
from harness.records import Problem, Setting, Trajectory

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server

PROMPT = "request"
RESOURCE = "assay://request"
RULES = """\
Solve the following request with the tools of this server, and hand the answer in with the tool \
{tool}, which ends the attempt. Where the request asks for no answer, hand in a short report."""


def serve(
    task: object,
    problem: str,
    out: str | Path,
    *,
    trial: int | None = None,
    data: str | Path | None = None,
    **setting: Any,
) -> Trajectory | None:
    """Serves a problem over standard input and output until the client goes.

    The attempt is appended to `out` when its answer is handed in; without one, when the client
    goes or the program is interrupted. A client that calls nothing has made no attempt. What is
    right about the problem never leaves this process.

    Args:
        task: name, expression or object; one whose problems have a world.
        problem: its id, preceded by its split where the task has several ("live/12").
        out: JSONL file of trajectories, as `assay score` takes it.
        trial: which attempt this is; default the next one at the problem after those in `out`, and
            if somebody has written that one meanwhile, the next one then.
        data: folder that mirrors the data; default the environment variable ASSAY_DATA.
        **setting: fields of `Setting` that say how the task is asked. Those that say which tools
            are offered, what goes wrong and who judges are for attempts of our own agents.

    Returns:
        What was written; None if no attempt was made.

    Raises:
        UserError: there is no such problem, it has no world, `out` cannot be written, or a setting
            is for our own agents.
        MissingExtra: the SDK is not installed.
    """
    try:
        import mcp.server.stdio  # noqa: F401
    except ImportError:
        raise MissingExtra("serving problems over MCP", "mcp") from None
    from harness.attempts import MOST_TRIALS

    path = _writable(Path(out))
    found, world = _find(task, problem, data, setting)
    number = _next(path, problem) if trial is None else trial
    if not 0 <= number < MOST_TRIALS:
        raise UserError(f"trial={number}: trials have numbers from 0 to {MOST_TRIALS - 1:,}")
    served = _Served(problem, found, world, number, path, given=trial is not None)
    try:
        run(served.talk())
    finally:
        served.write()  # on Ctrl-C and SIGTERM too
    return served.written


class _Served:
    """The server of one problem, and where its attempt is written."""

    def __init__(
        self,
        key: str,
        problem: Problem,
        world: ToolEnvironment,
        trial: int,
        out: Path,
        *,
        given: bool,
    ) -> None:
        self._key, self._problem, self._world = key, problem, world
        self._trial, self._out, self._given = trial, out, given
        self._attempt: ServedAttempt | None = None
        self.written: Trajectory | None = None

    async def talk(self) -> None:
        """Talks with a client until it goes."""
        from mcp.server.lowlevel import NotificationOptions
        from mcp.server.stdio import stdio_server

        session = await self._world.open(self._problem, self._trial)
        try:
            self._attempt = ServedAttempt(self._key, self._problem, session)
            await self._attempt.begin()
            server = build(self._attempt, self.write)
            options = server.create_initialization_options(NotificationOptions(tools_changed=True))
            async with stdio_server() as (heard, said):
                await server.run(heard, said, options)
        finally:
            await session.close()

    def write(self) -> None:
        """Appends the attempt, once."""
        made = self._attempt.trajectory if self._attempt else None
        if made is not None and self.written is None:
            self.written = append(self._out, made, given=self._given)


def build(attempt: ServedAttempt, over: Any) -> Server[Any]:
    """A server of an attempt, which says so when there are other tools from a turn on.

    Args:
        attempt: whose tools it has.
        over: called without arguments when the attempt has come to its end.

    Raises:
        UserError: the parameters of a tool are no plain JSON, or nested too deep.
    """
    from mcp import MCPError, types
    from mcp.server.lowlevel import Server
    from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ToolsListChanged

    listeners = InMemorySubscriptionBus()
    rules = RULES.format(tool=attempt.answer_tool.name)
    request = f"{rules}\n\n{attempt.request}"

    def tools() -> list[types.Tool]:
        return [
            types.Tool(name=tool.name, description=tool.description, input_schema=parameters(tool))
            for tool in attempt.tools
        ]

    tools()  # what cannot be told shows before a client is there

    async def list_tools(context: Any, params: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=tools())

    async def call_tool(context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        before = [tool.name for tool in attempt.tools]
        try:
            found = await attempt.call(params.name, params.arguments or {})
            if [tool.name for tool in attempt.tools] != before:
                await context.session.send_tool_list_changed()  # whom that does not reach, listens
                await listeners.publish(ToolsListChanged())
            if attempt.over:
                over()
        except AssayError as error:
            raise MCPError(types.INTERNAL_ERROR, str(error)) from None
        text = types.TextContent(text=found.content)
        return types.CallToolResult(content=[text], is_error=found.failed)

    async def list_prompts(context: Any, params: Any) -> types.ListPromptsResult:
        prompt = types.Prompt(name=PROMPT, description="The request that is to be solved.")
        return types.ListPromptsResult(prompts=[prompt])

    async def get_prompt(
        context: Any, params: types.GetPromptRequestParams
    ) -> types.GetPromptResult:
        if params.name != PROMPT:
            raise MCPError(types.INVALID_PARAMS, f"there is one prompt, '{PROMPT}'")
        said = types.PromptMessage(role="user", content=types.TextContent(text=request))
        return types.GetPromptResult(messages=[said])

    async def list_resources(context: Any, params: Any) -> types.ListResourcesResult:
        resource = types.Resource(name=PROMPT, uri=RESOURCE, mime_type="text/plain")
        return types.ListResourcesResult(resources=[resource])

    async def read_resource(
        context: Any, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        if params.uri != RESOURCE:
            raise MCPError(types.INVALID_PARAMS, f"there is one resource, {RESOURCE}")
        text = types.TextResourceContents(uri=RESOURCE, mime_type="text/plain", text=request)
        return types.ReadResourceResult(contents=[text])

    return Server(
        "assay",
        instructions=request,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_prompts=list_prompts,
        on_get_prompt=get_prompt,
        on_list_resources=list_resources,
        on_read_resource=read_resource,
        on_subscriptions_listen=ListenHandler(listeners),
    )


def append(path: Path, trajectory: Trajectory, *, given: bool = True) -> Trajectory:
    """Adds a line to a file of trajectories, whole, though others may append to it too.

    Args:
        path: the file.
        trajectory: an attempt.
        given: whether its trial was named. One that was not is the next in the file, where an
            attempt at the problem with its number stands there by now.

    Returns:
        The attempt with the trial that it was written as.

    Raises:
        UserError: the file cannot be written.
    """
    try:
        with path.open("ab+") as file:
            _lock(file.fileno())
            if not given and trajectory.trial in (taken := _trials(path, trajectory.problem)):
                trajectory = replace(trajectory, trial=max(taken) + 1)
            trajectory = writable(trajectory)
            line = to_line(trajectory)
            if file.seek(0, os.SEEK_END) and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n":
                line = b"\n" + line  # what somebody began to write stays a line of its own
            file.write(line)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}") from None
    return trajectory


def _lock(file: int) -> None:
    """Waits until no other process writes here, where the system has such locks."""
    with suppress(ImportError, OSError):
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX)


def _find(
    task: object, key: str, data: str | Path | None, setting: dict[str, Any]
) -> tuple[Problem, ToolEnvironment]:
    """A problem and its world."""
    from harness.loading import load_task
    from harness.material import checked
    from harness.offers import accept
    from harness.settings import setting_of
    from harness.sources import Source

    loaded, asked = load_task(task), setting_of(setting)
    name = loaded.card.name
    accept(loaded, asked)
    for field in ("tools", "tool_order", "faults", "judge"):
        if (value := getattr(asked, field)) != getattr(Setting(), field):
            raise UserError(f"{field}={value}: a problem is served as it is, with its own tools")
    with blaming(f"{name} cannot be loaded"):
        material = checked(loaded.load(Source(data), asked), loaded.card)
    sets = [part for part in material if isinstance(part, ProblemSet)]
    if not sets:
        raise UserError(f"{name} asks for rankings: only problems of tool use can be served")
    several = len(sets) > 1
    known = {f"{s.split}/{p.id}" if several else p.id: (p, s) for s in sets for p in s.problems}
    if key not in known:
        raise unknown(f"problem of {name}", key, known, f"There are {', '.join([*known][:3])}, ...")
    problem, part = known[key]
    if part.environment is None:
        raise UserError(f"{name} has no world: nothing here carries its calls out")
    return problem, part.environment


def _writable(path: Path) -> Path:
    """The path, once it is known that it can be written."""
    if path.suffix == ".gz":
        raise UserError(f"{path}: attempts are appended to a plain file, such as {path.stem}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("ab").close()
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}") from None
    return path


def _next(path: Path, key: str) -> int:
    """The number of the attempt after the last one at a problem."""
    return max(_trials(path, key), default=-1) + 1


def _trials(path: Path, key: str) -> set[int]:
    """The numbers of the attempts at a problem."""
    found = (t for t in read_trajectories(path) if isinstance(t, Trajectory))
    return {t.trial for t in found if t.problem == key}
