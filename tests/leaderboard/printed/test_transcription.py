"""Every table equals the file that it was transcribed from, number by number."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from leaderboard.printed import PrintedTable, tables
from leaderboard.printed.collection import HOME

pytestmark = pytest.mark.realdata
NAMED: Mapping[str, PrintedTable] = {table.name: table for table in tables()}
Row = dict[str, str]


@pytest.fixture
def published(data: Path) -> Path:
    return data / "published"


def ours(name: str) -> list[list[str]]:
    return read(HOME / f"{name}.csv")


def read(path: Path, delimiter: str = ",") -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))


def records(path: Path, delimiter: str = ",") -> Iterator[Row]:
    header, *lines = read(path, delimiter)
    return (dict(zip(header, line, strict=True)) for line in lines)


@pytest.mark.parametrize(("name", "part"), [("toolret_table4", "[wo]"), ("toolret_table5", "[wi]")])
def test_toolret(published: Path, name: str, part: str) -> None:
    text = (published / "toolret" / "tables.txt").read_text(encoding="utf-8")
    block = text.partition(part)[2].partition("[")[0].strip().splitlines()
    expected = [re.split(r"[|]", line)[:1] + line.partition("|")[2].replace("|", " ").split()
                for line in block]  # fmt: skip
    assert ours(name)[1:] == expected
    groups = [f"{group} {m}@10" for group in ("web", "code", "customized") for m in "NPRC"]
    assert ours(name)[0] == ["model", *groups, "average N@10", "average C@10"]


def test_toolrank(published: Path) -> None:
    source = {row["task"]: row for row in
              records(published / "toolret" / "bm25_per_task_toolrank.tsv", "\t")}  # fmt: skip
    suffix = {False: "noinst", True: "inst"}
    letters = {"nDCG@10": "N10", "R@10": "R10", "Completeness@10": "C10"}
    for row in NAMED["toolret_toolrank_tasks"].rows:
        cells = [cell for cell in row.cells if cell.printed]
        assert len(cells) == 3 * len(source) == 105
        for cell in cells:
            field = f"{letters[cell.measure]}_{suffix[bool(row.instruction)]}"
            assert cell.printed == source[cell.column.removeprefix("toolret/")][field]


def test_toolrank_averages_are_those_of_its_report() -> None:
    """docs/reports/faz0-week1.md: 22.24 without and 36.41 with instructions, and the categories."""
    expected = {False: (22.24, 18.88, 21.19, 26.66), True: (36.41, 26.17, 41.90, 41.16)}
    for row in NAMED["toolret_toolrank_tasks"].rows:
        found = [row.cell(name, "nDCG@10") for name in ("average", "web", "code", "customized")]
        means = [round(100 * cell.value, 2) for cell in found if cell]
        assert means == pytest.approx(expected[bool(row.instruction)], abs=0.011)


def test_mair(published: Path) -> None:
    header, *lines = read(published / "mair" / "mair_per_task_ndcg10.csv")
    names, instructions, *tasks = ours("mair_pr54")
    said = {"no": "w/o", "yes": "w/"}
    pairs = zip(names[1:], instructions[1:], strict=True)
    assert [f"{name}|{said[asked]}" for name, asked in pairs] == header[2:]
    assert tasks == [[line[0], *line[2:]] for line in lines]


def test_means_of_mair_are_those_that_were_computed_independently(published: Path) -> None:
    text = (published / "mair" / "mair_domain_avgs.json").read_text(encoding="utf-8")
    order = ("academic", "code", "finance", "legal", "medical", "web", "macro")
    rows = {(row.printed, row.instruction): row for row in NAMED["mair_pr54"].rows}
    averages = json.loads(text)
    assert len(averages) == len(rows)
    for name, setting, *means in averages:
        row = rows[name, setting == "w/ inst"]
        found = [row.cell(column, "nDCG@10") for column in order]
        # Tasks are printed to five digits; these means were taken before rounding.
        assert [100 * cell.value for cell in found if cell] == pytest.approx(means, abs=5e-4)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("bfcl_v1_2024_07", "v1_2024-07-06/data.csv"),
        ("bfcl_v1_2024_08", "v1_2024-08-14/data.csv"),
        ("bfcl_v3", "v3_2025-06-14/data_overall.csv"),
        ("bfcl_v4", "v4_2025-12-16/data_overall.csv"),
    ],
)
def test_bfcl(published: Path, name: str, path: str) -> None:
    source = list(records(published / "bfcl" / path))
    found = list(records(HOME / f"{name}.csv"))
    assert len(found) == len(source)
    left_out = {"Rank", "Model", "Model Link", "Organization", "License"}
    for row, expected in zip(found, source, strict=True):
        calling = f" ({row.pop('calling').replace(', ', ') (')})".replace(" ()", "")
        assert row.pop("model") + calling == expected["Model"].strip()
        assert row.pop("licence") == expected["License"]
        assert row == {key: expected[key] for key in expected if key not in left_out}


QA = {
    "exsearch_table1": ("exsearch_table1", 2),
    "exsearch_retrieval": ("exsearch_retrieval", 1),
    "dro_table2": ("dro_table2", 2),
    "genground_table2": ("genground_table2", 2),
    "genground_table3": ("genground_table3_mistral7b_acc", 1),
    "genground_table5": ("genground_table5_retrievers_acc", 2),
    "flashrag_methods": ("flashrag_methods", 2),
    "flashrag_reasoning": ("flashrag_reasoning_methods", 2),
    "hipporag_table4": ("hipporag_table4_qa", 1),
    "hipporag_tables2_3": ("hipporag_tables2_3_recall", 1),
    "hipporag_table6": ("hipporag_table6_allrecall", 1),
}
"""Table -> the file that it comes from, and how many of its first columns are names."""


@pytest.mark.parametrize("name", QA)
def test_question_answering(published: Path, name: str) -> None:
    file, named = QA[name]
    header, *source = read(published / "qa" / f"{file}.csv")
    columns = [column for column in header[named:] if column != "Specific setting"]
    found = list(records(HOME / f"{name}.csv"))
    assert len(found) == len(source)
    for row, line in zip(found, source, strict=True):
        expected = dict(zip(header, line, strict=True))
        for column in columns:
            illegible = "?" in expected[column]
            assert row[column] == ("?" if illegible else expected[column]), (row, column)
        words = re.findall(r"[\w.-]+", " ".join(line[:named]))
        system = next(iter(row.values()))
        assert re.findall(r"[\w.-]+", system)[0] in words


def test_stabletoolbench(published: Path) -> None:
    text = (published / "tooluse" / "legacy_results.md").read_text(encoding="utf-8")
    for block, end in zip(text.split("**Solvable")[1:], ("sopr", "sowr"), strict=True):
        header, _, *lines = [
            [field.strip().strip("*") for field in line.strip("| ").split("|")]
            for line in block.splitlines()
            if line.startswith("|")
        ]
        tables_of = [*records(HOME / f"stabletoolbench_legacy_{end}.csv"),
                     *(row for row in records(HOME / f"stabletoolbench_{end}.csv")
                       if row["model"] != "ToolLLaMA v2")]  # fmt: skip
        found = {f"{row['model']} ({row['strategy']})": row for row in tables_of}
        assert len(found) == len(lines)
        for name, *numbers in lines:
            assert [found[name][column] for column in header[1:]] == numbers


def test_mteb(published: Path) -> None:
    source = json.loads((published / "beir" / "mteb_numbers.json").read_text(encoding="utf-8"))
    for row in records(HOME / "mteb.csv"):
        model = row.pop("model")
        for task, printed in row.items():
            found = list(mean_of(source[task].get(model, [])))
            assert [f"{value:.5f}" for value in found] == ([printed] if printed else [])


def mean_of(runs: list[dict[str, Any]]) -> Iterator[float]:
    """nDCG@10 of the whole test split: [split, subset, main score, nDCG@10, ...]."""
    for run in runs:
        for split, subset, _, value, *_ in run["scores"]:
            if (split, subset) == ("test", "default"):
                yield value


def test_pyserini(published: Path) -> None:
    text = (published / "beir" / "pyserini_beir.json").read_text(encoding="utf-8")
    source = json.loads(text)["scifact"]
    found = list(records(HOME / "pyserini_scifact.csv"))
    names = [".".join(filter(None, (row["condition"], row["index"]))) for row in found]
    assert names == list(source)
    for row, expected in zip(found, source.values(), strict=True):
        assert {measure: float(row[measure]) for measure in expected} == expected
