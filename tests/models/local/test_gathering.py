"""Requests are handed on in groups, and each gets the answer that is its own."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from models.local.gathering import Gathering


def test_what_comes_together_is_worked_on_together() -> None:
    groups: list[list[int]] = []

    def work(group: Sequence[int]) -> list[int]:
        groups.append(list(group))
        return [10 * number for number in group]

    gathering = Gathering(work, 3)
    futures = [gathering.submit(number) for number in range(3)]
    assert [future.result(5) for future in futures] == [0, 10, 20]
    assert groups == [[0, 1, 2]]


def test_what_comes_meanwhile_is_the_next_group_without_who_left() -> None:
    groups: list[list[int]] = []
    begun, free = threading.Event(), threading.Event()

    def work(group: Sequence[int]) -> list[int]:
        groups.append(list(group))
        begun.set()
        assert free.wait(5)
        return list(group)

    gathering = Gathering(work, 1)
    first = gathering.submit(0)
    assert begun.wait(5)
    later = [gathering.submit(number) for number in (1, 2, 3)]
    assert not first.cancel()
    assert later[1].cancel()
    free.set()
    assert (first.result(5), later[0].result(5), later[2].result(5)) == (0, 1, 3)
    assert groups == [[0], [1, 3]]


def test_an_error_goes_to_its_own_request_and_a_failure_to_all() -> None:
    def work(group: Sequence[int]) -> list[int | BaseException]:
        if 9 in group:
            raise ValueError("all")
        return [KeyError("own") if number == 1 else number for number in group]

    gathering = Gathering(work, 2)
    fine, wrong = gathering.submit(0), gathering.submit(1)
    assert fine.result(5) == 0
    with pytest.raises(KeyError, match="own"):
        wrong.result(5)
    for future in [gathering.submit(9), gathering.submit(0)]:
        with pytest.raises(ValueError, match="all"):
            future.result(5)


def test_the_thread_ends_with_the_work_and_begins_anew() -> None:
    gathering: Gathering[int, str] = Gathering(
        lambda group: [threading.current_thread().name for _ in group], 1
    )
    name = gathering.submit(0).result(5)
    until = time.monotonic() + 5
    while any(t.name == name for t in threading.enumerate()) and time.monotonic() < until:
        time.sleep(0.01)
    assert name not in {thread.name for thread in threading.enumerate()}
    assert gathering.submit(1).result(5) == name


def test_a_program_that_ends_lets_the_group_under_way_come_to_its_end(tmp_path: Path) -> None:
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from models.local.gathering import Gathering\n"
        "def work(group):\n"
        "    Path(sys.argv[1], 'begun').touch()\n"
        "    time.sleep(0.5)\n"
        "    Path(sys.argv[1], 'ended').touch()\n"
        "    return group\n"
        "Gathering(work, 1).submit(1)\n"
        "while not Path(sys.argv[1], 'begun').exists():\n"
        "    time.sleep(0.01)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True)
    assert (tmp_path / "ended").exists()
