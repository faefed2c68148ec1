from __future__ import annotations

from typing import Literal

import pytest

from harness.sources import Read
from leaderboard.checked import Rerun, vouched


def read(revision: str | None, origin: Literal["mirror", "hub"] = "mirror") -> Read:
    return Read("a/b", "c", "d", origin, revision, "0" * 64, 1)


@pytest.mark.parametrize(
    ("datasets", "statistics", "said"),
    [
        ([], {}, True),
        ([read("3f", "hub")], {}, True),
        ([read("3f", "hub"), read(None)], {}, False),
        ([read(None)], {"splits": 1}, False),
        ([read(None)], {"queries": 300}, True),
    ],
)
def test_data_is_vouched_for_by_a_commit_or_by_counts(
    datasets: list[Read], statistics: dict[str, int], said: bool
) -> None:
    assert vouched(datasets, statistics) is said


@pytest.mark.parametrize(
    ("identical", "rerun", "agrees"),
    [(True, 0.5, True), (False, 0.5009, True), (False, 0.5011, False), (False, 0.4989, False)],
)
def test_a_rerun_agrees_to_a_thousandth(identical: bool, rerun: float, agrees: bool) -> None:
    fields = {"task": "t", "setting": {}, "main_measure": "m", "submitted": 0.5}
    assert Rerun(identical=identical, rerun=rerun, **fields).agrees is agrees  # type: ignore[arg-type]
