"""Chat models behind an OpenAI-compatible endpoint."""

import asyncio
import re
from typing import Any

import pytest

from harness.contracts import ChatModel
from harness.errors import InfrastructureError, TooLong, UserError
from harness.loading import load_model
from harness.records import Completion, Message, Usage
from models.openai_chat import OpenAIChat

KEY = "sk-test-1a2b3c4d5e6f7g8h"
HELLO = [Message("system", "be brief"), Message("user", "hello")]


def said(text: object, finish: str = "stop", **extra: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": text, **extra}
    return {
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12},
    }


def chat(server: Any, **options: Any) -> OpenAIChat:
    return OpenAIChat("little", base_url=server.url, **options)


def test_the_assistants_turn_comes_back_with_its_cost(server: Any) -> None:
    server.answer = lambda request: server.Reply(said("hi"))
    model = chat(server)
    assert isinstance(model, ChatModel)
    assert asyncio.run(model.complete(HELLO)) == Completion("hi", Usage(9, 3, None))
    (request,) = server.received
    assert request.path == "/v1/chat/completions"
    assert request.body == {
        "model": "little",
        "messages": [
            {"role": "system", "content": "be brief"},
            {"role": "user", "content": "hello"},
        ],
        "temperature": 0.0,
    }


def test_what_the_model_sets_is_sent_and_a_turn_may_differ(server: Any) -> None:
    server.answer = lambda request: server.Reply(said("hi", "length"))
    model = chat(server, max_tokens=50, temperature=0.7, seed=3)

    async def turns() -> None:
        assert (await model.complete(HELLO)).finish == "length"
        await model.complete(HELLO, max_tokens=5, temperature=0.0)

    asyncio.run(turns())
    first, second = (request.body for request in server.received)
    assert (first["max_tokens"], first["temperature"], first["seed"]) == (50, 0.7, 3)
    assert (second["max_tokens"], second["temperature"], second["seed"]) == (5, 0.0, 3)


def test_a_temperature_of_none_is_left_to_the_server(server: Any) -> None:
    server.answer = lambda request: server.Reply(said("hi"))
    asyncio.run(chat(server, temperature=None).complete(HELLO))
    assert "temperature" not in server.received[0].body


def test_openai_itself_gets_the_new_name_of_the_limit(
    server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.remote.client.OPENAI_URL", server.url)
    server.answer = lambda request: server.Reply(said("hi"))
    asyncio.run(OpenAIChat("little", max_tokens=7).complete(HELLO))
    assert server.received[0].body["max_completion_tokens"] == 7
    assert "max_tokens" not in server.received[0].body


def test_half_characters_are_mended(server: Any) -> None:
    server.answer = lambda request: server.Reply(said("hi"))
    asyncio.run(chat(server).complete([Message("user", "a\ud83d")]))
    assert server.received[0].body["messages"][0]["content"] == "a\ufffd"


def test_half_characters_of_a_server_are_mended(server: Any) -> None:
    call = {"id": "x\udc00", "function": {"name": "lo\ud83dok", "arguments": '{"a": "\\ud83d"}'}}
    answer = said("a\ud83d \U0001f600", "st\ud83dop", tool_calls=[call])
    server.answer = lambda request: server.Reply(answer)
    completion = asyncio.run(chat(server).complete(HELLO))
    assert completion.text == "a\ufffd \U0001f600"
    (call_made,) = completion.calls
    assert (call_made.id, call_made.name, call_made.arguments) == ("x\ufffd", "lo\ufffdok", {})
    assert "half a surrogate pair" in call_made.problem
    server.answer = lambda request: server.Reply(said("a", "st\ud83dop"))
    assert asyncio.run(chat(server).complete(HELLO)).finish == "st\ufffdop"


@pytest.mark.parametrize(
    ("answer", "finish"),
    [
        (said(None, "tool_calls"), "tool_calls"),
        (said(None, refusal="I will not"), "refusal"),
        ({"choices": [{"message": {"content": None}}]}, "stop"),
    ],
)
def test_an_answer_without_text_is_empty(server: Any, answer: Any, finish: str) -> None:
    server.answer = lambda request: server.Reply(answer)
    completion = asyncio.run(chat(server).complete(HELLO))
    assert (completion.text, completion.finish) == ("", finish)


def test_a_server_need_not_count_tokens(server: Any) -> None:
    server.answer = lambda request: server.Reply({**said("hi"), "usage": None})
    assert asyncio.run(chat(server).complete(HELLO)).usage == Usage(money=None)


def test_a_filtered_prompt_is_an_answer_without_text(server: Any) -> None:
    error = {"error": {"message": "filtered", "code": "content_filter"}}
    server.answer = lambda request: server.Reply(error, status=400)
    completion = asyncio.run(chat(server).complete(HELLO))
    assert completion == Completion("", finish="content_filter")


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("Please be brief.", "context_length_exceeded"),
        ("This model's maximum context length is 4096 tokens. However, you requested 5000", 400),
        ("You passed 15 tokens. However, the model's context length is only 10 tokens", 400),
        ("The decoder prompt (length 99) is longer than the maximum model length of 9", 400),
        ("The input (99 tokens) is longer than the model's context length (9 tokens).", None),
        ("the request exceeds the available context size, try increasing it", 400),
        ("prompt is too long: 210000 tokens > 200000 maximum", "invalid_request_error"),
        ("The input token count (99) exceeds the maximum number of tokens allowed (9).", 400),
        ("Prompt contains 99 tokens, too large for model with 9 maximum context length", "3051"),
        ("This model's maximum prompt length is 9 but the request contains 99 tokens.", None),
        ("`inputs` tokens + `max_new_tokens` must be <= 9. Given: 99 `inputs` tokens", None),
    ],
)
def test_a_conversation_longer_than_the_model_reads_is_told_apart(
    server: Any, message: str, code: object
) -> None:
    error = {"error": {"message": message, "code": code}}
    server.answer = lambda request: server.Reply(error, status=400)
    with pytest.raises(TooLong, match=re.escape(message)):
        asyncio.run(chat(server).complete(HELLO))
    assert len(server.received) == 1


@pytest.mark.parametrize(
    "message", ["no such model", "tools[3] is too long", "max_tokens must be positive"]
)
def test_any_other_refusal_is_the_users(server: Any, message: str) -> None:
    server.answer = lambda request: server.Reply({"error": {"message": message}}, status=400)
    with pytest.raises(UserError, match=re.escape(message)) as caught:
        asyncio.run(chat(server).complete(HELLO))
    assert not isinstance(caught.value, TooLong)


@pytest.mark.parametrize("body", [{"choices": []}, {}, {"choices": "x"}, said(["parts"])])
def test_what_is_no_completion_is_no_answer(server: Any, clock: Any, body: Any) -> None:
    server.answer = lambda request: server.Reply(body)
    with pytest.raises(InfrastructureError, match="cannot be read"):
        asyncio.run(chat(server).complete(HELLO))


def test_only_what_changes_an_answer_is_in_the_identity(server: Any) -> None:
    here = chat(server, temperature=0.5, requests=2)
    there = OpenAIChat("little", temperature=0.5, base_url="http://elsewhere/v1", key_env="MY_KEY")
    loaded = load_model(here)
    assert loaded.fingerprint == load_model(there).fingerprint
    assert loaded.fingerprint != load_model(OpenAIChat("little", temperature=0.6)).fingerprint


def test_the_key_is_shown_nowhere(server: Any) -> None:
    server.answer = lambda request: server.Reply(said("hi"))
    model = chat(server)
    asyncio.run(model.complete(HELLO))
    loaded = load_model(model)
    public = {name: value for name, value in vars(model).items() if name[0] != "_"}
    for shown in (repr(model), loaded.name, loaded.identity, public):
        assert KEY not in str(shown)


def test_making_one_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("openai")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    model = OpenAIChat("little")
    with pytest.raises(UserError, match="set the environment variable OPENAI_API_KEY"):
        asyncio.run(model.complete(HELLO))


@pytest.mark.parametrize("wrong", [{"name": ""}, {"max_tokens": -1}])
def test_refuses_impossible_parameters(wrong: dict[str, Any]) -> None:
    pytest.importorskip("openai")
    with pytest.raises(UserError, match="max_tokens is not negative"):
        OpenAIChat(**{"name": "little"} | wrong)
