"""BFCL's check of conversations: do the model's calls leave the state that the gold calls leave?

The calls run on upstream's own back-ends, which exist as Python code only. They come from the
package `bfcl-eval`, whose pins clash with this project's, so they run in an environment and in
processes of their own: `tasks.judges.bfcl_worker`. What goes there are names and literal arguments;
upstream's way, which is to `eval` what a model wrote, is never taken.

Source: ShishirPatil/gorilla @ 6ea57973, bfcl_eval/eval_checker (`eval_runner.py`,
`multi_turn_eval/multi_turn_checker.py`). Turns are counted from 0 in reasons, as upstream does. A
step with a call that cannot be read is not run, and an attempt with another number of turns than
the gold has was ended before its time. Different here, on purpose: a string that looks like a call
("see mean (1)") reaches the back-end as it is, where upstream rewrites it.
"""

from __future__ import annotations

import ast
import asyncio
import json
import os
import shutil
import weakref
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from harness.errors import InfrastructureError, UserError
from harness.formats import strict_json
from harness.measures.attempt import Attempt
from harness.records import Judgement, Message, Problem, ToolCall, Trajectory
from tasks.judges.bfcl_process import Died, Limits, Process, Spent

VARIABLE = "ASSAY_BFCL_PYTHON"
"""Names the interpreter of the environment that has bfcl-eval."""
INSTALL = (
    "`python -m venv bfcl-env` and `bfcl-env/bin/pip install --no-deps bfcl-eval==2026.3.23 "
    f"mpmath==1.3.0` make one, and {VARIABLE}=bfcl-env/bin/python names it"
)
QUESTION = "state"
WORKERS = 4
"""Processes at once, where the machine has as many cores."""
_LONGEST = 1000
"""Characters of a reason that are kept."""


@dataclass(eq=False)
class BfclState:
    """Says valid or invalid of a conversation, by running its calls. `close` ends its processes.

    Attributes:
        python: the interpreter of the environment that has bfcl-eval.
        version: of bfcl-eval.
        workers: how many processes run at once.
        limits: what one attempt may use. One that uses more is invalid.
        repeats: how often there is something to ask: it says the same every time.
    """

    python: str
    version: str
    workers: int
    limits: Limits
    repeats: int = 1
    _idle: list[Process] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        self._threads = ThreadPoolExecutor(self.workers, "bfcl-state")
        self.close = weakref.finalize(self, _close, self._threads, self._idle)

    @property
    def name(self) -> str:
        """The judge and the version of bfcl-eval."""
        return f"bfcl-state {self.version}"

    async def judge(self, problem: Problem, trajectory: Trajectory, repeat: int = 0) -> Judgement:
        """One judgement, "valid" or "invalid" to the question "state".

        Raises:
            InfrastructureError: a process did not answer, or died, twice.
            UserError: the problem is no conversation of BFCL's, or bfcl-eval cannot run it.
        """
        gold = gold_calls(problem)
        reason = _unfit(problem, trajectory)
        if not reason:
            job = _job(problem, trajectory, gold)
            running = asyncio.get_running_loop()
            reason = await running.run_in_executor(self._threads, self._checked, job, problem.id)
        label = "invalid" if reason else "valid"
        return Judgement(self.name, label, QUESTION, repeat, reason=reason[:_LONGEST])

    def _checked(self, job: bytes, id: str) -> str:
        """Why the attempt is invalid; "" if it is valid.

        A process that has died, or has no memory left, may owe it to earlier jobs: what a new one
        says counts.
        """
        said: dict[str, Any] = {}
        for fresh in (False, True):
            try:
                process = self._process(fresh)
                said = process.ask(job)
            except Spent:
                return f"its calls take more than {self.limits.seconds:g} s of processor time"
            except Died as death:
                said = {"died": str(death)}
                continue
            if "memory" not in said:
                self._idle.append(process)
                break
            process.close()
        if "memory" in said:
            return f"its calls take more than {self.limits.megabytes:,} MB of memory"
        if "died" in said:
            raise InfrastructureError(f"{self.name} has died on problem {id}: {said['died']}")
        if "valid" not in said:
            what = said.get("broken", "it cannot be understood")
            raise UserError(f"{self.name} cannot run problem {id}: {what}. {INSTALL}")
        return str(said["reason"]).encode(errors="replace").decode()

    def _process(self, fresh: bool) -> Process:
        with suppress(IndexError):
            if not fresh:
                return self._idle.pop()
        return Process(self.python, self.limits)


def bfcl_state(
    python: str | None = None, *, workers: int | None = None, limits: Limits | None = None
) -> BfclState:
    """The check of BFCL's conversations, with a first process running.

    Args:
        python: the interpreter of an environment that has bfcl-eval; None takes the one that
            ASSAY_BFCL_PYTHON names.
        workers: processes at once; None takes one a core, and no more than `WORKERS`.
        limits: what one attempt may use.

    Raises:
        UserError: none is named, or it is none, or bfcl-eval cannot be imported there.
    """
    path, limits = interpreter(python), limits or Limits()
    first, version = started(path, limits)
    judge = BfclState(path, version, workers or min(WORKERS, os.cpu_count() or 1), limits)
    judge._idle.append(first)
    return judge


def interpreter(python: str | None = None) -> str:
    """The path of the interpreter that is meant; None means the one that ASSAY_BFCL_PYTHON names.

    Raises:
        UserError: none is named, or it is none.
    """
    named = python or os.environ.get(VARIABLE)
    if not named:
        raise UserError(f"bfcl-state runs bfcl-eval in an environment of its own: {INSTALL}")
    found = shutil.which(os.path.expanduser(named))
    if found is None:
        raise UserError(f"{named} is no Python interpreter to run bfcl-eval with: {INSTALL}")
    return os.path.abspath(found)


def started(python: str, limits: Limits) -> tuple[Process, str]:
    """A process, and the version of bfcl-eval that it runs.

    Raises:
        UserError: it does not run, or bfcl-eval cannot be imported there.
    """
    try:
        process = Process(python, limits)
    except (Died, Spent) as death:
        raise UserError(f"{python} does not run as Python: {death}. {INSTALL}") from None
    if not isinstance(version := process.greeting.get("version"), str):
        process.close()
        what = process.greeting.get("broken", "it cannot be understood")
        raise UserError(f"{python} has no bfcl-eval that works ({what}): {INSTALL}")
    return process, version


def _close(threads: ThreadPoolExecutor, idle: list[Process]) -> None:
    threads.shutdown(cancel_futures=True)
    while idle:
        idle.pop().close()


def gold_calls(problem: Problem) -> list[list[dict[str, Any]]]:
    """The gold calls by turn, as the worker takes them.

    Raises:
        UserError: the problem is no conversation of BFCL's, or its gold no calls of literals.
    """
    if problem.gold.success != QUESTION or not problem.gold.turns:
        raise UserError(f"problem {problem.id} has no state to check: bfcl-state judges BFCL's")
    return [[_written(text, problem.id) for text in turn] for turn in problem.gold.turns]


def _written(text: str, id: str) -> dict[str, Any]:
    """A gold call, which may have arguments without names: only a signature tells those."""
    try:
        match ast.parse(text.strip(), mode="eval").body:
            case ast.Call(func=ast.Name(id=name), args=given, keywords=named) if all(
                each.arg for each in named
            ):
                return {
                    "name": name,
                    "positional": [ast.literal_eval(value) for value in given],
                    "arguments": {str(each.arg): ast.literal_eval(each.value) for each in named},
                }
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError):
        pass  # told as anything else is that is no call
    raise UserError(f"problem {id}: its gold has no call of literals: {text[:80]!a}")


def _unfit(problem: Problem, trajectory: Trajectory) -> str:
    """Why there is nothing to run; "" if there is."""
    if trajectory.end == "malformed":
        return f"multi_turn:inference_error {trajectory.detail}".strip()
    made, right = len(_turns(problem, trajectory)), len(problem.gold.turns)
    return f"multi_turn:force_terminated {made} of {right} turns" if made != right else ""


def _turns(problem: Problem, trajectory: Trajectory) -> tuple[tuple[ToolCall, ...], ...]:
    """The calls of each turn, without the steps that cannot be read."""
    messages = tuple(map(_readable, trajectory.messages))
    return Attempt(problem, replace(trajectory, messages=messages)).turns


def _readable(message: Message) -> Message:
    try:
        strict_json.check([[call.name, dict(call.arguments)] for call in message.calls])
    except (strict_json.Refused, TypeError, ValueError):
        return replace(message, calls=())
    return replace(message, calls=()) if any(c.problem for c in message.calls) else message


def _job(problem: Problem, trajectory: Trajectory, gold: list[list[dict[str, Any]]]) -> bytes:
    """One line for the worker."""
    model = [
        [{"name": call.name, "arguments": dict(call.arguments)} for call in turn]
        for turn in _turns(problem, trajectory)
    ]
    return line_of({**setup(problem), "model": model, "gold": gold}, problem.id)


def setup(problem: Problem) -> dict[str, Any]:
    """The classes involved and their initial state, as the worker takes them."""
    details = problem.gold.details
    return {
        "classes": details.get("involved_classes", ()),
        "config": details.get("initial_config", {}),
        "long_context": "long_context" in problem.id or "composite" in problem.id,
    }


def line_of(job: Mapping[str, Any], id: str) -> bytes:
    """A job as the worker reads it.

    Raises:
        UserError: the problem of that id holds what is no plain JSON.
    """
    try:
        return json.dumps(job).encode()
    except TypeError as error:
        raise UserError(f"problem {id}: its gold is no plain JSON: {error}") from None
