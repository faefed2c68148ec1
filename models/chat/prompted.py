"""Tool calling for chat models whose server has none: asked for in words, read from the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import ClassVar

from harness.contracts import ChatModel
from harness.errors import UserError
from harness.formats.toolcalls import CallFormat, call_format
from harness.formats.toolcalls.form import MAX_LENGTH, without_thoughts
from harness.names import ANYTHING, PYTHON, Names
from harness.records import Completion, Message, ToolSpec
from models.chat.reading import with_calls
from models.chat.request import Remembered, Request, turn
from models.chat.wire import calls_so_far
from models.chat.wording import worded


@dataclass(eq=False)
class Prompted:
    """A chat model that calls tools by writing text.

    What looks like a call and cannot be read is a call with a `problem`, and the answer's whole
    text is kept; see `harness.formats.toolcalls`. What a model thinks before `</think>` is no part
    of its answer. Without tools, and without calls in the conversation, the model is asked as it
    is.

    Attributes:
        model: a chat model.
        format: how it writes calls: "json", "openai-json", "hermes", "qwen", "qwen3-coder",
            "llama", "mistral" or "python".
        system: whether it knows system messages.

    Raises:
        UserError: `model` is no chat model, or there is no such format.
    """

    model: ChatModel
    _: KW_ONLY
    format: str = "json"
    system: bool = True
    _form: CallFormat = field(init=False, repr=False)
    _names: Remembered[Names] = field(init=False, repr=False)

    version: ClassVar[str] = "1"

    def __post_init__(self) -> None:
        if not isinstance(self.model, ChatModel):
            raise UserError(
                f"prompted asks a chat model, and {type(self.model).__name__} is none: "
                'give one such as openai("name")'
            )
        self._form = call_format(self.format)
        self._names = Remembered(self._named)

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSpec] = (),
        max_tokens: int | None = None,
        temperature: float | None = None,
    ) -> Completion:
        """The assistant's next turn.

        Args:
            messages: the conversation.
            tools: what may be called.
            max_tokens: for this turn; None means the model's own.
            temperature: for this turn; None means the model's own.

        Raises:
            UserError: the model refuses the request.
            InfrastructureError: it does not answer.
        """
        before = calls_so_far(messages)
        offered = tuple(tools)
        names = self._names.of(offered)
        asked = list(messages)
        if offered or before:
            asked = worded(messages, offered, self._form, names, system=self.system)
        request = Request(tuple(asked), (), max_tokens, temperature)
        completion = await turn(self.model, request)
        if not offered:
            return completion
        said = replace(completion, text=without_thoughts(completion.text).strip())
        return with_calls(said, completion.text, self._form, names, offered, before)

    def _named(self, tools: tuple[ToolSpec, ...]) -> Names:
        given = [tool.name for tool in tools]
        if self._form.python_names:
            return Names(given, PYTHON, longest=MAX_LENGTH)
        return Names(given, ANYTHING, longest=MAX_LENGTH)
