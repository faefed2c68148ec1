"""TREC runs: read as trec_eval reads them, written so that reading gives the same bits."""

from __future__ import annotations

import gzip
import random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.errors import UserError
from harness.formats import trec
from harness.run import Run

SMALL = {"q1": {"d1": 2.5, "d2": 0.1}, "q2": {"d1": -1.0}}


@pytest.fixture
def file(tmp_path):
    def write(content, name="run.trec"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.mark.parametrize(
    "content",
    [
        "q1 Q0 d1 1 2.5 tag\nq1 Q0 d2 2 0.1 tag\nq2 Q0 d1 1 -1 tag\n",
        "q1\tQ0\td1\t1\t2.5\ttag\nq1\tQ0\td2\t2\t.1\ttag\nq2\tQ0\td1\t1\t-1e0\ttag\n",
        "q1 Q0 d1 1 2.5\nq1 Q0 d2 2 0.1\nq2 Q0 d1 1 -1",
        "q1 Q0 d1 1 2.5 tag\r\nq1 Q0 d2 2 0.1 tag\r\nq2 Q0 d1 1 -1 tag\r\n",
        "q1  Q0 d1 1   2.5 tag\n\n  q1 Q0\td2 2 0.1 tag \n \nq2 Q0 d1 1 -1 tag\n",
        "q1 Q0 d1 1 2.5 tag\nq1 Q0\td2 2 0.1 tag\nq2 Q0 d1 1 -1 tag\n",
        "q1 Q0 d1 1 2.5 tag\nq1 Q0 d2 2 0.1\nq2 Q0 d1 1 -1 tag\n",
        "q1 Q0 d1 1 2.5 tag\nq2 Q0 d1 1 -1 tag\nq1 Q0 d2 2 0.1 tag\n",
        "\ufeffq1 Q0 d1 1 2.5 tag\nq1 Q0 d2 2 0.1 tag\nq2 Q0 d1 1 -1 tag\n",
    ],
    ids=["spaces", "tabs", "no tag", "CRLF", "ragged", "mixed", "some tags", "interleaved", "BOM"],
)
@pytest.mark.parametrize("zipped", [False, True])
def test_columns_may_be_separated_by_any_whitespace(file, content, zipped):
    path = file(gzip.compress(content.encode()), "r.gz") if zipped else file(content)
    assert Run.read(path) == Run.from_scores(SMALL)


def test_the_score_ranks_and_the_rank_column_is_ignored(file):
    run = Run.read(file("q Q0 a 1 1.0 t\nq Q0 b 2 3.0 t\nq Q0 c 3 2.0 t\n"))
    assert [id for id, _ in run.ranked("q")] == ["b", "c", "a"]


@pytest.mark.parametrize("line_end", ["\n", " \n"], ids=["by column", "by line"])
def test_ids_are_taken_as_they_stand(file, line_end):
    ids = ['"quoted"', "NULL", "nan", "a,b", "naïve", "\N{NO-BREAK SPACE}x", "0012", "#N/A"]
    lines = [f"007 Q0 {id} 1 {len(ids) - i} tag{line_end}" for i, id in enumerate(ids)]
    assert [id for id, _ in Run.read(file("".join(lines))).ranked("007")] == ids


def test_the_order_of_the_lines_never_matters(file):
    rng = random.Random(0)
    lines = [f"q{q} Q0 d{d} 0 {rng.randint(0, 3)} t\n" for q in range(9) for d in range(30)]
    run = Run.read(file("".join(lines)))
    rng.shuffle(lines)
    assert Run.read(file("".join(lines))).select(run.queries) == run


def test_large_files_read_alike_by_column_and_by_line(file, monkeypatch):
    rng = random.Random(1)
    lines = [
        f"q{q} Q0 d{rng.random()} 0 {rng.gauss(0, 9)!r} t\n" for q in range(50) for _ in range(9)
    ]
    monkeypatch.setattr(trec, "BLOCK_BYTES", 1000)  # so that the dictionaries of blocks differ
    by_column = Run.read(file("".join(lines)))
    assert by_column == Run.read(file("".join(lines).replace(" Q0 ", "  Q0 ")))
    assert len(by_column.vocabulary) == 450


def test_an_empty_file_is_an_empty_run(file):
    assert Run.read(file("")) == Run.from_scores({})


FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), FLOATS, min_size=1))
def test_writing_and_reading_gives_the_same_bits(tmp_path, scores):
    run = Run.from_scores({"q": scores})
    run.write_trec(tmp_path / "run.trec")
    again = Run.read(tmp_path / "run.trec")
    assert again == run
    assert again.scores.tobytes() == run.scores.tobytes()


@pytest.mark.parametrize("bits", [0x15AE43FD, 0x95AE43FD, 1, 0x7F7FFFFF, 0x00800000])
def test_scores_that_are_hard_to_print_survive(tmp_path, bits):
    """7.038531e-26 is the one float32 whose shortest decimal is spoilt by way of a double."""
    score = np.array([bits], dtype=np.uint32).view(np.float32)
    run = Run.from_arrays(["q"], ["d"], [0], score, [0, 1])
    run.write_trec(tmp_path / "run.trec")
    assert Run.read(tmp_path / "run.trec").scores.view(np.uint32).tolist() == [bits]


def test_a_file_looks_like_a_trec_run(tmp_path, monkeypatch):
    monkeypatch.setattr(trec, "ROWS_AT_ONCE", 2)
    Run.from_scores(SMALL | {"empty": {}}).write_trec(tmp_path / "run.trec", tag="mine")
    assert (tmp_path / "run.trec").read_text() == (
        "q1 Q0 d1 1 2.5 mine\nq1 Q0 d2 2 0.1 mine\nq2 Q0 d1 1 -1 mine\n"
    )


def test_the_same_run_gives_the_same_bytes_zipped_or_not(tmp_path):
    run = Run.from_scores(SMALL)
    for name in "one.trec.gz", "two.trec.gz", "plain.trec":
        run.write_trec(tmp_path / name)
    one = (tmp_path / "one.trec.gz").read_bytes()
    assert one == (tmp_path / "two.trec.gz").read_bytes()
    assert gzip.decompress(one) == (tmp_path / "plain.trec").read_bytes()
    assert one[4:8] == b"\0\0\0\0"  # the time stamp of the gzip header (RFC 1952)


@pytest.mark.parametrize("id", ["", "two words", "tab\there", "line\n"])
def test_ids_that_trec_cannot_hold_are_refused(tmp_path, id):
    for run in Run.from_scores({id: {"d": 1}}), Run.from_scores({"q": {id: 1}}):
        with pytest.raises(UserError, match=r"no room for the (query|document) id"):
            run.write_trec(tmp_path / "run.trec")
    with pytest.raises(UserError, match="no room for the tag"):
        Run.from_scores(SMALL).write_trec(tmp_path / "run.trec", tag=id)
    assert not list(tmp_path.iterdir())


GOOD = "q Q0 a 1 3 t\nq Q0 b 2 2 t\n"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("q Q0 c 3", "line 3: 4 columns, but a TREC run has six"),
        ("q Q0 c 3 1 t extra", "line 3: 7 columns"),
        ("q Q0 c 3 high t", "line 3: the score 'high' is not a number"),
        ("q Q0 c 3 1_000 t", "line 3: the score '1_000' is not a number"),
        ("q Q0 c 3 nan t", "line 3: document 'c' of query 'q' has the score nan"),
        ("q Q0 c 3 -inf t", "line 3: document 'c' of query 'q' has the score -inf"),
        ("q Q0 c 3 1e400 t", "line 3: document 'c' of query 'q' has the score inf"),
        ("q Q0 c 3 1e39 t", r"line 3: document 'c' of query 'q' has the score 1e\+39"),
        ("q Q0 a 3 1 t", "line 3: document 'a' of query 'q' occurs twice"),
        ("q\xe9 Q0 a 3 1 t".encode("latin-1"), "line 3: not UTF-8"),
    ],
)
@pytest.mark.parametrize("ragged", [False, True])
def test_a_bad_line_is_refused_by_its_number(file, line, message, ragged):
    content = (GOOD.replace("q Q0 a", "q  Q0 a") if ragged else GOOD).encode()
    path = file(
        content + (line if isinstance(line, bytes) else line.encode()) + b"\nq Q0 z 9 0 t\n"
    )
    with pytest.raises(UserError, match=message) as caught:
        Run.read(path)
    assert str(caught.value).startswith(f"{path} line 3: ")
    assert "\n" not in str(caught.value)


def test_a_repeated_document_is_found_across_interleaved_queries(file):
    path = file("q Q0 a 1 3 t\nr Q0 a 1 3 t\nq Q0 b 2 2 t\nr Q0 b 2 1 t\nq Q0 a 3 1 t\n")
    with pytest.raises(UserError, match="line 5: document 'a' of query 'q' occurs twice"):
        Run.read(path)


def test_a_file_that_is_not_there_or_not_zipped_is_refused(tmp_path, file):
    with pytest.raises(UserError, match="no run file at"):
        Run.read(tmp_path / "nowhere.trec")
    with pytest.raises(UserError, match="no run file at"):
        Run.read(tmp_path)
    with pytest.raises(UserError, match=r"cannot read .*run\.trec\.gz"):
        Run.read(file(GOOD, "run.trec.gz"))
    with pytest.raises(UserError, match=r"cannot read .*cut\.trec\.gz"):
        Run.read(file(gzip.compress(GOOD.encode())[:-12], "cut.trec.gz"))
