"""Listwise reranking: a chat model orders the candidates, a window at a time."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field
from itertools import count
from typing import ClassVar

from harness.contracts import ChatModel, Corpus
from harness.errors import InfrastructureError, UserError, unknown
from harness.loop import run, together
from harness.ranking import Ranking
from harness.records import Completion, Query, Usage
from harness.run import Run
from harness.workspace import workspace
from models.ordering.answer import NoOrder, excerpt, read_order
from models.ordering.question import passage, question
from models.ordering.windows import rankgpt_windows, windows

COMPAT = ("", "rankgpt")


@dataclass(eq=False)
class Listwise:
    """RankGPT's permutation generation with a sliding window, in our own wording.

    Sun et al., "Is ChatGPT Good at Search? Investigating Large Language Models as Re-Ranking
    Agents", EMNLP 2023. The model is shown numbered passages and answers with their identifiers in
    order; the window slides from the end of the candidates to the front.

    Documents are untrusted and passed as data: cut to `max_words`, each in one line behind its
    identifier. Only the model's answer is parsed, so identifiers in a document mean nothing to us;
    what a document talks the model into, no prompt can rule out.

    An answer is read and repaired as `models.ordering.answer` states, and every repair is counted.
    A window whose answer names no passage at all makes its query malformed, never ranked as before.

    Attributes:
        model: a chat model.
        window: how many passages are shown at a time.
        step: how far the window moves, at most `window`.
        max_words: words of a document, separated by whitespace, that are shown; 0 shows all. A
            text in a script without spaces is one word, and shown whole.
        compat: "rankgpt" for the windows of the released code, which leaves lists shorter than a
            window, and a remainder at the top, as they were.
        requests: how many queries are reranked at once; a query asks its windows in turn.

    Raises:
        UserError: `model` is no chat model, or a number makes no sense.
    """

    model: ChatModel
    _: KW_ONLY
    window: int = 20
    step: int = 10
    max_words: int = 300
    compat: str = ""
    requests: int = 8

    version: ClassVar[str] = "1"
    runtime: ClassVar[frozenset[str]] = frozenset({"requests"})

    def __post_init__(self) -> None:
        if not isinstance(self.model, ChatModel):
            raise UserError(
                f"listwise orders with a chat model, and {type(self.model).__name__} is none: "
                'give one such as openai("name")'
            )
        if self.compat not in COMPAT:
            raise unknown("compat of listwise", self.compat, COMPAT, 'There is: "rankgpt"')
        if not (self.window >= 2 and 1 <= self.step <= self.window and self.max_words >= 0):
            raise UserError(
                f"listwise with window={self.window}, step={self.step}, "
                f"max_words={self.max_words}: a window holds at least two, the step lies between 1 "
                "and the window, and max_words is not negative"
            )
        if self.requests < 1:
            raise UserError(f"listwise with requests={self.requests}: at least one at a time")

    @property
    def query_batch(self) -> int:
        """Queries handed over at a time."""
        return self.requests

    def rerank(self, queries: Sequence[Query], candidates: Run, corpus: Corpus) -> Ranking:
        """Orders the candidates of each query; scores count down to 1.

        Raises:
            UserError: the model's server refuses a request or the key.
        """
        lists = [
            _List(query, [id for id, _ in candidates.ranked(query.id)])
            for query in queries
            if query.id in candidates.index
        ]
        run(self._ordered(lists, corpus))
        notes: Counter[str] = Counter()
        for each in lists:
            if not each.error:  # it is asked again, and would be counted twice
                notes.update(each.notes)
        answered = [each for each in lists if not (each.error or each.malformed)]
        return Ranking(
            run=Run.from_rankings({each.query.id: each.ids for each in answered}),
            errors={each.query.id: each.error for each in lists if each.error},
            malformed={each.query.id: each.malformed for each in lists if each.malformed},
            usage={each.query.id: each.usage for each in lists if each.usage != Usage()},
            notes={note: number for note, number in notes.items() if number},
        )

    async def _ordered(self, lists: Sequence[_List], corpus: Corpus) -> None:
        """Orders the lists, at most `requests` of them at a time."""
        free, done = asyncio.Semaphore(self.requests), count(1)

        async def order(each: _List) -> None:
            async with free:
                await self._order(each, corpus)
            workspace().tell("reranking", next(done), len(lists))

        await together(order(each) for each in lists)

    async def _order(self, each: _List, corpus: Corpus) -> None:
        """Slides the window over a list, from its end to its front."""
        slide = rankgpt_windows if self.compat == "rankgpt" else windows
        spans = slide(len(each.ids), self.window, self.step)
        if len(each.ids) > 1 and not spans:
            each.notes["lists shorter than a window, left as they were"] += 1
        shown: dict[str, str] = {}
        for start, end in spans:
            for id in each.ids[start:end]:
                if id not in shown:
                    shown[id], cut = passage(corpus[id].full_text, self.max_words)
                    each.notes["truncated candidates"] += cut
            messages = question(each.query, [shown[id] for id in each.ids[start:end]])
            try:
                each.take(start, end, await self.model.complete(messages))
            except NoOrder as reason:
                each.malformed = f"window {start + 1}-{end}: {reason}"
                return
            except InfrastructureError as error:
                each.error = str(error)
                return


@dataclass
class _List:
    """The candidates of one query, and what becomes of them."""

    query: Query
    ids: list[str]
    error: str = ""
    malformed: str = ""
    usage: Usage = field(default_factory=Usage)
    notes: Counter[str] = field(default_factory=Counter)

    def take(self, start: int, end: int, completion: Completion) -> None:
        """Orders a window as the model answered.

        Raises:
            NoOrder: the answer names no passage.
        """
        self.usage = self.usage + completion.usage
        try:
            order = read_order(completion.text, end - start)
        except NoOrder as reason:
            if completion.finish == "stop":
                raise
            raise NoOrder(f"{reason}, which ended by {excerpt(completion.finish)}") from None
        window = self.ids[start:end]
        self.ids[start:end] = [window[place] for place in order.places]
        self.notes.update(
            {
                "windows repaired": int(order.repaired),
                "identifiers unknown": order.unknown,
                "identifiers repeated": order.repeated,
                "identifiers missing": order.missing,
            }
        )
