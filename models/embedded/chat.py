"""Chat models that onnxruntime runs on this machine, without torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from threading import Lock
from typing import ClassVar

from models.embedded.engine import Engine
from models.embedded.places import exported
from models.local.chat import LocalChat
from models.local.formats import AUTO
from models.local.gathering import Gathering
from models.local.prompts import Prompts
from models.local.speaker import Asked, Sampled, Speaker
from models.neural.places import Place

ADAPTER = "onnx-chat"


@dataclass(eq=False)
class OnnxChat(LocalChat):
    """An exported causal language model with a chat template, run by onnxruntime on the CPU.

    It answers as `transformers("folder")` does: the same prompts, calls read as strictly,
    completions kept in the workspace's cache and charged to its budget at no money. What was read
    of a conversation is kept, so that its next turn reads only what is new. What is drawn by chance
    follows from seed, trial and request alone, beyond the last bits of floating point; numpy draws
    it, so that the same seed draws other answers than with transformers.

    Attributes:
        name: a folder that `models.training.export` wrote.
        max_tokens: tokens that an answer may have, thoughts included; 0 means as many as the
            model's context has room for.
        temperature: 0 for the likeliest answer.
        top_p: only the likeliest tokens that make up this share of the probability are drawn.
        seed: of what is drawn by chance.
        calls: the format in which the model writes calls, one of `harness.formats.toolcalls`;
            "auto" tells by its template.
        batch_size: requests that are taken up together at most.

    Raises:
        MissingExtra: onnxruntime or tokenizers is not installed.
        UserError: a parameter makes no sense, or there is no such folder.
    """

    name: str
    _: KW_ONLY
    max_tokens: int = 1024
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0
    calls: str = AUTO
    batch_size: int = 16
    _place: Place = field(init=False, repr=False)
    _gathering: Gathering[Asked, Sampled] = field(init=False, repr=False)
    _loading: Lock = field(init=False, repr=False, default_factory=Lock)
    _loaded: Speaker | None = field(init=False, repr=False, default=None)

    version: ClassVar[str] = "1"
    runtime: ClassVar[frozenset[str]] = frozenset({"batch_size"})
    resolved: ClassVar[tuple[str, ...]] = ("name",)

    def __post_init__(self) -> None:
        self._validate()
        self._place = exported(self.name, ADAPTER)
        self.name = self._place.name
        self._gathering = Gathering(self._answered, self.batch_size)

    @property
    def contents(self) -> Mapping[str, str]:
        """What stands behind the folder's name."""
        return {"name": self._place.digest or ""}

    @property
    def _speaker(self) -> Speaker:
        """The model itself, loaded by the first who needs it."""
        with self._loading:
            if self._loaded is None:
                engine = Engine.load(self._place)
                prompts = Prompts(engine.tokenizer, self.name, adapter=ADAPTER)
                self._loaded = Speaker(engine, prompts, self.calls, self.top_p)
            return self._loaded
