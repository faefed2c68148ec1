"""How models write the calls of tools as text: one format a file, each with its own reader.

A reader is strict. What looks like a call and cannot be read is a call with a `problem` that says
why; a text without anything like a call is an answer; nothing is repaired or guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from harness.errors import unknown
from harness.formats.toolcalls.by_schema import typed
from harness.formats.toolcalls.form import CallFormat, Parsed
from harness.formats.toolcalls.llama import LLAMA
from harness.formats.toolcalls.mistral import MISTRAL
from harness.formats.toolcalls.openai import OPENAI
from harness.formats.toolcalls.plain import PLAIN
from harness.formats.toolcalls.python import PYTHON
from harness.formats.toolcalls.qwen_coder import QWEN_CODER
from harness.formats.toolcalls.tagged import HERMES, QWEN

__all__ = ["FORMATS", "CallFormat", "Parsed", "call_format", "typed"]

FORMATS: Mapping[str, CallFormat] = MappingProxyType(
    {form.name: form for form in (PLAIN, OPENAI, HERMES, QWEN, QWEN_CODER, LLAMA, MISTRAL, PYTHON)}
)


def call_format(name: str) -> CallFormat:
    """The format of that name.

    Raises:
        UserError: there is none.
    """
    if name not in FORMATS:
        raise unknown("format of calls", name, FORMATS, f"There is: {', '.join(FORMATS)}")
    return FORMATS[name]
