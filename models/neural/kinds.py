"""What kind of model its small files say that it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.errors import UserError

_LATE = "gives a vector for each token: run it by late(...)"
_SPARSE = "gives weights of words: run it by splade(...)"
_PAIRS = "scores pairs of a query and a document: run it by bm25 % 100 >> ce(...)"
_BY_TYPE = {
    "MultiVectorEncoder": _LATE,
    "ColBERT": _LATE,  # as PyLate saves it
    "SparseEncoder": _SPARSE,
    "CrossEncoder": _PAIRS,
}
"""By `model_type` of config_sentence_transformers.json."""
_BY_MODULE = {
    "multi_vector_encoder": _LATE,
    "pylate": _LATE,
    "sparse_encoder": _SPARSE,
    "cross_encoder": _PAIRS,
}
"""By the package that a module of modules.json comes from."""
_BY_ARCHITECTURE = {
    "HF_ColBERT": _LATE,
    "ForRetrieval": _LATE,
    "ForSequenceClassification": _PAIRS,
}
"""By how an architecture of config.json ends, where there is no modules.json."""


def require_embedder(
    name: str,
    own: Mapping[str, Any],
    modules: Sequence[Mapping[str, str]] | None,
    config: Mapping[str, Any],
) -> None:
    """Refuses a model that does not give a vector for each text.

    The library would turn it into one, by the mean over the tokens of its transformer.

    Args:
        name: of the model, for the message.
        own: its config_sentence_transformers.json.
        modules: its modules.json; None is a bare transformer.
        config: its config.json.

    Raises:
        UserError: it is of another kind.
    """
    said = [_BY_TYPE.get(own.get("model_type", ""))]
    if modules is None:
        architectures = config.get("architectures") or []
        said += [w for end, w in _BY_ARCHITECTURE.items() for a in architectures if a.endswith(end)]
    else:
        packages = {part for module in modules for part in module["type"].split(".")}
        said += [why for package, why in _BY_MODULE.items() if package in packages]
    if why := next(filter(None, said), None):
        raise UserError(f"'{name}' is no model for hf, it {why}")
