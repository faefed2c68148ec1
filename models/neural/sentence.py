"""A loaded sentence-transformers model, run in batches of tokens instead of batches of texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from harness.encoded import Encoded, Floats
from harness.errors import UserError
from models.neural.batching import HALVED, Batching, Chosen, cores
from models.neural.by_library import LibraryEncoder
from models.neural.devices import out_of_memory
from models.neural.modules import is_plain, is_routed
from models.neural.tokens import Tokens, readable

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

CPU_TOKENS = 1024
"""Tokens in a batch on one core of a CPU: what is computed then fits its caches. They run 1.2 to
1.3 times as fast as 8,192 would, and 256 are slower again."""
DEVICE_TOKENS = 65_536
"""Tokens in a batch on a GPU at most."""


class SentenceEncoder:
    """Encodes worded texts.

    Where the model is a transformer with a fast tokenizer, texts are tokenised once, sorted by
    their length in tokens, and run in batches of so many tokens. Any other model, and several
    devices at once, run through the library's own `encode`.

    Args:
        model: the model, on the first of the devices.
        devices: where it runs.
        dimensions: how many numbers of a vector are kept, 0 for the model's own.
        normalize: whether vectors are scaled to length 1 in the end.
        excludes_prompts: whether the tokens of a prompt are left out of the pooling.
        batch_size: texts in a batch at most; None sets no limit.
    """

    def __init__(
        self,
        model: SentenceTransformer,
        devices: Sequence[str],
        *,
        dimensions: int = 0,
        normalize: bool = False,
        excludes_prompts: bool = False,
        batch_size: int | None = None,
    ) -> None:
        self.model = model.eval()
        self.model.truncate_dim = dimensions or model.truncate_dim
        self.normalize, self.excludes_prompts = normalize, excludes_prompts
        self.batch_size = batch_size
        self._plain = is_plain(model)
        self._routed = is_routed(model)
        self._library: LibraryEncoder | None = None
        if not self._plain or len(devices) > 1:
            self._library = LibraryEncoder(model, devices, batch_size)
        self._batching: Batching[torch.Tensor] = Batching(
            token_budget(model), batch_size, threads=cores(model.device.type)
        )

    def encode(self, texts: Sequence[tuple[str, str]], kind: str) -> Encoded:
        """The vectors of texts.

        Args:
            texts: what stands before each text, and the text; see `Template.filled`.
            kind: "query" or "document", for models that treat them differently.

        Raises:
            UserError: the device's memory does not even suffice for one text.
        """
        texts = [(readable(before), readable(text)) for before, text in texts]
        if not self.excludes_prompts:
            texts = [("", before + text) for before, text in texts]
        tokens = self._tokens(texts, kind) if self._plain else None
        if self._library is not None:
            rows, halved = self._library.encode(texts, kind)
            values = _normalized(rows) if self.normalize else rows
            notes = {HALVED: halved} if halved else {}
        elif tokens is not None:
            values = self._in_batches(tokens, self._prompt_lengths(texts), kind)
            notes = self._batching.notes
        return Encoded(
            values,
            tokens=None if tokens is None else tokens.whole.tolist(),
            truncated=None if tokens is None else tokens.truncated.tolist(),
            notes=notes,
        )

    def _tokens(self, texts: Sequence[tuple[str, str]], kind: str) -> Tokens:
        # A model may have a maximum length for each kind; else its tokenizer has one for both.
        longest: int | None = getattr(self.model[0], f"{kind}_length", None)
        return Tokens.of(self.model.tokenizer, [before + text for before, text in texts], longest)

    def _in_batches(self, tokens: Tokens, prompts: NDArray[np.int64], kind: str) -> Floats:
        """The vectors of tokenised texts, shape (n, d)."""
        import torch

        def vectors(chosen: Chosen) -> torch.Tensor:
            with torch.inference_mode():
                return self._run(tokens, chosen, int(prompts[chosen[0]]), kind)

        done = self._batching.run(tokens.lengths, prompts, vectors)
        # Copied once: on a GPU every copy would wait for what was computed so far.
        rows = torch.cat([found for _, found in done]).cpu().numpy()
        values = np.empty_like(rows)
        values[np.concatenate([chosen for chosen, _ in done])] = rows
        return values

    def _run(self, tokens: Tokens, chosen: Chosen, prompt: int, kind: str) -> torch.Tensor:
        """The vectors of one batch, shape (chosen, d), on the device."""
        import torch

        device = self.model.device
        features: dict[str, Any] = {
            name: tensor.to(device, non_blocking=True)
            for name, tensor in tokens.padded(chosen.tolist(), self.model.tokenizer).items()
        }
        features["modality"] = "text"
        if prompt:
            features["prompt_length"] = prompt
        routes = {"task": kind} if self._routed else {}
        try:
            vectors = self.model(features, **routes)["sentence_embedding"].float()
        except (RuntimeError, MemoryError) as error:
            if len(chosen) > 1 or not out_of_memory(error):
                raise
            raise UserError(
                f"one text of {len(tokens.ids[chosen[0]])} tokens needs more memory than "
                f"'{device}' has: lower max_length, or choose another device or dtype"
            ) from error
        vectors = vectors[:, : self.model.truncate_dim]
        return torch.nn.functional.normalize(vectors, dim=1) if self.normalize else vectors

    def _prompt_lengths(self, texts: Sequence[tuple[str, str]]) -> NDArray[np.int64]:
        """Tokens at the start of each text that the pooling leaves out, shape (n,).

        Counted as the library does (Transformer._get_prompt_length): of the prompt alone, without
        the special token at its end.
        """
        tokenizer = self.model.tokenizer
        distinct = sorted({before for before, _ in texts if before})
        lengths = {"": 0}
        if distinct:
            special = frozenset(tokenizer.all_special_ids)
            rows = Tokens.of(tokenizer, distinct, None).ids
            lengths |= {p: len(r) - (r[-1] in special) for p, r in zip(distinct, rows, strict=True)}
        return np.array([lengths[before] for before, _ in texts], np.int64)


def token_budget(model: SentenceTransformer) -> int:
    """Tokens in a batch: what a CPU's caches hold, or what half of a GPU's free memory does."""
    import torch

    if model.device.type == "cpu":
        return CPU_TOKENS
    if model.device.type != "cuda":
        return DEVICE_TOKENS // 4
    config: Any = model.config
    hidden = int(getattr(config, "hidden_size", 0) or 1024)
    inner = int(getattr(config, "intermediate_size", 0) or 4 * hidden)
    # A layer holds its input, queries, keys, values and sums, and two or three inner activations.
    each = (8 * hidden + 4 * inner) * (model.dtype or torch.float32).itemsize
    free, _ = torch.cuda.mem_get_info(model.device)
    return max(CPU_TOKENS, min(DEVICE_TOKENS, free // 2 // each))


def _normalized(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Floats = vectors / np.maximum(lengths, 1e-12)
    return scaled
