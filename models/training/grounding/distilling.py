"""Revision trajectories as rows to learn from: the maker of the data of `genground-igd`.

Shi et al., "Generate-then-Ground", ACL 2024 (arXiv 2406.14891), section 3.4: instructional
grounding distillation.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.measures.qa.normalisation import squad
from harness.records import Message
from models.agents.answerers.answering import Asked, Unreadable
from models.agents.answerers.answers import plain_answer
from models.agents.answerers.closed_book import RULES
from models.agents.answerers.genground import EMPTY, REVISION, Evidence, GenGround, read_evidence
from models.agents.answerers.passages import Context, Passage, quoted
from models.training.grounding.asking import asked
from models.training.grounding.questions import Question
from models.training.making.teachers import Teacher
from models.training.practice.recording import Turn, conversations

KEPT = "kept"
NO_TRAJECTORY = "there is no revision"
NO_EVIDENCE = "no evidence"
UNREAD = "unreadable"
MISALIGNED = "the revised answer is not in line with {what}"
NOT_SHOWN = "the agent does not show the gold passage"
RULES_OF_ALIGNMENT: Mapping[str, tuple[str, ...]] = {
    "both": ("evidence", "answers"),
    "evidence": ("evidence",),
    "answers": ("answers",),
    "none": (),
}
_NUMBER = re.compile(r"\[[\d ,]*\]")


class Dropped(Exception):
    """A question of which nothing is learned. The message is counted."""


@dataclass(frozen=True, eq=False)
class Distiller:
    """Makes rows of questions.

    Attributes:
        deducer: answers from memory where a line has no answer of that kind; None where all have.
        teacher: revises; None takes the revision of the line.
        aligned: what a revision must be in line with, a key of `RULES_OF_ALIGNMENT`.
        k: passages of a question at most, the gold one among them.
        batch: passages that grounding is shown at a time.
        empty: batches without the gold passage that are learned of a question, at most.
        seed: of the order of passages.
    """

    deducer: Teacher | None
    teacher: Teacher | None
    aligned: str
    k: int
    batch: int
    empty: int
    seed: int

    async def make(self, item: Question) -> dict[str, Any]:
        """The row of a question: its revision, and what is learned of its batches."""
        row: dict[str, Any] = {"line": item.line, "id": item.id}
        try:
            row["immediate"] = await self._immediate(item)
            evidence = await self._evidence(item, row["immediate"])
            row["evidence"], row["revised"] = evidence.quoted, evidence.answer
            require_in_line(evidence, item, RULES_OF_ALIGNMENT[self.aligned])
            return row | await self._learned(item, row["immediate"], evidence)
        except Dropped as dropped:
            return row | {"outcome": str(dropped), "conversations": []}
        except Unreadable as problem:
            return row | {"outcome": f"{UNREAD}: {problem}", "conversations": []}

    def spent(self) -> Mapping[str, int]:
        """What deducer and teacher have cost."""
        total: dict[str, int] = {}
        for one in (self.deducer, self.teacher):
            for name, n in (one.spent() if one is not None else {}).items():
                total[name] = total.get(name, 0) + n
        return total

    async def _immediate(self, item: Question) -> str:
        """The answer from memory."""
        if item.immediate or self.deducer is None:
            return item.immediate
        prompt = Asked(item.question).prompt(RULES, f"Question: {item.question}")
        return " ".join((await self.deducer.ask(prompt, plain_answer)).split())

    async def _evidence(self, item: Question, immediate: str) -> Evidence:
        """What the revision says, without numbers of passages."""
        if self.teacher is not None:
            [turn] = await asked(item.question, immediate, [item.gold], 1)
            found = await self.teacher.ask(turn.messages, read_evidence)
        elif item.revision:
            found = read_evidence(item.revision)
        else:
            raise Dropped(NO_TRAJECTORY)
        if not found.answer:
            raise Dropped(NO_EVIDENCE)
        quote = " ".join(_NUMBER.sub(" ", found.quoted).split())
        if not quote:
            raise Dropped(NO_EVIDENCE)
        return Evidence(quoted(quote), quoted(found.answer))

    async def _learned(self, item: Question, immediate: str, evidence: Evidence) -> dict[str, Any]:
        """The conversations of a question's batches."""
        draw = random.Random(f"{self.seed}/{item.line}")
        passages = [item.gold, *item.noise[: self.k - 1]]
        draw.shuffle(passages)
        at = next(i for i, passage in enumerate(passages) if passage is item.gold)
        turns = await asked(item.question, immediate, passages, self.batch)
        batches = [passages[i : i + self.batch] for i in range(0, len(passages), self.batch)]
        number, place = divmod(at, self.batch)
        if len(_shown(batches[number])) <= place:
            raise Dropped(NOT_SHOWN)
        others = [i for i in range(len(batches)) if i != number]
        empty = [i for i in others if not any(_tells(p, item.answers) for p in batches[i])]
        said = {number: trajectory(evidence, place + 1)}
        said |= dict.fromkeys(sorted(draw.sample(empty, min(self.empty, len(empty)))), EMPTY)
        return {
            "outcome": KEPT,
            "batches": len(batches),
            "tell the answer without being gold": len(others) - len(empty),
            "empty": len(said) - 1,
            "conversations": [_taught(turns[i], said[i]) for i in sorted(said)],
        }


def trajectory(evidence: Evidence, number: int) -> str:
    """A revision as the agent reads it, citing the passage of that number in its batch."""
    return REVISION.format(number=number, evidence=evidence.quoted, answer=evidence.answer)


def require_in_line(evidence: Evidence, item: Question, rules: Sequence[str]) -> None:
    """Looks at what a revision says.

    Args:
        evidence: what it quotes and answers.
        item: the question.
        rules: "evidence": what is quoted stands in the gold passage as the agent shows it, and the
            revised answer stands there, too. "answers": an accepted answer stands in the revised
            one. All as whole words, and compared as SQuAD's script normalises texts.

    Raises:
        Dropped: one of the rules does not hold.
    """
    [gold] = _shown([item.gold])
    texts = [squad(f"{gold.title} {gold.text}"), squad(str(gold))]
    quote, answer = squad(evidence.quoted), squad(evidence.answer)
    for rule in rules:
        if rule == "answers":
            holds = any(_stands(squad(accepted), answer) for accepted in item.answers)
        else:
            holds = any(_stands(quote, text) and _stands(answer, text) for text in texts)
        if not holds:
            what = "the gold passage" if rule == "evidence" else "an accepted answer"
            raise Dropped(MISALIGNED.format(what=what))


def statistics(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What was learned of the questions that are kept."""
    told = "tell the answer without being gold"
    counts: Counter[str] = Counter()
    for row in rows:
        if row["outcome"] == KEPT:
            keeps = squad(row["immediate"]) == squad(row["revised"])
            counts.update(kept=1, empty=row["empty"], told=row[told], keeps=keeps)
    return {
        "with evidence": counts["kept"],
        "empty": counts["empty"],
        f"batches that {told}, left out": counts["told"],
        "immediate answers that the revision keeps": counts["keeps"],
    }


def _shown(batch: Sequence[Passage]) -> list[Passage]:
    """What the agent shows of a batch."""
    return Context(GenGround.longest, GenGround.context).fitted(batch)


def _tells(passage: Passage, answers: Sequence[str]) -> bool:
    """Whether an accepted answer stands in a passage."""
    text = squad(f"{passage.title} {passage.text}")
    return any(_stands(squad(answer), text) for answer in answers)


def _stands(words: str, text: str) -> bool:
    """Whether words stand in a text, whole. Both are normalised."""
    return bool(words) and f" {words} " in f" {text} "


def _taught(turn: Turn, said: str) -> dict[str, Any]:
    [conversation] = conversations([replace(turn, said=Message("assistant", said)).row()])
    return conversation
