"""ToolAlpaca's published outputs: evalution_outputs/*.json, with what GPT-4 said of each.

An object {API: [{"input", "output", "process_correctness", "final_response_correctness"}]}, and the
"statistics". "input" is the judge's prompt, which holds the solution; it is "" where the model made
no call, which upstream does not have judged and does not count as correct. The n-th entry of an API
answers its n-th instruction.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.contracts import Importer, Unreadable
from harness.errors import UserError
from harness.records import Judgement, Message, Problem, ToolCall, Trajectory
from tasks.imports.files import converted, read_json

JUDGE = "gpt-4-0613 with ToolAlpaca's Evaluation.txt"
_LABELS = ("Yes", "No", "Uncertain")
_ASKED = {
    "process": ("process_correctness", re.compile(r"Process Correctness: (\w+)")),
    "response": ("final_response_correctness", re.compile(r"Final Response Correctness: (\w+)")),
}
_INSTRUCTION = ("## Task Instruction\n", "\n\n## Standard Answer\n")
"""What stands before the instruction and behind it."""
_OPENING = re.compile(r"(?:^|\n)([0-9]+)\. (Function|Final Response): ")
_SOLUTION = "## AI Assistant's Solution\n"
_END = "\n\n## Analysis"
_LONGEST_NAME = 200
"""Characters that are looked at of an API's name."""
_STATUS = re.compile(r"Status Code: (\d{3})\b")


def convert(path: Path, problems: Mapping[str, Problem]) -> Iterator[Trajectory | Unreadable]:
    """The trajectories of a file.

    Raises:
        UserError: the file cannot be read, or is of another form.
    """
    content = read_json(path)
    if not isinstance(content, dict):
        raise UserError(f"{path} is no file of ToolAlpaca: an object of APIs is expected")
    items = (
        (f"entry {number} of {api!a}", (f"{api}#{number}", entry))
        for api, entries in ((api[:_LONGEST_NAME], entries) for api, entries in content.items())
        if api != "statistics"
        for number, entry in enumerate(entries if isinstance(entries, list) else [entries])
    )
    return converted(items, lambda item: _trajectory(item, problems), problems)


def _trajectory(item: tuple[str, Any], problems: Mapping[str, Problem]) -> Trajectory:
    key, entry = item
    if not isinstance(entry, dict):
        raise UserError("it is no object")
    prompt = _prompt(entry.get("input"))
    if not prompt:
        return Trajectory(key, end="malformed", detail="the model made no call")
    messages, answer = _solution(prompt)
    detail = ""
    shown, ended, _ = prompt.partition(_INSTRUCTION[0])[2].partition(_INSTRUCTION[1])
    if key in problems and ended and shown != problems[key].text:
        detail = "the judge was shown another instruction"
    return Trajectory(
        key, messages=messages, answer=answer, detail=detail, judgements=_judgements(entry)
    )


def _prompt(value: Any) -> str:
    """The text of the judge's prompt; "" where there is none."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        value = value[0].get("content")
    if isinstance(value, str):
        return value
    raise UserError("its 'input' is no prompt")


def _judgements(entry: Mapping[str, Any]) -> tuple[Judgement, ...]:
    """What the judge said, by the stored words, else by its text.

    Raises:
        UserError: a word is none of the three that there are; upstream fails with a KeyError.
    """
    text = entry.get("output")
    text = text if isinstance(text, str) else ""
    analysis, _, results = text.partition("## Results")
    found = []
    for question, (stored, pattern) in _ASKED.items():
        written = pattern.search(results or text)
        label = entry.get(stored, written[1] if written else "")
        if label not in _LABELS:
            said = repr(label[:40]) if isinstance(label, str) else "no text"
            raise UserError(
                f"the judge's word on the {question} is {said}, none of {', '.join(_LABELS)}"
            )
        found.append(Judgement(JUDGE, label, question, reason=analysis.strip()))
    return tuple(found)


def _solution(prompt: str) -> tuple[tuple[Message, ...], str | None]:
    """The steps that are written in a prompt, each with what it gave, and the final response."""
    text = prompt.partition(_SOLUTION)[2].removesuffix(_END)
    openings: list[re.Match[str]] = []
    for found in _OPENING.finditer(text):
        # An answer may have numbered lines of its own: only the next number ends a step.
        if found[1] == str(len(openings) + 1) and (openings or not found.start()):
            openings.append(found)
        if openings and openings[-1][2] == "Final Response":
            break
    ends = [*(opening.start() for opening in openings[1:]), len(text)]
    parts = [text[start.end() : end] for start, end in zip(openings, ends, strict=False)]
    answer = parts.pop() if openings and openings[-1][2] == "Final Response" else None
    messages = [m for number, step in enumerate(parts, 1) for m in _step(step, str(number))]
    if not messages:
        raise UserError("no steps are to be found in the judge's prompt")
    return tuple(messages), answer


def _step(text: str, id: str) -> tuple[Message, Message]:
    """A call and what it gave ("Retruns" is upstream's spelling)."""
    name, _, rest = text.partition("\nParameters: ")
    written, _, given = rest.partition("\nRetruns: ")
    status = _STATUS.match(given)
    failed = None if status is None else not status[1].startswith("2")
    call = ToolCall(name, id=id, problem="its parameters are no JSON object")
    try:
        arguments = json.loads(written)
    except (ValueError, RecursionError):
        arguments = None
    if isinstance(arguments, dict):
        call = ToolCall(name, arguments, id)
    return (
        Message("assistant", "" if not call.problem else written, (call,)),
        Message("tool", given, call_id=id, failed=failed),
    )


IMPORTER = Importer(
    name="toolalpaca",
    reads="a file of ToolAlpaca's evaluation, evalution_outputs/ToolAlpaca7b.json",
    loses=(
        "What the model thought before a call is not in the files.",
        "Nothing is left of an attempt without calls, which counts as not correct.",
        "Whether a call failed is known only where its answer begins with a status code.",
        "The files know no usage, time or repeated trials; the statistics are dropped.",
    ),
    convert=convert,
)
