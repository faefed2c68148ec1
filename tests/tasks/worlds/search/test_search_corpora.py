from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.corpus import ListCorpus
from harness.errors import UserError
from harness.records import Document, Gold, Problem
from harness.sources import Source
from tasks.worlds.search import read_corpus, require_passages, require_titles, task_corpus


def write(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_a_folder_in_beir_layout(tmp_path: Path) -> None:
    write(tmp_path / "corpus.jsonl", {"_id": "a", "title": "T", "text": "x"})
    assert list(read_corpus(tmp_path)) == [Document("a", "x", "T")]


def test_a_file_of_lines(tmp_path: Path) -> None:
    file = write(tmp_path / "any.jsonl", {"id": "a", "text": "x"}, {"id": "b", "text": "y"})
    assert list(read_corpus(file)) == [Document("a", "x"), Document("b", "y")]


def test_contents_begin_with_the_title(tmp_path: Path) -> None:
    file = write(
        tmp_path / "wiki.jsonl",
        {"id": "0", "contents": '"Evan Morris"\nEvan Morris was\na lobbyist.'},
        {"id": "1", "contents": "Horatio Hale\nconsisted of"},
        {"id": "2", "contents": '"No" is all of it.'},
    )
    assert list(read_corpus(file)) == [
        Document("0", "Evan Morris was\na lobbyist.", "Evan Morris"),
        Document("1", "consisted of", "Horatio Hale"),
        Document("2", '"No" is all of it.'),
    ]


@pytest.mark.realdata
def test_corpora_as_they_are_published(data: Path) -> None:
    wiki = read_corpus(data / "qa" / "hipporag_2wiki" / "2wiki.corpus.jsonl")
    assert len(wiki) == 6119
    assert wiki["w0"].title == "Teutberga"
    example = read_corpus(data / "qa" / "flashrag_sample" / "searchr1_corpus_example.jsonl")
    assert example["0"].title == "Evan Morris"
    assert example["0"].text.startswith("Evan Morris Evan L. Morris (January 26, 1977")


def test_what_is_wrong_is_said_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no corpus at"):
        read_corpus(tmp_path / "nowhere")
    file = write(tmp_path / "wiki.jsonl", {"id": "0", "contents": "x"}, {"id": "1", "contents": 3})
    with pytest.raises(UserError, match="line 2"):
        read_corpus(file)


def test_the_corpus_of_a_task(tmp_path: Path) -> None:
    corpus = task_corpus("starter-passages/films", Source(tmp_path))
    assert len(corpus) == 2309


def test_tasks_without_a_corpus_and_splits_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no corpus to search"):
        task_corpus("starter-agent/films", Source(tmp_path))
    with pytest.raises(UserError, match="no split 'dev': it has test"):
        task_corpus("starter-passages/films", Source(tmp_path), "dev")


def problem(id: str, **details: Any) -> Problem:
    return Problem(id, (), gold=Gold(answers=("x",), details=details))


CORPUS = ListCorpus([Document("a", "x", "Miro"), Document("b", "y")], "wiki")


def test_titles_that_gold_needs_and_the_corpus_lacks_are_named() -> None:
    known = problem("q1", supports=[["Miro", 0]])
    require_titles(CORPUS, [known, problem("q2")])
    lost = [problem(f"q{i}", supports=[["Miro", 0], [f"Page {i % 5}", 1]]) for i in range(9)]
    with pytest.raises(UserError) as caught:
        require_titles(CORPUS, [known, *lost], "the corpus wiki")
    assert str(caught.value).startswith(
        "the corpus wiki lacks titles that questions need: 'Page 0' (question q0), 'Page 1' "
        "(question q1), 'Page 2' (question q2) and 2 more."
    )


def test_passages_that_gold_needs_and_the_corpus_lacks_are_named() -> None:
    require_passages(CORPUS, [problem("q1", passages=["a", "b"]), problem("q2")])
    with pytest.raises(UserError, match=r"lacks passages that questions need: 'c' \(question q3\)"):
        require_passages(CORPUS, [problem("q3", passages=["a", "c"])])
