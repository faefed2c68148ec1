"""Texts through the library's own `encode`: models that are not plain, and several devices."""

from __future__ import annotations

import atexit
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.encoded import Floats
from models.neural.devices import fitting
from models.neural.modules import is_routed

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

TEXTS = 32
"""Texts in a batch where nothing else is said: the library's own default."""


class LibraryEncoder:
    """Encodes by `SentenceTransformer.encode`, which sorts texts by their characters.

    Args:
        model: the model.
        devices: where it runs; more than one starts a process on each, at the first encoding.
        batch_size: texts in a batch; None takes the library's default.
    """

    def __init__(
        self, model: SentenceTransformer, devices: Sequence[str], batch_size: int | None
    ) -> None:
        self.model, self.devices = model, list(devices)
        self._size = batch_size or TEXTS
        self._pool: Any = None

    def encode(self, texts: Sequence[tuple[str, str]], kind: str) -> tuple[Floats, int]:
        """The vectors of prompts and texts, and how often batches were halved for lack of memory.

        Texts that share a prompt run together: the library takes one prompt at a time.
        """
        waiting: dict[str, list[int]] = {}
        for i, (prompt, _) in enumerate(texts):
            waiting.setdefault(prompt, []).append(i)
        done: list[tuple[list[int], Floats]] = []
        sizes: list[int] = []

        def go_on(size: int) -> None:
            sizes.append(size)
            for prompt, chosen in list(waiting.items()):
                done.append((chosen, self._run([texts[i][1] for i in chosen], prompt, kind, size)))
                del waiting[prompt]

        fitting(go_on, self._size)
        self._size = sizes[-1]
        rows = np.concatenate([vectors for _, vectors in done])
        values = np.empty_like(rows)
        values[[i for chosen, _ in done for i in chosen]] = rows
        return values, len(sizes) - 1

    def _run(self, texts: list[str], prompt: str, kind: str, size: int) -> Floats:
        if len(self.devices) > 1 and self._pool is None:
            self._pool = self.model.start_multi_process_pool(self.devices)
            atexit.register(self.model.stop_multi_process_pool, self._pool)
        encode: Any = self.model.encode
        vectors = encode(
            texts,
            prompt=prompt,
            batch_size=size,
            show_progress_bar=False,
            convert_to_tensor=True,
            pool=self._pool,
            **({"task": kind} if is_routed(self.model) else {}),
        )
        found: Floats = vectors.float().cpu().numpy()
        return found
