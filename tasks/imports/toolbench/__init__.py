"""What ToolBench and StableToolBench write, and tables of judges' labels, as trajectories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from harness.contracts import Importer, Unreadable
from harness.errors import UserError
from harness.records import Problem, Trajectory
from tasks.imports.toolbench.chains import Refused
from tasks.imports.toolbench.files import File, found_files
from tasks.imports.toolbench.judged import JUDGE
from tasks.imports.toolbench.kinds import attempt

READS = (
    "converted answers, raw CoT or DFS answers, pass-rate results (.json, .json.gz, .csv), "
    "preference results, or a table of labels (method, query_id, run0, run1, ...); a file, or a "
    "folder of files of one method"
)
LOSES = (
    f"No file names the model that judged: the judge is called '{JUDGE}' whoever it was.",
    "Finish is no call here but the end of an attempt; a Finish that is not the last step is kept "
    "as a text, without what the environment replied.",
    "Of a search, the path that it answered with is kept, and the branches that it gave up are "
    "not; of one that found no answer, all branches follow each other.",
    "Of several tries without an answer the last one is kept, where upstream's converter draws one "
    "at random.",
    "Numbers of requests and tokens are not carried over: upstream counts both kinds of tokens "
    "as one.",
    "A function's name is cut to its last 64 characters where only that is a tool of the query.",
    "Whether a call failed is told by the error in its reply, and by nothing where that was cut.",
    "Pass-rate results have no thoughts. Tables of labels and preference results have no messages "
    "and no answers at all: measures of calls find nothing in them.",
    "Preference results hold counts of votes: which repeat voted how is not known, nor whether "
    "answers were swapped; as .csv they hold the outcome alone, one vote here.",
    "Answers to queries that the task does not ask are left out, as upstream's own scorer does.",
)


def convert(path: Path, problems: Mapping[str, Problem]) -> Iterator[Trajectory | Unreadable]:
    """The attempts of a file, or of all the files of a folder, at the problems.

    Args:
        path: of the file or folder; "#method" behind it chooses one of several methods.
        problems: by query id.

    Raises:
        UserError: the path holds none of the formats, several methods, or nothing on the problems.
    """
    used = False
    for file in found_files(path):
        for place, id, row in file.rows():
            if id in problems:
                used = True
                yield _converted(file, place, id, row, problems[id])
    if not used:
        raise UserError(
            f"{path}: none of its answers is to a query of the task, such as "
            f"{next(iter(problems), 'none')}: import it for the subset that it is of"
        )


def _converted(
    file: File, place: str, id: str, row: Mapping[str, object], problem: Problem
) -> Trajectory | Unreadable:
    try:
        return attempt(file.kind, id, row, frozenset(tool.name for tool in problem.tools))
    except Refused as error:
        return Unreadable(place, str(error))
    except RecursionError:
        return Unreadable(place, "it is nested too deep")


IMPORTER = Importer("toolbench", READS, LOSES, convert)
