"""What is searched for a question's answer, and which of its passages are right."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from harness.contracts import Corpus
from harness.corpus import ListCorpus
from harness.errors import MissingData, UserError, unknown
from harness.records import Document
from harness.sources import Read
from tasks.question_answering.questions import Question

if TYPE_CHECKING:
    from harness.sources import Source

OWN_PASSAGES = ("pooled", "distractor")
"""Corpora made of the passages in the rows: of all rows together, or of each row alone."""
SHARED: Mapping[str, str] = {"wiki-2018": "corpora/wiki-2018", "abstracts": "corpora/abstracts"}
"""Corpora that benchmarks share, each a folder of the mirror with a corpus.jsonl: Wikipedia of
December 2018 in passages of 100 words (DPR's psgs_w100, 21,015,324), and the 5,233,329 first
paragraphs of Wikipedia of October 2017 that HotpotQA's full setting searches."""
ANY = "./folder"
"""Stands for any folder, where the pools of a task are listed."""
_SHOWN = 3


class Offered(tuple[str, ...]):
    """The names of a task's pools; a path (./folder, /folder, ~/folder) is a pool as well."""

    __slots__ = ()

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or _is_path(name)


@dataclass(frozen=True)
class Chosen:
    """A corpus for a set of questions.

    Attributes:
        corpus: what is searched; None where nothing is.
        passages: ids of the gold passages by question; nothing where they are not known.
        own: ids of a question's own passages, where the rows have some.
        absent: gold titles that the corpus lacks, each with a question that needs it.
    """

    corpus: Corpus | None = None
    passages: Mapping[str, Sequence[str]] = field(default_factory=dict)
    own: Mapping[str, Sequence[str]] = field(default_factory=dict)
    absent: Mapping[str, str] = field(default_factory=dict)

    def require_titles(self, name: str) -> None:
        """Makes sure that no gold title is absent.

        Raises:
            UserError: some are; says which, and of which questions.
        """
        if self.absent:
            some = list(self.absent.items())[:_SHOWN]
            shown = ", ".join(f"'{title[:80]}' (question {id[:40]})" for title, id in some)
            left = len(self.absent) - len(some)
            raise UserError(
                f"{name} lacks titles that questions need: {shown}"
                f"{f' and {left:,} more' if left else ''}. Questions and corpus are not of the "
                "same release; --compat absent-gold asks all the same"
            )


def pooled(questions: Sequence[Question], name: str) -> Chosen:
    """The passages of all rows as one corpus, each title and text once, in order of appearance.

    HippoRAG (arXiv 2405.14831, section 3.1) makes its corpora so. A passage's id is "p" and its
    number, for titles are not unique in MuSiQue.

    Raises:
        UserError: no row has passages.
    """
    ids: dict[tuple[str, str], str] = {}
    own: dict[str, list[str]] = {}
    passages: dict[str, list[str]] = {}
    absent: dict[str, str] = {}
    for question in questions:
        found = [ids.setdefault((p.title, p.text), f"p{len(ids)}") for p in question.paragraphs]
        own[question.id] = list(dict.fromkeys(found))
        passages[question.id] = list(dict.fromkeys(found[place] for place in question.needed))
        there = {p.title for p in question.paragraphs}
        absent |= {title: question.id for title in question.titles if title not in there}
    if not ids:
        raise MissingData(
            f"{name}: its rows have no passages of their own here; take upstream's file that has "
            "them, or name another pool"
        )
    documents = (Document(id, text, title) for (title, text), id in ids.items())
    return Chosen(ListCorpus(documents, f"the passages of {name}"), passages, own, absent)


def titled(questions: Sequence[Question], corpus: Corpus) -> Chosen:
    """A corpus that is there already, in which gold passages are found by their titles.

    Titles are compared as `plain_title` makes them: HotpotQA writes "Of Mice &amp; Men".
    Where a title that a question needs is cut into several passages, nobody says which of them is
    meant: no gold passages are known of that question.
    """
    wanted = {plain_title(title) for question in questions for title in question.titles}
    places: dict[str, list[str]] = {}
    for document in corpus:
        title = plain_title(document.title)
        if title in wanted:
            places.setdefault(title, []).append(document.id)
    passages: dict[str, list[str]] = {}
    absent: dict[str, str] = {}
    for question in questions:
        found = [places.get(plain_title(title), []) for title in question.titles]
        absent |= {t: question.id for t, ids in zip(question.titles, found, strict=True) if not ids}
        if all(len(ids) == 1 for ids in found):
            passages[question.id] = [ids[0] for ids in found]
    return Chosen(corpus, passages, absent=absent)


def plain_title(title: str) -> str:
    """A title without marks of HTML, its letters composed (NFC), blanks single."""
    return " ".join(unicodedata.normalize("NFC", unescape(title)).split())


def read_shared(source: Source, pool: str) -> Corpus:
    """The corpus of that name, or in the folder of that path.

    Raises:
        MissingData: the mirror lacks it.
        UserError: there is no such folder, or it is no corpus.
    """
    from tasks.worlds.search import read_corpus

    if _is_path(pool):
        return entered(source, read_corpus(Path(pool).expanduser()), pool, "folder")
    if pool not in SHARED:
        raise unknown("pool", pool, SHARED, f"There are: {', '.join(SHARED)}, or a folder's path")
    folder = SHARED[pool]
    path = source.path(folder)
    if path is None:
        raise MissingData(
            f"there is no {folder}: name by --data or ASSAY_DATA a folder that holds it, with a "
            "corpus.jsonl ({id, title, text} or {id, contents} a line), or name a server that "
            "searches it"
        )
    return entered(source, read_corpus(path), folder)


def entered(
    source: Source, corpus: Corpus, name: str, origin: Literal["mirror", "folder"] = "mirror"
) -> Corpus:
    """The corpus, which now stands among what was read."""
    source.note(Read(name, "", "corpus", origin, None, corpus.fingerprint, len(corpus)))
    return corpus


def _is_path(name: object) -> bool:
    return isinstance(name, str) and name.startswith((".", "/", "~"))
