"""A file of questions and answers, in the format of any of the benchmarks, as a task."""

from __future__ import annotations

from pathlib import Path

from harness.errors import unknown
from harness.records import TaskCard
from tasks.question_answering.readers import READERS
from tasks.question_answering.sources import OneFile
from tasks.question_answering.task import QuestionTask


class QuestionFile(QuestionTask):
    """Questions out of one file, such as the gold file that a benchmark's predictions are on.

    Args:
        path: of the file: JSON, JSON lines (.gz), parquet or CSV.
        format: of its rows, a name of `tasks.question_answering.formats`; "" looks at the first.
        aliases: 2Wiki's id_aliases.json; "" takes the one beside the file, if there is one.

    Raises:
        UserError: there is no such format.
    """

    def __init__(self, path: str | Path, format: str = "", aliases: str | Path = "") -> None:
        if format and format not in READERS:
            raise unknown("format", format, READERS, f"There are: {', '.join(READERS)}")
        file = Path(path).expanduser()
        card = TaskCard(
            name=file.name,
            title=file.name,
            description="Questions in a file.",
            kind="tool_use",
            main_measure="exact_match",
            runs="world",
        )
        named = Path(aliases).expanduser() if aliases else None
        super().__init__(card, OneFile(file, format, named), passages=True)
