"""What training methods start from, as agents of ours ask it: conversations with who knows.

    python -m examples.methods.lessons KIND FOLDER [--worlds SEED ...] [--each N]

writes the files of a kind into the folder. Agents solve problems of starter worlds with a guide in
the place of their model (`tasks.curriculum`), and what is written down is what they will ask of the
trained model, to the letter. Where a search has found too little, the guide says that the question
cannot be answered.

    exsearch            exsearch.jsonl             turns of `exsearch`
    exsearch-vague      exsearch-vague.jsonl       every other sub-query says "it", not what about
    exsearch-selection  exsearch-selection.jsonl   with selection, whose turns are rows too
    dro                 selector.jsonl             the selector's turns of `dro` on one hop
                        generator.jsonl            the generator's, on what was selected and on what
                                                   the search had first
    genground           genground.jsonl            turns of `genground`
                        deduction.jsonl            those of deduction alone
                        grounding.jsonl            answers to be revised, for `genground-igd`
    dta                 serial.jsonl               errands of 2 to 4 calls, a call a turn
    ttpa                errands.jsonl              errands of up to 3 calls, likewise
                        further.jsonl              such errands in every other of the worlds, to go
                                                   on with
    principles          seeds.jsonl                errands of one call: the request and the call
                        readings.jsonl             turns of `rag` on one passage, without citations,
                                                   in every other of the worlds
                        writing.jsonl              requests for such turns, answered with those of
                                                   the other worlds: for who is to write some
                        principles.jsonl           principles of these, by who made the world

Unless worlds are named, `dro` and `principles` are written about seeds 300 to 339, the others about
300 to 307. Nothing is written about the worlds that are evaluated, by suites or by the tables of
`effects`, and these are none that `starter-lm` was trained on (seeds 100 to 239).
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, cast

from examples.embedded.conversations import (
    DEVELOPMENT,
    SIZES,
    Row,
    Share,
    conversations,
    write,
)
from examples.methods.comparing import CHOOSING, HELDOUT
from examples.methods.principled import principles, writing
from harness.contracts import Agent, ChatModel
from harness.errors import UserError, plainly
from harness.loop import run
from harness.names import Names
from harness.records import Message, ToolCall, ToolSpec
from models.agents.answerers import exsearch, exsearch_turns, genground
from models.agents.answerers.dro import DRO
from models.agents.answerers.exsearch import ExSearch
from models.agents.answerers.genground import GenGround
from models.agents.answerers.rag import RAG
from models.chat.wire import to_wire
from models.scripted import Scripted
from tasks.curriculum import Lesson, QuestionGuide, questions
from tasks.curriculum.grounding import Claim, claims
from tasks.starter_agent import SEED
from tasks.worlds.starter.questions.compose import UNANSWERABLE

WORLDS = tuple(range(300, 340))
FEW = WORLDS[:8]
"""What most kinds are written about, unless other worlds are named."""
EACH = 24
"""Questions of each number of hops, of one world."""
DRAWN = 60
"""Problems that are drawn of each errand, before those of other lengths are left out."""
HOPS = (1, 2)
CANDIDATES, KEPT = 4, 1
"""Passages that `dro` finds and that it keeps: 20 of them are 1,700 tokens of `starter-lm`, which
has not learned from a few hundred questions to choose among eight."""
ORDERED = 8
"""Times the questions that `dro`'s generator learns from, for its selector: a model of ours reads
already, and has never put passages in order."""
_PASSAGES = "Passages:\n"
_NAMED = re.compile(r"(?<=\s)(?:the )?[A-Z](?:[^?]*[A-Z])?\w*")
"""From the first name in a question to the last."""
Files = Mapping[str, Iterable[Row]]
Policy = Callable[[Sequence[Message]], str]


@dataclass(frozen=True)
class World:
    """A world to write about.

    Attributes:
        seed: which.
        each: questions of each number of hops.
    """

    seed: int
    each: int = EACH

    @property
    def size(self) -> int:
        """In towns."""
        return SIZES[self.seed % len(SIZES)]

    def lessons(self) -> Iterator[Lesson]:
        """Its questions."""
        for hops in HOPS:
            yield from questions(self.seed, self.size, hops, self.each)


# -- exsearch ----------------------------------------------------------------------------------


def exsearch_rows(world: World, *, selection: bool = False, vague: float = 0.0) -> Iterator[Row]:
    """The conversations of `exsearch`, and each selection by itself.

    Args:
        world: that they are about.
        selection: whether passages are selected.
        vague: the share of sub-queries that do not name what they are about, drawn by chance.
    """
    chance = Random(f"{world.seed} vague")
    policy = partial(searching, vaguely=lambda: chance.random() < vague)
    for lesson in world.lessons():
        said = attempted(lesson, lambda ask: ExSearch(ask(policy), selection=selection))
        yield from (turn for turn in said if _selects(turn))
        yield said[-1]


def searching(
    guide: QuestionGuide,
    messages: Sequence[Message],
    vaguely: Callable[[], bool] = lambda: False,
) -> str:
    """A turn of `exsearch`.

    Args:
        guide: who knows.
        messages: so far.
        vaguely: asked at each sub-query; if so, "it" stands there in the place of all names.
    """
    last = messages[-1].content
    if last.startswith(_PASSAGES):
        return ordering(guide, messages, ExSearch.shown)
    results = [m.content for m in messages if m.content.startswith(exsearch_turns.SEARCH)]
    turn = guide.told([shown(text.removeprefix(exsearch_turns.SEARCH)) for text in results])
    if last == exsearch.ANSWER.format(question=guide.problem.text):
        return str(turn.does)
    if isinstance(turn.does, ToolCall):
        fact = turn.why if results else None
        query = str(turn.does.arguments["query"])
        return str(exsearch_turns.Turn(fact, _NAMED.sub("it", query) if vaguely() else query))
    return str(exsearch_turns.Turn("" if turn.does == UNANSWERABLE else turn.why, final=True))


# -- dro ---------------------------------------------------------------------------------------


def dro_rows(world: World) -> Iterator[tuple[str, Row]]:
    """The turns of `dro`, by who speaks; what would be the same twice is left out.

    The generator reads what the selector took, and what the search had first: it would learn else
    that the first passage tells the answer. Questions are of one hop: `dro` searches once, and
    seldom finds all that two take. Where nothing that was found tells the answer, no selection is
    better than another, and none is learned.
    """
    for lesson in questions(world.seed, world.size, 1, world.each):
        rows: list[tuple[str, Row]] = []
        for selection in (True, False):
            speakers = iter(("selector", "generator") if selection else ("generator",))

            def made(ask: Callable[[Any], ChatModel], on: bool = selection) -> Agent:
                return DRO(
                    ask(selecting), generator=ask(reading), selection=on, k=CANDIDATES, kept=KEPT
                )

            rows += zip(speakers, attempted(lesson, made), strict=False)
        idle = rows[0] if _spoken(rows[1][1]) == UNANSWERABLE else None
        yield from (row for place, row in enumerate(rows) if row not in [idle, *rows[:place]])


def levelled(rows: Sequence[Row]) -> list[Row]:
    """Rows of which none is answered alike more often than the second most frequent answer is.

    Who is told "[1]" in most of the rows says so in all. What is left out is drawn by chance.
    """
    by_answer: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        by_answer.setdefault(_spoken(row), []).append(place)
    counts = sorted(map(len, by_answer.values()))
    most = counts[-2] if len(counts) > 1 else len(rows)
    chance = Random("levelled")
    taken = [n for places in by_answer.values() for n in chance.sample(places, len(places))[:most]]
    return [rows[place] for place in sorted(taken)]


def selecting(guide: QuestionGuide, messages: Sequence[Message]) -> str:
    """A turn of the selector of `dro`."""
    return ordering(guide, messages, KEPT)


def reading(guide: QuestionGuide, messages: Sequence[Message]) -> str:
    """A turn of the generator of `dro`, or of `rag`."""
    return guide.read(shown(messages[-1].content))[0]


# -- genground ---------------------------------------------------------------------------------


def genground_rows(world: World) -> Iterator[Row]:
    """The turns of `genground`, a row each."""
    for lesson in world.lessons():
        yield from attempted(lesson, lambda ask: GenGround(ask(grounding)))


def grounding(guide: QuestionGuide, messages: Sequence[Message]) -> str:
    """A turn of `genground`: who knows nothing of the world by heart answers so."""
    told = messages[-1].content
    if told.startswith(_PASSAGES):
        asked = _line(told, "Question: ")
        found = guide.evidence(asked, shown(told))
        return revision(found.place, found.sentence, found.answer) if found else genground.EMPTY
    known = [line for line in told.split("\n") if line.startswith("Answer ")]
    if known and known[-1].endswith(f": {genground.UNKNOWN}"):
        return f"FINISH[{UNANSWERABLE}]"
    if len(known) == len(guide.hops):
        return f"FINISH[{guide.problem.gold.details['answer']}]"
    step = guide.hops[len(known)].question
    return f"<Thought> {step} </Thought>\n<Answer> {genground.UNKNOWN} </Answer>"


def revision(place: int, sentence: str, answer: str) -> str:
    """What grounding writes that has found evidence."""
    return genground.REVISION.format(number=place + 1, evidence=sentence, answer=answer)


def claim_row(seed: int, claim: Claim) -> Row:
    """An answer to be revised, as `models.training.grounding.questions` reads it."""
    passages = [
        {"title": passage["title"], "text": passage["text"], "gold": not place}
        for place, passage in enumerate(claim.passages)
    ]
    return {
        "id": f"{seed}/{claim.id}",
        "question": claim.question,
        "answers": list(claim.answers),
        "passages": passages,
        "immediate": claim.proposed,
        "revision": revision(0, claim.sentence, claim.answers[0]),
    }


# -- what the kinds have in common ---------------------------------------------------------------


def attempted(lesson: Lesson, made: Callable[[Callable[[Any], ChatModel]], Agent]) -> list[Row]:
    """What an agent asks on its way through a lesson and is answered, a conversation a turn.

    Args:
        lesson: a question.
        made: makes the agent; it is handed what makes a chat model of a way of answering.
    """
    said: list[Row] = []

    def ask(policy: Callable[[QuestionGuide, Sequence[Message]], str]) -> ChatModel:
        def answer(messages: Sequence[Message], tools: Sequence[ToolSpec]) -> str:
            text = policy(cast("QuestionGuide", lesson.guide), messages)
            turn = Message("assistant", text)
            said.append({"messages": to_wire([*messages, turn], Names(()))})
            return text

        return Scripted(answer)

    async def attempt() -> str:
        session = await lesson.world.open(lesson.problem)
        found = await made(ask).solve(lesson.problem, session)
        return f"{found.end} {found.detail}" if found.end != "finished" else ""

    if why := run(attempt()):
        raise UserError(f"the guide has not answered '{lesson.problem.text}': {why}")
    return said


def shown(told: str) -> list[str]:
    """The passages in what an agent is told, which stand a line each behind "[1] ", "[2] ", ..."""
    lines = told.strip().removeprefix(_PASSAGES).split("\n\n")[0].split("\n")
    return [line.partition("] ")[2] for line in lines]


def ordering(guide: QuestionGuide, messages: Sequence[Message], kept: int) -> str:
    """A selector's turn: the best passages, those first that are needed."""
    told = messages[-1].content
    places = guide.order(shown(told), _line(told, "Question: "))
    return " > ".join(f"[{place + 1}]" for place in places[:kept])


def _line(told: str, start: str) -> str:
    """What the last line that begins so goes on with."""
    return next(
        line.removeprefix(start) for line in told.split("\n")[::-1] if line.startswith(start)
    )


def _spoken(row: Row) -> str:
    """What is learned of a conversation, its last turn."""
    return str(row["messages"][-1]["content"])


def _selects(row: Row) -> bool:
    """Whether a turn orders passages."""
    return bool(row["messages"][-2]["content"].startswith(_PASSAGES))


def errand_rows(world: World, fewest: int, longest: int) -> Iterator[Row]:
    """The conversations of `function-calling` about errands of so many calls."""
    share = Share(DRAWN, longest, (), ())
    for kind, row in conversations(world.seed, world.size, share):
        if int(kind.rpartition("/")[2]) >= fewest:
            yield row


def reading_rows(world: World) -> Iterator[Row]:
    """The turns of `rag` about questions of one hop, each with the passage found first."""
    for lesson in questions(world.seed, world.size, 1, world.each):
        yield from attempted(lesson, lambda ask: RAG(ask(reading), k=1, citations=False))


def seed_row(row: Row) -> Row:
    """An errand up to its first call."""
    messages: list[Any] = row["messages"]
    first = next(n for n, message in enumerate(messages, 1) if message.get("tool_calls"))
    return row | {"messages": messages[:first]}


# -- files -------------------------------------------------------------------------------------


def _exsearch(worlds: Sequence[World]) -> Files:
    return {"exsearch": (row for world in worlds for row in exsearch_rows(world))}


def _vague(worlds: Sequence[World]) -> Files:
    return {"exsearch-vague": (row for world in worlds for row in exsearch_rows(world, vague=0.5))}


def _selection(worlds: Sequence[World]) -> Files:
    rows = (row for world in worlds for row in exsearch_rows(world, selection=True))
    return {"exsearch-selection": rows}


def _dro(worlds: Sequence[World]) -> Files:
    rows = {
        speaker: [row for world in told for who, row in dro_rows(world) if who == speaker]
        for speaker, told in (
            ("selector", [replace(world, each=ORDERED * world.each) for world in worlds]),
            ("generator", worlds),
        )
    }
    return {**rows, "selector": levelled(rows["selector"])}


def _genground(worlds: Sequence[World]) -> Files:
    turns = [row for world in worlds for row in genground_rows(world)]
    return {
        "genground": turns,
        "deduction": (row for row in turns if not _selects(row)),
        "grounding": (
            claim_row(world.seed, claim)
            for world in worlds
            for claim in claims(world.lessons(), world.seed)
        ),
    }


def _dta(worlds: Sequence[World]) -> Files:
    return {"serial": (row for world in worlds for row in errand_rows(world, 2, 4))}


def _ttpa(worlds: Sequence[World]) -> Files:
    return {
        name: (row for world in worlds[first::2] for row in errand_rows(world, 1, 3))
        for first, name in enumerate(("errands", "further"))
    }


def _principles(worlds: Sequence[World]) -> Files:
    return {
        "seeds": (seed_row(row) for world in worlds for row in errand_rows(world, 1, 1)),
        "readings": (row for world in worlds[::2] for row in reading_rows(world)),
        "writing": (
            row for world in worlds[1::2] for row in writing(reading_rows(world), world.seed)
        ),
        "principles": principles(),
    }


KINDS: Mapping[str, Callable[[Sequence[World]], Files]] = {
    "exsearch": _exsearch,
    "exsearch-vague": _vague,
    "exsearch-selection": _selection,
    "dro": _dro,
    "genground": _genground,
    "dta": _dta,
    "ttpa": _ttpa,
    "principles": _principles,
}
"""What can be written: each makes rows by the name of their file."""
USUAL: Mapping[str, Sequence[int]] = {"dro": WORLDS, "principles": WORLDS}
"""The worlds of kinds that take more than a few."""


def written(kind: str, folder: Path, worlds: Sequence[World]) -> list[Path]:
    """Writes the files of a kind.

    Args:
        kind: one of `KINDS`.
        folder: where they are written.
        worlds: that they are about.

    Raises:
        UserError: a world is evaluated.
    """
    for world in worlds:
        if world.seed in (SEED, DEVELOPMENT, *CHOOSING) or world.seed >= HELDOUT[0]:
            raise UserError(f"seed {world.seed} is evaluated and is not trained on")
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, rows in KINDS[kind](worlds).items():
        paths.append(folder / f"{name}.jsonl")
        write(paths[-1], rows)
    return paths


def options() -> argparse.ArgumentParser:
    """What the command takes."""
    parser = argparse.ArgumentParser(prog="python -m examples.methods.lessons")
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--worlds", type=int, nargs="+", metavar="SEED", help="not the usual ones")
    parser.add_argument("--each", type=int, default=EACH, metavar="N", help="questions of a world")
    return parser


def main(arguments: Sequence[str]) -> None:
    """Writes what is named."""
    told = options().parse_args(arguments)
    seeds = told.worlds or USUAL.get(told.kind, FEW)
    for path in written(told.kind, told.folder, [World(seed, told.each) for seed in seeds]):
        with path.open("rb") as file:
            print(f"{sum(1 for _ in file):,} rows in {path}")


if __name__ == "__main__":
    with plainly():
        main(sys.argv[1:])
