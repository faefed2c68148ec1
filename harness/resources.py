"""What a run cost and where it ran: the part of a result that differs from run to run."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from functools import cache
from importlib.metadata import distributions
from typing import Any

PACKAGES = (
    "assay-harness",
    "bm25s",
    "datasets",
    "faiss-cpu",
    "numba",
    "numpy",
    "pyserini",
    "PyStemmer",
    "rank-bm25",
    "scipy",
    "sentence-transformers",
    "torch",
    "transformers",
)
"""Packages whose version can change an answer; those installed are recorded."""


class Meter:
    """Wall time, processor time and peak memory since it was made."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def read(self) -> dict[str, float]:
        """Seconds of wall and processor time, and the process's peak resident memory in MiB."""
        return {
            "wall_seconds": round(time.perf_counter() - self._wall, 3),
            "cpu_seconds": round(time.process_time() - self._cpu, 3),
            "peak_memory_mib": round(_peak_memory(), 1),
        }


@cache
def environment() -> dict[str, Any]:
    """Package versions, the state of the code, and the hardware; looked up once."""
    wanted = {name.lower(): name for name in PACKAGES}
    installed = {(d.metadata["Name"] or "").lower(): d.version for d in distributions()}
    return {
        "packages": {wanted[n]: installed[n] for n in wanted if n in installed},
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "git": _git(),
    }


def _peak_memory() -> float:
    """Peak resident set in MiB; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(
                line.split(":")[1].strip() for line in file if line.startswith("model name")
            )
    except (OSError, StopIteration):
        return platform.processor()


def _git() -> dict[str, Any] | None:
    """Commit of the working directory and whether it has changes; None outside a repository."""

    def ask(*words: str) -> str:
        answer = subprocess.run(
            ["git", *words], capture_output=True, text=True, timeout=10, check=True
        )
        return answer.stdout.strip()

    try:
        return {"commit": ask("rev-parse", "HEAD"), "dirty": bool(ask("status", "--porcelain"))}
    except (OSError, subprocess.SubprocessError):
        return None
