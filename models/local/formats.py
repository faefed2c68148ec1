"""In which format a model writes calls, told by its chat template."""

from __future__ import annotations

from collections.abc import Sequence

from harness.errors import UserError
from harness.formats.toolcalls import FORMATS, CallFormat

AUTO = "auto"
_MARKS: Sequence[tuple[tuple[str, ...], str]] = (
    (("<function=",), "qwen3-coder"),
    (("<tool_call>", "arguments"), "qwen"),
    (("[TOOL_CALLS]",), "mistral"),
    (("<|python_start|>",), "python"),
    (("<|python_tag|>",), "llama"),
    (('"parameters":', '{"name":'), "llama"),
)
"""What stands in a chat template, all of it -> the format of calls that it shows. The first that
fits counts."""


def format_of(template: str, wanted: str, name: str, adapter: str = "transformers") -> CallFormat:
    """The format in which a model writes calls.

    Args:
        template: its chat template.
        wanted: the format's name, or "auto" to tell by the template.
        name: of the model, for messages.
        adapter: what runs it in expressions, for messages.

    Raises:
        UserError: the template shows none that is known.
    """
    if wanted != AUTO:
        return FORMATS[wanted]
    found = next((form for marks, form in _MARKS if all(m in template for m in marks)), "")
    if not found:
        raise UserError(
            f"how '{name}' writes calls does not show in its chat template: give calls=, one of "
            f'{", ".join(FORMATS)}, or ask it in words, prompted({adapter}("{name}"))'
        )
    return FORMATS[found]
