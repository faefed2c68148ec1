"""One lazy registry: names to objects, other packages' only when ours has nothing."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import models as registered
from harness import registry
from harness.errors import UserError
from harness.registry import HOME, Registry


@dataclass
class Point:
    """An entry point of another package."""

    name: str
    value: object

    def load(self) -> object:
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The groups of entry points that were read, of an installation with a few of them."""
    groups: list[str] = []
    points = [
        Point("splade", "a model"),
        Point("bm25", "not ours"),
        Point("rotten", ImportError("no module named torch")),
    ]

    def entry_points(*, group: str) -> list[Point]:
        groups.append(group)
        return points

    monkeypatch.setattr(registry, "entry_points", entry_points)
    monkeypatch.setattr(registered, "MODELS", {"bm25": "models.reference:RandomRanking"})
    return groups


def fresh() -> Registry[object]:
    return Registry("model", "models", "MODELS", "assay.models")


def test_a_name_of_ours_is_resolved_without_reading_entry_points(reads: list[str]) -> None:
    from models.reference import RandomRanking

    assert fresh().get("bm25") is RandomRanking
    assert reads == []


def test_a_name_that_we_lack_is_looked_up_among_entry_points(reads: list[str]) -> None:
    assert fresh().get("splade") == "a model"
    assert set(reads) == {"assay.models"}


def test_a_plug_in_cannot_take_a_name_of_ours(reads: list[str]) -> None:
    assert list(fresh()) == ["bm25", "splade", "rotten"]


def test_a_plug_in_that_does_not_load_is_one_line(reads: list[str]) -> None:
    with pytest.raises(UserError) as caught:
        fresh().get("rotten")
    expected = "the installed model 'rotten' does not load: no module named torch"
    assert str(caught.value) == expected


def test_an_unknown_name_comes_with_the_closest_ones(reads: list[str]) -> None:
    with pytest.raises(UserError) as caught:
        fresh().get("splode")
    message = "unknown model 'splode'. Did you mean splade? See: assay models"
    assert str(caught.value) == message


def test_listing_names_imports_nothing() -> None:
    code = (
        "import sys; from harness.registry import models, benchmarks;"
        "assert 'bm25' in models.names() and 'toolret' in benchmarks.names();"
        "print(sorted(m for m in sys.modules if m.startswith(('models.', 'tasks.'))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_package_that_shadows_ours_is_named(tmp_path: Path) -> None:
    impostor = tmp_path / "tasks"
    impostor.mkdir()
    (impostor / "__init__.py").write_text("BENCHMARKS = {}\n")
    code = (
        "from harness.errors import UserError\n"
        "from harness.registry import benchmarks\n"
        "try:\n    benchmarks.names()\nexcept UserError as error:\n    print(error)\n"
    )
    path = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(HOME)!r}]\n"
    done = subprocess.run(
        [sys.executable, "-c", path + code], capture_output=True, text=True, check=True
    )
    expected = f"another package named 'tasks' ({impostor}) hides Assay's own ({HOME / 'tasks'})"
    assert done.stdout.startswith(expected)
    assert done.stdout.count("\n") == 1
