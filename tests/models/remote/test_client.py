"""Requests are repeated where that may help, and everything else is said in one line."""

import asyncio
import gc
import socket
import threading
import traceback
from collections.abc import Mapping
from typing import Any

import pytest

from harness.errors import InfrastructureError, MissingExtra, UserError
from harness.loop import run, together
from harness.workspace import working
from models.remote.client import Client, sendable
from models.remote.endpoint import Endpoint
from models.remote.failures import RefusedRequest, Unreadable

KEY = "sk-test-1a2b3c4d5e6f7g8h"


def client_of(url: str, **options: Any) -> Client:
    return Client(Endpoint(url), **{"at_once": 8, "patience": 300.0, "timeout": 10.0} | options)


def value(answer: Mapping[str, Any]) -> Any:
    if "value" not in answer:
        raise Unreadable("no value")
    return answer["value"]


def asked(client: Client, number: int = 0) -> Any:
    return run(client.post("/things", {"number": number}, value))


@pytest.fixture
def nowhere(server: Any) -> str:
    """An address at which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/v1"


def test_a_request_carries_the_key_and_is_answered(server: Any) -> None:
    server.answer = lambda request: server.Reply({"value": request.body["number"] + 1})
    assert asked(client_of(server.url), 41) == 42
    (request,) = server.received
    assert request.path == "/v1/things"
    assert request.headers["authorization"] == f"Bearer {KEY}"


def test_json_under_another_name_is_json(server: Any) -> None:
    plain = {"content-type": "text/plain"}
    server.answer = lambda request: server.Reply(b'{"value": 3}', headers=plain)
    assert asked(client_of(server.url)) == 3


def test_loops_of_callers_may_come_and_go(server: Any) -> None:
    server.answer = lambda request: server.Reply({"value": 1})
    client = client_of(server.url)
    post = client.post
    assert asyncio.run(post("/x", {}, value)) == asyncio.run(post("/x", {}, value)) == 1


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 529])
def test_what_may_pass_is_tried_again(server: Any, clock: Any, status: int) -> None:
    replies = iter([server.Reply(status=status)] * 3 + [server.Reply({"value": 1})])
    server.answer = lambda request: next(replies)
    assert asked(client_of(server.url)) == 1
    assert clock.slept == [1.0, 2.0, 4.0]


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_is_left_alone_for_as_long_as_it_asks(
    server: Any, clock: Any, status: int
) -> None:
    replies = iter([server.Reply(status=status, headers={"Retry-After": "17"})])
    server.answer = lambda request: next(replies, server.Reply({"value": 1}))
    assert asked(client_of(server.url)) == 1
    assert clock.slept == [17.0]


def test_a_storm_pauses_everybody_once(server: Any, clock: Any) -> None:
    """Eight requests are refused together; none is refused again after the pause."""

    def answer(request: Any) -> Any:
        if clock.time < 20.0:
            return server.Reply(status=429, headers={"Retry-After": "20"})
        return server.Reply({"value": request.body["number"]})

    server.answer, clock.crowd = answer, 8
    client, said = client_of(server.url), []
    with working(say=said.append):
        posts = (client.post("/things", {"number": n}, value) for n in range(8))
        assert run(together(posts)) == list(range(8))
    assert len(server.received) == 16
    assert clock.slept == [20.0] * 8
    host = server.url.removeprefix("http://")
    assert said == [f"{host} fails (429): no reason given; trying again in 20 s"]


def test_many_short_waits_are_announced_like_a_long_one(server: Any, clock: Any) -> None:
    replies = iter([server.Reply(status=429, headers={"Retry-After": "0.8"})] * 4)
    server.answer = lambda request: next(replies, server.Reply({"value": 1}))
    client, said = client_of(server.url, patience=60.0), []
    with working(say=said.append):
        asked(client)
    host = server.url.removeprefix("http://")
    # 0.8 + 0.8 are not worth it; with the third they are 2.4, and 58.4 s are left.
    assert said == [f"{host} fails (429): no reason given; trying again for up to 58 s"]


def test_a_wait_of_less_than_a_second_is_no_reason_to_give_up(server: Any, clock: Any) -> None:
    server.answer = lambda request: server.Reply(status=429, headers={"Retry-After": "0.4"})
    with pytest.raises(InfrastructureError, match="no reason given; tried 3 times, then given up"):
        asked(client_of(server.url, patience=1.0))  # 0.4 + 0.4, and another would make 1.2


def test_patience_ends(server: Any, clock: Any) -> None:
    server.answer = lambda request: server.Reply({"error": {"message": "boom"}}, status=500)
    with pytest.raises(InfrastructureError, match=r"fails \(500\): boom; tried 5 times"):
        asked(client_of(server.url, patience=20.0))
    assert clock.slept == [1.0, 2.0, 4.0, 8.0]  # 16 more would make 31


def test_a_server_that_asks_for_too_much_is_given_up_at_once(server: Any, clock: Any) -> None:
    server.answer = lambda request: server.Reply(status=429, headers={"Retry-After": "3600"})
    client = client_of(server.url)
    with pytest.raises(InfrastructureError, match=r"asks to wait 3600 s; tried once, then given"):
        asked(client)
    with pytest.raises(InfrastructureError, match="to be left alone for 3600 s more"):
        asked(client)
    assert len(server.received) == 1
    assert clock.slept == []


def test_a_server_that_is_down_is_not_waited_for_again_and_again(server: Any, clock: Any) -> None:
    server.answer = lambda request: server.Reply(status=500)
    client = client_of(server.url, patience=4.0)
    for tried in ("3 times", "once", "once"):
        with pytest.raises(InfrastructureError, match=f"tried {tried}"):
            asked(client)
    replies = iter([server.Reply({"value": 1}), server.Reply(status=500)])
    server.answer = lambda request: next(replies, server.Reply({"value": 2}))
    assert (asked(client), asked(client)) == (1, 2)  # the answer has restored the patience


def test_an_address_that_never_answered_is_given_up_soon(nowhere: str, clock: Any) -> None:
    with pytest.raises(InfrastructureError, match=r"cannot be reached .*; is it running"):
        asked(client_of(nowhere))
    assert sum(clock.slept) <= 10.0


def test_a_server_that_has_answered_is_waited_for(server: Any, clock: Any) -> None:
    server.answer = lambda request: server.Reply({"value": 1})
    client = client_of(server.url, patience=100.0)
    asked(client)
    server.stop()
    with pytest.raises(InfrastructureError, match="cannot be reached"):
        asked(client)
    assert clock.slept == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0]  # 60 more would make 123


def test_a_slow_server_has_failed(server: Any, clock: Any) -> None:
    released = threading.Event()

    def answer(request: Any) -> Any:
        released.wait(5)
        return server.Reply({"value": 1})

    server.answer = answer
    with pytest.raises(InfrastructureError, match="did not answer in time; tried once"):
        asked(client_of(server.url, timeout=0.05, patience=0.5))
    released.set()


@pytest.mark.parametrize(
    "body", [b'{"value": ', b"<html>welcome</html>", b"[1]", b'{"other": 1}', b"\xff\xfe"]
)
def test_an_answer_that_cannot_be_read_is_no_answer(server: Any, clock: Any, body: bytes) -> None:
    server.answer = lambda request: server.Reply(body)
    with pytest.raises(InfrastructureError, match=r"cannot be read .*; is base_url right\?"):
        asked(client_of(server.url))
    replies = iter([server.Reply(body)])
    server.answer = lambda request: next(replies, server.Reply({"value": 1}))
    assert asked(client_of(server.url)) == 1


@pytest.mark.parametrize("status", [400, 404, 413, 422])
@pytest.mark.parametrize("error", [{"error": {"message": "too\nbig"}}, {"detail": "too big"}])
def test_a_refused_request_is_the_users(server: Any, clock: Any, status: int, error: Any) -> None:
    server.answer = lambda request: server.Reply(error, status=status)
    with pytest.raises(RefusedRequest, match=rf"refuses the request \({status}\): too big"):
        asked(client_of(server.url))
    assert len(server.received) == 1


def test_an_account_that_is_used_up_is_not_waited_for(server: Any, clock: Any) -> None:
    error = {"error": {"message": "see your plan", "code": "insufficient_quota"}}
    server.answer = lambda request: server.Reply(error, status=429)
    with pytest.raises(InfrastructureError, match=r"the account is used up .*: see your plan"):
        asked(client_of(server.url))
    assert clock.slept == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
def test_no_error_shows_the_key(server: Any, clock: Any, status: int) -> None:
    echo = f"key {KEY} (sk-test-1a****7g8h) is wrong"
    server.answer = lambda request: server.Reply({"error": {"message": echo}}, status=status)
    with pytest.raises((UserError, InfrastructureError)) as failed:
        asked(client_of(server.url, patience=1.0))
    told = "".join(traceback.format_exception(failed.value))
    assert KEY not in told
    assert "****" not in told
    assert ("OPENAI_API_KEY" in str(failed.value)) == (status in (401, 403))


def test_the_key_is_no_public_attribute(server: Any) -> None:
    server.answer = lambda request: server.Reply({"value": 1})
    client = client_of(server.url)
    asked(client)
    assert KEY not in repr(client)
    assert KEY not in repr({n: v for n, v in vars(client).items() if n[0] != "_"})


def test_a_client_closes_its_connections_when_it_goes(server: Any) -> None:
    server.answer = lambda request: server.Reply({"value": 1})
    client = client_of(server.url)
    asked(client)
    sdk = client._sdk
    assert not sdk.is_closed()
    del client
    gc.collect()
    run(asyncio.sleep(0.05))
    assert sdk.is_closed()


def test_half_characters_do_not_stop_a_request() -> None:
    assert sendable("a\ud83d b \ud83d\ude00 c") == "a\ufffd b \U0001f600 c"


def test_says_which_extra_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.remote.client.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"assay-harness\[openai\]"):
        client_of("http://localhost/v1")


@pytest.mark.parametrize("wrong", [{"at_once": 0}, {"patience": -1.0}, {"timeout": 0.0}])
def test_refuses_impossible_numbers(server: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="at least one request"):
        client_of(server.url, **wrong)


def test_every_attempt_must_be_admitted(server: Any, clock: Any) -> None:
    server.answer = lambda request: server.Reply(status=500)
    admitted: list[int] = []

    def admit() -> None:
        if len(admitted) == 2:
            raise InfrastructureError("no more")
        admitted.append(len(server.received))

    with pytest.raises(InfrastructureError, match="no more"):
        run(client_of(server.url).post("/things", {}, value, admit))
    assert admitted == [0, 1]
    assert len(server.received) == 2
