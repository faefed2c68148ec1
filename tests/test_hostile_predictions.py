"""Predictions that nobody vouches for: judged, or refused with a reason; nothing is run."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from inspect import signature
from math import isfinite
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from toy_tools import CARD, ToolToy

from cli import main
from harness import score
from harness.attempts import MOST_TRIALS, Tally
from harness.contracts import ProblemSet, Unreadable
from harness.errors import UserError
from harness.formats import bracket_calls, strict_json, trajectories
from harness.importing import import_predictions
from harness.measures import parse
from harness.measures.attempt import Attempt
from harness.measures.notation import attempt_measures
from harness.measures.tools.effort import executable_rate
from harness.records import (
    Expected,
    Gold,
    Judgement,
    Message,
    Problem,
    ToolCall,
    ToolSpec,
    Trajectory,
)
from harness.registry import importers
from tasks.imports import files, restgpt_log

TYPED = {
    "type": "dict",
    "properties": {"x": {"type": "string"}, "n": {"type": "array", "items": {"type": "integer"}}},
    "required": ["x"],
}
TOOLS = (
    ToolSpec("look_up", "Looks up.", TYPED),
    ToolSpec("GET /film/{id}"),
    ToolSpec("GET /film/new"),
)
CALL = (Expected("look_up", {"x": ["Oslo"], "n": [[1, 2], ""]}),)
PATH = ("GET /film/new", "GET /film/{id}")
WAYS = {"fields": [{"x": ["lower", "words"]}], "optional": [["n"]]}
GOLDS: dict[str, Gold] = {
    "BFCL": Gold("ast", CALL, "python"),
    "BFCL, Java": Gold("ast", CALL, "java"),
    "BFCL, parallel": Gold("ast", CALL * 2, "javascript"),
    "BFCL, irrelevance": Gold("no_call", rules="python", wants_call=False),
    "BFCL, memory": Gold("answer_contained", answers=("Oslo",)),
    "ToolFlow": Gold("path_set_all", path=("look_up",)),
    "RestBench": Gold("path_subsequence", path=PATH),
    "StableToolBench": Gold("solved"),
    "API-Bank": Gold("api_accuracy", CALL, "fields", details=WAYS),
    "API-Bank, replies": Gold("rouge_l", reference="It rains in Oslo. Take a coat."),
    "ToolAlpaca": Gold("both_correct"),
    "tau-bench": Gold("reward"),
}
CONVERSED = "state"
"""The measure that refuses attempts that nobody has checked."""


def line(**fields: Any) -> str:
    return json.dumps({"problem": "p", **fields}, ensure_ascii=False)


def called(arguments: str, name: str = "look_up") -> str:
    call = f'{{"name": {json.dumps(name)}, "arguments": {arguments}}}'
    return f'{{"problem": "p", "messages": [{{"role": "assistant", "calls": [{call}]}}]}}'


def replied(calls: int, *, by_id: bool) -> str:
    made = [{"name": "look_up", **({"id": f"{i}"} if by_id else {})} for i in range(calls)]
    told = [
        {"role": "tool", "failed": True, **({"call_id": call["id"]} if by_id else {})}
        for call in made
    ]
    return line(messages=[{"role": "assistant", "calls": made}, *told])


JUDGED: dict[str, str] = {
    "a long argument": called('{"x": "' + "a " * 1_000_000 + '"}'),
    "brackets and quotes": called('{"x": "' + "[{('" * 200_000 + '"}'),
    "a long name": called("{}", "a " * 1_000_000),
    "a long address": called("{}", "GET " + "/a" * 500_000),
    "look-alikes": called('{"x": "Oslo"}', "l\u043e\u043ek_up"),
    "what is invisible": called('{"x": "Oslo"}', "look_up\u200b"),
    "escapes of a terminal": called('{"\\u001b[31m": "\\u0000\\r\\n"}', "\x1b]0;title\x07"),
    "code": called("{\"x\": \"__import__('os').remove('trap')\"}", "__import__('os').remove"),
    "a list for a text": called('{"x": ["Oslo"]}'),
    "a text for a list": called('{"x": "Oslo", "n": "[1, 2]"}'),
    "an object for a text": called('{"x": {"x": {"x": null}}}'),
    "60 lists in each other": called('{"n": ' + "[" * 60 + "]" * 60 + "}"),
    "300 digits": called('{"x": ' + "9" * 300 + ', "n": [-' + "9" * 300 + "]}"),
    "many arguments": called(json.dumps({f"a{i}": i for i in range(20_000)})),
    "many calls": line(messages=[{"role": "assistant", "calls": [{"name": "GET"}] * 5_000}]),
    "many replies": replied(5_000, by_id=True),
    "many replies without ids": replied(5_000, by_id=False),
    "a long answer": line(answer="Oslo. " * 200_000),
    "a long reason": line(end="malformed", detail="x" * 5_000_000),
    "what nobody could have spent": line(seconds=2.0**53, reward=-(2.0**53)),
}
REFUSED: dict[str, tuple[str, str]] = {
    "no JSON": ("\x00\x01", "not JSON"),
    "a list": ('[{"problem": "p"}]', "it is a list"),
    "10,000 lists": (called('{"x": ' + "[" * 10_000 + "]" * 10_000 + "}"), "more than 64 deep"),
    "10,000 objects": (called('{"x":' * 10_000 + "1" + "}" * 10_000), "more than 64 deep"),
    "NaN": (called('{"x": NaN}'), "NaN is no number"),
    "minus infinity": (called('{"x": -Infinity}'), "-Infinity is no number"),
    "1e999": (called('{"x": 1e999}'), "not finite"),
    "5,000 digits": (called('{"x": ' + "9" * 5_000 + "}"), "too many digits"),
    "a surrogate": (called('{"x": "\\ud800"}'), "half a surrogate"),
    "the last of many keys twice": (
        called("{" + "".join(f'"{i}": 0, ' for i in range(100_000)) + '"99999": 1}'),
        "'99999' is there twice",
    ),
    "a text for messages": (line(messages="look_up()"), "not a list"),
    "a text for a call": (
        line(messages=[{"role": "assistant", "calls": ["f()"]}]),
        "not an object",
    ),
    "a text for arguments": (called('"x"'), "not an object"),
    "a trial that is true": (line(trial=True), "not a whole number"),
    "half a trial": (line(trial=0.5), "not a whole number"),
    "a trial below 0": (line(trial=-1), "it is not from 0"),
    "a trial of 4,000 digits": (
        '{"problem": "p", "trial": ' + "9" * 4_000 + "}",
        "it is not from 0",
    ),
    "a trial of 10 digits": (line(trial=10**9), "trials have numbers from 0 to 9,999"),
    "a label that is a list": (
        line(judgements=[{"judge": "j", "label": ["Solved"]}]),
        "not a text",
    ),
    "a long name of a judge": (
        line(judgements=[{"judge": "j" * 1_001, "label": "Solved"}]),
        "longer than 1,000 characters",
    ),
    "a long id of a problem": ('{"problem": "' + "x" * 2_000_000 + '"}', "longer than 1,000 char"),
    "an id of escapes": ('{"problem": "\\u001b[31m\\n"}', "no such problem"),
    "no number of seconds": (line(seconds="1"), "not a number"),
}


def task(gold: Gold) -> ToolToy:
    asked = ((Message("user", "What about Oslo?"),),)
    problems = [Problem(id, asked, TOOLS, gold) for id in ("p", "q")]
    return ToolToy((ProblemSet("test", problems),), CARD)


def one_line(text: str) -> bool:
    return len(text) < 400 and text.isprintable()


@pytest.mark.parametrize("benchmark", GOLDS)
def test_every_measure_judges_what_can_be_read_and_the_rest_is_refused_by_its_line(
    tmp_path: Path, benchmark: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trap").touch()
    lines = [
        found.replace('"p"', f'"p", "trial": {i}', 1) for i, found in enumerate(JUDGED.values())
    ]
    lines += [text for text, _ in REFUSED.values()]
    path = tmp_path / "t.jsonl"
    path.write_text("\n".join([*lines, '{"problem": "q"}', ""]))
    told: list[Unreadable | int] = []
    measures = [
        f"{name}@5" if (k := signature(f).parameters.get("k")) and k.default is k.empty else name
        for name, f in attempt_measures().items()
        if name != CONVERSED
    ]
    result = score(task(GOLDS[benchmark]), path, measures=measures, tell=told.append)
    assert (tmp_path / "trap").exists()
    assert result.counts.answered == 2
    assert result.notes["entries that cannot be used"] == len(REFUSED)
    assert all(isfinite(value.value) for value in result.measures.values())
    refused = [found for found in told if isinstance(found, Unreadable)]
    assert len(refused) == len(REFUSED)
    for number, (found, (_, reason)) in enumerate(zip(refused, REFUSED.values(), strict=True)):
        assert reason in found.reason
        assert one_line(f"{found.place}: {found.reason}")
        place = ("line ", "problem ")["trials have" in reason or "no such" in reason]
        assert found.place.startswith(place)
        assert place == "problem " or found.place == f"line {len(JUDGED) + number + 1}"
    assert len(result.model_dump_json()) < 100_000
    if GOLDS[benchmark].success == "ast":
        assert result.measures["success"].value == 0.0  # none of it is the call that is right
    if GOLDS[benchmark].success == "api_accuracy":  # where a list may be written as text: one is
        assert result.measures["success"].value == pytest.approx(1 / len(JUDGED) / 2)


@pytest.mark.parametrize("benchmark", ["BFCL", "API-Bank", "RestBench"])
def test_an_argument_of_50_megabytes_is_judged(tmp_path: Path, benchmark: str) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text(called('{"x": "' + "a" * 50_000_000 + '"}'))
    result = score(task(GOLDS[benchmark]), path, measures=["success", "calls"])
    assert result.measures["success"].value == 0.0
    assert result.measures["calls"].value == 1.0


def test_the_command_says_what_cannot_be_used_and_scores_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text('{"problem": "nobody"}\n{"problem": \n' + line(trial=10**15) + "\n")
    assert main(["score", "tau-bench/airline", str(path)]) == 2
    said = capsys.readouterr().err.splitlines()
    assert said[-1].startswith("error: none of the 3 entries can be used")
    assert any("line 2" in found for found in said)


def test_the_last_number_of_a_trial_costs_no_memory() -> None:
    problems = {f"p{i}": Problem(f"p{i}", (), gold=Gold("reward")) for i in range(50)}
    tally = Tally(problems, [parse("reward"), parse("pass^1")])
    tally.add([Trajectory("p0", MOST_TRIALS - 1, reward=1.0), Trajectory("p0", 10**15)])
    assert tally.values()["reward"][0] == pytest.approx(1 / MOST_TRIALS)  # the others were not made
    assert tally.notes == {
        "attempts not made": MOST_TRIALS - 1,
        "entries that cannot be used": 1,
    }


def test_a_judge_that_was_asked_without_end_costs_no_memory() -> None:
    problems = {f"p{i}": Problem(f"p{i}", ()) for i in range(2_000)}
    tally = Tally(problems, [parse("SoPR")])
    many = tuple(Judgement("j", "Solved", repeat=i) for i in range(100_000))
    tally.add([Trajectory("p0", judgements=many)])
    tally.add([Trajectory(f"p{i}", end="stopped") for i in range(1, 2_000)])
    assert tally.deviations() == {"SoPR": 0.0}  # a table of all repeats would take 1.6 GB


def test_replies_find_their_calls_in_whatever_order() -> None:
    messages = (
        Message("assistant", calls=(ToolCall("a", id="1"), ToolCall("b", id="1"), ToolCall("c"))),
        Message("tool", call_id="1", failed=True),  # the latest of id 1: b
        Message("tool", failed=False),  # the earliest without a reply: a
        Message("tool", call_id="1", failed=True),  # none is left: answers nothing
        Message("tool", failed=False),  # c
        Message("tool", failed=True),  # none is left
    )
    attempt = Attempt(Problem("p", ()), Trajectory("p", messages=messages))
    assert executable_rate(attempt) == pytest.approx(2 / 3)


@pytest.mark.parametrize("by_id", [True, False])
def test_a_hundred_thousand_replies_find_their_calls_in_time(by_id: bool) -> None:
    attempt = Attempt(
        Problem("p", ()), trajectories.from_line(replied(100_000, by_id=by_id).encode())
    )
    start = process_time()
    assert executable_rate(attempt) == 0.0
    assert process_time() - start < 5  # in quadratic time it takes a minute


def test_lists_that_do_not_end_are_read_in_time() -> None:
    call = bracket_calls.read_call("[F(" + "a=[" * (bracket_calls.LONGEST // 3) + ")]")
    assert call is not None
    assert call.arguments == {}


def test_a_bomb_of_blanks_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"problem": "p"}' + b"\n" * 5_000_000))
    found = list(trajectories.read_trajectories(path))
    assert found[0] == Trajectory("p")
    assert found[1:] == [
        Unreadable("line 1000001", "the 1,000,000th blank line in a row: reading ends here")
    ]
    monkeypatch.setattr(trajectories, "MAX_LINE", 1_000)
    monkeypatch.setattr(trajectories, "MAX_SKIPPED", 5_000_000)
    path.write_bytes(gzip.compress(b" " * 20_000_000 + b'\n{"problem": "p"}'))
    *_, last = trajectories.read_trajectories(path)
    assert last == Unreadable("line 1", "it is longer than 5,000,000 bytes: reading ends here")


DEEP = "[" * 480 + "]" * 480
"""Deep enough to be read as JSON and to overwhelm what comes after."""
SOLVED = '"is_solved": "Solved", "answer_steps": '
SAID = '{"588": {"answer_generation": {"valid_data": true, "train_messages": [['
OUTPUT = '"output": "", "process_correctness": "Yes", "final_response_correctness": '
HEAD = "## AI Assistant's Solution\\n1. Function: f\\nParameters: "
RIGHT: dict[str, tuple[Problem, ...]] = {
    "apibank": (Problem("a#0", (), TOOLS, Gold(calls=CALL)),),
    "bfcl": (Problem("simple_python_0", (), TOOLS, GOLDS["BFCL"]),),
    "2wiki": (Problem("a", ()),),
    "hotpotqa": (Problem("a", ()),),
    "kilt": (Problem("a", ()),),
    "musique": (Problem("a", ()), Problem("a#2", ())),
    "openai-chat": (Problem("0", ()),),
    "restbench": (Problem("tmdb-0", ((Message("user", "Who?"),),), TOOLS, GOLDS["RestBench"]),),
    "spp": (Problem("0", ()),),
    "tau-bench": (Problem("0", ()),),
    "tau2": (Problem("0", ()),),
    "toolalpaca": (Problem("A#0", ((Message("user", "Do."),),)),),
    "toolbench": (Problem("588", (), TOOLS),),
}
OUTPUTS: dict[str, tuple[str, ...]] = {
    "apibank": (
        f'{{"file": {DEEP}, "id": 0, "pred": "x"}}',
        f'{{"sample_id": {DEEP}, "api_id": {DEEP}, "pred": "x"}}',
        '{"file": "a", "id": 0, "pred": ["[look_up(x=1)]"]}',
        '{"file": "a", "id": 0, "pred": "\\ud800"}',
    ),
    "bfcl": (
        f'{{"id": "simple_python_0", "result": {DEEP}}}',
        f'{{"id": "simple_python_0", "result": [{{"look_up": {DEEP}}}]}}',
        f'{{"id": "simple_python_0", "result": "[f(x=(0x{"F" * 9_000},))]"}}',
        '{"id": "simple_python_0", "result": "[__import__(\'os\').remove(path=\'trap\')]"}',
        '{"id": "simple_python_0", "result": 5, "latency": 1e999}',
        '{"id": ["simple_python_0"], "result": []}',
    ),
    "2wiki": (
        f'{{"answer": {{"a": "x"}}, "evidence": {{"a": {DEEP}}}}}',
        '{"answer": {"a": "x"}, "sp": {"a": [["\\ud800", 0]]}}',
        '{"answer": {"a": "x"}, "evidence": {"a": [["s", "r", NaN], 5, null]}}',
        '{"answer": {"\\u001b[31m' + "x" * 100_000 + '": "x"}}',
    ),
    "hotpotqa": (
        f'{{"answer": {{"a": {DEEP}}}}}',
        f'{{"answer": {{"a": "x"}}, "sp": {{"a": {DEEP}}}}}',
        f'{{"answer": {{"a": "x"}}, "sp": {{"a": [["t", {"9" * 4_000}]]}}}}',
        '{"answer": {"a": "\\ud800"}}',
        '{"answer": {"a": "x"}, "sp": {"a": {"a": "x"}}}',
        '{"answer": ["a"], "sp": []}',
    ),
    "kilt": (
        f'{{"id": "a", "output": {DEEP}}}',
        f'{{"id": {"9" * 4_000}, "output": [{{"answer": "x"}}]}}',
        '{"id": "a", "output": [{"answer": "\\ud800"}]}',
        '{"id": ["a"], "output": [{"answer": "x"}]}',
        f'{{"id": "a", "output": [{{"answer": "x", "provenance": [{{"wikipedia_id": {DEEP}}}]}}]}}',
        '{"id": "a", "output": [{"answer": "x", "provenance": [{"wikipedia_id": 1e999}]}]}',
    ),
    "musique": (
        f'{{"id": "a", "predicted_support_idxs": {DEEP}}}',
        f'{{"id": "a", "predicted_support_idxs": [{"9" * 4_000}]}}',
        '{"id": "a", "predicted_support_idxs": [1e999]}',
        '{"id": "a", "predicted_answer": "\\ud800"}',
        '{"id": ["a"], "predicted_answer": "x"}',
        '{"id": "a", "predicted_answerable": "true"}',
    ),
    "openai-chat": (
        f'{{"id": "0", "messages": {DEEP}}}',
        f'{{"id": "0", "trial": {"9" * 4_000}, "messages": []}}',
        '{"id": "0", "messages": [{"role": "assistant", "tool_calls": 5}]}',
        '{"id": "0", "messages": [{"role": ["assistant"]}]}',
        '[{"id": "0", "messages": [], "usage": {"prompt_tokens": 1e300}}]',
    ),
    "restbench": (
        f'{{"query": "Who?", "calls": {DEEP}}}',
        '{"query": "Who?", "calls": "GET /film/new"}',
        '{"query": "Who?", "calls": [5]}',
        '{"query": "Who?", "execute_log": {"api_result_ls": [5]}}',
    ),
    "spp": (
        f'{{"idx": 0, "unwrapped_output": {DEEP}}}',
        f'{{"idx": {"9" * 4_000}, "unwrapped_output": ["x"]}}',
        '{"idx": 0, "unwrapped_output": ["x"], "raw_response": [{"choices": 5}]}',
        f'{{"num_refine": {DEEP}}}',
        '{"num_refine": [], "answer_[]": {"idx": 0, "unwrapped_output": ["\\ud800"]}}',
        '{"idx": 0, "unwrapped_output": ["x"], "raw_response": [{"usage": {"prompt_tokens": 1e9}}]'
        "}",
    ),
    "tau-bench": (
        f'[{{"task_id": 0, "trial": 0, "reward": 1, "info": {{}}, "traj": {DEEP}}}]',
        f'[{{"task_id": 0, "trial": {"9" * 4_000}, "reward": 1, "info": {{}}, "traj": []}}]',
        '[{"task_id": 0, "trial": 0, "reward": NaN, "info": {}, "traj": []}]',
    ),
    "tau2": (
        '{"simulations": [{"task_id": "0", "trial": 0, "termination_reason": "user_stop", '
        f'"messages": {DEEP}}}]}}',
        '{"simulations": [{"task_id": "0", "trial": 0, "termination_reason": ["user_stop"]}]}',
        '{"simulations": 5}',
    ),
    "toolalpaca": (
        f'{{"A": [{{"input": "{HEAD}{DEEP}", {OUTPUT}"No"}}]}}',
        f'{{"A": [{{"input": "{HEAD}{{}}", {OUTPUT}{DEEP}}}]}}',
        f'{{"A": [{{"input": {DEEP}, {OUTPUT}"No"}}]}}',
        '{"\\u001b[31m' + "x" * 100_000 + '": [5, 6]}',
    ),
    "toolbench": (
        f'{{"588": {{"answer": {{"answer_details": [{{"role": "assistant", "message": {DEEP}, '
        '"next": []}]}}}',
        SAID + '{"role": "assistant", "tool_calls": 5}]]}}}',
        SAID + '{"role": "assistant", "tool_calls": [{"id": [], "function": {"name": "f"}}]}]]}}}',
        f'{{"588": {{{SOLVED}"Step 1: {{\'name\': {"(" * 5_000}"}}}}',
        f"{{\"588\": {{{SOLVED}\"Step 1: {{'name': __import__('os').remove('trap')}}\"}}}}",
        '{"588": {"query_id": "588", "run0": "Solved", "run' + "9" * 5_000 + '": "Solved"}}',
        f'{{"588": {{"query_id": "588", "run0": 5, "method": {DEEP}}}}}',
    ),
}
NO_ONES: tuple[bytes, ...] = (
    b"",
    b"\x00",
    b"5",
    b"null",
    b"[]",
    b"{}",
    b"NaN",
    b"[null, 1, [], {}]",
    "[{}]".encode("utf-16"),
    b"\xef\xbb\xbf[",
    b"[" * 100_000,
    b"[" + b"9" * 5_000 + b"]",
    b"a,b\r\n1,2\r\n",
)
NAMES = {"bfcl": "BFCL_v4_simple_python_result.json"}


def test_there_are_hostile_outputs_for_every_importer() -> None:
    assert sorted(OUTPUTS) == sorted(RIGHT) == sorted(importers)


def outcome(format: str, path: Path, tell: Any = lambda _: None) -> str:
    """What an import came to: counts, or the reason that it was refused."""
    asked = ToolToy((ProblemSet("test", RIGHT[format]),), CARD)
    try:
        done = import_predictions(format, path, asked, path.with_name("out.jsonl"), tell=tell)  # type: ignore[arg-type]
    except UserError as error:
        return str(error)
    return f"{done.attempts} and {done.unreadable}"


@pytest.mark.parametrize("format", OUTPUTS)
def test_an_import_gives_an_attempt_or_a_reason(
    tmp_path: Path, format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trap").touch()
    path = tmp_path / NAMES.get(format, "outputs.json")
    for content in (*map(str.encode, OUTPUTS[format]), *NO_ONES):
        told: list[Unreadable] = []
        path.write_bytes(content)
        came_to = outcome(format, path, lambda found, told=told: told.append(found))
        shown = came_to.replace(str(tmp_path), "")
        assert len(shown) < 1_000
        assert shown.isprintable()
        for found in told:
            assert isinstance(found, int) or one_line(f"{found.place}: {found.reason}")
        assert told or came_to == "1 and 0" or "outputs.json" in came_to or "result.json" in came_to
    assert (tmp_path / "trap").exists()


@pytest.mark.parametrize("format", OUTPUTS)
def test_an_import_refuses_what_is_no_file(tmp_path: Path, format: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "is a pipe or a device" in outcome(format, tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert "no such file" in outcome(format, tmp_path / "loop")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "folder" / NAMES.get(format, "a.json"))
    assert str(tmp_path / "folder") in outcome(format, tmp_path / "folder")


@pytest.mark.parametrize(
    "format", ["2wiki", "hotpotqa", "openai-chat", "tau-bench", "tau2", "toolalpaca", "toolbench"]
)
def test_what_is_read_as_a_whole_is_bounded_when_unpacked(
    tmp_path: Path, format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 1_000_000)
    path = tmp_path / "bomb.json.gz"
    path.write_bytes(gzip.compress(b"[" + b" " * 5_000_000 + b"]"))
    assert outcome(format, path).endswith("is longer than 1,000,000 bytes: take it apart")


def test_a_run_of_a_log_that_does_not_end_is_refused_and_the_next_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restgpt_log, "LONGEST", 1_000)
    path = tmp_path / "run.log"
    path.write_text("Query: Who?\nPlanner: " + "x" * 5_000 + "\nQuery: Who?\nPlanner: I see\n")
    assert outcome("restbench", path) == "1 and 1"


def test_a_solution_of_many_steps_is_read_in_time(tmp_path: Path) -> None:
    steps = "".join(f"{i}. Function: f\nParameters: {{}}\nRetruns: x\n" for i in range(1, 20_001))
    prompt = "## Task Instruction\n" * 20_000 + "## AI Assistant's Solution\n"
    entry = {
        "input": prompt + steps,
        "process_correctness": "Yes",
        "final_response_correctness": "No",
    }
    path = tmp_path / "outputs.json"
    path.write_text(json.dumps({"A": [entry]}))
    assert outcome("toolalpaca", path) == "1 and 0"
    (found,) = trajectories.read_trajectories(tmp_path / "out.jsonl")
    assert isinstance(found, Trajectory)
    assert len(found.calls) == 20_000


def test_a_reply_is_the_next_one_behind_a_call_of_that_id(tmp_path: Path) -> None:
    def calls(id: str) -> dict[str, Any]:
        return {"role": "assistant", "tool_calls": [{"id": id, "function": {"name": "f"}}]}

    replies = [{"role": "tool", "tool_call_id": "a", "content": word} for word in ("one", "two")]
    said = [calls("a"), calls("b"), replies[0], calls("a"), replies[1], *[calls("z")] * 20_000]
    made = {"valid_data": True, "train_messages": [said]}
    path = tmp_path / "outputs.json"
    path.write_text(json.dumps({"588": {"answer_generation": made}}))
    assert outcome("toolbench", path) == "1 and 0"
    (found,) = trajectories.read_trajectories(tmp_path / "out.jsonl")
    assert isinstance(found, Trajectory)
    told = [message.content for message in found.messages if message.role == "tool"]
    assert told[:4] == ["one", "", "two", ""]


def test_unknown_problems_are_told_and_nothing_of_them_is_kept(tmp_path: Path) -> None:
    def unknown() -> Iterator[Trajectory]:
        yield Trajectory("p")
        for i in range(20_000):
            yield Trajectory(f"unknown {i}", reward=1.0)

    tally = Tally({"p": Problem("p", (), gold=Gold("reward"))}, [parse("reward")])
    tally.add(unknown())
    assert tally.unreadable == 20_000
    assert tally.answered == {"p"}
    assert set(tally._roll.trials) == {"p"}


def test_a_repeated_key_is_found_in_time() -> None:
    keys = ",".join(f'"{i}":0' for i in range(200_000))
    with pytest.raises(strict_json.Refused, match="'199999' is there twice"):
        strict_json.loads("{" + keys + ',"199999":0}')
