"""Conversations as the tokens that a model's chat template makes of them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from harness.errors import UserError
from harness.names import Names
from harness.records import Message, ToolSpec
from models.chat.schemas import described
from models.chat.wire import to_wire

TODAY = datetime(2024, 7, 26, tzinfo=UTC)
"""What a template that asks for the day is told, so that it is the same one in every run: the day
that the templates of Llama 3 name where nobody tells them."""
_TOOLS = re.compile(r"\btools\b")
_ASKS_DAY = re.compile(r"""strftime_now\(\s*(["'])(.*?)\1\s*\)""")
_READABLE_ERROR = 200


class ChatTokenizer(Protocol):
    """A tokenizer with a chat template, with the interface of transformers."""

    def get_chat_template(self, chat_template: None = None, tools: Any = None) -> str:
        """The template, which may be another one with tools. Raises `ValueError` without one."""
        ...

    def apply_chat_template(self, conversation: Any, tools: Any = None, **options: Any) -> Any:
        """The ids of a conversation, as "input_ids". Raises what the template raises."""
        ...


@dataclass(frozen=True)
class Prompts:
    """The prompts of one model.

    Attributes:
        tokenizer: with its chat template.
        name: of the model, for messages.
        template: a template in the place of its own; "" leaves that.
        adapter: what runs the model in expressions, for messages.
    """

    tokenizer: ChatTokenizer
    name: str
    template: str = ""
    adapter: str = "transformers"

    def source(self, *, tools: bool) -> str:
        """The template that is filled, with tools or without.

        Raises:
            UserError: there is none.
        """
        if self.template:
            return self.template
        try:
            found = self.tokenizer.get_chat_template(tools=[{}] if tools else None)
        except ValueError as error:
            raise UserError(
                f"'{self.name}' has no chat template, so it is no chat model; one of your own is "
                "given by template='FILE'"
            ) from error
        return found

    def require_tools(self) -> None:
        """Raises `UserError` where the template has no place for tools."""
        if not _TOOLS.search(self.source(tools=True)):
            raise UserError(
                f"the chat template of '{self.name}' has no place for tools: ask it in words, "
                f'prompted({self.adapter}("{self.name}"))'
            )

    def tokens(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec], names: Names
    ) -> list[int]:
        """The conversation up to where the assistant's next turn begins.

        Raises:
            UserError: the template takes no tools, or refuses the conversation.
        """
        if tools:
            self.require_tools()
        spoken, offered = _spoken(messages, names), described(tools, names)
        try:
            filled: Mapping[str, Any] = self.tokenizer.apply_chat_template(
                spoken,
                tools=offered or None,
                chat_template=_dated(self.source(tools=bool(tools))),
                add_generation_prompt=True,
                tokenize=True,
                return_dict=True,
            )
        except Exception as error:  # a template is a program, and raises what it likes
            said = " ".join(str(error).split())[:_READABLE_ERROR] or type(error).__name__
            raise UserError(
                f"the chat template of '{self.name}' refuses the conversation: {said}"
            ) from error
        if not (ids := list(filled["input_ids"])):
            raise UserError(f"the chat template of '{self.name}' makes nothing of the conversation")
        return ids


def _dated(template: str) -> str:
    """The template, its question for the day answered by a macro of that name."""
    days = {form: TODAY.strftime(form) for _, form in _ASKS_DAY.findall(template)}
    if not days:
        return template
    said = f"{{{{ {json.dumps(days)}[form] }}}}"
    return f"{{% macro strftime_now(form) %}}{said}{{% endmacro %}}{template}"


def _spoken(messages: Sequence[Message], names: Names) -> list[dict[str, Any]]:
    """The messages as templates want them: arguments as objects, results with the tool's name."""
    if any(message.images for message in messages):
        raise UserError("models that run on this machine are shown text only: a message has images")
    spoken = to_wire(messages, names)
    called: dict[str, str] = {}
    for message in spoken:
        for call in message.get("tool_calls", ()):
            function = call["function"]
            function["arguments"] = json.loads(function["arguments"])
            called[call["id"]] = function["name"]
        if message["role"] == "tool" and message["tool_call_id"] in called:
            message["name"] = called[message["tool_call_id"]]
    return spoken
