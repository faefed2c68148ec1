from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from harness.resources import Meter, environment
from leaderboard.submission.environment import reduced, side_by_side, system, together


def info(**changes: Any) -> dict[str, Any]:
    """A `run_info.json` of a machine with a name."""
    return {
        "wall_seconds": 1.5,
        "cpu_seconds": 3,
        "peak_memory_mib": 200.0,
        "packages": {"numpy": "2.3.0"},
        "python": "3.11.7",
        "platform": "Linux-6.1.0-annas-laptop-x86_64-with-glibc2.36",
        "processor": "A processor",
        "cores": 4,
        "git": {"commit": "abc", "dirty": False},
    } | changes


@pytest.mark.parametrize(
    ("platform", "expected"),
    [
        ("Linux-6.1.0-annas-laptop-x86_64-with-glibc2.36", "Linux x86_64 glibc2.36"),
        ("Linux-5.15.0-1034-aws-aarch64-with-musl", "Linux aarch64 musl"),
        ("macOS-14.5-arm64-arm-64bit", "macOS arm64"),
        ("Windows-10-10.0.19045-SP0", "Windows"),
        ("", "unknown"),
    ],
)
def test_a_system_is_named_without_its_kernel(platform: str, expected: str) -> None:
    assert system(platform) == expected


def test_of_a_run_what_it_cost_and_on_what_is_kept() -> None:
    kept = reduced(info(user="anna", hostname="annas-laptop"))
    assert kept.model_dump() == {
        "wall_seconds": 1.5,
        "cpu_seconds": 3.0,
        "peak_memory_mib": 200.0,
        "packages": {"numpy": "2.3.0"},
        "python": "3.11.7",
        "system": "Linux x86_64 glibc2.36",
        "processor": "A processor",
        "cores": 4,
    }


def test_what_the_harness_writes_can_be_reduced() -> None:
    written = {**Meter().read(), **environment()}
    assert reduced(written).cores == written["cores"]
    assert together([written]).packages == written["packages"]


@pytest.mark.parametrize(
    "change",
    [
        {"wall_seconds": -1},
        {"wall_seconds": 1.7e308},
        {"cpu_seconds": 2e10},
        {"peak_memory_mib": 2e10},
        {"cores": 10**9},
        {"packages": None},
        {"python": 3},
    ],
)
def test_what_it_does_not_write_cannot(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        reduced(info(**change))


def test_equal_environments_are_one() -> None:
    assert together([info(), info(wall_seconds=9)]) == together([info()])
    assert together([info()]).commit == "abc"
    assert together([info()]).dirty is False


def test_where_environments_differ_both_stand() -> None:
    other = info(
        packages={"numpy": "2.2.0", "torch": "2.9"}, cores=8, git={"commit": "def", "dirty": True}
    )
    both = together([info(), other])
    assert both.packages == {"numpy": "2.2.0, 2.3.0", "torch": "2.9"}
    assert both.cores == 8
    assert both.commit == "abc, def"
    assert both.dirty is True
    assert together([other, info()]) == both


def test_of_many_values_three_are_named() -> None:
    many = [info(git={"commit": f"{i:040x}", "dirty": False}) for i in range(126)]
    commit = together(many).commit
    assert commit is not None
    assert commit == f"{0:040x}, {1:040x}, {2:040x} and 123 more"


def test_environments_of_several_results_stand_side_by_side_too() -> None:
    one = together([info(), info(python="3.12.1")])
    other = together([info(packages={"numpy": "2.2.0"}, cores=8, git=None)])
    both = side_by_side(one, other)
    assert both.python == "3.11.7, 3.12.1"
    assert both.packages == {"numpy": "2.2.0, 2.3.0"}
    assert (both.cores, both.commit, both.dirty) == (8, "abc", False)
    assert side_by_side(one, one) == one


def test_outside_a_repository_there_is_no_commit() -> None:
    alone = together([info(git=None, processor="", cores=None)])
    assert (alone.commit, alone.dirty, alone.processor, alone.cores) == (
        None,
        None,
        "unknown",
        None,
    )
