"""Completions in the cache: listed with embeddings, removed only by themselves."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from harness.cache import (
    completions,
    completions_row,
    keys_of,
    open_space,
    prune,
    prune_completions,
    pruned_completions_row,
    spaces,
)
from harness.errors import UserError
from harness.records import Completion
from models.chat.store import Store

OLD, NEW = "0" * 15 + "1", "f" * 16


def kept(root: Path, file: str, model: str, *answers: str, days: int = 0) -> Path:
    """A file of completions to which nothing was added for so many days."""
    path = root / "completions" / f"{file}.jsonl"
    store = Store(path, model)
    for number, answer in enumerate(answers):
        store.add(f"{number:064x}", "asked", Completion(answer))
    time = datetime.now(UTC).timestamp() - days * 86_400
    os.utime(path, (time, time))
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A cache of two models' completions and a space of embeddings."""
    kept(tmp_path, OLD, "openai('old')", "a", "b", "c", days=40)
    kept(tmp_path, NEW, "openai('new', seed=1)", "x" * 200_000)
    keys = keys_of([b"k" * 32])
    open_space(tmp_path, {"model": "toy"}, "toy").append(keys, np.ones((1, 2), np.float32))
    return tmp_path


def test_every_model_is_listed_with_its_answers_and_its_size(root: Path) -> None:
    new, old = completions(root)
    assert (new.model, new.entries) == ("openai('new', seed=1)", 1)
    assert (old.model, old.entries) == ("openai('old')", 3)
    assert old.bytes == old.file.stat().st_size
    assert timedelta(days=39) < datetime.now(UTC) - old.used < timedelta(days=41)
    assert json.loads(json.dumps(completions_row(old)))["entries"] == 3


def test_of_equal_keys_one_counts_and_what_a_killed_writer_left_does_not(tmp_path: Path) -> None:
    path = kept(tmp_path, OLD, "m", "a", "b")
    Store(path).add(f"{0:064x}", "asked", Completion("again"))
    with path.open("ab") as file:
        file.write(b'\n{"key":"' + b"9" * 64 + b'","asked":"cut o')
    assert completions(tmp_path)[0].entries == len(Store(path)) == 2


def test_a_file_that_does_not_name_its_model_is_listed_without(tmp_path: Path) -> None:
    kept(tmp_path, OLD, "", "a")
    kept(tmp_path, NEW, "evil\x1b[2J", "a")
    (tmp_path / "completions" / ("a" * 16 + ".jsonl")).write_text('{"model": [1]}\n')
    assert [(info.model, info.entries) for info in completions(tmp_path)] == [
        ("", 1),
        ("", 0),
        ("", 1),
    ]


def test_what_is_not_ours_is_neither_listed_nor_removed(root: Path, tmp_path: Path) -> None:
    folder = root / "completions"
    (folder / "notes.txt").write_text("mine")
    (folder / f"{'e' * 16}.jsonl").symlink_to(folder / f"{OLD}.jsonl")
    assert len(completions(root)) == 2
    prune_completions(root, older_than=timedelta(0))
    assert sorted(path.name for path in folder.iterdir()) == [f"{'e' * 16}.jsonl", "notes.txt"]


def test_completions_are_removed_by_age_and_embeddings_stay(root: Path) -> None:
    done = prune_completions(root, older_than=timedelta(days=30))
    assert [info.model for info in done.removed] == ["openai('old')"]
    assert done.freed == done.removed[0].bytes
    assert [info.model for info in completions(root)] == ["openai('new', seed=1)"]
    assert len(spaces(root)) == 1
    assert pruned_completions_row(done)["freed"] == done.freed


def test_pruning_embeddings_leaves_completions(root: Path) -> None:
    prune(root, max_bytes=0)
    assert not spaces(root)
    assert len(completions(root)) == 2


@pytest.mark.parametrize("model", ["openai('new', seed=1)", NEW, f"{NEW}.jsonl"])
def test_completions_are_removed_by_model(root: Path, model: str) -> None:
    done = prune_completions(root, model=model)
    assert [info.model for info in done.removed] == ["openai('new', seed=1)"]
    assert not done.removed[0].file.exists()


def test_a_name_stands_for_all_of_its_parameters(root: Path) -> None:
    assert len(prune_completions(root, model="openai", dry_run=True).removed) == 2
    assert len(prune_completions(root, model="open", dry_run=True).removed) == 0
    assert len(completions(root)) == 2


def test_nothing_is_removed_without_saying_what(root: Path) -> None:
    with pytest.raises(UserError, match="nothing says which completions"):
        prune_completions(root)


def test_an_empty_cache_has_none(tmp_path: Path) -> None:
    assert completions(tmp_path / "none") == []


def test_a_cleared_file_is_written_anew(root: Path) -> None:
    store = Store(root / "completions" / f"{OLD}.jsonl", "openai('old')")
    assert len(store) == 3
    prune_completions(root, model="openai('old')")
    assert store.get(f"{0:064x}") is None
    store.add(f"{7:064x}", "asked", Completion("anew"))
    assert completions(root)[1].entries == 1
