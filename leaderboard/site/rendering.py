"""Templates to pages.

A page's module calls `renderer.page(path, template, ...)`. In a template are, besides what is
handed over:

    root                     "" or "../", before every link: {{ root }}{{ links.task_page(t) }}
    links                    this package's `links`
    board                    the board; version and date for the footer
    badge(level)             a level as a badge
    number(n, unit)          a number with its interval; bar(n, (low, high)) draws it
    enhanced()               the scripts of enhanced tables (macros/table.html.j2), for a page's
                             block "scripts"
    size, duration, amount, written, plural, shown, signed, letters, labelled
                             see `leaderboard.site.formats`; also filters
    | day                    a date in ISO form, "–" for none
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from leaderboard.board.records import Board
from leaderboard.site import cells, formats, links

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2.runtime import Context
    from markupsafe import Markup

Unit = TypeVar("Unit")

TEMPLATES = Path(__file__).parent / "templates"

THEME = (
    "try{var t=localStorage.getItem('assay-theme');"
    "if(t==='light'||t==='dark')document.documentElement.dataset.theme=t}catch(e){}"
    "document.documentElement.classList.add('js')"
)
"""Runs before the first paint, so that a chosen theme never flashes."""

TABLES = ("vendor/datatables.min", "filters", "table", "views")
"""Scripts, without suffix, that sort, filter and page tables."""


def sha256_source(text: str) -> str:
    """How a policy names an inline script or style that it allows."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def policy() -> str:
    """The Content-Security-Policy of every page.

    Only what lies beside a page may be loaded, and nothing inline runs but the theme's script.
    "'self'" holds for pages that are opened from a folder too.
    """
    return (
        f"default-src 'none'; script-src 'self' '{sha256_source(THEME)}'; style-src 'self'; "
        "img-src 'self'; base-uri 'none'; form-action 'none'"
    )


class Renderer:
    """Renders pages of one board, or one worker's part of them.

    Attributes:
        board: what the pages are about.
        docs: folder of the documentation's Markdown, or None.
        worker: which part of the work is this renderer's, of how many.
    """

    def __init__(
        self, board: Board, *, docs: Path | None = None, worker: tuple[int, int] = (0, 1)
    ) -> None:
        self.board, self.docs, self.worker = board, docs, worker
        self._given = [0.0] * worker[1]

    def share(self, units: Iterable[Unit], cost: Callable[[Unit], float]) -> list[Unit]:
        """This worker's part of some units of work, in their order.

        The dearest is given away first, each to whom least was given so far, also by earlier calls:
        every worker asks for the same units in the same order, and so knows the parts of all.

        Args:
            units: what can be made by itself, such as the names of all tasks.
            cost: of a unit, roughly in microseconds.
        """
        which, of = self.worker
        known = list(units)
        costs = [cost(unit) for unit in known]
        mine = set()
        for at in sorted(range(len(known)), key=lambda at: -costs[at]):
            least = min(range(of), key=self._given.__getitem__)
            self._given[least] += costs[at]
            if least == which:
                mine.add(at)
        return [unit for at, unit in enumerate(known) if at in mine]

    def page(self, path: str, template: str, **context: Any) -> tuple[str, bytes]:
        """A page and its path.

        Args:
            path: where the page lies, relative to the site's root.
            template: name of its template: "suite.html.j2".
            **context: what the template needs; a name that is not handed over is an error.
        """
        html = self._environment.get_template(template).render(
            root=links.root_of(path), path=path, **context
        )
        return path, html.encode()

    @cached_property
    def _environment(self) -> Environment:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context

        found = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        found.globals.update(
            board=self.board,
            has_docs=self.docs is not None,
            links=links,
            policy=policy(),
            theme=_verbatim(THEME),
            badge=cells.badge,
            number=cells.number,
            bar=cells.bar,
            enhanced=pass_context(_enhanced),
            LEVELS=cells.LEVELS,
        )
        for tool in (
            formats.size, formats.duration, formats.amount, formats.written,
            formats.plural, formats.shown, formats.signed, formats.letters, formats.labelled,
        ):  # fmt: skip
            found.globals[tool.__name__] = found.filters[tool.__name__] = tool
        found.filters["day"] = day
        return found


def _enhanced(context: Context) -> Markup:
    """Script elements of a page with enhanced tables."""
    from markupsafe import Markup

    return Markup("").join(
        Markup('<script src="{}{}/{}.js" defer></script>\n').format(
            context["root"], links.ASSETS, name
        )
        for name in TABLES
    )


def day(found: date | None) -> str:
    """A date as 2025-03-31; a dash for none."""
    return found.isoformat() if found else "–"


def _verbatim(text: str) -> Markup:
    """Text of our own that must not be escaped again."""
    from markupsafe import Markup

    return Markup(text)
