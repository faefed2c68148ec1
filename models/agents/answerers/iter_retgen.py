"""Iter-RetGen: what was generated last is searched for together with the question, and over again.

Shao et al., "Enhancing Retrieval-Augmented Large Language Models with Iterative
Retrieval-Generation Synergy", Findings of EMNLP 2023 (arXiv 2305.15294). The paper's are: the
first iteration searches with the question, each later one with the previous output before the
question (section 3.1); every iteration generates anew from what it has found itself (3.3), the 5
best paragraphs (4.4), by a chain of thought; it reports 1 to 7 iterations, and 2 are where most of
the gain is and what it compares with others by (4.5 and its table 3). Reconstruction: the wording,
and that no worked examples stand in front (3 there).
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

from models.agents.answerers.answering import Answerer, Asked, Attempt, Reply
from models.agents.answerers.answers import concluded
from models.agents.answerers.ircot import READ, prompt


@dataclass(eq=False)
class IterRetGen(Answerer):
    """Retrieves with what it generated, and generates from what it retrieved.

    Attributes:
        iterations: each is one search and one turn of the model.
        k: passages of a search.
    """

    _: KW_ONLY
    iterations: int = 2
    k: int = 5

    name: ClassVar[str] = "iter-retgen"
    at_least_one: ClassVar[tuple[str, ...]] = ("iterations", "k")

    async def reply(self, attempt: Attempt, asked: Asked) -> Reply:
        """The answer of the last iteration."""
        output = answer = ""
        for _ in range(self.iterations):
            found = await attempt.search(f"{output} {asked.question}", self.k)
            told = prompt(READ, attempt, asked, found)
            output, answer = await attempt.turn(
                "reader", told, lambda text: (text, concluded(text))
            )
        return Reply(answer)
