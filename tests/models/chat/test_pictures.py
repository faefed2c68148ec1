"""Pictures in messages, from an agent's request to what a server gets."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from harness.errors import UserError
from harness.loop import run
from harness.play.sessions import Told
from harness.records import Completion, Image, Message, Problem, ToolCall, ToolSpec, Trajectory
from models.agents.best_of import BestOf
from models.agents.function_calling import FunctionCalling
from models.agents.react import ReAct
from models.chat.prompted import Prompted
from models.chat.recording import Record
from models.chat.request import Request
from models.openai_chat import OpenAIChat
from models.replay import Replay
from models.scripted import Scripted

DOT = Image("data:image/png;base64,iVBORw0KGgo=", "low")
CAT = Image("https://example.org/cat.png?size=3")
ASKED = Message("user", "What is it?", images=(DOT, CAT))
PROBLEM = Problem("p", ((ASKED,),), (ToolSpec("look"),))


class Seeing:
    """Keeps the messages that it is asked with."""

    version = "1"

    def __init__(self, text: str = "Answer: A cat.") -> None:
        self.text, self.asked = text, list[Sequence[Message]]()

    async def complete(self, messages: Sequence[Message], **_: Any) -> Completion:
        self.asked.append(tuple(messages))
        return Completion(self.text)


def sent(server: Any, *messages: Message) -> Any:
    message = {"content": "A cat.", "role": "assistant"}
    server.answer = lambda request: server.Reply({"choices": [{"message": message}]})
    asyncio.run(OpenAIChat("m", base_url=server.url).complete(messages))
    return server.received[-1].body["messages"]


def test_a_server_gets_the_text_and_then_the_pictures(server: Any) -> None:
    assert sent(server, ASKED) == [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What is it?"},
                {"type": "image_url", "image_url": {"url": DOT.url, "detail": "low"}},
                {"type": "image_url", "image_url": {"url": CAT.url}},
            ],
        }
    ]


def test_messages_without_pictures_stay_texts_and_a_picture_needs_none(server: Any) -> None:
    found = sent(server, Message("user", "Hello."), Message("user", images=(CAT,)))
    assert found[0] == {"role": "user", "content": "Hello."}
    assert [part["type"] for part in found[1]["content"]] == ["image_url"]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("/home/me/cat.png", "a file is sent as its content"),
        ("cat.png", "a file is sent as its content"),
        ("C:/cat.png", "a file is sent as its content"),
        ("", "cannot be sent"),
        ("file:///etc/passwd", "cannot be sent"),
        ("ftp://example.org/cat.png", "cannot be sent"),
        ("javascript:alert(1)", "cannot be sent"),
        ("http://", "cannot be sent"),
        ("https://example.org/a b.png", "cannot be sent"),
        ("https://example.org/\x00.png", "cannot be sent"),
        ("https://example.org/\ud800.png", "cannot be sent"),
        ("https://example.org/" + "a" * 9000, "cannot be sent"),
        ("data:text/html;base64,PGI+", "no image in base64"),
        ("data:application/pdf;base64,JVBERg==", "no image in base64"),
        ("data:image/png,iVBORw0KGgo=", "no image in base64"),
        ("data:image/png;base64,", "no image in base64"),
        ("data:image/png;base64,iVBO Rw0", "no image in base64"),
        ("data:image/png;base64,<script>", "no image in base64"),
    ],
)
def test_pictures_that_are_none_are_refused(server: Any, url: str, reason: str) -> None:
    with pytest.raises(UserError, match=reason) as error:
        sent(server, Message("user", "Look.", images=(Image(url),)))
    assert "is wanted" in str(error.value)
    assert len(str(error.value)) < 400
    assert not server.received


@pytest.mark.parametrize("role", ["system", "assistant", "tool"])
def test_only_users_show_pictures(server: Any, role: str) -> None:
    with pytest.raises(UserError, match=f"the role '{role}' has a picture"):
        sent(server, Message(role, "Look.", images=(CAT,)))


def test_pictures_are_part_of_the_key_and_others_keys_are_as_ever() -> None:
    keys = {
        Request((Message("user", "a", images=images),)).key()
        for images in ((), (DOT,), (CAT,), (DOT, CAT), (CAT, DOT), (Image(DOT.url, "high"),))
    }
    assert len(keys) == 6
    # the key of a message without pictures, written out as it was before there were any
    no_tools = sha256(b"[]").hexdigest()
    plain = (
        '{"max_tokens":null,"messages":[{"content":"a","role":"user"}],"model":"",'
        '"temperature":0.0,"tools":"' + no_tools + '","trial":0}'
    )
    assert Request((Message("user", "a"),)).key() == sha256(plain.encode()).hexdigest()


def test_what_people_recognise_a_request_by_counts_the_pictures() -> None:
    assert Request((ASKED,)).shown == "user: What is it? [2 pictures]"


@pytest.mark.parametrize(
    "make", [FunctionCalling, ReAct, lambda model: BestOf(ReAct(model), n=2, by=model)]
)
def test_agents_show_them_to_their_models_and_keep_them(make: Any) -> None:
    model = Seeing()
    made = run(make(model).solve(PROBLEM, Told(PROBLEM)))
    assert isinstance(made, Trajectory)
    assert made.messages[0].images == (DOT, CAT)
    for messages in model.asked:
        (seen,) = [message for message in messages if message.role == "user"]
        assert seen.images == (DOT, CAT)


def test_in_words_they_stay_with_their_messages() -> None:
    model = Seeing("Cold.")
    story = (
        Message("user", "How is it?"),
        ASKED,
        Message("assistant", calls=(ToolCall("look", {}, "1"),)),
        Message("tool", "grey", call_id="1"),
        Message("user", "And this?", images=(CAT,)),
    )
    asyncio.run(Prompted(model, system=False).complete(story, tools=PROBLEM.tools))
    (asked,) = model.asked
    assert [(m.role, m.images) for m in asked] == [
        ("user", (DOT, CAT)),
        ("assistant", ()),
        ("user", (CAT,)),
    ]


def test_they_are_recorded_and_answered_again(tmp_path: Path) -> None:
    path = str(tmp_path / "said.jsonl")
    asyncio.run(Record(Scripted(["A cat."]), path).complete((ASKED,)))
    assert DOT.url not in Path(path).read_text()
    assert asyncio.run(Replay(path).complete((ASKED,))) == Completion("A cat.")
    with pytest.raises(Exception, match="none for this request"):
        asyncio.run(Replay(path).complete((Message("user", ASKED.content, images=(CAT,)),)))
