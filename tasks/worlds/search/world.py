"""The world of a question: one tool, which searches.

Any retriever serves over any corpus, by its expression: `bm25`, `dense(minilm, by="hnsw")`,
`bm25 % 100 >> ce("name")`. Or a server that runs already: `search("http://host/api/search")`, see
`tasks.worlds.search.protocols`. Or an index that was made before, with its passages:
`lucene("folder")`.

A corpus is held in memory whole, which the 21,015,324 passages of Wikipedia of December 2018 forbid
on most machines: they want a server or an index that is there; docs/search.md tells what either
needs.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from harness.contracts import Corpus
from harness.errors import UserError
from harness.loop import awaited
from harness.play.sessions import Told
from harness.records import Observation, Problem, ToolCall, ToolSpec
from tasks.worlds.search.batches import Batches
from tasks.worlds.search.expression import parse_search
from tasks.worlds.search.indexed import in_thread, indexed
from tasks.worlds.search.prebuilt import brings_passages, prebuilt
from tasks.worlds.search.server import served

K, MOST = 5, 100
"""Passages that a search gives where the call does not say, and that one can ask for."""
LONGEST_QUERY = 4_000
"""Characters."""

SEARCH = ToolSpec(
    "search",
    "Finds the passages of a collection that best match a query, the best first.",
    {
        "type": "object",
        "properties": {
            "query": {"type": "string", "description": "what to look for, in words"},
            "k": {
                "type": "integer",
                "minimum": 1,
                "maximum": MOST,
                "description": "how many passages at most",
            },
        },
        "required": ["query"],
    },
    {
        "type": "object",
        "properties": {
            "results": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "id": {"type": "string"},
                        "title": {"type": "string"},
                        "text": {"type": "string"},
                        "score": {"type": ["number", "null"]},
                    },
                },
            }
        },
    },
)
"""The tool. A problem of such a task has it as its only one."""


class SearchWorld:
    """An environment in which agents search.

    An index is built with the first search, off the loop of requests. Sessions, agents and tasks of
    one run that name the same corpus and retriever share it, see `indexed`.

    Args:
        corpus: what is searched, or what makes it when it is first needed; None where a server or
            an index made before has its own.
        retriever: who searches: a model's expression, an address, or `search("http://...")`.
        k: how many passages a search gives where the call does not say.
        small: whether the corpus is one of many small ones, see `indexed`.

    Raises:
        UserError: the retriever does not parse, it needs a corpus, or k is out of range.
    """

    def __init__(
        self,
        corpus: Corpus | Callable[[], Corpus] | None,
        retriever: str = "bm25",
        k: int = K,
        *,
        small: bool = False,
    ) -> None:
        self._choice = parse_search(retriever)
        if corpus is None and not (self._choice.url or brings_passages(str(self._choice))):
            raise UserError(
                f"search={self._choice}: there is no corpus that it could search; name a server "
                'that has one, as in search("http://localhost:8893/api/search")'
            )
        if not 1 <= k <= MOST:
            raise UserError(f"a search gives 1 to {MOST} passages, not {k}")
        self._corpus, self.k, self._small = corpus, k, small
        self._batches: Batches | None = None
        self._opening: asyncio.Lock | None = None

    @property
    def retriever(self) -> str:
        """Who searches, in the spelling that settings have."""
        return str(self._choice)

    async def open(self, problem: Problem, trial: int = 0) -> SearchSession:
        """A session for one attempt.

        Raises:
            UserError: there is no such retriever, or it lacks what it needs.
        """
        batches = await awaited(self._opened())
        return SearchSession(problem, trial, batches, self.k)

    async def _opened(self) -> Batches:
        self._opening = self._opening or asyncio.Lock()
        async with self._opening:
            if self._batches is None:
                self._batches = await self._begun()
            return self._batches

    async def _begun(self) -> Batches:
        if self._choice.url:
            return served(self._choice.url, self._choice.protocol)
        corpus = self._corpus
        if callable(corpus):
            corpus = await in_thread(corpus)
        if corpus is None:
            return await prebuilt(self._choice.retriever)
        return await indexed(corpus, self._choice.retriever, small=self._small)


class SearchSession(Told):
    """One attempt's view of the collection, which no search changes.

    Args:
        problem: its turns are what is said.
        trial: which attempt at it.
        batches: who is asked.
        k: how many passages a search gives where the call does not say.
    """

    executes = True

    def __init__(self, problem: Problem, trial: int, batches: Batches, k: int) -> None:
        super().__init__(problem, trial)
        self._batches, self._k = batches, k

    @property
    def tools(self) -> Sequence[ToolSpec]:
        """Those of the problem; the search alone where it names none."""
        return self._problem.tools or (SEARCH,)

    async def call(self, call: ToolCall) -> Observation:
        """Searches: {"results": [{"id", "title", "text", "score"}, ...]}, the best first.

        What is wrong with a call comes back as {"error": ...}.

        Raises:
            InfrastructureError: the retriever or the server failed.
        """
        try:
            query, k = _checked(call, self._k)
        except ValueError as error:
            return Observation(_json({"error": str(error)}), failed=True)
        found = await self._batches.search(query, k)
        return Observation(_json({"results": [passage.row for passage in found]}))

    async def again(self) -> SearchSession:
        """The same turns from the start, over the same collection."""
        return SearchSession(self._problem, self.trial, self._batches, self._k)


def _checked(call: ToolCall, k: int) -> tuple[str, int]:
    """The query and how many passages are wanted. Raises `ValueError` with what is wrong."""
    if call.name != SEARCH.name:
        raise ValueError(f"there is no tool '{call.name[:80]}', only '{SEARCH.name}'")
    if call.problem:
        raise ValueError(f"the arguments cannot be read: {call.problem[:200]}")
    known: Mapping[str, Any] = SEARCH.parameters["properties"]
    if strange := [str(name) for name in call.arguments if name not in known]:
        raise ValueError(f"search has no parameter '{strange[0][:80]}': it has query and k")
    query, wanted = call.arguments.get("query"), call.arguments.get("k")
    if not isinstance(query, str) or not query.strip():
        raise ValueError("query is missing: it is a text that is not empty")
    if len(query) > LONGEST_QUERY:
        raise ValueError(f"query has {len(query):,} characters: {LONGEST_QUERY:,} are the most")
    if wanted is None:
        wanted = k
    if isinstance(wanted, bool) or not isinstance(wanted, int) or not 1 <= wanted <= MOST:
        raise ValueError(f"k is a whole number from 1 to {MOST}")
    return _utf8(query.strip()), wanted


def _json(value: Any) -> str:
    return _utf8(json.dumps(value, ensure_ascii=False, allow_nan=False))


def _utf8(text: str) -> str:
    """The text as UTF-8 can carry it, whatever a model or a corpus has put into it."""
    return text.encode("utf-8", "replace").decode("utf-8")
