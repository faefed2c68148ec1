"""Correlations over models, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from leaderboard.board.records import Source
from leaderboard.board.savvy import correlated, printed_savvy
from leaderboard.printed.records import PrintedCell, PrintedRow, PrintedTable

POINTS = [("a", 0.1, 0.2), ("b", 0.2, 0.1), ("c", 0.3, 0.4), ("d", 0.4, 0.3)]


def test_pearson_and_spearman_are_those_of_the_hand_calculation() -> None:
    """Deviations x: -.15 -.05 .05 .15; y: -.05 -.15 .15 .05.

    Their products sum to .0075 + .0075 + .0075 + .0075 = .03, squares to .05 each: r = .6.
    The ranks are the same numbers times 10, so rho = .6.
    """
    found = correlated(POINTS, "x", "y")
    assert found.pearson == pytest.approx(0.6)
    assert found.spearman == pytest.approx(0.6)


def test_ranks_and_not_values_make_spearman() -> None:
    points = [("a", 0.1, 0.01), ("b", 0.2, 0.02), ("c", 0.3, 0.9), ("d", 0.35, 0.95)]
    found = correlated(points, "x", "y")
    assert found.spearman == 1
    assert found.pearson < 0.95


def test_ties_take_their_mean_rank() -> None:
    """Ranks x: 1 2.5 2.5 4, y: 1 2 3 4; deviations -1.5 0 0 1.5 and -1.5 -.5 .5 1.5.

    rho = 4.5 / sqrt(4.5 * 5) = .948683
    """
    points = [("a", 0.1, 0.1), ("b", 0.2, 0.2), ("c", 0.2, 0.3), ("d", 0.3, 0.4)]
    assert correlated(points, "x", "y").spearman == pytest.approx(0.948683, abs=1e-6)


def test_the_interval_is_that_of_numpy_over_the_same_models() -> None:
    rng = np.random.default_rng(5)
    x = rng.random(12)
    y = x + rng.normal(0, 0.2, 12)
    found = correlated([(str(i), *p) for i, p in enumerate(zip(x, y, strict=True))], "x", "y")
    drawn = rng.integers(0, 12, (4000, 12))
    plain = [np.corrcoef(x[d], y[d])[0, 1] for d in drawn]
    low, high = np.quantile(plain, [0.025, 0.975])
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.05)
    assert found.low < found.pearson < found.high


def test_order_of_models_does_not_matter_to_the_correlation() -> None:
    assert correlated(POINTS, "", "").pearson == correlated(POINTS[::-1], "", "").pearson


def test_a_printed_number_that_is_wrong_takes_no_part() -> None:
    def row(name: str, value: float, defect: str = "") -> PrintedRow:
        cell = PrintedCell("average", "nDCG@10", value, str(value), defect=defect)
        return PrintedRow(name, name, False, {}, "embedder", None, (cell,))

    rows = tuple(row(name, tools) for name, _, tools in POINTS)
    source = Source("A Paper", "Table 4", "https://example.org", 2025, "t")
    table = PrintedTable(
        "t", source, None, "", "toolret", "", "", (*rows, row("e", 0.9, "a misprint"))
    )
    conventional = {name: x for name, x, _ in POINTS} | {"e": 0.5, "f": 0.5}
    (found,) = printed_savvy([table], conventional, "Somewhere.")
    assert found.points == tuple(POINTS)
    assert found.tools == ("Average nDCG@10 of ToolRet without instructions: A Paper, Table 4.")
