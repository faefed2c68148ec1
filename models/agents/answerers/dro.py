"""DRO's pipeline: a list-wise selector takes 5 of 20 passages, and a generator answers from them.

Shi et al., "Direct Retrieval-augmented Optimization: Synergizing Knowledge Selection and Language
Models" (arXiv 2505.03075). The paper's are: 20 candidates, a selector that writes "[3] > [1]",
identifiers that it leaves out behind the others in their former order, the first 5 passages in the
selector's order, and the generator. The wording is ours. In the paper both are models of their own,
trained together: `generator` may be another model than the selector.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

from harness.contracts import ChatModel
from models.agents.answerers.answering import Answerer, Asked, Attempt, Reply, ids
from models.agents.answerers.answers import plain_answer
from models.agents.answerers.passages import numbered
from models.agents.answerers.rag import RULES
from models.agents.answerers.selection import selected
from models.agents.asked import require_chat_model


@dataclass(eq=False)
class DRO(Answerer):
    """Searches, selects, answers. The passages selected are the sources of the answer.

    Attributes:
        generator: a chat model that answers; None takes `model`, which selects.
        k: candidates.
        kept: passages that are selected and read.
        selection: whether there is a selector; without, the first ones of the search are read.
    """

    _: KW_ONLY
    generator: ChatModel | None = None
    k: int = 20
    kept: int = 5
    selection: bool = True

    name: ClassVar[str] = "dro"
    at_least_one: ClassVar[tuple[str, ...]] = ("k", "kept")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.generator is not None:
            require_chat_model(f"{self.name} with a generator", self.generator)

    async def reply(self, attempt: Attempt, asked: Asked) -> Reply:
        """The answer from the selected passages, in the selector's order."""
        found = await attempt.search(asked.question, self.k)
        kept = list(found[: self.kept])
        if self.selection:
            kept = await selected(attempt, asked, asked.question, found, self.kept)
        shown = attempt.context.fitted(kept)
        told = asked.prompt(RULES, f"Passages:\n{numbered(shown)}", f"Question: {asked.question}")
        answer = await attempt.turn("generator", told, plain_answer, model=self.generator)
        return Reply(answer, ids(shown))
