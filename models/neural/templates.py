"""How a query, its instruction and a document are worded before a model reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from harness.errors import UserError
from harness.records import Text

INSTRUCTED = "Instruct: {instruction}\nQuery: {query}"
"""ToolRet's wording for models without one of their own (toolret/eval.py, add_instruction)."""
_FIELD = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class Template:
    """What stands before a text and after it, each cut where the instruction goes.

    Attributes:
        before: a single piece where the instruction does not occur there.
        after: the same.
    """

    before: tuple[str, ...] = ("",)
    after: tuple[str, ...] = ("",)

    @classmethod
    def of(cls, name: str, template: str, field: str, *, instruction: bool = False) -> Template:
        """Reads a template such as "Instruct: {instruction} Query: {query}".

        Args:
            name: of the parameter that gave it, for messages.
            template: the text, with its fields in braces.
            field: the field that the text fills; it must occur once.
            instruction: whether the field {instruction} must occur; else it may not.

        Raises:
            UserError: a field is missing, unknown, or repeated.
        """
        fields = _FIELD.findall(template)
        known = {field, "instruction"} if instruction else {field}
        wrong = sorted(set(fields) - known)
        if wrong:
            raise UserError(f"{name}={template!r}: there is no field {{{wrong[0]}}} to fill in")
        missing = sorted(known - set(fields))
        if missing:
            raise UserError(f"{name}={template!r}: the field {{{missing[0]}}} is missing")
        if fields.count(field) > 1:
            raise UserError(f"{name}={template!r}: the field {{{field}}} occurs twice")
        before, _, after = template.partition(f"{{{field}}}")
        split = "{instruction}"
        return cls(tuple(before.split(split)), tuple(after.split(split)))

    def filled(self, text: str, instruction: str = "") -> tuple[str, str]:
        """What stands before the text, and the text with what follows it.

        Nothing that is filled in is looked at again: a query that holds "{query}" stays as it is.
        """
        return instruction.join(self.before), text + instruction.join(self.after)


@dataclass(frozen=True)
class Templates:
    """The wordings of one model.

    Attributes:
        query: of a query without instruction.
        instructed: of a query with one.
        empty: of a query whose instruction is the empty string.
        document: of a document.
    """

    query: Template
    instructed: Template
    empty: Template
    document: Template

    @classmethod
    def of(
        cls, query: str = "", instructed: str = "", empty: str = "", document: str = ""
    ) -> Templates:
        """Reads templates; an empty one is the default.

        Args:
            query: with the field {query}; by default that alone.
            instructed: with {instruction} and {query}; by default `INSTRUCTED`.
            empty: with {query}; by default `instructed` with nothing filled in.
            document: with {document}; by default that alone.

        Raises:
            UserError: a field is missing, unknown, or repeated.
        """
        with_both = Template.of("instructed", instructed or INSTRUCTED, "query", instruction=True)
        nothing = replace(
            with_both, before=("".join(with_both.before),), after=("".join(with_both.after),)
        )
        return cls(
            query=Template.of("query", query, "query") if query else Template(),
            instructed=with_both,
            empty=Template.of("empty", empty, "query") if empty else nothing,
            document=Template.of("document", document, "document") if document else Template(),
        )

    def filled(self, text: Text, kind: str) -> tuple[str, str]:
        """What stands before a text of that kind ("query" or "document"), and the rest."""
        if kind == "document":
            return self.document.filled(text.text)
        if text.instruction is None:
            return self.query.filled(text.text)
        if not text.instruction:
            return self.empty.filled(text.text)
        return self.instructed.filled(text.text, text.instruction)
