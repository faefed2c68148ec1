"""The stage that has a chat model make conversations in worlds, each from its end."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from harness.contracts import ChatModel, Planned
from harness.errors import TooLong, UserError
from harness.files import replacing
from harness.loop import Flight
from harness.play.sessions import close
from harness.training.work import Rows, Work
from harness.workspace import working
from models.training.making.teachers import chat_model
from models.training.practice.problems import Practice
from models.training.preferences.reversal import Budget, GivenUp, Reversal

DRAFTS, INSTANCES = "drafts.jsonl", "instances.jsonl"
_TOKENS = 1500
"""Of a conversation with its tools, where a plan can but guess; the teacher reads as much anew
with every turn."""


@dataclass(frozen=True, eq=False)
class Construct:
    """Writes `instances.jsonl`: conversations, the query first and the calls behind it.

    How each came about stands in `drafts.jsonl`, those that came to nothing included.

    Attributes:
        teacher: expression of the chat model.
        practice: gives the worlds; of their problems only what opens a session is used.
        number: conversations that are tried.
        budget: of each.
        restarts: further tries at one that came to nothing.
        at_once: conversations that are made at the same time.
        seed: of what is drawn by chance.
        require: raises where nothing could be learned of conversations; called before the teacher
            is asked, and paid for.
    """

    teacher: str
    practice: Callable[[], Practice]
    number: int
    budget: Budget
    restarts: int
    at_once: int
    seed: int
    require: Callable[[], object] = lambda: None
    name: str = field(init=False, default="construct")

    def plan(self, before: Mapping[str, Planned]) -> Planned:
        """Conversations and calls at most; the teacher is not asked.

        Its turns are what so many calls take when nothing goes wrong; the note tells the most.
        """
        problems, budget = self._practice().problems, self.budget
        calls = self.number * (min(budget.calls[1], budget.turns) - 1)  # the last is the answer's
        turns = calls + 3 * self.number  # the scenario, the answer and the query
        worst = self.number * (self.restarts + 1) * (budget.turns + 2 * budget.tries)
        counts = {
            "instances": self.number,
            "calls": calls,
            "teacher's turns": turns,
            "teacher's tokens": turns * _TOKENS,
            "tokens an instance": _TOKENS,
            "problems": len(problems),
        }
        note = (
            f"a conversation with its tools is taken to have {_TOKENS} tokens, and none to be "
            "started over, nor anything to be asked again: with both, the teacher's turns are "
            f"{worst:,} at most; time and energy are the teacher's"
        )
        return Planned(counts, None, None, (note,))

    def run(self, work: Work) -> None:
        """Makes those that are not there yet.

        Raises:
            UserError: nothing came of any.
            InfrastructureError: the teacher or a world is not to be had; what was made is kept.
        """
        rows = work.rows(DRAFTS)
        there = {row["number"] for row in rows}
        left = [number for number in range(1, self.number + 1) if number not in there]
        if left:
            self.require()
            self._make(work, rows, left)
        drafts = sorted(rows, key=lambda row: row["number"])
        made = [row for row in drafts if "messages" in row]
        work.summarise(_summary(drafts))
        if not made:
            reasons = Counter(row["dropped"] for row in drafts).most_common(1)
            raise UserError(
                f"no conversation came of {self.number} tries, mostly since: {reasons[0][0]}; "
                f"{rows.path} says what was tried"
            )
        with replacing(work.folder / INSTANCES) as file:
            for row in made:
                shown = {"messages": row["messages"], "tools": row["tools"]}
                file.write(json.dumps(shown, ensure_ascii=False).encode() + b"\n")

    def _make(self, work: Work, rows: Rows, left: Sequence[int]) -> None:
        """Makes the conversations of these numbers. What is cut short keeps what was made."""
        flight, done = Flight(self._works(left), self.at_once), self.number - len(left)

        def keep(landed: Sequence[dict[str, Any]]) -> None:
            rows.add(*landed)
            tokens = sum(row["tokens"] for row in landed)
            work.spend(tokens=tokens, sequences=len(landed))

        try:
            for landed in flight:
                keep(landed)
                done += len(landed)
                work.tell(done, self.number)
        except BaseException:
            keep(flight.stop())
            raise

    def _practice(self) -> Practice:
        found = self.practice()
        if not found.problems:
            raise UserError("the tasks have no problems, so there is no world to open")
        return found

    def _works(
        self, numbers: Sequence[int]
    ) -> list[Callable[[], Coroutine[Any, Any, dict[str, Any]]]]:
        teacher, practice = chat_model(self.teacher), self._practice()
        return [partial(self._draft, teacher, practice, number) for number in numbers]

    async def _draft(self, teacher: ChatModel, practice: Practice, number: int) -> dict[str, Any]:
        """One conversation, or why none came of it."""
        keys = list(practice.problems)
        key = keys[(number - 1) % len(keys)]
        tokens, given_up = 0, list[str]()
        for restart in range(self.restarts + 1):
            trial = number * (self.restarts + 1) + restart
            with working(trial=trial):
                session = await practice.worlds[key].open(practice.problems[key], trial)
                chance = Random(f"{self.seed} {number} {restart}")
                reversal = Reversal(teacher, session, self.budget, chance)
                try:
                    made = await reversal.made()
                except GivenUp as reason:
                    given_up.append(str(reason))
                    continue
                except TooLong:
                    given_up.append("too long for the teacher")
                    continue
                finally:
                    tokens += reversal.tokens
                    await close(session)
            return {"number": number, "world": key, "given_up": given_up, "tokens": tokens, **made}
        told = {"number": number, "world": key, "given_up": given_up, "tokens": tokens}
        return {**told, "dropped": given_up[-1]}


def _summary(drafts: list[dict[str, Any]]) -> dict[str, Any]:
    made = [row for row in drafts if "messages" in row]
    calls = [sum("tool_calls" in message for message in row["messages"]) for row in made]
    return {
        "instances": len(made),
        "calls": sum(calls),
        "dropped": dict(Counter(row["dropped"] for row in drafts if "dropped" in row)),
        "given_up": dict(Counter(reason for row in drafts for reason in row["given_up"])),
        "tokens": sum(row["tokens"] for row in drafts),
    }
