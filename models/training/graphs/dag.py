"""Graphs of what needs what, and their levels.

Nodes are numbered from 1 in the order in which things were done; the last one is the answer. An
edge (i, j) says that j needs what i gave.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeAlias

Edges: TypeAlias = Collection[tuple[int, int]]
Levels: TypeAlias = tuple[tuple[int, ...], ...]

CYCLIC = "cyclic"
BACKWARD = "an edge leads from a later step to an earlier one"
INCOMPLETE = "incomplete"
SINK = "the sink is not the last step"


def fault(count: int, edges: Edges) -> str:
    """What is wrong with a graph; "" where nothing is.

    Args:
        count: of nodes, at least 1.
        edges: between nodes from 1 to `count`.

    Returns:
        The first that holds: `CYCLIC`; `BACKWARD`, a need that what was done contradicts;
        `INCOMPLETE`, a step without any edge; `SINK`, a step whose result nothing uses, or an
        answer that something waits for.
    """
    if _ordered(count, edges) is None:
        return CYCLIC
    if any(start > end for start, end in edges):
        return BACKWARD
    if count > 1 and {node for edge in edges for node in edge} != set(range(1, count + 1)):
        return INCOMPLETE
    sinks = set(range(1, count + 1)) - {start for start, _ in edges}
    return "" if sinks == {count} else SINK


def levels(count: int, edges: Edges) -> Levels:
    """The nodes by level: each as soon as all that it needs is there, in a level by their order.

    A node's level is the length of the longest path that leads to it. Where only the last node is a
    sink, it stands alone in the last level.

    Raises:
        ValueError: the graph is cyclic.
    """
    found = _ordered(count, edges)
    if found is None:
        raise ValueError(CYCLIC)
    return found


def _ordered(count: int, edges: Edges) -> Levels | None:
    """Kahn's algorithm, a level at a time; None where a cycle holds it up."""
    needs = {node: {start for start, end in edges if end == node} for node in range(1, count + 1)}
    found: list[tuple[int, ...]] = []
    done: set[int] = set()
    while len(done) < count:
        level = tuple(node for node in needs if node not in done and needs[node] <= done)
        if not level:
            return None
        found.append(level)
        done.update(level)
    return tuple(found)
