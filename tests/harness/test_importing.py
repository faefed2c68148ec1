from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from harness import registry
from harness.contracts import Importer, Unreadable
from harness.errors import UserError
from harness.importing import all_importers, import_predictions
from harness.records import Message, Problem, ToolCall, Trajectory

TASK = f"{Path(__file__).with_name('toy_tools.py')}:ToolToy"
"""Three problems: one, two, three."""


def convert(path: Path, problems: Mapping[str, Problem]) -> Iterator[Trajectory | Unreadable]:
    """A line is a problem and an answer; "#" in the path chooses lines by their beginning."""
    name, _, chosen = str(path).partition("#")
    for number, line in enumerate(Path(name).read_text().splitlines(), 1):
        id, _, answer = line.partition(" ")
        if id not in problems:
            yield Unreadable(f"line {number}", f"no problem {id}")
        elif id.startswith(chosen):
            deep: object = 1
            for _ in range(100 if answer == "deep" else 0):
                deep = [deep]
            call = ToolCall("search", {"q": deep})
            yield Trajectory(id, number, (Message("assistant", calls=(call,)),), answer)


TOY = Importer("toy", "lines of a problem and an answer", ("Everything else.",), convert)


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A format of the name `toy`."""
    monkeypatch.setattr(registry.importers, "_resolved", {"toy": TOY, "wrong": "a text"})


def written(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_what_is_read_is_written_and_counted(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("one a\ntwo b\none c\n")
    done = import_predictions("toy", tmp_path / "log", TASK, tmp_path / "out.jsonl")
    assert (done.attempts, done.problems, done.of, done.unreadable) == (3, 2, 3, 0)
    rows = written(tmp_path / "out.jsonl")
    assert [(row["problem"], row["answer"]) for row in rows] == [
        ("one", "a"),
        ("two", "b"),
        ("one", "c"),
    ]


def test_what_cannot_be_used_is_told_and_the_rest_is_written(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("one a\nfour b\n")
    told: list[object] = []
    done = import_predictions(
        "toy", tmp_path / "log", TASK, tmp_path / "out.jsonl", tell=told.append
    )
    assert (done.attempts, done.unreadable) == (1, 1)
    assert told == [Unreadable("line 2", "no problem four")]


def test_what_could_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("one deep\ntwo b\n")
    told: list[object] = []
    done = import_predictions(
        "toy", tmp_path / "log", TASK, tmp_path / "out.jsonl", tell=told.append
    )
    assert (done.attempts, done.unreadable) == (1, 1)
    [unreadable] = told
    assert isinstance(unreadable, Unreadable)
    assert unreadable.place == "problem one, trial 1"
    assert [row["problem"] for row in written(tmp_path / "out.jsonl")] == ["two"]


def test_the_count_is_told_now_and_then(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("one a\n" * 1100)
    told: list[object] = []
    import_predictions("toy", tmp_path / "log", TASK, tmp_path / "out.jsonl", tell=told.append)
    assert told == [500, 1000]


def test_a_part_of_a_path_is_for_the_format_to_choose(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("one a\ntwo b\n")
    done = import_predictions("toy", f"{tmp_path / 'log'}#tw", TASK, tmp_path / "out.jsonl")
    assert done.attempts == 1


def test_a_name_that_ends_in_gz_is_compressed(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("one a\n")
    import_predictions("toy", tmp_path / "log", TASK, tmp_path / "out.jsonl.gz")
    with gzip.open(tmp_path / "out.jsonl.gz", "rt") as file:
        assert json.loads(file.read())["problem"] == "one"


@pytest.mark.parametrize("content", ["", "four a\n"])
def test_a_file_without_anything_usable_leaves_no_file_and_an_old_one_alone(
    tmp_path: Path, content: str
) -> None:
    (tmp_path / "log").write_text(content)
    with pytest.raises(UserError, match="holds nothing of toy-tools"):
        import_predictions("toy", tmp_path / "log", TASK, tmp_path / "out.jsonl")
    assert not (tmp_path / "out.jsonl").exists()
    (tmp_path / "old.jsonl").write_text("precious\n")
    with pytest.raises(UserError):
        import_predictions("toy", tmp_path / "log", TASK, tmp_path / "old.jsonl")
    assert (tmp_path / "old.jsonl").read_text() == "precious\n"


def test_what_is_wrong_is_said(tmp_path: Path) -> None:
    log, out = tmp_path / "log", tmp_path / "out.jsonl"
    log.write_text("one a\n")
    with pytest.raises(UserError, match=r"unknown format 'bfc'\. Did you mean bfcl\?"):
        import_predictions("bfc", log, TASK, out)
    with pytest.raises(UserError, match="no Importer"):
        import_predictions("wrong", log, TASK, out)
    with pytest.raises(UserError, match="nowhere: there is no such file or folder"):
        import_predictions("toy", tmp_path / "nowhere", TASK, out)
    with pytest.raises(UserError, match="starter-tools/films is a retrieval task"):
        import_predictions("toy", log, "starter-tools/films", out)


def test_every_format_of_ours_says_what_it_reads_and_loses() -> None:
    known = list(all_importers())
    assert [importer.name for importer in known] == sorted(registry.importers.names())
    assert [importer.name for importer in known if not importer.reads or not importer.loses] == []
