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
    given = _on_cpu(values)
    if not isinstance(given, Sequence | np.ndarray) or len(given) != len(labels):
        raise UserError(f"{name}: encode must give one array a text, {len(labels)} in all")
    arrays = [_floats(value, f"{name}: for each text, encode") for value in given]
    widths = {2} if form == "sparse" else {array.shape[-1] for array in arrays if array.ndim}
    for label, array in zip(labels, arrays, strict=True):
        if array.ndim != 2 or array.shape[1] not in widths or len(widths) > 1:
            raise UserError(
                f"{name}: the array of {label} has the shape {array.shape}; "
                f"{'(weights, 2)' if form == 'sparse' else '(tokens, dimension)'} is wanted"
            )
        if not np.isfinite(array).all():
            raise _not_finite(name, label)
        if form == "sparse" and not _are_dimensions(array[:, 0]):
            raise UserError(
                f"{name}: the dimensions of {label} must be whole numbers from 0 on, each once"
            )
    return arrays


def at_length_1(values: Floats | Sequence[Floats], form: str) -> Floats | Sequence[Floats]:
    """Checked vectors divided by their lengths, so that inner products are cosines.

    Of late interaction every token's vector is; a vector of zeros stays one.
    """
    if form == "single":
        return _scaled(np.asarray(values))
    if form == "multi":
        return [_scaled(vectors) for vectors in values]
    return [np.column_stack([pairs[:, 0], _scaled(pairs[None, :, 1])[0]]) for pairs in values]


def _scaled(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Floats = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return scaled


def _are_dimensions(numbers: Floats) -> bool:
    distinct = np.unique(numbers)
    whole = distinct >= 0
    whole &= distinct == np.floor(distinct)
    return bool(whole.all()) and len(distinct) == len(numbers)


def _floats(values: object, who: str) -> Floats:
    """Numbers as float32; what is too large for it becomes infinite, which is refused later."""
    try:
        if getattr(getattr(values, "dtype", None), "kind", "") == "c":
            raise TypeError("they are complex")
        with np.errstate(over="ignore"):
            return np.asarray(_on_cpu(values), dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise UserError(f"{who} gave no array of numbers: {error}") from error


def _matrix(values: object, labels: Sequence[str], name: str) -> Floats:
    matrix = _floats(values, f"{name}: encode")
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
