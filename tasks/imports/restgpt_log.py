"""Logs that RestGPT writes: lines that begin with the part of the system that speaks.

    Query: who directed the top-1 rated movie?
    Planner: get the top-1 rated movie
    API Selector: GET /movie/top_rated to get the top rated movies
    Caller: Operation: GET
    Input: {"url": "https://api.themoviedb.org/3/movie/top_rated", "output_instructions": ...}
    Parser: The top-1 rated movie is The Godfather (238)
    Planner: Final Answer: ...
    Execution Time: 21 seconds

The part is as run_tmdb.py, run_spotify.py and model/*.py of github.com/Yifan-Song793/RestGPT
(d990128) log it. What a part says may go over several lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count

from harness.formats import strict_json
from harness.records import Message, ToolCall, Trajectory

LONGEST = 2**24
"""Characters of the longest run, and of the longest line, that are kept."""
_ENTRY = re.compile(r"(Query|Planner|API Selector|Caller|Parser|Code|Execution Time):[ ]?")
_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
_FINAL = "Final Answer:"
_SENT = ("url", "params", "data")
"""Fields of a caller's input that are sent; the others tell the parser what to look for."""


@dataclass
class Run:
    """One query's part of a log.

    Attributes:
        query: as logged.
        line: where it begins, from 1.
        length: characters that were logged of it.
        entries: each part with the lines that it said, in order; incomplete beyond `LONGEST`.
    """

    query: str
    line: int
    length: int = 0
    entries: list[tuple[str, list[str]]] = field(default_factory=list)

    def add(self, line: str) -> None:
        """Enters a line, unless the run has become too long."""
        self.length += len(line)
        if self.length > LONGEST:
            return
        if entry := _ENTRY.match(line):
            self.entries.append((entry[1], [line[entry.end() :]]))
        elif self.entries:
            self.entries[-1][1].append(line)


def read_runs(lines: Iterable[str]) -> Iterator[Run]:
    """The runs of a log in order, one in memory at a time; what precedes the first is skipped."""
    run: Run | None = None
    for number, line in enumerate(lines, 1):
        entry = _ENTRY.match(line)
        if entry and entry[1] == "Query":
            if run is not None:
                yield run
            run = Run(line[entry.end() :].strip(), number)
        elif run is not None:
            run.add(line)
    if run is not None:
        yield run


def attempt(run: Run) -> Trajectory:
    """The run as an attempt; at which problem is left open.

    The planner's and the caller's words are the assistant's; what the parser made of a response is
    the answer to the call before it.
    """
    messages: list[Message] = []
    answer: str | None = None
    seconds: float | None = None
    ids = map(str, count())
    asked = ""
    for part, lines in run.entries:
        said = "".join(lines).strip()
        if part == "Planner":
            messages.append(Message("assistant", said))
            _, final, words = said.partition(_FINAL)
            answer = words.strip() if final else None
        elif part == "Caller" and (call := _call(said, ids)) is not None:
            messages.append(Message("assistant", said, (call,)))
            asked = call.id
        elif part == "Parser" and asked:
            messages.append(Message("tool", said, call_id=asked))
            asked = ""
        elif part == "Execution Time" and (found := _SECONDS.match(said)):
            seconds = float(found[0])
    if answer is None:
        why = "the log ends without a final answer"
        return Trajectory("", 0, tuple(messages), None, "stopped", why, seconds=seconds)
    return Trajectory("", 0, tuple(messages), answer, seconds=seconds)


def _call(said: str, ids: Iterator[str]) -> ToolCall | None:
    """The request that the caller wrote; None where it gave a result, or no operation."""
    _, begun, rest = said.partition("Operation:")
    if not begun or "Execution Result:" in said:
        return None
    method, _, written = rest.partition("Input:")
    name, id = method.strip(), next(ids)
    try:
        sent = strict_json.loads(written[written.find("{") : written.rfind("}") + 1])
        strict_json.check(sent)
    except strict_json.Refused as error:
        return ToolCall(name, id=id, problem=str(error))
    if not isinstance(sent, dict):
        return ToolCall(name, id=id, problem="the input is no object")
    return ToolCall(name, {key: sent[key] for key in _SENT if key in sent}, id)
