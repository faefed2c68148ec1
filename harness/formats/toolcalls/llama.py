"""Calls as Llama 3.1 and later write them: `{"name": "weather", "parameters": {"city": "Oslo"}}`.

The object is the whole answer, or follows `<|python_tag|>`; several are separated by semicolons.
Llama 3.2 adds `"type": "function"`; some fine-tuned models write "arguments".

Source: the prompt formats of Llama 3.1 and 3.2 in meta-llama/llama-models, and the separator that
vLLM reads for `llama3_json`. Calls of the built-in tools (`brave_search.call(...)`) and the form
`<function=weather>{...}</function>` are calls in another format, and told as such.
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.formats.toolcalls.form import (
    Broken,
    CallFormat,
    Parsed,
    answer,
    headed_result,
    malformed,
    parsed,
)
from harness.formats.toolcalls.values import bounded, call_of, is_call, values, written
from harness.records import ToolCall

_TAG = "<|python_tag|>"
_ENDS = ("<|eom_id|>", "<|eot_id|>")
_KEYS = ("parameters", "arguments")
_WANTED = "the whole answer"


def read(text: str) -> Parsed:
    """The calls of an answer that consists of them, or that ends in them behind the tag."""
    before, tag, body = text.rpartition(_TAG)
    body = _without_end(body.strip())
    if not tag and "<function=" in text:
        return malformed(text, "a call in the form <function=...>, which is another format")
    if not tag and not body.startswith("{"):
        return answer(text, _WANTED)
    try:
        bounded(text)
        found = list(values(body, ";"))
        if not tag and not any(is_call(value, _KEYS) for value in found):
            return answer(text, _WANTED)
        return parsed(text, before, [call_of(value, _KEYS) for value in found])
    except Broken as broken:
        told = answer(text, _WANTED)
        return malformed(text, str(broken)) if tag or told.calls else told


def write(calls: Sequence[ToolCall]) -> str:
    """The objects, separated by semicolons."""
    plain = [{"name": call.name, "parameters": dict(call.arguments)} for call in calls]
    return "; ".join(map(written, plain))


def _without_end(text: str) -> str:
    for end in _ENDS:
        text = text.removesuffix(end).rstrip()
    return text


LLAMA = CallFormat(
    name="llama",
    instruction=(
        "To call a tool, answer with a JSON object of this shape and nothing else: "
        '{"name": "the tool", "parameters": {"parameter": "value"}}. Separate several calls by '
        "semicolons."
    ),
    read=read,
    write=write,
    result=headed_result,
)
