"""The tables that we carry: their sources, the names that they use, and their arithmetic.

Every printed average is computed again from its columns, and every pair of measures that bound each
other is compared. What rounding cannot explain is marked as a printing error, and nothing else is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import pytest

from harness.errors import UserError
from harness.loading import all_suites, load_suite, load_task
from harness.measures.notation import parse
from leaderboard.printed import PrintedCell, PrintedRow, PrintedTable, suites, systems, tables

Cell = tuple[str, str, str, str, str]
"""(table, system, setting, column, measure)."""
NAMED = {table.name: table for table in tables()}
WHOLE = {
    ("exsearch_table1", "Iter-RetGen"),
    ("exsearch_table1", "ChatQA"),
    ("exsearch_table1", "ExSearch"),
    ("genground_table2", "Verify-and-Edit"),
}
"""(table, system) of rows that are wrong as a whole, which no arithmetic of a row tells."""


def rows() -> Iterator[tuple[PrintedTable, PrintedRow]]:
    return ((table, row) for table in tables() for row in table.rows)


def key(table: PrintedTable, row: PrintedRow, cell: PrintedCell) -> Cell:
    setting = " ".join(f"{name}={value}" for name, value in sorted(row.setting.items()))
    return (table.name, row.system, setting, cell.column, cell.measure)


def marked(*, aggregates: bool) -> set[Cell]:
    """The cells with a printing error, of rows that are not wrong as a whole."""
    return {
        key(table, row, cell)
        for table, row in rows()
        if (table.name, row.system) not in WHOLE
        for cell in row.cells
        if cell.defect and is_average(table, cell.column) == aggregates
    }


def is_average(table: PrintedTable, column: str) -> bool:
    return bool(parts_of(table, column))


def parts_of(table: PrintedTable, column: str) -> Sequence[str]:
    """What a printed average is the plain mean of; none where it is no such mean."""
    if table.suite in suites():
        return next(own.tasks for own in suites()[table.suite].columns if own.id == column)
    paper = table.name in ("toolret_table4", "toolret_table5")
    return ("web", "code", "customized") if paper and column == "average" else ()


# Sources and names


@pytest.mark.parametrize("table", NAMED.values(), ids=NAMED)
def test_a_table_says_where_it_stands(table: PrintedTable) -> None:
    assert table.source.url.startswith("https://")
    assert 2020 <= table.source.year <= 2026
    assert table.date is None or table.date.year == table.source.year
    assert table.source.table == table.name
    assert len(table.transcribed) > 10
    assert table.rows


def test_every_suite_column_and_measure_is_known() -> None:
    for suite in all_suites():  # a table declares one of ours only where nothing is submitted yet
        kinds = {load_task(name).card.kind for name in suite.tasks}
        assert suite.name not in suites() or kinds == {"tool_use"}
    for table in tables():
        if table.suite in suites():
            continue
        suite = load_suite(table.suite)
        known = {*suite.tasks, *(aggregate.name for aggregate in suite.aggregates)}
        cells = [cell for row in table.rows for cell in row.cells]
        assert {cell.column for cell in cells} <= known
        assert all(parse(name).name == name for name in {cell.measure for cell in cells})


def test_every_declared_column_and_measure_has_a_number() -> None:
    cells = [(table.suite, cell) for table, row in rows() for cell in row.cells]
    for name, suite in suites().items():
        own = [cell for of, cell in cells if of == name]
        assert {cell.column for cell in own} == {column.id for column in suite.columns}
        assert {cell.measure for cell in own} == {measure.name for measure in suite.measures}


def test_shares_lie_between_0_and_1_and_other_numbers_are_not_negative() -> None:
    for table, row in rows():
        units = (
            {own.name: own.unit for own in suites()[table.suite].measures}
            if (table.suite in suites())
            else {}
        )
        for cell in row.cells:
            top = 1 if units.get(cell.measure, "share") == "share" else float("inf")
            assert 0 <= cell.value <= top, (table.name, row.printed, cell)


def test_no_number_is_carried_twice() -> None:
    seen: dict[object, str] = {}
    for table, row in rows():
        for cell in row.cells:
            place = (table.source.title, table.edition, table.suite, row.instruction)
            what = (*place, *key(table, row, cell)[1:])
            assert seen.setdefault(what, table.name) == table.name, what


def test_every_system_is_known_by_one_name() -> None:
    known = systems()
    for _, row in rows():
        assert known[row.system].name == row.system
    assert known["sentence-transformers/all-MiniLM-L6-v2"] is known["all-MiniLM-L6-v2"]
    assert known["GritLM/GritLM-7B"].name == "GritLM-7B"


def test_toolret_has_its_26_systems_under_both_settings() -> None:
    names = []
    for name, instruction in (("toolret_table4", False), ("toolret_table5", True)):
        assert {row.instruction for row in NAMED[name].rows} == {instruction}
        names.append([row.system for row in NAMED[name].rows])
        assert len(names[-1]) == 26
    assert sorted(names[0]) == sorted(names[1])


def test_mair_has_12_systems_under_both_settings_on_126_tasks() -> None:
    table = NAMED["mair_pr54"]
    settings = {(row.system, row.instruction) for row in table.rows}
    assert settings == {(row.system, own) for row in table.rows for own in (False, True)}
    tasks = set(load_suite("mair").tasks)
    for row in table.rows:
        assert {cell.column for cell in row.cells if cell.printed} == tasks
    assert len(table.rows) == 24


# Averages


def test_the_averages_that_do_not_follow_from_their_columns_are_marked() -> None:
    off = {
        key(table, row, cell)
        for table, row in rows()
        for cell in row.cells
        if is_average(table, cell.column) and not follows(table, row, cell)
    }
    assert off == marked(aggregates=True)
    assert len(off) == 11


def follows(table: PrintedTable, row: PrintedRow, average: PrintedCell) -> bool:
    """Whether rounding explains what lies between an average and the mean of its columns."""
    found = [row.cell(part, average.measure) for part in parts_of(table, average.column)]
    parts = [part for part in found if part is not None]
    # Wizard of Wikipedia is measured by F1 alone, so the mean of EM is over the other four.
    few = len(found) - 1 if (table.suite, average.measure) == ("dro-qa", "EM") else len(found)
    if len(parts) < few:
        return True
    mean = sum(part.value for part in parts) / len(parts)
    slack = average.step / 2 + sum(part.step / 2 for part in parts) / len(parts)
    return abs(mean - average.value) <= slack + 1e-9


V1 = {
    "simple": {"simple-python": 400, "simple-java": 100, "simple-javascript": 50},
    "exec-simple": {"exec-simple-python": 100, "exec-simple-rest": 70},
    "ast": dict.fromkeys(("=simple", "multiple", "parallel", "parallel-multiple"), 1),
    "exec": dict.fromkeys(
        ("=exec-simple", "exec-multiple", "exec-parallel", "exec-parallel-multiple"), 1
    ),
    "overall": {
        "simple-python": 400, "simple-java": 100, "simple-javascript": 50, "multiple": 200,
        "parallel": 200, "parallel-multiple": 200, "exec-simple-python": 100,
        "exec-simple-rest": 70, "exec-multiple": 50, "exec-parallel": 50,
        "exec-parallel-multiple": 40, "relevance": 240,
    },
}  # fmt: skip
"""Weights of what an aggregate averages; "=" stands before another aggregate. The numbers of items
are those of the questions in ShishirPatil/gorilla."""
V4 = {
    "live": {
        "live-simple": 258, "live-multiple": 1053, "live-parallel": 16,
        "live-parallel-multiple": 24,
    },
    "overall": {
        "=non-live": 1, "=live": 1, "irrelevance": 1, "=multi-turn": 3, "=web-search": 2,
        "=memory": 2,
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "weights"),
    [("bfcl_v1_2024_07", V1), ("bfcl_v1_2024_08", V1), ("bfcl_v4", V4)],
)
def test_bfcl_aggregates_follow_from_their_categories(
    name: str, weights: Mapping[str, Mapping[str, int]]
) -> None:
    table = NAMED[name]
    for row in table.rows:
        values = {cell.column: cell.value for cell in row.cells if cell.measure == "Accuracy"}
        for aggregate, parts in weights.items():
            # A category that was not run counts as 0 in Overall.
            total = sum(
                weight * values.get(part[1:] if part[0] == "=" else f"{table.suite}/{part}", 0)
                for part, weight in parts.items()
            )
            assert total / sum(parts.values()) == pytest.approx(values[aggregate], abs=1.001e-4)
            assert not any(cell.defect for cell in row.cells)


# Measures that bound each other

BELOW = [("EM", "F1"), ("EM", "CoverEM"), ("Completeness@10", "R@10"), ("R@3", "R@5"),
         ("R@2", "R@5"), ("Completeness@2", "R@2"), ("Completeness@5", "R@5"), ("R@100", "R@1000"),
         ("pass^2", "pass^1"), ("pass^3", "pass^2"), ("pass^4", "pass^3")]  # fmt: skip
"""(a, b): b is never below a, query by query, and so in the mean."""


def test_the_numbers_that_cannot_hold_together_are_marked() -> None:
    off = set()
    for table, row in rows():
        if (table.name, row.system) in WHOLE:
            continue
        for one, other in impossible(table, row):
            off |= {key(table, row, one), key(table, row, other)}
    assert off | consequences() | copies() == marked(aggregates=False)


def impossible(table: PrintedTable, row: PrintedRow) -> Iterator[tuple[PrintedCell, PrintedCell]]:
    """Pairs of cells of one column of which at least one is wrong."""
    for cell in row.cells:
        for low, high in BELOW:
            other = row.cell(cell.column, high)
            # Averages are left out: DRO takes EM over four data sets and F1 over five.
            if cell.measure != low or other is None or is_average(table, cell.column):
                continue
            if other.value < cell.value:
                yield cell, other
        recall = row.cell(cell.column, "R@10")
        if cell.measure == "P@10" and recall and not possible(cell, recall):
            yield cell, recall


def possible(precision: PrintedCell, recall: PrintedCell) -> bool:
    """Whether precision and recall of a ToolRet category can both hold.

    A query of g right tools with recall r has 10 P = r g, so 10 P - r = r (g - 1), which lies
    between 0 and g - 1. Averaged over a task, g is its judgements a query.
    """
    tasks = next(own for own in load_suite("toolret").aggregates if own.name == precision.column)
    cards = [load_task(task).card.statistics for task in tasks.tasks]
    most = sum(card["judgements"] / card["queries"] - 1 for card in cards) / len(cards)
    return 0 <= 10 * precision.value - recall.value <= most


def consequences() -> set[Cell]:
    """Cells that are marked for what another cell shows, and could hold by themselves."""
    found = set()
    for name in ("toolret_table4", "toolret_table5"):
        # Web and code are swapped: only what stands under code breaks a bound.
        found |= {
            (name, "COLT", "", column, measure)
            for column in ("web", "code")
            for measure in ("nDCG@10", "P@10", "R@10", "Completeness@10")
        }
    return found


def copies() -> set[Cell]:
    """Cells of a row that repeats most of another one's numbers."""
    found = set()
    for table in tables():
        for one, other in combinations(table.rows, 2):
            same = [cell for cell in other.cells if equal(one, cell)]
            alike = len(same) >= 3 and len(same) >= 0.8 * len(other.cells)
            if alike and one.system != other.system:
                defective = other if any(cell.defect for cell in other.cells) else one
                kept = {(cell.column, cell.measure) for cell in same}
                found |= {
                    key(table, defective, cell)
                    for cell in defective.cells
                    if (cell.column, cell.measure) in kept
                }
    return found


def equal(row: PrintedRow, cell: PrintedCell) -> bool:
    found = row.cell(cell.column, cell.measure)
    return found is not None and found.value == cell.value


def test_the_rows_that_are_wrong_as_a_whole_are_marked() -> None:
    """Known by comparison with another table or by eye: see the reasons in the descriptions."""
    llms = {(row.system, row.setting.get("llm", "")): row for row in NAMED["exsearch_table1"].rows}
    big, small = llms["ChatQA", "llama-2-70B"], llms["ChatQA", "llama-2-7B"]
    assert all(equal(big, cell) and cell.defect for cell in small.cells)
    shifted = llms["Iter-RetGen", "GPT-3.5"]
    (origin,) = (row for row in NAMED["genground_table2"].rows if row.printed == "RetGen")
    twice = {cell.printed for cell in shifted.cells} & {cell.printed for cell in origin.cells}
    assert len(twice) == 8, "eight of its numbers stand in GenGround's row"
    assert all(cell.defect for cell in shifted.cells)
    renamed = llms["ExSearch", "Llama-3.3-3B"]
    assert renamed.defect
    assert not any(cell.defect for cell in renamed.cells)
    assert {(table.name, row.system) for table, row in rows() if row.defect} <= WHOLE


def test_a_printing_error_is_told_in_one_sentence() -> None:
    told = {cell.defect for _, row in rows() for cell in row.cells if cell.defect}
    for text in told | {row.defect for _, row in rows() if row.defect}:
        assert re.fullmatch(r"[A-Z][^:]+: .+[^.]\.", text), text


def test_an_average_that_no_suite_of_ours_has_is_refused() -> None:
    from leaderboard.printed.averages import with_averages

    with pytest.raises(UserError, match="'micro' is no mean over tasks of the suite mair"):
        with_averages(NAMED["mair_pr54"].rows, "mair", ["micro"])
