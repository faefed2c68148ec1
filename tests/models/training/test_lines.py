"""Lines of JSONL that people write, and what is told of those that are wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.errors import UserError
from harness.formats.fields import Wrong
from models.training.lines import read_lines


def read(path: Path) -> list[tuple[int, Any]]:
    def make(line: int, value: Any) -> tuple[int, Any]:
        if not isinstance(value, int):
            raise Wrong("it is no number")
        return line, value

    return list(read_lines(path, make, "a number"))


def test_lines_come_with_their_numbers_and_blank_ones_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "numbers.jsonl"
    path.write_text("\n7\n\n8\n")
    assert read(path) == [(2, 7), (4, 8)]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (b"7\n[1\n", "line 2: it is not JSON"),
        (b"7\n\xff\n", "line 2: it is not UTF-8: byte 1; expected a number"),
        (b'7\n"a"\n', "line 2: it is no number; expected a number"),
        (b"7\n1e999\n", "line 2: "),
        (b"\n\n", "numbers.jsonl is empty: expected a number, one a line"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, written: bytes, told: str) -> None:
    path = tmp_path / "numbers.jsonl"
    path.write_bytes(written)
    with pytest.raises(UserError, match=told):
        read(path)
