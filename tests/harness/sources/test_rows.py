from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from harness.errors import UserError
from harness.sources.rows import Row, Rows, read_rows

ROWS: list[dict[str, Any]] = [
    {"id": "a", "text": "naïve", "labels": [{"id": "d1", "score": 2}]},
    {"id": "b", "text": "", "labels": []},
]


def jsonl(path: Path, rows: list[dict[str, Any]] = ROWS) -> Path:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    data = text.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def parquet(path: Path, rows: list[dict[str, Any]] = ROWS) -> Path:
    import pyarrow
    from pyarrow import parquet

    parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    return path


def test_every_file_type_gives_the_same_rows_and_the_same_hash(tmp_path: Path) -> None:
    files = [
        jsonl(tmp_path / "rows.jsonl"),
        jsonl(tmp_path / "rows.jsonl.gz"),
        parquet(tmp_path / "rows.parquet"),
    ]
    tables = [read_rows(file) for file in files]
    assert [list(table) for table in tables] == [ROWS] * 3
    assert len({table.sha256 for table in tables}) == 1


def test_the_hash_is_sha256_over_canonical_json_lines() -> None:
    expected = hashlib.sha256(b'{"a": 1, "b": "\\u00e9"}\n{"a": 2}\n').hexdigest()
    assert Rows("x", [{"b": "é", "a": 1}, {"a": 2, "b": None}]).sha256 == expected


def test_the_hash_tells_values_order_and_number_of_rows_apart() -> None:
    tables: list[list[Row]] = [
        [{"a": 1}, {"a": 2}],
        [{"a": 2}, {"a": 1}],
        [{"a": 1}],
        [{"a": "1"}, {"a": 2}],
        [{"a": 1}, {"a": "null"}],
    ]
    assert len({Rows("x", table).sha256 for table in tables}) == len(tables)


def test_blank_lines_are_skipped_but_counted(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('\n{"id": 1}\n\n{"id": 2}\n')
    rows = read_rows(file)
    assert [row["id"] for row in rows] == [1, 2]
    assert str(rows.error(1, "is odd")) == f"{file} line 4: is odd"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'{"a": 1}\n{"a": \n', "line 2: broken JSON (Expecting value)"),
        (b'{"a": 1}\n[1]\n', "line 2: not a JSON object but a list"),
        (b'{"a": 1}\nnull\n', "line 2: not a JSON object but null"),
        (b'{"a": "\xff"}\n', "line 1: broken JSON (not UTF-8)"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, content: bytes, problem: str) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_bytes(content)
    with pytest.raises(UserError) as caught:
        read_rows(file)
    assert str(caught.value) == f"{file} {problem}"


def test_a_damaged_archive_or_table_is_an_error_of_one_line(tmp_path: Path) -> None:
    whole = jsonl(tmp_path / "a.jsonl.gz", ROWS * 500).read_bytes()
    flipped = whole[:40] + bytes([whole[40] ^ 255]) + whole[41:]
    for name, content in [
        ("cut.jsonl.gz", whole[:-20]),
        ("flipped.jsonl.gz", flipped),
        ("text.jsonl.gz", b"plain text"),
        ("text.parquet", b"plain text"),
    ]:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UserError) as caught:
            read_rows(tmp_path / name)
        message = str(caught.value)
        assert name in message
        assert "\n" not in message


def test_picking_fields_names_the_row_that_lacks_one() -> None:
    rows = Rows("t", [{"id": 1, "x": 2}, {"id": None, "x": 3}])
    picked = rows.pick("id", optional=("x", "y"))
    assert next(picked) == (1, 2, None)
    with pytest.raises(UserError, match=r"^t row 2: has no 'id' \(it has: id, x\)$"):
        next(picked)


def test_what_is_no_text_is_told_with_its_place() -> None:
    rows = Rows("x", [{"id": "a", "text": "b"}, {"id": "b"}, {"id": "c", "text": ["d"]}])
    found = rows.pick("id", optional=("text",), texts=("text",))
    assert [next(found), next(found)] == [("a", "b"), ("b", None)]
    with pytest.raises(UserError, match=r"x row 3: 'text' is no text: \['d'\]"):
        next(found)
