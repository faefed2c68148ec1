from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from harness import evaluate
from harness.contracts import Corpus, Problems, ProblemSet, Session
from harness.corpus import ListCorpus
from harness.errors import InfrastructureError, UserError
from harness.loop import run, together
from harness.play.playing import Play
from harness.records import (
    Document,
    Gold,
    Message,
    Observation,
    Problem,
    Setting,
    TaskCard,
    ToolCall,
    Trajectory,
)
from harness.shared import Shared
from harness.sources import Source
from harness.workspace import working
from tasks.worlds.search import SEARCH, SearchWorld
from tasks.worlds.search.world import LONGEST_QUERY, MOST

DOCUMENTS = [
    Document("d1", "a red apple on a table", "Apple"),
    Document("d2", "a green pear", "Pear"),
    Document("d3", "a red car"),
]
CORPUS = ListCorpus(DOCUMENTS)
PROBLEM = Problem("q", ((Message("user", "What is red?"),),), (SEARCH,))

COUNTING = """
from pathlib import Path
from threading import current_thread

HERE = Path(__file__).parent


class Counting:
    version = "1"

    def index(self, corpus):
        with (HERE / "built").open("a") as log:
            log.write(f"{len(corpus)} {current_thread().name}\\n")
        if (HERE / "broken").exists():
            raise RuntimeError("no room")
        return Index(corpus)


class Index:
    def __init__(self, corpus):
        self.corpus = corpus

    def search(self, queries, k):
        with (HERE / "asked").open("a") as log:
            log.write(" ".join(sorted(query.text for query in queries)) + "\\n")
        if (HERE / "down").exists():
            raise ConnectionError("it went away")
        return {
            q.id: {d.id: float(len(d.text)) for d in self.corpus if q.text in d.text}
            for q in queries
        }
"""


@pytest.fixture
def counting(tmp_path: Path) -> str:
    (tmp_path / "counting.py").write_text(COUNTING)
    return f"{tmp_path}/counting.py:Counting"


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


async def ask(world: SearchWorld, **arguments: Any) -> Observation:
    session = await world.open(PROBLEM)
    return await session.call(ToolCall("search", arguments))


def ids(observed: Observation) -> list[str]:
    return [row["id"] for row in json.loads(observed.content)["results"]]


def test_a_search_gives_passages_the_best_first_as_json() -> None:
    observed = run(ask(SearchWorld(CORPUS, "bm25(zeros=false)"), query="red apple"))
    assert not observed.failed
    results = json.loads(observed.content)["results"]
    assert [row["id"] for row in results] == ["d1", "d3"]  # d1 holds both words, d3 one of them
    assert results[0].keys() == {"id", "title", "text", "score"}
    assert (results[0]["title"], results[0]["text"]) == ("Apple", "a red apple on a table")
    assert results[1]["title"] == ""
    assert results[0]["score"] > results[1]["score"] > 0


def test_k_is_the_worlds_unless_the_call_says_otherwise() -> None:
    world = SearchWorld(CORPUS, k=2)
    assert len(ids(run(ask(world, query="red")))) == 2
    assert len(ids(run(ask(world, query="red", k=1)))) == 1
    assert len(ids(run(ask(world, query="red", k=MOST)))) == 3  # all there are


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (ToolCall("serch", {"query": "x"}), "no tool 'serch'"),
        (ToolCall("search", {}), "query is missing"),
        (ToolCall("search", {"query": "  "}), "query is missing"),
        (ToolCall("search", {"query": ["x"]}), "query is missing"),
        (ToolCall("search", {"query": "x" * (LONGEST_QUERY + 1)}), "4,001 characters"),
        (ToolCall("search", {"query": "x", "k": 0}), "from 1 to 100"),
        (ToolCall("search", {"query": "x", "k": 101}), "from 1 to 100"),
        (ToolCall("search", {"query": "x", "k": True}), "from 1 to 100"),
        (ToolCall("search", {"query": "x", "k": "3"}), "from 1 to 100"),
        (ToolCall("search", {"query": "x", "n": 3}), "no parameter 'n'"),
        (ToolCall("search", problem="no JSON"), "no JSON"),
    ],
)
def test_a_wrong_call_is_told_what_is_wrong(call: ToolCall, said: str) -> None:
    async def asked() -> Observation:
        return await (await SearchWorld(CORPUS).open(PROBLEM)).call(call)

    observed = run(asked())
    assert observed.failed
    assert said in json.loads(observed.content)["error"]


def test_half_a_surrogate_pair_in_a_query_does_no_harm() -> None:
    observed = run(ask(SearchWorld(CORPUS), query="red \ud800"))
    assert not observed.failed
    observed.content.encode()


def test_a_session_says_the_question_and_has_the_one_tool() -> None:
    async def opened() -> tuple[Session, Any, Any]:
        session = await SearchWorld(CORPUS).open(Problem("q", PROBLEM.turns), 3)
        return session, await session.listen(), await (await session.again()).listen()

    session, first, anew = run(opened())
    assert session.executes
    assert session.trial == 3
    assert session.tools == (SEARCH,)
    assert first == anew == PROBLEM.turns[0]


def test_searches_of_many_sessions_are_asked_together_and_once(
    counting: str, tmp_path: Path
) -> None:
    world = SearchWorld(CORPUS, counting)

    async def all_ask() -> list[Observation]:
        queries = ["red", "pear", "red", "car"]
        sessions = await together(world.open(PROBLEM) for _ in queries)
        calls = (ToolCall("search", {"query": query}) for query in queries)
        found = await together(s.call(c) for s, c in zip(sessions, calls, strict=True))
        return [*found, await ask(world, query="pear")]

    found = run(all_ask())
    assert [ids(observed) for observed in found] == [
        ["d1", "d3"],
        ["d2"],
        ["d1", "d3"],
        ["d3"],
        ["d2"],
    ]
    assert lines(tmp_path / "asked") == ["car pear red"]
    assert len(lines(tmp_path / "built")) == 1


def test_indexing_does_not_hold_up_the_loop_of_requests(counting: str, tmp_path: Path) -> None:
    run(ask(SearchWorld(CORPUS, counting), query="red"))
    (built,) = lines(tmp_path / "built")
    assert built.startswith("3 search")  # the name of its thread; that of the loop is "requests"


class Asker:
    """Searches for one word, and answers with the id of what it found first."""

    version = "1"

    def __init__(self, word: str) -> None:
        self.word = word

    async def solve(self, problem: Problem, session: Session) -> Trajectory:
        call = ToolCall("search", {"query": self.word}, id="1")
        observed = await session.call(call)
        said = (
            Message("assistant", calls=(call,)),
            Message("tool", observed.content, call_id="1", failed=observed.failed),
        )
        return Trajectory(problem.id, session.trial, said, ids(observed)[0])


class Asked:
    """A task that makes its world anew whenever it is loaded, as tasks do."""

    measures: Sequence[str] = ("exact_match", "searches")
    compats: Mapping[str, str] = {}

    def __init__(self, name: str, retriever: str, corpus: Corpus) -> None:
        self.card = TaskCard(
            name=name, title="", description="", kind="tool_use", main_measure="exact_match"
        )
        self._retriever, self._corpus = retriever, corpus

    def load(self, source: Source, setting: Setting) -> Problems:
        gold = Gold("exact_match", answers=("d1",))
        problems = [
            Problem(f"q{i}", PROBLEM.turns, (SEARCH,), gold, {"n": str(i)}) for i in range(3)
        ]
        world = SearchWorld(self._corpus, self._retriever)
        return (ProblemSet("test", problems, environment=world),)


def test_agents_and_tasks_of_one_run_load_an_index_once(counting: str, tmp_path: Path) -> None:
    same = ListCorpus(DOCUMENTS)  # another object with the same content
    tasks = [Asked("one", counting, CORPUS), Asked("two", counting, same)]
    report = evaluate([Asker("red"), Asker("pear")], tasks)
    assert [result.measures["exact_match"].value for result in report.results] == [1, 1, 0, 0]
    assert len(lines(tmp_path / "built")) == 1
    assert lines(tmp_path / "asked") == ["red", "pear"]  # 12 searches


def test_another_corpus_has_an_index_of_its_own(counting: str, tmp_path: Path) -> None:
    with working(shared=Shared()):
        for documents in (DOCUMENTS, DOCUMENTS[:2], DOCUMENTS):
            run(ask(SearchWorld(ListCorpus(documents), counting), query="red"))
    assert [line.split()[0] for line in lines(tmp_path / "built")] == ["3", "2"]


def test_small_corpora_do_not_crowd_out_a_large_one(counting: str, tmp_path: Path) -> None:
    with working(shared=Shared()):
        for turn in range(2):
            run(ask(SearchWorld(CORPUS, counting), query="red"))
            for n in range(5):  # more corpora than a run keeps large ones of
                own = ListCorpus([Document(f"own {n}", "a red thing")])
                run(ask(SearchWorld(own, counting, small=True), query="red"))
            built = [line.split()[0] for line in lines(tmp_path / "built")]
            assert built == ["3", *"11111"], f"turn {turn}"


def test_cuts_of_one_retriever_share_its_index(counting: str, tmp_path: Path) -> None:
    worlds = [SearchWorld(CORPUS, f"{counting} % {k}") for k in (1, 2)]

    async def both() -> list[Observation]:
        return await together(ask(world, query="red") for world in worlds)

    with working(shared=Shared()):
        found = run(both())
    assert [ids(observed) for observed in found] == [["d1"], ["d1", "d3"]]
    assert len(lines(tmp_path / "built")) == 1


def test_two_processes_each_load_an_index_of_their_own(counting: str, tmp_path: Path) -> None:
    asks = (
        "from harness.corpus import ListCorpus; from harness.loop import run; "
        "from harness.records import Document, Problem, ToolCall; "
        "from tasks.worlds.search import SearchWorld; "
        f"session = run(SearchWorld(ListCorpus([Document('d', 'red')]), {counting!r})"
        ".open(Problem('q', ()))); "
        "print(run(session.call(ToolCall('search', {'query': 'red'}))).content)"
    )
    asked = [subprocess.run([sys.executable, "-c", asks], capture_output=True) for _ in range(2)]
    assert asked[0].stdout == asked[1].stdout != b""
    assert len(lines(tmp_path / "built")) == 2


@pytest.mark.parametrize("what", ["broken", "down"])
def test_a_retriever_that_fails_is_a_failure_of_the_infrastructure(
    what: str, counting: str, tmp_path: Path
) -> None:
    (tmp_path / what).touch()
    world = SearchWorld(CORPUS, counting)
    reason = {"broken": "RuntimeError: no room", "down": "ConnectionError: it went away"}[what]
    with pytest.raises(InfrastructureError, match=reason):
        run(ask(world, query="red"))
    made = run(Play(Asker("red"), {"q": PROBLEM}, {"q": world}).attempt("q", 0))
    assert made.end == "error"
    assert "the search tool failed" in made.detail
    assert len(lines(tmp_path / "built")) == 1  # what cannot be built is not tried for each attempt


def test_a_search_that_failed_is_asked_again(counting: str, tmp_path: Path) -> None:
    (tmp_path / "down").touch()
    world = SearchWorld(CORPUS, counting)
    with pytest.raises(InfrastructureError):
        run(ask(world, query="red"))
    (tmp_path / "down").unlink()
    assert ids(run(ask(world, query="red"))) == ["d1", "d3"]


def test_a_corpus_may_be_made_when_it_is_first_needed() -> None:
    made: list[str] = []

    def make() -> Corpus:
        made.append(threading.current_thread().name)
        return CORPUS

    world = SearchWorld(make)
    assert not made

    async def twice() -> None:
        await asyncio.gather(ask(world, query="red"), ask(world, query="pear"))

    run(twice())
    assert len(made) == 1
    assert made[0].startswith("search")


def test_wrong_worlds_are_refused() -> None:
    with pytest.raises(UserError, match="no corpus that it could search"):
        SearchWorld(None, "bm25")
    with pytest.raises(UserError, match="1 to 100"):
        SearchWorld(CORPUS, k=0)
    with pytest.raises(UserError, match="search=bm25"):
        SearchWorld(CORPUS, "bm25(")
    with pytest.raises(UserError, match="bm26"):
        run(ask(SearchWorld(CORPUS, "bm26"), query="red"))
