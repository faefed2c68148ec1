"""Several processes: the first does what one can, the others wait and take part."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from harness.errors import UserError
from harness.training import together


@dataclass
class Noted:
    """A stage that notes where it ran."""

    name: str
    shared: bool = False
    ran: list[Path] = field(default_factory=list)

    def plan(self, before: Any) -> Any:
        raise AssertionError("nothing is planned")

    def run(self, work: Any) -> None:
        work.spend(tokens=3)
        self.ran.append(work.folder)


@pytest.fixture
def second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "2")


def test_alone_nothing_is_asked_of_a_method() -> None:
    together.require_shared([Noted("train")], fresh=True)


@pytest.mark.usefixtures("second")
def test_what_two_cannot_do_is_refused() -> None:
    with pytest.raises(UserError, match="trains in one process"):
        together.require_shared([Noted("train")], fresh=False)
    with pytest.raises(UserError, match="--fresh clears the folder for all"):
        together.require_shared([Noted("data"), Noted("train", shared=True)], fresh=True)


@pytest.mark.usefixtures("second")
def test_the_second_process_takes_part_in_what_is_shared_when_all_before_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "_LOOK", 0.001)
    data, trained = Noted("data"), Noted("train", shared=True)
    folders = {name: tmp_path / name for name in ("data", "train")}
    for folder in folders.values():
        folder.mkdir()
    found: dict[str, bool] = {}

    def second() -> None:
        found.update(together.follow([data, trained], folders, tmp_path / "out", "done"))

    process = threading.Thread(target=second)
    process.start()
    process.join(0.1)
    assert process.is_alive()
    assert trained.ran == []  # the data is not there
    (folders["data"] / "done").touch()
    process.join(0.1)
    assert process.is_alive()  # until the first process has saved what came out
    assert trained.ran == [folders["train"]]
    (folders["train"] / "done").touch()
    process.join(10)
    assert found == {"data": False, "train": True}
    assert data.ran == []
    assert {path.name for path in tmp_path.iterdir()} == {"data", "train"}  # no ledger, no curves


@pytest.mark.usefixtures("second")
def test_what_is_over_is_not_shared_again(tmp_path: Path) -> None:
    stage = Noted("train", shared=True)
    (tmp_path / "done").touch()
    assert together.follow([stage], {"train": tmp_path}, tmp_path, "done") == {"train": False}
    assert stage.ran == []
