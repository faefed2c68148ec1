"""Several processes that train one model, as torch's launchers start them.

`accelerate launch` and `torchrun` run the same command once a device and number the processes. The
first one carries every stage out, alone in the folder. The others write nothing: they take part in
stages that are `shared`, and wait until all else is over.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.contracts import Stage
from harness.errors import UserError
from harness.training.ledger import Ledger
from harness.training.work import Work

_LOOK = 0.2
"""Seconds between two looks at what the first process has done."""


def number() -> int:
    """Of this process, from 0."""
    return int(os.environ.get("RANK", "0"))


def processes() -> int:
    """How many train together."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def require_shared(stages: Sequence[Stage], *, fresh: bool) -> None:
    """Raises `UserError` where several processes have nothing to share."""
    if processes() == 1:
        return
    if not any(map(shared, stages)):
        raise UserError("this method trains in one process: run it without a launcher")
    if fresh:
        raise UserError("--fresh clears the folder for all processes: give a new --out instead")


def shared(stage: Stage) -> bool:
    """Whether all processes take part in it."""
    return bool(getattr(stage, "shared", False))


def follow(
    stages: Sequence[Stage], folders: Mapping[str, Path], out: Path, marker: str
) -> dict[str, bool]:
    """What a process does that is not the first.

    Args:
        stages: of the training.
        folders: of the stages, by name.
        out: where the last stage leaves the checkpoint.
        marker: the file that the first process puts into the folder of a stage that is over.

    Returns:
        For each stage, whether it took part.
    """
    took: dict[str, bool] = {}
    for stage in stages:
        over = folders[stage.name] / marker
        took[stage.name] = shared(stage) and not over.exists()
        if took[stage.name]:
            earlier = {name: folders[name] for name in took if name != stage.name}
            ledger = Ledger(out.parent, stage.name)  # is never opened, and so writes nothing
            stage.run(Work(folders[stage.name], out, earlier, ledger))
        while not over.exists():
            time.sleep(_LOOK)
    return took
