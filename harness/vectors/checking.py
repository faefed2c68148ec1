"""Makes sure of what an embedder gives back, so that nothing else reaches the cache."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from harness.encoded import Floats
from harness.errors import UserError


def checked(
    values: object, form: str, labels: Sequence[str], name: str
) -> Floats | Sequence[Floats]:
    """The vectors of some texts as float32.

    Args:
        values: what the embedder gave.
        form: what it says to give: "single", "multi" or "sparse".
        labels: what a message calls each text.
        name: what a message calls the embedder.

    Raises:
        UserError: the shape is wrong, or a value is not finite; the message names the text.
    """
    if form == "single":
        return _matrix(values, labels, name)
    if not isinstance(values, Sequence) or len(values) != len(labels):
        raise UserError(f"{name}: encode must give one array a text, {len(labels)} in all")
    widths = {2} if form == "sparse" else {np.shape(value)[-1] for value in values}
    arrays = [np.asarray(value, dtype=np.float32) for value in values]
    for label, array in zip(labels, arrays, strict=True):
        if array.ndim != 2 or array.shape[1] not in widths or len(widths) > 1:
            raise UserError(
                f"{name}: the array of {label} has the shape {array.shape}; "
                f"{'(weights, 2)' if form == 'sparse' else '(tokens, dimension)'} is wanted"
            )
        if not np.isfinite(array).all():
            raise _not_finite(name, label)
    return arrays


def _matrix(values: object, labels: Sequence[str], name: str) -> Floats:
    try:
        matrix = np.asarray(_on_cpu(values), dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise UserError(f"{name}: encode gave no array of numbers: {error}") from error
    if matrix.ndim != 2 or matrix.shape[0] != len(labels) or not matrix.shape[1]:
        raise UserError(
            f"{name}: encode gave the shape {matrix.shape} for {len(labels)} texts; "
            f"({len(labels)}, dimension) is wanted"
        )
    finite = np.isfinite(matrix).all(axis=1)
    if not finite.all():
        raise _not_finite(name, labels[int(np.flatnonzero(~finite)[0])])
    return matrix


def _on_cpu(values: object) -> object:
    """A tensor as an array, without importing torch for it."""
    if hasattr(values, "detach"):
        return cast("Any", values).detach().float().cpu().numpy()
    return values


def _not_finite(name: str, label: str) -> UserError:
    return UserError(
        f"{name}: the embedding of {label} holds NaN or infinity: "
        "look at that text, or try dtype='float32'"
    )
