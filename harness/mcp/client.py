"""Any MCP server as a world: every session has a server, or a connection, to itself."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from harness.errors import InfrastructureError, UserError, unknown
from harness.formats import strict_json
from harness.mcp.connection import Connection
from harness.mcp.content import distinct, observation, spec, state
from harness.mcp.process import Outcome, Stdio
from harness.records import Message, Observation, Problem, ToolCall, ToolSpec

if TYPE_CHECKING:
    from mcp import Client
    from mcp.types import CallToolResult, ListToolsResult

MOST_TOOLS = 5_000
"""Tools that a server may have."""
MOST_PAGES = 500
"""Pages that its list of tools may have."""
SHORTEST_CREDENTIAL = 4
"""Characters of what a header holds from which on it is kept out of errors."""
LONGEST_CALL = 2**20
"""Characters that the arguments of a call may have as JSON."""


@dataclass(frozen=True)
class MCPWorld:
    """A world whose calls an MCP server carries out.

    Attributes:
        command: the program that serves over standard input and output, and its arguments, of
            which "{problem}" and "{trial}" stand for the problem's id and the attempt's number.
            Every session starts a process, which is killed with the session.
        url: of a server for streamable HTTP instead. Every session is a connection: that they
            share no state is up to the server.
        env: variables that the process gets, beside PATH, HOME, LANG and TMPDIR.
        secrets: names of our variables that it gets too. What they hold is kept out of errors, and
            out of what a call that failed says; what a call gave is not looked through.
        headers: sent to `url` with every request; kept out of errors likewise.
        cwd: where the process runs; "" for here.
        only: names of the tools that are offered; None offers all.
        state_tool: a tool without arguments, not offered, whose answer is the world's state. It is
            called at the start and after every call.
        timeout: seconds that a call may take.
        start_timeout: seconds that it may take until the server has told its tools.

    Raises:
        UserError: there is not one of `command` and `url`.
    """

    _: KW_ONLY
    command: Sequence[str] = ()
    url: str = ""
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: Sequence[str] = ()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    cwd: str = ""
    only: Sequence[str] | None = None
    state_tool: str = ""
    timeout: float = 60.0
    start_timeout: float = 60.0

    def __post_init__(self) -> None:
        if isinstance(self.command, str) or bool(self.command) == bool(self.url):
            raise UserError(
                'an MCP world wants command=["program", "argument", ...], or url="https://..."'
            )

    async def open(self, problem: Problem, trial: int = 0) -> MCPSession:
        """A session with a server of its own.

        Raises:
            InfrastructureError: the server does not start, or not as the protocol has it.
            UserError: it lacks a tool that `only` or `state_tool` names, or we lack a secret.
        """
        session = MCPSession(self, problem, trial)
        await session.start()
        return session

    def connection(self, problem: Problem, trial: int) -> Connection:
        """A connection that is not open yet."""
        secrets = self._secrets()
        outcome = Outcome(secrets=(*secrets.values(), *self._credentials()))
        if self.command:
            known = {"{problem}": problem.id, "{trial}": str(trial)}
            words = [_filled(word, known) for word in self.command]
            stdio = Stdio(words, {**self.env, **secrets}, self.cwd, outcome)
            return Connection(f"'{words[0]}'", stdio.connected, outcome)

        def over_http() -> AbstractAsyncContextManager[tuple[Any, Any]]:
            from harness.mcp.web import connected

            return connected(self.url, self.headers, outcome)

        host = urlsplit(self.url).hostname or self.url
        return Connection(f"at {host}", over_http, outcome)

    def _credentials(self) -> Iterator[str]:
        """What headers and address hold, where it is too long to be a flag or a language."""
        for held in (*self.headers.values(), urlsplit(self.url).password or ""):
            _, _, key = held.partition(" ")  # "Bearer ..."
            yield from (text for text in (held, key) if len(text) >= SHORTEST_CREDENTIAL)

    def _secrets(self) -> dict[str, str]:
        if missing := [name for name in self.secrets if name not in os.environ]:
            raise UserError(f"an MCP world wants the environment variable {missing[0]}: set it")
        return {name: os.environ[name] for name in self.secrets}


class MCPSession:
    """One attempt, and its server.

    Args:
        world: how the server is reached.
        problem: what is asked; its turns are said one after the other.
        trial: which attempt at it.
    """

    executes = True

    def __init__(self, world: MCPWorld, problem: Problem, trial: int) -> None:
        self.trial = trial
        self._world, self._problem = world, problem
        self._turns = iter(problem.turns)
        self._tools: tuple[ToolSpec, ...] = ()
        self._state: Any = None
        self._connection = world.connection(problem, trial)
        self._cleared = self._connection.cleared

    async def start(self) -> None:
        """Connects, and learns the tools and the state. Raises as `MCPWorld.open` does."""
        await self._connection.open(self._world.start_timeout)
        try:
            await self._list()
            await self._look()
        except BaseException:
            await self.close()
            raise

    @property
    def tools(self) -> Sequence[ToolSpec]:
        """Those of the server that are offered, in its order."""
        return self._tools

    @property
    def state(self) -> Any:
        """What the state's tool told last; None without one."""
        return self._state

    async def listen(self) -> Sequence[Message] | None:
        """The next turn of the problem."""
        return next(self._turns, None)

    async def call(self, call: ToolCall) -> Observation:
        """Asks the server.

        What it calls an error of the tool, or wrong about a call, has failed. A tool that is not
        offered is not called, nor is one with arguments that are no plain JSON or too long.

        Raises:
            InfrastructureError: it is gone, late, or breaks the protocol.
        """
        from mcp import MCPError
        from mcp.types import INVALID_PARAMS, METHOD_NOT_FOUND

        if call.name not in {tool.name for tool in self._tools}:
            return Observation(f"There is no tool {call.name[:80]!a}.", failed=True)
        if reason := _unreadable(call):
            return Observation(f"The call cannot be read: {reason}.", failed=True)
        try:
            found = observation(await self._ask(call.name, call.arguments), self._cleared)
        except MCPError as error:
            if error.code not in (INVALID_PARAMS, METHOD_NOT_FOUND):
                raise self._connection.failure(error) from None
            found = Observation(self._cleared(error.message)[:10_000], failed=True)
        if self._connection.changed:
            await self._list()
        await self._look()
        return found

    async def again(self) -> MCPSession:
        """The same problem with another server."""
        return await self._world.open(self._problem, self.trial)

    async def close(self) -> None:
        """Ends the connection; a process that we started is dead afterwards."""
        await self._connection.close()

    async def _ask(self, name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        from mcp.types import CallToolRequest, CallToolRequestParams, CallToolResult

        # Not the client's call_tool, which matches answers with patterns of the server's schema.
        params = CallToolRequestParams(name=name, arguments=dict(arguments))

        async def ask(client: Client) -> CallToolResult:
            return await client.session.send_request(CallToolRequest(params=params), CallToolResult)

        return await self._connection.ask(ask, self._world.timeout)

    async def _list(self) -> None:
        """Learns which tools there are."""
        from mcp import MCPError

        self._connection.changed = False
        try:
            found = await self._connection.ask(_listed, self._world.start_timeout)
        except MCPError as error:
            raise self._connection.failure(error) from None
        known = {tool.name: tool for tool in found}
        wanted = [*(self._world.only or ()), *filter(None, [self._world.state_tool])]
        for name in wanted:
            if name not in known:
                raise unknown("tool of the MCP server", name, known)
        offered = known.keys() if self._world.only is None else set(self._world.only)
        hidden = self._world.state_tool
        self._tools = tuple(t for n, t in known.items() if n in offered and n != hidden)

    async def _look(self) -> None:
        """Learns the state."""
        from mcp import MCPError

        if not (name := self._world.state_tool):
            return
        try:
            found = await self._ask(name, {})
        except MCPError as error:
            raise self._connection.failure(error) from None
        if found.is_error:
            said = observation(found, self._cleared).content
            raise self._connection.failure(InfrastructureError(f"'{name}' failed: {said}"))
        self._state = state(found)


async def _listed(client: Client) -> list[ToolSpec]:
    return distinct([spec(tool) async for page in _pages(client) for tool in page.tools])


async def _pages(client: Client) -> AsyncIterator[ListToolsResult]:
    """The pages of the list of tools. Raises `InfrastructureError` where there is no end to it."""
    tools, cursor, seen = 0, None, set[str]()
    while True:
        page = await client.list_tools(cursor=cursor)
        tools += len(page.tools)
        cursor = page.next_cursor
        if tools > MOST_TOOLS or len(seen) >= MOST_PAGES or cursor in seen:
            raise InfrastructureError("the MCP server's list of tools has no end")
        yield page
        if cursor is None:
            return
        seen.add(cursor)


def _unreadable(call: ToolCall) -> str:
    """Why nobody can be sent a call; "" if it can be sent."""
    if call.problem:
        return ascii(call.problem[:200])
    try:
        arguments = dict(call.arguments)
        strict_json.check(arguments)
    except (strict_json.Refused, TypeError, ValueError) as error:
        return str(error)[:200]
    much = len(json.dumps(arguments)) > LONGEST_CALL
    return f"its arguments have more than {LONGEST_CALL:,} characters" if much else ""


def _filled(word: str, known: Mapping[str, str]) -> str:
    for mark, value in known.items():
        word = word.replace(mark, value)
    return word
