"""What ToolEval's judges said, as its result files and tables of labels hold it."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

from harness.formats.python_calls import MAX_LENGTH
from harness.measures.tools.judgements import AGAINST
from harness.records import Judgement
from tasks.imports.toolbench.chains import Called, Refused, Step, field, text

JUDGE = "tooleval, model not named"
_STEP = re.compile(r"Step \d+: (.*)")
_RUN = re.compile(r"run([0-9]{1,3})")
_STATUS = re.compile(r"(?:AnswerStatus\.)?(Solved|Unsure|Unsolved)")
_OUTCOMES = {"1": "loss", "2": "win", "3": "tie"}
"""Labels of a preference table: the reference is better, the other is, neither."""
_MOST_VOTES = 1000
_NAME = re.compile(r"'name': '([^']*)'")


def statuses(given: object) -> tuple[Judgement, ...]:
    """The repeats of "is_solved": {"0": "AnswerStatus.Solved", ...}, or a single status."""
    found = literal(given) if isinstance(given, str) and given.startswith("{") else given
    if isinstance(found, str):
        found = {"0": found}
    if not isinstance(found, Mapping) or not found:
        raise Refused("its 'is_solved' holds no judgements")
    repeats = {str(repeat): label for repeat, label in found.items()}
    if any(not (r.isascii() and r.isdigit() and len(r) < 4) for r in repeats):
        raise Refused("a repeat in its 'is_solved' has no number")
    return tuple(_status(int(r), repeats[r]) for r in sorted(repeats, key=int))


def labelled(row: Mapping[str, Any]) -> tuple[Judgement, ...]:
    """The columns run0, run1, ... of a table of labels."""
    runs = {int(m[1]): row[name] for name in row if (m := _RUN.fullmatch(str(name)))}
    return tuple(_status(repeat, runs[repeat]) for repeat in sorted(runs))


def compared(row: Mapping[str, Any]) -> tuple[Judgement, ...]:
    """The votes of {reference: votes, other: votes, round_0: ...}, in this order."""
    names = [name for name in row if not name.startswith("round_")]
    votes = [row[name] for name in names]
    if len(names) != 2 or any(type(n) is not int or not 0 <= n <= _MOST_VOTES for n in votes):
        raise Refused("it holds no votes for two methods")
    labels = ["win"] * votes[1] + ["loss"] * votes[0]
    return tuple(_vote(names[0], label, repeat) for repeat, label in enumerate(labels))


def preferred(row: Mapping[str, Any]) -> tuple[Judgement, ...]:
    """The outcome that a preference table has."""
    outcome = _OUTCOMES.get(text(row["preference_label"]).strip())
    if outcome is None:
        raise Refused("its 'preference_label' is none of 1, 2 and 3")
    return (_vote(field(row, "ref_model", str), outcome, 0),)


def written_steps(given: object) -> Iterator[Step]:
    """The lines "Step 1: {...}" of a pass-rate result; what is no call is a thought."""
    if not isinstance(given, str):
        raise Refused("its steps are no text")
    for line in given.split("\n"):
        match = _STEP.fullmatch(line)
        said = match[1] if match else line
        if not said.startswith("{'name': "):
            yield Step(text(said))
            continue
        call = literal(said)
        name, arguments = field(call, "name", str), call.get("arguments")
        yield Step(calls=(Called(text(name), arguments, text(call.get("response"))),))


def literal(written: str) -> Any:
    """A value that was written as Python shows it; never executed.

    Of a call that was cut off, as in ToolBench's first results, the name is left.
    """
    if len(written) > MAX_LENGTH:
        raise Refused(f"a value has more than {MAX_LENGTH:,} characters")
    try:
        with warnings.catch_warnings():  # of escapes that Python does not know
            warnings.simplefilter("ignore")
            return ast.literal_eval(written)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        if cut := _NAME.match(written, 1):
            return {"name": cut[1], "arguments": "(cut off)", "response": ""}
        raise Refused("a value cannot be read that Python should have written") from None


def _status(repeat: int, label: object) -> Judgement:
    match = _STATUS.fullmatch(label) if isinstance(label, str) else None
    if match is None:
        raise Refused(f"repeat {repeat} says neither Solved nor Unsure nor Unsolved")
    return Judgement(JUDGE, match[1], "solved", repeat)


def _vote(reference: str, label: str, repeat: int) -> Judgement:
    return Judgement(JUDGE, label, f"{AGAINST}{text(reference)}", repeat)
