"""Markdown documents as HTML: headings that can be linked to, a table of contents, safe links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a document."""

    level: int
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """A rendered document."""

    title: str
    """Its first heading of level 1, as text; "" where there is none."""
    html: Markup
    headings: tuple[Heading, ...]


def render(text: str, links: Mapping[str, str] | None = None) -> Document:
    """Renders CommonMark with tables. HTML in the text is shown, never passed on.

    Links to a part of the page and https links stay; a relative link stays where `links` knows the
    file, and any other becomes plain text. Images become their description.

    Args:
        text: the document.
        links: relative link -> what it is on the site: {"numbers.md": "numbers.html"}.
    """
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.add_render_rule("fence", _code)
    parser.add_render_rule("code_block", _code)
    parser.add_render_rule("image", _image)
    parser.add_render_rule("table_open", _table_open)
    parser.add_render_rule("table_close", _table_close)
    tokens = parser.parse(text)
    headings = tuple(_named_headings(tokens))
    for token in tokens:
        if token.children:
            token.children = list(_safe_links(token.children, links or {}))
        if align := re.search(r"\w+$", str(token.attrs.pop("style", ""))):
            token.attrs["class"] = f"align-{align[0]}"
    title = next((heading.text for heading in headings if heading.level == 1), "")
    html = parser.renderer.render(tokens, parser.options, {})
    return Document(title, Markup(html), headings)  # escaped where it is made


def _named_headings(tokens: Sequence[Any]) -> Iterator[Heading]:
    """Gives every heading an id, the one that GitHub gives it, and yields them."""
    taken: dict[str, int] = {}
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open":
            continue
        text = "".join(
            child.content for child in inline.children if child.type in ("text", "code_inline")
        )
        name = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") or "section"
        taken[name] = taken.get(name, -1) + 1
        opening.attrs["id"] = f"{name}-{taken[name]}" if taken[name] else name
        yield Heading(int(opening.tag[1:]), opening.attrs["id"], text)


def _safe_links(tokens: Sequence[Any], links: Mapping[str, str]) -> Iterator[Any]:
    """The tokens of a line, links rewritten, and without those that lead nowhere."""
    kept = True
    for token in tokens:
        if token.type == "link_open":
            target = _target(str(token.attrs.get("href", "")), links)
            kept = target is not None
            if kept:
                token.attrs = {"href": target}
                if str(target).startswith("https:"):
                    token.attrs["rel"] = "noopener"
        if kept or token.type != "link_close":
            if kept or token.type != "link_open":
                yield token
        else:
            kept = True


def _target(href: str, links: Mapping[str, str]) -> str | None:
    """Where a link leads on the site, or None."""
    if href.startswith(("#", "https://")):
        return href
    file, mark, part = href.partition("#")
    return f"{links[file]}{mark}{part}" if file in links else None


def _code(renderer: Any, tokens: Sequence[Any], index: int, options: Any, env: Any) -> str:
    """A block of code in a frame that a script gives a button to copy it."""
    token = tokens[index]
    language = re.sub(r"[^a-z0-9-]", "", token.info.strip().lower())
    marked = f' class="language-{language}"' if language else ""
    return (
        f'<div class="code"><pre tabindex="0">'
        f"<code{marked}>{escape(token.content)}</code></pre></div>\n"
    )


def _image(renderer: Any, tokens: Sequence[Any], index: int, options: Any, env: Any) -> str:
    """The description of an image: a document's pictures are not part of the site."""
    return escape(tokens[index].content)


def _table_open(renderer: Any, tokens: Sequence[Any], index: int, options: Any, env: Any) -> str:
    """A table scrolls by itself where it is wider than the page."""
    return '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>\n'


def _table_close(renderer: Any, tokens: Sequence[Any], index: int, options: Any, env: Any) -> str:
    return "</table></div>\n"
