"""A tiny world that is searched, as a plug-in task, and somebody who knows all about it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.contracts import ProblemSet
from harness.loop import run
from harness.play.playing import Play
from harness.play.sessions import Told
from harness.records import Gold, Message, Observation, Problem, TaskCard, ToolCall, ToolSpec

HOMES = {"Ada": "Rome", "Bo": "Oslo", "Cy": "Lima", "Di": "Bern", "Ed": "Kiel", "Flo": "Nice"}
PASSAGES = [{"id": f"p{n}", "title": who, "text": f"{who} is in {home}."}
            for n, (who, home) in enumerate(HOMES.items())]  # fmt: skip
SEARCH = ToolSpec(
    "search",
    "Finds passages.",
    {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]},
)


class Searched(Told):
    """One attempt."""

    executes = True

    async def call(self, call: ToolCall) -> Observation:
        """All passages, those first whose title the query names."""
        words = str(call.arguments.get("query", "")).replace("?", " ").split()
        found = sorted(PASSAGES, key=lambda passage: passage["title"] not in words)
        return Observation(json.dumps({"results": found}))

    async def again(self) -> Searched:
        """The same question from the start."""
        return Searched(self._problem, self.trial)


@dataclass(eq=False)
class Quiz:
    """Where people are."""

    first: int = 0
    number: int = 4
    measures: Sequence[str] = ("exact_match", "answer_f1")
    runs: str = field(init=False, default="world")

    @property
    def card(self) -> TaskCard:
        name = f"quiz-{self.first}-{self.number}"
        return TaskCard(name, "Quiz", "Homes.", "1", "tool_use", "exact_match", runs="world")

    def load(self, source: Any, setting: Any) -> tuple[ProblemSet, ...]:
        return (ProblemSet("test", self.problems(), environment=self),)

    def problems(self) -> tuple[Problem, ...]:
        homes = list(HOMES.items())[self.first : self.first + self.number]
        return tuple(
            Problem(
                who,
                ((Message("user", f"Where is {who} ?"),),),
                (SEARCH,),
                Gold("exact_match", answers=(home,)),
            )
            for who, home in homes
        )

    async def open(self, problem: Problem, trial: int = 0) -> Searched:
        return Searched(problem, trial)


def played(agent: Any, problem: Problem) -> Any:
    """One attempt in the quiz's world."""
    return run(Play(agent, {problem.id: problem}, {problem.id: Quiz()}).attempt(problem.id, 0))


def knowing(messages: Sequence[Message], tools: Any) -> str:
    """Says what the agent `exsearch` should say of the quiz."""
    asked = next(m.content for m in messages if "Where is " in m.content)
    who = asked.split("Where is ")[1].split(" ?")[0]
    last = messages[-1].content
    if "Give the final answer" in last:
        return HOMES[who]
    if "<SEARCH>" in last:
        return f"<FACT> {who} is in {HOMES[who]}.\n<FINAL>"
    return f"<QUERY> {who}"


def recorded(problem: Problem) -> list[Any]:
    """The turns of who knows."""
    from models.agents.answerers.exsearch import ExSearch
    from models.scripted import Scripted
    from models.training.practice.recording import Recorded, Turn

    turns: list[Turn] = []
    made = played(ExSearch(Recorded(Scripted(knowing), turns, "model"), shown=1), problem)
    assert (made.end, made.answer) == ("finished", problem.gold.answers[0])
    return turns


def lessons(path: Path, number: int) -> Path:
    """Trajectories about those who are asked about first."""
    from models.training.practice.recording import conversations

    rows = [
        row
        for problem in Quiz(0, number).problems()
        for row in conversations([turn.row() for turn in recorded(problem)])
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def base(folder: Path) -> Path:
    """A model of random weights whose words are those of the quiz."""
    import memorised

    from models.agents.answerers.exsearch_turns import instructions

    rules = instructions(thinking=True, searching=True, recording=True)
    homes = [json.dumps(passage) for passage in PASSAGES]
    words = memorised.tokenizer([rules, *homes, memorised.TEMPLATE], 1000)
    memorised.saved(folder, memorised.qwen2(words, positions=1024), words)
    return folder
