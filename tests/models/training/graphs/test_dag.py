"""Graphs of steps: what is wrong with them, and their levels."""

from __future__ import annotations

import pytest

from models.training.graphs.dag import BACKWARD, CYCLIC, INCOMPLETE, SINK, fault, levels

DIAMOND = {(1, 2), (1, 3), (2, 4), (3, 4)}


def test_a_diamond_has_three_levels() -> None:
    assert fault(4, DIAMOND) == ""
    assert levels(4, DIAMOND) == ((1,), (2, 3), (4,))


def test_a_node_waits_for_the_longest_way_that_leads_to_it() -> None:
    # 1 -> 4 is the short way, 1 -> 2 -> 3 -> 4 the long one, which 4 needs as well.
    edges = {(1, 2), (2, 3), (3, 4), (1, 4), (4, 5)}
    assert levels(5, edges) == ((1,), (2,), (3,), (4,), (5,))


def test_the_papers_example_comes_out_in_its_levels() -> None:
    # "1->2,2->3,3->4,2->5,4->6,5->6": 3 and 5 both need 2 alone; 6 needs 4, which needs 3.
    edges = {(1, 2), (2, 3), (3, 4), (2, 5), (4, 6), (5, 6)}
    assert fault(6, edges) == ""
    assert levels(6, edges) == ((1,), (2,), (3, 5), (4,), (6,))


@pytest.mark.parametrize(
    ("count", "edges", "wrong"),
    [
        (3, {(1, 2), (2, 1), (2, 3)}, CYCLIC),
        (2, {(1, 2), (1, 1)}, CYCLIC),
        (3, {(2, 1), (1, 3)}, BACKWARD),
        (3, {(1, 3)}, INCOMPLETE),  # 2 stands nowhere
        (4, {(1, 2), (1, 4), (3, 4)}, SINK),  # nothing uses 2
        (3, {(1, 2), (1, 3)}, SINK),
        (2, set(), INCOMPLETE),
        (1, set(), ""),
    ],
)
def test_faults_are_told_apart(count: int, edges: set[tuple[int, int]], wrong: str) -> None:
    assert fault(count, edges) == wrong


def test_a_cycle_has_no_levels() -> None:
    with pytest.raises(ValueError, match=CYCLIC):
        levels(2, {(1, 2), (2, 1)})


def test_in_every_graph_of_four_steps_each_level_needs_only_earlier_ones() -> None:
    pairs = [(i, j) for i in range(1, 5) for j in range(i + 1, 5)]
    sound = 0
    for chosen in range(1 << len(pairs)):
        edges = {pair for bit, pair in enumerate(pairs) if chosen >> bit & 1}
        if fault(4, edges):
            continue
        sound += 1
        found = levels(4, edges)
        at = {node: place for place, level in enumerate(found) for node in level}
        assert sorted(at) == [1, 2, 3, 4]
        assert found[-1] == (4,)
        assert all(at[start] < at[end] for start, end in edges)
        for node, place in at.items():  # and none waits longer than it must
            assert place == max((at[i] + 1 for i, j in edges if j == node), default=0)
    # Each of 1, 2, 3 needs an edge to a later node: (2^3 - 1)(2^2 - 1)(2^1 - 1) = 21 graphs.
    assert sound == 21
