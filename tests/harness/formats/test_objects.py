"""Runs as JSON and JSONL."""

from __future__ import annotations

import gzip
import json

import pytest

from harness.errors import UserError
from harness.run import Run

SCORES = {"q1": {"d1": 2.5, "d2": 0.5}, "q2": {"d1": -1.0}, "q3": {}}


@pytest.fixture
def file(tmp_path):
    def write(content, name="run.json"):
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return write


def test_an_object_of_scores_is_read(file):
    assert Run.read(file(SCORES)) == Run.from_scores(SCORES)


def test_an_object_of_pairs_is_read(file):
    pairs = {query: [list(pair) for pair in found.items()] for query, found in SCORES.items()}
    assert Run.read(file(pairs)) == Run.from_scores(SCORES)


def test_an_object_of_ids_is_read_in_its_order(file):
    rankings = {"q1": ["b", "c", "a"], "q2": [], "q3": [7]}
    expected = Run.from_rankings({"q1": ["b", "c", "a"], "q2": [], "q3": ["7"]})
    assert Run.read(file(json.dumps(rankings, indent=1), "run.txt")) == expected


def test_ids_named_again_in_a_ranking_without_scores_are_counted(file):
    run = Run.read(file({"q1": ["b", "a", "b"], "q2": ["a"]}))
    assert run == Run.from_rankings({"q1": ["b", "a"], "q2": ["a"]})
    assert run.repeated == 1


def test_lines_of_scored_documents_are_read(file):
    lines = [
        {"query_id": "q1", "doc_id": "d2", "score": 0.5, "rank": 2},
        {"query_id": "q2", "doc_id": "d1", "score": -1},
        {"query_id": "q1", "doc_id": "d1", "score": 2.5},
    ]
    text = "\n\n".join(map(json.dumps, lines))
    for name in "run.jsonl", "run.json", "run.trec":
        run = Run.read(file(text, name))
        assert run == Run.from_scores({q: SCORES[q] for q in ("q1", "q2")})


def test_lines_of_rankings_are_read(file):
    lines = [
        {"query_id": "q1", "ranking": [["d1", 2.5], ["d2", 0.5]]},
        {"query_id": "q2", "ranking": {"d1": -1.0}},
        {"query_id": "q3", "ranking": []},
    ]
    path = file("\n".join(map(json.dumps, lines)), "run.jsonl")
    assert Run.read(path) == Run.from_scores(SCORES)
    packed = path.with_name("run.jsonl.gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert Run.read(packed) == Run.from_scores(SCORES)


FIRST = '{"query_id": "q", "doc_id": "a", "score": 1}\n'


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"query_id": "q", "doc_id"', "line 2: not JSON: "),
        ("[1]", "line 2: expected a JSON object"),
        ('{"doc_id": "b", "score": 1}', "line 2: query_id: expected an id, found null"),
        ('{"query_id": "q", "score": 1}', "line 2: doc_id: expected an id, found null"),
        ('{"query_id": "q", "doc_id": [1], "score": 1}', r"doc_id: expected an id, found \[1\]"),
        ('{"query_id": "q", "doc_id": "b"}', "line 2: score: expected a score, found null"),
        ('{"query_id": "q", "doc_id": "b", "score": "1"}', 'expected a score, found "1"'),
        ('{"query_id": "q", "doc_id": "b", "score": true}', "expected a score, found true"),
        ('{"query_id": "q", "doc_id": "b", "score": NaN}', "line 2: document 'b' of query 'q' has"),
        ('{"query_id": "q", "doc_id": "b", "score": 1' + "0" * 400 + "}", "line 2: .* score inf"),
        (
            '{"query_id": "q", "doc_id": "a", "score": 2}',
            "line 2: document 'a' of query 'q' occurs",
        ),
        ('{"query_id": "q", "ranking": {"a": 1}}', "line 2: document 'a' of query 'q' occurs"),
        ('{"query_id": "r", "ranking": {"a": 1, "a": 2}}', "line 2: 'a' occurs twice in one"),
        ('{"query_id": "r", "ranking": [["a", 1], "b"]}', "either ids or .* pairs, not a mixture"),
        ('{"query_id": "r", "ranking": [["a"]]}', "either ids or .* pairs"),
        ('{"query_id": "r", "ranking": "a"}', "expected a list of documents or an object"),
        ('{"query_id": "r", "ranking": []}\n{"query_id": "r", "ranking": []}', "line 3: a second"),
    ],
)
def test_a_bad_line_is_refused_by_its_number(file, line, message):
    path = file(FIRST + line + "\n", "run.jsonl")
    with pytest.raises(UserError, match=message) as caught:
        Run.read(path)
    assert str(caught.value).startswith(f"{path} line ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"q": ["a"],\n "r": [}', "line 2: not JSON: "),
        ('{"q": {"a": 1}, "q": {"a": 2}}', "'q' occurs twice in one object"),
        ('{"q": 3}', "query 'q': expected a list of documents or an object of scores"),
        ('{"q": {"a": null}}', "query 'q': expected a score, found null"),
        ('{"q": {"a": Infinity}}', "document 'a' of query 'q' has the score inf"),
        ('{"q": [["a", 1], ["a", 2]]}', "document 'a' of query 'q' occurs twice"),
    ],
)
def test_a_bad_object_is_refused(file, content, message):
    with pytest.raises(UserError, match=message) as caught:
        Run.read(file(content))
    assert "run.json" in str(caught.value)


def test_what_is_no_object_of_rankings_is_called_by_its_name(file):
    with pytest.raises(UserError, match=r"run.json holds a list: write one object"):
        Run.read(file('[{"query_id": "q1", "doc_id": "d1", "score": 1}]'))
    with pytest.raises(UserError, match=r"run.json is UTF-16: save it as UTF-8"):
        Run.read(file('{"q": ["a"]}'.encode("utf-16")))
    with pytest.raises(UserError, match=r"run.json: not JSON that can be read: nested too deep"):
        Run.read(file('{"q": ' + "[" * 100_000))


def test_a_query_may_begin_with_a_bracket(file):
    assert Run.read(file("[q] Q0 d1 1 2.5 tag\n")) == Run.from_scores({"[q]": {"d1": 2.5}})
