"""The tokenizer of small models, and its chat template."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("transformers", reason="needs transformers")

from harness.errors import UserError
from harness.formats.toolcalls import FORMATS
from harness.names import Names
from harness.records import Message, ToolCall, ToolSpec
from models.local.formats import format_of
from models.local.prompts import Prompts
from models.training.scratch.tokenizer import SMALLEST, TEMPLATE, train_tokenizer
from models.training.text.rendering import Renderer

TEXTS = [
    'They fly from Cornorlo to Osgrisa: {"origin": "Cornorlo", "destination": "Osgrisa"}',
    "Cornorlo lies near Osgrisa. <|end|>What is the day?",
] * 20
WEATHER = ToolSpec(
    "weather",
    "A description that costs tokens.",
    {"type": "object", "properties": {"town": {}, "day": {}}, "required": ["town"]},
)


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return train_tokenizer(TEXTS, 400)


def test_a_name_is_the_same_tokens_wherever_it_stands(tokenizer: Any) -> None:
    alone = tokenizer.tokenize("Osgrisa")
    for text in ("to Osgrisa", '"Osgrisa', "day\nOsgrisa", "(Osgrisa", "2Osgrisa"):
        assert tokenizer.tokenize(text)[-len(alone) :] == alone, text


def test_digits_stand_in_pairs_from_the_last_one_on() -> None:
    numbers = "2031-10, 123, 7, x12345"
    told = train_tokenizer([*TEXTS, *[numbers] * 40], 500).tokenize(numbers)
    digits = [token for token in told if any(c.isdigit() for c in token)]
    assert digits == ["20", "31", "10", "1", "23", "7", "1", "23", "45"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a  b\n\n c",
        "2031-10-19",
        "Zoë, \u4f60\u597d! \U0001f600",
        '{"a": [1, {"B": -2.5}]}',
    ],
)
def test_every_text_comes_back(tokenizer: Any, text: str) -> None:
    assert tokenizer.decode(tokenizer(text)["input_ids"]) == text


def test_marks_of_turns_are_no_part_of_what_is_merged(tokenizer: Any) -> None:
    assert "<|end|>" in tokenizer.get_vocab()
    assert not [token for token in tokenizer.get_vocab() if "|end" in token and token != "<|end|>"]


def test_a_vocabulary_without_room_for_merges_is_refused() -> None:
    with pytest.raises(UserError, match=f"at least {SMALLEST + 1}"):
        train_tokenizer(TEXTS, SMALLEST)
    assert len(train_tokenizer(TEXTS, SMALLEST + 5)) == SMALLEST + 5


def test_a_conversation_with_tools_as_it_is_rendered(tokenizer: Any) -> None:
    call = ToolCall("weather", {"town": "Osgrisa"}, "call00000")
    told = [
        Message("system", "Be brief."),
        Message("user", "Rain in Osgrisa?"),
        Message("assistant", calls=(call,)),
        Message("tool", '{"rain": 3}', call_id="call00000"),
    ]
    ids = Prompts(tokenizer, "it").tokens(told, [WEATHER], Names(["weather"]))
    assert tokenizer.decode(ids) == (
        "<|tools|>weather(town, day?)\n<|end|>"
        "<|system|>Be brief.<|end|>"
        "<|user|>Rain in Osgrisa?<|end|>"
        '<|assistant|><tool_call>{"name": "weather", "arguments": {"town": "Osgrisa"}}</tool_call>'
        '<|end|><|tool|>{"rain": 3}<|end|><|assistant|>'
    )


def test_a_call_is_read_back_from_what_the_model_learns_to_write(tokenizer: Any) -> None:
    call = ToolCall("weather", {"town": 'the "Osgrisa"', "day": "2031-10-19"})
    told = [Message("user", "?"), Message("assistant", calls=(call,))]
    [row] = Renderer(tokenizer, "it", ends={tokenizer.eos_token_id}).sequences(told, [WEATHER])
    [(start, end)] = row.spans
    said = tokenizer.decode(list(row.ids[start : end - 1]))
    [found] = format_of(TEMPLATE, "auto", "it").read(said).calls
    assert format_of(TEMPLATE, "auto", "it") is FORMATS["qwen"]
    assert (found.name, dict(found.arguments)) == (call.name, dict(call.arguments))


def test_turns_are_learned_up_to_their_end_in_one_sequence(tokenizer: Any) -> None:
    told = [
        Message("user", "one"),
        Message("assistant", "two"),
        Message("user", "three"),
        Message("assistant", "four"),
    ]
    [row] = Renderer(tokenizer, "it", ends={tokenizer.eos_token_id}).sequences(told)
    learned = [tokenizer.decode(list(row.ids[start:end])) for start, end in row.spans]
    assert learned == ["two<|end|>", "four<|end|>"]
