"""Embedders of sentence-transformers: by id on the hub, by folder, or as a loaded model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar

from harness.encoded import Encoded
from harness.errors import MissingExtra, UserError, unknown
from harness.records import Text
from harness.workspace import workspace
from models.neural.devices import DTYPES, choose_device, torch_dtype
from models.neural.hub import COMMIT, TORCH
from models.neural.modules import (
    POOLINGS,
    attend_both_ways,
    pool_in_float32,
    require_code,
    require_positions,
    state_digest,
    tuned,
)
from models.neural.opening import LoadOptions, opened
from models.neural.places import Place, located
from models.neural.precision import chosen_dtype
from models.neural.saved import Saved
from models.neural.sentence import SentenceEncoder
from models.neural.templates import Template, Templates

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BACKENDS = {"torch": TORCH, "onnx": ("*.onnx",), "openvino": ("*.xml",)}
"""What runs a model, and the files that have its weights for that."""
SIMILARITIES = ("dot", "cosine")
_OWNER = "sentence-transformers"
"""Whose model an id without an owner means, as in the library itself."""
_READY = {
    "revision": "",
    "max_length": 0,
    "bidirectional": False,
    "backend": "torch",
    "trust_remote_code": False,
    "code_revision": "",
}
"""Parameters that say how a model is loaded, which is too late where it is, with their defaults."""
_ENCODING = (
    *("pooling", "pool_prompts", "normalize", "max_length", "dimensions", "bidirectional"),
    *("dtype", "similarity", "backend", "trust_remote_code", "code_revision"),
)
"""Parameters that change the vector of a worded text."""


class HuggingFace:
    """A sentence-transformers model, or a transformer, which is then pooled by its mean.

    A query is worded by a template. One that is not given is the model's own prompt, or none.
    Scores are inner products; of a model whose similarity is the cosine the vectors are scaled to
    length 1.

    Args:
        name: id on the hub, path of a folder, or a `SentenceTransformer`, which runs as it is. An
            id is resolved to its commit, and a folder or an object to the hash of its contents.
        revision: commit, branch or tag on the hub; a commit is needed for a name that means the
            same model for ever.
        query: template of a query without instruction, with {query}.
        instructed: template of a query with one, with {instruction} and {query}; by default
            ToolRet's.
        empty: template of a query whose instruction is the empty string; by default `instructed`
            with nothing filled in.
        document: template of a document, with {document}.
        pooling: one of `models.neural.modules.POOLINGS`; empty is the model's own.
        pool_prompts: whether the tokens before the text are pooled too; None is the model's own.
        normalize: whether vectors are scaled to length 1; None is the model's own.
        max_length: in tokens, special ones included; 0 is the model's own.
        dimensions: how many numbers of a vector are kept; 0 is the model's own.
        bidirectional: whether a decoder attends in both directions, as some are trained to embed;
            a model that is no decoder, or cannot, is refused when it is loaded.
        dtype: "float32", "float16", "bfloat16", or "auto": half precision where a short trial
            shows that this machine is clearly faster with it.
        similarity: "dot" or "cosine"; empty is the model's own.
        backend: "torch", "onnx" or "openvino".
        trust_remote_code: whether code that comes with the model is executed.
        code_revision: commit of that code where it lies in another repository than the model, which
            `revision` does not reach.
        device: "cpu", "cuda", "cuda:1", ...; "cuda:0,cuda:1" runs a process on each; None chooses.
        batch_size: texts in a batch at most; None chooses by their length.

    Raises:
        UserError: a parameter is out of range, or there is no such model.
        MissingExtra: sentence-transformers is not installed.
    """

    version = "1"
    runtime: ClassVar[frozenset[str]] = frozenset({"device", "batch_size"})
    resolved: ClassVar[tuple[str, ...]] = ("name", "revision", "dtype")
    takes_objects: ClassVar[bool] = True

    def __init__(
        self,
        name: str | SentenceTransformer,
        *,
        revision: str = "",
        query: str = "",
        instructed: str = "",
        empty: str = "",
        document: str = "",
        pooling: str = "",
        pool_prompts: bool | None = None,
        normalize: bool | None = None,
        max_length: int = 0,
        dimensions: int = 0,
        bidirectional: bool = False,
        dtype: str = "float32",
        similarity: str = "",
        backend: str = "torch",
        trust_remote_code: bool = False,
        code_revision: str = "",
        device: str | None = None,
        batch_size: int | None = None,
    ) -> None:
        if not find_spec("sentence_transformers"):
            raise MissingExtra("a sentence-transformers model", "models")
        self.query, self.instructed, self.empty, self.document = query, instructed, empty, document
        self.pooling, self.pool_prompts, self.normalize = pooling, pool_prompts, normalize
        self.max_length, self.dimensions, self.similarity = max_length, dimensions, similarity
        self.bidirectional, self.dtype, self.backend = bidirectional, dtype, backend
        self.trust_remote_code, self.code_revision = trust_remote_code, code_revision
        self.device, self.batch_size, self.revision = device, batch_size, revision
        self._given = Templates.of(query, instructed, empty, document)
        self._validate()
        self._ready: SentenceTransformer | None = None
        self._loaded: SentenceEncoder | None = None
        if isinstance(name, str):
            self._place = located(_full(name), revision)
        else:
            self._ready, self._place = name, self._place_of(name)
        self.name, self.revision = self._place.name, self._place.revision
        if self.dtype == "auto":
            self.dtype, self._loaded = chosen_dtype(self._load)

    @property
    def contents(self) -> Mapping[str, str]:
        """What stands behind a folder's name, or an object."""
        return {"name": self._place.digest} if self._place.digest else {}

    @property
    def encoder(self) -> Mapping[str, Any]:
        """Everything that turns a worded text into its vector."""
        return {
            "library": _OWNER,
            "model": self._place.digest or f"{self.name}@{self.revision}",
            **{name: getattr(self, name) for name in _ENCODING},
        }

    def render(self, inputs: Sequence[Text], kind: str) -> list[str]:
        """What the model reads of texts of that kind ("query" or "document").

        Where the pooling leaves out prompts, a unit separator stands between prompt and text.
        """
        between = "\x1f" if self._excludes_prompts else ""
        first = f"{kind}\x1f" if self._saved.by_kind else ""
        worded = (self._templates.filled(text, kind) for text in inputs)
        return [f"{first}{before}{between}{text}" for before, text in worded]

    def encode(self, inputs: Sequence[Text], *, kind: str) -> Encoded:
        """The vectors of texts, shape (len(inputs), d).

        Raises:
            UserError: the model cannot be loaded, or memory does not suffice for one text.
        """
        if self._loaded is None:
            self._loaded = self._load(self.dtype)
        return self._loaded.encode([self._templates.filled(text, kind) for text in inputs], kind)

    @cached_property
    def _saved(self) -> Saved:
        return Saved.of(self._ready) if self._ready is not None else Saved.at(self._place)

    @property
    def _excludes_prompts(self) -> bool:
        """Whether the tokens of what stands before a text are left out of the pooling."""
        return self._saved.excludes_prompts if self.pool_prompts is None else not self.pool_prompts

    @cached_property
    def _templates(self) -> Templates:
        """The templates; those that were not given are the model's own prompts."""
        own = {
            name: Template(before=(getattr(self._saved, name),))
            for name in ("query", "document")
            if not getattr(self, name)
        }
        return replace(self._given, **own)

    def _validate(self) -> None:
        for kind, value, known in (
            ("pooling", self.pooling, ("", *POOLINGS)),
            ("dtype", self.dtype, ("auto", *DTYPES)),
            ("similarity", self.similarity, ("", *SIMILARITIES)),
            ("backend", self.backend, BACKENDS),
        ):
            if value not in known:
                raise unknown(kind, value, known, f"There is: {', '.join(filter(None, known))}")
        if self.max_length < 0 or self.dimensions < 0:
            raise UserError(
                f"max_length={self.max_length}, dimensions={self.dimensions}: "
                "neither may be negative; 0 is the model's own"
            )
        if self.batch_size is not None and self.batch_size < 1:
            raise UserError(f"batch_size={self.batch_size}: a batch has at least one text")
        if self.normalize is False and self.similarity == "cosine":
            raise UserError("normalize=false, similarity='cosine': the cosine needs length 1")
        self._validate_loading()

    def _validate_loading(self) -> None:
        if self.backend != "torch":
            if self.dtype != "float32":
                raise UserError(f"dtype='{self.dtype}' is for backend='torch' only")
            for name in ("bidirectional", "code_revision"):
                if getattr(self, name):
                    raise UserError(f"{name} is for backend='torch' only")
        if self.code_revision and not self.trust_remote_code:
            raise UserError(
                f"code_revision='{self.code_revision}': no code of the model runs unless "
                "trust_remote_code=true says so"
            )
        if self.code_revision and not COMMIT.fullmatch(self.code_revision):
            raise UserError(
                f"code_revision='{self.code_revision}': give a full commit, 40 hexadecimal digits"
            )
        if self.backend != "torch" and not find_spec("optimum"):
            raise UserError(
                f"backend='{self.backend}' needs another package: "
                f"pip install 'sentence-transformers[{self.backend}]'"
            )

    def _place_of(self, model: object) -> Place:
        """Where a loaded model lies: nowhere, but its contents are known."""
        from sentence_transformers import SentenceTransformer

        if not isinstance(model, SentenceTransformer):
            raise UserError(f"hf takes a name, a folder or a SentenceTransformer, not {model!r}")
        own = str(model.dtype).removeprefix("torch.")
        changed = [name for name, default in _READY.items() if getattr(self, name) != default]
        if self.dtype not in ("float32", own):
            changed.append("dtype")
        if changed:
            raise UserError(f"{changed[0]} cannot be changed in a loaded model: set it in there")
        self.dtype = own
        digest = state_digest(model)
        return Place("", f"object {digest[:12]}", digest=f"sha256:{digest}")

    def _load(self, dtype: str) -> SentenceEncoder:
        """The model in a precision, on its devices."""
        if self._ready is None:
            devices = choose_device(self.device).split(",")
            model = opened(lambda: self._opened(dtype, devices[0]), self._place, self.code_revision)
            if self.max_length:
                require_positions(model, self.max_length)
                model.max_seq_length = self.max_length
        else:
            model = self._ready
            devices = choose_device(self.device or str(model.device)).split(",")
        repooled = self.pooling or self.pool_prompts is not None
        if self._ready is not None or repooled or self.normalize is False:
            model = tuned(model, self.pooling, self.normalize, self.pool_prompts).to(devices[0])
        if dtype != "float32" and self._ready is None:
            pool_in_float32(model)
        return SentenceEncoder(
            model,
            devices,
            dimensions=self.dimensions,
            normalize=self._normalizes(),
            excludes_prompts=self._excludes_prompts,
            batch_size=self.batch_size,
        )

    def _opened(self, dtype: str, device: str) -> SentenceTransformer:
        from huggingface_hub import constants
        from sentence_transformers import SentenceTransformer

        torch_only = {"dtype": torch_dtype(dtype)} if self.backend == "torch" else {}
        code = {"code_revision": self.code_revision} if self.code_revision else {}
        model = SentenceTransformer(
            self._place.source_of(BACKENDS[self.backend]),
            revision=self._place.revision or None,
            cache_folder=constants.HF_HUB_CACHE,
            device=device,
            trust_remote_code=self.trust_remote_code,
            model_kwargs=LoadOptions(torch_only | code),
            processor_kwargs=code,
            config_kwargs=code,
            backend=self.backend,  # type: ignore[arg-type]
        )
        if self._saved.excludes_prompts:
            # The library knows some such models by their names, which a folder does not have.
            model.set_pooling_include_prompt(include_prompt=False)
        if self.code_revision:
            require_code(model, self.code_revision)
        if self.bidirectional:
            attend_both_ways(model)
        return model

    def _normalizes(self) -> bool:
        """Whether vectors are scaled to length 1 in the end."""
        if self.normalize is not None:
            return self.normalize
        similarity = self.similarity or self._saved.similarity
        if similarity not in SIMILARITIES:
            raise UserError(
                f"'{self.name}' compares by '{similarity}', which is not searched: "
                "give similarity='dot' or similarity='cosine'"
            )
        return similarity == "cosine"


def _full(name: str) -> str:
    """A name with its owner: an id without one that is no folder is the library's own model."""
    if "/" in name or not name or (workspace().base / name).is_dir():
        return name
    return f"{_OWNER}/{name}"
