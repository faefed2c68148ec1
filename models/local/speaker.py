"""A chat model on this machine: requests to prompts, tokens to completions."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextvars import Context
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from harness.errors import UserError
from harness.formats.toolcalls import CallFormat
from harness.formats.toolcalls.form import without_thoughts
from harness.names import Names
from harness.records import Completion, Message, ToolSpec, Usage
from models.chat.asking import charge
from models.chat.reading import with_calls
from models.chat.request import Remembered, Request
from models.chat.wire import calls_so_far
from models.local.decoding import Continuation, Row
from models.local.formats import format_of
from models.local.prompts import Prompts
from models.neural.tokens import readable


class Engine(Protocol):
    """What runs a model's weights."""

    tokenizer: Any
    name: str

    def room(self, prompt: Sequence[int]) -> int:
        """Tokens that may follow a prompt. Raises `TooLong` where there is no room."""
        ...

    def written(self, tokens: Sequence[int], *, special: bool) -> str:
        """The text of tokens, with special ones or without."""
        ...

    def continued(self, rows: Sequence[Row]) -> list[Continuation | BaseException]:
        """What follows each prompt, or why nothing does, in order."""
        ...

    def log_probs(
        self, pairs: Sequence[tuple[Sequence[int], Sequence[int]]]
    ) -> list[NDArray[np.float32]]:
        """How likely the tokens of a text are behind a prompt, for each pair of them."""
        ...


@dataclass(frozen=True, eq=False)
class Sampled:
    """A completion, and the tokens that it was made of.

    Attributes:
        completion: as `complete` gives it.
        tokens: ids, the one that ends the turn included where it was drawn, shape (n,), int64.
        log_probs: of each under the model itself, whatever temperature and top_p, shape (n,),
            float32.
    """

    completion: Completion
    tokens: NDArray[np.int64]
    log_probs: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Conversation:
    """What an assistant said behind a conversation, to be told how likely it was.

    Attributes:
        messages: the conversation before.
        said: the assistant's turn, as text or as token ids. A text has no token that ends the
            turn; ids are taken as they are.
        tools: what could be called.
    """

    messages: Sequence[Message]
    said: str | Sequence[int]
    tools: Sequence[ToolSpec] = ()


@dataclass(eq=False)
class Asked:
    """A request on its way.

    Attributes:
        request: what is asked for.
        seed: of what is drawn for it.
        context: in which it was asked: what it costs is charged there.
        left: whether nobody waits for it any longer.
    """

    request: Request
    seed: int
    context: Context
    left: bool = False


@dataclass(eq=False)
class Speaker:
    """What answers, once the weights are loaded.

    Attributes:
        engine: runs the model.
        prompts: its template.
        calls: the format in which it writes calls, or "auto".
        top_p: the share of the probability that is drawn from.
    """

    engine: Engine
    prompts: Prompts
    calls: str
    top_p: float
    _names: Remembered[Names] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._names = Remembered(lambda tools: Names(tool.name for tool in tools))

    def answered(self, group: Sequence[Asked]) -> Sequence[Sampled | BaseException]:
        """What is answered to requests that came together."""
        started = time.perf_counter()
        rows: list[Row | BaseException] = []
        for asked in group:
            try:
                rows.append(self._row(asked))
            except UserError as error:
                rows.append(error)
        drawn = iter(self.engine.continued([row for row in rows if isinstance(row, Row)]))
        found: list[Sampled | BaseException] = []
        for asked, row in zip(group, rows, strict=True):
            answer = next(drawn) if isinstance(row, Row) else row
            if isinstance(row, Row) and isinstance(answer, Continuation):
                found.append(self._read(asked, row, answer, time.perf_counter() - started))
            elif isinstance(answer, BaseException):
                found.append(answer)
        return found

    def _row(self, asked: Asked) -> Row:
        """A request as the model reads it. Raises `UserError` where it cannot."""
        request = asked.request
        prompt = self.prompts.tokens(request.messages, request.tools, self._names.of(request.tools))
        if request.tools:
            self._form()  # which refuses what could not be read in the end
        room = self.engine.room(prompt)
        return Row(
            prompt,
            min(request.max_tokens or room, room),
            request.temperature or 0.0,
            self.top_p,
            asked.seed,
            lambda: not asked.left,
        )

    def _read(self, asked: Asked, row: Row, drawn: Continuation, seconds: float) -> Sampled:
        """The tokens as a completion, which is charged whether or not somebody still waits."""
        request, engine = asked.request, self.engine
        usage = Usage(len(row.prompt), drawn.tokens.size)
        asked.context.run(charge, usage.input_tokens + usage.output_tokens, 0.0)
        said = drawn.tokens.tolist()[:-1] if drawn.ended else drawn.tokens.tolist()
        text = without_thoughts(engine.written(said, special=False))
        completion = Completion(text, usage, "stop" if drawn.ended else "length")
        if request.tools:
            written = engine.written(said, special=True)
            names = self._names.of(request.tools)
            before = calls_so_far(request.messages)
            completion = with_calls(completion, written, self._form(), names, request.tools, before)
        return Sampled(replace(completion, seconds=seconds), drawn.tokens, drawn.log_probs)

    def _form(self) -> CallFormat:
        return format_of(
            self.prompts.source(tools=True), self.calls, self.engine.name, self.prompts.adapter
        )

    def log_probs(self, conversations: Sequence[Conversation]) -> list[NDArray[np.float32]]:
        """How likely the tokens of assistants' turns are; for each shape (tokens of the turn,)."""
        pairs: list[tuple[Sequence[int], Sequence[int]]] = []
        for each in conversations:
            tools = tuple(each.tools)
            prompt = self.prompts.tokens(each.messages, tools, self._names.of(tools))
            pairs.append((prompt, self._tokens(each.said)))
        found = iter(self.engine.log_probs([pair for pair in pairs if pair[1]]))
        return [next(found) if text else np.zeros(0, np.float32) for _, text in pairs]

    def _tokens(self, said: str | Sequence[int]) -> Sequence[int]:
        if not isinstance(said, str):
            return [int(token) for token in said]
        ids: list[int] = self.engine.tokenizer(readable(said), add_special_tokens=False)[
            "input_ids"
        ]
        return ids
