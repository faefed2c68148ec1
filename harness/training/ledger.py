"""What training costs: seconds, energy, and whatever a stage counts, one entry a sitting.

A sitting that was killed is entered when the next begins, from what it last wrote down.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from harness.files import disk_error, replacing
from harness.training.energy import Energy

LEDGER, OPEN = "ledger.jsonl", ".sitting.json"
EVERY = 10.0
"""Seconds between two times that an open sitting is written down."""


class Ledger:
    """The costs of one stage in one sitting. A context manager.

    Args:
        folder: the one of all training records.
        stage: whose costs they are.
    """

    def __init__(self, folder: Path, stage: str) -> None:
        self._folder, self._stage = folder, stage
        self._amounts: Counter[str] = Counter()
        self._energy = Energy()

    def __enter__(self) -> Self:
        _enter_left_over(self._folder)
        self._energy.start()  # which takes a while of its own
        self._began = datetime.now(UTC).isoformat(timespec="seconds")
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        self._written = self._wall
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._energy.stop()
        stopped = kind is not None and issubclass(kind, KeyboardInterrupt)
        end = "finished" if kind is None else "interrupted" if stopped else "failed"
        _enter(self._folder, self._entry(end))
        (self._folder / OPEN).unlink(missing_ok=True)

    def spend(self, amounts: Mapping[str, int]) -> None:
        """Adds amounts by name."""
        self._amounts.update(amounts)

    def flush(self) -> None:
        """Writes the open sitting down, where that was not done a moment ago."""
        now = time.perf_counter()
        if now - self._written >= EVERY:
            self._written = now
            with replacing(self._folder / OPEN) as file:
                file.write(json.dumps(self._entry("killed")).encode())

    def _entry(self, end: str) -> dict[str, Any]:
        return {
            "stage": self._stage,
            "began": self._began,
            "end": end,
            "seconds": round(time.perf_counter() - self._wall, 3),
            "cpu_seconds": round(time.process_time() - self._cpu, 3),
            **self._energy.read(),
            "amounts": dict(self._amounts),
        }


def read_ledger(folder: Path) -> list[dict[str, Any]]:
    """All sittings there were, in order; none where there is no ledger."""
    try:
        lines = (folder / LEDGER).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    found = []
    for line in lines:
        try:
            found.append(json.loads(line))
        except ValueError:  # torn by a kill
            continue
    return [entry for entry in found if isinstance(entry, dict)]


def _enter(folder: Path, entry: Mapping[str, Any]) -> None:
    try:
        with (folder / LEDGER).open("ab") as file:
            file.write(json.dumps(entry).encode() + b"\n")
    except OSError as error:
        raise disk_error(error, folder / LEDGER) from error


def _enter_left_over(folder: Path) -> None:
    """Enters the sitting that could not do so itself."""
    path = folder / OPEN
    try:
        entry = json.loads(path.read_bytes())
    except FileNotFoundError:
        return
    except ValueError:
        entry = None
    if isinstance(entry, dict):
        _enter(folder, entry)
    path.unlink(missing_ok=True)
