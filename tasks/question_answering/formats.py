"""The formats of the benchmarks' own files.

flat        {question, golden_answers | answer(s)}, an id where there is one: NQ-open, FlashRAG
patterns    the same, each answer a regular expression: CuratedTREC; never seen by itself
hotpotqa    HotpotQA's JSON and its form on the hub
2wiki       HotpotQA's, with evidence triples, and aliases of the answer in a file of their own
musique     MuSiQue's JSONL, answerable or full
kilt        KILT's JSONL: {id, input, output: [{answer, provenance}]}
popqa, triviaqa, bamboogle, strategyqa    each benchmark's own
wizard      Wizard of Wikipedia's dialogues, or their turns as ParlAI's teacher gives them
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from harness.errors import UserError
from harness.sources.rows import Row, Rows
from tasks.question_answering.dialogues import turns
from tasks.question_answering.questions import Question
from tasks.question_answering.readers import READERS, Aliases


def read(rows: Rows, format: str, aliases: Aliases) -> list[Question]:
    """The questions of a file.

    MuSiQue's full set asks a question twice under one id, once so that it cannot be answered; the
    second is called "id#2".

    Raises:
        UserError: a row is not of the format; two other questions have the same id.
    """
    reader, seen, questions = READERS[format], set[str](), list[Question]()
    for position, row in enumerate(rows):
        try:
            found = [reader(part, position, aliases) for part in _parts(row, position, format)]
        except KeyError as error:
            raise rows.error(position, f"has no {error}, which {format} has") from None
        except (TypeError, ValueError, AttributeError, RecursionError) as error:
            raise rows.error(position, f"is no row of {format}: {str(error)[:200]}") from None
        for question in found:
            if format == "musique" and question.id in seen:
                question = replace(question, id=second(question.id))
            if question.id in seen:
                raise rows.error(position, f"a second question has the id '{question.id[:80]}'")
            seen.add(question.id)
            questions.append(question)
    return questions


def _parts(row: Row, position: int, format: str) -> Iterable[Row]:
    """The questions that stand in a row: one, or the turns of a dialogue."""
    return turns(row, position) if format == "wizard" and "dialog" in row else (row,)


def format_of(rows: Rows) -> str:
    """The format of a file, by the fields of its first row.

    Raises:
        UserError: it is none that is known.
    """
    row = rows.rows[0]
    for format, fields in _SIGNS:
        if all(name in row for name in fields):
            return format
    raise rows.error(0, f"is of no format that is known (it has: {', '.join(map(str, row))[:200]})")


def second(id: str) -> str:
    """What the second question of one id is called."""
    return f"{id}#2"


def require_answers(questions: Sequence[Question], name: str) -> None:
    """Makes sure that every question that can be answered has an answer.

    Raises:
        UserError: some have none; says which.
    """
    accepted = (q for q in questions if q.answerable and not q.details.get("patterns"))
    if lacking := [q.id for q in accepted if not q.answers]:
        raise UserError(
            f"{name} has questions without an answer: {_some(lacking)}. They cannot be scored: "
            "give them answers, or take the file that has them"
        )


def require_texts(questions: Sequence[Question], name: str) -> None:
    """Makes sure that every question asks something.

    Raises:
        UserError: some do not; says which.
    """
    if lacking := [q.id for q in questions if not q.text.strip()]:
        raise UserError(
            f"{name} has questions without a text: {_some(lacking)}. Take the file to which "
            "upstream's script has added them (KILT's TriviaQA: scripts/get_triviaqa_input.py)"
        )


def _some(ids: Sequence[str]) -> str:
    shown = ", ".join(f"'{id[:80]}'" for id in ids[:3])
    return f"{shown} and {len(ids) - 3:,} more" if len(ids) > 3 else shown


def read_aliases(rows: Rows) -> Aliases:
    """2Wiki's id_aliases.json: {Q_id, aliases, demonyms} a line, both kinds of names as one."""
    fields = rows.pick("Q_id", optional=("aliases", "demonyms"))
    return {str(id): (*(names or ()), *(peoples or ())) for id, names, peoples in fields}


_SIGNS = (
    ("kilt", ("id", "output")),
    ("musique", ("paragraphs", "question")),
    ("musique", ("question_decomposition", "question")),
    ("2wiki", ("evidences", "question")),
    ("hotpotqa", ("_id", "question")),
    ("hotpotqa", ("context", "question")),
    ("strategyqa", ("qid", "question")),
    ("popqa", ("possible_answers", "question")),
    ("triviaqa", ("question_id", "question")),
    ("triviaqa", ("QuestionId", "Question")),
    ("bamboogle", ("Question", "Answer")),
    ("wizard", ("checked_sentence", "text")),
    ("wizard", ("dialog", "chosen_topic")),
    ("flat", ("question",)),
)
"""What tells a format: the first one of which a row has all these fields."""
