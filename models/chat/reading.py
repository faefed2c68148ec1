"""Calls read from what a model wrote, for whatever runs models that write them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from harness.formats.tool_schemas import parameters
from harness.formats.toolcalls import CallFormat, typed
from harness.formats.toolcalls.form import without_thoughts
from harness.names import Names
from harness.records import Completion, ToolCall, ToolSpec
from models.chat.wire import numbered


def with_calls(
    completion: Completion,
    written: str,
    form: CallFormat,
    names: Names,
    tools: Sequence[ToolSpec],
    before: int,
) -> Completion:
    """A completion with the calls that it holds; without any it stays as it is.

    Args:
        completion: of the text alone.
        written: the text, with the special tokens that begin calls where the model has some.
        form: how calls are written.
        names: of the tools.
        tools: what could be called.
        before: calls in the conversation so far.
    """
    text = without_thoughts(written)
    found = form.read(text)
    if not found.calls:
        return completion
    if form.texts:
        called = {names.meant(call.name) for call in found.calls}
        known = [tool for tool in tools if tool.name in called]
        found = typed(text, found, [ToolSpec(names.sent(t.name), "", parameters(t)) for t in known])
    cut = "; the answer was cut at its limit of tokens" if completion.finish == "length" else ""
    calls = [
        ToolCall(names.meant(c.name), c.arguments, c.id, c.problem and f"{c.problem}{cut}")
        for c in found.calls
    ]
    finish = "tool_calls" if completion.finish == "stop" else completion.finish
    return replace(completion, text=found.text, calls=numbered(calls, before), finish=finish)
