"""Chat templates filled as transformers fills them, in a sandbox."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from jinja2 import TemplateError, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment


class _Spoken(Extension):
    """The tag {% generation %}, which marks what an assistant said; it is written as it stands."""

    tags = {"generation"}  # noqa: RUF012 (jinja2 declares it so)

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.CallBlock(self.call_method("_as_it_stands"), [], [], body, lineno=line)

    def _as_it_stands(self, caller: Callable[[], str]) -> str:
        return caller()


def rendered(
    template: str,
    messages: Sequence[Mapping[str, Any]],
    tools: Sequence[Mapping[str, Any]] | None,
    special: Mapping[str, str],
    *,
    opened: bool,
) -> str:
    """A conversation as a model's template writes it.

    Args:
        template: in jinja.
        messages: in the form of OpenAI's interface, arguments of calls as objects.
        tools: likewise; None for none.
        special: special tokens by role, which templates see by that name.
        opened: whether the assistant's next turn is begun.

    Raises:
        TemplateError: the template is broken, or refuses the conversation.
    """
    text: str = _compiled(template).render(
        messages=messages, tools=tools, documents=None, add_generation_prompt=opened, **special
    )
    return text


@lru_cache(maxsize=16)
def _compiled(template: str) -> Any:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[_Spoken, "jinja2.ext.loopcontrols"]
    )
    environment.filters["tojson"] = _to_json
    environment.globals["raise_exception"] = _refuse
    return environment.from_string(template)


def _to_json(
    value: object,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    """JSON as it is, where jinja's own filter would escape it for HTML."""
    return json.dumps(
        value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
    )


def _refuse(message: str) -> None:
    raise TemplateError(message)
