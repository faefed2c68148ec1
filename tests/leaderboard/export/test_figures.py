from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest
from board_toys import HOSTILE

from harness.errors import MissingExtra
from leaderboard.board.records import Board
from leaderboard.export.drawing import drawable
from leaderboard.export.intervals import MOST, draw_intervals
from leaderboard.export.selection import Selection, select
from leaderboard.export.size import draw_size


def texts(svg: bytes) -> list[str]:
    return [
        "".join(node.itertext())
        for node in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    ]


def markers(svg: bytes) -> list[str]:
    """Fills of the marks, top to bottom."""
    root = ElementTree.fromstring(svg)
    used = [
        (float(node.attrib["y"]), node.attrib.get("style", ""))
        for node in root.iter("{http://www.w3.org/2000/svg}use")
        if "stroke-width: 0.7" in node.attrib.get("style", "")
    ]
    return [style for _, style in sorted(used)]


@pytest.fixture
def part(toys: Board) -> Selection:
    return select(toys, "toy")


@pytest.mark.parametrize("form", ["svg", "pdf"])
@pytest.mark.parametrize("draw", [draw_intervals, draw_size])
def test_figures_are_the_same_bytes_every_time(part: Selection, draw: object, form: str) -> None:
    first, second = draw(part, form), draw(part, form)  # type: ignore[operator]
    assert first == second
    assert not re.search(rb"CreationDate|<dc:date>", first)


@pytest.mark.parametrize("draw", [draw_intervals, draw_size])
def test_figures_are_a_column_wide_and_their_text_is_text(part: Selection, draw: object) -> None:
    svg = draw(part, "svg")  # type: ignore[operator]
    assert b'width="237.6pt"' in svg  # 3.3 inches of 72 points
    assert any("nDCG@10" in text for text in texts(svg))
    pdf = draw(part, "pdf")  # type: ignore[operator]
    assert b"/Subtype /Type3" not in pdf
    assert b"/FontFile2" in pdf  # TrueType, embedded


def test_the_interval_plot_names_rows_best_first_with_letters_of_groups(part: Selection) -> None:
    said = texts(draw_intervals(part, "svg"))
    named = [text for text in said if text.startswith(("Oracle", "Alpha", "BM25"))]
    assert named == ["Alpha (w/ inst.)", "Alpha (w/o inst.)", "BM25", "Oracle"]
    assert [text for text in said if text in "abcd"] == ["a", "b", "c"]


def test_without_comparable_numbers_there_is_no_figure(toys: Board) -> None:
    part = select(toys, "toy", columns=["toy/pears"], rows=["delta"])  # of an old version
    assert draw_intervals(part, "svg") is None
    assert draw_size(part, "svg") is None


def test_numbers_that_were_not_computed_again_are_open_marks(toys: Board) -> None:
    part = select(toys, "toy", columns=["toy/apples"], rows=["delta", "gamma", "bm25"])
    fills = ["#ffffff" in style for style in markers(draw_intervals(part, "svg"))]
    assert fills == [False, True, False]  # delta 85, gamma 50 (self-reported), bm25 40


def test_a_long_suite_is_cut_and_the_figure_says_so(toys: Board) -> None:
    suite = toys.suites[0]
    row, number = suite.rows[3], suite.numbers["bm25", "average"]
    rows = tuple(replace(row, id=f"r{i}", name=f"Model {i}") for i in range(MOST + 3))
    long = replace(
        suite, rows=rows, numbers={(row.id, "average"): number for row in rows}, ranks={}
    )
    said = texts(draw_intervals(select(replace(toys, suites=(long,)), "toy"), "svg"))
    assert sum(text.startswith("Model ") for text in said) == 60
    assert any("60 of 63 rows" in text for text in said)


def test_a_hostile_name_is_only_text(toys: Board) -> None:
    suite = toys.suites[0]
    rows = tuple(replace(row, name=r"$\frac{1}$ " + HOSTILE[:20] + " 漢") for row in suite.rows)
    part = select(replace(toys, suites=(replace(suite, rows=rows),)), "toy", rows=["hostile"])
    svg = draw_intervals(part, "svg")
    assert b"<script" not in svg
    assert any(text.startswith(r"$\frac{1}$ <script>") for text in texts(svg))


def test_size_leaves_out_references_and_unknown_sizes(toys: Board) -> None:
    said = texts(draw_size(select(toys, "toy", columns=["toy/apples"]), "svg") or b"")
    assert "Oracle" not in said
    assert "Gamma" not in said
    # apples: BM25 0.40 with none, Alpha 0.70 with 33 million, Delta 0.85 with 110 million;
    # the hostile one has 7 billion and 0.20, so it is not named
    assert {"BM25", "Alpha (w/ inst.)", "Delta"} <= set(said)
    assert "none" in said
    assert not any("script" in text for text in said)


def test_without_any_size_there_is_no_figure(toys: Board) -> None:
    assert draw_size(select(toys, "toy", rows=["oracle"]), "svg") is None


def test_a_missing_matplotlib_says_what_to_install(
    part: Selection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtra, match=r"assay-harness\[figures\]"):
        draw_intervals(part, "svg")


def test_a_figure_says_what_its_marks_and_letters_mean(toys: Board, part: Selection) -> None:
    said = " ".join(texts(draw_intervals(part, "svg")))
    assert "filled: re-scored; diamond: reference" in said
    assert "one letter: not told apart from the best row of that letter" in said
    mixed = select(toys, "toy", columns=["toy/apples"], rows=["gamma", "bm25"])
    told = " ".join(texts(draw_intervals(mixed, "svg")))
    assert "filled: re-scored; open: printed or self-reported" in told
    assert "diamond" not in told
    assert "one letter" not in told


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("all-MiniLM-L6-v2", "all-MiniLM-L6-v2"),
        ("gte-Qwen2-1.5B-instruct (w/ inst.)", "gte-Qwen2-1.… (w/ inst.)"),  # 24 characters
        ("a name that goes on without brackets", "a name that goe…brackets"),
        ("Model (with more in brackets than fits)", "Model (with mor…an fits)"),
    ],
)
def test_what_tells_rows_apart_stays_of_a_long_name(text: str, shown: str) -> None:
    assert drawable(text, 24) == shown
