"""A retrieval server as a searcher: requests repeated where that helps, answers bounded."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, build_opener
from urllib.request import Request as HttpRequest

from harness.errors import InfrastructureError
from harness.loop import together
from harness.workspace import workspace
from tasks.worlds.search.batches import Batches
from tasks.worlds.search.found import Found
from tasks.worlds.search.protocols import Request, Unreadable, protocol_of

TIMEOUT = 60.0
"""Seconds that one request may take until all of its answer is there."""
ATTEMPTS = 4
"""How often a request is made that fails; once after one was given up, until another succeeds."""
LARGEST = 64 << 20
"""Bytes of an answer."""
AT_ONCE = 8
"""Requests that are out at a time."""
_AGAIN = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
_FIRST_PAUSE = 0.5
_CHUNK = 1 << 16


class _Failed(Exception):
    """A request that failed; `again` where another may succeed."""

    def __init__(self, reason: str, again: bool = True) -> None:
        super().__init__(reason)
        self.again = again


class ServerSearcher:
    """Asks the server at an address, see `tasks.worlds.search.protocols`.

    Args:
        url: as `protocol_of` reads it.
        protocol: its name, where the address does not tell.
        timeout: seconds that one request may take.
        attempts: how often a request is made that fails.
        pause: awaited between attempts, for 0.5 s, 1 s, 2 s, ...

    Raises:
        UserError: the address is none of a known protocol.
    """

    def __init__(
        self,
        url: str,
        protocol: str = "",
        *,
        timeout: float = TIMEOUT,
        attempts: int = ATTEMPTS,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._url, self._protocol = url, protocol_of(url, protocol)
        self._timeout, self._attempts, self._pause = timeout, attempts, pause
        self._given_up = False
        self._opener = build_opener(_NoRedirects)

    async def search(self, queries: Sequence[str], k: int) -> list[tuple[Found, ...]]:
        """See `Searcher.search`."""
        size, free = self._protocol.at_once, asyncio.Semaphore(AT_ONCE)

        async def some(asked: Sequence[str]) -> list[tuple[Found, ...]]:
            async with free:
                return await self._asked(asked, k)

        parts = [queries[start : start + size] for start in range(0, len(queries), size)]
        return [found for part in await together(map(some, parts)) for found in part]

    async def _asked(self, queries: Sequence[str], k: int) -> list[tuple[Found, ...]]:
        request = self._protocol.request(self._url, queries, k)
        attempts = 1 if self._given_up else self._attempts
        for attempt in range(1, attempts + 1):
            try:
                found = await asyncio.to_thread(self._answer, request, len(queries), k)
            except _Failed as failure:
                if attempt == attempts or not failure.again:
                    self._given_up = True
                    raise InfrastructureError(
                        f"the search server {urlsplit(self._url).netloc} {failure}; tried "
                        f"{'once' if attempt == 1 else f'{attempt} times'}"
                    ) from None
                await self._pause(_FIRST_PAUSE * 2 ** (attempt - 1))
            else:
                self._given_up = False
                return found
        raise AssertionError("an attempt succeeds or fails")

    def _answer(self, request: Request, queries: int, k: int) -> list[tuple[Found, ...]]:
        """What one request gives. Raises `_Failed`."""
        try:
            answer = json.loads(self._received(request))
            return self._protocol.read(answer, queries, k)
        except _Failed:
            raise
        except HTTPError as error:
            error.close()
            raise _Failed(f"answers {error.code}", error.code in _AGAIN) from None
        except TimeoutError:
            raise _Failed(f"gives no answer within {self._timeout:g} s") from None
        except Unreadable as error:
            raise _Failed(f"gives an answer that cannot be read: {error}") from None
        except (ValueError, RecursionError):
            raise _Failed("gives an answer that is no JSON") from None
        except HTTPException as error:
            raise _Failed(f"breaks off: {type(error).__name__}") from None
        except OSError as error:  # URLError is one
            if isinstance(getattr(error, "reason", None), TimeoutError):
                raise _Failed(f"gives no answer within {self._timeout:g} s") from None
            raise _Failed(f"cannot be reached: {getattr(error, 'reason', error)}") from None

    def _received(self, request: Request) -> bytes:
        """The answer's bytes, no more of them and for no longer than is allowed."""
        headers = {"Accept": "application/json"}
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        until = time.monotonic() + self._timeout
        sent = HttpRequest(request.url, data=request.body, headers=headers)
        received = bytearray()
        with self._opener.open(sent, timeout=self._timeout) as response:
            while chunk := response.read1(_CHUNK):
                received += chunk
                if len(received) > LARGEST:
                    raise _Failed(f"answers with more than {LARGEST >> 20} MB", again=False)
                if time.monotonic() > until:
                    raise TimeoutError
            if response.length:
                raise _Failed("breaks off in the middle of an answer")
        return bytes(received)


class _NoRedirects(HTTPRedirectHandler):
    """An answer that points elsewhere is an error: nobody named that place."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Nowhere."""
        return


def served(url: str, protocol: str = "") -> Batches:
    """Searches by the server at an address; the same for all who name it within one run.

    Raises:
        UserError: the address is none of a known protocol.
    """

    def begin() -> Batches:
        return Batches(ServerSearcher(url, protocol))

    shared = workspace().shared
    return begin() if shared is None else shared.held(("search", url, protocol), begin)
