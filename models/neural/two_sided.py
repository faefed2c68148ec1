"""What the adapters of late interaction and of learned sparse models share.

sentence-transformers runs both. Queries and documents go through methods of their own, which may
prompt, cut, expand and route a text by what it is.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

from harness.encoded import Encoded, Floats
from harness.errors import MissingExtra, UserError, unknown
from harness.records import Text
from models.neural.devices import DTYPES, choose_device, torch_dtype
from models.neural.opening import opened, quiet
from models.neural.places import located
from models.neural.sides import Sides
from models.neural.wording import Wording


class TwoSided(ABC):
    """A model of sentence-transformers that reads queries and documents each in its own way.

    Raises:
        UserError: a parameter is out of range, or there is no such model.
        MissingExtra: sentence-transformers is not installed.
    """

    version = "1"
    similarity = "dot"
    runtime: ClassVar[frozenset[str]] = frozenset({"device", "batch_size"})
    resolved: ClassVar[tuple[str, ...]] = ("name", "revision")
    settings: ClassVar[tuple[str, ...]]
    """Parameters of its own that change a vector."""

    def __init__(
        self,
        name: str,
        revision: str,
        wording: Wording,
        *,
        dtype: str,
        trust_remote_code: bool,
        device: str | None,
        batch_size: int | None,
    ) -> None:
        if not find_spec("sentence_transformers"):
            raise MissingExtra("a sentence-transformers model", "models")
        if dtype not in DTYPES:
            raise unknown("dtype", dtype, DTYPES, f"There is: {', '.join(DTYPES)}")
        if batch_size is not None and batch_size < 1:
            raise UserError(f"batch_size={batch_size}: a batch holds at least one text")
        self._place, self._wording = located(name, revision), wording
        self.name, self.revision = self._place.name, self._place.revision
        self.dtype, self.trust_remote_code = dtype, trust_remote_code
        self.device, self.batch_size = device, batch_size

    @property
    def contents(self) -> Mapping[str, str]:
        """What stands behind a folder's name."""
        return {"name": self._place.digest} if self._place.digest else {}

    @property
    def encoder(self) -> Mapping[str, Any]:
        """Everything that turns a rendered text into its vectors."""
        names = ("dtype", "trust_remote_code", *self.settings)
        return {
            "library": f"sentence-transformers, {type(self).__name__}",
            "model": self._place.digest or f"{self.name}@{self.revision}",
            **{name: getattr(self, name) for name in names},
        }

    def render(self, inputs: Sequence[Text], kind: str) -> list[str]:
        """Texts as they are worded: their kind, whether the model's prompt comes first, the text.

        The kind always counts: a model may expand queries, skip words of documents, or route both.
        """
        worded = (self._wording.worded(text, kind) for text in inputs)
        return [f"{kind}\x1f{'prompt' if own else ''}\x1f{text}" for own, text in worded]

    def encode(self, inputs: Sequence[Text], *, kind: str) -> Encoded:
        """The vectors that the library gives; texts of similar length run together.

        Raises:
            UserError: the model cannot be loaded, or memory does not suffice for one text.
        """
        with quiet():
            return self._sides.encode([self._wording.worded(x, kind) for x in inputs], kind)

    @abstractmethod
    def _opened(self, source: str, **options: Any) -> Any:
        """The library's model from a folder or the hub, set up as the parameters say."""

    @abstractmethod
    def _unpacked(self, model: Any, answer: Any) -> list[Floats]:
        """The library's answer to a batch, text by text."""

    @abstractmethod
    def _refuse_invented(self, model: Any, saved: Sequence[str]) -> None:
        """Refuses a model that the library gave random weights, for want of saved ones.

        Args:
            model: as it was loaded.
            saved: the types of the modules that were saved; none where a bare transformer was.
        """

    @abstractmethod
    def _budget(self, model: Any) -> int:
        """Tokens in a batch."""

    def _options(self) -> Mapping[str, Any]:
        """What the library's methods are told besides texts and prompt."""
        return {}

    @cached_property
    def _sides(self) -> Sides:
        devices = choose_device(self.device).split(",")
        model = opened(lambda: self._loaded(devices[0]), self._place)
        return Sides(
            model,
            devices,
            self._budget(model),
            lambda answer: self._unpacked(model, answer),
            self._options(),
            self.batch_size,
        )

    def _loaded(self, device: str) -> Any:
        from huggingface_hub import constants
        from sentence_transformers.util import load_file_path

        place: dict[str, Any] = {
            "revision": self.revision or None,
            "cache_folder": constants.HF_HUB_CACHE,
        }
        model = self._opened(
            self._place.source,
            device=device,
            trust_remote_code=self.trust_remote_code,
            model_kwargs={"dtype": torch_dtype(self.dtype)},
            **place,
        )
        listing = load_file_path(self._place.source, "modules.json", **place)
        modules = json.loads(Path(listing).read_text(encoding="utf-8")) if listing else []
        self._refuse_invented(model, [module["type"] for module in modules])
        return model
