"""Embedders behind an OpenAI-compatible endpoint, which is written in the test."""

import asyncio
import base64
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from harness.contracts import Embedder
from harness.errors import InfrastructureError, UserError
from harness.loading import load_model
from harness.records import Text
from models.openai_embedding import OpenAIEmbedding

KEY = "sk-test-1a2b3c4d5e6f7g8h"


def numbers_of(text: str) -> list[float]:
    """The vector that the fake model gives to a text: its length, and the code of its start."""
    return [float(len(text)), float(ord(text[0]))]


def encoded(vector: Sequence[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


def embeddings(vectors: Sequence[Any], **extra: Any) -> dict[str, Any]:
    data = [{"index": i, "embedding": vector} for i, vector in enumerate(vectors)]
    usage = {"prompt_tokens": 10 * len(data), "total_tokens": 10 * len(data)}
    return {"data": data, "usage": usage} | extra


def embedder(server: Any, **options: Any) -> OpenAIEmbedding:
    return OpenAIEmbedding("little", base_url=server.url, **options)


def texts(*contents: str) -> list[Text]:
    return [Text(content) for content in contents]


@pytest.fixture
def model(server: Any) -> OpenAIEmbedding:
    """Behind a server that does as it is asked."""
    server.answer = lambda request: server.Reply(
        embeddings([encoded(numbers_of(text)) for text in request.body["input"]])
    )
    return embedder(server)


def test_texts_become_vectors(server: Any, model: OpenAIEmbedding) -> None:
    assert isinstance(model, Embedder)
    answer = model.encode(texts("ab", "c"), kind="document")
    assert answer.values.dtype == np.float32
    assert answer.values.tolist() == [[2.0, 97.0], [1.0, 99.0]]
    assert answer.notes == {"input tokens": 20}
    assert answer.truncated is None
    (request,) = server.received
    assert request.path == "/v1/embeddings"
    assert request.body == {"model": "little", "input": ["ab", "c"], "encoding_format": "base64"}


def test_base64_keeps_every_bit(server: Any) -> None:
    exact = np.array([[0.1, -3e-38, 1 / 3]], dtype=np.float32)
    server.answer = lambda request: server.Reply(embeddings([encoded(exact[0].tolist())]))
    values = embedder(server).encode(texts("a"), kind="query").values
    assert values.tobytes() == exact.tobytes()
    values += 1  # and the array is the caller's own


def test_a_server_may_answer_with_plain_numbers(server: Any) -> None:
    server.answer = lambda request: server.Reply(
        embeddings([numbers_of(text) for text in request.body["input"]])
    )
    values = embedder(server).encode(texts("ab", "c"), kind="document").values
    assert values.tolist() == [[2.0, 97.0], [1.0, 99.0]]


def test_a_server_may_refuse_base64(server: Any) -> None:
    def answer(request: Any) -> Any:
        if "encoding_format" in request.body:
            return server.Reply({"detail": "encoding_format: extra inputs"}, status=422)
        return server.Reply(embeddings([numbers_of(text) for text in request.body["input"]]))

    server.answer = answer
    model = embedder(server)
    for _ in range(2):
        assert model.encode(texts("ab"), kind="query").values.tolist() == [[2.0, 97.0]]
    assert len(server.received) == 3  # it is asked for once only


def test_vectors_are_put_in_order_by_their_numbers(server: Any) -> None:
    def answer(request: Any) -> Any:
        vectors = [numbers_of(text) for text in request.body["input"]]
        return server.Reply({"data": embeddings(vectors)["data"][::-1]})

    server.answer = answer
    answer_ = embedder(server).encode(texts("a", "b", "c"), kind="document")
    assert answer_.values[:, 1].tolist() == [97.0, 98.0, 99.0]
    assert answer_.notes == {}


def test_vectors_without_numbers_are_in_order(server: Any) -> None:
    server.answer = lambda request: server.Reply({"data": [{"embedding": [1]}, {"embedding": [2]}]})
    assert embedder(server).encode(texts("a", "b"), kind="query").values.tolist() == [[1.0], [2.0]]


def test_batches_are_bounded_by_count_and_bytes(server: Any, model: OpenAIEmbedding) -> None:
    model = embedder(server, batch_size=2)
    contents = ["a", "b", "é" * 150_000, "c", "d", "e"]  # the third alone has 300,000 bytes
    values = model.encode(texts(*contents), kind="document").values
    assert values.tolist() == [numbers_of(text) for text in contents]
    batches = sorted(tuple(request.body["input"]) for request in server.received)
    assert batches == [("a", "b"), ("c", "d"), ("e",), ("é" * 150_000,)]


def test_nothing_is_asked_for_nothing(server: Any, model: OpenAIEmbedding) -> None:
    assert model.encode([], kind="query").values.shape[0] == 0
    assert server.received == []


def test_a_server_that_takes_fewer_texts_is_learnt(server: Any, model: OpenAIEmbedding) -> None:
    does_as_asked = server.answer

    def answer(request: Any) -> Any:
        if len(request.body["input"]) > 3:
            return server.Reply({"error": "batch size > maximum allowed batch size 3"}, status=413)
        return does_as_asked(request)

    server.answer = answer
    contents = [f"{letter} text" for letter in "abcdefghij"]
    for _ in range(2):
        values = model.encode(texts(*contents), kind="document").values
        assert values.tolist() == [numbers_of(text) for text in contents]
    sizes = [len(request.body["input"]) for request in server.received]
    # 10 is refused; the first 5 too, of which 3 and 2 pass; so 3 it is from then on
    assert sorted(sizes) == sorted([10, 5, 3, 2, 3, 2, 3, 3, 3, 1])  # some are under way at once


def test_the_text_that_a_server_refuses_is_named(server: Any, model: OpenAIEmbedding) -> None:
    does_as_asked = server.answer

    def answer(request: Any) -> Any:
        if any(len(text) > 100 for text in request.body["input"]):
            error = {"error": {"message": "maximum context length is 25 tokens"}}
            return server.Reply(error, status=400)
        return does_as_asked(request)

    server.answer = answer
    contents = ["short"] * 9 + ["long " * 30] + ["short"] * 4
    with pytest.raises(UserError, match=r"maximum context length .* has 150 characters and") as no:
        model.encode(texts(*contents), kind="document")
    assert "begins 'long long" in str(no.value)
    assert "max_characters=" in str(no.value)


def test_texts_are_cut_only_if_asked(server: Any, model: OpenAIEmbedding) -> None:
    model = embedder(server, max_characters=3, document="passage: {document}.")
    answer = model.encode(texts("abcdef", "abc"), kind="document")
    assert server.received[0].body["input"] == ["passage: abc.", "passage: abc."]
    assert answer.truncated == [True, False]


def test_empty_texts_are_sent_as_a_space_and_counted(server: Any, model: OpenAIEmbedding) -> None:
    answer = model.encode(texts("", "a"), kind="document")
    assert server.received[0].body["input"] == [" ", "a"]
    assert answer.notes == {"input tokens": 20, "empty texts, sent as one space": 1}


def test_each_text_is_worded_by_its_template(server: Any) -> None:
    model = embedder(
        server,
        query="query: {query}",
        instructed="task: {instruction} query: {query}",
        empty="task: none query: {query}",
        document="passage: {document}",
    )
    asked = [Text("a"), Text("b", "find {query}"), Text("c", "")]
    assert model.render(asked, "query") == [
        "query: a",
        "task: find {query} query: b",
        "task: none query: c",
    ]
    assert model.render(texts("d\ud83d"), "document") == ["passage: d\ufffd"]


def test_shorter_vectors_are_asked_for(server: Any) -> None:
    server.answer = lambda request: server.Reply(embeddings([[1.0, 2.0]]))
    assert embedder(server, dimensions=2).encode(texts("a"), kind="query").values.shape == (1, 2)
    assert server.received[0].body["dimensions"] == 2


@pytest.mark.parametrize(
    ("vectors", "dimensions", "said"),
    [
        ([[1.0, 2.0], [3.0, 4.0]], 3, "vectors of 2 dimensions where 3 were asked for"),
        ([[1.0, 2.0], [3.0]], 0, "vectors of 1 and of 2 dimensions at once"),
        ([[1.0, 2.0]], 0, "gave 1 vectors for 2 texts"),
        ([], 0, "gave 0 vectors for 2 texts"),
    ],
)
def test_vectors_that_do_not_fit_are_refused(
    server: Any, vectors: Any, dimensions: int, said: str
) -> None:
    server.answer = lambda request: server.Reply(embeddings(vectors))
    with pytest.raises(UserError, match=said):
        embedder(server, dimensions=dimensions).encode(texts("a", "b"), kind="document")


def test_batches_of_different_dimensions_are_refused(server: Any) -> None:
    server.answer = lambda request: server.Reply(
        embeddings([[1.0] * len(text) for text in request.body["input"]])
    )
    with pytest.raises(UserError, match="vectors of 1 and of 2 dimensions for the one model"):
        embedder(server, batch_size=1).encode(texts("a", "bb"), kind="document")


@pytest.mark.parametrize(
    "vector", ["!", "AAA=", "", [], [[1.0], [2.0]], None, {"values": [1]}, ["x"]]
)
def test_what_is_no_vector_is_no_answer(server: Any, clock: Any, vector: Any) -> None:
    server.answer = lambda request: server.Reply(embeddings([vector]))
    with pytest.raises(InfrastructureError, match="no vector"):
        embedder(server).encode(texts("a"), kind="query")


@pytest.mark.parametrize("indices", [[0, 0], [1, 2], [0, None]])
def test_numbers_that_make_no_order_are_no_answer(server: Any, clock: Any, indices: Any) -> None:
    data = [{"index": index, "embedding": [1.0]} for index in indices]
    server.answer = lambda request: server.Reply({"data": data})
    with pytest.raises(InfrastructureError, match="numbered, and not from 0 on"):
        embedder(server).encode(texts("a", "b"), kind="query")


def test_what_is_not_a_number_is_left_to_whoever_checks_vectors(server: Any) -> None:
    server.answer = lambda request: server.Reply(embeddings([[1.0, None]]))
    assert np.isnan(embedder(server).encode(texts("a"), kind="query").values[0, 1])


def test_one_batch_that_fails_for_good_fails_all(server: Any, clock: Any) -> None:
    def answer(request: Any) -> Any:
        if "bad" in request.body["input"]:
            return server.Reply(status=500)
        return server.Reply(embeddings([numbers_of(text) for text in request.body["input"]]))

    server.answer = answer
    with pytest.raises(InfrastructureError, match=r"fails \(500\)"):
        embedder(server, batch_size=1).encode(texts("a", "bad", "c"), kind="document")


def test_a_batch_that_fails_once_is_tried_again(
    server: Any, clock: Any, model: OpenAIEmbedding
) -> None:
    does_as_asked, failed = server.answer, []

    def answer(request: Any) -> Any:
        if "c" in request.body["input"] and not failed:
            failed.append(request)
            return server.Reply(status=503)
        return does_as_asked(request)

    server.answer = answer
    model = embedder(server, batch_size=2)
    values = model.encode(texts("a", "b", "c", "d", "e"), kind="document").values
    assert values[:, 1].tolist() == [97.0, 98.0, 99.0, 100.0, 101.0]
    assert len(server.received) == 4


def test_a_wrong_key_is_the_users(server: Any, clock: Any) -> None:
    error = {"error": {"message": f"Incorrect API key provided: {KEY}"}}
    server.answer = lambda request: server.Reply(error, status=401)
    with pytest.raises(
        InfrastructureError, match=r"key \(401\): .* variable OPENAI_API_KEY"
    ) as refused:
        embedder(server).encode(texts("a"), kind="query")
    assert KEY not in str(refused.value)
    assert len(server.received) == 1


def test_it_runs_inside_a_running_loop(model: OpenAIEmbedding) -> None:
    async def notebook_cell() -> Any:
        return model.encode(texts("ab"), kind="query")

    assert asyncio.run(notebook_cell()).values.tolist() == [[2.0, 97.0]]


def test_only_what_changes_a_vector_is_in_the_identity(server: Any) -> None:
    here = embedder(server, requests=2, batch_size=7)
    there = OpenAIEmbedding("little", base_url="http://elsewhere/v1", key_env="MY_KEY")
    shorter = embedder(server, dimensions=8)
    assert load_model(here).fingerprint == load_model(there).fingerprint
    assert load_model(here).fingerprint != load_model(shorter).fingerprint
    assert here.encoder == there.encoder != shorter.encoder


def test_the_key_is_shown_nowhere(model: OpenAIEmbedding) -> None:
    model.encode(texts("a"), kind="query")
    loaded = load_model(model)
    public = {name: value for name, value in vars(model).items() if name[0] != "_"}
    for shown in (repr(model), loaded.name, loaded.identity, model.encoder, public):
        assert KEY not in str(shown)


def test_making_one_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("openai")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    model = OpenAIEmbedding("little")
    with pytest.raises(UserError, match="set the environment variable OPENAI_API_KEY"):
        model.encode(texts("a"), kind="query")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"dimensions": -1},
        {"max_characters": -1},
        {"batch_size": 0},
        {"similarity": "euclid"},
        {"requests": 0},
        {"query": "query: {text}"},
        {"base_url": "https://user:pass@host/v1"},
    ],
)
def test_refuses_impossible_parameters(wrong: dict[str, Any]) -> None:
    pytest.importorskip("openai")
    with pytest.raises(UserError):
        OpenAIEmbedding(**{"name": "little"} | wrong)
