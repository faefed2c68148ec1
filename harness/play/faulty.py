"""Faults on a schedule: an environment whose answers are spoilt now and then, always alike.

As a setting they are written "0.1" (a tenth of the calls meets a fault of any kind), with kinds
"0.1:429,timeout", and with a seed of the schedule other than 0 "0.1@7" or "0.1:429,timeout@7".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from harness.contracts import Session, ToolEnvironment
from harness.corpus import is_text
from harness.errors import UserError, unknown
from harness.play.draws import fraction
from harness.records import Message, Observation, Problem, ToolCall, ToolSpec

KINDS = ("429", "500", "timeout", "empty", "renamed", "truncated")
"""What can go wrong, each as likely as the others."""
_UNDONE = {
    "429": {"status": 429, "code": "too_many_requests", "message": "try again in 1 second"},
    "500": {"status": 500, "code": "internal", "message": "something went wrong"},
    "timeout": {"status": 504, "code": "timeout", "message": "no answer came in time"},
}
"""Faults that keep a call from being carried out."""
_NOTATION = re.compile(
    r"(?P<share>0|1|0?\.[0-9]{1,9}|[01]\.[0-9]{1,9})\s*"
    r"(?::(?P<kinds>[^:@]*))?(?:@\s*(?P<seed>[0-9]{1,9}))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong and how often. `str` gives the notation, one for all its spellings.

    Attributes:
        share: how many calls in one meet a fault, 0 to 1.
        kinds: faults to choose from, in the order of `KINDS`.
        seed: of the schedule.
    """

    share: float
    kinds: tuple[str, ...] = KINDS
    seed: int = 0

    def __str__(self) -> str:
        kinds = "" if self.kinds == KINDS else f":{','.join(self.kinds)}"
        share = f"{self.share:.9f}".rstrip("0").rstrip(".")
        return f"{share}{kinds}{f'@{self.seed}' if self.seed else ''}"

    def around(self, environment: ToolEnvironment) -> Faulty:
        """The environment with these faults."""
        return Faulty(environment, self.share, self.seed, self.kinds)


def parse_faults(text: str) -> Faults | None:
    """The faults that a notation names; None for "", which is none.

    Raises:
        UserError: it is no such notation, or names no kind of fault.
    """
    if not text.strip():
        return None
    match = _NOTATION.fullmatch(text.strip())
    if match is None or float(match["share"]) > 1:
        raise UserError(
            f"faults={text}: write the share of the calls that meet one, from 0 to 1, and if you "
            "like which and the seed of their schedule, as in 0.1 or 0.1:429,timeout@7"
        )
    named = None if match["kinds"] is None else [k.strip() for k in match["kinds"].split(",")]
    for kind in named or ():
        if kind not in KINDS:
            raise unknown("kind of fault", kind, KINDS, f"There are: {', '.join(KINDS)}")
    kinds = tuple(kind for kind in KINDS if named is None or kind in named)
    return Faults(float(match["share"]), kinds, int(match["seed"] or 0))


class Faulty:
    """An environment with faults.

    Whether a call meets a fault, and which, hangs on the seed, the problem, the trial and the
    number of the call in its session, and on nothing else: a rerun meets the same faults, a call
    that is repeated stands a new chance. "429", "500" and "timeout" keep a call from being carried
    out. "empty", "renamed" and "truncated" spoil what a call gave; a call that failed by itself or
    has changed the session's state is spared these, so that nobody needs to repeat what is done
    already. (A world without a state does not tell what a call has changed.) An answer that is no
    JSON becomes an empty text where it is emptied; where fields are renamed, an answer without any
    stays as it is.

    Args:
        environment: the one without faults.
        share: how many calls in one meet a fault, 0 to 1.
        seed: of the schedule.
        kinds: faults to choose from, of `KINDS`.

    Raises:
        UserError: there is no such kind of fault.
    """

    def __init__(
        self,
        environment: ToolEnvironment,
        share: float = 0.1,
        seed: int = 0,
        kinds: Sequence[str] = KINDS,
    ) -> None:
        for kind in kinds:
            if kind not in KINDS:
                raise unknown("kind of fault", kind, KINDS)
        self.environment, self.share, self.seed, self.kinds = environment, share, seed, tuple(kinds)

    async def open(self, problem: Problem, trial: int = 0) -> Session:
        """A session of the environment, with faults between it and the agent."""
        return _FaultySession(self, await self.environment.open(problem, trial), problem.id)

    def fault(self, problem: str, trial: int, number: int) -> str | None:
        """The fault that a call meets, by the problem's id and the call's number from 0."""
        call = (self.seed, problem, trial, number)
        if not self.kinds or fraction("fault", *call) >= self.share:
            return None
        return self.kinds[int(fraction("kind of fault", *call) * len(self.kinds))]


class _FaultySession:
    def __init__(self, schedule: Faulty, session: Session, problem: str) -> None:
        self.trial, self.executes = session.trial, session.executes
        self._schedule, self._session, self._problem = schedule, session, problem
        self._calls = 0

    @property
    def tools(self) -> Sequence[ToolSpec]:
        return self._session.tools

    async def listen(self) -> Sequence[Message] | None:
        return await self._session.listen()

    async def call(self, call: ToolCall) -> Observation:
        fault = self._schedule.fault(self._problem, self.trial, self._calls)
        self._calls += 1
        if fault in _UNDONE:
            return Observation(json.dumps({"error": _UNDONE[fault]}), failed=True)
        if fault is None:
            return await self._session.call(call)
        before = deepcopy(_written(self._session))  # a world may go on to change what it told
        given = await self._session.call(call)
        if given.failed or _written(self._session) != before:
            return given
        return Observation(_SPOILT[fault](given.content))

    @property
    def state(self) -> Any:
        return self._session.state

    async def again(self) -> Session:
        return _FaultySession(self._schedule, await self._session.again(), self._problem)

    async def close(self) -> None:
        await self._session.close()


def _written(session: Session) -> Any:
    """What an attempt has changed: the session's state, unless it has a `written` that tells."""
    return session.written if hasattr(session, "written") else session.state


def _emptied(content: str) -> str:
    """The answer without its entries, or without its fields where it has none."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return ""
    if isinstance(value, dict) and isinstance(value.get("items"), list):
        counts = {name: 0 for name in ("pages", "count") if name in value}
        return _json({**value, "items": [], **counts})
    return "{}" if isinstance(value, dict) else "[]" if isinstance(value, list) else "null"


def _renamed(content: str) -> str:
    """The answer with the first field of every entry, or its own, under another name."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return content
    if isinstance(value, list):
        return _json([_first_renamed(item) for item in value])
    if isinstance(value, dict) and isinstance(value.get("items"), list):
        return _json({**value, "items": [_first_renamed(item) for item in value["items"]]})
    return _json(_first_renamed(value)) if isinstance(value, dict) else content


def _first_renamed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {f"x_{name}" if i == 0 else name: v for i, (name, v) in enumerate(value.items())}


def _truncated(content: str) -> str:
    """The first half of the text."""
    return content[: len(content) // 2]


def _json(value: Any) -> str:
    """JSON as people read it, but escaped where UTF-8 could not hold it."""
    text = json.dumps(value, ensure_ascii=False)
    return text if is_text(text) else json.dumps(value)


_SPOILT: Mapping[str, Callable[[str], str]] = {
    "empty": _emptied,
    "renamed": _renamed,
    "truncated": _truncated,
}
"""Faults that spoil an answer."""
