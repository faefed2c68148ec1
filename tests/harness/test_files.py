"""A file is written whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from errno import EACCES, EIO, ENOSPC

import pytest

from harness.errors import UserError
from harness.files import read_yaml, remove_leftovers, replacing

CAPTURED = {"capture_output": True, "text": True, "check": True}


def test_a_finished_file_takes_the_place_of_the_old_one(tmp_path):
    path = tmp_path / "new" / "file"
    for content in b"old", b"new":
        with replacing(path) as file:
            file.write(content)
    assert path.read_bytes() == b"new"
    assert os.listdir(path.parent) == ["file"]


def test_an_interrupted_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def interrupted():
        with replacing(path) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize(
    ("code", "advice"),
    [(ENOSPC, "the disk is full"), (EACCES, "the folder is read-only"), (EIO, "another folder")],
)
def test_a_write_that_fails_says_what_to_do(tmp_path, monkeypatch, code, advice):
    def fail(_):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(UserError, match=advice), replacing(tmp_path / "file") as file:
        file.write(b"content")
    assert not os.listdir(tmp_path)


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(UserError, match="cannot write"), replacing(tmp_path / "taken" / "file"):
        pass


def test_yaml_holds_plain_values_and_what_is_none_is_told_by_name(tmp_path):
    path = tmp_path / "card.yaml"
    path.write_text("a: [1, 2.5, true, ~]\nb: Zoë\n", encoding="utf-8")
    assert read_yaml(path) == {"a": [1, 2.5, True, None], "b": "Zoë"}
    for broken in (b"a: [1", b"a: \xff", b"a: !!python/object/apply:os.getcwd []"):
        path.write_bytes(broken)
        with pytest.raises(UserError, match=r"card\.yaml is no YAML"):
            read_yaml(path)
    with pytest.raises(UserError, match=r"none\.yaml cannot be read: No such file"):
        read_yaml(tmp_path / "none.yaml")


def test_leftovers_of_the_dead_are_removed_and_those_of_the_living_stay(tmp_path):
    done = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], **CAPTURED)
    with replacing(tmp_path / "file") as file:
        file.write(b"being written")
        [own] = os.listdir(tmp_path)
        dead = own.replace(f".{os.getpid()}.", f".{int(done.stdout)}.")
        living = own.replace(f".{os.getpid()}.", f".{os.getppid()}.")
        elsewhere = f".file.0another.{int(done.stdout)}.tmp"
        for name in (dead, living, elsewhere):
            (tmp_path / name).touch()
    remove_leftovers(tmp_path)
    assert sorted(os.listdir(tmp_path)) == sorted(["file", living, elsewhere])
