"""Questions to learn grounding from, as JSONL: one line a question, with one passage that is right.

    {"id": "q1", "question": "...", "answers": ["...", "..."], "passages": [
        {"title": "...", "text": "...", "gold": true}, {"title": "...", "text": "..."}],
     "immediate": "...", "revision": "<ref> ... </ref> <revise> ... </revise>"}

"immediate" is a small model's answer from memory, "revision" a trajectory of revision; each is for
those who have it already.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from harness.formats.fields import Wrong, flag, list_of, name, record, text
from models.agents.answerers.passages import Passage
from models.training.lines import read_lines

_EXPECTED = '{"id", "question", "answers": [...], "passages": [{"title", "text", "gold"}]}'


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and what it is learned with.

    Attributes:
        line: of the file, from 1.
        id: of the question.
        question: what is asked.
        answers: any of which is right.
        gold: the passage that tells the answer.
        noise: other passages, the likeliest ones first.
        immediate: an answer from memory; "" where the line has none.
        revision: a trajectory of revision; "" where the line has none.
    """

    line: int
    id: str
    question: str
    answers: tuple[str, ...]
    gold: Passage
    noise: tuple[Passage, ...]
    immediate: str = ""
    revision: str = ""


def read_questions(path: Path) -> Iterator[Question]:
    """The questions of a file, in order.

    Raises:
        UserError: the file cannot be read or is empty, or a line is no question: it names the line,
            what is wrong and what is expected.
    """
    return read_lines(path, lambda line, value: replace(_question(value), line=line), _EXPECTED)


@dataclass(frozen=True, slots=True)
class _Told:
    passage: Passage
    gold: bool


def _told(text: str, title: str = "", gold: bool = False) -> _Told:
    return _Told(Passage("", title, text), gold)


def _question_of(
    question: str,
    answers: tuple[str, ...],
    passages: tuple[_Told, ...],
    id: str = "",
    immediate: str = "",
    revision: str = "",
) -> Question:
    if not answers:
        raise Wrong("it is empty").within("answers")
    gold = [told.passage for told in passages if told.gold]
    if len(gold) != 1:
        raise Wrong(f"{len(gold)} of them are gold, and one should be").within("passages")
    noise = tuple(told.passage for told in passages if not told.gold)
    words = " ".join(immediate.split())
    return Question(0, id, question, answers, gold[0], noise, words, revision)


_question = record(
    _question_of,
    {
        "id": text,
        "question": name,
        "answers": list_of(name),
        "passages": list_of(record(_told, {"title": text, "text": text, "gold": flag}, "text")),
        "immediate": text,
        "revision": text,
    },
    "question",
    "answers",
    "passages",
)
