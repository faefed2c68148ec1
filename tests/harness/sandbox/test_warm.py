"""Processes that wait for programs: who gets one, and what becomes of those nobody gets."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from harness.errors import MissingExtra
from harness.loop import run
from harness.sandbox import Limits, Ran, prepare, run_program, running, warm

pytest.importorskip("pydantic_monty", reason="needs the extra sandbox")

COUNT = min(warm.MOST, os.cpu_count() or 1)
PROGRAMS = """
import asyncio, os, signal, sys
from harness.loop import run
from harness.sandbox import run_program, warm

async def some():
    for _ in range(2):
        await run_program("1 + 1", {})
    while len(warm._POOL.idle) < int(sys.argv[1]):
        await asyncio.sleep(0.01)
    for process in warm._POOL.idle:
        await process.stdout.readuntil()  # it is ready, and so is the interpreter that it has
    return [process.pid for process in warm._POOL.idle]

print(*run(some()), flush=True)
if sys.argv[2] == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[warm.Pool]:
    """A pool of the test's own."""
    own = warm.Pool()
    monkeypatch.setattr(warm, "_POOL", own)
    yield own
    run(_filled(own))
    own.close()
    for process in own.idle:
        run(warm.end(process))


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The processes in which programs were run."""
    seen: list[int] = []
    take = warm.take

    async def noted(script: Path, limits: Limits) -> warm.Process:
        process = await take(script, limits)
        seen.append(process.pid)
        return process

    monkeypatch.setattr(running, "take", noted)
    return seen


async def _filled(pool: warm.Pool) -> list[int]:
    """The processes that wait, once nothing is under way any more."""
    while pool._works:
        await asyncio.sleep(0.01)
    return [process.pid for process in pool.idle]


def ran(code: str, limits: Limits | None = None) -> Ran:
    return run(run_program(code, {}, limits))


def alive(group: int) -> bool:
    """Whether something of the group still runs."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, of = path.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(of) == group and state not in "ZX":
            return True
    return False


def gone(groups: list[int]) -> bool:
    for _ in range(250):
        if not any(map(alive, groups)):
            return True
        time.sleep(0.02)
    return False


def test_one_program_alone_leaves_nobody_waiting(pool: warm.Pool) -> None:
    assert ran("1 + 1").value == 2
    assert run(_filled(pool)) == []


def test_the_third_of_a_row_is_waited_for(pool: warm.Pool, used: list[int]) -> None:
    ran("1")
    ran("2")
    waiting = run(_filled(pool))
    assert len(waiting) == COUNT
    assert ran("x = 3\nx").value == 3
    assert used[2] == waiting[0]
    assert gone(used)


def test_no_two_programs_share_a_process(pool: warm.Pool, used: list[int]) -> None:
    assert ran("seen = 'secret'").ended == "finished"
    for _ in range(5):
        run(_filled(pool))
        found = ran("seen")
        assert found.error is not None
        assert found.error.startswith("NameError")
    assert len(set(used)) == 6
    assert len(run(_filled(pool))) == COUNT


def test_other_limits_are_never_met_by_those_that_wait(pool: warm.Pool, used: list[int]) -> None:
    ran("1")
    ran("2")
    waiting = run(_filled(pool))
    found = ran("print('a' * 50)", Limits(output=10))
    assert found.ended == "output"
    assert used[2] not in waiting
    assert gone(waiting)
    ran("print('a')", Limits(output=10))
    run(_filled(pool))
    assert ran("print('a' * 50)", Limits(output=10)).ended == "output"


def test_one_that_has_ended_meanwhile_is_not_taken(pool: warm.Pool, used: list[int]) -> None:
    ran("1")
    ran("2")
    first = run(_filled(pool))[0]
    os.killpg(first, signal.SIGKILL)

    async def noticed() -> None:
        await pool.idle[0].wait()

    run(noticed())
    assert ran("3").value == 3
    assert used[2] != first


def test_on_a_loop_of_somebody_elses_nobody_waits(pool: warm.Pool) -> None:
    found: list[Any] = []

    def other() -> None:
        loop = asyncio.new_event_loop()
        found.extend(loop.run_until_complete(run_program("1 + 1", {})).value for _ in range(3))
        loop.close()

    thread = Thread(target=other)
    thread.start()
    thread.join()
    assert found == [2, 2, 2]
    assert pool.idle == []


def prepared(limits: Limits | None = None) -> None:
    async def now() -> None:
        prepare(limits)

    run(now())


def test_a_process_waits_for_a_program_that_was_announced(pool: warm.Pool, used: list[int]) -> None:
    prepared()
    prepared()  # one is enough
    waiting = run(_filled(pool))
    assert len(waiting) == 1
    assert ran("1 + 1").value == 2
    assert used == waiting


def test_an_announcement_of_other_limits_ends_those_that_wait(
    pool: warm.Pool, used: list[int]
) -> None:
    prepared()
    first = run(_filled(pool))
    prepared(Limits(output=10))
    second = run(_filled(pool))
    assert gone(first)
    assert ran("print('a' * 50)", Limits(output=10)).ended == "output"
    assert used == second


def test_in_a_row_as_many_wait_as_before_once_a_program_is_over(pool: warm.Pool) -> None:
    for code in ("1", "2", "3", "4"):
        assert ran(code).ended == "finished"
        run(_filled(pool))
    assert len(pool.idle) == COUNT


def test_without_the_interpreter_nobody_is_started(
    pool: warm.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtra):
        prepared()
    assert run(_filled(pool)) == []


def test_nothing_of_the_rehearsal_is_left(pool: warm.Pool) -> None:
    """A name that our own program had is unknown to the next, and so is its function."""
    for name in ("found", "tool", "json"):
        assert (ran(name).error or "").startswith("NameError")
    assert ran("1").output == ""


@pytest.mark.parametrize("how", ["ended", "killed"])
def test_whatever_ends_the_harness_ends_those_that_wait(how: str) -> None:
    command = [sys.executable, "-W", "error", "-c", PROGRAMS, str(COUNT), how]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == (-signal.SIGKILL if how == "killed" else 0)
    assert done.stderr == ""
    waiting = list(map(int, done.stdout.split()))
    assert len(waiting) == COUNT
    assert gone(waiting)
