"""Published numbers beside ours."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from harness.records import Setting
from leaderboard.board.claims import replayed
from leaderboard.board.lines import Line, way_of
from leaderboard.board.records import Claim, Number, Row, Source, SuiteBoard
from leaderboard.printed.records import PublishedClaim

SOURCE = Source("A Paper", "Table 1", "https://example.org", 2024, "t")
PUBLISHED = PublishedClaim(
    what="BM25 on A",
    suite="s",
    task="s/a",
    measure="m",
    model="bm25",
    setting={"instruction": "yes"},
    paper=0.679,
    printed="67.9",
    source=SOURCE,
    step=0.001,
    tolerance=0.002,
    reason="Ties are broken otherwise.",
    unreachable="",
)


def _line(id: str, model: str = "bm25", setting: Setting | None = None) -> Line:
    row = Row(
        id=id,
        system=id,
        name=id,
        kind="lexical",
        parameters=0,
        open_weights=True,
        instruction=None,
        level="re-scored",
        setting={},
        overlap={},
        released=None,
    )
    return Line(row, (), model=model, way=way_of(setting or Setting()))


def _claim(
    numbers: Mapping[str, Number], *lines: Line, published: PublishedClaim = PUBLISHED
) -> Claim:
    suite = SuiteBoard(
        name="s",
        title="",
        description="",
        measures=("m",),
        columns=(),
        rows=(),
        numbers={(row, published.task): {"m": number} for row, number in numbers.items()},
        ranks={},
        coverage={},
        commands={},
        seconds={},
    )
    (found,) = replayed([published], {"s": suite}, lines)
    return found


@pytest.mark.parametrize(
    ("ours", "verdict"),
    [(0.6795, "exact"), (0.6785, "exact"), (0.6796, "within"), (0.681, "within"), (0.6811, "off")],
)
def test_half_a_unit_of_the_last_digit_is_exact(ours: float, verdict: str) -> None:
    found = _claim({"mine": Number(ours, level="re-scored")}, _line("mine"))
    assert (found.ours, found.verdict) == (ours, verdict)
    assert found.command == "assay run -m bm25 -t s/a --instruction yes"


@pytest.mark.parametrize(
    "number",
    [
        Number(0.679, level="self-reported"),
        Number(0.679, level="as printed"),
        Number(0.679, level="re-scored", retracted=True),
    ],
)
def test_only_what_was_computed_here_counts(number: Number) -> None:
    found = _claim({"mine": number}, _line("mine"))
    assert (found.ours, found.verdict) == (None, "unreachable")
    assert found.why == "No checked submission has this number."


@pytest.mark.parametrize(
    "line", [_line("mine", "bm25(k1=2)"), _line("mine", setting=Setting(instruction="no"))]
)
def test_another_model_or_setting_is_not_the_claim(line: Line) -> None:
    assert _claim({"mine": Number(0.679, level="re-scored")}, line).ours is None


def test_a_number_over_other_data_is_shown_and_decides_nothing() -> None:
    number = Number(0.7, level="re-scored", edition="data at hand [abc]")
    found = _claim({"mine": number}, _line("mine"))
    assert (found.ours, found.verdict) == (0.7, "unreachable")
    assert found.why == "Ours is of another edition: data at hand [abc]."


def test_the_surest_number_over_the_published_data_is_taken() -> None:
    numbers = {
        "other": Number(0.1, level="reproduced", edition="version 0"),
        "mine": Number(0.2, level="re-scored"),
        "rerun": Number(0.3, level="reproduced"),
    }
    assert _claim(numbers, *map(_line, numbers)).ours == 0.3


def test_an_aggregate_is_replayed_as_its_suite() -> None:
    from dataclasses import replace

    published = replace(PUBLISHED, task="average", setting={})
    found = _claim({"mine": Number(0.679, level="re-scored")}, _line("mine"), published=published)
    assert (found.verdict, found.command) == ("exact", "assay run -m bm25 -s s")
