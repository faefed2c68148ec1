"""The windows over a list, written out by hand."""

import pytest

from models.ordering.windows import rankgpt_windows, windows


@pytest.mark.parametrize(
    ("n", "visited"),
    [
        (0, []),
        (1, []),
        (2, [(0, 2)]),
        (19, [(0, 19)]),
        (20, [(0, 20)]),
        (21, [(1, 21), (0, 20)]),
        (25, [(5, 25), (0, 20)]),
        (30, [(10, 30), (0, 20)]),
        (35, [(15, 35), (5, 25), (0, 20)]),
        (50, [(30, 50), (20, 40), (10, 30), (0, 20)]),
    ],
)
def test_the_window_slides_to_the_very_top(n: int, visited: list[tuple[int, int]]) -> None:
    assert windows(n, 20, 10) == visited


@pytest.mark.parametrize(
    ("n", "visited"),
    [
        (0, []),
        (19, []),
        (20, [(0, 20)]),
        (25, [(5, 25)]),  # the next would start at -5: the first five stay
        (30, [(10, 30), (0, 20)]),
        (35, [(15, 35), (5, 25)]),
        (50, [(30, 50), (20, 40), (10, 30), (0, 20)]),
    ],
)
def test_rankgpts_code_shows_only_whole_windows(n: int, visited: list[tuple[int, int]]) -> None:
    assert rankgpt_windows(n, 20, 10) == visited


def test_a_hundred_candidates_are_nine_windows_either_way() -> None:
    by_hand = [(start, start + 20) for start in (80, 70, 60, 50, 40, 30, 20, 10, 0)]
    assert windows(100, 20, 10) == rankgpt_windows(100, 20, 10) == by_hand


@pytest.mark.parametrize("compat", [False, True])
def test_windows_that_do_not_overlap(compat: bool) -> None:
    slide = rankgpt_windows if compat else windows
    assert slide(9, 3, 3) == [(6, 9), (3, 6), (0, 3)]
