"""A table is two files; whatever does not fit is refused with the file and the reason."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.errors import UserError
from leaderboard.printed.collection import Collection, collect

CSV = """\
model,mode,licence,maps,trees,mean,seconds
Ours,fast,MIT,60.0,40.0%,50.0,1.5
Ours,slow,MIT,61.0±2.0,-,,2
Other,,Proprietary,1.0,2.0,1.5,3
"""
YAML: dict[str, Any] = {
    "source": {
        "title": "A paper",
        "where": "Table 1",
        "url": "https://arxiv.org/abs/0000.00000",
        "year": 2025,
        "transcribed": "by hand",
    },
    "rows": {
        "system": "model",
        "kind": "agent",
        "instruction": True,
        "setting": {"mode": "mode"},
        "always": {"llm": "none"},
        "licence": "licence",
        "names": {"Ours": "Walker"},
    },
    "unit": "percent",
    "suites": [
        {
            "suite": "land",
            "declares": {
                "title": "Land",
                "description": "Two tasks.",
                "measures": {
                    "Accuracy": {"description": "share"},
                    "Latency": {"description": "s", "unit": "seconds", "lower_is_better": True},
                },
                "columns": {
                    "average": {"title": "Average", "tasks": ["land/maps", "land/trees"]},
                    "land/maps": {"title": "Maps"},
                    "land/trees": {"title": "Trees"},
                },
            },
            "columns": {
                "maps": ["land/maps", "Accuracy"],
                "trees": ["land/trees", "Accuracy"],
                "mean": ["average", "Accuracy"],
                "seconds": ["average", "Latency"],
            },
        }
    ],
    "defects": [
        {
            "row": {"model": "Other"},
            "cells": ["maps"],
            "what": "Too low",
            "how": "a later version says so",
        },
        {"row": {"mode": "fast"}, "what": "Wrong name", "how": "the text has another"},
    ],
}
SYSTEMS = {
    "systems": {
        "Walker": {"kind": "embedder", "parameters": 7, "hub": "org/Walker-1", "aliases": ["walk"]}
    }
}
Write = Callable[..., Collection]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(text: dict[str, Any], table: str = CSV, systems: object = SYSTEMS) -> Collection:
        (tmp_path / "paper.csv").write_text(table, encoding="utf-8")
        (tmp_path / "paper.yaml").write_text(
            yaml.safe_dump(text, sort_keys=False), encoding="utf-8"
        )
        (tmp_path / "systems.yaml").write_text(
            yaml.safe_dump(systems, sort_keys=False), encoding="utf-8"
        )
        collect.cache_clear()
        return collect(tmp_path)

    return _write


def changed(**paths: object) -> dict[str, Any]:
    """The description with some of it set: "rows__system" is text["rows"]["system"]."""
    text = copy.deepcopy(YAML)
    for path, value in paths.items():
        *keys, last = [int(key) if key.isdigit() else key for key in path.split("__")]
        place: Any = text
        for key in keys:
            place = place[key]
        place[last] = value
    return text


def test_a_table_and_its_description_become_rows(write: Write) -> None:
    (table,) = write(YAML).tables
    assert (table.name, table.suite, table.edition) == ("paper", "land", "")
    assert (table.source.table, table.source.where) == ("paper", "Table 1")
    fast, slow, other = table.rows
    assert (fast.system, fast.printed, fast.instruction) == ("Walker", "Ours", True)
    assert fast.setting == {"llm": "none", "mode": "fast"}
    assert other.setting == {"llm": "none"}
    numbers = {(cell.column, cell.measure): cell.value for cell in fast.cells}
    assert numbers == {
        ("land/maps", "Accuracy"): 0.6,
        ("land/trees", "Accuracy"): 0.4,
        ("average", "Accuracy"): 0.5,
        ("average", "Latency"): 1.5,
    }
    assert [cell.printed for cell in slow.cells] == ["61.0±2.0", "2"]


def test_a_printing_error_is_at_its_cell_or_its_row(write: Write) -> None:
    (table,) = write(YAML).tables
    fast, slow, other = table.rows
    assert fast.defect == "Wrong name: the text has another."
    assert not any(cell.defect for cell in (*fast.cells, *slow.cells))
    assert {cell.column: cell.defect for cell in other.cells if cell.defect} == {
        "land/maps": "Too low: a later version says so."
    }


def test_a_declared_suite_has_its_columns_and_measures_in_order(write: Write) -> None:
    suite = write(YAML).suites["land"]
    assert [(column.id, column.kind) for column in suite.columns] == [
        ("average", "aggregate"),
        ("land/maps", "task"),
        ("land/trees", "task"),
    ]
    assert [(m.name, m.unit, m.lower_is_better) for m in suite.measures] == [
        ("Accuracy", "share", False),
        ("Latency", "seconds", True),
    ]


def test_systems_have_one_name_and_what_is_known_of_them(write: Write) -> None:
    systems = write(YAML).systems
    assert systems["Walker"] is systems["org/Walker-1"] is systems["walk"]
    assert (systems["Walker"].kind, systems["Walker"].parameters) == ("embedder", 7)
    other = systems["Other"]
    assert (other.kind, other.open_weights, other.licence) == ("agent", False, "proprietary")


def test_case_does_not_make_another_system(write: Write) -> None:
    text = changed(rows__names={"Ours": "WALK", "Other": "walker"})
    assert {row.system for row in write(text).tables[0].rows} == {"Walker"}


def test_a_transposed_table_is_read_along_its_columns(write: Write) -> None:
    rows = [line.split(",") for line in CSV.splitlines()]
    turned = "\n".join(",".join(line) for line in zip(*rows, strict=True))
    straight = write(YAML).tables
    assert write(changed(transposed=True), turned).tables == straight


def test_a_star_takes_every_column_that_is_not_named(write: Write) -> None:
    columns = {"*": ["land/{}", "Accuracy"], "mean": ["average", "Accuracy"]}
    text = changed(suites__0__columns={**columns, "seconds": ["average", "Latency"]})
    assert write(text).tables == write(YAML).tables


def test_a_star_takes_what_stands_around_it(write: Write) -> None:
    table = CSV.replace("maps,trees", "maps @1,trees @1")
    columns = {"* @1": ["land/{}", "Accuracy"], "mean": ["average", "Accuracy"]}
    text = changed(suites__0__columns=columns, defects=[])
    (found,) = write(text, table).tables
    assert [cell.column for cell in found.rows[0].cells] == ["land/maps", "land/trees", "average"]


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        ({"source__url": "http://arxiv.org"}, r"paper.yaml: source.url"),
        ({"source__year": "2025"}, r"paper.yaml: source.year"),
        ({"extra": 1}, r"paper.yaml: extra"),
        ({"rows__kind": "robot"}, r"paper.yaml: rows.kind"),
        ({"rows__system": "name"}, r"paper.csv has no column 'name', which 'rows' names"),
        ({"rows__instruction": "mode"}, r"paper.csv: mode is 'fast', not yes or no"),
        ({"rows__setting": {}}, r"paper.csv: two rows of Walker have the same setting"),
        (
            {"suites__0__columns__map": ["land/maps", "F1"]},
            r"no column 'map', which 'columns' names",
        ),
        ({"suites__0__columns__*x": ["land/{}", "Accuracy"]}, r"no column like '\*x'"),
        ({"suites__0__columns__maps": ["land/seas", "Accuracy"]}, r"\[land/seas, Accuracy\]"),
        ({"suites__0__columns__maps": ["land/maps", "F1"]}, r"suite land does not declare"),
        ({"suites__0__columns__maps": ["average", "Accuracy"]}, r"the same column and measure"),
        (
            {"suites__0__declares__columns__average__tasks": ["land/seas"]},
            r"paper.yaml: land/seas is no task among the columns of land",
        ),
        (
            {"suites__0__declares__columns__total": {"title": "Total"}},
            r"paper.yaml: in the columns of land aggregates come before tasks",
        ),
        ({"defects__0__row": {"model": "Ours"}}, r"a defect's row .* matches 2 rows"),
        ({"defects__0__row": {"model": "None"}}, r"a defect's row .* matches 0 rows"),
        ({"defects__0__cells": ["seas"]}, r"no column 'seas', which 'defects' names"),
    ],
)
def test_a_description_that_does_not_fit_is_refused(
    write: Write, paths: dict[str, object], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        write(changed(**paths))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (CSV + "Short,row\n", "paper.csv: every line needs as many fields as the first"),
        (CSV.replace("trees", "maps"), "paper.csv: two columns have the same header"),
        (CSV.replace("60.0", "sixty"), r"paper.csv: Ours, maps: 'sixty' is no number"),
        (CSV.splitlines()[0], "paper.csv holds no row"),
        ("", "paper.csv holds no row"),
    ],
)
def test_a_broken_table_is_refused(write: Write, table: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        write(YAML, table)


def test_a_name_of_two_systems_is_refused(write: Write) -> None:
    systems = {"systems": {**SYSTEMS["systems"], "Runner": {"kind": "agent", "aliases": ["WALK"]}}}
    with pytest.raises(UserError, match=r"systems.yaml: 'WALK' names both Walker and Runner"):
        write(YAML, systems=systems)


def test_a_table_without_a_description_is_refused(write: Write, tmp_path: Path) -> None:
    write(YAML)
    (tmp_path / "lonely.csv").write_text("a\n1\n")
    collect.cache_clear()
    with pytest.raises(UserError, match=r"lonely.yaml cannot be read"):
        collect(tmp_path)


def test_two_declarations_of_a_suite_are_refused(write: Write, tmp_path: Path) -> None:
    write(YAML)
    for end in ("csv", "yaml"):
        (tmp_path / f"second.{end}").write_text((tmp_path / f"paper.{end}").read_text())
    collect.cache_clear()
    with pytest.raises(UserError, match=r"second.yaml: another table declares the suite land"):
        collect(tmp_path)
