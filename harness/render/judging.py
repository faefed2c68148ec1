"""What judging came to, and how far judges agree."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from math import isnan
from string import ascii_uppercase

from rich.console import RenderableType
from rich.text import Text

from harness.assessing import Assessment, Consent
from harness.render.words import WARNING, command, count, facts, grid, hundredths

REASONS = 3
"""Failures that are spelled out."""


def known_judges(known: Sequence[tuple[str, str]]) -> Iterator[RenderableType]:
    """Every judge with what it is."""
    yield facts(known)


def assessed(
    done: Assessment, task: str, out: str, data: str | None = None
) -> Iterator[RenderableType]:
    """What was written, what failed, and what to do next.

    Args:
        done: the assessment.
        task: whose problems were attempted.
        out: the file that was written.
        data: the mirror, where one was named.
    """
    yield Text(f"{count(done.asked, 'judgement')} made now by {done.judge}")
    yield Text(f"{count(done.attempts, 'attempt')} written to {out}")
    if done.unreadable:
        yield Text(f"{count(done.unreadable, 'entry')} could not be used", WARNING)
    if done.failures:
        yield Text(f"{count(len(done.failures), 'judgement')} could not be had:", WARNING)
        for place, reason in list(done.failures.items())[:REASONS]:
            yield Text(f"  {place}: {reason}")
        if len(done.failures) > REASONS:
            yield Text(f"  and {len(done.failures) - REASONS:,} more")
        yield Text("The same command asks for them again.", WARNING)
    words = ["assay", "score", task, out, *(("--data", data) if data else ())]
    yield command("what they are worth", shlex.join(words))


def agreements(found: Sequence[Consent]) -> Iterator[RenderableType]:
    """The judges, and a line for each one's repeats and for each pair of them."""
    names = dict.fromkeys(name for one in found for name in (one.judge, one.other) if name)
    letters = dict(zip(names, _letters(), strict=False))
    yield facts([(letter, name) for name, letter in letters.items()])
    yield ""
    table = grid("question", "who", "compared", "alike × 100", "kappa", numbers=3)
    for one in found:
        other = f" and {letters[one.other]}" if one.other else ", asked again"
        who = f"{letters[one.judge]}{other}"
        kappa = "" if isnan(one.kappa) else f"{one.kappa:.3f}"
        table.add_row(one.question, who, f"{one.items:,}", hundredths(one.raw), kappa)
    yield table


def _letters() -> Iterator[str]:
    """A, B, ..., Z, AA, AB, ..."""
    yield from ascii_uppercase
    for first in _letters():
        yield from (first + last for last in ascii_uppercase)
