from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import UserError
from tasks.reading.qrels import read_qrels

EXPECTED = {"q1": {"d1": 2, "d2": 0}, "q2": {"d1": -1}}


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "qrels.tsv"
    file.write_text(text)
    return file


@pytest.mark.parametrize(
    "text",
    [
        "q1\td1\t2\nq1\td2\t0\nq2\td1\t-1\n",
        "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t0\nq2\td1\t-1\n",
        "\ufeffquery-id\tcorpus-id\tscore\r\nq1\td1\t2\r\nq1\td2\t0\r\nq2\td1\t-1",
        "q1 0 d1 2\nq1 0 d2 0\n\nq2 0 d1 -1\n",
        "q1\t0\td1\t+2\nq1\tQ0\td2\t0\nq2\t0\td1\t-1\n",
    ],
    ids=["beir", "header", "windows", "trec", "trec-tabs"],
)
def test_three_and_four_columns_are_read(tmp_path: Path, text: str) -> None:
    assert read_qrels(write(tmp_path, text)) == EXPECTED


def test_ids_may_hold_spaces_where_tabs_separate(tmp_path: Path) -> None:
    assert read_qrels(write(tmp_path, "new york\tbig apple\t1\n")) == {"new york": {"big apple": 1}}


def test_a_query_called_query_is_no_header_further_down(tmp_path: Path) -> None:
    assert read_qrels(write(tmp_path, "a\td\t1\nquery\td\t1\n")) == {
        "a": {"d": 1},
        "query": {"d": 1},
    }


def test_a_whole_grade_may_be_written_with_a_point(tmp_path: Path) -> None:
    assert read_qrels(write(tmp_path, "q\td\t2.0\nq\te\t-1.\n")) == {"q": {"d": 2, "e": -1}}


def test_the_same_judgement_may_stand_twice(tmp_path: Path) -> None:
    assert read_qrels(write(tmp_path, "q\td\t1\nq\td\t1\n")) == {"q": {"d": 1}}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("q\td\t1\n\nq\td\t2\n", "line 3: query q, document d has the grade 2 here and 1 before"),
        ("q\td\t1\nq\te\t0.5\n", "line 2: the grade '0.5' is no whole number"),
        ("q\td\trelevant\n", "line 1: the grade 'relevant' is no whole number"),
        (f"q\td\t{10**23}\n", f"line 1: the grade {10**23} is too large: 9 digits at most"),
        ("q d\n", "line 1: 2 columns, but a judgement has 3"),
        ("q 0 d 1 x\n", "line 1: 5 columns, but a judgement has 3"),
        ("q\t\t1\n", "line 1: an id is empty"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(UserError) as caught:
        read_qrels(write(tmp_path, text))
    assert str(caught.value).startswith(f"{tmp_path / 'qrels.tsv'} {problem}")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin.tsv").write_bytes(b"q\td\xe9\t1\n")
    for name in ("nothing.tsv", "latin.tsv"):
        with pytest.raises(UserError, match=f"{name} cannot be read"):
            read_qrels(tmp_path / name)
