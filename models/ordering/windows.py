"""Which parts of a list of candidates are shown to the model, one after the other."""

from __future__ import annotations


def windows(n: int, size: int, step: int) -> list[tuple[int, int]]:
    """A window sliding from the end of a list to its front (Sun et al. 2023, section 3.2).

    Each overlaps the one before it, so that what was best there can rise further. The last one
    starts at 0, however far that is from the one before, so that the top is always ordered; a list
    shorter than a window is one window.

    Args:
        n: length of the list.
        size: places in a window.
        step: how far it moves, at most `size`.

    Returns:
        (start, end) of each, counted from 0, `end` excluded. A list of fewer than two has none.
    """
    if n < 2:
        return []
    starts = [*range(n - size, 0, -step), 0]
    return [(start, min(start + size, n)) for start in starts]


def rankgpt_windows(n: int, size: int, step: int) -> list[tuple[int, int]]:
    """The windows of RankGPT's released code: only whole ones, counted from the end of the list.

    So a list shorter than a window has none and keeps its order; and where (n - size) is no
    multiple of `step`, the first few places are never shown. Source: `sliding_windows` in
    rank_gpt.py of github.com/sunnweiwei/RankGPT, which MAIR's rankgpt.py repeats.
    """
    return [(start, start + size) for start in range(n - size, -1, -step)]
