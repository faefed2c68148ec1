"""Saved runs: what a file holds is what is answered, for the task and split that are asked."""

from __future__ import annotations

import gzip
import json
from hashlib import sha256
from pathlib import Path

import pytest

from harness.corpus import ListCorpus
from harness.errors import UserError
from harness.ranking import Ranking
from harness.records import Document, Query
from harness.run import Run
from harness.store.predictions import write_run
from harness.workspace import working
from models.saved_run import OUTSIDE, SavedRun

CORPUS = ListCorpus(Document(f"d{i}", f"text {i}") for i in range(5))


def search(
    file: Path,
    *ids: str,
    task: str = "",
    split: str = "",
    k: int = 100,
    **pools: dict[str, list[str]],
) -> Ranking:
    with working(task=task, split=split):
        queries = [Query(id, "text") for id in ids]
        return SavedRun(str(file)).index(CORPUS).search(queries, k, **pools)


def written(file: Path, text: str) -> Path:
    file.write_text(text)
    return file


@pytest.fixture
def trec(tmp_path: Path) -> Path:
    lines = ["q1 Q0 d1 1 0.5 x", "q1 Q0 d2 2 2.5 x", "q1 Q0 d0 3 1.5 x", "q2 Q0 d3 1 1 x"]
    return written(tmp_path / "run.trec", "\n".join(lines) + "\n")


@pytest.fixture
def mair(tmp_path: Path) -> Path:
    """MAIR's format: the last result of an entry counts, whether or not in a list of its own."""

    def result(results: dict[str, dict[str, float]]) -> dict[str, object]:
        return {"task": "T", "split": "S", "eval_results": {}, "size": 1, "results": results}

    old = result({"1": {"d4": 9.0}})
    content = {
        "SciFact/queries": [old, result({"1": {"d2": 0.25, "d0": 0.75}})],
        "SWE/a_queries": [[old, result({"1": {"d1": 1.0}})]],
        "SWE/b_queries": [result({"1": {"d3": 1.0}})],
    }
    return written(tmp_path / "first.json", json.dumps(content))


def test_the_score_decides_the_order(trec: Path) -> None:
    assert search(trec, "q1").run.ranked("q1") == [("d2", 2.5), ("d0", 1.5), ("d1", 0.5)]


def test_queries_come_in_the_order_asked_and_those_not_saved_are_left_out(trec: Path) -> None:
    assert search(trec, "q2", "q9", "q1").run.queries == ("q2", "q1")


def test_at_most_k_documents_of_the_pool_without_the_excluded(trec: Path) -> None:
    found = search(trec, "q1", k=1, within={"q1": ["d1", "d2"]}, without={"q1": ["d2"]})
    assert found.run.ranked("q1") == [("d1", 0.5)]


def test_documents_outside_the_corpus_are_dropped_and_counted(tmp_path: Path) -> None:
    file = written(tmp_path / "r.json", '{"q1": ["x", "d1", "y"], "q2": ["x"], "q3": ["z"]}')
    found = search(file, "q1", "q2")
    assert found.run.to_scores() == {"q1": {"d1": 2.0}, "q2": {}}
    assert found.notes == {OUTSIDE: 3}


def test_a_run_that_ranks_no_document_of_the_corpus_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path / "r.json", '{"q1": ["x", "y"]}')
    with pytest.raises(UserError, match=r"r\.json ranks no document of this corpus .*'x', 'y'"):
        search(file, "q1")


def test_a_run_without_any_of_the_queries_is_refused(trec: Path) -> None:
    with pytest.raises(UserError, match=r"none of the 1 queries .* 'q9'; it holds 'q1', 'q2'"):
        search(trec, "q9")


@pytest.mark.parametrize("format", ["json", "jsonl", "jsonl.gz"])
def test_every_format_is_read_and_gzip_too(tmp_path: Path, format: str) -> None:
    texts = {
        "json": '{"q1": {"d1": 1.5, "d0": 2.5}}',
        "jsonl": '{"query_id": "q1", "ranking": [["d1", 1.5], ["d0", 2.5]]}\n',
    }
    text = texts[format.removesuffix(".gz")].encode()
    file = tmp_path / f"run.{format}"
    file.write_bytes(gzip.compress(text) if format.endswith(".gz") else text)
    assert search(file, "q1").run.ranked("q1") == [("d0", 2.5), ("d1", 1.5)]


def test_ids_under_their_split_go_before_bare_ones(tmp_path: Path) -> None:
    file = written(tmp_path / "r.json", '{"a/1": ["d1"], "1": ["d2"], "b/1": ["d3"]}')
    assert search(file, "1", task="t", split="b").run.ranked("1") == [("d3", 1.0)]
    assert search(file, "1", task="t", split="c").run.ranked("1") == [("d2", 1.0)]


def test_our_own_files_are_read_whatever_their_ids_hold(tmp_path: Path) -> None:
    corpus = ListCorpus([Document("a b", "x"), Document("50%25", "y")])
    run = Run.from_scores({"s/q 1": {"a b": 2.0, "50%25": 1.0}})
    write_run(tmp_path / "run.trec.gz", run, "tag")
    with working(split="s"):
        index = SavedRun(str(tmp_path / "run.trec.gz")).index(corpus)
        found = index.search([Query("q 1", "text")], 10)
    assert found.run.to_scores() == {"q 1": {"a b": 2.0, "50%25": 1.0}}


def test_an_index_shared_by_splits_answers_each_with_its_own_ranking(mair: Path) -> None:
    index = SavedRun(str(mair)).index(CORPUS)
    answers = {}
    for task, split in (("SciFact", "queries"), ("SWE", "a_queries"), ("SWE", "b_queries")):
        with working(task=f"mair/{task}", split=split):
            answers[split] = index.search([Query("1", "text")], 10).run.ranked("1")
    assert answers == {
        "queries": [("d0", 0.75), ("d2", 0.25)],
        "a_queries": [("d1", 1.0)],
        "b_queries": [("d3", 1.0)],
    }


@pytest.mark.parametrize(("task", "split"), [("mair/SWE", "c_queries"), ("mair/X", "queries")])
def test_a_first_stage_of_other_tasks_says_what_it_holds(mair: Path, task: str, split: str) -> None:
    with pytest.raises(UserError, match=rf"'{task}', split '{split}'; it holds 'SciFact/queries',"):
        search(mair, "1", task=task, split=split)


def test_of_several_entries_none_is_guessed(mair: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no task is named.*'SWE/b_queries'"):
        search(mair, "1")
    one = written(tmp_path / "one.json", '{"T/queries": [{"results": {"1": {"d1": 1}}}]}')
    assert search(one, "1").run.ranked("1") == [("d1", 1.0)]


def test_broken_files_are_refused_with_the_place(tmp_path: Path) -> None:
    trec = written(tmp_path / "run.trec", "q1 Q0 d1 1 0.5 x\nq1 Q0 d2 2 high x\n")
    with pytest.raises(UserError, match=r"run\.trec line 2: the score 'high' is not a number"):
        search(trec, "q1")
    cut = written(tmp_path / "cut.json", '{"T/queries":\n [{"results":')
    with pytest.raises(UserError, match=r"cut\.json line 2: not JSON"):
        search(cut, "1")
    for results in ('["d1"]', '{"1": ["d1"]}', '{"1": {"d1": "high"}}', '{"1": {"d1": NaN}}'):
        file = written(tmp_path / "first.json", f'{{"T/queries": [{{"results": {results}}}]}}')
        with pytest.raises(UserError, match=r"first\.json: 'T/queries'"):
            search(file, "1")
    with pytest.raises(UserError, match=r"no run file at .*gone\.trec"):
        SavedRun(str(tmp_path / "gone.trec"))


def test_a_run_is_identified_by_its_content_and_called_by_its_name(trec: Path) -> None:
    model = SavedRun(str(trec))
    assert model.path == "run.trec"
    assert model.contents == {"path": f"sha256:{sha256(trec.read_bytes()).hexdigest()}"}


def test_a_relative_path_starts_at_the_base_of_its_expression(trec: Path) -> None:
    with working(base=trec.parent):
        model = SavedRun("run.trec")
    assert model.index(CORPUS).search([Query("q2", "text")], 1).run.to_scores() == {"q2": {"d3": 1}}


@pytest.mark.realdata
def test_birco_runs_are_answered_as_their_authors_ranked(data: Path) -> None:
    files = sorted((data / "beir").glob("birco-*/runs/*.json"))
    assert files
    corpora: dict[Path, ListCorpus] = {}
    for file in files:
        folder = file.parent.parent
        if folder not in corpora:
            lines = (folder / "corpus.jsonl").read_text().splitlines()
            corpora[folder] = ListCorpus(Document(json.loads(line)["_id"], "") for line in lines)
        theirs = json.loads(file.read_text())
        index = SavedRun(str(file)).index(corpora[folder])
        run = index.search([Query(id, "text") for id in theirs], 10).run
        for query, ids in theirs.items():
            wanted = [id for id in dict.fromkeys(ids) if id in corpora[folder]][:10]
            assert [id for id, _ in run.ranked(query)] == wanted
