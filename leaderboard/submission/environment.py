"""Where results were computed, without what names a person or a machine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import Field

from leaderboard.fields import Line, Strict
from leaderboard.records import Environment

UNKNOWN = "unknown"
MOST = 1e10
"""Of seconds and MiB: 317 years and 10 PiB, so that sums and pages stay readable."""
_MACHINES = re.compile(r"x86_64|amd64|aarch64|arm64|i[3-6]86|ppc64le|s390x|riscv64", re.IGNORECASE)
_NAMED = 3
"""How many different commits, processors or versions of one thing are named."""
_LONGEST = 60
"""Characters of each, so that together they fit a line."""


class RunInfo(Strict):
    """`run_info.json` of a submitted result: what it cost, and on what."""

    wall_seconds: float = Field(ge=0, le=MOST)
    cpu_seconds: float = Field(ge=0, le=MOST)
    """Of all cores together."""
    peak_memory_mib: float = Field(ge=0, le=MOST)
    """Peak resident memory of the process."""
    packages: dict[str, Line] = Field(max_length=200)
    python: Line
    system: Line
    processor: Line
    cores: int | None = Field(ge=0, le=10**6)


def reduced(info: Mapping[str, Any]) -> RunInfo:
    """What is kept of a `run_info.json`.

    Args:
        info: as the harness writes it.

    Raises:
        pydantic.ValidationError: it is not.
    """
    return RunInfo(
        wall_seconds=info.get("wall_seconds"),  # type: ignore[arg-type]
        cpu_seconds=info.get("cpu_seconds"),  # type: ignore[arg-type]
        peak_memory_mib=info.get("peak_memory_mib"),  # type: ignore[arg-type]
        packages=info.get("packages"),  # type: ignore[arg-type]
        python=info.get("python"),  # type: ignore[arg-type]
        system=system(str(info.get("platform") or "")),
        processor=info.get("processor") or UNKNOWN,
        cores=info.get("cores"),
    )


def together(infos: Sequence[Mapping[str, Any]]) -> Environment:
    """One environment for several results.

    What they have in common stands once; where they differ, the different values stand side by
    side in order, of cores the most, and the code had changes where it had some for any of them.

    Args:
        infos: of at least one `run_info.json`, as the harness writes it.
    """
    parts = [reduced(info) for info in infos]
    names = sorted({name for part in parts for name in part.packages})
    git = [info["git"] for info in infos if isinstance(info.get("git"), dict)]
    commits = [str(state["commit"]) for state in git if state.get("commit")]
    return Environment(
        packages={
            name: _joined(p.packages[name] for p in parts if name in p.packages) for name in names
        },
        python=_joined(part.python for part in parts),
        system=_joined(part.system for part in parts),
        processor=_joined(part.processor for part in parts),
        cores=max((part.cores for part in parts if part.cores is not None), default=None),
        commit=_joined(commits) if commits else None,
        dirty=any(bool(state.get("dirty")) for state in git) if git else None,
    )


def side_by_side(first: Environment, second: Environment) -> Environment:
    """One environment for results of two, each of one or several results: see `together`."""
    both = (first, second)
    names = sorted({name for one in both for name in one.packages})
    dirty = [one.dirty for one in both if one.dirty is not None]
    commits = [one.commit for one in both if one.commit is not None]
    return Environment(
        packages={
            name: _rejoined(one.packages[name] for one in both if name in one.packages)
            for name in names
        },
        python=_rejoined(one.python for one in both),
        system=_rejoined(one.system for one in both),
        processor=_rejoined(one.processor for one in both),
        cores=max((one.cores for one in both if one.cores is not None), default=None),
        accelerators=sorted({name for one in both for name in one.accelerators}),
        commit=_rejoined(commits) if commits else None,
        dirty=any(dirty) if dirty else None,
    )


def system(platform: str) -> str:
    """A platform without the release of its kernel, which may name a machine.

    "Linux-6.1.0-host7-x86_64-with-glibc2.36" is "Linux x86_64 glibc2.36".
    """
    name, _, rest = platform.partition("-")
    before, _, library = rest.partition("-with-")
    machines = _MACHINES.findall(before)
    return " ".join(filter(None, (name, *machines[-1:], library))) or UNKNOWN


def _rejoined(values: Iterable[str]) -> str:
    """Values, some of which are joined already; equal ones stay as they are."""
    found = list(dict.fromkeys(values))
    if len(found) == 1:
        return found[0]
    return _joined(part for value in found for part in value.split(", "))


def _joined(values: Iterable[str]) -> str:
    found = sorted({value[:_LONGEST].strip() for value in values})
    more = len(found) - _NAMED
    return ", ".join(found[:_NAMED]) + (f" and {more} more" if more > 0 else "")
