"""What is learned is exactly what the model would be asked to write."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("transformers", reason="needs transformers")

import memorised

from harness.errors import UserError
from harness.names import Names
from harness.records import Message, ToolCall, ToolSpec
from models.local.prompts import Prompts
from models.training.text.rendering import Renderer

TOOLS = (ToolSpec("get.time", "The time.", {"type": "object", "properties": {}}),)
TALK = (
    Message("user", "what time is it?"),
    Message("assistant", "", (ToolCall("get.time", {"zone": "utc"}, "c1"),)),
    Message("tool", "noon", (), "c1"),
    Message("assistant", "It is noon"),
    Message("user", "thanks"),
    Message("assistant", "welcome"),
)
FORGETFUL = """\
{%- for message in messages -%}
<|im_start|>{{ message.role }}
{% if message.role == 'assistant' and loop.last %}(thought) {% endif %}{{ message.content }}\
<|im_end|>
{% endfor -%}
{%- if add_generation_prompt -%}<|im_start|>assistant
{% endif -%}
"""
"""Shows what was thought in the last turn only."""


def words(template: str = memorised.TEMPLATE) -> Any:
    return memorised.tokenizer(["what time is it? noon thanks welcome", template], 400, template)


def parts(tokenizer: Any, row: Any) -> list[str]:
    return [tokenizer.decode(list(row.ids[start:end])) for start, end in row.spans]


def test_the_assistants_turns_are_learned_with_what_ends_them_and_nothing_else() -> None:
    tokenizer = words()
    [row] = Renderer(tokenizer, "m", ends={tokenizer.eos_token_id}).sequences(TALK, TOOLS)
    assert parts(tokenizer, row) == [
        '<tool_call>\n{"name": "get_time", "arguments": {"zone": "utc"}}\n</tool_call><|im_end|>',
        "It is noon<|im_end|>",
        "welcome<|im_end|>",
    ]
    assert row.trained == sum(len(tokenizer.encode(part)) for part in parts(tokenizer, row))


def test_what_precedes_a_turn_is_what_the_model_is_asked_with() -> None:
    tokenizer = words()
    [row] = Renderer(tokenizer, "m", ends={2}).sequences(TALK, TOOLS)
    prompts = Prompts(tokenizer, "m")
    names = Names(tool.name for tool in TOOLS)
    for number, (start, _) in zip((1, 3, 5), row.spans, strict=True):
        assert list(row.ids[:start]) == prompts.tokens(TALK[:number], TOOLS, names)


def test_earlier_turns_are_read_and_not_learned_where_the_prompt_holds_them() -> None:
    tokenizer = words()
    [row] = Renderer(tokenizer, "m", ends={2}).sequences(TALK, TOOLS, first=4)
    assert parts(tokenizer, row) == ["welcome<|im_end|>"]


def test_a_template_that_rewrites_earlier_turns_gives_a_row_a_turn() -> None:
    tokenizer = words(FORGETFUL)
    plain = (TALK[0], TALK[3], TALK[4], TALK[5])
    one, two = Renderer(tokenizer, "m", ends={2}).sequences(plain)
    assert parts(tokenizer, one) == ["(thought) It is noon<|im_end|>"]
    assert parts(tokenizer, two) == ["(thought) welcome<|im_end|>"]
    assert "(thought)" not in tokenizer.decode(list(two.ids[: two.spans[0][0]]))


def test_a_special_token_of_the_template_ends_turns_where_the_settings_know_another() -> None:
    tokenizer = words()
    [row] = Renderer(tokenizer, "m", ends={tokenizer.pad_token_id}).sequences(TALK, TOOLS)
    assert parts(tokenizer, row)[-1] == "welcome<|im_end|>"


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}", "no special"),
        (  # the blank at the end of what is asked is part of the next word's token
            "{% for m in messages %}{{ m.role }}: {{ m.content }}<|im_end|>{% endfor %}"
            "{% if add_generation_prompt %}assistant: {% endif %}",
            "asks for an",
        ),
        (
            memorised.TEMPLATE.replace(
                "<|im_start|>assistant\n{% endif", "<|im_start|>assistant\n<think>{% endif"
            ),
            "asks for an",
        ),
        ("{{ raise_exception('no') }}", "refuses the conversation"),
    ],
)
def test_templates_of_which_nothing_can_be_learned_are_refused(template: str, why: str) -> None:
    tokenizer = words()
    tokenizer.chat_template = template
    with pytest.raises(UserError, match=why):
        Renderer(tokenizer, "m", ends={2}).sequences(TALK[4:])


def test_a_model_without_a_template_is_refused_with_what_to_do() -> None:
    tokenizer = words()
    tokenizer.chat_template = None
    with pytest.raises(UserError, match="template='FILE'"):
        Renderer(tokenizer, "m", ends={2})


def test_tools_need_a_template_that_has_a_place_for_them() -> None:
    with pytest.raises(UserError, match="no place for tools"):
        Renderer(words(FORGETFUL), "m", ends={2}).sequences(TALK, TOOLS)
