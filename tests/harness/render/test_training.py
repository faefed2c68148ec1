"""What is said when training is over."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from harness.loading import contracts_of, load_model
from harness.render.training import trained
from harness.training import Costs, Trained


def made(folder: Path, adapter: str) -> Trained:
    folder.mkdir()
    (folder / "model.yaml").write_text(f"adapter: {adapter}\n")
    return Trained(folder, adapter, {"train": True}, Costs())


@pytest.mark.parametrize(
    ("adapter", "commands"),
    [
        ("bm25", ["-m made/ -s starter"]),
        ("starter-embedder", ["-m made/ -s starter"]),
        (
            "starter-lm",
            ["-m 'function-calling(made/)' -s starter-agent", "-m 'rag(made/)' -s starter-qa"],
        ),
        ("exsearch(starter-lm)", ["-m made/ -s starter-agent", "-m made/ -s starter-qa"]),
        ("listwise(starter-lm)", ["-m 'bm25 % 20 >> made/' -s starter"]),
    ],
)
def test_a_checkpoint_is_scored_as_what_it_is(
    adapter: str, commands: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = "\n".join(map(str, trained(made(Path("made"), adapter), 475)))
    told = [line.partition("assay run ")[2] for line in found.splitlines() if "assay run" in line]
    assert told == commands


def test_a_folder_with_a_blank_in_its_name_is_named_so_that_it_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = "\n".join(map(str, trained(made(Path("my model"), "starter-lm"), 475)))
    told = [shlex.split(line.partition("-m ")[2])[0] for line in found.splitlines() if "-m" in line]
    assert told == ['function-calling(("my model/"))', 'rag(("my model/"))']
    assert all("agent" in contracts_of(load_model(expression).model) for expression in told)


def test_who_learned_to_speak_as_one_agent_is_scored_as_that_agent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    checkpoint = made(Path("made"), "starter-lm")
    found = "\n".join(map(str, trained(replace(checkpoint, taught={"starter-qa": "rea({})"}), 475)))
    (told,) = (line for line in found.splitlines() if "assay run" in line)
    assert " ".join(told.split()) == "score it assay run -m 'rea(made/)' -s starter-qa"


def test_one_that_cannot_be_loaded_is_no_traceback(tmp_path: Path) -> None:
    *_, told = map(str, trained(made(tmp_path / "made", "bm52"), 475))
    assert told.startswith("it cannot be loaded: ")
    assert "bm25" in told
