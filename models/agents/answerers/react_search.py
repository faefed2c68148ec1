"""ReAct over search: `react` as its paper runs it on HotpotQA, with answers that can be compared.

Yao et al., "ReAct: Synergizing Reasoning and Acting in Language Models", ICLR 2023. The paper's are
the loop of thought, action and observation and the 7 steps on HotpotQA (section 3.2, and the loop
of ysymyth/ReAct, hotpotqa.ipynb). Its action Lookup, which finds a word in the page that was
searched last, has nothing to do here: a search gives whole passages, as many as the model asks for.
Reconstruction: the wording, calls as JSON, and no worked examples in front (6 there).
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

from harness.contracts import Session
from harness.records import Problem, Trajectory
from models.agents.answerers.answering import wants_search
from models.agents.react import ReAct

SHORT = """\
You answer questions by searching. What you search for may be part of a question: what has to be \
known first is searched for first. The final answer is as short as it can be: a name, a date, a \
number, yes or no."""


@dataclass(eq=False)
class ReActSearch(ReAct):
    """`react` with the numbers of question answering, which wants a tool `search`.

    Its attributes are those of `react`. What a search gives is told as it stands: a conversation
    that the model does not read any more has stopped.
    """

    _: KW_ONLY
    steps: int = 7
    system: str = SHORT

    version: ClassVar[str] = "1"

    async def solve(self, problem: Problem, session: Session) -> Trajectory:
        """One attempt. Raises `UserError` where there is no tool `search`."""
        wants_search("react-search", problem, session)
        return await super().solve(problem, session)
