"""Several tries at a problem, of which one counts: the answer that most of them agree on.

Choosing by agreement is self-consistency: Wang et al., "Self-Consistency Improves Chain of Thought
Reasoning in Language Models", ICLR 2023. Choosing by a model is ours, and so is its wording.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import KW_ONLY, dataclass, replace
from typing import ClassVar

from harness.contracts import Agent, ChatModel, Session
from harness.errors import InfrastructureError, TooLong, UserError
from harness.formats.toolcalls.form import without_thoughts
from harness.loop import together
from harness.play.clock import Clock
from harness.play.sessions import close
from harness.play.story import OUTGROWN
from harness.records import Completion, Message, Problem, Trajectory, Usage
from harness.workspace import working, workspace

RULES = """\
Several attempts were made at one request. Compare what they did and what they answered, and decide
which of them serves the request best. Trust what tools gave more than what an attempt claims. End
your reply with a line of its own that holds nothing but

Best: the number of that attempt
"""
LONGEST = 4_000
"""Characters that are shown to a model of one text of an attempt."""
MOST_TRIES = 100
_BEST = re.compile(r"^[ \t*]*Best:[ \t*]*(\d{1,4})[ \t*.]*$", re.MULTILINE)


@dataclass(eq=False)
class BestOf:
    """Lets an agent try a problem several times at once, and keeps one of the tries.

    Each try has a session of its own, the first that which was given, and draws completions of its
    own: a model asked at a temperature of 0 says the same in each. Tries that came to no end or to
    no answer lose against those that did. The attempt has the messages, the answer, the end and
    the state of the try that was kept, the usage of all, and took as long as the longest.

    Attributes:
        agent: makes the tries.
        n: how many.
        by: "answer", for the answer that most tries agree on (case, blanks and signs around it
            apart) and the first of these tries; where nothing carries calls out, the calls are
            part of the answer. Or a chat model that picks; where its pick cannot be read, or the
            tries are more than it reads, the answer decides, and the attempt's `detail` says so.

    Raises:
        UserError: a parameter makes no sense.
    """

    agent: Agent
    _: KW_ONLY
    n: int = 5
    by: str | ChatModel = "answer"

    version: ClassVar[str] = "1"

    def __post_init__(self) -> None:
        if not isinstance(self.agent, Agent):
            raise UserError(
                f"best_of wants an agent, and {type(self.agent).__name__} is none: give one such "
                'as function-calling(openai("name"))'
            )
        if not 1 <= self.n <= MOST_TRIES:
            raise UserError(f"best_of with n={self.n}: from 1 to {MOST_TRIES} tries can be made")
        if self.by != "answer" and not isinstance(self.by, ChatModel):
            raise UserError(
                'best_of chooses by="answer", or by a chat model such as openai("name")'
            )

    @property
    def needs_world(self) -> bool:
        """As the agent does."""
        return bool(getattr(self.agent, "needs_world", False))

    @property
    def sees_gold(self) -> bool:
        """As the agent does."""
        return bool(getattr(self.agent, "sees_gold", False))

    async def solve(self, problem: Problem, session: Session) -> Trajectory:
        """One attempt: `n` tries at once, of which one is kept.

        Raises:
            UserError: the session is the only one that there can be.
            InfrastructureError: something outside the agent failed in one of the tries.
        """
        sessions = [session]
        async with AsyncExitStack() as opened:
            while len(sessions) < self.n:
                sessions.append(await session.again())
                opened.push_async_callback(close, sessions[-1])
            tries = await together(
                self._try(problem, own, number) for number, own in enumerate(sessions)
            )
        return await self._kept(problem, tries, session.executes)

    async def _try(self, problem: Problem, session: Session, number: int) -> Trajectory:
        clock = Clock()
        try:
            with working(trial=workspace().trial * self.n + number, clock=clock):
                made = await self.agent.solve(problem, session)
        except TooLong as error:
            why = f"{OUTGROWN}: {error}"
            made = Trajectory(problem.id, session.trial, end="stopped", detail=why)
        if not isinstance(made, Trajectory):
            raise UserError(f"solve gave {type(made).__name__}: a Trajectory is wanted")
        if made.end == "error":
            raise InfrastructureError(made.detail or "a try failed outside the agent")
        return made if made.seconds is not None else replace(made, seconds=clock.seconds)

    async def _kept(
        self, problem: Problem, tries: Sequence[Trajectory], executes: bool
    ) -> Trajectory:
        """The try that counts, with what all of them took."""
        sound = _sound(tries, executes)
        said = [answered(made, executes) for made in sound]
        chosen = said.index(Counter(said).most_common(1)[0][0])  # of equal counts the first
        completion, note, clock = None, "", Clock()
        if not isinstance(self.by, str) and len(sound) > 1:
            completion, note, picked = await self._picked(self.by, problem, sound, clock)
            chosen = chosen if picked is None else picked
        kept, alike = sound[chosen], said.count(said[chosen])
        agreed = f"{alike} of {self.n} tries agree" if said[chosen] else "without an answer"
        return replace(
            kept,
            detail="; ".join(filter(None, (kept.detail, agreed, note))),
            usage=_usage([made.usage for made in tries], completion),
            seconds=max(made.seconds or 0.0 for made in tries) + clock.seconds,
        )

    @staticmethod
    async def _picked(
        model: ChatModel, problem: Problem, sound: Sequence[Trajectory], clock: Clock
    ) -> tuple[Completion | None, str, int | None]:
        """What a model said, what a person should know of it, and the place of its pick."""
        try:
            with working(clock=clock):
                said = await model.complete(question(problem, sound))
        except TooLong:
            return None, "the tries are too long for the model that picks", None
        picked = read_pick(said.text, len(sound))
        unread = picked is None
        return said, "the pick could not be read" if unread else "picked by the model", picked


def answered(made: Trajectory, executes: bool = True) -> str:
    """What a try answers, the same for answers that differ only in how they are written.

    Args:
        made: the try.
        executes: whether calls are carried out; where they are not, they are the answer.
    """
    calls = [] if executes else [[call.name, dict(call.arguments)] for call in made.calls]
    if calls:
        return json.dumps(calls, sort_keys=True)
    text = unicodedata.normalize("NFKC", (made.answer or "")[:LONGEST]).casefold()
    return " ".join(text.split()).strip(" .,;:!?\"'*`")


def question(problem: Problem, tries: Sequence[Trajectory]) -> list[Message]:
    """What a model that picks is told: the request, and what each try called and answered."""
    parts = [f"The request:\n{_cut(problem.text)}"]
    for number, made in enumerate(tries, 1):
        did = _cut("\n".join(_deeds(made))) or "It called nothing."
        answer = _cut(made.answer or "") or "It gave no answer."
        parts.append(f"Attempt {number}\nWhat it did:\n{did}\nWhat it answered:\n{answer}")
    images = tuple(i for turn in problem.turns for m in turn if m.role == "user" for i in m.images)
    return [Message("system", RULES), Message("user", "\n\n".join(parts), images=images)]


def read_pick(text: str, tries: int) -> int | None:
    """The place of the try that a model picked, from 0; None where it names none, or several."""
    named = {int(number) for number in _BEST.findall(without_thoughts(text))}
    number = named.pop() if len(named) == 1 else 0
    return number - 1 if 1 <= number <= tries else None


def _deeds(made: Trajectory) -> Iterator[str]:
    """The calls of a try and what they gave, a line each."""
    for message in made.messages:
        for call in message.calls:
            arguments = json.dumps(dict(call.arguments), ensure_ascii=False)
            yield f"called {call.name} {arguments}"
        if message.role == "tool":
            yield f"was told {' '.join(message.content[:LONGEST].split())}"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} [cut]"


def _sound(tries: Sequence[Trajectory], executes: bool) -> Sequence[Trajectory]:
    """The tries that came to an end and an answer; where there is none, to an end; or else all."""
    finished = [made for made in tries if made.end == "finished"]
    return [made for made in finished if answered(made, executes)] or finished or tries


def _usage(counted: Sequence[Usage | None], picking: Completion | None) -> Usage | None:
    """What all of it cost; None where nobody counted anything."""
    known = [usage for usage in counted if usage is not None]
    known += [picking.usage] if picking else []
    return sum(known, Usage()) if known else None
