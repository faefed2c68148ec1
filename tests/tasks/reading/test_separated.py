from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from harness.errors import UserError
from tasks.reading.separated import is_separated, read_separated


def test_rows_are_texts_by_column_and_know_their_line(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text('\ufeffa,b\n1,"x, ""y""\nz"\n\n2,\n', encoding="utf-8")
    rows = read_separated(path)
    assert list(rows) == [{"a": "1", "b": 'x, "y"\nz'}, {"a": "2", "b": ""}]
    assert rows.lines == [3, 5]


def test_tables_may_be_packed(tmp_path: Path) -> None:
    path = tmp_path / "rows.tsv.gz"
    path.write_bytes(gzip.compress(b"a\tb\n1\t2\n"))
    assert list(read_separated(path)) == [{"a": "1", "b": "2"}]
    assert is_separated(path)
    assert not is_separated(tmp_path / "rows.jsonl.gz")
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(UserError, match=r"rows\.tsv\.gz cannot be read"):
        read_separated(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a\tb\n1\t2\n3\n", "line 3: has not the 2 columns"),
        (b"a\tb\n1\t2\t3\n", "line 2: has not the 2 columns"),
        (b"a\tb\n1\t\xff\n", "cannot be read"),
        (b'a\tb\n1\t"' + b"x" * 2**25, "cannot be read"),
    ],
)
def test_what_is_no_table_is_refused_with_its_place(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "rows.tsv"
    path.write_bytes(content)
    with pytest.raises(UserError, match=reason):
        read_separated(path)
    with pytest.raises(UserError, match="cannot be read"):
        read_separated(tmp_path / "none.tsv")
