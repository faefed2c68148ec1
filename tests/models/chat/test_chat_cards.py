"""A chat model's card says whether its server calls tools or it is asked in words."""

from __future__ import annotations

from typing import Any

import pytest

from harness.loading import load_model
from models.chat.prompted import Prompted
from models.openai_chat import OpenAIChat


def test_some_call_tools_by_their_server() -> None:
    assert isinstance(load_model("qwen2.5-7b-instruct").model, OpenAIChat)


@pytest.mark.parametrize(
    ("name", "format", "system"),
    [("hermes-3-llama-3.1-8b", "hermes", True), ("gemma-2-9b-it", "python", False)],
)
def test_some_are_asked_in_words(name: str, format: str, system: bool) -> None:
    model: Any = load_model(name).model
    assert isinstance(model, Prompted)
    assert (model.format, model.system) == (format, system)


def test_an_agent_takes_a_chat_model_by_the_name_of_its_card() -> None:
    loaded = load_model("function-calling(gemma-2-9b-it)")
    assert isinstance(loaded.model.model, Prompted)
