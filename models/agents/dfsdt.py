"""DFSDT: a depth-first search over what could be done, with the right to give up.

Qin et al., "ToolLLM", ICLR 2024. The search is ToolBench's without filter and with two children a
node (`models.agents.tree_search`); from there are its order, how far giving up goes back, the list
of what was tried before that keeps the next child from being the same, Finish, one call a turn, and
the numbers. Reconstruction: the wording; that a text without a call is an answer; that a world in
which something was written is opened anew for every other branch; and that every turn is carried
out that may be asked for, where ToolBench drops the last. ToolBench reports one of the branches
that gave up by chance where none has an answer: here the attempt gave up.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

from harness.contracts import ChatModel, Session
from harness.errors import UserError
from harness.records import Completion, Problem, Trajectory
from models.agents.asked import require_chat_model
from models.agents.tree_search import DEEPEST, Way, searched

RULES = """\
You solve a request step by step. In every step, say in a sentence or two what you know and what is
to be done next, and call one function. You are then told what it gave. When you know the answer,
call Finish with give_answer and the whole answer. When this line of attack leads nowhere, call
Finish with give_up_and_restart: you are then taken back, what you wrote on this way is undone, and
you may try another."""


@dataclass(eq=False)
class DFSDT:
    """Searches for an answer depth first.

    A model that calls several functions in a step has them carried out in order. How turns are
    drawn is the model's own setting; at a temperature of 0 it is the list of what was tried alone
    that makes one child differ from the next. Steps back need a world that can be opened anew:
    with `beam=1` there are none, and the search is one chain.

    Attributes:
        model: a chat model that calls tools.
        beam: children that a node may have.
        queries: turns of the model in all, after which the attempt is stopped.
        depth: of the tree, counted as ToolBench counts it: a thought is a node, and so are the name
            of a call and its input. 12 are four calls with thoughts; StableToolBench takes 50.
        longest: characters that are read of what a call gave.
        diversity: whether a second child is told what the first one did.

    Raises:
        UserError: `model` is no chat model, or a number makes no sense.
    """

    model: ChatModel
    _: KW_ONLY
    beam: int = 2
    queries: int = 60
    depth: int = 12
    longest: int = 1024
    diversity: bool = True

    version: ClassVar[str] = "1"
    needs_world: ClassVar[bool] = True

    def __post_init__(self) -> None:
        require_chat_model("dfsdt", self.model)
        if min(self.beam, self.queries, self.depth, self.longest) < 1:
            raise UserError("dfsdt: beam, queries, depth and longest are 1 at least")
        if self.depth > DEEPEST:
            raise UserError(f"dfsdt with depth={self.depth}: {DEEPEST} at most")

    async def solve(self, problem: Problem, session: Session) -> Trajectory:
        """One attempt; of a conversation each turn is searched from where the last one ended."""
        way = Way(
            self.model,
            RULES,
            self.beam,
            self.queries,
            self.depth,
            nodes,
            self.longest,
            diversity=self.diversity,
        )
        return await searched(problem, session, way)


def nodes(turn: Completion) -> int:
    """How many nodes ToolBench makes of a turn: its thought, and two of each call."""
    return bool(turn.text.strip()) + 2 * len(turn.calls)
