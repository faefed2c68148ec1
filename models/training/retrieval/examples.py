"""Examples for retrievers, read from ToolRet-train's format or from files in ToolRet's layout.

ToolRet-train (mangopy/ToolRet-Training-20w) is JSONL, a query a line:

    {"id": "toolace_7", "query": "...", "prompt": "Given a ...", "positive": ["..."], "negative": [
    "..."]}

`pos`, `neg` and `instruction` are read too; `source` names where a row comes from, else that is
what stands before the number at the end of its id.

A folder holds files `NAME_queries.jsonl` as ToolRet's queries are (`labels`: a JSON text of [{"id",
"relevance"}]) and `NAME_tools.jsonl` as its tools are (`id`, `documentation`). A file of queries
goes with the file of tools whose name its own name begins with; tools that are not there are those
of ToolRet itself.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.errors import UserError
from harness.sources import Source

TOOLS = "mangopy/ToolRet-Tools"
"""Where labels point that no file of the folder resolves."""
_QUERIES, _TOOLS = "_queries.jsonl", "_tools.jsonl"
_NAMES = {
    "prompt": ("prompt", "instruction"),
    "positive": ("positive", "pos"),
    "negative": ("negative", "neg"),
}
"""What ToolRet-train calls a field, and what it may be called."""


@dataclass(frozen=True, slots=True)
class Example:
    """A query, and documents that are right or wrong for it, by their ids.

    Attributes:
        id: of the row.
        source: where it comes from.
        query: what is asked.
        prompt: its instruction; None where it has none.
        positives: documents that are right.
        negatives: documents that are wrong, the hardest first.
    """

    id: str
    source: str
    query: str
    prompt: str | None
    positives: tuple[str, ...]
    negatives: tuple[str, ...] = ()


@dataclass
class Examples:
    """All that was read.

    Attributes:
        rows: in the order of the files.
        documents: text by id. No two have the same text.
        pools: by source, the documents among which negatives may be found.
        notes: what was mended, and how often.
    """

    rows: list[Example] = field(default_factory=list)
    documents: dict[str, str] = field(default_factory=dict)
    pools: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    notes: Counter[str] = field(default_factory=Counter)
    _ids: dict[str, str] = field(default_factory=dict)

    def document(self, text: str, id: str = "") -> str:
        """The id of a text; the first that it had."""
        if text not in self._ids:
            number = len(self._ids) + 1
            name = id or f"document-{number}"
            self._ids[text] = name if name not in self.documents else f"{name} ({number})"
            self.documents[self._ids[text]] = text
        return self._ids[text]


def read_examples(path: Path, leave_out: Sequence[str], source: Source) -> Examples:
    """Reads a file or a folder.

    Args:
        path: of either.
        leave_out: files of queries in the folder that are not read, by what precedes
            "_queries.jsonl".
        source: where ToolRet's own tools are looked for.

    Raises:
        UserError: a line is malformed, a label points nowhere, or there is no example.
        MissingData: ToolRet's own tools are needed and not to be had.
    """
    examples = Examples()
    if path.is_dir():
        _read_folder(path, leave_out, source, examples)
    else:
        _read_file(path, examples)
    if not examples.rows:
        raise UserError(f"{path.name} holds no example to train on")
    return examples


def _read_file(path: Path, examples: Examples) -> None:
    for place, row in _lines(path):
        query = _text(row, "query", place)
        id = str(row.get("id") or f"row-{len(examples.rows) + 1}")
        head, _, tail = id.rpartition("_")
        source = str(row.get("source") or (head if tail.isdigit() else "") or path.stem)
        found = {name: _value(row, name) for name in _NAMES}
        prompt = found["prompt"]
        if prompt is not None and not isinstance(prompt, str):
            raise UserError(f"{place}: prompt must be a text, not {type(prompt).__name__}")
        positives = _texts(found["positive"], "positive", place)
        if not positives:
            raise UserError(f"{place}: there is no positive, the field is missing or empty")
        negatives = _texts(found["negative"], "negative", place)
        ids = [examples.document(text) for text in (*positives, *negatives)]
        examples.pools[source].update(dict.fromkeys(ids))
        right, wrong = ids[: len(positives)], ids[len(positives) :]
        examples.rows.append(_example(id, source, query, prompt, right, wrong, examples.notes))


def _read_folder(
    folder: Path, leave_out: Sequence[str], source: Source, examples: Examples
) -> None:
    files = {path.name.removesuffix(_QUERIES): path for path in folder.glob(f"*{_QUERIES}")}
    if unknown := sorted(set(leave_out) - set(files)):
        raise UserError(f"leave_out: {folder.name} has no file {unknown[0]}{_QUERIES}")
    if not files:
        raise UserError(f"{folder} holds no file NAME{_QUERIES}")
    tools = {path.name.removesuffix(_TOOLS): path for path in folder.glob(f"*{_TOOLS}")}
    for name in sorted(set(files) - set(leave_out)):
        own = max((known for known in tools if name.startswith(known)), key=len, default="")
        known = _tools(tools[own], examples) if own else {}
        examples.pools[own or name].update(dict.fromkeys(known.values()))
        _read_queries(files[name], own or name, known, source, examples)


def _read_queries(
    path: Path, name: str, tools: Mapping[str, str], source: Source, examples: Examples
) -> None:
    hub: dict[str, dict[str, str]] = {}
    origins: set[str] = set()
    for place, row in _lines(path):
        right = []
        for label in _labels(row, place):
            found = tools.get(label)
            if found is None:
                part = str(row.get("category") or "")
                if part not in hub:
                    hub[part] = dict(source.rows(TOOLS, part, "tools").pick("id", "documentation"))
                if label not in hub[part]:
                    raise UserError(f"{place}: the label {label} is no tool, here or in {TOOLS}")
                found = examples.document(hub[part][label], label)
                if (origin := _origin(label)) not in origins:
                    origins.add(origin)
                    rivals = {i: t for i, t in hub[part].items() if _origin(i) == origin}
                    ids = (examples.document(text, id) for id, text in rivals.items())
                    examples.pools[name].update(dict.fromkeys(ids))
            right.append(found)
        query, prompt = _text(row, "query", place), _value(row, "prompt")
        if right:
            id = str(row.get("id") or f"{name}_{len(examples.rows) + 1}")
            example = _example(id, name, query, prompt, right, (), examples.notes)
            examples.rows.append(example)
        else:
            examples.notes["rows without a right document, left out"] += 1


def _origin(tool: str) -> str:
    """What precedes the number in a tool's id, as in "craft_Vqa_tool_7": others never compete."""
    return tool.rpartition("_tool_")[0]


def _example(
    id: str,
    source: str,
    query: str,
    prompt: str | None,
    right: Sequence[str],
    wrong: Sequence[str],
    notes: Counter[str],
) -> Example:
    positives = tuple(dict.fromkeys(right))
    negatives = tuple(dict.fromkeys(d for d in wrong if d not in positives))
    notes["negatives that are positives of their row, left out"] += len(set(wrong) & set(right))
    return Example(id, source, query, prompt or None, positives, negatives)


def _tools(path: Path, examples: Examples) -> dict[str, str]:
    """The ids that a file gives its tools, and by which their texts are known here."""
    return {
        _text(row, "id", place): examples.document(
            _text(row, "documentation", place), _text(row, "id", place)
        )
        for place, row in _lines(path)
    }


def _labels(row: Mapping[str, Any], place: str) -> list[str]:
    """Ids of the right documents."""
    labels = row.get("labels")
    try:
        found: Any = json.loads(labels) if isinstance(labels, str) else labels
        return [str(label["id"]) for label in found if int(label.get("relevance", 1)) > 0]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise UserError(f'{place}: labels must be a list of {{"id", "relevance"}}') from None


def _lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows of a file, each with its place for messages."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                place = f"{path.name} line {number}"
                try:
                    row = json.loads(line.decode("utf-8"))
                except (ValueError, RecursionError) as error:
                    raise UserError(f"{place} is no JSON: {error}") from None
                if not isinstance(row, dict):
                    raise UserError(f"{place} is no object, but {type(row).__name__}")
                yield place, row
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from error


def _value(row: Mapping[str, Any], name: str) -> Any:
    return next((row[known] for known in _NAMES[name] if row.get(known) is not None), None)


def _text(row: Mapping[str, Any], name: str, place: str) -> str:
    value = row.get(name)
    if not isinstance(value, str):
        raise UserError(f"{place}: {name} must be a text, not {type(value).__name__}")
    return value


def _texts(value: Any, name: str, place: str) -> list[str]:
    listed = [value] if isinstance(value, str) else value or []
    if not isinstance(listed, list) or not all(isinstance(text, str) for text in listed):
        raise UserError(f"{place}: {name} must be a list of texts")
    return [text for text in listed if text.strip()]
