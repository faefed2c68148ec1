"""Which device a model runs on, in which precision, and what happens when its memory runs out."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from harness.errors import UserError, unknown

if TYPE_CHECKING:
    import torch

T = TypeVar("T")
DTYPES = ("float32", "float16", "bfloat16")
_DEVICE = re.compile(r"[a-z]+(:[0-9]+)?")
_MESSAGES = ("out of memory", "can't allocate memory")
"""How devices without an exception of their own say that their memory ran out."""


def choose_device(device: str | None) -> str:
    """The device to run on.

    Args:
        device: "cpu", "cuda", "cuda:1", "mps", ...; several with commas between them, which stay
            so; or None: "cuda" if there is one, else "mps", else "cpu".

    Raises:
        UserError: it is no device, or this machine has none of that kind.
    """
    import torch

    if device is None:
        if torch.cuda.is_available():
            return "cuda"
        return "mps" if torch.backends.mps.is_available() else "cpu"
    names = [name.strip() for name in device.split(",")]
    for name in names:
        _require(name)
    return ",".join(names)


def torch_dtype(name: str) -> torch.dtype:
    """The dtype of that name, one of `DTYPES`. Raises `UserError` for any other."""
    import torch

    if name not in DTYPES:
        raise unknown("dtype", name, DTYPES, f"There is: {', '.join(DTYPES)}")
    found: torch.dtype = getattr(torch, name)
    return found


def fitting(run: Callable[[int], T], batch_size: int) -> T:
    """Calls `run(batch_size)`, with half as much each time that the device's memory runs out.

    Work that `run` keeps to itself is not lost: it may go on where it was. It also sees how often
    it was called, so that the halving can be counted.

    Args:
        run: the work, given how much it may do at a time (texts, tokens).
        batch_size: where to start.

    Raises:
        UserError: the memory does not even suffice for a batch of one.
    """
    while True:
        try:
            return run(batch_size)
        except (RuntimeError, MemoryError) as error:
            if not out_of_memory(error):
                raise
            if batch_size <= 1:
                raise UserError(
                    "the device's memory does not suffice for one text at a time: "
                    'lower the maximum length, choose dtype="bfloat16", or use another device'
                ) from error
        # Outside the handler: the traceback no longer holds what filled the memory.
        _free()
        batch_size //= 2


def out_of_memory(error: BaseException) -> bool:
    """True for the errors by which torch says that a device's memory ran out."""
    import torch

    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(text in str(error) for text in _MESSAGES)


def _require(name: str) -> None:
    import torch

    if not _DEVICE.fullmatch(name):
        raise UserError(f'\'{name}\' is no device: give "cpu", "cuda", "cuda:1" or "mps"')
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise UserError(f'torch knows no device \'{name}\': give "cpu" or "cuda"') from error
    count = torch.cuda.device_count()
    if device.type == "cuda" and (device.index or 0) >= count:
        here = f"has {count} of them" if count else "has none, or torch was installed without CUDA"
        raise UserError(f"no device '{name}': this machine {here}; give device=\"cpu\"")
    if device.type == "mps" and not torch.backends.mps.is_available():
        raise UserError("no device 'mps' on this machine: give device=\"cpu\"")


def _free() -> None:
    """Gives back what the failed attempt left in the device's memory."""
    import torch

    if torch.cuda.is_available():
        gc.collect()
        torch.cuda.empty_cache()
    elif torch.backends.mps.is_available():
        gc.collect()
        torch.mps.empty_cache()
