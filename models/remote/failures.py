"""What went wrong with a request: whether to repeat it, and what to tell a person."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import TYPE_CHECKING, Any

from harness.errors import InfrastructureError, UserError

if TYPE_CHECKING:
    from openai import APIStatusError

    from models.remote.endpoint import Endpoint

TRANSIENT = frozenset({408, 409, 425, 429})
"""Statuses below 500 after which the same request may succeed."""
OUT_OF_QUOTA = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
"""Codes of a refusal for "too many requests" that waiting does not help."""

TOO_LONG = frozenset({"context_length_exceeded", "string_above_max_length"})
"""Codes by which a server refuses more than its model reads."""
_TOO_LONG = re.compile(
    r"(?:context|prompt|input) (?:length|size|window)|too many tokens|"
    r"(?:prompt|input|messages?)\b.{0,80}\btoo (?:long|large)\b|input token count .{0,60}exceeds|"
    r"`?inputs`? (?:tokens .{0,60}|must have less than )|longer than the (?:maximum )?model|"
    r"reduce the length of the (?:messages|prompt|input)",
    re.IGNORECASE,
)
"""Words in which vLLM, SGLang, llama.cpp, TGI, LM Studio and the interfaces of Anthropic, Google,
Mistral and xAI say the same."""


class Failure(Exception):
    """A request failed in a way that may pass.

    Attributes:
        wait: seconds that the server asks to be left alone.
        overload: the server has too much to do, so that everybody should wait.
        unreached: there may be no such server at all, unless it has answered before.
    """

    def __init__(
        self,
        why: str,
        *,
        wait: float | None = None,
        overload: bool = False,
        unreached: bool = False,
    ) -> None:
        super().__init__(why)
        self.wait, self.overload, self.unreached = wait, overload, unreached


class Unreadable(Exception):
    """The server answered, but not what it was asked for."""


class RefusedRequest(UserError):
    """The server will not answer this request, however often it is repeated.

    Attributes:
        status: the HTTP status, 400 to 499.
        code: the server's word for the reason, if it has one.
        reason: what the server said, in one line and without keys.
    """

    def __init__(self, message: str, status: int, code: str, reason: str) -> None:
        super().__init__(message)
        self.status, self.code, self.reason = status, code, reason


def diagnosed(error: Exception, endpoint: Endpoint) -> Failure:
    """The failure behind an exception of a request, where repeating the request may help.

    Raises:
        RefusedRequest: the server refuses the request.
        InfrastructureError: it refuses the key, or the account is used up.
    """
    import openai

    if isinstance(error, Unreadable | ValueError):
        why = f"gave an answer that cannot be read ({endpoint.scrubbed(error)}); is base_url right?"
        return Failure(why, unreached=True)
    if isinstance(error, openai.APIConnectionError):
        cause = error.__cause__ or error
        if isinstance(error, openai.APITimeoutError):
            never = type(cause).__name__ == "ConnectTimeout"
            return Failure("did not answer in time", unreached=never)
        why = f"cannot be reached ({endpoint.scrubbed(cause)}); is it running, and base_url right?"
        return Failure(why, unreached=True)
    if isinstance(error, openai.APIStatusError):
        return _by_status(error, endpoint)
    raise error


def too_long(refusal: RefusedRequest) -> bool:
    """Whether a request was refused because it is longer than what the model reads.

    Some servers have a code for it (OpenAI, Groq), the others only words of their own.
    """
    if refusal.status not in (400, 413, 422):
        return False
    return refusal.code in TOO_LONG or _TOO_LONG.search(refusal.reason) is not None


def retry_after(headers: Mapping[str, str], now: Callable[[], float] = time.time) -> float | None:
    """Seconds to wait by `retry-after-ms` or `Retry-After` (seconds or a date, RFC 9110 10.2.3)."""
    for name, unit in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        if name not in headers:
            continue
        try:
            seconds = float(headers[name]) * unit
        except ValueError:
            try:
                seconds = parsedate_to_datetime(headers[name]).timestamp() - now()
            except ValueError:
                continue
        if isfinite(seconds):
            return max(0.0, seconds)
    return None


def _by_status(error: APIStatusError, endpoint: Endpoint) -> Failure:
    """See `diagnosed`."""
    status, shown, key = error.status_code, endpoint.shown, endpoint.key_env
    said = endpoint.scrubbed(_message(error))
    if status == 401:
        raise InfrastructureError(
            f"{shown} does not accept the key (401): check the environment variable {key}"
        )
    if status == 403:
        raise InfrastructureError(
            f"{shown} forbids this to the key in the environment variable {key} (403): {said}"
        )
    if error.code in OUT_OF_QUOTA:
        raise InfrastructureError(f"{shown}: the account is used up ({error.code}): {said}")
    if status < 500 and status not in TRANSIENT:
        hint = "; is the model's name right, and base_url?" if status == 404 else ""
        message = f"{shown} refuses the request ({status}): {said}{hint}"
        raise RefusedRequest(message, status, str(error.code or ""), said)
    wait = retry_after(error.response.headers)
    overload = status == 429 or wait is not None
    return Failure(f"fails ({status}): {said}", wait=wait, overload=overload)


def _message(error: APIStatusError) -> str:
    """What the server said, out of the shapes that servers give it."""
    body: Any = error.body
    if isinstance(body, dict):
        body = next((body[name] for name in ("message", "detail", "error") if body.get(name)), body)
    return str(body) if body else "no reason given"
