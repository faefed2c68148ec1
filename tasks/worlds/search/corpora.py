"""Corpora to search: folders and files of passages, the corpus of a task, and what gold wants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from harness.contracts import Collection, Corpus
from harness.corpus import ListCorpus
from harness.errors import UserError
from harness.formats.contents import title_and_text
from harness.loading import load_task
from harness.records import Document, Problem, Setting
from harness.sources.rows import SUFFIXES, Row, Rows, read_rows
from tasks.reading.beir import read_documents
from tasks.reading.separated import is_separated, read_separated

if TYPE_CHECKING:
    from harness.sources import Source

_SHOWN = 3
_FILES = (*(f"corpus{suffix}" for suffix in SUFFIXES), "psgs_w100.tsv", "psgs_w100.tsv.gz")
"""What may be in the folder of a corpus; the first that is there is read."""


def read_corpus(path: str | Path) -> ListCorpus:
    """The passages of a folder in BEIR layout (its corpus.jsonl), or of one file.

    A row is {"_id" or "id", "title", "text"}, the title optional; or {"id", "contents"}, as
    FlashRAG and Search-R1 write them: the first line is the title, in quotes, and the rest the
    text. A file may also be DPR's psgs_w100.tsv, columns id, text and title, packed or not; and the
    text a list of sentences with their blanks, as in HotpotQA's abstracts. All is held in memory.

    Raises:
        UserError: there is no such folder or file, or a row is not of that shape.
    """
    file = _file(Path(path).expanduser())
    rows = read_separated(file) if is_separated(file) else _of_texts(read_rows(file))
    if rows.rows and "contents" in rows.rows[0] and "text" not in rows.rows[0]:
        return ListCorpus(_with_contents(rows), str(file))
    return ListCorpus(read_documents(rows), str(file))


def task_corpus(task: object, source: Source, split: str = "") -> Corpus:
    """The corpus of a retrieval task, which may serve to answer questions as well.

    Args:
        task: as `harness.loading.load_task` takes it: a name, or a folder.
        source: where its data is read.
        split: which; "" takes the first.

    Raises:
        UserError: there is no such task or split, or it has no corpus.
        MissingData: the data is not to be had.
    """
    loaded = load_task(task)
    parts = [p for p in loaded.load(source, Setting()) if isinstance(p, Collection)]
    if not parts:
        raise UserError(f"{loaded.card.name} has no corpus to search: it is no retrieval task")
    chosen = next((part for part in parts if split in ("", part.split)), None)
    if chosen is None:
        there = ", ".join(part.split for part in parts)
        raise UserError(f"{loaded.card.name} has no split '{split}': it has {there}")
    return chosen.corpus


def require_passages(corpus: Corpus, problems: Iterable[Problem], name: str = "the corpus") -> None:
    """Makes sure that the corpus has every gold passage (`Gold.details["passages"]`) by its id.

    Raises:
        UserError: it lacks some; says which, and of which questions.
    """
    wanted = (
        (str(id), problem.id)
        for problem in problems
        for id in problem.gold.details.get("passages") or ()
    )
    _require(name, "passage", ((id, asked) for id, asked in wanted if id not in corpus))


def require_titles(corpus: Corpus, problems: Iterable[Problem], name: str = "the corpus") -> None:
    """Makes sure that the corpus has every title that `Gold.details["supports"]` names.

    Raises:
        UserError: it lacks some; says which, and of which questions.
    """
    titles = {document.title for document in corpus}
    wanted = (
        (str(title), problem.id)
        for problem in problems
        for title, *_ in problem.gold.details.get("supports") or ()
    )
    _require(name, "title", ((title, asked) for title, asked in wanted if title not in titles))


def _require(name: str, kind: str, lacking: Iterable[tuple[str, str]]) -> None:
    asked: dict[str, str] = {}
    for wanted, problem in lacking:
        asked.setdefault(wanted, problem)
    if not asked:
        return
    shown = ", ".join(f"'{w}' (question {p})" for w, p in list(asked.items())[:_SHOWN])
    more = f" and {len(asked) - _SHOWN:,} more" if len(asked) > _SHOWN else ""
    raise UserError(
        f"{name} lacks {kind}s that questions need: {shown}{more}. Questions and corpus are not of "
        "the same release"
    )


def _file(path: Path) -> Path:
    if path.is_file():
        return path
    files = (path / name for name in _FILES)
    found = next((file for file in files if file.is_file()), None)
    if found is None:
        raise UserError(
            f"there is no corpus at {path}: it is a folder with corpus.jsonl, or a file of "
            f"passages ({', '.join(SUFFIXES)}, .tsv)"
        )
    return found


def _of_texts(rows: Rows) -> Rows:
    """The rows with texts that are lists of sentences as one text."""

    def joined(row: Row) -> Row:
        text = row.get("text")
        if isinstance(text, list) and all(isinstance(sentence, str) for sentence in text):
            return {**row, "text": "".join(text)}
        return row

    return replace(rows, rows=[joined(row) for row in rows])


def _with_contents(rows: Rows) -> Iterator[Document]:
    for position, (id, contents) in enumerate(rows.pick("id", "contents")):
        if not isinstance(id, str | int) or not isinstance(contents, str):
            raise rows.error(position, "'id' and 'contents' should be texts")
        title, text = title_and_text(contents)
        yield Document(str(id), text, title)
