"""What a saved sentence-transformers model says of itself, read without loading it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from harness.errors import UserError
from models.neural.hub import how_to_get
from models.neural.kinds import require_embedder
from models.neural.modules import is_routed
from models.neural.opening import quiet
from models.neural.places import Place

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

EXCLUDES_PROMPTS = frozenset(f"hkunlp/instructor-{size}" for size in ("base", "large", "xl"))
"""Models whose files do not say so, and that sentence-transformers treats so by their names."""
LENGTHS = ("query_length", "document_length")
"""Settings by which a transformer reads queries and documents to different lengths."""
_QUERY, _DOCUMENT = ("query",), ("document", "passage", "corpus")
"""Names that models give to their prompts."""
Find = Callable[[str], Path | None]
"""Where a model's file of that name lies; None, or no such path, where it has none."""


@dataclass(frozen=True)
class Saved:
    """A model's own settings.

    Attributes:
        prompts: by name, put before a text.
        excludes_prompts: whether the tokens of a prompt are left out of the pooling.
        similarity: the model's own similarity; sentence-transformers takes "cosine" where a model
            names none.
        by_kind: whether the same text has another vector as a query than as a document.
    """

    prompts: Mapping[str, str] = field(default_factory=dict)
    excludes_prompts: bool = False
    similarity: str = "cosine"
    by_kind: bool = False

    @property
    def query(self) -> str:
        """What is put before a query, or an empty string."""
        return self._first(_QUERY)

    @property
    def document(self) -> str:
        """What is put before a document, or an empty string."""
        return self._first(_DOCUMENT)

    def _first(self, names: tuple[str, ...]) -> str:
        return next((self.prompts[name] for name in names if self.prompts.get(name)), "")

    @classmethod
    def at(cls, place: Place) -> Saved:
        """Reads a model's small files, from its folder, the cache, or the hub.

        Raises:
            UserError: the model is not here and cannot be fetched, a file is broken, or it is no
                embedder.
            InfrastructureError: the model is not here, and the hub failed.
        """
        folder = place.settings()
        if folder is None:
            with quiet():
                return cls._read(place.name, lambda file: _fetched(place, file))
        return cls._read(place.name, folder.joinpath)

    @classmethod
    def _read(cls, name: str, find: Find) -> Saved:
        own = _json(name, find, "config_sentence_transformers.json") or {}
        modules = _json(name, find, "modules.json")
        config = {} if modules else _json(name, find, "config.json") or {}
        require_embedder(name, own, modules, config)
        modules = modules or []
        pooling = [
            _json(name, find, f"{module['path']}/config.json") or {}
            for module in modules
            if module["type"].endswith(".Pooling")
        ]
        first = (modules and modules[0]["path"]) or "."
        reading = _json(name, find, f"{first}/sentence_bert_config.json") or {}
        return cls(
            prompts=own.get("prompts") or {},
            excludes_prompts=name in EXCLUDES_PROMPTS
            or any(not config.get("include_prompt", True) for config in pooling),
            similarity=own.get("similarity_fn_name") or "cosine",
            by_kind=any(module["type"].endswith((".Router", ".Asym")) for module in modules)
            or any(reading.get(name) for name in LENGTHS),
        )

    @classmethod
    def of(cls, model: SentenceTransformer) -> Saved:
        """The settings of a model that is loaded already."""
        return cls(
            prompts={name: prompt or "" for name, prompt in model.prompts.items()},
            excludes_prompts=any(not getattr(m, "include_prompt", True) for m in model.children()),
            similarity=model.similarity_fn_name,
            by_kind=is_routed(model) or any(getattr(model[0], name, None) for name in LENGTHS),
        )


def _json(name: str, find: Find, file: str) -> Any:
    """A JSON file of a model, or None where the model has no such file."""
    path = find(str(PurePosixPath(file)))
    if path is None or not path.is_file():
        return None
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"'{name}': {file} cannot be read: {error}") from error


def _fetched(place: Place, file: str) -> Path | None:
    """A file of a model on the hub, by the cache if it is there; None where there is none."""
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError

    try:
        return Path(hf_hub_download(place.origin, file, revision=place.revision))
    except LocalEntryNotFoundError as error:
        get = how_to_get(place.origin, place.revision)
        raise UserError(f"the model '{place.name}' is not on this machine: {get}") from error
    except EntryNotFoundError:
        return None
    except OSError as error:
        said = " ".join(str(error).split())[:200]
        raise UserError(f"'{place.name}': the hub did not give {file}: {said}") from error
