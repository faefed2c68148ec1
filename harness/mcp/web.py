"""Messages over streamable HTTP, of which a server can send only so much."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from harness.mcp.process import LONGEST, MOST, Outcome


@asynccontextmanager
async def connected(
    url: str, headers: Mapping[str, str], outcome: Outcome
) -> AsyncIterator[tuple[Any, Any]]:
    """The streams of messages from and to a server.

    Proxies, certificates and passwords that the environment or a .netrc names are not used.

    Args:
        url: of its endpoint.
        headers: sent with every request.
        outcome: takes the reason where it has said too much.
    """
    import httpx2
    from mcp.client.streamable_http import streamable_http_client

    class Counted(httpx2.AsyncByteStream):
        def __init__(self, stream: Any) -> None:
            self._stream = stream

        async def __aiter__(self) -> AsyncIterator[bytes]:
            read = 0
            async for part in self._stream:
                read += len(part)
                transport.total += len(part)
                if read > LONGEST or transport.total > MOST:
                    outcome.reason = f"an answer of more than {LONGEST:,} bytes"
                    raise httpx2.ReadError(outcome.reason)
                yield part

        async def aclose(self) -> None:
            await self._stream.aclose()

    class Transport(httpx2.AsyncHTTPTransport):
        total = 0

        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            response = await super().handle_async_request(request)
            if response.headers.get("content-encoding", "identity") != "identity":
                await response.aclose()
                outcome.reason = "a compressed answer, which nobody asked for"
                raise httpx2.ReadError(outcome.reason)
            response.stream = Counted(response.stream)
            return response

    transport = Transport(trust_env=False)
    async with (
        httpx2.AsyncClient(
            headers={"accept-encoding": "identity", **headers},
            timeout=httpx2.Timeout(30.0, read=None),  # how long a call may take is said elsewhere
            transport=transport,
            trust_env=False,
        ) as client,
        streamable_http_client(url, http_client=client) as streams,
    ):
        yield streams
