"""Documents become HTML that can be linked into, and nothing in them becomes markup of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest
from board_toys import HOSTILE
from parsed_page import harmless, parsed

from leaderboard.site import markdown

LINKS = {"numbers.md": "numbers.html", "result.schema.json": "result.schema.json"}


def body(text: str):
    return parsed(str(markdown.render(text, LINKS).html).encode())


def test_headings_get_the_ids_that_github_gives_them() -> None:
    document = markdown.render(
        "# What `it` is\n\n## Run, then check: 1e-6\n\n## A_b c\n\n## A_b c\n"
    )
    assert document.title == "What it is"
    assert [(heading.level, heading.id) for heading in document.headings] == [
        (1, "what-it-is"),
        (2, "run-then-check-1e-6"),
        (2, "a_b-c"),
        (2, "a_b-c-1"),
    ]
    page = parsed(str(document.html).encode())
    assert page.one("h1").attributes["id"] == "what-it-is"


def test_links_between_documents_become_links_between_pages() -> None:
    links = {link.text: link.attributes["href"] for link in body(
        "[a](numbers.md) [b](numbers.md#the-order) [c](#here) [d](https://example.org/?a=1&b=2) "
        "[e](result.schema.json)"
    ).every("a")}  # fmt: skip
    assert links == {
        "a": "numbers.html",
        "b": "numbers.html#the-order",
        "c": "#here",
        "d": "https://example.org/?a=1&b=2",
        "e": "result.schema.json",
    }


@pytest.mark.parametrize(
    "target",
    ["javascript:alert(1)", "data:text/html,x", "http://example.org", "../../etc/passwd",
     "//example.org/x", "other.md", "vbscript:x", "file:///etc/passwd"],
)  # fmt: skip
def test_a_link_that_leads_nowhere_on_the_site_is_plain_text(target: str) -> None:
    page = body(f"before [the *words*]({target}) after [ok](numbers.md)")
    assert [link.text for link in page.every("a")] == ["ok"]
    assert page.text.replace(" ", "").startswith("beforethewordsafter") or target in page.text


def test_html_is_shown_and_never_passed_on() -> None:
    text = f"# {HOSTILE}\n\n<div onclick=x>raw</div>\n\n`{HOSTILE}`\n\n```sh\n{HOSTILE}\n```\n"
    page = body(text)
    harmless(page)
    assert not list(page.every("script"))
    assert not list(page.every("div", onclick="x"))
    assert "<div onclick=x>raw</div>" in page.text
    assert "window.__owned=1" in page.one("pre").text


def test_an_image_is_its_description() -> None:
    page = body("![a <b> picture](https://example.org/x.png)")
    assert not list(page.every("img"))
    assert page.text == "a <b> picture"


def test_tables_scroll_by_themselves_and_keep_their_alignment_without_inline_styles() -> None:
    page = body("| a | b |\n|--:|---|\n| 1 | 2 |\n")
    scroll = page.one("div", class_="scroll")
    cells = {cell.text: cell.attributes for cell in scroll.every("td")}
    assert cells == {"1": {"class": "align-right"}, "2": {}}


def test_a_code_block_says_its_language_and_can_be_focused() -> None:
    page = body("```console\n$ assay run <x>\n```\n")
    assert page.one("pre").attributes["tabindex"] == "0"
    code = page.one("code")
    assert code.attributes == {"class": "language-console"}
    assert code.text == "$ assay run <x>"


def test_a_language_cannot_leave_its_attribute() -> None:
    page = body('```a"onload="x"\ncode\n```\n')
    assert list(page.one("code").attributes) == ["class"]


def test_importing_loads_no_markdown_parser() -> None:
    code = "import sys, leaderboard.site.markdown; sys.exit('markdown_it' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
