"""API-Bank's files: the test rows, the dialogues that they index, and the scenarios of level 3.

A row of levels 1 and 2 names a dialogue and a number. Each call of a dialogue makes two samples,
numbered through: the call itself, to be made from what was said before, and the turn after it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from harness.errors import UserError
from harness.records import Expected, Gold, ToolSpec
from harness.sources import Read, Source
from tasks.reading.apibank_rules import Rule
from tasks.reading.mirror import Mirror

MIRROR = Mirror(
    "tooluse/apibank",
    "github.com/AlibabaResearch/DAMO-ConvAI at 5d5a2d4",
    (
        ("api-bank/test-data/*", "test-data"),
        ("api-bank/lv1-lv2-samples/*", "lv1-lv2-samples"),
    ),
)
SEARCHER = "ToolSearcher"
Turn = Mapping[str, Any]


def rows_of(source: Source, name: str) -> list[dict[str, Any]]:
    """The rows of a file of test-data."""
    rows = MIRROR.json(source, f"test-data/{name}.json")
    if not isinstance(rows, list):
        raise UserError(f"{MIRROR.folder}/test-data/{name}.json is broken: a list is expected")
    return rows


def dialogues(source: Source, folder: str, names: Iterable[str]) -> dict[str, list[Turn]]:
    """Dialogues by file name, those of one folder recorded as one reading.

    Raises:
        MissingData: one is not there.
        UserError: one is broken.
    """
    found: dict[str, list[Turn]] = {}
    digest = sha256()
    for name in sorted(set(names)):
        place = f"lv1-lv2-samples/{folder}/{name}"
        data = MIRROR.path(source, place).read_bytes()
        digest.update(sha256(data).digest())
        try:
            found[name] = [json.loads(line) for line in data.splitlines() if line.strip()]
        except ValueError as error:
            raise UserError(f"{MIRROR.folder}/{place} is broken: {error}") from None
    name = f"lv1-lv2-samples/{folder}"
    source.note(Read(MIRROR.folder, "", name, "mirror", None, digest.hexdigest(), len(found)))
    return found


def sample(dialogue: Sequence[Turn], number: int, place: str) -> tuple[Sequence[Turn], Turn]:
    """What was said before a sample of a dialogue, and the turn that is right.

    Raises:
        UserError: the dialogue has no such sample.
    """
    calls = [i for i, turn in enumerate(dialogue) if turn["role"] == "API"]
    at = calls[number // 2] + number % 2 if 0 <= number < 2 * len(calls) else len(dialogue)
    if at >= len(dialogue):
        raise UserError(f"{place}: the dialogue has no sample {number}: fetch both files anew")
    return dialogue[:at], dialogue[at]


def described(text: str) -> Iterator[ToolSpec]:
    """The APIs described in a text, one JSON object a line, whatever else is there."""
    for line in text.split("\n"):
        if line.startswith("{"):
            try:
                yield tool(json.loads(line))
            except ValueError:
                continue


def found_tools(results: Iterable[Any]) -> Iterator[ToolSpec]:
    """The APIs in what ToolSearcher returned: one, or several, of which one may give a token."""
    for result in results:
        for document in result if isinstance(result, list) else [result]:
            if isinstance(document, dict):
                yield tool(document)


def tool(document: Mapping[str, Any]) -> ToolSpec:
    """An API as its documentation has it, in either of the two spellings, types kept."""
    return ToolSpec(
        name=document.get("name") or document["apiCode"],
        description=document.get("description", ""),
        parameters=_schema(document.get("input_parameters", document.get("parameters"))),
        returns=_schema(document.get("output_parameters", document.get("response"))),
    )


def distinct(tools: Iterable[ToolSpec]) -> tuple[ToolSpec, ...]:
    """The first of every name, in order."""
    return tuple({tool.name: tool for tool in reversed(list(tools))}.values())[::-1]


def gold(
    calls: Sequence[tuple[str, Mapping[str, Any] | None]],
    rules: Mapping[str, Rule],
    unwinnable: Sequence[str] = (),
) -> Gold:
    """What is right: calls by name and what the API was given, compared by its rule.

    Args:
        calls: the right ones in order. What an API was given has its defaults filled in.
        rules: by API.
        unwinnable: for each call why none is to be judged right, "" where one may be.

    Raises:
        UserError: an API has no rule.
    """
    if strange := [name for name, _ in calls if name not in rules]:
        raise UserError(f"{MIRROR.folder}: no rule is known for calls of {strange[0]}")
    mended = [k for name, given in calls for k in given or {} if k in rules[name].renamed]
    details: dict[str, Any] = {
        "fields": [_ways(rules[name]) for name, _ in calls],
        "optional": [list(rules[name].optional) for name, _ in calls],
        **({"unwinnable": list(unwinnable)} if any(unwinnable) else {}),
        **({"mended": mended} if mended else {}),
    }
    return Gold(
        success="api_accuracy",
        calls=tuple(Expected(name, _arguments(given, rules[name])) for name, given in calls),
        rules="fields",
        ordered=True,
        path=tuple(name for name, _ in calls),
        details=details,
    )


def _arguments(given: Mapping[str, Any] | None, rule: Rule) -> dict[str, list[Any]]:
    """What is right for each parameter, by the name that its documentation has for it."""
    known = {name: value for name, value in (given or {}).items() if value is not None}
    return {rule.renamed.get(name, name): [value] for name, value in known.items()}


def _ways(rule: Rule) -> dict[str, Any]:
    """As plain JSON."""
    return {k: way if isinstance(way, str) else list(way) for k, way in rule.fields.items()}


def _schema(parameters: Any) -> dict[str, Any]:
    """Parameters as a JSON Schema whose types are the benchmark's own: "str", "list(str)"."""
    return {"type": "object", "properties": parameters if isinstance(parameters, dict) else {}}
