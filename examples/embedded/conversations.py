"""Conversations to train the embedded language model on: our own agents, and a model who knows.

    python -m examples.embedded.conversations FOLDER

writes the curriculum: copies.jsonl, drills.jsonl and conversations.jsonl, which `assay train
pretrain` takes in that order. The suites ask about the world of seed 1, and what was chosen was
chosen on that of seed 2; no conversation about either is written.

The agents `function-calling`, `react-search` and `rag` solve problems of starter worlds. In the
place of their model stands a guide (`tasks.curriculum`), so that what is written down is what the
agents will ask of the trained model, to the letter. An attempt that does not leave the world as it
should be is left out. Where a search has found too little, the guide says that the question cannot
be answered, as who knows no more should.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from harness.contracts import Agent
from harness.errors import UserError, plainly
from harness.files import replacing
from harness.names import Names
from harness.records import Message, ToolCall, ToolSpec
from models.agents.answerers.rag import RAG
from models.agents.answerers.react_search import ReActSearch
from models.agents.function_calling import FunctionCalling
from models.chat.schemas import described
from models.chat.wire import to_wire
from models.scripted import Scripted
from tasks.curriculum import ErrandGuide, Lesson, QuestionGuide, copies, drills, errands, questions
from tasks.starter_agent import SEED
from tasks.worlds.starter.assignments import ERRANDS

DEVELOPMENT = 2
"""The world on which data, sizes and rates were chosen."""
FIRST, WORLDS = 100, 140
SIZES = (12, 16, 24)
"""Towns of a world, in turn."""
COPIES, DRILLS = 20_000, 20_000
KEPT = 12_000
"""Drills that stand among the conversations, so that nothing is unlearned."""
OBSERVATION = "Observation: "
Row = dict[str, Any]
"""A line of data."""
Said = tuple[tuple[Message, ...], tuple[ToolSpec, ...], str | ToolCall]


@dataclass(frozen=True)
class Share:
    """How many lessons of each kind a world gives.

    Attributes:
        errands: problems drawn of each errand, before the long ones are left out.
        longest: calls of an errand.
        searched: questions of one hop, of two hops, ..., for `react-search`.
        read: likewise, for `rag`.
    """

    errands: int = 60
    longest: int = 2
    searched: tuple[int, ...] = (60,)
    read: tuple[int, ...] = (80,)


def conversations(seed: int, size: int, share: Share) -> Iterator[tuple[str, Row]]:
    """The conversations about one world, as rows of `sft` data, each behind its kind.

    Args:
        seed: of the world; never that of a suite.
        size: of the world, in towns.
        share: how many of each kind.
    """
    for errand in ERRANDS:
        for lesson in errands(seed, size, errand, share.errands, share.longest):
            calls = len(lesson.problem.gold.program)
            yield from _attempted(f"{errand}/{calls}", lesson, _called, FunctionCalling)
    for kind, policy, agent, counts in (
        ("react", _thought, ReActSearch, share.searched),
        ("rag", _read, RAG, share.read),
    ):
        for hops, n in enumerate(counts, 1):
            for lesson in questions(seed, size, hops, n) if n else ():
                yield from _attempted(f"{kind}/{hops}", lesson, policy, agent)


def _attempted(
    kind: str,
    lesson: Lesson,
    policy: Callable[[Any, Sequence[Message]], str | ToolCall],
    agent: Callable[[Any], Agent],
) -> Iterator[tuple[str, Row]]:
    """The conversation of one attempt: its last turn, with all that led to it."""
    said: list[Said] = []

    def answer(messages: Sequence[Message], tools: Sequence[ToolSpec]) -> str | ToolCall:
        turn = policy(lesson.guide, messages)
        said.append((tuple(messages), tuple(tools), turn))
        return turn

    async def attempt() -> bool:
        session = await lesson.world.open(lesson.problem)
        made = await agent(Scripted(answer)).solve(lesson.problem, session)
        state = lesson.problem.gold.state
        return made.end == "finished" and (state is None or made.state == state)

    if asyncio.run(attempt()):
        yield kind, _row(*said[-1])


def _row(messages: tuple[Message, ...], tools: tuple[ToolSpec, ...], last: str | ToolCall) -> Row:
    names = Names(tool.name for tool in tools)
    turn = (
        Message("assistant", last) if isinstance(last, str) else Message("assistant", calls=(last,))
    )
    row: Row = {"messages": to_wire([*messages, turn], names)}
    return row | ({"tools": described(tools, names)} if tools else {})


def _called(guide: ErrandGuide, messages: Sequence[Message]) -> str | ToolCall:
    """A turn of `function-calling`."""
    return guide.next([m.content for m in messages if m.role == "tool"]).does


def _thought(guide: QuestionGuide, messages: Sequence[Message]) -> str:
    """A turn of `react-search`."""
    told = (m.content for m in messages if m.role == "user")
    turn = guide.next([t.removeprefix(OBSERVATION) for t in told if t.startswith(OBSERVATION)])
    thought = f"Thought: {turn.why}"
    if isinstance(turn.does, str):
        return f"{thought}\nAnswer: {turn.does}"
    written = json.dumps(dict(turn.does.arguments), ensure_ascii=False)
    return f"{thought}\nAction: {turn.does.name}\nInput: {written}"


def _read(guide: QuestionGuide, messages: Sequence[Message]) -> str:
    """The one turn of `rag`."""
    shown = [line.partition("] ")[2] for line in messages[-1].content.split("\n")[1:-2]]
    answer, places = guide.read(shown)
    return answer + (" " if places else "") + "".join(f"[{place + 1}]" for place in places)


def curriculum(first: int = FIRST, worlds: int = WORLDS) -> Iterator[tuple[str, Row]]:
    """The conversations about so many worlds, from a seed on.

    Raises:
        UserError: one of them is evaluated.
    """
    seeds = range(first, first + worlds)
    for seed in (SEED, DEVELOPMENT):
        if seed in seeds:
            raise UserError(f"seed {seed} is evaluated and is not trained on")
    for seed in seeds:
        yield from conversations(seed, SIZES[seed % len(SIZES)], Share())


def write(path: Path, rows: Iterable[Row]) -> None:
    """Writes rows as JSONL."""
    with replacing(path) as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")


def _drilled(talks: Iterable[tuple[Message, ...]]) -> Iterator[Row]:
    for drill in talks:
        yield {"messages": to_wire(drill, Names(()))}


def main(arguments: Sequence[str]) -> None:
    """Writes the files into the folder that is named."""
    parser = argparse.ArgumentParser(prog="python -m examples.embedded.conversations")
    parser.add_argument("folder", type=Path, nargs="?", default=Path())
    folder = parser.parse_args(arguments).folder
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "copies.jsonl", _drilled(copies(FIRST, COPIES)))
    write(folder / "drills.jsonl", _drilled(drills(FIRST, DRILLS)))
    talks = (row for _, row in curriculum())
    write(folder / "conversations.jsonl", chain(talks, _drilled(drills(FIRST + 1, KEPT))))


if __name__ == "__main__":
    with plainly():
        main(sys.argv[1:])
