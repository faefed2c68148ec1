"""Which numbers make a row, and which of several stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from board_toys import CARDS, ENVIRONMENT

from harness.records import Setting, TaskCard
from harness.store.schema import setting_to_json
from leaderboard.board.entries import Entry, Measured
from leaderboard.board.lines import (
    Line,
    SubmittedLines,
    instructed_benchmarks,
    printed_lines,
)
from leaderboard.board.naming import Ids
from leaderboard.board.recorded import Submission
from leaderboard.board.records import Source
from leaderboard.board.systems import Systems
from leaderboard.checked import Reproduced, Rerun, Retraction
from leaderboard.printed.records import PrintedCell, PrintedRow, PrintedTable, SystemFacts

TASKS = {name: TaskCard(name, name, "") for name in ("t/a", "t/b")}
SOURCE = Source("A Paper", "Table 1", "https://example.org", 2024, "paper_table1")


def _entry(task: str = "t/a", value: float = 0.5, **fields: object) -> Entry:
    return Entry(
        task=task,
        version="1",
        data_hash="0" * 64,
        setting=Setting(**fields),  # type: ignore[arg-type]
        level="re-scored",
        partial=False,
        vouched=True,
        drift=(),
        main_measure="m",
        measured=Measured(("m",), (value,), (None,), (None,), (1,)),
        command="",
        position=0,
    )


def _submission(name: str, *entries: Entry, day: int = 1, **fields: object) -> Submission:
    given: dict[str, object] = {
        "name": name,
        "submitted": date(2026, 1, day),
        "model": name,
        "fingerprint": name,
        "card": CARDS["alpha"],
        "environment": ENVIRONMENT,
        "entries": entries,
    }
    return Submission(**(given | fields))  # type: ignore[arg-type]


def _cell(task: str = "t/a", identical: bool = True, off: float = 0.0) -> Rerun:
    return Rerun(
        task=task,
        setting=setting_to_json(Setting()),
        identical=identical,
        main_measure="m",
        submitted=0.5,
        rerun=0.5 + off,
    )


def _rerun(submission: str, *cells: Rerun) -> Reproduced:
    """A record of these cells, without any of task t/a that came out identical."""
    return Reproduced(
        submission=submission,
        manifest="0" * 64,
        on=date(2026, 2, 2),
        by="M",
        environment=ENVIRONMENT,
        cells=list(cells or [_cell()]),
    )


def _lines(
    *submissions: Submission,
    retractions: Sequence[Retraction] = (),
    tables: Sequence[PrintedTable] = (),
    facts: Mapping[str, SystemFacts] | None = None,
) -> dict[str, Line]:
    systems = Systems(submissions, tables, facts or {})
    instructed = instructed_benchmarks(submissions, tables)
    ids = Ids()
    made = SubmittedLines(systems, retractions, TASKS, instructed).lines(ids)
    return {line.id: line for line in [*made, *printed_lines(systems, tables, ids)]}


def _table(
    *rows: PrintedRow, name: str = "paper_table1", suite: str = "t", edition: str = ""
) -> PrintedTable:
    return PrintedTable(name, SOURCE, None, "By hand.", suite, edition, "", rows)


def _row(system: str = "Alpha", instruction: bool | None = None, **setting: str) -> PrintedRow:
    cells = (
        PrintedCell("average", "m", 0.4, "40.0"),
        PrintedCell("t/a", "m", 0.3, "30.0", defect="The paper prints 3.00."),
    )
    return PrintedRow(system, system, instruction, setting, "embedder", None, cells)


def test_settings_that_change_the_answers_are_rows_of_their_own() -> None:
    found = _lines(
        _submission(
            "mine",
            _entry(),
            _entry(instruction="no"),
            _entry(instruction="generic"),
            _entry(pool="category", compat=("x", "y")),
        )
    )
    assert {id: (line.row.instruction, line.row.setting) for id, line in found.items()} == {
        "mine": (True, {}),
        "mine--without-instruction": (False, {}),
        "mine--generic-instruction": (True, {"instruction": "generic"}),
        "mine--pool-category--compat-x-y": (True, {"pool": "category", "compat": ["x", "y"]}),
    }


def test_the_deeper_of_two_depths_stands_and_yes_is_the_default() -> None:
    (line,) = _lines(
        _submission("mine", _entry(value=0.1, k=10), _entry(value=0.9, k=1000, instruction="yes"))
    ).values()
    assert line.results["t/a"].entry.setting.k == 1000


def test_instructions_are_unknown_where_a_benchmark_has_none() -> None:
    (line,) = _lines(_submission("mine", _entry())).values()
    assert line.row.instruction is None


def test_the_newest_submission_of_a_model_stands_task_by_task() -> None:
    old = _submission("old", _entry("t/a", 0.1), _entry("t/b", 0.2), fingerprint="f")
    new = _submission("new", _entry("t/a", 0.3), day=2, fingerprint="f")
    (line,) = _lines(new, old).values()
    assert line.id == "old"  # the id stays when a newer submission comes
    assert {t: r.submission for t, r in line.results.items()} == {"t/a": "new", "t/b": "old"}
    assert line.row.submission == "new"


def test_a_retracted_number_stays_marked_unless_an_older_one_counts() -> None:
    gone = Retraction(submission="new", tasks=["t/a"], on=date(2026, 2, 1), reason="A leak.")
    old = _submission("old", _entry("t/a", 0.1), fingerprint="f")
    new = _submission("new", _entry("t/a", 0.3), _entry("t/b", 0.4), day=2, fingerprint="f")
    (line,) = _lines(old, new, retractions=[gone]).values()
    assert line.results["t/a"].submission == "old"
    (alone,) = _lines(new, retractions=[gone]).values()
    assert [r.retracted for r in alone.results.values()] == [True, False]
    (all_gone,) = _lines(new, retractions=[gone.model_copy(update={"tasks": []})]).values()
    assert [r.retracted for r in all_gone.results.values()] == [True, True]


def test_what_was_checked_further_stands_before_what_is_newer() -> None:
    """Reproduced over re-scored, re-scored over self-reported, and of equals the newest."""

    def standing(*submissions: Submission) -> tuple[str, str]:
        (line,) = _lines(*submissions).values()
        return line.results["t/a"].submission, line.row.submission or ""

    claim = _entry()._replace(level="self-reported")
    rerun = _submission("rerun", _entry(), fingerprint="f", reproduced=_rerun("rerun"))
    scored = _submission("scored", _entry(), day=2, fingerprint="f")
    newer = _submission("newer", _entry(), day=3, fingerprint="f")
    claimed = _submission("claimed", claim, day=4, fingerprint="f")
    assert standing(rerun, scored, newer, claimed) == ("rerun", "rerun")
    assert standing(scored, newer, claimed) == ("newer", "newer")
    assert standing(scored, claimed) == ("scored", "scored")


def test_a_number_on_the_published_data_stands_before_one_that_was_checked_further() -> None:
    old = _entry()._replace(version="0")
    rerun = _submission("rerun", old, fingerprint="f", reproduced=_rerun("rerun"))
    (line,) = _lines(rerun, _submission("new", _entry(), day=2, fingerprint="f")).values()
    assert line.results["t/a"].submission == "new"


def test_the_card_of_a_retracted_submission_stands_for_no_other() -> None:
    gone = Retraction(submission="new", on=date(2026, 2, 1), reason="A leak.")
    old = _submission("old", _entry("t/a"), fingerprint="f")
    wrong = CARDS["alpha"].model_copy(update={"name": "Wrong"})
    new = _submission("new", _entry("t/a"), _entry("t/b"), day=2, fingerprint="f", card=wrong)
    systems = Systems([old, new], [], {})
    (line,) = SubmittedLines(systems, [gone], TASKS, ()).lines(Ids())
    assert (line.row.name, line.row.submission, line.card) == ("Alpha", "old", CARDS["alpha"])
    assert {task: r.retracted for task, r in line.results.items()} == {"t/a": False, "t/b": True}
    (system,) = systems.all()
    assert (system.newest, system.name) == (old, "Alpha")
    (alone,) = _lines(new, retractions=[gone]).values()  # there is no other card
    assert alone.row.name == "Wrong"


def test_a_claim_takes_no_page_of_a_retracted_submission() -> None:
    gone = Retraction(submission="mine", on=date(2026, 2, 1), reason="A leak.")
    mine = _submission("mine", _entry(), fingerprint="f")
    claim = _submission("claim", _entry(), day=2, fingerprint="f", checked=False)
    systems = Systems([mine, claim], [], {})
    list(SubmittedLines(systems, [gone], TASKS, ()).lines(Ids()))
    assert [system.newest for system in systems.all()] == [mine]


def test_a_rerun_that_comes_close_reproduces_and_the_row_has_its_lowest_level() -> None:
    def levels(*cells: Rerun) -> tuple[list[str], str]:
        record = _rerun("mine", *cells)
        mine = _submission("mine", _entry("t/a"), _entry("t/b"), reproduced=record)
        (line,) = _lines(mine).values()
        return [r.level for r in line.results.values()], line.row.level

    assert levels(_cell("t/a", True, 0), _cell("t/b", False, 0.0009)) == (
        ["reproduced", "reproduced"],
        "reproduced",
    )
    assert levels(_cell("t/a", True, 0), _cell("t/b", False, 0.002)) == (
        ["reproduced", "re-scored"],
        "re-scored",
    )


def test_a_reference_is_told_by_its_card() -> None:
    oracle = _submission("oracle", _entry(), card=CARDS["oracle"])
    mine = _submission("mine", _entry())
    assert {id: line.reference for id, line in _lines(oracle, mine).items()} == {
        "oracle": True,
        "mine": False,
    }


def test_printed_rows_carry_their_source_setting_and_edition() -> None:
    table = _table(_row(instruction=True), _row(instruction=False, calling="FC"), edition="v0")
    found = _lines(tables=[table])
    assert list(found) == [
        "alpha--paper-table1--with-instruction",
        "alpha--paper-table1--fc--without-instruction",
    ]
    line = found["alpha--paper-table1--with-instruction"]
    assert (line.row.level, line.row.source, line.row.submission) == ("as printed", SOURCE, None)
    assert line.papers["t/a"].edition == ("v0",)
    assert line.papers["t/a"].cells["m"].defect.startswith("The paper prints")
    assert line.aggregates["t", "average"].cells["m"].value == 0.4


def test_a_table_about_two_suites_has_one_row() -> None:
    one = _table(_row(), suite="t")
    other = _table(_row(), suite="u", edition="old")
    (line,) = _lines(tables=[one, other]).values()
    assert set(line.aggregates) == {("t", "average"), ("u", "average")}
    assert line.aggregates["u", "average"].edition == ("old",)


def test_a_submission_of_a_printed_system_is_that_system() -> None:
    facts = {
        "Alpha": SystemFacts("Alpha", "embedder", expressions=("alpha-1",), hub="lab/alpha"),
    }
    by_expression = _submission("mine", _entry(), model="alpha-1")
    by_hub = _submission("hub", _entry(), model='hf("lab/alpha", dtype="bfloat16")')
    linked = CARDS["bm25"].model_copy(
        update={"links": {"weights": "https://huggingface.co/lab/alpha"}}
    )
    by_link = _submission("link", _entry(), model="x", card=linked)
    other = _submission("other", _entry(), model="beta")
    found = _lines(by_expression, by_hub, by_link, other, tables=[_table(_row())], facts=facts)
    assert {id: line.row.system for id, line in found.items()} == {
        "alpha--paper-table1": "alpha",
        "hub": "alpha",
        "link": "link",  # anybody can link to it
        "mine": "alpha",
        "other": "other",
    }


def test_a_submission_that_takes_the_name_of_a_printed_system_is_not_it() -> None:
    found = _lines(_submission("alpha", _entry()), tables=[_table(_row())])
    assert {id: line.row.system for id, line in found.items()} == {
        "alpha": "alpha-2",
        "alpha--paper-table1": "alpha",
    }


def test_the_same_submissions_in_another_order_make_the_same_rows() -> None:
    made = [_submission(name, _entry(), fingerprint="f") for name in ("b", "a", "c")]
    made[1] = replace(made[1], fingerprint="g")
    straight, turned = _lines(*made), _lines(*reversed(made))
    assert {k: v.row for k, v in straight.items()} == {k: v.row for k, v in turned.items()}


def test_what_nobody_checked_takes_no_place_of_what_was() -> None:
    """It claims to be the model, is newer, comes first by name, and calls itself a reference."""
    mine = _submission("mine", _entry(value=0.5), fingerprint="f")
    card = CARDS["alpha"].model_copy(update={"kind": "reference", "name": "Not Alpha"})
    claim = _entry(value=0.9)._replace(level="self-reported")
    odd = _submission("a", claim, day=2, fingerprint="f", checked=False, card=card)
    found = _lines(mine, odd)
    assert {id: line.results["t/a"].entry.measured.means[0] for id, line in found.items()} == {
        "mine": 0.5,
        "a": 0.9,
    }
    (system,) = Systems([mine, odd], [], {}).all()
    assert (system.id, system.name, system.kind) == ("mine", CARDS["alpha"].name, "embedder")


def test_what_nobody_checked_takes_no_place_of_another_claim() -> None:
    claims = [_submission(name, _entry(), fingerprint="f", checked=False) for name in ("a", "b")]
    assert set(_lines(*claims)) == {"a", "b"}


def test_data_of_another_hash_is_another_edition() -> None:
    """Two results on the usual data; one, the newest, on data of the same counts."""
    other = _entry()._replace(data_hash="3fa9c2" + "0" * 58)
    found = _lines(
        _submission("a", _entry()), _submission("b", _entry()), _submission("c", other, day=2)
    )
    editions = {id: line.results["t/a"].edition for id, line in found.items()}
    assert editions == {"a": (), "b": (), "c": ("other data [3fa9c2]",)}


def test_the_usual_data_is_that_of_what_was_computed_again() -> None:
    claims = [
        _submission(name, _entry()._replace(data_hash="f" * 64, level="self-reported"))
        for name in ("a", "b")
    ]
    found = _lines(*claims, _submission("c", _entry(), day=2))
    editions = {id: line.results["t/a"].edition for id, line in found.items()}
    assert editions == {"a": ("other data [ffffff]",), "b": ("other data [ffffff]",), "c": ()}
