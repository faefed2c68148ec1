from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.contracts import Collection
from harness.errors import UserError
from harness.offers import accept
from harness.records import Document, Query, Setting
from harness.sources import Source
from tasks.folder import FolderTask

DOCUMENTS: list[dict[str, Any]] = [
    {"_id": "d1", "title": "One", "text": "first"},
    {"_id": "d2", "text": "second"},
    {"_id": "q1", "title": None, "text": "third"},
]
QUERIES: list[dict[str, Any]] = [
    {"_id": "q1", "text": "which?", "instruction": "Find it."},
    {"_id": "q2", "text": "what?", "instruction": None},
    {"_id": "q3", "text": "not judged"},
]
QRELS = "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\tgone\t1\nq2\td2\t1\n"

Make = Callable[..., Path]


def jsonl(rows: Sequence[object]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Writes a folder: the default files, some replaced, some (None) left out."""

    def make(**files: str | None) -> Path:
        folder = tmp_path / "toys"
        defaults = {"corpus.jsonl": jsonl(DOCUMENTS), "queries.jsonl": jsonl(QUERIES)}
        if not any(name.startswith("qrels") for name in files):
            defaults["qrels.tsv"] = QRELS
        for name, content in (defaults | files).items():
            if content is not None:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_text(content)
        return folder

    return make


def load(folder: Path | str, setting: Setting | None = None, **options: Any) -> Collection:
    (split,) = FolderTask(folder, **options).load(Source(), setting or Setting())
    return split


def test_a_folder_is_a_task_by_its_name(make: Make) -> None:
    folder = make()
    assert FolderTask(folder).card.name == "toys"
    assert FolderTask(f"{folder}/").card.name == "toys"


def test_documents_queries_and_judgements_are_read_as_they_stand(make: Make) -> None:
    split = load(make())
    assert list(split.corpus) == [
        Document("d1", "first", "One"),
        Document("d2", "second"),
        Document("q1", "third"),
    ]
    assert split.queries == [Query("q1", "which?", "Find it."), Query("q2", "what?")]
    assert split.qrels == {"q1": {"d1": 2, "gone": 1}, "q2": {"d2": 1}}
    assert (split.split, split.candidates, split.excluded) == ("test", None, None)


def test_id_will_do_for_id_and_numbers_are_ids_too(make: Make) -> None:
    folder = make(
        **{
            "corpus.jsonl": jsonl([{"id": 1, "text": "a"}]),
            "queries.jsonl": jsonl([{"id": 2, "text": "b"}]),
            "qrels.tsv": "2 0 1 1\n",
        }
    )
    split = load(folder)
    assert split.corpus.ids == ("1",)
    assert split.queries == [Query("2", "b")]


def test_compressed_files_are_the_same_task(make: Make) -> None:
    folder = make()
    source = Source()
    with source.recording() as plain:
        FolderTask(folder).load(source, Setting())
    for name in ("corpus", "queries"):
        file = folder / f"{name}.jsonl"
        (folder / f"{name}.jsonl.gz").write_bytes(gzip.compress(file.read_bytes()))
        file.unlink()
    with source.recording() as packed:
        FolderTask(folder).load(source, Setting())
    assert plain == packed
    assert [(r.dataset, r.split, r.origin, r.rows) for r in plain] == [
        ("toys", "qrels/test", "folder", 3),
        ("toys", "queries", "folder", 3),
        ("toys", "corpus", "folder", 3),
    ]


def test_the_split_is_test_else_the_only_one_else_the_one_that_is_named(make: Make) -> None:
    dev, test = "q1\td1\t1\n", "q2\td2\t1\n"
    folder = make(**{"qrels/dev.tsv": dev})
    assert load(folder).split == "dev"
    (folder / "qrels" / "test.tsv").write_text(test)
    assert [q.id for q in load(folder).queries] == ["q2"]
    assert [q.id for q in load(folder, split="dev").queries] == ["q1"]
    assert [q.id for q in load(f"{folder}@dev").queries] == ["q1"]
    assert FolderTask(f"{folder}@dev").card.name == "toys@dev"


def test_several_splits_without_test_must_be_chosen_from(make: Make) -> None:
    folder = make(**{"qrels/dev.tsv": "q1\td1\t1\n", "qrels/train.tsv": "q2\td2\t1\n"})
    with pytest.raises(UserError, match=rf"has no split 'test' but dev, train: .*{folder}@dev"):
        load(folder)
    with pytest.raises(UserError, match="has no split 'tset' but dev, train"):
        load(folder, split="tset")


def test_candidates_come_from_the_row_or_from_a_file(make: Make) -> None:
    rows = [QUERIES[0] | {"candidates": ["d2", "d1", "d2"]}, QUERIES[1], QUERIES[2]]
    in_rows = make(**{"queries.jsonl": jsonl(rows)})
    assert load(in_rows).candidates == {"q1": ["d2", "d1"]}
    in_file = make(**{"candidates.json": json.dumps({"q2": ["d1"], "q3": ["d1"]})})
    assert load(in_file).candidates == {"q2": ["d1"]}
    # A row that has its own goes before the file; a query without any ranks the whole corpus.
    both = make(**{"queries.jsonl": jsonl(rows), "candidates.json": '{"q1": ["q1"], "q2": ["d1"]}'})
    assert load(both, Setting(pool="candidates")).candidates == {"q1": ["d2", "d1"], "q2": ["d1"]}


def test_excluded_documents_come_from_the_row_or_from_a_file(make: Make) -> None:
    rows = [QUERIES[0] | {"excluded": ["d2"]}, QUERIES[1] | {"excluded": ["N/A"]}]
    assert load(make(**{"queries.jsonl": jsonl(rows)})).excluded == {"q1": ["d2"]}
    assert load(make(**{"excluded.json": '{"q2": ["d1"]}'})).excluded == {"q2": ["d1"]}


def test_drop_identical_excludes_the_document_of_the_querys_own_id(make: Make) -> None:
    folder = make(**{"excluded.json": '{"q1": ["d2"]}'})
    assert load(folder, drop_identical=True).excluded == {"q1": ["d2", "q1"]}
    assert FolderTask(folder, drop_identical=True).card.name == "toys(drop_identical)"


def test_queries_without_judgements_are_not_asked_but_known(make: Make) -> None:
    rows = [*QUERIES, {"_id": "q5", "text": "unjudged"}]
    [split] = FolderTask(make(**{"queries.jsonl": jsonl(rows)})).load(Source(), Setting())
    assert [query.id for query in split.queries] == ["q1", "q2"]
    assert "q5" in split.unasked


def test_judged_queries_without_a_text_are_counted(make: Make) -> None:
    task = FolderTask(make(**{"qrels.tsv": QRELS + "q8\td1\t1\nq9\td1\t1\n"}))
    material = task.load(Source(), Setting())
    assert [query.id for query in material[0].queries] == ["q1", "q2"]
    assert task.check(material) == (
        "2 judged queries are not in queries.jsonl: they are left out of the mean",
    )
    whole = FolderTask(make())
    assert whole.check(whole.load(Source(), Setting())) == ()


def lines(rows: list[dict[str, Any]], extra: str) -> str:
    return jsonl(rows) + extra + "\n"


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({"corpus.jsonl": None}, "toys has no corpus.jsonl (nor corpus.jsonl.gz)"),
        ({"queries.jsonl": None}, "toys has no queries.jsonl"),
        ({"qrels.tsv": None}, "toys has no judgements: no qrels.tsv, no qrels/<split>.tsv"),
        ({"qrels.tsv": "q1\td1\tx\n"}, "qrels.tsv line 1: the grade 'x' is no whole number"),
        ({"qrels.tsv": "q7\td1\t1\n"}, "qrels.tsv judges no query of "),
        ({"qrels.tsv": ""}, "qrels.tsv judges no query of "),
        ({"corpus.jsonl": ""}, "corpus.jsonl is empty: it needs at least one document"),
        ({"corpus.jsonl": lines(DOCUMENTS, "{")}, "corpus.jsonl line 4: broken JSON"),
        (
            {"corpus.jsonl": lines(DOCUMENTS, '{"_id": "d2", "text": ""}')},
            "corpus.jsonl line 4: a second document has the id 'd2': ids must be unique",
        ),
        (
            {"corpus.jsonl": lines(DOCUMENTS, '{"text": ""}')},
            "corpus.jsonl line 4: the document has no '_id'",
        ),
        (
            {"corpus.jsonl": lines(DOCUMENTS, '{"_id": true, "text": ""}')},
            "corpus.jsonl line 4: the document has no '_id'",
        ),
        (
            {"corpus.jsonl": lines(DOCUMENTS, '{"_id": "d\\ud800", "text": ""}')},
            "corpus.jsonl line 4: the id 'd\\ud800' of the document holds half a surrogate pair",
        ),
        (
            {"corpus.jsonl": lines(DOCUMENTS, "[" * 100_000)},
            "corpus.jsonl line 4: broken JSON (nested too deep)",
        ),
        (
            {"corpus.jsonl": lines(DOCUMENTS, '{"_id": "d9", "title": "x"}')},
            "corpus.jsonl line 4: 'text' is missing or no text",
        ),
        (
            {"corpus.jsonl": lines(DOCUMENTS, '{"_id": "d9", "title": 1, "text": ""}')},
            "corpus.jsonl line 4: 'title' is missing or no text",
        ),
        (
            {"queries.jsonl": lines(QUERIES, '{"_id": "q3", "text": ""}')},
            "queries.jsonl line 4: a second query has the id 'q3'",
        ),
        (
            {"queries.jsonl": '{"_id": "q1", "text": "", "instruction": ["x"]}'},
            "queries.jsonl line 1: 'instruction' is missing or no text",
        ),
        (
            {"queries.jsonl": '{"_id": "q1", "text": "", "candidates": "d1"}'},
            "queries.jsonl line 1: 'candidates' is no list of document ids",
        ),
        ({"candidates.json": "[]"}, "candidates.json must hold one object"),
        ({"candidates.json": '{\n"q1": }'}, "candidates.json line 2: broken JSON"),
        ({"candidates.json": '{"q1": "d1"}'}, "candidates.json: the value of a query is no list"),
        (
            {"candidates.json": '{"q1": ["d7"]}'},
            "candidate 'd7' of query 'q1' is not in the corpus",
        ),
    ],
)
def test_bad_input_is_one_line_that_says_where(
    make: Make, files: dict[str, str | None], problem: str
) -> None:
    folder = make(**files)
    with pytest.raises(UserError) as caught:
        load(folder)
    message = str(caught.value)
    assert problem in message
    assert str(folder) in message
    assert "\n" not in message


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing", tmp_path / "nothing@dev"):
        with pytest.raises(UserError, match=f"there is no folder {tmp_path / 'nothing'}: "):
            FolderTask(path)


def test_a_folder_has_no_other_views(make: Make) -> None:
    with pytest.raises(UserError, match=r"unknown view 'python'\. toys has: documentation"):
        accept(FolderTask(make()), Setting(view="python"))


# Counts as in the README of the data folder; judgements counted with wc -l.
@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "documents", "queries", "judgements"),
    [
        ("scifact", 5183, 300, 339),
        ("mbpp", 974, 974, 974),
        ("cranfield", 1400, 225, 1837),
        ("nfcorpus-preproc", 3395, 323, 12334),
    ],
)
def test_real_collections_load(
    data: Path, name: str, documents: int, queries: int, judgements: int
) -> None:
    split = load(data / "beir" / name)
    assert (len(split.corpus), len(split.queries)) == (documents, queries)
    assert sum(len(grades) for grades in split.qrels.values()) == judgements
    assert split.candidates is None


@pytest.mark.realdata
@pytest.mark.parametrize(("name", "documents"), [("birco-arguana", 3117), ("birco-relic", 5023)])
def test_real_candidate_pools_hold_50_documents_and_sometimes_the_query(
    data: Path, name: str, documents: int
) -> None:
    split = load(data / "beir" / name)
    assert (len(split.corpus), len(split.queries)) == (documents, 100)
    assert split.candidates is not None
    assert split.candidates.keys() == {query.id for query in split.queries}
    assert {len(pool) for pool in split.candidates.values()} == {50, 51}


@pytest.mark.realdata
def test_dropping_identical_documents_changes_nothing_else(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "arguana"
    shutil.copytree(data / "beir" / "birco-arguana", folder, copy_function=shutil.copyfile)
    plain, dropped = load(folder), load(folder, drop_identical=True)
    assert dropped.excluded is not None
    assert all(
        ids == [query] and query in plain.corpus.ids for query, ids in dropped.excluded.items()
    )
    assert dropped.corpus.fingerprint == plain.corpus.fingerprint
    assert dropped.qrels == plain.qrels
