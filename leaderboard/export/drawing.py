"""How figures look and are saved: print sizes, black and white, the same bytes every time."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from harness.errors import MissingExtra

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 3.3
"""Inches: a column of a two-column paper."""

INK, SHADE, RULE = "black", "0.93", "0.6"

STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, so every machine has it
    "font.size": 7,
    "axes.linewidth": 0.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.major.width": 0.5,
    "ytick.major.width": 0.5,
    "xtick.major.size": 2,
    "ytick.major.size": 2,
    "legend.frameon": False,
    "text.parse_math": False,  # a "$" of a name is a "$"
    "pdf.fonttype": 42,  # text stays text
    "svg.fonttype": "none",
    "svg.hashsalt": "assay",
}

_NO_DATE = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}


@contextmanager
def drawing() -> Iterator[None]:
    """The style of all figures, whatever the user's own settings are.

    Raises:
        MissingExtra: matplotlib is not installed.
    """
    try:
        from matplotlib import style
    except ImportError:
        raise MissingExtra("a figure", "figures") from None
    with style.context(["default", STYLE]):
        yield


def saved(figure: Figure, form: str) -> bytes:
    """The figure as "svg" or "pdf"; no date, no random ids."""
    data = io.BytesIO()
    figure.savefig(data, format=form, metadata=_NO_DATE[form])
    return data.getvalue()


def drawable(text: str, longest: int) -> str:
    """The text without what the font cannot draw.

    Where it is long, its middle is left out: what sets rows of one name apart stands at the end,
    mostly in brackets, which stay whole where there is room.
    """
    from matplotlib.font_manager import findfont, get_font

    font = get_font(findfont(STYLE["font.family"]))
    kept = "".join(char if font.get_char_index(ord(char)) else "\ufffd" for char in text)
    if len(kept) <= longest:
        return kept
    bracket = kept[kept.rfind(" (") :] if kept.endswith(")") and " (" in kept else ""
    end = bracket if 0 < len(bracket) <= longest // 2 else kept[-(longest // 3) :].lstrip()
    return f"{kept[: longest - len(end) - 1].rstrip()}…{end}"
