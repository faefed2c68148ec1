"""What every method says about how it trains a causal language model on text."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from functools import cached_property
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

from harness.errors import MissingExtra, UserError, unknown
from harness.workspace import workspace
from models.neural.places import SHIPPED, Place, located
from models.training.ranges import require

SCHEDULES: Mapping[str, str] = {
    "linear": "linear",
    "cosine": "cosine",
    "constant": "constant_with_warmup",
}
"""How the learning rate falls -> transformers' name for it."""
DTYPES = ("float32", "bfloat16")
ALL_LINEAR = "all-linear"


@dataclass(frozen=True)
class TextTraining:
    """The settings that methods have in common.

    Attributes:
        base: the model to start from: "starter-lm", a folder, or an id on the Hugging Face hub.
        data: a file of JSONL, see `models.training.text.conversations`.
        revision: of the base on the hub: commit, branch or tag; empty means its main branch.
        template: a file with a chat template for base and checkpoint; empty keeps the base's own.
        epochs: how often each row is learned from.
        steps: of the optimizer, in the place of `epochs`; 0 leaves it to those.
        lr: the highest learning rate.
        schedule: how it falls behind the warmup: "linear" or "cosine" to 0, or "constant".
        warmup: share of the steps in which it rises.
        weight_decay: of AdamW.
        clip: the longest gradient; longer ones are shortened to that.
        batch: rows that one step of the optimizer learns from, over all devices.
        max_length: tokens of the longest row; longer ones are left out and counted.
        lora_rank: of the adapters; 0 trains all weights.
        lora_alpha: adapters count by alpha / rank.
        lora_dropout: share of an adapter's inputs that is dropped.
        lora_targets: names of the modules that get one, with commas; "all-linear" for all of them.
        merge: whether adapters are merged into the weights; if not, the checkpoint is the adapter,
            and its base must be one of the hub.
        seed: of the order of rows, of adapters and of dropout.
        dtype: what is computed in: "float32", or "bfloat16" over weights in float32.
        trust_remote_code: whether code that comes with the base may run. Read it first.
        micro_batch: rows that run through the model at once; halved when memory runs out.
        device: "cpu", "cuda", "cuda:1", "mps"; None chooses.
        save_every: steps between two checkpoints from which training goes on.
        tokens_per_second: what a plan counts with; 0 where nobody knows.
        kilowatts: that training draws, likewise.
    """

    base: str
    data: str
    _: KW_ONLY
    revision: str = ""
    template: str = ""
    epochs: int = 1
    steps: int = 0
    lr: float = 2e-5
    schedule: str = "cosine"
    warmup: float = 0.03
    weight_decay: float = 0.0
    clip: float = 1.0
    batch: int = 32
    max_length: int = 4096
    lora_rank: int = 0
    lora_alpha: float = 32.0
    lora_dropout: float = 0.0
    lora_targets: str = ALL_LINEAR
    merge: bool = True
    seed: int = 0
    dtype: str = "float32"
    trust_remote_code: bool = False
    micro_batch: int = 8
    device: str | None = None
    save_every: int = 100
    tokens_per_second: float = 0.0
    kilowatts: float = 0.0

    version: ClassVar[str] = "1"
    needed: ClassVar[frozenset[str]] = frozenset({"data"})
    """Files without which there is nothing to train on."""
    runtime: ClassVar[frozenset[str]] = frozenset(
        {"micro_batch", "device", "save_every", "tokens_per_second", "kilowatts"}
    )

    def __post_init__(self) -> None:
        for package in ("transformers", "trl", "peft"):
            if not find_spec(package):
                raise MissingExtra("training a language model", "train")
        self._require_names()
        self._require_numbers()
        if self.lora_rank and not self.merge and self.place.digest:
            raise UserError(
                f"merge=false leaves an adapter, which would name the folder '{self.base}' of this "
                "machine as its base: leave merge=true, or give a base of the hub"
            )

    @cached_property
    def place(self) -> Place:
        """Where the base lies."""
        return located(self.base, self.revision)

    @property
    def is_here(self) -> bool:
        """Whether the base is a folder, and so no model of the hub."""
        return self.base in SHIPPED or workspace().path(self.base).is_dir()

    @property
    def adapter(self) -> str:
        """The expression that runs the checkpoint."""
        return 'transformers(".")'

    @property
    def parent(self) -> Mapping[str, str]:
        """The base."""
        return {
            "name": self.place.name,
            "revision": self.place.revision,
            "digest": self.place.digest or "",
        }

    @property
    def inputs(self) -> Mapping[str, Path]:
        """The data, and the template where one is given."""
        given = {"data": self.data, "template": self.template}
        return {name: _file(path) for name, path in given.items() if path or name in self.needed}

    @cached_property
    def template_text(self) -> str:
        """The template that is given, or "".

        Raises:
            UserError: it cannot be read or is empty.
        """
        if not self.template:
            return ""
        try:
            text = _file(self.template).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"no chat template can be read at {self.template}: {error}") from error
        if not text.strip():
            raise UserError(f"the chat template at {self.template} is empty")
        return text

    def total_steps(self, rows: int) -> int:
        """Steps of the optimizer over so many rows; an epoch's last may learn from fewer."""
        return self.steps or self.epochs * math.ceil(rows / self.batch)

    def passes(self, rows: int) -> float:
        """How often each row is learned from, on average."""
        return self.steps * self.batch / rows if self.steps else float(self.epochs)

    def hours(self, tokens: float) -> float | None:
        """How long it takes to train on so many tokens; None where nobody knows."""
        return tokens / self.tokens_per_second / 3600 if self.tokens_per_second else None

    def kwh(self, hours: float | None) -> float | None:
        """The energy of so many hours; None where nobody knows."""
        return hours * self.kilowatts if hours is not None and self.kilowatts else None

    @property
    def template_digest(self) -> str:
        """SHA-256 of the template that is given, or ""."""
        return sha256(self.template_text.encode()).hexdigest() if self.template_text else ""

    def _require_names(self) -> None:
        if self.schedule not in SCHEDULES:
            raise unknown("schedule", self.schedule, SCHEDULES, f"There is: {', '.join(SCHEDULES)}")
        if self.dtype not in DTYPES:
            raise unknown("dtype", self.dtype, DTYPES, f"There is: {', '.join(DTYPES)}")
        if self.lora_rank and not [name for name in self.lora_targets.split(",") if name.strip()]:
            raise UserError('lora_targets is empty: name modules, or give "all-linear"')

    def _require_numbers(self) -> None:
        require(
            self,
            at_least_one=("epochs", "batch", "max_length", "micro_batch", "save_every"),
            from_zero=(
                "steps",
                "lora_rank",
                "weight_decay",
                "tokens_per_second",
                "kilowatts",
                "seed",
            ),
            above_zero=("lr", "clip", "lora_alpha"),
            below_one=("warmup", "lora_dropout"),
        )


def _file(name: str) -> Path:
    return workspace().path(name)
