"""Runs the calls of BFCL's conversations on upstream's back-ends: a script for another environment.

It is started by `tasks.judges.bfcl_state` with the interpreter of an environment that has
`bfcl-eval`, and imports nothing of this project. Jobs come as JSON lines on standard input, and
each is answered by one line; the first line of all says which version is at work.

A job has the classes involved, their initial state, and the calls of model and gold by turn, each
a name with literal arguments. A call is a method that is looked up by its name among the public
methods of those classes; no text is ever evaluated. What is checked, and in which order, are the
rules of bfcl_eval/eval_checker/multi_turn_eval (`multi_turn_checker.py`, `multi_turn_utils.py`).

A job with a "session" is one event of a conversation that goes on: a call, or the beginning of a
turn. Sessions are kept by number; one that is not known here is built from its "setup" by the
events so far.
"""

from __future__ import annotations

import copy
import hashlib
import inspect
import json
import os
import reprlib
import resource
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from importlib.metadata import version
from typing import Any, BinaryIO

BACKENDS = "bfcl_eval.constants.executable_backend_config"
"""Where upstream says which module has a class, and which classes have no initial state."""
FORBIDDEN = frozenset({"kill", "exit", "quit", "remove", "unlink", "popen", "Popen", "run"})
"""Names that upstream refuses to call, whatever they are."""
SHOWN = 300
"""Characters of a value that a reason shows."""
LONGEST = 1 << 20
"""Characters of a result that a conversation is told."""


class Broken(Exception):
    """The environment or the job is no good, whatever the model did."""


class Invalid(Exception):
    """The model's calls do not do what the gold calls do; the message says where."""


class Side:
    """The back-ends of one side, model or gold, as its calls leave them.

    Attributes:
        instances: by class.
        methods: what may be called. Where two classes have a method of one name, the later counts.
        results: what every call of all turns so far gave.
    """

    def __init__(self, job: Mapping[str, Any]) -> None:
        self.instances = {name: _loaded(name, job) for name in job["classes"]}
        self.methods: dict[str, Callable[..., Any]] = {
            name: method
            for instance in self.instances.values()
            for name, method in inspect.getmembers(instance, inspect.ismethod)
            if not name.startswith("_")
        }
        self.results: list[str] = []

    def run(self, calls: Sequence[Mapping[str, Any]]) -> list[str]:
        """What each call gives, as text; an error is a result too."""
        results = [self._result(call) for call in calls]
        self.results.extend(results)
        return results

    def digests(self) -> dict[str, str]:
        """Of the public attributes of each class: others where something was changed."""
        return {name: _digest(instance) for name, instance in self.instances.items()}

    def _result(self, call: Mapping[str, Any]) -> str:
        try:
            method = self._method(call["name"])
            return _as_text(method(*call.get("positional", ()), **call["arguments"]))
        except MemoryError:
            raise
        except Exception as error:
            return f"Error during execution: {error}"

    def _method(self, name: str) -> Callable[..., Any]:
        parts = name.split(".")
        if (meant := parts[min(1, len(parts) - 1)]) in FORBIDDEN:
            raise PermissionError(f"Function call {meant} is not allowed.")
        if name not in self.methods:
            raise NameError(f"name '{parts[0]}' is not defined")
        return self.methods[name]


def check(job: Mapping[str, Any]) -> None:
    """Runs both sides, turn by turn.

    Raises:
        Invalid: a turn in which the gold calls something is empty, or leaves another state, or
            lacks a result that the gold calls have in it. Later turns are not looked at.
        Broken: the back-ends cannot be set up.
    """
    model, gold = Side(job), Side(job)
    for turn, (made, right) in enumerate(zip(job["model"], job["gold"], strict=True)):
        model.run(made)
        wanted = gold.run(right)
        if reason := _fault(turn, model, gold, wanted if right else None, bool(made)):
            raise Invalid(reason)


def _fault(turn: int, model: Side, gold: Side, wanted: Sequence[str] | None, called: bool) -> str:
    """Why a turn is invalid, "" if it is not.

    Args:
        turn: its number.
        model: as the calls up to here left it.
        gold: the same of the gold calls.
        wanted: what the gold calls of the turn gave; None where there are none.
        called: whether the model has called something in the turn.
    """
    if wanted is None:
        return ""  # nothing can be done yet; what was done all the same shows in later turns
    if not called:
        return f"multi_turn:empty_turn_model_response turn {turn}"
    if difference := _difference(model, gold):
        return f"multi_turn:instance_state_mismatch turn {turn}: {difference}"
    if missing := _missing(wanted, model.results):
        shown = _shown(missing[0])
        return f"multi_turn:execution_response_mismatch turn {turn}: no call gave {shown}"
    return ""


class Live:
    """A conversation that goes on, and what its check says so far.

    Attributes:
        events: how many there have been.
    """

    def __init__(self, setup: Mapping[str, Any]) -> None:
        self._model, self._gold = Side(setup), Side(setup)
        self._right: Sequence[Sequence[Mapping[str, Any]]] = setup["gold"]
        self._turn, self._called, self._fault = -1, False, ""
        self._wanted: Sequence[str] | None = None
        self.events = 0

    def happen(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """What a call gave, or that a turn has begun; with digests, and the reason if invalid."""
        self.events += 1
        said: dict[str, Any] = {}
        if "name" in event:
            self._called = True
            (result,) = self._model.run([event])
            said["result"] = result[:LONGEST]
        else:
            self._begin()
        return {**said, "reason": self._reason(), "digests": self._model.digests()}

    def _begin(self) -> None:
        """Closes a turn, whose verdict stands, and lets the gold calls of the next happen."""
        self._fault = self._reason()
        self._turn, self._called = self._turn + 1, False
        right = self._right[self._turn]
        self._wanted = self._gold.run(right) if right else None

    def _reason(self) -> str:
        return self._fault or _fault(
            self._turn, self._model, self._gold, self._wanted, self._called
        )


_sessions: dict[int, Live] = {}


def attend(job: Mapping[str, Any]) -> dict[str, Any]:
    """One event of a session, or its end; that it is "lost" if it has to be built anew."""
    number = job["session"]
    if job.get("closed"):
        _sessions.pop(number, None)
        return {"closed": True}
    live = _sessions.get(number)
    if live is None or live.events != job["events"]:
        if "setup" not in job:
            return {"lost": True}
        live = _sessions[number] = Live(job["setup"])
        for event in job["past"]:
            live.happen(event)
    return live.happen(job["event"])


def _loaded(name: str, job: Mapping[str, Any]) -> Any:
    """An instance of a back-end in its initial state."""
    backends = import_module(BACKENDS)
    try:
        instance = _class(name)()
        if name not in backends.STATELESS_CLASSES:
            state = copy.deepcopy(job["config"].get(name, {}))
            instance._load_scenario(state, long_context=job["long_context"])
        return copy.deepcopy(instance)  # what long contexts add belongs to all instances
    except (Broken, MemoryError):
        raise
    except Exception as error:
        raise Broken(f"{name} refuses its initial state: {_described(error)}") from error


def _class(name: str) -> Any:
    modules = import_module(BACKENDS).CLASS_FILE_PATH_MAPPING
    if name not in modules:
        raise Broken(f"it has no back-end {name}")
    try:
        return getattr(import_module(modules[name]), name)
    except (ImportError, AttributeError) as error:
        raise Broken(f"its back-end {name} cannot be imported: {error}") from error


def _as_text(result: Any) -> str:
    if type(result) is str:
        return result
    if type(result) is dict:
        try:
            return json.dumps(result)
        except MemoryError:
            raise
        except Exception:  # of whatever stands in it
            return str(result)
    return str(result)


def _difference(model: Side, gold: Side) -> str:
    """The first public attribute in which the two states differ; "" where none does."""
    for name, right in gold.instances.items():
        for attribute, wanted in vars(right).items():
            if attribute.startswith("_"):
                continue
            found = getattr(model.instances[name], attribute)
            try:
                same = bool(found == wanted)
            except RecursionError:  # folders in folders in folders
                same = False
            if not same:
                return f"{name}.{attribute} is {_shown(found)} and should be {_shown(wanted)}"
    return ""


def _digest(instance: Any) -> str:
    public = (
        (name, sorted(value, key=repr) if isinstance(value, set) else value)
        for name, value in vars(instance).items()
        if not name.startswith("_")
    )
    try:
        return hashlib.sha256(repr(list(public)).encode(errors="replace")).hexdigest()[:16]
    except RecursionError:
        return "nested too deep"


def _missing(wanted: Sequence[str], given: Sequence[str]) -> list[str]:
    """Which of the results wanted are not among those given, as often as they are wanted."""
    left = list(given)
    missing = []
    for result in wanted:
        try:
            left.remove(result)
        except ValueError:
            missing.append(result)
    return missing


_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = SHOWN


def _shown(value: Any) -> str:
    try:
        return _SHORT.repr(value)[:SHOWN]
    except RecursionError:
        return f"a {type(value).__name__} nested too deep"


def _described(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:SHOWN]


def answer(line: bytes, seconds: float) -> dict[str, Any]:
    """The answer to a job: "valid" with a "reason", or what is "broken", or that "memory" is out.

    One that belongs to a session is answered by what `attend` says.

    A job that takes more than `seconds` of processor time ends the process by SIGPROF, also within
    a single operation that no Python handler could interrupt.
    """
    try:
        job = json.loads(line)
        for name in job.get("setup", job).get("classes", ()):
            _class(name)  # imported before the clock runs
        signal.setitimer(signal.ITIMER_PROF, seconds)
        if "session" in job:
            return attend(job)
        check(job)
    except Invalid as invalid:
        return {"valid": False, "reason": str(invalid)}
    except Broken as broken:
        return {"broken": str(broken)}
    except MemoryError:
        return {"memory": True}
    except Exception as error:
        return {"broken": _described(error)}
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return {"valid": True, "reason": ""}


def greeting() -> dict[str, str]:
    """The version of bfcl-eval, or why there is none."""
    try:
        import_module(BACKENDS)
        return {"version": version("bfcl-eval")}
    except Exception as error:
        return {"broken": _described(error)}


def serve(jobs: BinaryIO, answers: BinaryIO, seconds: float) -> None:
    """Answers jobs until there are no more."""
    _tell(answers, greeting())
    for line in jobs:
        _tell(answers, answer(line, seconds))


def main() -> None:
    """Serves standard input and output, which back-ends that print or ask do not get to see."""
    seconds, megabytes = float(sys.argv[1]), int(sys.argv[2])
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    limit = megabytes << 20
    with suppress(ValueError, OSError):  # bounded tighter already, or not by this system
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    jobs, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    serve(jobs, answers, seconds)


def _tell(answers: BinaryIO, said: Mapping[str, Any]) -> None:
    answers.write(json.dumps(said).encode() + b"\n")
    answers.flush()


if __name__ == "__main__":
    main()
