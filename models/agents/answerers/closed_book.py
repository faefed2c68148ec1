"""Closed book: the model answers from memory. What every search is compared with."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

from models.agents.answerers.answering import Answerer, Asked, Attempt, Reply
from models.agents.answerers.answers import CONCLUSION, concluded, plain_answer

RULES = """\
You answer questions from what you know. Reply with the answer itself and nothing else, as short \
as it can be: a name, a date, a number, yes or no."""
STEPS = f"""\
You answer questions from what you know. Think step by step in a few sentences, and end with \
"{CONCLUSION}" and the answer itself, as short as it can be: a name, a date, a number, yes or no."""


@dataclass(eq=False)
class ClosedBook(Answerer):
    """Answers without a search.

    Attributes:
        steps: whether the model thinks step by step before it answers.
    """

    _: KW_ONLY
    steps: bool = False

    name: ClassVar[str] = "closed-book"
    needs_world: ClassVar[bool] = False

    @property
    def searches(self) -> bool:
        """Never."""
        return False

    async def reply(self, attempt: Attempt, asked: Asked) -> Reply:
        """One turn of the model."""
        rules, read = (STEPS, concluded) if self.steps else (RULES, plain_answer)
        prompt = asked.prompt(rules, f"Question: {asked.question}")
        return Reply(await attempt.turn("reader", prompt, read))
