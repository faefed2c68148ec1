"""The modules of a sentence-transformers model: looked at, replaced, and kept in float32."""

from __future__ import annotations

import json
from collections import OrderedDict
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from harness.errors import UserError
from harness.loading.identity import arrays_digest, place

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

POOLINGS = ("mean", "cls", "lasttoken", "max", "weightedmean", "mean_sqrt_len_tokens")
"""The poolings of sentence-transformers, by its names."""
_POSITIONS = ("position_embeddings", "wpe", "embed_positions")
"""What models call the table of their learned positions."""
_PROBED = 4
"""Tokens that the inputs of a probe share, and tokens that follow in each."""
_CHANGED = 1e-3
"""How much states have to differ, relative to their length, to differ by more than rounding."""


def tuned(
    model: SentenceTransformer,
    pooling: str = "",
    normalize: bool | None = None,
    pool_prompts: bool | None = None,
) -> SentenceTransformer:
    """A model of the same weights with another pooling, or without its normalisation.

    Args:
        model: left as it is.
        pooling: one of `POOLINGS`, or empty for its own.
        normalize: False leaves out its own normalisation.
        pool_prompts: whether the tokens of a prompt are pooled, or None for its own way.

    Raises:
        UserError: it has no pooling that could be replaced.
    """
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Normalize
    from sentence_transformers.sentence_transformer.modules import Pooling

    modules: Any = OrderedDict(model.named_children())
    replaced = [name for name, module in modules.items() if isinstance(module, Pooling)]
    if not replaced and (pooling or pool_prompts is not None):
        asked = f"pooling='{pooling}'" if pooling else f"pool_prompts={str(pool_prompts).lower()}"
        raise UserError(f"the model has no pooling that {asked} could replace")
    for name in replaced:
        own = modules[name]
        prompts = own.include_prompt if pool_prompts is None else pool_prompts
        modules[name] = Pooling(own.embedding_dimension, pooling or own.pooling_mode, prompts)
    if normalize is False:
        modules = OrderedDict((n, m) for n, m in modules.items() if not isinstance(m, Normalize))
    changed = SentenceTransformer(modules=modules, device=str(model.device))
    changed.module_kwargs = model.module_kwargs
    changed.truncate_dim = model.truncate_dim
    return changed


def is_plain(model: SentenceTransformer) -> bool:
    """Whether texts become tokens in the plain way, so that we may do it in the library's place."""
    from sentence_transformers.base.modules import Transformer

    first: Any = model[0]
    return (
        type(first) is Transformer
        and "text" in first.modality_config
        and "message" not in first.modality_config
        and first.tokenizer is not None
        and first.processor is first.tokenizer
        and first.tokenizer.is_fast
        and not first.processing_kwargs
        and not first.query_expansion
        and not getattr(first, "can_flatten_inputs", False)
    )


def is_routed(model: SentenceTransformer) -> bool:
    """Whether queries and documents go through different modules."""
    return any(type(module).__name__ == "Router" for module in model.children())


def require_positions(model: SentenceTransformer, max_length: int) -> None:
    """Refuses a maximum length in tokens for which the model has learned no positions.

    Raises:
        UserError: it would fail on the first text of that length.
    """
    for name, module in model[0].named_modules():
        if name.rpartition(".")[2] in _POSITIONS and hasattr(module, "num_embeddings"):
            padding = getattr(module, "padding_idx", None)
            positions = int(module.num_embeddings) - (0 if padding is None else padding + 1)
            if max_length > positions:
                raise UserError(
                    f"max_length={max_length}: the model has learned {positions} positions; "
                    "give no more than that, or 0 for its own maximum"
                )


def attend_both_ways(model: SentenceTransformer) -> None:
    """Lets every token of a decoder attend to all tokens of its text.

    transformers' decoders read `is_causal` in their config at every call (masking_utils.py,
    create_causal_mask); as an argument of from_pretrained it is dropped.

    Raises:
        UserError: they do so anyway, or still do not.
    """
    from sentence_transformers.base.modules import Transformer

    first: Any = model.eval()[0]
    kind = type(getattr(first, "auto_model", first)).__name__
    # Where a model's own config says so already, that is what was asked for.
    if not isinstance(first, Transformer) or (
        getattr(first.config, "is_causal", None) is not False and _sees_ahead(first)
    ):
        raise UserError(f"'{kind}' is no decoder: leave out bidirectional=true")
    first.config.is_causal = False
    if not _sees_ahead(first):
        raise UserError(
            f"bidirectional=true does not reach the attention of '{kind}', which still looks back "
            "only: leave it out"
        )


def require_code(model: SentenceTransformer, commit: str) -> None:
    """Refuses a model whose transformer is not of the code at a commit.

    Raises:
        UserError: its code is another, or the library's own.
    """
    source = type(getattr(model[0], "auto_model", model[0])).__module__
    if commit not in source.split("."):
        raise UserError(f"code_revision='{commit}' has no effect, the model's code is '{source}'")


def state_digest(model: SentenceTransformer) -> str:
    """SHA-256 of a loaded model: its modules, tokenizer and weights, and all of their settings."""
    digest = sha256()
    for name, module in model.named_children():
        settings: Any = getattr(module, "get_config_dict", dict)()
        network: Any = getattr(module, "config", None)
        if hasattr(network, "to_diff_dict"):
            # Where it was loaded from, and by which version, say nothing of what it does.
            origin = ("_name_or_path", "transformers_version")
            network = {k: v for k, v in network.to_diff_dict().items() if k not in origin}
        described = [name, place(type(module)), settings, network]
        digest.update(json.dumps(described, sort_keys=True, default=str).encode())
    digest.update(_tokenizer_settings(model).encode())
    own: Any = [model.similarity_fn_name, model.truncate_dim, model.prompts]
    digest.update(json.dumps(own, sort_keys=True, default=str).encode())
    digest.update(arrays_digest(sorted(model.state_dict().items())).encode())
    return digest.hexdigest()


def pool_in_float32(model: SentenceTransformer) -> None:
    """Lets everything after the transformer compute in float32, whatever that computes in."""
    first, *rest = model.children()
    first.register_forward_hook(_in_float32)
    for module in rest:
        module.float()


def _sees_ahead(transformer: Any) -> bool:
    """Whether the states of tokens depend on the tokens behind them, with and without padding.

    Told by two texts that start alike. Without padding many models build no mask at all.
    """
    import torch

    network = transformer.auto_model
    rows = network.get_input_embeddings().weight.shape[0]
    ids = torch.linspace(1, rows - 1, 3 * _PROBED, device=network.device).long()
    start, end, other = ids.chunk(3)
    texts = torch.stack([torch.cat([start, end]), torch.cat([start, other])])
    seen = []
    for padding in (0, 1):
        mask = torch.ones_like(texts)
        mask[:, texts.shape[1] - padding :] = 0
        features = {"input_ids": texts, "attention_mask": mask, "modality": "text"}
        with torch.inference_mode():
            states = transformer(features)["token_embeddings"][:, :_PROBED].float()
        seen.append(bool((states[0] - states[1]).norm() > _CHANGED * states[0].norm()))
    return all(seen)


def _tokenizer_settings(model: SentenceTransformer) -> str:
    tokenizer: Any = getattr(model, "tokenizer", None)
    text = getattr(getattr(tokenizer, "backend_tokenizer", tokenizer), "to_str", str)()
    settings = json.loads(text) if text else {}
    # Left over from the last call.
    rest = {k: v for k, v in settings.items() if k not in ("truncation", "padding")}
    return json.dumps([model.max_seq_length, rest], sort_keys=True)


def _in_float32(module: object, inputs: object, features: dict[str, Any]) -> dict[str, Any]:
    embeddings = features.get("token_embeddings")
    return features if embeddings is None else {**features, "token_embeddings": embeddings.float()}
