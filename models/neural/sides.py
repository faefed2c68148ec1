"""A loaded model with a side for queries and one for documents, run in batches of tokens."""

from __future__ import annotations

import atexit
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from harness.encoded import Encoded, Floats
from harness.errors import UserError
from models.neural.batching import Batching, cores, one_at_a_time
from models.neural.devices import out_of_memory
from models.neural.tokens import Tokens, readable

TEXTS, ROUNDS = 32, 16
"""Where there are several devices: texts in a batch (the library's default), and batches that each
gets at a time."""
_ENDLESS = 1 << 40
_PROMPTS = {"query": ("query",), "document": ("document", "passage", "corpus")}
"""Names that models give to their prompts, in the order in which the library looks for them."""


class Sides:
    """Encodes worded texts by the library's `encode_query` and `encode_document`.

    Args:
        model: a model of sentence-transformers, on the first of the devices.
        devices: where it runs; more than one starts a process on each, at the first encoding.
        budget: tokens in a batch, padding included.
        unpack: what the library answers to a batch -> the vectors of each text.
        options: what else the library's methods are told.
        batch_size: texts in a batch at most; None sets no limit.
    """

    def __init__(
        self,
        model: Any,
        devices: Sequence[str],
        budget: int,
        unpack: Callable[[Any], list[Floats]],
        options: Mapping[str, Any],
        batch_size: int | None,
    ) -> None:
        self.model, self._unpack = model.eval(), unpack
        self._methods = {"query": model.encode_query, "document": model.encode_document}
        self._options = {"show_progress_bar": False, **options}
        self._devices, self._pool = list(devices), None
        threads = cores(devices[0])
        if len(devices) > 1:
            size = batch_size or TEXTS
            self._options["batch_size"] = size
            budget, batch_size, threads = _ENDLESS, size * len(devices) * ROUNDS, 1
        elif threads > 1:
            one_at_a_time(model)
        self._batching: Batching[list[Floats]] = Batching(budget, batch_size, threads=threads)

    def encode(self, worded: Sequence[tuple[bool, str]], kind: str) -> Encoded:
        """The vectors of texts.

        Args:
            worded: whether the model's own prompt goes before each text, and the text.
            kind: "query" or "document".

        Raises:
            UserError: the memory does not even suffice for one text.
        """
        worded = [(own, readable(text)) for own, text in worded]
        own = np.array([own for own, _ in worded])
        prompt = self._prompt(kind)
        tokens = self._tokens([(prompt if own else "") + text for own, text in worded], kind)
        if tokens is None:  # the next best measure: its characters, several to a token
            lengths = np.array([len(text) // 3 + 1 for _, text in worded], np.int64)
        else:
            lengths = np.maximum(tokens.lengths, self._least(kind))
        done = self._batching.run(
            lengths,
            own.astype(np.int64),
            lambda chosen: self._run(
                [worded[i][1] for i in chosen], prompt if own[chosen[0]] else "", kind
            ),
        )
        values = {i: v for chosen, found in done for i, v in zip(chosen, found, strict=True)}
        return Encoded(
            [values[i] for i in range(len(worded))],
            tokens=None if tokens is None else tokens.whole.tolist(),
            truncated=None if tokens is None else tokens.truncated.tolist(),
            notes=self._batching.notes,
        )

    def _run(self, texts: list[str], prompt: str, kind: str) -> list[Floats]:
        if len(self._devices) > 1 and self._pool is None:
            self._pool = self.model.start_multi_process_pool(self._devices)
            atexit.register(self.model.stop_multi_process_pool, self._pool)
        options = {"batch_size": len(texts), **self._options}
        try:
            return self._unpack(
                self._methods[kind](texts, prompt=prompt, pool=self._pool, **options)
            )
        except (RuntimeError, MemoryError) as error:
            if len(texts) > 1 or not out_of_memory(error):
                raise
            raise UserError(
                "the device's memory does not suffice for one text: lower the maximum length, or "
                "choose another device or dtype"
            ) from error

    def _prompt(self, kind: str) -> str:
        """The model's own prompt, as the library finds it."""
        prompts = self.model.prompts
        return next((prompts[name] for name in _PROMPTS[kind] if name in prompts), None) or ""

    def _tokens(self, texts: Sequence[str], kind: str) -> Tokens | None:
        """The texts in tokens; None where not a plain transformer reads them."""
        from sentence_transformers.base.modules import Transformer

        first = self._input(kind)
        plain = isinstance(first, Transformer) and "message" not in first.modality_config
        if not plain or first.tokenizer is None or not first.tokenizer.is_fast:
            return None
        return Tokens.of(first.tokenizer, texts, self._longest(kind))

    def _input(self, kind: str) -> Any:
        """The module that reads texts of that kind."""
        first = self.model[0]
        routes = getattr(first, "sub_modules", {})
        return routes[kind][0] if kind in routes else first

    def _least(self, kind: str) -> int:
        """How long short queries become where the model expands them, in tokens; else 0."""
        expansion = self._expansion(kind)
        return 0 if expansion is None else int(expansion["length"])

    def _longest(self, kind: str) -> int | None:
        """How much of a text the model reads, in tokens; None where its tokenizer decides."""
        expansion = self._expansion(kind)
        longest: int | None = getattr(self._input(kind), f"{kind}_length", None)
        if expansion is None:
            return longest
        if expansion["strategy"] == "fixed":
            return int(expansion["length"])
        return None if longest is None else max(longest, int(expansion["length"]))

    def _expansion(self, kind: str) -> Mapping[str, Any] | None:
        """How the model expands queries (`QueryExpansionConfig` of the library)."""
        expansion: Mapping[str, Any] | None = getattr(self._input(kind), "query_expansion", None)
        return expansion if kind == "query" else None
