"""A record counts for the manifest it names; whatever was submitted, the folder is read."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from submitted import RESULT, edit_json, edit_result, make

from harness.errors import UserError
from leaderboard.board import recorded
from leaderboard.board.reading import read
from leaderboard.checked import CHECKED

if TYPE_CHECKING:
    from tests.leaderboard.board.conftest import Folder

A, B = "system-0000", "system-0001"


def _spoil(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def test_checked_submissions_are_read_with_everything(folder: Folder) -> None:
    shelf = read(folder.path)
    assert [s.name for s in shelf.submissions] == [f"system-000{i}" for i in range(4)]
    assert not shelf.unchecked
    assert {len(s.entries) for s in shelf.submissions} == {8}
    assert len(shelf.queries) == 8
    assert all(len(q.ids) == 12 for q in shelf.queries.values())


def test_several_processes_read_the_same(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    _spoil(folder.record(B))
    alone = read(folder.path)
    monkeypatch.setattr(recorded, "_MANY", 0)
    monkeypatch.setattr(recorded, "_AT_ONCE", 1)
    together = read(folder.path)
    assert together.submissions == alone.submissions
    assert together.unchecked == alone.unchecked
    assert list(together.unchecked) == [B]


def test_no_folder_is_an_empty_shelf(tmp_path: Path) -> None:
    assert not read(tmp_path / "nothing").submissions


def test_a_changed_manifest_voids_the_record(folder: Folder) -> None:
    path = folder.path / A / "manifest.json"
    path.write_text(path.read_text() + "\n")
    shelf = read(folder.path)
    assert "changed since it was checked" in shelf.unchecked[A]
    assert len(shelf.submissions) == 3  # its own results are not there to speak for it


def test_a_record_without_its_submission_counts_for_nothing(folder: Folder) -> None:
    shutil.rmtree(folder.path / A)
    shelf = read(folder.path)
    assert "no submission of that name" in shelf.unchecked[A]
    assert [s.name for s in shelf.submissions] == [f"system-000{i}" for i in (1, 2, 3)]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda f: _spoil(f.record(A)), "checked record system-0000.json is damaged"),
        (lambda f: f.edit(A, lambda r: r.update(extra=1)), "is damaged"),
        (lambda f: f.edit(A, lambda r: r.update(submission=B)), "about another submission"),
        (lambda f: f.edit(A, lambda r: r["cells"][0].update(values="AAAA")), "do not fit"),
        (lambda f: f.edit(A, lambda r: r["cells"][0].update(queries="../../x")), "names no file"),
        (lambda f: f.edit(A, lambda r: r["cells"][0].update(queries="0" * 64)), "is not there"),
        (lambda f: f.edit(A, lambda r: r["cells"][0]["setting"].update(odd=1)), "unknown setting"),
    ],
)
def test_a_damaged_record_is_void_and_the_others_are_read(
    folder: Folder, damage: object, said: str
) -> None:
    damage(folder)  # type: ignore[operator]
    shelf = read(folder.path)
    assert said in shelf.unchecked[A]
    assert [s.name for s in shelf.submissions] == [f"system-000{i}" for i in (1, 2, 3)]


def test_names_that_no_submission_has_are_listed_and_not_opened(folder: Folder) -> None:
    (folder.path / "<script>").mkdir()
    (folder.path / "a\nb").mkdir()
    shelf = read(folder.path)
    assert len(shelf.submissions) == 4
    assert shelf.unchecked == {
        "<script>": "not the name of a submission",
        "a\\nb": "not the name of a submission",
    }


def test_without_a_record_a_submission_speaks_for_itself(tmp_path: Path) -> None:
    made = make(tmp_path / "submissions" / "mine")
    shelf = read(made.parent)
    (mine,) = shelf.submissions
    assert shelf.unchecked["mine"] == "no check of it is on record"
    (entry,) = mine.entries
    claimed = json.loads(next(made.rglob("result.json")).read_text())["measures"]["nDCG@10"]
    assert (entry.level, entry.queries) == ("self-reported", None)
    stated = {name: numbers for name, *numbers in zip(*entry.measured, strict=True)}
    assert stated["nDCG@10"] == [claimed[k] for k in ("value", "ci_low", "ci_high", "n")]
    assert entry.command == "assay run -m bm25 -t starter-tools/flights"


def test_a_submission_that_cannot_be_read_is_left_out_with_the_reason(tmp_path: Path) -> None:
    made = make(tmp_path / "submissions" / "mine")
    (made / "model.yaml").write_text("name: &a [*a]\n")
    shelf = read(made.parent)
    assert not shelf.submissions
    assert re.match(r"no check of it is on record; left out: model\.yaml", shelf.unchecked["mine"])


def test_a_link_in_place_of_a_submission_is_not_followed(folder: Folder, tmp_path: Path) -> None:
    made = make(tmp_path / "elsewhere" / "mine")
    (folder.path / "mine").symlink_to(made)
    shelf = read(folder.path)
    assert "mine is a link" in shelf.unchecked["mine"]
    assert len(shelf.submissions) == 4


def test_records_with_and_without_texts_are_about_the_same_queries(folder: Folder) -> None:
    home = folder.path / CHECKED / "queries"
    digest = json.loads(folder.record(B).read_text())["cells"][0]["queries"]
    told = json.loads((home / f"{digest}.json").read_text())
    assert told["texts"]
    (home / f"{'f' * 32}.json").write_text(json.dumps(told | {"texts": None}))
    folder.edit(A, lambda r: r["cells"][0].update(queries="f" * 32))
    shelf = read(folder.path)
    first = {s.entries[0].queries for s in shelf.submissions}
    assert first == {"f" * 32}
    assert shelf.queries["f" * 32].texts == told["texts"]


def test_a_rerun_counts_for_its_manifest_only(folder: Folder) -> None:
    cell = {
        "task": "starter-passages/films",
        "setting": {},
        "identical": True,
        "main_measure": "nDCG@10",
        "submitted": 0.5,
        "rerun": 0.5,
    }
    folder.reproduce(A, [cell])
    folder.reproduce(B, [cell], manifest="0" * 64)
    found = {s.name: s.reproduced for s in read(folder.path).submissions}
    assert found[A] is not None
    assert found[A].by == "A Maintainer"
    assert found[B] is None


def test_samples_are_read_when_they_are_looked_up(folder: Folder) -> None:
    samples = folder.path / CHECKED / "samples"
    (samples / f"{B}.json").unlink()
    _spoil(samples / "system-0002.json")
    found = read(folder.path).samples
    assert list(found) == [A, "system-0002", "system-0003"]
    assert B not in found
    assert len(found[A].cells) == 8
    assert found["system-0002"].cells == [None] * 8


def test_retractions_are_sorted_by_day(folder: Folder) -> None:
    (folder.path / "retractions.yaml").write_text(
        "- {submission: system-0001, on: 2026-03-02, reason: Later}\n"
        "- {submission: system-0000, on: 2026-03-01, reason: First,"
        " tasks: [starter-passages/films]}\n"
    )
    assert [r.reason for r in read(folder.path).retractions] == ["First", "Later"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- {submission: a, on: 2026-03-01}", "entry 1: reason: is missing"),
        (
            "- {submission: a, on: 2026-03-01, reason: No}\n- {submission: a, on: May, reason: No}",
            "entry 2: on: ",
        ),
        ("- {submission: a, on: 2026-03-01, reason: No, task: b}", "entry 1: task: is no field"),
        ("- submission", "entry 1 is no mapping"),
        ("submission: a", "it is no list"),
        ("- {submission: a\n- b", "no YAML in line 2: "),
        ("- \x07", "is broken: "),
    ],
)
def test_broken_retractions_are_a_maintainers_error(folder: Folder, text: str, said: str) -> None:
    (folder.path / "retractions.yaml").write_text(text)
    with pytest.raises(UserError) as error:
        read(folder.path)
    line = str(error.value)
    assert line.startswith("retractions.yaml is broken: ")
    assert said in line
    assert line.endswith(". Write each entry as - {submission: NAME, on: 2026-01-31, reason: WHY}")
    assert "\n" not in line
    assert "pydantic" not in line


@pytest.mark.parametrize(
    ("retracted", "said"),
    [
        ("submission: system-9999", "there is no submission system-9999"),
        (f"submission: {A}, tasks: [starter-passages/flims]", f"{A} has no result on starter-pass"),
    ],
)
def test_a_retraction_of_nothing_is_a_maintainers_error(
    folder: Folder, retracted: str, said: str
) -> None:
    text = f"- {{{retracted}, on: 2026-03-01, reason: A slip}}\n"
    (folder.path / "retractions.yaml").write_text(text)
    with pytest.raises(UserError, match=said):
        read(folder.path)


def test_what_is_no_folder_is_listed_and_what_is_hidden_is_not(folder: Folder) -> None:
    (folder.path / "blob.bin").write_bytes(bytes(range(256)))
    (folder.path / "nowhere").symlink_to("/nonexistent")
    (folder.path / ".gitkeep").touch()
    assert dict(read(folder.path).unchecked) == {
        "blob.bin": "no folder, and so no submission",
        "nowhere": "no folder, and so no submission",
    }


def _claims(**value: float) -> Callable[[Any], None]:
    return lambda result: result["measures"]["nDCG@10"].update(value)


def _amount(name: str, low: float, high: float) -> Callable[[Any], None]:
    value = {"value": low, "ci_low": low, "ci_high": high, "n": 3}
    return lambda result: result["measures"].update({name: value})


@pytest.mark.parametrize("day", ["9999-12-31", "1999-12-31"])
def test_a_day_that_cannot_be_leaves_a_submission_out(tmp_path: Path, day: str) -> None:
    made = make(tmp_path / "submissions" / "mine")
    edit_json(made / "manifest.json", lambda told: told.update(created=day))
    shelf = read(made.parent)
    assert not shelf.submissions
    assert f"created on {day}" in shelf.unchecked["mine"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda r: r.update(task="constructor/x"), "constructor/x, which is not registered"),
        (lambda r: r.update(task="bfcl-v4/live"), "bfcl-v4/live, which is not registered"),
        (lambda r: r.update(task="__proto__"), "names no task"),
        (lambda r: r.update(main_measure="P@5"), "measured by nDCG@10"),
        (_claims(value=1.5, ci_high=2.0), "is no share of 1"),
        (_claims(value=1e308), "is no share of 1"),
        (_claims(value=-0.1), "is no share of 1"),
        (_claims(ci_low=0.9, ci_high=0.1), "or its interval none"),
        (_amount("latency", -1.7e308, 1.7e308), "no amount in seconds, or its interval none"),
        (_amount("calls", -3, -1), "no amount in count"),
        (_amount("money", 2, 1), "no amount in dollars"),
    ],
)
def test_impossible_claims_leave_a_submission_out(
    tmp_path: Path, change: Callable[[Any], None], said: str
) -> None:
    made = make(tmp_path / "submissions" / "mine")
    edit_result(made, change)
    shelf = read(made.parent)
    assert not shelf.submissions
    assert said in shelf.unchecked["mine"]


def test_claims_count_by_the_measures_of_the_task_alone(tmp_path: Path) -> None:
    made = make(tmp_path / "submissions" / "mine")
    known = set(json.loads((made / RESULT / "result.json").read_text())["measures"])
    own = {"value": 0.5, "ci_low": 0.4, "ci_high": 0.6, "n": 3}
    edit_json(made / RESULT / "result.json", lambda r: r["measures"].update({"Luck@7": own}))
    (mine,) = read(made.parent).submissions
    assert set(mine.entries[0].measured.names) == known
