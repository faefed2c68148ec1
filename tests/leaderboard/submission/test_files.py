from __future__ import annotations

import gzip
import os
import pickle
import tracemalloc
from pathlib import Path

import pytest

from leaderboard.submission import Refused, limits
from leaderboard.submission.files import gunzip, read_bytes


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "run.trec.gz"


def test_a_file_is_read_up_to_its_limit(file: Path) -> None:
    file.write_bytes(b"12345")
    assert read_bytes(file, 5) == b"12345"
    with pytest.raises(Refused, match="more than 4 bytes"):
        read_bytes(file, 4)


def test_no_link_is_followed(file: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    file.symlink_to(tmp_path / "secret")
    with pytest.raises(Refused, match="is a link"):
        read_bytes(file, 10)


def test_a_dangling_link_is_a_link(file: Path, tmp_path: Path) -> None:
    file.symlink_to(tmp_path / "nowhere")
    with pytest.raises(Refused, match="is a link"):
        read_bytes(file, 10)


def test_a_pipe_does_not_block(file: Path) -> None:
    os.mkfifo(file)
    with pytest.raises(Refused, match="no regular file"):
        read_bytes(file, 10)


def test_a_device_is_no_file() -> None:
    with pytest.raises(Refused, match="no regular file"):
        read_bytes(Path("/dev/zero"), 10)


def test_a_folder_and_an_absent_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"cannot be read|no regular file"):
        read_bytes(tmp_path, 10)
    with pytest.raises(Refused, match="is missing"):
        read_bytes(tmp_path / "absent", 10)
    with pytest.raises(Refused, match="cannot be read"):
        read_bytes(tmp_path / "a\0b", 10)


def test_what_was_compressed_comes_back(file: Path) -> None:
    text = bytes(range(256)) * 100
    file.write_bytes(gzip.compress(text))
    assert gunzip(file, len(text)) == text
    file.write_bytes(gzip.compress(b""))
    assert gunzip(file, 10) == b""


def test_a_file_larger_than_allowed_when_decompressed_is_refused(file: Path) -> None:
    file.write_bytes(gzip.compress(b"x" * 1001))
    with pytest.raises(Refused, match="larger than 1,000 bytes when decompressed"):
        gunzip(file, 1000)


def test_a_bomb_is_refused_without_filling_the_memory(file: Path) -> None:
    file.write_bytes(gzip.compress(bytes(64 << 20)))  # 64 MiB in 64 kB
    tracemalloc.start()
    with pytest.raises(Refused, match="when decompressed"):
        gunzip(file, limits.RUN_INFLATED)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # 200 times the compressed 65 kB are 13 MB, and one block of 1 MiB beyond.
    assert peak < 20 << 20


@pytest.mark.parametrize(
    "data",
    [b"", b"plain text", pickle.dumps({"a": 1}), b"PK\x03\x04zip", b"\x1f\x8b", b"{}"],
    ids=["empty", "text", "pickle", "zip", "header only", "json"],
)
def test_what_is_no_gzip_file_is_refused(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    with pytest.raises(Refused, match=r"no gzip file|cut short"):
        gunzip(file, 1000)


def test_a_file_that_was_cut_short_or_changed_is_refused(file: Path) -> None:
    whole = gzip.compress(b"query Q0 document 1 0.5 tag\n" * 100)
    file.write_bytes(whole[:-9])
    with pytest.raises(Refused, match="cut short"):
        gunzip(file, 10_000)
    file.write_bytes(whole[:-8] + b"\0\0\0\0" + whole[-4:])  # another checksum
    with pytest.raises(Refused, match="damaged"):
        gunzip(file, 10_000)


@pytest.mark.parametrize(
    "rest",
    [gzip.compress(b"second"), b"\0\0\0\0", b"#!/bin/sh"],
    ids=["another member", "zeros", "a script"],
)
def test_nothing_may_follow_the_first_member(file: Path, rest: bytes) -> None:
    file.write_bytes(gzip.compress(b"first") + rest)
    with pytest.raises(Refused, match="goes on after its end"):
        gunzip(file, 1000)
