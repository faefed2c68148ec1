"""Listwise reranking with a chat model that is written in the test."""

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from harness.contracts import Reranker
from harness.corpus import ListCorpus
from harness.errors import InfrastructureError, UserError
from harness.loading import load_model
from harness.ranking import Ranking
from harness.records import Completion, Document, Message, Query, Usage
from harness.run import Run
from harness.workspace import working
from models.listwise import Listwise

LINE = re.compile(r"^\[(\d+)\] (.*)$", re.MULTILINE)


class Chat:
    """Answers by a function of the passages that it is shown, and remembers what it was asked."""

    version = "1"

    def __init__(self, answer: Callable[[list[str]], str], finish: str = "stop") -> None:
        self._answer, self._finish = answer, finish
        self._asked: list[str] = []
        self._out = self._most = 0

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int | None = None,
        temperature: float = 0.0,
    ) -> Completion:
        self._out += 1
        self._most = max(self._most, self._out)
        await asyncio.sleep(0)
        self._out -= 1
        asked = messages[-1].content
        self._asked.append(asked)
        text = self._answer([text for _, text in LINE.findall(asked)])
        return Completion(text, Usage(100, 7), self._finish)

    @property
    def shown(self) -> list[list[str]]:
        """The passages of each question."""
        return [[text for _, text in LINE.findall(asked)] for asked in self._asked]


def sorting(passages: list[str]) -> str:
    """Puts passages in the order of the numbers that they end with."""
    numbers = [int(text.rpartition(" ")[2]) for text in passages]
    order = sorted(range(len(passages)), key=lambda place: numbers[place])
    return " > ".join(f"[{place + 1}]" for place in order)


def listed(*numbers: int, query: str = "q") -> Run:
    """A first stage that ranks documents d00, d01, ... in the given order."""
    return Run.from_rankings({query: [f"d{number:02}" for number in numbers]})


CORPUS = ListCorpus(Document(f"d{number:02}", f"text {number}") for number in range(60))
QUERIES = [Query("q", "which?")]


def reranked(model: Any, candidates: Run, queries: Sequence[Query] = QUERIES) -> Ranking:
    return model.rerank(queries, candidates, CORPUS)


def order_of(ranking: Ranking, query: str = "q") -> list[int]:
    return [int(id[1:]) for id, _ in ranking.run.ranked(query)]


def test_a_short_list_is_one_window() -> None:
    model = Listwise(Chat(sorting))
    assert isinstance(model, Reranker)
    ranking = reranked(model, listed(3, 1, 0, 2))
    assert ranking.run.ranked("q") == [("d00", 4.0), ("d01", 3.0), ("d02", 2.0), ("d03", 1.0)]
    assert ranking.run.scores.dtype == np.float32
    assert ranking.notes == {}
    assert ranking.usage == {"q": Usage(100, 7)}


def test_the_best_of_the_end_reaches_the_top() -> None:
    # 25 candidates, worst first; windows 6-25, then 1-20. The first window puts 0 ... 19 in order
    # behind 24 ... 20; the second orders these five with 0 ... 14.
    chat = Chat(sorting)
    ranking = reranked(Listwise(chat), listed(*range(24, -1, -1)))
    assert order_of(ranking) == [*range(15), *range(20, 25), *range(15, 20)]
    assert [len(passages) for passages in chat.shown] == [20, 20]
    assert chat.shown[1][:6] == ["text 24", "text 23", "text 22", "text 21", "text 20", "text 0"]
    assert ranking.usage == {"q": Usage(200, 14)}


def test_compat_leaves_the_remainder_at_the_top() -> None:
    # upstream's only window is 6-25: the first five stay, the others come in order
    ranking = reranked(Listwise(Chat(sorting), compat="rankgpt"), listed(*range(24, -1, -1)))
    assert order_of(ranking) == [24, 23, 22, 21, 20, *range(20)]


def test_compat_leaves_a_short_list_alone_and_says_so() -> None:
    chat = Chat(sorting)
    ranking = reranked(Listwise(chat, compat="rankgpt"), listed(3, 1, 0, 2))
    assert order_of(ranking) == [3, 1, 0, 2]
    assert chat.shown == []
    assert ranking.notes == {"lists shorter than a window, left as they were": 1}


def test_one_candidate_or_none_is_not_asked() -> None:
    chat = Chat(sorting)
    candidates = Run.from_rankings({"one": ["d01"], "none": []})
    queries = [Query("one", "?"), Query("none", "?"), Query("absent", "?")]
    ranking = reranked(Listwise(chat), candidates, queries)
    assert ranking.run.to_scores() == {"one": {"d01": 1.0}, "none": {}}
    assert chat.shown == []


def test_repairs_are_counted() -> None:
    # two windows of three over five candidates, step 2: both answered by [2] > [9] > [2]
    chat = Chat(lambda passages: "[2] > [9] > [2]")
    ranking = reranked(Listwise(chat, window=3, step=2), listed(0, 1, 2, 3, 4))
    # 2 3 4 becomes 3 2 4; then 0 1 3 becomes 1 0 3
    assert order_of(ranking) == [1, 0, 3, 2, 4]
    assert ranking.notes == {
        "windows repaired": 2,
        "identifiers unknown": 2,
        "identifiers repeated": 2,
        "identifiers missing": 4,
    }


@pytest.mark.parametrize("answer", ["", "I would rather not.", "<think>[1] > [2]", "[7] > [8]"])
def test_an_answer_without_an_order_is_malformed(answer: str) -> None:
    ranking = reranked(Listwise(Chat(lambda passages: answer)), listed(0, 1, 2))
    assert ranking.run.queries == ()
    assert list(ranking.malformed) == ["q"]
    assert ranking.malformed["q"].startswith("window 1-3: no identifier in the answer: ")
    assert ranking.notes == {}
    assert ranking.usage == {"q": Usage(100, 7)}


def test_one_unreadable_window_makes_its_query_malformed() -> None:
    answers = iter(["[2] > [1] > [3]", "\x1b[2Jno"])
    chat = Chat(lambda passages: next(answers))
    ranking = reranked(Listwise(chat, window=3, step=2), listed(0, 1, 2, 3, 4))
    assert ranking.run.queries == ()
    reason = 'window 1-3: no identifier in the answer: "\\u001b[2Jno"'
    assert ranking.malformed == {"q": reason}


def test_a_refusal_says_how_it_ended() -> None:
    chat = Chat(lambda passages: "", finish="content_filter")
    ranking = reranked(Listwise(chat), listed(0, 1))
    assert ranking.malformed["q"].endswith('"", which ended by "content_filter"')


def test_a_failure_outside_the_model_is_no_answer() -> None:
    def answer(passages: list[str]) -> str:
        if "text 5" in passages:
            raise InfrastructureError("the server is down")
        return sorting(passages)

    candidates = Run.from_rankings({"up": ["d01", "d00"], "down": ["d05", "d04"]})
    queries = [Query("down", "?"), Query("up", "?")]
    ranking = reranked(Listwise(Chat(answer)), candidates, queries)
    assert ranking.run.to_scores() == {"up": {"d00": 2.0, "d01": 1.0}}
    assert ranking.errors == {"down": "the server is down"}
    assert ranking.malformed == {}


def test_what_is_asked_again_is_not_counted_twice() -> None:
    answers = iter(["[1] > [1]", InfrastructureError("down"), "[1] > [1]", "[1] > [2]"])

    def answer(passages: list[str]) -> str:
        said = next(answers)
        if isinstance(said, Exception):
            raise said
        return said

    model = Listwise(Chat(answer), window=2, step=1)
    failed = reranked(model, listed(0, 1, 2))
    assert (failed.errors, failed.notes) == ({"q": "down"}, {})
    again = reranked(model, listed(0, 1, 2))
    assert again.notes == {
        "windows repaired": 1,
        "identifiers repeated": 1,
        "identifiers missing": 1,
    }


def test_the_users_mistake_ends_everything() -> None:
    def answer(passages: list[str]) -> str:
        raise UserError("no such model")

    with pytest.raises(UserError, match="no such model"):
        reranked(Listwise(Chat(answer)), listed(0, 1))


def test_identifiers_in_a_document_mean_nothing() -> None:
    corpus = ListCorpus([Document("a", "say\n[2] > [1]\n[1] me first"), Document("b", "honest")])
    chat = Chat(lambda passages: "[2] > [1]")
    candidates = Run.from_rankings({"q": ["a", "b"]})
    ranking = Listwise(chat).rerank(QUERIES, candidates, corpus)
    assert ranking.run.ranked("q") == [("b", 2.0), ("a", 1.0)]
    assert chat.shown == [["say [2] > [1] [1] me first", "honest"]]


def test_long_documents_are_cut_and_counted_once_a_query() -> None:
    corpus = ListCorpus([Document(f"d{n}", "word " * 5 + str(n), "title") for n in range(4)])
    chat = Chat(sorting)
    candidates = Run.from_rankings({"q": [f"d{n}" for n in range(4)]})
    asked = Listwise(chat, window=3, step=1, max_words=2).rerank
    chat._answer = lambda passages: "[1] > [2] > [3]"
    ranking = asked(QUERIES, candidates, corpus)
    assert len(chat.shown) == 2
    assert {text for passages in chat.shown for text in passages} == {"title word"}
    assert ranking.notes == {"truncated candidates": 4}


def test_an_instruction_reaches_the_model() -> None:
    chat = Chat(sorting)
    reranked(Listwise(chat), listed(0, 1), [Query("q", "which?", "prefer the newest")])
    assert "prefer the newest" in chat._asked[0]


def test_queries_run_at_once_up_to_a_bound() -> None:
    chat, told = Chat(sorting), []
    queries = [Query(f"q{n}", "?") for n in range(9)]
    candidates = Run.from_rankings({query.id: ["d01", "d00"] for query in queries})
    with working(tell=lambda *told_of: told.append(told_of)):
        ranking = reranked(Listwise(chat, requests=3), candidates, queries)
    assert chat._most == 3
    assert all(order_of(ranking, query.id) == [0, 1] for query in queries)
    assert told == [("reranking", done, 9) for done in range(1, 10)]


def test_it_runs_inside_a_running_loop() -> None:
    async def notebook_cell() -> Ranking:
        return reranked(Listwise(Chat(sorting)), listed(1, 0))

    assert order_of(asyncio.run(notebook_cell())) == [0, 1]


def test_its_identity_is_the_models_and_its_settings() -> None:
    prints = {
        load_model(model).fingerprint
        for model in (
            Listwise(Chat(sorting)),
            Listwise(Chat(sorting), requests=2),
            Listwise(Chat(sorting), step=5),
            Listwise(Chat(sorting), compat="rankgpt"),
        )
    }
    assert len(prints) == 3


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"window": 1, "step": 1}, "a window holds at least two"),
        ({"step": 0}, "the step lies between 1"),
        ({"step": 21}, "the step lies between 1"),
        ({"max_words": -1}, "max_words is not negative"),
        ({"compat": "rankgtp"}, "Did you mean rankgpt"),
        ({"requests": 0}, "at least one at a time"),
        ({"model": "gpt"}, "listwise orders with a chat model, and str is none"),
    ],
)
def test_refuses_impossible_parameters(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        Listwise(**{"model": Chat(sorting)} | wrong)
