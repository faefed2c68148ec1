"""The compare page's statistics, run in node, are the harness's own."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from board_toys import VALUES

from harness.measures import statistics
from leaderboard import site
from leaderboard.checked import encoded

ASSETS = Path(site.__file__).parent / "assets"


def in_node(expression: str, given: Any) -> Any:
    """The value of a JavaScript expression over `given`, with the page's statistics at hand."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node")
    program = "\n".join(
        [
            *((ASSETS / name).read_text() for name in ("statistics.js", "compare-test.js")),
            "const given = JSON.parse(require('fs').readFileSync(0, 'utf8'));",
            "const { statistics, compare } = globalThis.assay;",
            f"process.stdout.write(JSON.stringify({expression}));",
        ]
    )
    told = subprocess.run(
        [node, "-e", program], input=json.dumps(given), capture_output=True, text=True, check=True
    )
    return json.loads(told.stdout)


def drawn(n: int, clusters: int, shift: float, seed: int = 0) -> dict[str, Any]:
    """Two systems on n queries in clusters, the second better by `shift` on average."""
    rng = np.random.default_rng(seed)
    first = rng.uniform(0, 1, n).round(3)
    second = np.clip(first + rng.normal(shift, 0.3, n), 0, 1).round(3)
    return {
        "first": first.tolist(),
        "second": second.tolist(),
        "weights": rng.uniform(0.5, 2, n).round(2).tolist(),
        "clusters": rng.integers(0, clusters, n).tolist(),
    }


P = """statistics.finish(statistics.randomization(
    given.second.map((b, i) => b - given.first[i]), given.weights, given.clusters, 's'))"""


def p_value(found: dict[str, Any]) -> float:
    weights = np.array(found["weights"])
    return statistics.paired_randomization(
        np.array(found["second"]) * weights,
        np.array(found["first"]) * weights,
        clusters=found["clusters"],
        seed="s",
    )


def test_p_values_are_exact_where_every_sign_pattern_is_enumerated() -> None:
    # Three clusters of gaps 0.3, 0.3 and 0.5 (0.2 + 0.3), weights 1: of the 8 sign patterns only
    # + + + and - - - reach |1.1|, so p = 2/8.
    given = {"first": [0.0] * 4, "second": [0.3, 0.3, 0.2, 0.3], "weights": [1] * 4,
             "clusters": [0, 1, 2, 2]}  # fmt: skip
    assert in_node(P, given) == 0.25


@pytest.mark.parametrize(("n", "clusters"), [(9, 100), (40, 12), (30, 13), (5, 1)])
def test_enumerated_p_values_are_those_of_the_harness(n: int, clusters: int) -> None:
    found = drawn(n, clusters, 0.15)
    assert in_node(P, found) == pytest.approx(p_value(found), abs=1e-12)


@pytest.mark.parametrize("shift", [0.0, 0.05, 0.5])
def test_drawn_p_values_agree_within_the_error_of_drawing(shift: float) -> None:
    # Both draw 10,000 patterns: the difference of two shares p has a standard error of at most
    # sqrt(2 p (1 - p) / 10000); five of them are allowed.
    found = drawn(200, 150, shift)
    here, there = in_node(P, found), p_value(found)
    error = np.sqrt(2 * max(there * (1 - there), 1e-4) / 10_000)
    assert abs(here - there) < 5 * error


def test_equal_systems_differ_by_chance_alone() -> None:
    found = drawn(20, 20, 0.0) | {"second": drawn(20, 20, 0.0)["first"]}
    assert in_node(P, found) == 1.0


def test_intervals_agree_within_the_error_of_drawing() -> None:
    found = drawn(300, 200, 0.1)
    low, high, spread = in_node(
        """(() => {
            const gaps = given.second.map((b, i) => b - given.first[i]);
            const means = statistics.finish(
                statistics.resample(gaps, given.weights, given.clusters, 's', 4000));
            const centre = means.reduce((a, b) => a + b) / means.length;
            const spread = Math.sqrt(
                means.reduce((sum, m) => sum + (m - centre) ** 2, 0) / means.length);
            return [...statistics.interval(means), spread];
        })()""",
        found,
    )
    gaps = np.array(found["second"]) - np.array(found["first"])
    replicates = statistics.resample(
        gaps[:, None],
        clusters=found["clusters"],
        weights=np.array(found["weights"]),
        resamples=4000,
        seed="s",
    )[:, 0]
    # The standard error of a 2.5 % quantile of 4,000 normal draws is about 0.042 of their spread;
    # the difference of two such has 0.06 of it. Five of them are allowed.
    assert spread == pytest.approx(replicates.std(), rel=0.06)
    expected = statistics.interval(replicates)
    assert low == pytest.approx(expected[0], abs=0.3 * spread)
    assert high == pytest.approx(expected[1], abs=0.3 * spread)


def test_the_interval_interpolates_as_numpy_does() -> None:
    # 0, 1, 2, 3 at 2.5 %: place 0.075, value 0.075; at 97.5 %: 2.925.
    assert in_node("statistics.interval(given)", [3, 1, 0, 2]) == pytest.approx([0.075, 2.925])


def test_holm_is_the_one_of_the_harness() -> None:
    # Worked out by hand: 0.01 * 4, then max(0.04, 0.02 * 3), max(., 0.03 * 2), max(., 0.5 * 1).
    given = [0.03, 0.01, 0.5, 0.02]
    assert in_node("statistics.holm(given)", given) == pytest.approx([0.06, 0.04, 0.5, 0.06])
    many = np.random.default_rng(1).uniform(0, 1, 50).round(2).tolist()  # with ties
    assert in_node("statistics.holm(given)", many) == pytest.approx(statistics.holm(many).tolist())


def test_values_are_decoded_from_little_endian_float32() -> None:
    values = np.array([0.0, 0.1, 1.0, 0.625])
    told = in_node("Array.from(statistics.decode(given))", encoded(values))
    assert told == values.astype(np.float32).tolist()


def test_draws_are_the_same_for_the_same_seed_and_others_for_another() -> None:
    draw = "[...Array(5)].map(statistics.random(given))"
    assert in_node(draw, "0/a") == in_node(draw, "0/a")
    assert in_node(draw, "0/a") != in_node(draw, "0/b")


def test_drawn_bits_are_fair() -> None:
    # 32 x 100,000 bits: each position's share of ones has a standard error of 0.00158.
    shares = in_node(
        """(() => { const next = statistics.random('0/fair'); const ones = Array(32).fill(0);
        for (let i = 0; i < 100000; i++) {
            const word = next(); for (let b = 0; b < 32; b++) ones[b] += (word >>> b) & 1; }
        return ones.map((count) => count / 100000); })()""",
        None,
    )
    assert max(abs(share - 0.5) for share in shares) < 5 * 0.00158


def pair_of(first: Sequence[float], second: Sequence[float]) -> dict[str, Any]:
    return {
        "first": {"values": encoded(np.array(first))},
        "second": {"values": encoded(np.array(second))},
        "queries": {"ids": ["q1", "q2", "q3", "q4"], "clusters": [0, 1, 2, 2]},
    }


def test_a_pair_counts_wins_ties_and_losses_of_the_second() -> None:
    # bm25 against alpha on cars: 1.0 = 1.0, 0.6 = 0.6, 0.6 > 0.2, 0.2 = 0.2; difference -0.4/4.
    given = pair_of(VALUES["bm25"]["toy/cars"], VALUES["alpha--with-instruction"]["toy/cars"])
    pair = in_node("compare.pair(given.first, given.second, given.queries)", given)
    assert (pair["wins"], pair["ties"], pair["losses"]) == (0, 3, 1)
    assert pair["difference"] == pytest.approx(-0.1, abs=1e-7)


def test_values_of_other_queries_are_not_paired() -> None:
    given = pair_of([0.1, 0.2], [0.1, 0.2, 0.3, 0.4])
    assert in_node("compare.pair(given.first, given.second, given.queries)", given) is None


def test_where_less_is_better_a_query_with_less_is_won() -> None:
    given = {
        "first": {"values": encoded(np.array([3.0, 2.0, 1.0])), "lower": True},
        "second": {"values": encoded(np.array([1.0, 2.0, 0.5]))},
        "queries": {"ids": ["a", "b", "c"]},
    }
    pair = in_node("compare.pair(given.first, given.second, given.queries)", given)
    assert (pair["wins"], pair["ties"], pair["losses"]) == (2, 1, 0)
    assert pair["difference"] == pytest.approx(-2.5 / 3)


@pytest.mark.parametrize(
    ("difference", "p", "verdict"),
    [(0.1, 0.01, "better"), (-0.1, 0.01, "worse"), (0.1, 0.05, "not told apart"),
     (0.0, 0.01, "not told apart")],
)  # fmt: skip
def test_verdicts_are_those_of_the_harness(difference: float, p: float, verdict: str) -> None:
    assert in_node("compare.verdict(...given)", [difference, p]) == verdict
    other = {"better": "worse", "worse": "better"}.get(verdict, verdict)
    assert in_node("compare.verdict(...given, true)", [difference, p]) == other


def test_results_about_other_data_are_not_tested() -> None:
    told = in_node(
        "[compare.obstacle(...given[0]), compare.obstacle(...given[1]),"
        " compare.obstacle(...given[2])]",
        [
            [{"values": "a"}, {"values": "a", "edition": "version 1"}],
            [{"values": "a"}, {}],
            [{"values": "a", "edition": "version 1"}, {"values": "a", "edition": "version 1"}],
        ],
    )
    assert told == [
        "other data or version: version 1 against current",
        "only means are known: no values by query",
        "",
    ]
