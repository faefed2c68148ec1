"""The formats of the benchmarks' own files.

flat        {question, golden_answers | answer(s)}, an id where there is one: NQ-open, FlashRAG
hotpotqa    HotpotQA's JSON and its form on the hub
2wiki       HotpotQA's, with evidence triples, and aliases of the answer in a file of their own
musique     MuSiQue's JSONL, answerable or full
kilt        KILT's JSONL: {id, input, output: [{answer, provenance}]}
popqa, triviaqa, bamboogle, strategyqa, wizard    each benchmark's own
"""

from __future__ import annotations

from dataclasses import replace

from harness.errors import UserError
from harness.sources.rows import Rows
from tasks.question_answering.questions import Question
from tasks.question_answering.readers import READERS, Aliases


def read(rows: Rows, format: str, aliases: Aliases) -> list[Question]:
    """The questions of a file.

    MuSiQue's full set asks a question twice under one id, once so that it cannot be answered; the
    second is called "id#2".

    Raises:
        UserError: a row is not of the format; two other questions have the same id.
    """
    reader, seen, questions = READERS[format], set[str](), []
    for position, row in enumerate(rows):
        try:
            question = reader(row, position, aliases)
        except KeyError as error:
            raise rows.error(position, f"has no {error}, which {format} has") from None
        except (TypeError, ValueError, AttributeError) as error:
            raise rows.error(position, f"is no row of {format}: {error}") from None
        if format == "musique" and question.id in seen:
            question = replace(question, id=second(question.id))
        if question.id in seen:
            raise rows.error(position, f"a second question has the id '{question.id[:80]}'")
        seen.add(question.id)
        questions.append(question)
    return questions


def format_of(rows: Rows) -> str:
    """The format of a file, by the fields of its first row.

    Raises:
        UserError: it is none that is known.
    """
    row = rows.rows[0]
    for format, fields in _SIGNS:
        if all(name in row for name in fields):
            return format
    raise rows.error(0, f"is of no format that is known (it has: {', '.join(row)[:200]})")


def second(id: str) -> str:
    """What the second question of one id is called."""
    return f"{id}#2"


def require_answers(questions: list[Question], name: str) -> None:
    """Makes sure that every question that can be answered has an answer.

    Raises:
        UserError: some have none; says which.
    """
    lacking = [q.id for q in questions if q.answerable and not q.answers]
    if lacking:
        shown = ", ".join(f"'{id[:80]}'" for id in lacking[:3])
        more = f" and {len(lacking) - 3:,} more" if len(lacking) > 3 else ""
        raise UserError(
            f"{name} has questions without an answer: {shown}{more}. They cannot be scored: give "
            "them answers, or take the file that has them"
        )


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
    ("flat", ("question",)),
)
"""What tells a format: the first one of which a row has all these fields."""
