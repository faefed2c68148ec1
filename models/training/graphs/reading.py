"""Files of solved requests: conversations or trees, whichever the first line is.

A conversation, as `models.training.text.conversations` has it, is of one request and ends with an
answer: a text, or the call `Finish` of ToolBench's agents. Trees are as
`models.training.graphs.trees` has them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from harness.formats import strict_json
from harness.formats.strict_json import Refused
from harness.formats.trajectories import numbered
from models.training.graphs.solutions import Read, solution_of
from models.training.graphs.trees import read_trees
from models.training.text.conversations import read_dialogues


def read_solutions(path: Path) -> Iterator[Read]:
    """What a file holds, line by line. Its first line says which kind it is of.

    Raises:
        UserError: the file cannot be read or is empty, or a line is malformed or of another kind.
    """
    if _holds_trees(path):
        yield from read_trees(path)
    else:
        for dialogue in read_dialogues(path):
            yield solution_of(dialogue)


def _holds_trees(path: Path) -> bool:
    """Whether the first line of a file that can be read is a tree."""
    for _, line in numbered(path):
        try:
            value = strict_json.loads(line.decode()) if isinstance(line, bytes) else None
        except (Refused, UnicodeDecodeError):
            return False
        return isinstance(value, dict) and "nodes" in value
    return False
