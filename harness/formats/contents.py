"""The field `contents` of FlashRAG's and Search-R1's passages: a title and a text in one."""

from __future__ import annotations


def title_and_text(contents: str) -> tuple[str, str]:
    """The title is the first line, mostly in quotes; a single line is the text, without a title."""
    title, between, text = contents.partition("\n")
    return (title.strip().strip('"'), text) if between else ("", contents)
