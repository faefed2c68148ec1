"""The state of an installation, and whom to cite."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from harness.citations import Credit
from harness.doctor import Checkup
from harness.render.words import GOOD, QUIET, STRONG, WARNING, command, facts, grid
from harness.sources import ENVIRONMENT


def checkup(found: Checkup) -> Iterator[RenderableType]:
    """What is installed, and what each extra would add."""
    yield Text.assemble(("assay ", STRONG), (found.version, STRONG), f"  Python {found.python}")
    lacking = [name for name, version in found.packages.items() if version is None]
    data = f"{found.data}{'' if found.data_found else ', which is no folder'}"
    yield facts(
        [
            ("code", f"{found.home} (no other package hides it)"),
            ("data", data if found.data else f"no mirror folder: {ENVIRONMENT} is not set"),
            ("network", f"off: {', '.join(found.offline)}" if found.offline else "may be used"),
            ("processor", f"{found.cores} cores"),
            ("packages", ", ".join(f"{n} {v}" for n, v in found.packages.items() if v)),
            ("lacking", ", ".join(lacking)),
        ]
    )
    yield ""
    table = grid("extra", "", "what it adds")
    for extra in found.extras:
        missing = [name for name, version in extra.packages.items() if version is None]
        state = (
            Text("installed", GOOD)
            if extra.installed
            else Text(f"lacks {', '.join(missing)}", WARNING)
        )
        table.add_row(extra.name, state, Text(extra.adds, QUIET))
    yield table
    absent = [extra.name for extra in found.extras if not extra.installed]
    if absent:
        yield ""
        yield command("to add one", f"pip install 'assay-harness[{absent[0]}]'")


def credits_list(found: Sequence[Credit]) -> Iterator[RenderableType]:
    """Licences, then the BibTeX entries, each once."""
    table = grid("", "name", "licence")
    for entry in found:
        table.add_row(
            Text(entry.kind, QUIET), Text(entry.name), Text(entry.licence or "not stated")
        )
    yield table
    for bibtex in dict.fromkeys(entry.citation.strip() for entry in found if entry.citation):
        yield ""
        yield Text(bibtex, no_wrap=True)
    silent = [entry.name for entry in found if not entry.citation]
    if silent:
        yield ""
        yield Text(f"No citation is known for: {', '.join(silent)}", QUIET)
