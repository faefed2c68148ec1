"""Servers of the documented forms, on this machine."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from harness.errors import InfrastructureError, UserError
from harness.loop import run
from harness.records import Message, Problem, ToolCall
from harness.shared import Shared
from harness.workspace import working
from tasks.worlds.search import SEARCH, SearchWorld
from tasks.worlds.search import server as module
from tasks.worlds.search.expression import parse_search
from tasks.worlds.search.found import Found
from tasks.worlds.search.protocols import LONGEST, protocol_of
from tasks.worlds.search.server import ServerSearcher


@dataclass
class Asked:
    """A request that came in: its path, and the parameters or the body."""

    path: str
    content: Any


class Fake:
    """Answers as `answer` says: JSON, bytes as they are, or a status alone."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answer: Callable[[Asked], Any] = lambda asked: {}
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                given = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self.reply(Asked(parts.path, given))

            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["content-length"]))
                assert self.headers["content-type"] == "application/json"
                self.reply(Asked(self.path, json.loads(content)))

            def reply(self, asked: Asked) -> None:
                fake.asked.append(asked)
                answer = fake.answer(asked)
                status = answer if isinstance(answer, int) else 200
                body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                with suppress(ConnectionError):
                    self.send_response(status)
                    if status == 302:
                        self.send_header("location", f"{fake.url}/elsewhere")
                    self.send_header("content-length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fake]:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    server = Fake()
    yield server
    server.stop()


def colbert(asked: Asked) -> dict[str, Any]:
    """As ColBERT's server.py answers: `k` of what it has, the parameters being texts."""
    topk = [
        {"text": "Miro | Miro is a town.", "pid": 17, "rank": 1, "score": 21.5, "prob": 0.9},
        {"text": "A text without a title.", "pid": 4, "rank": 2, "score": 20.25, "prob": 0.1},
    ]
    return {"query": asked.content["query"], "topk": topk[: int(asked.content["k"])]}


def search_r1(asked: Asked) -> dict[str, Any]:
    """As Search-R1's retrieval_server.py answers, from a corpus of {"id", "contents"}."""
    assert asked.content["return_scores"] is True
    return {
        "result": [
            [
                {"document": {"id": f"{query}-{i}", "contents": f'"Miro {i}"\nA town.\nOld.'}}
                | {"score": 0.5 - i / 10}
                for i in range(asked.content["topk"])
            ]
            for query in asked.content["queries"]
        ]
    }


def searcher(fake: Fake, path: str, attempts: int = 4, timeout: float = 5.0) -> ServerSearcher:
    async def pause(seconds: float) -> None:
        paused.append(seconds)

    paused.clear()
    return ServerSearcher(fake.url + path, attempts=attempts, timeout=timeout, pause=pause)


paused: list[float] = []


def test_colberts_server_is_asked_a_query_at_a_time(fake: Fake) -> None:
    fake.answer = colbert
    found = run(searcher(fake, "/api/search").search(["where is Miro?", "a & b"], 2))
    assert found[0] == (
        Found("17", "Miro", "Miro is a town.", 21.5),
        Found("4", "", "A text without a title.", 20.25),
    )
    assert len(found) == 2
    assert {asked.path for asked in fake.asked} == {"/api/search"}
    assert sorted(asked.content["query"] for asked in fake.asked) == ["a & b", "where is Miro?"]
    assert {asked.content["k"] for asked in fake.asked} == {"2"}


def test_search_r1s_server_is_asked_many_queries_at_once(fake: Fake) -> None:
    fake.answer = search_r1
    found = run(searcher(fake, "/retrieve").search(["a", "b"], 2))
    assert found == [
        (
            Found(f"{query}-0", "Miro 0", "A town.\nOld.", 0.5),
            Found(f"{query}-1", "Miro 1", "A town.\nOld.", 0.4),
        )
        for query in "ab"
    ]
    (asked,) = fake.asked
    assert asked == Asked("/retrieve", {"queries": ["a", "b"], "topk": 2, "return_scores": True})


def test_documents_with_a_title_and_a_text_of_their_own_are_read_too(fake: Fake) -> None:
    fake.answer = lambda asked: {"result": [[{"document": {"id": 3, "title": "T", "text": "x"}}]]}
    found = run(searcher(fake, "/retrieve").search(["a"], 2))
    assert found == [(Found("3", "T", "x", None),)]


def test_contents_of_one_line_are_a_text_without_a_title(fake: Fake) -> None:
    said = 'He said: "no"'
    fake.answer = lambda asked: {"result": [[{"document": {"id": 3, "contents": said}}]]}
    assert run(searcher(fake, "/retrieve").search(["a"], 2)) == [(Found("3", "", said, None),)]


def test_any_address_may_be_said_to_speak_a_protocol(fake: Fake) -> None:
    fake.answer = colbert
    asked = ServerSearcher(f"{fake.url}/wiki17_abstracts", "colbert")  # as DSPy's examples name it
    assert [passage.id for passage in run(asked.search(["x"], 2))[0]] == ["17", "4"]
    assert fake.asked[0].path == "/wiki17_abstracts"


def test_a_passage_without_an_id_is_known_by_its_text(fake: Fake) -> None:
    # Search-R1's server over a Lucene index with passages: title, text and contents, but no id;
    # its servers before search engines: the contents alone, without scores.
    over_lucene = {"title": "Miro", "text": "A town.", "contents": '"Miro"\nA town.'}
    online = {"contents": '"Miro"\nA village.'}
    fake.answer = lambda asked: {
        "result": [[{"document": over_lucene, "score": 2.5}, {"document": online}]]
    }
    ((first, second),) = run(searcher(fake, "/retrieve").search(["a"], 2))
    assert (first.title, first.text, first.score) == ("Miro", "A town.", 2.5)
    assert (second.title, second.text, second.score) == ("Miro", "A village.", None)
    assert first.id != second.id
    fake.answer = lambda asked: {"result": [[{"document": over_lucene, "score": 1.0}]]}
    assert run(searcher(fake, "/retrieve").search(["b"], 2))[0][0].id == first.id


def test_a_world_speaks_to_a_server_without_a_corpus_of_its_own(fake: Fake) -> None:
    fake.answer = colbert
    problem = Problem("q", ((Message("user", "?"),),), (SEARCH,))

    async def asked(world: SearchWorld) -> Any:
        session = await world.open(problem)
        return json.loads((await session.call(ToolCall("search", {"query": "Miro"}))).content)

    with working(shared=Shared()):
        for spelling in (f"{fake.url}/api/search", f'search("{fake.url}/api/search")'):
            world = SearchWorld(None, spelling, k=1)
            row = {"id": "17", "title": "Miro", "text": "Miro is a town.", "score": 21.5}
            assert run(asked(world)) == {"results": [row]}
            assert world.retriever == f'search("{fake.url}/api/search")'
    assert len(fake.asked) == 1  # the second was answered by what the first was told


def test_what_may_pass_is_tried_again(fake: Fake) -> None:
    answers: Iterator[Any] = iter([503, b"{", {"result": "?"}, search_r1])

    def answer(asked: Asked) -> Any:
        given = next(answers)
        return given(asked) if callable(given) else given

    fake.answer = answer
    assert len(run(searcher(fake, "/retrieve").search(["a"], 1))[0]) == 1
    assert len(fake.asked) == 4
    assert paused == [0.5, 1.0, 2.0]


def test_a_server_that_is_down_is_given_up_and_then_asked_only_once(fake: Fake) -> None:
    fake.answer = lambda asked: 500
    asking = searcher(fake, "/retrieve", attempts=3)
    with pytest.raises(InfrastructureError, match=r"127\.0\.0\.1:\d+ answers 500; tried 3 times"):
        run(asking.search(["a"], 1))
    with pytest.raises(InfrastructureError, match="tried once"):
        run(asking.search(["a"], 1))
    assert len(fake.asked) == 4
    fake.answer = search_r1
    run(asking.search(["a"], 1))
    fake.answer = lambda asked: 500
    with pytest.raises(InfrastructureError, match="tried 3 times"):
        run(asking.search(["a"], 1))


@pytest.mark.parametrize("status", [400, 404, 405])
def test_a_refusal_is_not_tried_again(fake: Fake, status: int) -> None:
    fake.answer = lambda asked: status
    with pytest.raises(InfrastructureError, match=f"answers {status}; tried once"):
        run(searcher(fake, "/retrieve").search(["a"], 1))


def test_nobody_is_followed_elsewhere(fake: Fake) -> None:
    fake.answer = lambda asked: 302
    with pytest.raises(InfrastructureError, match="answers 302"):
        run(searcher(fake, "/api/search").search(["a"], 1))
    assert [asked.path for asked in fake.asked] == ["/api/search"]


def test_nobody_there() -> None:
    async def pause(seconds: float) -> None:
        pass

    nobody = ServerSearcher("http://127.0.0.1:9/retrieve", attempts=2, pause=pause)
    with pytest.raises(InfrastructureError, match=r"127\.0\.0\.1:9 cannot be reached.*2 times"):
        run(nobody.search(["a"], 1))


def test_a_silent_server_is_not_waited_for_for_ever(fake: Fake) -> None:
    def answer(asked: Asked) -> Any:
        time.sleep(0.6)
        return {}

    fake.answer = answer
    with pytest.raises(InfrastructureError, match=r"no answer within 0\.2 s"):
        run(searcher(fake, "/retrieve", attempts=1, timeout=0.2).search(["a"], 1))


def test_an_answer_without_end_is_broken_off(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST", 1 << 20)
    fake.answer = lambda asked: b"[" + b" " * (2 << 20)
    with pytest.raises(InfrastructureError, match="more than 1 MB; tried once"):
        run(searcher(fake, "/retrieve").search(["a"], 1))


ENTRY = {"text": "t", "pid": 1, "score": 1.0}


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>",
        b"\xff\xfe",
        b"[" * 200_000,
        b"[]",
        b'{"topk": {}}',
        b'{"topk": [1]}',
        json.dumps({"topk": [{**ENTRY, "text": None}]}).encode(),
        json.dumps({"topk": [{**ENTRY, "pid": None}]}).encode(),
        json.dumps({"topk": [{**ENTRY, "pid": True}]}).encode(),
        json.dumps({"topk": [{**ENTRY, "score": "high"}]}).encode(),
        b'{"topk": [{"text": "t", "pid": 1, "score": NaN}]}',
        b'{"topk": [{"text": "t", "pid": 1, "score": 1e999}]}',
        b'{"topk": [{"text": "t", "pid": 1, "score": 1' + b"0" * 400 + b"}]}",
        b'{"topk": [{"text": "t", "pid": 1' + b"0" * 9000 + b"}]}",
    ],
)
def test_hostile_answers_are_failures(fake: Fake, answer: bytes) -> None:
    fake.answer = lambda asked: answer
    with pytest.raises(InfrastructureError, match="gives an answer that"):
        run(searcher(fake, "/api/search", attempts=1).search(["a"], 1))


def test_answers_that_can_be_read_are_kept_within_bounds(fake: Fake) -> None:
    many = [{**ENTRY, "pid": i // 2, "text": "x\ud800" + "y" * LONGEST} for i in range(1000)]
    fake.answer = lambda asked: {"topk": many}
    (found,) = run(searcher(fake, "/api/search").search(["a"], 4))
    assert [passage.id for passage in found] == ["0", "1"]  # of the first four; an id counts once
    assert {len(passage.text) for passage in found} == {LONGEST}
    found[0].text.encode()


@pytest.mark.parametrize(
    "result", [[], [[], []], [{}], [["x"]], [[{"document": 3}]], [[{"document": {"id": "1"}}]]]
)
def test_wrong_results_of_search_r1s_server_are_failures(fake: Fake, result: Any) -> None:
    fake.answer = lambda asked: {"result": result}
    with pytest.raises(InfrastructureError, match="cannot be read"):
        run(searcher(fake, "/retrieve", attempts=1).search(["a"], 1))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://localhost:8893", "/api/search is ColBERT"),
        ("http://localhost:8893/api/search/", "no known protocol"),
        ("http:///retrieve", "http://HOST"),
        ("http://localhost:99999/retrieve", "http://HOST"),
        ("http://local host/retrieve", "http://HOST"),
        ("ftp://localhost/retrieve", "http://HOST"),
        ("http://localhost/retrieve?key=1", "ends with its path"),
        ("http://me:secret@localhost/retrieve", "no name or password"),
    ],
)
def test_an_address_tells_its_protocol(url: str, said: str) -> None:
    with pytest.raises(UserError, match=said) as caught:
        protocol_of(url)
    assert "secret" not in str(caught.value)


def test_settings_have_one_spelling() -> None:
    url = "http://localhost:8893/api/search"
    assert str(parse_search(url)) == str(parse_search(f"search( '{url}' )")) == f'search("{url}")'
    assert str(parse_search("bm25( k1 = 0.9 )")) == "bm25(k1=0.9)"
    assert parse_search(url).url == url
    other = 'search("http://localhost:2017/wiki17_abstracts", protocol="colbert")'
    assert str(parse_search(other)) == other
    for wrong in ("search()", "search(bm25)", f'search("{url}", k=1)', "bm25("):
        with pytest.raises(UserError, match="search"):
            parse_search(wrong)
    with pytest.raises(UserError, match=r"unknown protocol 'colbrt'\. Did you mean colbert"):
        parse_search(f'search("{url}", protocol="colbrt")')


@pytest.mark.parametrize(
    "written",
    [
        "HTTP://me:secret@localhost/retrieve",
        'search("http://me:secret@localhost/retrieve"',
        'search("http://localhost/retrieve?key=secret", 3)',
        "(http://me:secret@localhost/retrieve)",
    ],
)
def test_what_may_hold_a_password_is_not_repeated(written: str) -> None:
    with pytest.raises(UserError) as caught:
        parse_search(written)
    assert "secret" not in str(caught.value)
