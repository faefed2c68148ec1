"""A page as its elements, for tests that look at what a reader gets rather than at markup."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"meta", "link", "input", "img", "br", "hr"}


@dataclass
class Element:
    """A tag, its attributes, and everything inside it."""

    tag: str
    attributes: dict[str, str]
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text inside, runs of white space as one space."""
        pieces = (child if isinstance(child, str) else child.text for child in self.children)
        return " ".join(" ".join(pieces).split())

    def every(self, tag: str = "", **attributes: str) -> Iterator[Element]:
        """Elements inside, in order, of a tag and with attributes (`class_` for class)."""
        wanted = {name.strip("_").replace("_", "-"): value for name, value in attributes.items()}
        for child in self.children:
            if isinstance(child, Element):
                given = child.attributes
                if tag in ("", child.tag) and all(given.get(n) == v for n, v in wanted.items()):
                    yield child
                yield from child.every(tag, **attributes)

    def one(self, tag: str = "", **attributes: str) -> Element:
        """The only such element."""
        (found,) = self.every(tag, **attributes)
        return found


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.stack = [Element("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.stack[-1].children.append(element)
        if tag not in _VOID:
            self.stack.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.stack[-1].children.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack[-1].tag == tag, f"</{tag}> closes <{self.stack[-1].tag}>"
        self.stack.pop()

    def handle_data(self, data: str) -> None:
        self.stack[-1].children.append(data)


def parsed(page: bytes) -> Element:
    """The elements of a page; fails where tags are not nested."""
    builder = _Builder()
    builder.feed(page.decode())
    builder.close()
    assert len(builder.stack) == 1, f"<{builder.stack[-1].tag}> is never closed"
    return builder.stack[0]


def harmless(page: Element) -> None:
    """Fails where a page holds a script, a handler or a link that did not come from a template."""
    for element in page.every():
        handlers = [name for name in element.attributes if name.startswith("on")]
        assert not handlers, f"<{element.tag}> has {handlers}"
        assert "style" not in element.attributes
        assert element.tag not in {"img", "iframe", "object", "embed", "form", "base", "style"}
        if element.tag == "script" and "src" not in element.attributes:
            assert "assay-theme" in element.text
        target = element.attributes.get("src") or element.attributes.get("href") or ""
        scheme = target.partition(":")[0] if ":" in target.partition("/")[0] else ""
        assert scheme in {"", "https"}, target
