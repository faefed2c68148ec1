"""Rows stay on disk and are read when they are looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.store.rows import Opened, Rows, to_line


def test_the_last_row_of_a_key_counts_where_the_first_stood() -> None:
    rows = Rows.of([{"query": "a", "n": 1}, {"query": "b"}, {"query": "a", "n": 2}])
    assert list(rows) == [{"query": "a", "n": 2}, {"query": "b"}]
    assert (len(rows), rows[1], rows[:1]) == (2, {"query": "b"}, [{"query": "a", "n": 2}])
    with pytest.raises(IndexError):
        rows[2]


def test_what_is_torn_is_left_out_and_a_file_outlives_its_name(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    path.write_bytes(b'{"head": 1}\n{"query": "a", \n[]\n' + to_line({"query": "ö"}) + b'{"query"')
    rows, file = Rows(), Opened.at(path)
    assert file is not None
    rows.add(file, skip=1)
    path.unlink()
    assert list(rows) == [{"query": "ö"}]
    assert Opened.at(path) is None
