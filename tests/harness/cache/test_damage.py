"""A block that is not what was written is noticed, removed and counted; its texts are absent."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from errno import EACCES, EIO
from pathlib import Path

import numpy as np
import pytest

from harness.cache import Keys, Space, block, open_space, spaces, verify
from harness.errors import UserError

Key = Callable[..., Keys]
Open = Callable[[], Space]


@pytest.fixture(params=["single", "ragged"])
def path(request: pytest.FixtureRequest, opened: Open, key: Key) -> Path:
    """A block of three small texts."""
    single = np.arange(6, dtype=np.float32).reshape(3, 2)
    space = opened()
    values = single if request.param == "single" else [single[:2], single[:0], single[2:]]
    space.append(key("a", "b", "c"), values, [5, 6, 7], [False, True, False])
    return space.blocks[0].path


def noticed(path: Path, content: bytes, opened: Open, key: Key) -> bool:
    path.write_bytes(content)
    space = opened()
    absent = space.find(key("a", "b", "c")).tolist() == [-1, -1, -1]
    return absent and space.damaged == 1 and not path.exists()


def test_a_flipped_bit_in_any_byte_is_noticed(path: Path, opened: Open, key: Key) -> None:
    whole = path.read_bytes()
    assert len(whole) > 200
    for position in range(len(whole)):
        flipped = bytearray(whole)
        flipped[position] ^= 1 << position % 8
        assert noticed(path, flipped, opened, key), f"byte {position} of {len(whole)}"
    path.write_bytes(whole)
    assert opened().find(key("a", "b", "c")).tolist() == [0, 1, 2]


def test_a_file_of_any_other_length_is_noticed(path: Path, opened: Open, key: Key) -> None:
    whole = path.read_bytes()
    for length in range(len(whole)):
        assert noticed(path, whole[:length], opened, key), f"{length} bytes"
    assert noticed(path, whole + b"\0", opened, key)


def test_the_block_of_another_space_is_noticed(tmp_path: Path, opened: Open, key: Key) -> None:
    other = open_space(tmp_path, {"model": "another"}, "another")
    for space in (opened(), other):
        space.append(key("a"), np.ones((1, 4)))
    [stray], [own] = other.blocks, opened().blocks
    shutil.copy(stray.path, own.path)
    assert opened().damaged == 1


def test_damaged_texts_are_appended_anew_and_the_others_stay(opened: Open, key: Key) -> None:
    space = opened()
    space.append(key("a"), np.full((1, 4), 1.0))
    space.append(key("b"), np.full((1, 4), 2.0))
    hurt = space.blocks[0].path
    hurt.write_bytes(hurt.read_bytes()[:-1] + b"\x55")
    space = opened()
    assert (space.damaged, space.find(key("a", "b")).tolist()) == (1, [-1, 0])
    space.append(key("a"), np.full((1, 4), 3.0))
    space = opened()
    assert space.damaged == 0
    assert space.vectors(space.find(key("a", "b")))[:, 0].tolist() == [3.0, 2.0]


def test_damage_to_what_others_append_is_counted_too(opened: Open, key: Key) -> None:
    ours, theirs = opened(), opened()
    theirs.append(key("a"), np.ones((1, 4)))
    theirs.blocks[0].path.write_bytes(b"")
    ours.refresh()
    ours.refresh()
    assert (ours.damaged, len(ours)) == (1, 0)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"format": 1, "name": "x", "identity": 3}',
        b'{"format": 1, "name": "x", "identity": {"model": "an impostor"}}',
        b'{"format": Infinity, "name": "x", "identity": {}}',
        None,
    ],
)
def test_a_lost_description_is_reported_and_written_anew(
    tmp_path: Path, opened: Open, key: Key, content: bytes | None
) -> None:
    space = opened()
    space.append(key("a"), np.ones((1, 4)))
    description = space.folder / "space.json"
    sound = description.read_bytes()
    description.unlink()
    if content is not None:
        description.write_bytes(content)
    [info] = spaces(tmp_path)
    assert info.problem
    assert (info.name, info.identity, info.texts) == ("", None, 1)
    assert opened().find(key("a")).tolist() == [0]
    assert description.read_bytes() == sound
    assert spaces(tmp_path)[0].problem == ""


def test_another_format_is_reported_and_left_alone(tmp_path: Path, opened: Open, key: Key) -> None:
    space = opened()
    space.append(key("a"), np.ones((1, 4)))
    newer = space.folder.with_name("0123456789abcdef")
    shutil.copytree(space.folder, newer)
    description = json.loads((newer / "space.json").read_bytes()) | {"format": 99}
    (newer / "space.json").write_text(json.dumps(description))
    for path in newer.glob("*.block"):
        path.write_bytes(b"written otherwise")
    found = verify(tmp_path, remove=True)
    assert (found.damaged, len(list(newer.iterdir()))) == (0, 2)
    assert sorted((checked.space.problem, checked.sound) for checked in found.spaces) == [
        ("", 1),
        ("in format 99, which is another version's", 0),
    ]


def test_a_disk_that_fails_is_damage_and_a_lock_is_not(
    opened: Open, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(error: OSError) -> Callable[..., None]:
        def digest(*_: object) -> None:
            raise error

        return digest

    opened().append(key("a"), np.ones((1, 4)))
    monkeypatch.setattr(block, "file_digest", fail(PermissionError(EACCES, "no permission")))
    with pytest.raises(UserError, match=r"cannot read .*\.block"):
        opened()
    monkeypatch.setattr(block, "file_digest", fail(OSError(EIO, "input/output error")))
    assert opened().damaged == 1
