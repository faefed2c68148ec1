"""Graphs in ONNX, opened for a CPU."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import UserError
from models.embedded.places import GRAPH
from models.neural.places import Place

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_ERRORS_ONLY = 3


def opened(place: Place, threads: int = 1) -> InferenceSession:
    """The graph of an exported model.

    Args:
        place: its folder.
        threads: in which one call computes. With more than one, onnxruntime's threads spin while
            they wait, which costs other work on the machine more than it gives to a small model.

    Raises:
        UserError: the file is no graph that onnxruntime can run.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    path = Path(place.source) / GRAPH
    try:
        return onnxruntime.InferenceSession(
            os.fspath(path), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # onnxruntime raises classes of its own, one for each status
        said = " ".join(str(error).split())[:200]
        raise UserError(f"'{place.name}' cannot be loaded: {GRAPH}: {said}") from error


def named(
    session: InferenceSession,
    inputs: tuple[str, ...],
    place: Place,
    kind: str,
    *,
    alone: bool = False,
) -> None:
    """Raises `UserError` where a graph is of no such kind.

    Args:
        session: of the graph.
        inputs: that one of this kind has.
        place: its folder.
        kind: for the message.
        alone: whether it has no others.
    """
    there = [given.name for given in session.get_inputs()]
    if missing := [name for name in inputs if name not in there]:
        raise UserError(f"'{place.name}' is no {kind}: its graph has no input '{missing[0]}'")
    if alone and (more := [name for name in there if name not in inputs]):
        raise UserError(f"'{place.name}' is no {kind}: its graph wants '{more[0]}' too")


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
