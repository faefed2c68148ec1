from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from harness.errors import MissingExtra, UserError
from leaderboard.board.records import Board
from leaderboard.export import FORMATS, export


def test_every_format_is_written_to_files_named_after_the_suite(
    toys: Board, tmp_path: Path
) -> None:
    paths = export(toys, "toy", tmp_path / "new" / "folder")
    assert [path.name for path in paths] == [
        "toy.tex",
        "toy.md",
        "toy-intervals.svg",
        "toy-size.svg",
        "toy-intervals.pdf",
        "toy-size.pdf",
    ]
    assert all(path.stat().st_size for path in paths)


def test_only_what_was_asked_for_is_written(toys: Board, tmp_path: Path) -> None:
    export(toys, "toy", tmp_path, formats=["markdown"], rows=["bm25"], digits=2)
    assert [path.name for path in tmp_path.iterdir()] == ["toy.md"]
    assert "| BM25 | **40.00**" in (tmp_path / "toy.md").read_text()


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"formats": ["latx"]}, "unknown format 'latx'. Did you mean latex"),
        ({"digits": -1}, "digits is -1"),
        ({"suite": "nothing"}, "unknown suite 'nothing'"),
    ],
)
def test_a_mistake_writes_nothing(
    toys: Board, tmp_path: Path, choice: dict[str, object], said: str
) -> None:
    with pytest.raises(UserError) as error:
        export(toys, **({"suite": "toy", "out": tmp_path} | choice))  # type: ignore[arg-type]
    assert said in str(error.value)
    assert not list(tmp_path.iterdir())


def test_without_matplotlib_tables_are_written_and_figures_refused(
    toys: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert len(export(toys, "toy", tmp_path / "a", formats=["latex", "markdown"])) == 2
    with pytest.raises(MissingExtra):
        export(toys, "toy", tmp_path / "b", formats=FORMATS)
    assert not (tmp_path / "b").exists()


def test_importing_it_loads_no_matplotlib() -> None:
    code = "import leaderboard.export.size, sys; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
