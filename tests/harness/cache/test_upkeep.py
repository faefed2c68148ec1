"""The cache is listed, verified and pruned, and what is not ours is left alone."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from harness.cache import (
    Keys,
    Space,
    keys_of,
    open_space,
    prune,
    space_row,
    spaces,
    verify,
)
from harness.errors import UserError
from harness.workspace import working

DAY = 24 * 3600


def add(root: Path, name: str, texts: int, days: float = 0) -> Space:
    """A space of one block of 1,000-d vectors that was last used so many days ago."""
    space = open_space(root, {"model": name}, name)
    keys = keys_of(f"{name} {i}".encode().rjust(16) for i in range(texts))
    space.append(keys, np.ones((texts, 1000), np.float32))
    for path in space.folder.iterdir():
        os.utime(path, (0, time.time() - days * DAY))
    return space


def names(root: Path) -> list[str]:
    return [info.name for info in spaces(root)]


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def test_a_cache_that_is_not_there_is_empty(tmp_path: Path) -> None:
    root = tmp_path / "nowhere"
    assert spaces(root) == []
    assert verify(root).damaged == 0
    assert prune(root, max_bytes=0).freed == 0
    assert not root.exists()


def test_a_space_is_listed_with_what_it_holds(tmp_path: Path) -> None:
    space = add(tmp_path, "toy", 3, days=2)
    space.append(keys_of([b"x" * 16]), np.ones((1, 1000)))
    [info] = spaces(tmp_path)
    assert (info.name, info.identity, info.folder) == ("toy", {"model": "toy"}, space.folder)
    assert (info.texts, info.blocks, info.dimension, info.ragged) == (4, 2, 1000, False)
    assert (info.bytes, info.problem) == (size(space.folder), "")
    row = json.loads(json.dumps(space_row(info)))
    assert datetime.fromisoformat(row["written"]) == info.written.replace(microsecond=0)
    assert row["folder"] == str(space.folder)


def test_opening_a_space_is_using_it_and_listing_it_is_not(tmp_path: Path) -> None:
    add(tmp_path, "toy", 1, days=5)
    for _ in range(2):
        [info] = spaces(tmp_path)
        verify(tmp_path)
        assert datetime.now(UTC) - info.used > timedelta(days=4.9)
    open_space(tmp_path, {"model": "toy"}, "toy")
    [info] = spaces(tmp_path)
    assert datetime.now(UTC) - info.used < timedelta(minutes=5)
    assert datetime.now(UTC) - info.written > timedelta(days=4.9)


def test_every_block_is_verified_and_damaged_ones_go_if_asked(tmp_path: Path) -> None:
    hurt, sound = add(tmp_path, "hurt", 2), add(tmp_path, "sound", 2)
    [block] = hurt.blocks
    block.path.write_bytes(block.path.read_bytes()[:-1] + b"!")
    killed = sound.folder / ".0.block.killed.tmp"
    killed.touch()
    told = []
    with working(tell=lambda *progress: told.append(progress)):
        found = verify(tmp_path)
    assert told == [("checking", 1, 2), ("checking", 2, 2)]
    assert [(checked.space.name, checked.sound, checked.damaged) for checked in found.spaces] == [
        ("hurt", 0, (block.path,)),
        ("sound", 1, ()),
    ]
    assert (found.damaged, found.removed) == (1, False)
    assert block.path.exists()
    assert verify(tmp_path, remove=True).removed
    assert not block.path.exists()
    assert not killed.exists()
    assert verify(tmp_path).damaged == 0


@pytest.mark.parametrize(
    ("options", "gone"),
    [
        ({"max_bytes": 10**9}, []),
        ({"max_bytes": 0}, ["oldest", "older", "old(1)"]),
        ({"max_bytes": 90_000}, ["oldest"]),
        ({"max_bytes": 50_000}, ["oldest", "older"]),
        ({"older_than": timedelta(days=15)}, ["oldest", "older"]),
        ({"older_than": timedelta(days=15), "max_bytes": 90_000}, ["oldest"]),
        ({"older_than": timedelta(days=25), "max_bytes": 0}, ["oldest"]),
        ({"model": "old"}, ["old(1)"]),
        ({"model": "old(1)"}, ["old(1)"]),
        ({"model": "older", "older_than": timedelta(days=25)}, []),
        ({"model": "ol"}, []),
    ],
)
def test_the_least_recently_used_go_first_and_only_as_many_as_must(
    tmp_path: Path, options: dict, gone: list[str]
) -> None:
    # Ten vectors of 1,000 floats are 40 kB.
    folders = {
        name: add(tmp_path, name, 10, days).folder
        for name, days in (("older", 20), ("oldest", 30), ("old(1)", 10))
    }
    freed = sum(size(folders[name]) for name in gone)
    planned = prune(tmp_path, **options, dry_run=True)
    assert len(names(tmp_path)) == 3
    done = prune(tmp_path, **options)
    for result in (planned, done):
        assert [info.name for info in result.removed] == gone
        assert sorted(info.name for info in result.kept) == sorted(folders.keys() - set(gone))
        assert result.freed == freed
    assert sorted(names(tmp_path)) == sorted(folders.keys() - set(gone))
    assert all(folders[name].exists() != (name in gone) for name in folders)


def test_a_space_goes_by_the_name_of_its_folder_too(tmp_path: Path) -> None:
    space = add(tmp_path, "toy", 1)
    (space.folder / "space.json").write_bytes(b"damaged")
    assert prune(tmp_path, model=space.folder.name).freed
    assert not space.folder.exists()


def test_nobody_removes_everything_by_saying_nothing(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nothing says what to remove"):
        prune(tmp_path)


def test_what_is_not_ours_is_reported_and_left_alone(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "cache", tmp_path / "elsewhere"
    outside = add(elsewhere, "outside", 1)
    ours = add(root, "toy", 1)
    linked_folder = ours.folder.with_name("0" * 16)
    linked_folder.symlink_to(outside.folder, target_is_directory=True)
    linked_block = ours.blocks[0].path.with_name(f"{'0' * 16}-{'0' * 8}.block")
    linked_block.symlink_to(outside.blocks[0].path)
    note, beside = ours.folder / "note.txt", ours.folder.with_name("note.txt")
    note.touch()
    beside.touch()

    found = verify(root, remove=True)
    [checked] = found.spaces
    assert set(found.foreign) == {linked_folder, beside}
    assert set(checked.foreign) == {linked_block, note}
    assert prune(root, max_bytes=0).freed
    assert names(root) == [""]
    assert prune(root, max_bytes=0).freed == 0
    assert all(os.path.lexists(path) for path in (*found.foreign, *checked.foreign))
    assert verify(elsewhere).damaged == 0
    assert len(open_space(elsewhere, {"model": "outside"}, "outside")) == 1


def test_a_file_that_cannot_be_removed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "no permission")

    add(tmp_path, "toy", 1)
    monkeypatch.setattr(os, "unlink", refuse)
    with pytest.raises(UserError, match=r"cannot remove .*\.block"):
        prune(tmp_path, max_bytes=0)


def test_blocks_of_a_pruned_space_are_appended_anew(
    tmp_path: Path, opened: Callable[[], Space], key: Callable[..., Keys]
) -> None:
    space = opened()
    space.append(key("a"), np.ones((1, 4)))
    prune(tmp_path, max_bytes=0)
    space.append(key("b"), np.ones((1, 4)))
    assert names(tmp_path) == ["toy"]
    assert opened().find(key("a", "b")).tolist() == [-1, 0]
