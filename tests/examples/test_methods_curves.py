"""Curves of trainings: which are drawn together, and what a drawn point is."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from examples.methods.curves import draw, main, read, smoothed
from harness.errors import UserError


def training(checkpoint: Path, **stages: list[dict[str, float]]) -> Path:
    """A checkpoint whose stages wrote these curves, in this order."""
    for number, (stage, rows) in enumerate(stages.items(), start=1):
        folder = checkpoint / "training" / f"{number}-{stage}"
        folder.mkdir(parents=True)
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / "curves.jsonl").write_text(lines)
    return checkpoint


def losses(*values: float) -> list[dict[str, float]]:
    return [{"step": step, "loss": loss} for step, loss in enumerate(values, start=1)]


def test_a_point_is_the_mean_of_the_last_ones() -> None:
    points = [(1, 4.0), (2, 2.0), (3, 0.0), (4, 1.0)]
    assert smoothed(points, 3) == [(3, 2.0), (4, 1.0)]
    assert smoothed(points, 1) == points


def test_a_line_shorter_than_the_window_is_its_mean() -> None:
    assert smoothed([(1, 4.0), (2, 2.0)], 10) == [(2, 3.0)]


def test_checkpoints_of_one_name_share_their_panels(tmp_path: Path) -> None:
    folders = [
        training(tmp_path / "seed-0" / "em", teach=losses(*[1.0] * 9, 2.0)),
        training(tmp_path / "seed-1" / "em", teach=losses(*[3.0] * 10)),
        training(tmp_path / "seed-0" / "dealt", teach=losses(*[4.0] * 10, 14.0)),
    ]
    assert read(folders) == {
        ("teach", "loss"): {
            "em": [[(10, 1.1)], [(10, 3.0)]],
            "dealt": [[(10, 4.0), (11, 5.0)]],
        }
    }


def test_panels_are_in_the_order_of_stages(tmp_path: Path) -> None:
    stages = {f"stage_{number}": losses(1.0) for number in range(1, 11)}
    found = read([training(tmp_path / "em", **stages)])
    assert [stage for stage, _ in found] == list(stages)  # the tenth behind the second


def test_a_stage_may_keep_its_curves_deeper(tmp_path: Path) -> None:
    checkpoint = training(tmp_path / "em", **{"teach_1": losses(2.0)})
    inner = checkpoint / "training" / "1-teach_1" / "train"
    inner.mkdir()
    (checkpoint / "training" / "1-teach_1" / "curves.jsonl").rename(inner / "curves.jsonl")
    assert read([checkpoint]) == {("teach_1", "loss"): {"em": [[(1, 2.0)]]}}


def test_the_figure_names_stages_and_checkpoints(tmp_path: Path) -> None:
    value = [{"step": 0, "value": 0.25}, {"step": 1, "value": 0.5}]
    folders = [
        training(tmp_path / "own", train=losses(*[1.0] * 12), choose=value),
        training(tmp_path / "<other>", train=losses(*[2.0] * 12)),
    ]
    main([str(tmp_path / "curves.svg"), *map(str, folders)])
    texts = {
        "".join(node.itertext()).strip()
        for node in ET.parse(tmp_path / "curves.svg").iter("{http://www.w3.org/2000/svg}text")
    }
    assert {"train: loss", "choose: held-out measure", "own", "<other>"} <= texts


def test_the_same_trainings_are_the_same_bytes(tmp_path: Path) -> None:
    panels = read([training(tmp_path / "em", train=losses(*[1.0, 2.0] * 8))])
    assert draw(panels) == draw(panels)


def test_what_cannot_be_drawn_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nothing is no training with curves"):
        read([tmp_path / "nothing"])
    with pytest.raises(UserError, match="5 names: draw at most 4"):
        read([training(tmp_path / name, train=losses(1.0)) for name in "abcde"])
    with pytest.raises(UserError, match=r"ends in \.svg"):
        main(["curves.png", str(tmp_path / "a")])
