r"""A table in LaTeX, for `\usepackage{booktabs}`."""

from __future__ import annotations

import re

from leaderboard.export.table import Entry, Line, Table

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
    """A floating table with its caption: best bold, second underlined, intervals in small type."""
    header = " & ".join(["Model", *map(escape, table.headers)])
    label = re.sub(r"[^A-Za-z0-9-]+", "-", table.suite)
    lines = [
        r"% Needs \usepackage{booktabs} and \usepackage{textcomp}.",
        r"\begin{table}[t]",
        r"\centering",
        rf"\caption{{{_caption(table)}}}",
        rf"\label{{tab:{label}}}",
        rf"\begin{{tabular}}{{l{'r' * len(table.headers)}}}",
        r"\toprule",
        rf"{header} \\",
        r"\midrule",
        *map(_line, table.lines),
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def _caption(table: Table) -> str:
    notes = (f"{_raised(note.mark)}{escape(note.text)}" for note in table.notes)
    return " ".join(notes)


def _line(line: Line) -> str:
    letters = [line.group, *[""] * len(line.entries)]
    cells = [_entry(*both) for both in zip(line.entries, letters, strict=False)]
    return " & ".join([escape(line.label) + _raised(line.marks), *cells]) + r" \\"


def _entry(entry: Entry | None, group: str) -> str:
    if entry is None:
        return "--"
    text = {"best": rf"\textbf{{{entry.text}}}", "second": rf"\underline{{{entry.text}}}"}.get(
        entry.place, entry.text
    )
    spread = rf" {{\scriptsize$\pm${entry.spread}}}" if entry.spread else ""
    return text + _raised(entry.marks, group) + spread


def _raised(marks: str, letters: str = "") -> str:
    """Marks and group as one superscript."""
    inside = "".join(_MARKS[mark] for mark in marks)
    inside += rf"\mathrm{{{letters}}}" if letters else ""
    return f"$^{{{inside}}}$" if inside else ""
