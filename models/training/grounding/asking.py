"""What the agent `genground` asks when it grounds an answer, by having it ask."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import count

from harness.play.sessions import Told
from harness.records import Message, Observation, Problem, ToolCall, ToolSpec
from models.agents.answerers.answering import SEARCH, Unreadable
from models.agents.answerers.genground import EMPTY, GROUND, GenGround, Step
from models.agents.answerers.passages import Passage
from models.scripted import Scripted
from models.training.practice.recording import Recorded, Turn

_SEARCH = ToolSpec(
    SEARCH,
    "",
    {"type": "object", "properties": {"query": {"type": "string"}, "k": {"type": "integer"}}},
)


async def asked(
    question: str, immediate: str, passages: Sequence[Passage], batch: int
) -> list[Turn]:
    """The turns in which the agent asks about passages, batch by batch, each answered `EMPTY`.

    Args:
        question: what is asked, which is also the sub-question.
        immediate: its answer from memory, which the agent proposes each time.
        passages: as a search gives them; their ids are "1", "2" and so on.
        batch: passages of a batch.

    Raises:
        Unreadable: the agent would not read the question or the answer as they are, since there are
            marks of its own in them.
    """
    turns: list[Turn] = []
    deduced = f"<Thought> {question} </Thought>\n<Answer> {immediate} </Answer>"

    def says(messages: Sequence[Message], tools: Sequence[ToolSpec]) -> str:
        return EMPTY if messages[0].content.startswith(GROUND) else deduced

    model = Recorded(Scripted(says), turns)
    agent = GenGround(
        model, hops=1, k=max(len(passages), 1), batch=batch, early_stop=False, misreadings=0
    )
    if agent.read_step(deduced) != Step(question.strip(), immediate.strip()):
        raise Unreadable("there are marks of the agent's in the question or its answer")
    problem = Problem("question", ((Message("user", question),),), (_SEARCH,))
    await agent.solve(problem, _Found(problem, passages))
    return turns[1:]


class _Found(Told):
    """A world in which every search finds the same passages."""

    executes = True

    def __init__(self, problem: Problem, passages: Sequence[Passage]) -> None:
        super().__init__(problem)
        self._results = [
            {"id": str(number), "title": passage.title, "text": passage.text}
            for number, passage in zip(count(1), passages)
        ]

    async def call(self, call: ToolCall) -> Observation:
        """All of them."""
        return Observation(json.dumps({"results": self._results}, ensure_ascii=False))
