"""Chat models that transformers runs on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from hashlib import sha256
from importlib.util import find_spec
from threading import Lock
from typing import ClassVar

from harness.errors import MissingExtra, UserError, unknown
from harness.workspace import workspace
from models.local.chat import LocalChat
from models.local.engine import Engine
from models.local.formats import AUTO
from models.local.gathering import Gathering
from models.local.prompts import Prompts
from models.local.speaker import Asked, Sampled, Speaker
from models.neural.devices import DTYPES
from models.neural.places import Place, located


@dataclass(eq=False)
class TransformersChat(LocalChat):
    """A causal language model with a chat template, run by transformers.

    Requests that come at the same time are continued together. What is drawn by chance follows from
    seed, trial and request alone, so that it does not matter which requests share a batch, beyond
    the last bits of floating point. Nothing but the parameters says how tokens are chosen: what the
    model's `generation_config` recommends (top_k, a penalty for repetition) is left aside, except
    for the tokens that end a turn.

    Tools go through the model's own template, under names that every server takes, and calls are
    read strictly: see `harness.formats.toolcalls`. What a model thinks before `</think>` is no part
    of its answer. Completions are kept in the workspace's cache and charged to its budget, at no
    money.

    Attributes:
        name: a local folder, or an id on the Hugging Face hub.
        revision: commit, branch or tag on the hub; empty means its main branch.
        max_tokens: tokens that an answer may have, thoughts included; 0 means as many as the
            model's context has room for.
        temperature: 0 for the likeliest answer.
        top_p: only the likeliest tokens that make up this share of the probability are drawn.
        seed: of what is drawn by chance.
        calls: the format in which the model writes calls, one of `harness.formats.toolcalls`;
            "auto" tells by its template.
        template: a file with a chat template in the place of the model's own. Results show only its
            name; its SHA-256 is part of the identity.
        dtype: precision of the weights: "float32", "float16" or "bfloat16".
        trust_remote_code: whether code that comes with the model may run. Read it first.
        device: "cpu", "cuda", "cuda:1", "mps"; None chooses.
        batch_size: requests that run together at most.

    Raises:
        MissingExtra: transformers is not installed.
        UserError: a parameter makes no sense, or there is no such model or file.
    """

    name: str
    _: KW_ONLY
    revision: str = ""
    max_tokens: int = 1024
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0
    calls: str = AUTO
    template: str = ""
    dtype: str = "float32"
    trust_remote_code: bool = False
    device: str | None = None
    batch_size: int = 16
    _place: Place = field(init=False, repr=False)
    _text: str = field(init=False, repr=False, default="")
    _gathering: Gathering[Asked, Sampled] = field(init=False, repr=False)
    _loading: Lock = field(init=False, repr=False, default_factory=Lock)
    _loaded: Speaker | None = field(init=False, repr=False, default=None)

    version: ClassVar[str] = "1"
    runtime: ClassVar[frozenset[str]] = frozenset({"device", "batch_size"})
    resolved: ClassVar[tuple[str, ...]] = ("name", "revision", "template")

    def __post_init__(self) -> None:
        self._validate()
        if not find_spec("transformers"):
            raise MissingExtra("a chat model that runs on transformers", "models")
        self._place = located(self.name, self.revision)
        self.name, self.revision = self._place.name, self._place.revision
        if self.template:
            self._text, self.template = _template(self.template)
        self._gathering = Gathering(self._answered, self.batch_size)

    @property
    def contents(self) -> Mapping[str, str]:
        """What stands behind a folder's name and a template's."""
        found = {"name": self._place.digest} if self._place.digest else {}
        if self._text:
            found["template"] = f"sha256:{sha256(self._text.encode()).hexdigest()}"
        return found

    @property
    def _speaker(self) -> Speaker:
        """The model itself, loaded by the first who needs it."""
        with self._loading:
            if self._loaded is None:
                engine = Engine.load(
                    self._place,
                    dtype=self.dtype,
                    device=self.device,
                    code=self.trust_remote_code,
                    batch_size=self.batch_size,
                )
                prompts = Prompts(engine.tokenizer, self.name, self._text)
                self._loaded = Speaker(engine, prompts, self.calls, self.top_p)
            return self._loaded

    def _validate(self) -> None:
        if self.dtype not in DTYPES:
            raise unknown("dtype", self.dtype, DTYPES, f"There is: {', '.join(DTYPES)}")
        super()._validate()


def _template(path: str) -> tuple[str, str]:
    """The text of a template's file, and the file's name."""
    file = workspace().path(path)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"no chat template can be read at {path}: {error}") from error
    if not text.strip():
        raise UserError(f"the chat template at {path} is empty")
    return text, file.name
