"""Principles that go into the system message by way of a chat template."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("transformers", reason="needs transformers")

import memorised

from harness.errors import UserError
from harness.names import Names
from harness.records import Message
from models.local.prompts import Prompts
from models.training.principles.prompting import _either, with_system

PLAIN = (
    "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)
HARD = 'Say "yes", {{ never }} {% x %} \\ \n- über 😀, with tools'


@pytest.fixture(scope="module")
def words() -> Any:
    return memorised.tokenizer([PLAIN, "hello"], 400)


def rendered(words: Any, template: str, messages: list[dict[str, Any]], **more: Any) -> str:
    found: str = words.apply_chat_template(
        messages, chat_template=template, tokenize=False, add_generation_prompt=True, **more
    )
    return found


USER = {"role": "user", "content": "hello"}


def test_a_text_becomes_the_system_message_to_the_letter(words: Any) -> None:
    found = rendered(words, with_system(PLAIN, HARD), [USER])
    assert found == f"<system>{HARD}<user>hello<assistant>"


def test_a_system_message_that_is_there_stands_behind_it(words: Any) -> None:
    told = {"role": "system", "content": "Be kind."}
    found = rendered(words, with_system(PLAIN, "Be short."), [told, USER])
    assert found == "<system>Be short.\n\nBe kind.<user>hello<assistant>"


def test_loops_over_messages_by_number_see_it_too(words: Any) -> None:
    template = "{% for i in range(messages | length) %}<{{ messages[i].role }}>{% endfor %}"
    assert rendered(words, with_system(template, "Be short."), [USER]) == "<system><user>"


def test_the_word_tools_in_it_does_not_make_a_template_take_tools(words: Any) -> None:
    with pytest.raises(UserError, match="no place for tools"):
        Prompts(words, "it", with_system(PLAIN, HARD)).require_tools()


def test_blanks_at_a_templates_start_stay(words: Any) -> None:
    for start in ("  ", "\n", "\n\n"):
        told = {"role": "system", "content": "Be short."}
        plain = rendered(words, start + PLAIN, [told, USER])
        assert rendered(words, with_system(start + PLAIN, "Be short."), [USER]) == plain


def test_two_templates_become_one_that_chooses(words: Any) -> None:
    template = with_system(_either(PLAIN, f"{{{{ tools | length }}}}{PLAIN}"), "Be short.")
    assert rendered(words, template, [USER]).startswith("<system>Be short.<user>")
    assert rendered(words, template, [USER], tools=[{}, {}]).startswith("2<system>Be short.")


def test_prompts_are_made_with_it(words: Any) -> None:
    messages = [Message("user", "hello")]
    found = Prompts(words, "it", with_system(PLAIN, "Be short.")).tokens(messages, (), Names(()))
    assert words.decode(found) == "<system>Be short.<user>hello<assistant>"
