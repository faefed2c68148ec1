"""How models that bring prompts of their own are told an instruction."""

from __future__ import annotations

from harness.records import Text
from models.neural.templates import Template


class Wording:
    """Templates in the place of a model's own prompts; an empty one leaves its own.

    Args:
        query: of a query without instruction, with the field {query}.
        instructed: of a query with one, with {instruction} and {query}. By default the instruction
            stands before the query, with a space between them, where `query` has the query alone;
            so ToolRet words it for late interaction.
        empty: of a query whose instruction is the empty string, with {query}. By default
            `instructed` with nothing filled in, or `query` where that is empty too.
        document: of a document, with {document}.

    Raises:
        UserError: a field is missing, unknown, or repeated.
    """

    def __init__(self, query: str, instructed: str, empty: str, document: str) -> None:
        self._query = Template.of("query", query, "query") if query else None
        self._empty = Template.of("empty", empty, "query") if empty else None
        self._document = Template.of("document", document, "document") if document else None
        self._instructed = (
            Template.of("instructed", instructed, "query", instruction=True) if instructed else None
        )

    def worded(self, text: Text, kind: str) -> tuple[bool, str]:
        """Whether the model's own prompt goes before a text, and the text as worded here."""
        if kind == "document":
            return _filled(self._document, text.text)
        if text.instruction is None:
            return _filled(self._query, text.text)
        if self._empty and not text.instruction:
            return _filled(self._empty, text.text)
        if self._instructed:
            return _filled(self._instructed, text.text, text.instruction)
        said = f"{text.instruction} " if text.instruction else ""
        return _filled(self._query, f"{said}{text.text}")


def _filled(template: Template | None, text: str, instruction: str = "") -> tuple[bool, str]:
    if template is None:
        return True, text
    return False, "".join(template.filled(text, instruction))
