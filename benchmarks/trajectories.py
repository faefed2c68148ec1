"""Reading, writing and scoring 100,000 trajectories: python benchmarks/trajectories.py

Every trajectory is a short tool-use conversation of 3 calls; the file is written, read whole, read
once more from gzip, and scored by five measures. Peak memory is of what Python allocates meanwhile,
on top of what was there before; it is measured on a tenth of the lines, since tracing takes time,
and of scoring on a fifth too: what grows is what is kept of an attempt, its values and a hash.
"""

from __future__ import annotations

import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from random import Random
from time import perf_counter

from harness.contracts import ProblemSet, Unreadable
from harness.flows.tool_use import ToolUseFlow
from harness.formats.trajectories import digest, read_trajectories, write_trajectories
from harness.records import Gold, Message, Problem, Setting, ToolCall, ToolSpec, Trajectory, Usage

LINES = 100_000
TRIALS = 4
MEASURES = ("success", "path_recall", "call_precision", "output_tokens", "pass^4")


def main() -> None:
    print(f"{LINES:,} trajectories, Python {sys.version.split()[0]}")
    print(f"{'':<14} {'seconds':>8} {'lines/s':>9} {'MB/s':>7}")
    with tempfile.TemporaryDirectory() as folder:
        plain, packed = Path(folder) / "t.jsonl", Path(folder) / "t.jsonl.gz"
        seconds, _ = timed(lambda: write_trajectories(plain, synthetic()))
        size = plain.stat().st_size
        row("write", seconds, size)
        seconds, n = timed(lambda: sum(isinstance(t, Trajectory) for t in read_trajectories(plain)))
        row("read", seconds, size)
        assert n == LINES
        seconds, _ = timed(
            lambda: [
                digest(t) for t in read_trajectories(plain) if isinstance(t, Trajectory)
            ].clear()
        )
        row("read + digest", seconds, size)
        flow = problems()
        seconds, _ = timed(lambda: flow.score_all(read_trajectories(plain), MEASURES))
        row("score", seconds, size)
        write_trajectories(packed, synthetic())
        seconds, _ = timed(lambda: sum(1 for _ in read_trajectories(packed)))
        row("read .gz", seconds, size)
        print(f"\n{size / 1e6:.1f} MB, {packed.stat().st_size / 1e6:.1f} MB in gzip")
        print(f"peak memory of reading {peak(lambda: drain(plain, LINES // 10)) / 1e6:.2f} MB")
        for part in (LINES // 10, LINES // 5):
            found = peak(lambda n=part: flow.score_all(first(plain, n), MEASURES))  # type: ignore[misc]
            print(f"peak memory of scoring {part:,}: {found / 1e6:.1f} MB")


def synthetic() -> Iterator[Trajectory]:
    """Conversations of a user, three calls and an answer, drawn by chance."""
    rng = Random(0)
    for i in range(LINES):
        messages = [Message("user", f"What is the price of share {i} in the three markets?")]
        for step in range(3):
            arguments = {"symbol": f"S{rng.randrange(10_000)}", "market": step, "live": True}
            messages.append(
                Message("assistant", calls=(ToolCall("price", arguments, id=f"call_{step}"),))
            )
            reply = f'{{"price": {rng.random() * 100:.2f}, "currency": "EUR", "as_of": "09:30"}}'
            messages.append(Message("tool", reply, call_id=f"call_{step}", failed=False))
        yield Trajectory(
            f"p{i // TRIALS}",
            i % TRIALS,
            tuple(messages),
            answer="The prices differ by less than a percent.",
            usage=Usage(900 + i % 100, 120, 0.002),
            seconds=2.5,
        )


def problems() -> ToolUseFlow:
    """The problems that the conversations are about: the price is to be looked up."""
    tool = ToolSpec("price", "The price of a share.")
    gold = Gold(success="path_set_all", path=("price",))
    asked = [
        Problem(f"p{i}", ((Message("user", f"Share {i}"),),), (tool,), gold)
        for i in range(LINES // TRIALS)
    ]
    return ToolUseFlow((ProblemSet("test", asked),), Setting(), 0)


def first(path: Path, n: int) -> Iterator[Trajectory | Unreadable]:
    return islice(read_trajectories(path), n)


def drain(path: Path, n: int) -> None:
    for _ in first(path, n):
        pass


def peak(work: Callable[[], object]) -> int:
    """Bytes at the peak of some work."""
    tracemalloc.start()
    work()
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


def timed(work: Callable[[], object]) -> tuple[float, object]:
    start = perf_counter()
    result = work()
    return perf_counter() - start, result


def row(what: str, seconds: float, size: int) -> None:
    print(f"{what:<14} {seconds:8.2f} {LINES / seconds:9,.0f} {size / seconds / 1e6:7.1f}")


if __name__ == "__main__":
    main()
