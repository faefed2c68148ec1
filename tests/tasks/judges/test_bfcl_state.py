from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.errors import InfrastructureError, UserError
from harness.judging import judge_all
from harness.records import Gold, Judgement, Message, Problem, ToolCall, Trajectory
from tasks.judges.bfcl_process import Limits
from tasks.judges.bfcl_state import BfclState, bfcl_state

CONFIG = """
CLASS_FILE_PATH_MAPPING = {
    "Box": "bfcl_eval.backends", "Sums": "bfcl_eval.backends", "Other": "bfcl_eval.backends",
    "Heavy": "bfcl_eval.heavy",
}
STATELESS_CLASSES = ["Sums"]
"""
BACKENDS = """
import os, signal, time

class Box:
    def __init__(self):
        self.items, self._looked = [], 0

    def _load_scenario(self, scenario, long_context=False):
        self.items = list(scenario["items"]) + ["noise"] * long_context

    def put(self, item, times=1):
        self.items += [item] * times
        return {"size": len(self.items)}

    def look(self):
        self._looked += 1
        return {"items": self.items}

    def count(self):
        return len(self.items)

    def odd(self):
        return {"it": {1, 2} - {2}}

    def fail(self, why):
        raise ValueError(why)

    def run(self):
        return "ran"

    def say(self, word):
        print("noise on standard output", flush=True)
        return word

    def variable(self, name):
        return os.environ.get(name, "none")

    def nest(self, depth):
        for _ in range(depth):
            self.items = [self.items]

    def spin(self):
        while True:
            pass

    def power(self):
        return len(str(7 ** (7 ** 11)))

    def sleep(self):
        time.sleep(60)

    def eat(self):
        self._all = bytes(10**10)

    def leave(self):
        os._exit(3)

    def crash(self):
        os.kill(os.getpid(), signal.SIGSEGV)

class Sums:
    def add(self, a, b=0):
        return a + b

class Other:
    def _load_scenario(self, scenario, long_context=False):
        self.seen = 0

    def look(self):
        self.seen += 1
        return "other"
"""
Call = tuple[str, dict[str, object]]
PUT: Call = ("put", {"item": "a"})
LOOK: Call = ("look", {})


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An interpreter whose bfcl-eval is a toy with the layout of the real one."""
    root = tmp_path_factory.mktemp("environment")
    files = {
        "bfcl_eval/__init__.py": "",
        "bfcl_eval/constants/__init__.py": "",
        "bfcl_eval/constants/executable_backend_config.py": CONFIG,
        "bfcl_eval/backends.py": BACKENDS,
        "bfcl_eval/heavy.py": "import nowhere_to_be_found",
        "bfcl_eval-1.2.3.dist-info/METADATA": "Metadata-Version: 2.1\nName: bfcl-eval\n"
        "Version: 1.2.3\n",
        # its first argument is -I, with which PYTHONPATH would not count
        "python": f'#!/bin/sh\nshift\nPYTHONPATH={root} exec {sys.executable} -s -P "$@"\n',
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "python").chmod(0o755)
    return str(root / "python")


@pytest.fixture(scope="module")
def judge(python: str) -> Iterator[BfclState]:
    made = bfcl_state(python, workers=2, limits=Limits(10.0, 60.0, 600))
    yield made
    made.close()


def problem(
    *gold: list[str], classes: tuple[str, ...] = ("Box",), id: str = "multi_turn_base_0"
) -> Problem:
    turns = tuple((Message("user", f"turn {n}"),) for n in range(len(gold)))
    details = {"involved_classes": list(classes), "initial_config": {"Box": {"items": ["z"]}}}
    return Problem(id, turns, gold=Gold("state", turns=tuple(map(tuple, gold)), details=details))


def attempt(*turns: list[Call]) -> Trajectory:
    messages: list[Message] = []
    for turn in turns:
        messages.append(Message("user", "go on"))
        messages.append(
            Message("assistant", "", tuple(ToolCall(name, given) for name, given in turn))
        )
    return Trajectory("multi_turn_base_0", messages=tuple(messages))


def said(judge: BfclState, asked: Problem, done: Trajectory) -> Judgement:
    return asyncio.run(judge.judge(asked, done))


def reason(judge: BfclState, asked: Problem, *turns: list[Call]) -> str:
    found = said(judge, asked, attempt(*turns))
    assert found.label == ("invalid" if found.reason else "valid")
    return found.reason


class TestJudgement:
    def test_it_is_stored_under_the_version_of_bfcl_eval(self, judge: BfclState) -> None:
        found = said(judge, problem(["put('a')"]), attempt([PUT]))
        assert found == Judgement("bfcl-state 1.2.3", "valid", "state")

    def test_gold_arguments_without_names_go_by_the_signature(self, judge: BfclState) -> None:
        call: Call = ("put", {"times": 2, "item": "a"})
        assert reason(judge, problem(["put('a', 2)"]), [call]) == ""
        assert reason(judge, problem(["put('a', times=2)"]), [call]) == ""

    def test_a_changed_argument_leaves_another_state(self, judge: BfclState) -> None:
        assert reason(judge, problem(["put(item='a')"]), [("put", {"item": "b"})]) == (
            "multi_turn:instance_state_mismatch turn 0: "
            "Box.items is ['z', 'b'] and should be ['z', 'a']"
        )

    def test_so_does_a_call_left_out_or_one_too_many(self, judge: BfclState) -> None:
        asked = problem(["put(item='a')"], ["look()", "put(item='a')"])
        assert reason(judge, asked, [PUT], [LOOK, PUT]) == ""
        for turn in ([LOOK], [LOOK, PUT, PUT]):
            found = reason(judge, asked, [PUT], turn)
            assert found.startswith("multi_turn:instance_state_mismatch turn 1: Box.items")

    def test_a_call_too_many_that_changes_nothing_is_no_harm(self, judge: BfclState) -> None:
        assert reason(judge, problem(["put(item='a')"]), [LOOK, PUT, LOOK]) == ""

    def test_what_gold_calls_gave_must_have_been_given(self, judge: BfclState) -> None:
        asked = problem(["look()", "count()"])
        assert reason(judge, asked, [("count", {}), LOOK]) == ""
        assert reason(judge, asked, [LOOK]) == (
            "multi_turn:execution_response_mismatch turn 0: no call gave '1'"
        )

    def test_and_in_an_earlier_turn_will_do(self, judge: BfclState) -> None:
        asked = problem(["look()"], ["count()"])
        assert reason(judge, asked, [LOOK, ("count", {})], [LOOK]) == ""
        assert "turn 0: no call gave" in reason(judge, asked, [("count", {})], [LOOK])

    def test_as_often_as_the_turns_gold_calls_gave_it(self, judge: BfclState) -> None:
        asked = problem(["count()", "count()"])
        assert reason(judge, asked, [("count", {})] * 2) == ""
        assert "execution_response_mismatch" in reason(judge, asked, [("count", {})])

    def test_an_empty_turn_where_gold_calls_something(self, judge: BfclState) -> None:
        asked = problem(["look()"], ["look()"])
        found = reason(judge, asked, [LOOK, LOOK], [])
        assert found == "multi_turn:empty_turn_model_response turn 1"

    def test_a_turn_without_gold_calls_shows_in_the_next(self, judge: BfclState) -> None:
        asked = problem([], ["look()"])
        assert reason(judge, asked, [], [LOOK]) == ""
        assert reason(judge, asked, [LOOK], [LOOK]) == ""
        assert "instance_state_mismatch turn 1" in reason(judge, asked, [PUT], [LOOK])

    def test_what_is_private_is_no_state(self, judge: BfclState) -> None:
        assert reason(judge, problem(["look()"]), [LOOK] * 3) == ""  # _looked is 3, and 1

    def test_long_context_adds_to_the_state(self, judge: BfclState) -> None:
        asked = problem(["look()"], id="multi_turn_long_context_0")
        seen = '{"items": ["z", "noise"]}'
        call: Call = ("say", {"word": seen})
        assert reason(judge, asked, [call]) == ""
        assert "mismatch" in reason(judge, problem(["look()"]), [call])

    def test_of_two_methods_of_one_name_the_later_classs_counts(self, judge: BfclState) -> None:
        asked = problem(["look()"], classes=("Box", "Other"))
        assert reason(judge, asked, [LOOK]) == ""
        assert "Other.seen is 2 and should be 1" in reason(judge, asked, [LOOK, LOOK])

    def test_results_that_are_no_json_are_compared_as_text(self, judge: BfclState) -> None:
        call: Call = ("say", {"word": "{'it': {1}}"})
        assert reason(judge, problem(["odd()"]), [call]) == ""

    def test_classes_without_a_state_need_none(self, judge: BfclState) -> None:
        asked = problem(["add(1, b=2)"], classes=("Sums",))
        assert reason(judge, asked, [("add", {"a": 2, "b": 1})]) == ""  # both give 3

    def test_every_attempt_begins_anew(self, judge: BfclState) -> None:
        for _ in range(3):
            assert reason(judge, problem(["put(item='a')"]), [PUT]) == ""


class TestErrors:
    def test_they_are_results(self, judge: BfclState) -> None:
        asked = problem(["fail(why='no')"])
        assert reason(judge, asked, [("fail", {"why": "no"})]) == ""
        assert "no call gave 'Error during execution: no'" in reason(
            judge, asked, [("fail", {"why": "yes"})]
        )

    @pytest.mark.parametrize(
        ("name", "arguments", "result"),
        [
            ("nothing", {}, "name 'nothing' is not defined"),
            ("Box.look", {}, "name 'Box' is not defined"),
            ("__init__", {}, "name '__init__' is not defined"),
            ("_load_scenario", {"scenario": {}}, "name '_load_scenario' is not defined"),
            ("look.__func__.__globals__.get", {}, "name 'look' is not defined"),
            ("__class__.__mro__", {}, "name '__class__' is not defined"),
            ("items", {}, "name 'items' is not defined"),
            ("eval", {"source": "1"}, "name 'eval' is not defined"),
            ("", {}, "name '' is not defined"),
            ("lооk", {}, "name 'lооk' is not defined"),  # Cyrillic o
            ("run", {}, "Function call run is not allowed."),
            ("os.popen", {}, "Function call popen is not allowed."),
            ("put", {}, "Box.put() missing 1 required positional argument: 'item'"),
            ("put", {"thing": 1}, "Box.put() got an unexpected keyword argument 'thing'"),
            ("put", {"self": 1}, "Box.put() got multiple values for argument 'self'"),
            (
                "put",
                {"item": "a", "times": "b"},
                "can't multiply sequence by non-int of type 'str'",
            ),
        ],
    )
    def test_only_public_methods_are_called(
        self, judge: BfclState, name: str, arguments: dict[str, object], result: str
    ) -> None:
        # a gold that says what the model's call should give: say() gives its argument back
        asked = problem([f"say({f'Error during execution: {result}'!r})"])
        assert reason(judge, asked, [(name, arguments)]) == ""


class TestBeforeAnythingRuns:
    def test_another_number_of_turns(self, judge: BfclState) -> None:
        asked = problem(["look()"], ["look()"])
        assert reason(judge, asked, [LOOK]) == "multi_turn:force_terminated 1 of 2 turns"
        assert reason(judge, asked, [LOOK], [LOOK], []) == (
            "multi_turn:force_terminated 3 of 2 turns"
        )

    def test_output_that_could_not_be_read(self, judge: BfclState) -> None:
        done = Trajectory("multi_turn_base_0", end="malformed", detail="no list")
        found = said(judge, problem(["look()"]), done)
        assert (found.label, found.reason) == ("invalid", "multi_turn:inference_error no list")

    @pytest.mark.parametrize(
        "call",
        [
            ToolCall("put", problem="no JSON"),
            ToolCall("put", {"item": float("nan")}),
            ToolCall("put", {"item": "\ud800"}),
            ToolCall("put", {"item": object()}),
            ToolCall("put", {"item": 10**5000}),
            ToolCall("put", ["a"]),  # type: ignore[arg-type]
        ],
    )
    def test_a_step_with_an_unreadable_call_is_not_run(
        self, judge: BfclState, call: ToolCall
    ) -> None:
        steps = (
            Message("user", "go on"),
            Message("assistant", calls=(ToolCall("put", {"item": "a"}), call)),
            Message("assistant", calls=(ToolCall("look"),)),
        )
        asked = problem(["look()"])
        done = Trajectory("multi_turn_base_0", messages=steps)
        assert said(judge, asked, done).label == "valid"  # had put run, the state would differ

    def test_deep_nesting_is_not_run_either(self, judge: BfclState) -> None:
        nested: list[object] = []
        for _ in range(10_000):
            nested = [nested]
        found = reason(judge, problem(["look()"]), [("put", {"item": nested})])
        assert found == "multi_turn:empty_turn_model_response turn 0"


class TestHostile:
    """None of this hangs, and the judge works on afterwards."""

    @pytest.fixture(autouse=True)
    def _works_on(self, judge: BfclState) -> Iterator[None]:
        yield
        assert reason(judge, problem(["put(item='a')"]), [PUT]) == ""

    @pytest.mark.parametrize("name", ["spin", "power"])
    def test_calls_without_an_end(self, python: str, name: str) -> None:
        hasty = bfcl_state(python, workers=1, limits=Limits(0.5, 60.0, 600))
        try:
            found = reason(hasty, problem(["look()"]), [(name, {})])
            assert found == "its calls take more than 0.5 s of processor time"
            assert reason(hasty, problem(["look()"]), [LOOK]) == ""
        finally:
            hasty.close()

    def test_calls_that_eat_all_memory(self, judge: BfclState) -> None:
        found = reason(judge, problem(["look()"]), [("eat", {})])
        assert found == "its calls take more than 600 MB of memory"

    def test_an_argument_of_50_megabytes(self, judge: BfclState) -> None:
        found = reason(judge, problem(["put('a')"]), [("put", {"item": "x" * 50_000_000})])
        assert found.startswith("multi_turn:instance_state_mismatch turn 0: Box.items is ['z', 'xx")
        assert len(found) < 1000
        large: Call = ("say", {"word": "x" * 50_000_000})
        assert reason(judge, problem(["look()"]), [large, LOOK]) == ""

    def test_a_state_too_deep_to_compare(self, judge: BfclState) -> None:
        found = reason(judge, problem(["nest(100000)"]), [("nest", {"depth": 100_000})])
        assert "instance_state_mismatch" in found

    @pytest.mark.parametrize(
        ("name", "how"), [("leave", "exit status 3"), ("crash", "Segmentation fault")]
    )
    def test_a_process_that_dies_has_judged_nothing(
        self, judge: BfclState, name: str, how: str
    ) -> None:
        asked = problem(["look()"])
        with pytest.raises(InfrastructureError, match=f"died on problem multi_turn_base_0: {how}"):
            said(judge, asked, attempt([(name, {})]))

    def test_nor_has_one_that_never_answers(self, python: str) -> None:
        impatient = bfcl_state(python, workers=1)
        impatient.limits = Limits(patience=0.5)
        impatient._idle[0]._patience = 0.5  # started by the limits before
        try:
            with pytest.raises(InfrastructureError, match="Killed"):
                said(impatient, problem(["look()"]), attempt([("sleep", {})]))
        finally:
            impatient.close()

    def test_variables_are_not_handed_on(
        self, python: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SOME_API_KEY", "secret")
        fresh = bfcl_state(python, workers=1)
        try:
            asked = problem(["say('none')"])
            assert reason(fresh, asked, [("variable", {"name": "SOME_API_KEY"})]) == ""
        finally:
            fresh.close()


class TestEnvironment:
    def test_it_is_named_by_a_variable(self, python: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ASSAY_BFCL_PYTHON", python)
        judge = bfcl_state()
        assert judge.name == "bfcl-state 1.2.3"
        judge.close()

    def test_without_one_it_says_how_to_make_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("ASSAY_BFCL_PYTHON", raising=False)
        with pytest.raises(UserError, match=r"pip install --no-deps bfcl-eval==\S+ mpmath") as told:
            bfcl_state()
        assert "\n" not in str(told.value)

    @pytest.mark.parametrize(
        ("named", "told"),
        [
            ("/nowhere/python", "no Python interpreter"),
            ("/bin/true", "does not run as Python"),
            ("/bin/cat", "does not run as Python"),
            (sys.executable, "No module named 'bfcl_eval'"),
        ],
    )
    def test_what_is_no_such_environment(self, named: str, told: str) -> None:
        with pytest.raises(UserError, match=told) as error:
            bfcl_state(named)
        assert "\n" not in str(error.value)

    @pytest.mark.parametrize(
        ("name", "told"),
        [
            ("Heavy", "No module named 'nowhere_to_be_found'"),
            ("Unknown", "no back-end Unknown"),
        ],
    )
    def test_a_back_end_that_it_lacks(self, judge: BfclState, name: str, told: str) -> None:
        with pytest.raises(UserError, match=told):
            said(judge, problem(["look()"], classes=(name,)), attempt([LOOK]))

    def test_an_initial_state_that_is_refused(self, judge: BfclState) -> None:
        asked = problem(["look()"])
        asked.gold.details["initial_config"]["Box"] = {}
        with pytest.raises(UserError, match="Box refuses its initial state: KeyError: 'items'"):
            said(judge, asked, attempt([LOOK]))

    @pytest.mark.parametrize("written", ["look(", "Box.look()", "look(x)", "look(**{})", "1"])
    def test_gold_that_is_no_call_of_literals(self, judge: BfclState, written: str) -> None:
        with pytest.raises(UserError, match="no call of literals"):
            said(judge, problem([written]), attempt([LOOK]))

    def test_a_problem_without_a_state(self, judge: BfclState) -> None:
        with pytest.raises(UserError, match="no state to check"):
            said(judge, Problem("p", ()), attempt([LOOK]))

    def test_closing_ends_the_processes(self, python: str) -> None:
        judge = bfcl_state(python, workers=1)
        (process,) = judge._idle
        judge.close()
        with pytest.raises(ProcessLookupError):
            os.kill(process._process.pid, 0)


class TestManyAttempts:
    def test_they_are_judged_at_once_and_kept(self, judge: BfclState, tmp_path: Path) -> None:
        asked = problem(["put(item='a')"])
        tries = [attempt([("put", {"item": f"a{n}" if n % 3 else "a"})]) for n in range(60)]
        store = tmp_path / "judgements.jsonl"
        for _ in range(2):
            judged = judge_all({asked.id: asked}, tries, judge, repeats=1, store=store)
            labels = [each.judgements[0].label for each in judged.trajectories]
            assert labels == ["invalid" if n % 3 else "valid" for n in range(60)]
        assert judged.asked == 0  # all found in the store

    def test_one_that_kills_its_process_is_a_failure_and_no_more(self, judge: BfclState) -> None:
        asked = problem(["put(item='a')"])
        tries = [attempt([PUT]), attempt([("leave", {})]), attempt([LOOK])]
        judged = judge_all({asked.id: asked}, tries, judge, repeats=1)
        labels = [[j.label for j in each.judgements] for each in judged.trajectories]
        assert labels == [["valid"], [], ["invalid"]]
        (failure,) = judged.failures.values()
        assert "exit status 3" in failure
