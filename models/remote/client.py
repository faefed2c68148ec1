"""Requests to one endpoint, repeated where that may help."""

from __future__ import annotations

import asyncio
import json
import weakref
from collections.abc import Callable, Mapping
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeVar

from harness.errors import InfrastructureError, MissingExtra, UserError
from harness.loop import awaited
from harness.workspace import workspace
from models.remote.endpoint import OPENAI_URL, Endpoint
from models.remote.failures import Failure, Unreadable, diagnosed
from models.remote.pacing import Clock, Pacer

if TYPE_CHECKING:
    from openai import AsyncOpenAI

T = TypeVar("T")
CLOCK = Clock()
UNREACHED_PATIENCE = 10.0
"""Seconds after which an address that never answered is given up: it is mistyped, or nothing runs
there."""
WORTH_SAYING = 2.0
"""Seconds: whoever has waited for longer is told why, once until the next answer."""


def _anything() -> None:
    """Lets every request go out."""


class Client:
    """An endpoint with the one policy of retries and pacing.

    Repeated are requests that got 408, 409, 425, 429, a 5xx, no connection, no answer in time or
    an answer that cannot be read; after a wait that grows exponentially with full jitter, or as
    long as the server asks. 429 and whatever asks to wait slow everybody down, see `Pacer`. Once a
    request has been given up, those after it are tried only once until one succeeds: a server that
    is down is not waited for again and again.

    Args:
        endpoint: where requests go.
        at_once: how many are out at a time.
        patience: seconds that one request may spend on waits and on repeated attempts.
        timeout: seconds without a sign of the server after which an attempt has failed.
        clock: time and chance.

    Raises:
        MissingExtra: the package openai is not installed.
        UserError: a number makes no sense.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        at_once: int,
        patience: float,
        timeout: float,
        clock: Clock | None = None,
    ) -> None:
        if not find_spec("openai"):
            raise MissingExtra("a model behind an OpenAI-compatible endpoint", "openai")
        if at_once < 1 or patience < 0 or timeout <= 0:
            raise UserError(
                f"requests={at_once}, patience={patience}, timeout={timeout}: at least one request "
                "at a time, and seconds that are not negative"
            )
        self.endpoint = endpoint
        self._patience, self._timeout = patience, timeout
        self._clock = clock or CLOCK
        self._pacer = Pacer(at_once, self._clock)
        self._reached = self._given_up = self._said = False

    async def post(
        self,
        path: str,
        body: Mapping[str, Any],
        read: Callable[[Mapping[str, Any]], T],
        admit: Callable[[], None] = _anything,
    ) -> T:
        """Sends a request until it is answered.

        Args:
            path: below the address of the server, such as "/embeddings".
            body: sent as JSON; its texts are made `sendable`.
            read: makes what is wanted of the JSON object that was answered; raises `Unreadable`
                where it cannot.
            admit: called before each attempt, once it may go out; what it raises ends the request,
                as where a budget is spent.

        Raises:
            UserError: the server refuses the request (`RefusedRequest`) or the key.
            InfrastructureError: it did not answer for as long as the patience lasts.
        """
        return await awaited(self._post(path, body, read, admit))

    async def _post(
        self,
        path: str,
        body: Mapping[str, Any],
        read: Callable[[Mapping[str, Any]], T],
        admit: Callable[[], None],
    ) -> T:
        patience, spent, attempt = 0.0 if self._given_up else self._patience, 0.0, 0
        self._refuse_to_wait()
        while True:
            attempt += 1
            try:
                async with self._pacer.slot() as storms:
                    admit()
                    began = self._clock.now()
                    answer = await self._attempt(path, body, read)
            except Failure as failure:
                spent += self._clock.now() - began if attempt > 1 else 0.0
                self._reached = self._reached or not failure.unreached
                limit = patience if self._reached else min(patience, UNREACHED_PATIENCE)
                spent += await self._wait(failure, storms, attempt, spent, limit)
            else:
                self._pacer.answered()
                self._reached, self._given_up, self._said = True, False, False
                return answer

    async def _attempt(
        self, path: str, body: Mapping[str, Any], read: Callable[[Mapping[str, Any]], T]
    ) -> T:
        """One attempt. Raises `Failure` where another may succeed."""
        import openai

        try:
            return read(_object(await self._sdk.post(path, body=body, cast_to=object)))
        except (openai.APIError, json.JSONDecodeError, UnicodeDecodeError, Unreadable) as error:
            caught = error
        raise diagnosed(caught, self.endpoint)  # not in the handler: a server may echo the key

    def _refuse_to_wait(self) -> None:
        """Refuses to be held back longer than the patience lasts.

        Raises:
            InfrastructureError: the server asked everybody to wait for longer than that.
        """
        if (pause := self._pacer.pause) > self._patience:
            raise InfrastructureError(
                f"{self.endpoint.shown} asks to be left alone for {pause:.0f} s more"
            )

    async def _wait(
        self, failure: Failure, storms: int, attempt: int, spent: float, limit: float
    ) -> float:
        """Waits before the next attempt; returns for how long.

        Raises:
            InfrastructureError: with what was spent before, that is longer than the limit.
        """
        if failure.overload:
            wait = self._pacer.overloaded(storms, failure.wait)
        else:
            wait = self._clock.backoff(attempt)
        if spent + wait > limit:
            self._given_up = True
            asked = (
                f", and asks to wait {wait:.0f} s" if failure.wait is not None and wait >= 1 else ""
            )
            times = "once" if attempt == 1 else f"{attempt} times"
            raise InfrastructureError(
                f"{self.endpoint.shown} {failure}{asked}; tried {times}, then given up"
            )
        if spent + wait > WORTH_SAYING and not self._said:
            self._said = True
            long = wait > WORTH_SAYING
            when = f"in {wait:.0f} s" if long else f"for up to {limit - spent:.0f} s"
            workspace().say(f"{self.endpoint.shown} {failure}; trying again {when}")
        if not failure.overload:  # else the pacer holds back this request like all others
            await self._clock.sleep(wait)
        return wait

    @cached_property
    def _sdk(self) -> AsyncOpenAI:
        """The SDK's client, made on the loop of requests; closed when this client goes."""
        import openai

        sdk = openai.AsyncOpenAI(
            api_key=self.endpoint.key(),
            base_url=self.endpoint.url or OPENAI_URL,
            max_retries=0,
            timeout=openai.Timeout(self._timeout, connect=min(self._timeout, 10.0)),
        )
        weakref.finalize(self, _close, sdk, asyncio.get_running_loop()).atexit = False
        return sdk


def sendable(text: str) -> str:
    """The text as UTF-8 can carry it: halves of surrogate pairs become U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _object(answer: object) -> Mapping[str, Any]:
    """The JSON object of an answer, which is a text where the server does not call it JSON."""
    parsed = json.loads(answer) if isinstance(answer, str) else answer
    if not isinstance(parsed, dict):
        raise Unreadable(f"no JSON object: {str(parsed)[:60]}")
    return parsed


def _close(sdk: AsyncOpenAI, loop: asyncio.AbstractEventLoop) -> None:
    loop.call_soon_threadsafe(lambda: loop.create_task(sdk.close()))
