"""Transcripts in the form of OpenAI's chat completions, JSONL or a JSON list.

An entry has the problem's id under "problem", "custom_id" or "id", and either "messages", or a
completion under "response" as the batch interface writes it: {custom_id, response: {body: {choices,
usage}}}. It may have "trial", "usage", "seconds", "reward" and "error".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.contracts import Importer, Unreadable
from harness.errors import UserError
from harness.formats import strict_json
from harness.formats.trajectories import numbered
from harness.records import End, Message, Problem, Trajectory, Usage
from tasks.imports.chat_messages import last_words, read_message, read_messages
from tasks.imports.files import converted, number, read_json, starts_with, whole

_NAMES = ("problem", "custom_id", "id")
_TOKENS = (("prompt_tokens", "input_tokens"), ("completion_tokens", "output_tokens"))


def convert(path: Path, problems: Mapping[str, Problem]) -> Iterator[Trajectory | Unreadable]:
    """The trajectories of a file, in bounded memory where it is JSONL.

    Raises:
        UserError: the file is not there, or it is a list that is no JSON.
    """
    met: set[tuple[str, int]] = set()

    def once(entry: Any) -> Trajectory:
        found = _trajectory(entry)
        if (found.problem, found.trial) in met:
            raise UserError(
                f"problem {found.problem[:80]!a} is there before, and no other trial is named"
            )
        if found.problem in problems:
            met.add((found.problem, found.trial))
        return found

    return converted(_entries(path), once, problems)


def _entries(path: Path) -> Iterator[tuple[str, Any]]:
    if starts_with(path, b"["):
        yield from ((f"item {i}", entry) for i, entry in enumerate(read_json(path)))
        return
    for place, line in numbered(path):
        try:
            if isinstance(line, str):
                raise strict_json.Refused(line)
            yield place, strict_json.loads(line.decode())
        except UnicodeDecodeError:
            yield place, Unreadable(place, "it is not UTF-8")
        except strict_json.Refused as refused:
            yield place, Unreadable(place, str(refused))


def _trajectory(entry: Any) -> Trajectory:
    if not isinstance(entry, Mapping):
        raise UserError("it is no object")
    problem = _problem(entry)
    trial = whole(entry.get("trial", 0), "trial")
    if (error := entry.get("error")) is not None:
        return Trajectory(problem, trial, end="error", detail=_failure(error))
    finish, usage = "", entry.get("usage")
    if "messages" in entry:
        messages = read_messages(entry["messages"])
    else:
        messages, finish, usage = _completion(entry)
    end, detail = _ended(messages, finish)
    return Trajectory(
        problem,
        trial,
        messages,
        last_words(messages),
        end=end,
        detail=detail,
        usage=_usage(usage),
        seconds=number(entry.get("seconds")),
        reward=number(entry.get("reward")),
    )


def _failure(error: Any) -> str:
    """What failed, as far as it is said in words."""
    said = (error.get("code"), error.get("message")) if isinstance(error, Mapping) else (error,)
    return ": ".join(text[:500] for text in said if isinstance(text, str)) or "the request failed"


def _problem(entry: Mapping[str, Any]) -> str:
    """The id of the problem: the first of the names that is there."""
    value = next((entry[name] for name in _NAMES if name in entry), None)
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise UserError(f"it has no id of a problem under any of {', '.join(_NAMES)}")
    return str(value)


def _completion(entry: Mapping[str, Any]) -> tuple[tuple[Message, ...], str, Any]:
    """The only message of a batch's completion, why it finished, and its usage."""
    response = entry.get("response")
    body = response.get("body") if isinstance(response, Mapping) else None
    choices = body.get("choices") if isinstance(body, Mapping) else None
    if not isinstance(body, Mapping) or not isinstance(choices, list) or not choices:
        raise UserError("it has neither messages nor a response with choices")
    if len(choices) > 1:
        raise UserError(f"it has {len(choices)} choices: which trial each is, is not said")
    (choice,) = choices
    if not isinstance(choice, Mapping):
        raise UserError("its choice is no object")
    message, finish = read_message(choice.get("message")), choice.get("finish_reason")
    return (message,), finish if isinstance(finish, str) else "", body.get("usage")


def _ended(messages: tuple[Message, ...], finish: str) -> tuple[End, str]:
    """How it ended, as far as the last message tells."""
    if finish in ("length", "content_filter"):
        return "stopped", f"finish_reason is {finish}"
    if not messages or messages[-1].role == "assistant":
        return "finished", ""
    return "stopped", f"the transcript ends with a message of the {messages[-1].role}"


def _usage(value: Any) -> Usage | None:
    if not isinstance(value, Mapping):
        return None
    read, written = (sum(int(number(value.get(n)) or 0) for n in names) for names in _TOKENS)
    return Usage(read, written) if read or written else None


IMPORTER = Importer(
    "openai-chat",
    "transcripts of OpenAI's chat completions: JSONL or a JSON list of {problem, messages, ...}, "
    "or the output of its batch interface",
    (
        "How an attempt ended is not said: one that ends with the assistant counts as finished, "
        "any other as stopped.",
        "Whether a call failed is not said.",
        'The money is not in it. Tokens are taken from "usage", seconds and reward from the entry, '
        "where they are there.",
        "Images, sound and other parts that are no text are left out, and so are a function's name "
        "beside its reply, log probabilities and the offered tools.",
        'Trials are told apart by "trial": a second entry of a problem without one cannot be used, '
        "nor can several choices of one completion.",
        'The newer Responses form ("input", "output") is not read.',
    ),
    convert,
)
