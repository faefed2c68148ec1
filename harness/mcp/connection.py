"""A connection to a server that lives in a task of its own.

The SDK's task groups must be left in the task that entered them, and those who open, use and close
a session need not be one task.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    suppress,
)
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, TypeVar

from harness.errors import AssayError, InfrastructureError, MissingExtra
from harness.mcp.process import PATIENCE, Outcome

if TYPE_CHECKING:
    from mcp import Client

T = TypeVar("T")


class Connection:
    """One client of one server.

    Args:
        name: of the server, for errors.
        streams: opens the way to it.
        outcome: what is learnt of its end.
    """

    def __init__(
        self,
        name: str,
        streams: Callable[[], AbstractAsyncContextManager[tuple[Any, Any]]],
        outcome: Outcome,
    ) -> None:
        self._name, self._streams, self._outcome = name, streams, outcome
        self._closing = asyncio.Event()
        self._failure: BaseException | None = None
        self.changed = False
        """Whether the server has said that its tools are others now."""

    async def open(self, seconds: float) -> None:
        """Connects.

        Raises:
            InfrastructureError: the server does not start, or does not answer in time.
            MissingExtra: the SDK is not installed.
        """
        try:
            import mcp  # noqa: F401
        except ImportError:
            raise MissingExtra("a world behind MCP", "mcp") from None
        ready: asyncio.Future[Client] = asyncio.get_running_loop().create_future()
        self._owner = asyncio.create_task(self._live(ready))
        try:
            waited: set[asyncio.Future[Any]] = {ready, self._owner}
            await asyncio.wait(waited, timeout=seconds, return_when="FIRST_COMPLETED")
            if not ready.done():
                late = f"it does not answer within {seconds:g} s"
                raise self.failure(self._failure or TimeoutError(late))
            self._client = ready.result()
        except BaseException:
            await self._abandon()
            raise

    async def ask(self, work: Callable[[Client], Awaitable[T]], seconds: float) -> T:
        """What the server answers.

        Args:
            work: asks it.
            seconds: that it may take.

        Raises:
            InfrastructureError: it is gone, silent, or says what it must not.
            MCPError: it answered with an error of the protocol.
        """
        from mcp import MCPError
        from mcp.types import CONNECTION_CLOSED, REQUEST_TIMEOUT

        task = asyncio.ensure_future(work(self._client))
        try:
            waited: set[asyncio.Future[Any]] = {task, self._owner}
            await asyncio.wait(waited, timeout=seconds, return_when="FIRST_COMPLETED")
            if task.done():
                return task.result()
            late = f"no answer within {seconds:g} s"
            raise TimeoutError("the connection is closed" if self._owner.done() else late)
        except MCPError as error:
            if error.code in (CONNECTION_CLOSED, REQUEST_TIMEOUT):
                raise self.failure(error) from None
            raise
        except AssayError:
            raise
        except Exception as error:
            raise self.failure(error) from None
        finally:
            await _over(task)

    async def close(self) -> None:
        """Ends the connection, and the process where we started one. Any number of times."""
        self._closing.set()
        await asyncio.wait({self._owner}, timeout=3 * PATIENCE)
        await self._abandon()

    async def _live(self, ready: asyncio.Future[Client]) -> None:
        """Enters and leaves the SDK's context managers, whoever wants it."""
        from mcp import Client
        from mcp.types import Implementation

        us = Implementation(name="assay", version=version("assay-harness"))
        try:
            client = Client(
                self._streams(), cache=None, client_info=us, message_handler=self._heard
            )
            async with client, _listening(client):
                ready.set_result(client)
                await self._closing.wait()
        except BaseException as error:
            self._failure = error
            if isinstance(error, asyncio.CancelledError | KeyboardInterrupt | SystemExit):
                raise

    async def _heard(self, message: object) -> None:
        from mcp.types import ToolListChangedNotification

        if isinstance(message, ToolListChangedNotification):
            self.changed = True

    async def _abandon(self) -> None:
        """Ends the task in any case; what it started is killed on the way out."""
        self._owner.cancel()
        await asyncio.wait({self._owner}, timeout=PATIENCE)

    def failure(self, error: BaseException) -> InfrastructureError:
        """The error in one line, with what is known of the server's end."""
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        text = self.cleared(str(error)).partition("\n")[0][:300] or type(error).__name__
        known = str(self._outcome)
        told = f"{text}; {known}" if known and known not in text else text
        return InfrastructureError(f"the MCP server {self._name}: {self._outcome.line(told)}")

    def cleared(self, told: str) -> str:
        """A text without the secrets that the server was given."""
        return self._outcome.cleared(told)


@asynccontextmanager
async def _listening(client: Client) -> AsyncIterator[None]:
    """Asks to be told of other tools, where the server says that it tells whoever asks.

    The protocol's versions before 2026-07-28 know no such request: there everybody is told. A
    server that does not confirm it is not waited for: it may do without.
    """
    import anyio
    from mcp import MCPError
    from mcp.client.subscriptions import ListenNotSupportedError, SubscriptionLost

    tools = client.server_capabilities.tools
    async with AsyncExitStack() as stack:
        if tools is not None and tools.list_changed:
            given_up = suppress(ListenNotSupportedError, MCPError, SubscriptionLost)
            with given_up, anyio.move_on_after(PATIENCE):
                await stack.enter_async_context(client.listen(tools_list_changed=True))
        yield


async def _over(task: asyncio.Future[Any]) -> None:
    """Sees to it that a task ends, and that nobody misses its error."""
    if not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=PATIENCE)
    if task.done() and not task.cancelled():
        with suppress(BaseException):
            task.exception()
