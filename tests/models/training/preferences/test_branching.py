"""Where another token was nearly taken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.training.preferences.branching import alternatives, likeliest, places

TOP = np.array([[0.9, 0.05], [0.5, 0.45], [0.4, 0.3], [0.5, 0.45], [0.6, 0.2]])
"""Margins 0.85, 0.05, 0.1, 0.05, 0.4."""


def test_positions_with_a_margin_below_delta_branch() -> None:
    assert places(TOP, 0, 0.2, 9) == [1, 2, 3]
    assert places(TOP, 0, 0.1, 9) == [1, 3]  # 0.4 - 0.3 is no less than 0.1: 0.10000000000000003
    assert places(TOP, 0, 0.05, 9) == [1, 3]  # 0.5 - 0.45 is 0.04999999999999999


def test_the_smallest_margins_are_taken_the_first_of_like_ones_and_told_in_order() -> None:
    assert places(TOP, 0, 1.0, 1) == [1]
    assert places(TOP, 0, 1.0, 3) == [1, 2, 3]
    assert places(TOP, 0, 1.0, 4) == [1, 2, 3, 4]


def test_none_before_the_calls_begin() -> None:
    assert places(TOP, 2, 0.2, 9) == [2, 3]
    assert places(TOP, 5, 1.0, 9) == []


def test_alternatives_are_the_likeliest_but_the_one_that_was_said() -> None:
    top = np.array([[4, 7, 1]]), np.array([[0.5, 0.3, 0.1]])
    assert alternatives(top, [7], 0) == [4, 1]
    assert alternatives(top, [9], 0) == [4, 7, 1]
    assert alternatives(top, [4], 0, least=0.2) == [7]
    assert alternatives(top, [4], 0, least=0.3) == [7]


@pytest.mark.parametrize("batch", [1, 3])
def test_the_likeliest_tokens_are_those_of_the_model_itself(tmp_path: Path, batch: int) -> None:
    torch = pytest.importorskip("torch", reason="needs torch")
    pytest.importorskip("transformers", reason="needs transformers")
    torch.set_num_threads(1)
    import schooling

    from models.local.engine import Engine
    from models.neural.places import located

    base = schooling.base(tmp_path / "base")
    place = located(str(base), "")
    engine = Engine.load(place, dtype="float32", device="cpu", code=False, batch_size=batch)
    turns = [([5, 9, 20], [31, 7]), ([8], [40, 41, 42, 43]), ([3, 4, 5, 6, 7], [11])]
    for (prompt, said), (ids, values) in zip(turns, likeliest(engine, turns, 3), strict=True):
        assert ids.shape == values.shape == (len(said), 3)
        with torch.no_grad():  # one row without padding
            logits = engine.model(torch.tensor([[*prompt, *said]])).logits[0].double()
        for place_, (row, shares) in enumerate(zip(ids, values, strict=True)):
            whole = logits[len(prompt) - 1 + place_].softmax(-1)
            wanted = whole.sort(descending=True)
            assert row.tolist() == wanted.indices[:3].tolist()
            assert shares.tolist() == pytest.approx(wanted.values[:3].tolist(), rel=1e-4)
