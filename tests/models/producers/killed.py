"""Trains, and kills itself where it is told. Reads from standard input, a line of JSON each:

    ["PRODUCER", "BASE", "DATA", "ROOT", "WHERE"]

WHERE is "never", "step N", "saving N" (files are there, the mark is not), "rows N", or "anew": at
the first progress that no earlier process told. DATA may be settings in JSON, which begin with "{".
A process is forked for each, after all that has to be imported, which takes longer than the
training. Written out is how it ended: 0, or the signal that killed it as a negative number.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any, NoReturn

sys.path[:0] = [str(Path(__file__).parents[3]), str(Path(__file__).parents[1])]

import schooling  # noqa: E402
import torch  # noqa: E402
import trl.trainer.dpo_trainer  # noqa: E402
import trl.trainer.sft_trainer  # noqa: E402, F401

from harness.registry import producers  # noqa: E402
from models.producers import pretrain  # noqa: E402
from models.producers.dpo import Dpo  # noqa: E402
from models.producers.sft import Sft  # noqa: E402
from models.training.running import checkpoints  # noqa: E402
from models.training.text import data, reference  # noqa: E402

SETTINGS: dict[str, Any] = {
    "device": "cpu",
    "batch": 4,
    "micro_batch": 3,
    "epochs": 2,
    "lr": 1e-3,
    "save_every": 2,
    "lora_dropout": 0.1,
}
SMALL: dict[str, Any] = {
    "device": "cpu",
    "dtype": "float32",
    "tokens": 4000,
    "vocabulary": 300,
    "width": 32,
    "layers": 1,
    "heads": 2,
    "inner": 64,
    "batch": 400,
    "save_every": 2,
}
"""Of `pretrain`, which makes its own model."""
FEW = 3
"""Reports of progress of a stage at which it dies, and one more."""


def _once(path: Path, told: str) -> None:
    """Dies where this was not told before."""
    with path.open("a+") as file:
        file.seek(0)
        if told not in file.readlines():
            file.write(told)
            file.flush()
            die()


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def train(producer: str, base: str, file: str, root: str, where: str) -> None:
    torch.set_num_threads(1)
    data._AT_ONCE = reference._AT_ONCE = pretrain._AT_ONCE = 4
    kind, _, number = where.partition(" ")
    mark = checkpoints.mark

    def marked(checkpoint: Path) -> None:
        if where == f"saving {checkpoint.name.rpartition('-')[2]}":
            die()
        mark(checkpoint)

    def tell(stage: str, done: int, total: int, state: str) -> None:
        if where == "anew":
            _once(Path(root) / "told", f"{stage} {min(done, FEW)}\n")
            return
        told = {"train": "step", "data": "rows", "reference": "asked"}.get(stage)
        if told == kind and done >= int(number):
            rows = next(Path(root).glob(f"*-{stage}")) / "rows.jsonl"
            if rows.exists():  # as if in the middle of a line
                with rows.open("ab") as torn:
                    torn.write(b'{"line": 99, "tex')
            die()

    checkpoints.mark = marked
    if file.startswith("{"):
        made: Any = producers.get(producer)
        trained: Any = made(base, **json.loads(file))
    elif producer == "pretrain":
        trained = pretrain.Pretrain(file, **SMALL)
    else:
        method: Any = {"sft": Sft, "dpo": Dpo, "lora": Sft}[producer]
        more = {"lora_rank": 4} if producer == "lora" else {}
        trained = method(base, file, **SETTINGS, **more)
    schooling.train(trained, Path(root), tell)


def ended(arguments: list[str]) -> int:
    """How a training in a process of its own ends."""
    if not (child := os.fork()):
        try:
            train(*arguments)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(f"{ended(json.loads(line))}\n")
        sys.stdout.flush()
