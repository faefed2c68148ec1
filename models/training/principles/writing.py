"""The stage in which a model writes examples, until enough of them are accepted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.contracts import Planned
from harness.errors import UserError
from harness.training.work import Work
from models.training.principles.asking import TOO_LONG, Answer, Helper, Requests, booked
from models.training.principles.drafting import Draft, Drafts, Recipe, prompt_of
from models.training.principles.judging import Judge, Verdict
from models.training.principles.keeping import STAND_IN, Principle
from models.training.principles.seeds import Seed
from models.training.text.data import CHARACTERS

TRIES, GUARDED = "instances.jsonl", "guarded.jsonl"


@dataclass(frozen=True, eq=False)
class Writing:
    """Writes `instances.jsonl`: every answer, accepted or not, and why not.

    Attributes:
        recipe: what they are written by.
        seeds: gives the examples.
        principles: gives what an earlier stage found; called with the desk.
        helper: who writes.
        judge: makes who judges, from the seeds.
        plan_hours: how long so many tokens take, where that is known.
    """

    recipe: Recipe
    seeds: Callable[[], list[Seed]]
    principles: Callable[[Work], Sequence[Principle]]
    helper: Helper
    judge: Callable[[Sequence[Seed]], Judge]
    plan_hours: Callable[[float], tuple[float | None, float | None]]
    name: str = field(init=False, default="instances")

    def plan(self, before: Mapping[str, Planned]) -> Planned:
        """Requests and tokens, if every answer were accepted, guessed from characters."""
        recipe, seeds = self.recipe, self.seeds()
        stand_in = [Principle(str(i), "task", STAND_IN) for i in range(recipe.principles)]
        drafts = Drafts(recipe, seeds, stand_in).some(range(len(seeds)))
        asked = sum(len(prompt_of(draft)[0].content) for draft in drafts) / len(drafts)
        answered = sum(len(seed.shown) for seed in seeds) / len(seeds)
        read = round(recipe.instances * asked / CHARACTERS)
        written = round(recipe.instances * answered / CHARACTERS)
        counts = {
            "instances": recipe.instances,
            "requests at least": recipe.instances,
            "requests at most": recipe.tries,
            "input tokens": read,
            "output tokens": written,
        }
        hours, kwh = self.plan_hours(read + written)
        note = (
            f"tokens are guessed ({CHARACTERS} characters each, answers as long as seeds), if all "
            f"answers are accepted; {recipe.tries / recipe.instances:g} times as many if few are"
        )
        notes = [note]
        if hours is None:
            notes.append("nobody knows how long the model takes to answer")
        estimated = self.helper.kwh(read + written)
        return Planned(counts, hours, kwh if estimated is None else estimated, tuple(notes))

    def run(self, work: Work) -> None:
        """Asks and judges, and goes on behind the rows that are there.

        Raises:
            UserError: nothing was accepted.
            InfrastructureError: the model does not answer; nothing is counted for that.
        """
        seeds = self.seeds()
        session = _Session(self, work, Drafts(self.recipe, seeds, self.principles(work)))
        session.run()
        Requests(work, self.helper).settle()  # a kill may have come between rows and this
        rows = session.rows
        reasons = Counter(row["reason"] for row in rows if row["reason"])
        told = {
            "wanted": self.recipe.instances,
            "accepted": session.accepted,
            "requests": len(rows),
            "refused": dict(reasons.most_common()),
            "leaks": next(iter(work.rows(GUARDED)), {}),
            "asked": booked(self.helper, rows),
        }
        if session.accepted < self.recipe.instances:
            told["note"] = (
                f"the bound of {self.recipe.tries} requests was reached: there are "
                f"{session.accepted} instances, not {self.recipe.instances}"
            )
        work.summarise(told)
        self.helper.release()
        if not session.accepted:
            raise UserError(
                f"of {len(rows)} answers none was accepted ({dict(reasons.most_common())}): see "
                f"{work.folder / TRIES}"
            )


@dataclass(eq=False)
class _Session:
    """The requests of the stage, in groups whose borders follow from the answers alone."""

    stage: Writing
    work: Work
    drafts: Drafts
    rows: list[dict[str, Any]] = field(init=False, default_factory=list)
    accepted: int = field(init=False, default=0)
    _asking: tuple[Judge, Requests] | None = field(init=False, default=None)

    def run(self) -> None:
        """Until enough are accepted, or the bound is reached."""
        recipe, there = self.stage.recipe, list(self.work.rows(TRIES))
        while self.accepted < recipe.instances and len(self.rows) < recipe.tries:
            room = min(recipe.instances - self.accepted, recipe.tries - len(self.rows))
            first = len(self.rows)
            numbers = range(first, first + min(self.stage.helper.at_once, room))
            for row in there[first : numbers.stop]:
                self._add(row)
            left = numbers[len(self.rows) - first :]
            if left:
                # A group that was cut short is drawn from what was accepted before all of it.
                self._ask(numbers, left)

    def _ask(self, numbers: range, left: range) -> None:
        """Asks for the rest of a group."""
        judge, requests = self._asking = self._asking or self._begun()
        before = self._before(numbers.start)
        drafts = dict(zip(numbers, before.some(numbers), strict=True))
        for answer in requests.answered({number: prompt_of(drafts[number]) for number in left}):
            draft = drafts[answer.number]
            verdict = (
                Verdict(TOO_LONG)
                if answer.finish == TOO_LONG
                else judge.verdict(answer.text, draft.frame)
            )
            row = _row(answer, draft, verdict)
            self.work.rows(TRIES).add(row)
            self._add(row)
            if verdict.row is not None and not verdict.reason:
                judge.accept(verdict.row)
        requests.settle()
        self.work.tell(
            self.accepted, self.stage.recipe.instances, f"accepted, of {len(self.rows)} answers"
        )

    def _begun(self) -> tuple[Judge, Requests]:
        """Who judges, and knows what was accepted so far, and who is asked."""
        judge = self.stage.judge(self.drafts.seeds)
        for row in self.rows:
            if not row["reason"]:
                judge.accept(row["row"])
        guarded = self.work.rows(GUARDED)
        guarded.keep(lambda row: False)
        guarded.add(judge.guarded)
        return judge, Requests(self.work, self.stage.helper)

    def _before(self, number: int) -> Drafts:
        """What draws, as it was before the request of that number."""
        if number == len(self.rows):
            return self.drafts
        found = Drafts(self.drafts.recipe, self.drafts.seeds, self.drafts.principles)
        for row in self.rows[:number]:
            found.note(row)
        return found

    def _add(self, row: dict[str, Any]) -> None:
        self.rows.append(row)
        self.accepted += not row["reason"]
        self.drafts.note(row)


def _row(answer: Answer, draft: Draft, verdict: Verdict) -> dict[str, Any]:
    return {
        "number": answer.number,
        "reason": verdict.reason,
        "detail": verdict.detail,
        "principles": [each.id for each in draft.principles],
        "demonstrations": list(draft.seeds),
        "own demonstrations": list(draft.own),
        "frame": draft.frame.line,
        "input_tokens": answer.input_tokens,
        "output_tokens": answer.output_tokens,
        "finish": answer.finish,
        "row": None if verdict.row is None else dict(verdict.row),
        "answer": answer.text,
    }
