"""Whether half precision pays: measured on this device with the model itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.neural.sentence import SentenceEncoder

CLEARLY = 1.3
"""How many times as fast half precision must be to be chosen."""
SECONDS, TURNS = 0.5, 3
"""Time that each side gets, and turns that it gets at least."""
SAMPLE = "The harbour office sells tickets for the night train and the ferry to the islands. " * 8
"""A passage of about 130 tokens."""
MOST = 8


def chosen_dtype(build: Callable[[str], SentenceEncoder]) -> tuple[str, SentenceEncoder]:
    """The dtype to run a model in: float32, unless half precision is clearly faster here.

    Args:
        build: loads the model in a dtype.

    Returns:
        The dtype, and the model loaded in it.
    """
    full = build("float32")
    half = half_of(full.model.device.type)
    other = build(half)
    started = time.perf_counter()
    full.encode([("", SAMPLE)], "document")
    texts = [("", SAMPLE)] * min(MOST, max(1, int(0.1 / (time.perf_counter() - started))))
    faster = gain(
        lambda: full.encode(texts, "document"),
        lambda: other.encode(texts, "document"),
        time.perf_counter,
    )
    return (half, other) if faster >= CLEARLY else ("float32", full)


def gain(
    before: Callable[[], object], after: Callable[[], object], clock: Callable[[], float]
) -> float:
    """How many times as fast the second is: best times of runs taken in turn, after one each."""
    before()
    after()
    best = [float("inf"), float("inf")]
    used, turns = 0.0, 0
    while turns < TURNS or used < SECONDS:
        for side, run in enumerate((before, after)):
            started = clock()
            run()
            seconds = clock() - started
            best[side] = min(best[side], seconds)
            used += seconds / 2
        turns += 1
    return best[0] / best[1]


def half_of(device: str) -> str:
    """The half precision that a kind of device is best at; bfloat16 where both will do."""
    import torch

    if device == "mps" or (
        device == "cuda" and not torch.cuda.is_bf16_supported(including_emulation=False)
    ):
        return "float16"
    return "bfloat16"
