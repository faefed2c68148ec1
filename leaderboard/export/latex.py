r"""A table in LaTeX, for `\usepackage{booktabs}`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leaderboard.export.layout import Grid, Head, grids
from leaderboard.export.table import Entry, Table

TALL = 40
"""Rows that a floating table takes; more go on over pages."""

_ESCAPES = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", '"': r"\symbol{34}",
    "`": r"\textasciigrave{}",
    "*": "{*}", "[": "{[}", "]": "{]}",  # else an argument of the line break before them
    "-": "{-}",  # else two of them are a dash
    "±": r"$\pm$", "×": r"$\times$",
} | {char: f"\\{char}" for char in "&%$#_{}"}  # fmt: skip

_MARKS = {"*": r"\ast", "°": r"\circ", "†": r"\dagger", "‡": r"\ddagger", "×": r"\times"}


def escape(text: str) -> str:
    """The text as LaTeX prints it: nothing of it is a command, all on one line."""
    line = " ".join(text.split())
    escaped = "".join(_ESCAPES.get(char, char) for char in line)
    return re.sub(r"(?<=\w)\{-\}(?=\w)", "-", escaped)  # a hyphen of a word may stay one


def latex(table: Table) -> str:
    """A table with its caption: best bold, second underlined, intervals in small type.

    It floats; where it has more rows than a page it is a `longtable`. One of many columns is
    turned, tasks before the rows and models above, and comes in parts that a page takes.
    """
    parts = grids(table)
    caption = " ".join(f"{_raised(note.mark)}{escape(note.text)}" for note in table.notes)
    label = f"tab:{re.sub(r'[^A-Za-z0-9-]+', '-', table.suite)}"
    lines = [_needs(parts)]
    for number, grid in enumerate(parts, 1):
        if number == 1:
            said, own = caption, label
        else:
            first = escape(table.notes[0].text)
            said = rf"{first} Part {number} of {len(parts)}, continued from Table~\ref{{{label}}}."
            own = f"{label}-{number}"
        draw = _long if len(grid.rows) > TALL else _floating
        lines += draw(grid, rf"\caption{{{said}}}", rf"\label{{{own}}}")
    return "\n".join(lines) + "\n"


def _needs(parts: list[Grid]) -> str:
    packages = ["booktabs", "textcomp"]
    packages += ["graphicx"] * any(grid.turned for grid in parts)
    long = any(len(grid.rows) > TALL for grid in parts)
    packages += ["longtable"] * long
    needs = "% Needs " + ", ".join(rf"\usepackage{{{name}}}" for name in packages) + "."
    return f"{needs} Longtable is for pages of one column." if long else needs


def _floating(grid: Grid, caption: str, label: str) -> Iterator[str]:
    yield from (r"\begin{table}[t]", r"\centering", *_small(grid), caption, label)
    yield rf"\begin{{tabular}}{{{_columns(grid)}}}"
    yield from (r"\toprule", _header(grid), r"\midrule", *_rows(grid), r"\bottomrule")
    yield from (r"\end{tabular}", r"\end{table}")


def _long(grid: Grid, caption: str, label: str) -> Iterator[str]:
    header = _header(grid)
    yield from (r"\begingroup", *_small(grid), r"\setlength{\LTcapwidth}{\linewidth}")
    yield rf"\begin{{longtable}}{{{_columns(grid)}}}"
    yield rf"{caption}{label}\\"
    yield from (r"\toprule", header, r"\midrule", r"\endfirsthead")
    yield from (r"\toprule", header, r"\midrule", r"\endhead", r"\bottomrule", r"\endfoot")
    yield from (*_rows(grid), r"\end{longtable}", r"\endgroup")


def _small(grid: Grid) -> list[str]:
    """Smaller type, the more columns there are."""
    if grid.turned:
        return [r"\scriptsize", r"\setlength{\tabcolsep}{2pt}"]
    return [r"\footnotesize", r"\setlength{\tabcolsep}{4pt}"] if len(grid.heads) > 4 else []


def _columns(grid: Grid) -> str:
    return f"l{'r' * len(grid.heads)}"


def _header(grid: Grid) -> str:
    heads = [_head(head) for head in grid.heads]
    if grid.turned:  # names of models are long
        heads = [rf"\rotatebox{{90}}{{{head}}}" for head in heads]
    return " & ".join([grid.corner, *heads]) + r" \\"


def _rows(grid: Grid) -> Iterator[str]:
    for head, entries in grid.rows:
        yield " & ".join([_head(head), *map(_entry, entries)]) + r" \\"


def _head(head: Head) -> str:
    return escape(head.text) + _raised(head.marks)


def _entry(entry: Entry | None) -> str:
    if entry is None:
        return "--"
    text = {"best": rf"\textbf{{{entry.text}}}", "second": rf"\underline{{{entry.text}}}"}.get(
        entry.place, entry.text
    )
    spread = rf" {{\scriptsize$\pm${entry.spread}}}" if entry.spread else ""
    return text + _raised(entry.marks, entry.group) + spread


def _raised(marks: str, letters: str = "") -> str:
    """Marks and group as one superscript."""
    inside = "".join(_MARKS[mark] for mark in marks)
    inside += rf"\mathrm{{{letters}}}" if letters else ""
    return f"$^{{{inside}}}$" if inside else ""
