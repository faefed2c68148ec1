"""ExSearch: think of a sub-query, search, record the evidence, until the answer is known.

Shi et al., "Iterative Self-Incentivization Empowers Large Language Models as Agentic Searchers"
(ExSearch, arXiv 2505.20128). From the paper and its released code (mangopy/SearchLM, both branches
of src/_inference.py) are the three actions of one model, the tags, that what was found is a turn of
the user, the question for the final answer as a turn of its own, 10 candidates of which 3 are read,
and, as an option, the Zoo's action of document selection over the candidates (there are 20 then in
that code, and all that the model names are read, where `shown` bounds them here). A first turn
without a tag is the sub-query, as in that code; it has up to 20 steps where there is no selection,
8 where there is, and 8 are taken here. The wording is ours.

How a step is drawn: "greedy" takes the likeliest. "sample" draws several, 8 at a temperature of 0.8
in that code, of which the likeliest is kept; "beam" keeps several trajectories. A chat model tells
no likelihoods, so the share of the samples that agree stands for them: reconstruction, and so is
the whole of "beam". Reconstruction, too, is what the removal of an action leaves. Without thinking,
the question is searched for with what was recorded last, until nothing new would be. Without
searching, the model records what it knows of its sub-queries. Without recording, there is nothing
but what was found.

Where all that was found does not fit the context, what was found last is shown, and earlier
results are left out first; what was recorded stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, replace
from math import log
from typing import ClassVar, Literal, get_args

from harness.errors import UserError, unknown
from harness.formats.toolcalls.form import without_thoughts
from harness.loop import together
from harness.records import Completion, Message
from harness.workspace import working, workspace
from models.agents.answerers.answering import Answerer, Asked, Attempt, Reply, Unreadable, ids
from models.agents.answerers.exsearch_turns import (
    SEARCH,
    Turn,
    bare,
    instructions,
    read_turn,
)
from models.agents.answerers.passages import Passage, numbered
from models.agents.answerers.selection import selected

Decoding = Literal["greedy", "sample", "beam"]
SEARCHER = "searcher"
UNSEARCHED = "Nothing is searched: record what you know of it."
LEFT_OUT = "(left out)"
ANSWER = """\
Give the final answer to the question now, and nothing else, as short as it can be: a name, a \
date, a number, yes or no.
Question: {question}"""


@dataclass(frozen=True)
class Thread:
    """A trajectory that goes on.

    Attributes:
        turns: of the model, in order.
        queries: what was searched for, in order.
        found: what was shown of what each of them found.
        score: estimated logarithm of its likelihood.
        finished: whether the model has said that it knows enough.
    """

    turns: tuple[Turn, ...] = ()
    queries: tuple[str, ...] = ()
    found: tuple[tuple[Passage, ...], ...] = ()
    score: float = 0.0
    finished: bool = False


@dataclass(eq=False)
class ExSearch(Answerer):
    """Thinks, searches and records. What it read are the sources of its answer.

    Attributes:
        steps: searches at most; the final answer is asked for then.
        k: candidates of a search.
        shown: of them that are read.
        decoding: "greedy", "sample" or "beam".
        temperature: of samples.
        samples: of each step.
        beam: trajectories that are kept.
        thinking: whether the model writes sub-queries.
        searching: whether anything is searched.
        recording: whether the model records evidence.
        selection: whether the model selects what is read from the candidates; else the best do.
    """

    _: KW_ONLY
    steps: int = 8
    k: int = 10
    shown: int = 3
    decoding: str = "greedy"
    temperature: float = 0.8
    samples: int = 8
    beam: int = 4
    thinking: bool = True
    searching: bool = True
    recording: bool = True
    selection: bool = False

    name: ClassVar[str] = "exsearch"
    at_least_one: ClassVar[tuple[str, ...]] = ("steps", "k", "shown", "samples", "beam")

    def __post_init__(self) -> None:
        super().__post_init__()
        known = get_args(Decoding)
        if self.decoding not in known:
            raise unknown("decoding", self.decoding, known, f"There are: {', '.join(known)}")
        if self.decoding != "greedy" and not self.temperature > 0:
            raise UserError(f"exsearch draws samples at a temperature above 0: {self.temperature}")

    @property
    def searches(self) -> bool:
        """Unless searching is removed."""
        return self.searching

    async def reply(self, attempt: Attempt, asked: Asked) -> Reply:
        """Steps up to the end of the best trajectory, then its answer."""
        threads = [Thread()]
        for step in range(self.steps):
            if step or self.thinking:
                threads = await self._stepped(attempt, asked, threads)
            threads = [await self._looked(attempt, asked, thread) for thread in threads]
            if all(thread.finished for thread in threads):
                break
        else:
            attempt.note(f"the answer was asked for after {self.steps} steps")
        best = next((thread for thread in threads if thread.finished), threads[0])
        view = self._view(attempt, asked, best)
        _tell(view, ANSWER.format(question=asked.question))
        answer = await attempt.turn("answer", view, bare, temperature=0.0)
        return Reply(answer, ids(passage for found in best.found for passage in found))

    async def _stepped(
        self, attempt: Attempt, asked: Asked, threads: Sequence[Thread]
    ) -> list[Thread]:
        """The likeliest trajectories, one turn on, best first."""
        grown = [thread for thread in threads if thread.finished]
        for thread in threads:
            if not thread.finished:
                grown += await self._continued(attempt, asked, thread)
        width = self.beam if self.decoding == "beam" else 1
        return sorted(grown, key=lambda thread: -thread.score)[:width]

    async def _continued(self, attempt: Attempt, asked: Asked, thread: Thread) -> list[Thread]:
        """A trajectory with each of the turns that were drawn, and its score.

        Raises:
            Unreadable: none could be read.
        """
        turns = await self._turns(attempt, asked, thread)
        counted = Counter(turn.key for turn in turns)
        first = {turn.key: turn for turn in reversed(turns)}
        return [
            replace(
                thread,
                turns=(*thread.turns, first[key]),
                score=thread.score + log(count / len(turns)),
                finished=first[key].final,
            )
            for key, count in counted.items()
        ]

    async def _turns(self, attempt: Attempt, asked: Asked, thread: Thread) -> list[Turn]:
        """The turns that were drawn and could be read, one at least."""
        view = self._view(attempt, asked, thread)

        def read(text: str) -> Turn:
            return read_turn(
                text, first=not thread.turns, thinking=self.thinking, recording=self.recording
            )

        turns: list[Turn] = []
        if self.decoding != "greedy":
            draws = (self._drawn(attempt, view, n) for n in range(self.samples))
            for completion in await together(draws):
                attempt.roles.said(SEARCHER, completion)
                try:
                    turns.append(read(completion.text))
                except Unreadable:
                    attempt.note("samples that could not be read were dropped")
        return turns or [await attempt.turn(SEARCHER, view, read, temperature=0.0)]

    async def _drawn(self, attempt: Attempt, view: Sequence[Message], n: int) -> Completion:
        """One of several samples, which is drawn by itself."""
        with working(trial=workspace().trial * self.samples + n):
            found = await attempt.asked(view, self.temperature)
        return replace(found, text=without_thoughts(found.text))

    async def _looked(self, attempt: Attempt, asked: Asked, thread: Thread) -> Thread:
        """A trajectory with what is found next; finished where nothing new is searched for."""
        if thread.finished:
            return thread
        if self.thinking:
            query = thread.turns[-1].query
        else:
            recorded = thread.turns[-1].fact if thread.turns else ""
            query = f"{asked.question} {recorded or ''}".strip()
            if query in thread.queries:
                return replace(thread, finished=True)
        shown: Sequence[Passage] = ()
        if self.searching:
            found = await attempt.search(query, self.k)
            shown = found[: self.shown]
            if self.selection:
                shown = await selected(attempt, asked, query, found, self.shown)
        return replace(
            thread, queries=(*thread.queries, query), found=(*thread.found, tuple(shown))
        )

    def _view(self, attempt: Attempt, asked: Asked, thread: Thread) -> list[Message]:
        """A trajectory as the model sees it."""
        rules = instructions(
            thinking=self.thinking, searching=self.searching, recording=self.recording
        )
        view = asked.prompt(rules, f"Question: {asked.question}")
        told = self._results(attempt, thread)
        if not self.thinking and told:
            _tell(view, told.pop(0))
        for place, turn in enumerate(thread.turns):
            view.append(Message("assistant", str(turn)))
            if place < len(told):
                _tell(view, told[place])
        return view

    def _results(self, attempt: Attempt, thread: Thread) -> list[str]:
        """What the model is told of each search: of the last ones as much as fits."""
        if not self.searching:
            return [f"{SEARCH} {UNSEARCHED}" for _ in thread.found]
        told: list[str] = []
        left: int | None = None
        for found in reversed(thread.found):
            fits = attempt.context.fitted(found, left)
            taken = sum(len(passage.title) + len(passage.text) for passage in fits)
            left = (self.context if left is None else left) - taken
            shown = LEFT_OUT if found and not fits else numbered(fits)
            told.append(f"{SEARCH} {shown}")
        return told[::-1]


def _tell(view: list[Message], text: str) -> None:
    """Says something to the model, in one turn with what was said to it last."""
    if view[-1].role == "user":
        view[-1] = replace(view[-1], content=f"{view[-1].content}\n\n{text}")
    else:
        view.append(Message("user", text))
