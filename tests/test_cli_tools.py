"""Tool use from the command line, as somebody new to it meets it: import, score, judge."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

import cli

HOME = Path(__file__).resolve().parent.parent
JUDGE = '''
import asyncio
import json
import os
import signal
from pathlib import Path

from harness.records import Completion


class Fake:
    """Believes every answer that begins with "surely"; what it was asked stands in asked.txt."""

    version = "1"

    async def complete(self, messages, *, max_tokens=None, temperature=0.0):
        said = messages[-1].content
        asked = Path("asked.txt").read_text().splitlines() if Path("asked.txt").exists() else []
        if len(asked) >= 3 and Path("stop").exists():
            number = Path("stop").read_text()
            Path("stop").write_text("")
            if number:
                signal.raise_signal(int(number))
            await asyncio.sleep(60)
        verdict = "Solved" if '"surely' in said else "Unsolved"
        with open("asked.txt", "a") as file:
            print(said.rpartition("Final answer:")[2].split()[0], file=file)
        return Completion(json.dumps({"reason": "It says so.", "verdict": verdict}))


class Sceptic(Fake):
    async def complete(self, messages, *, max_tokens=None, temperature=0.0):
        return Completion(json.dumps({"reason": "Never.", "verdict": "Unsolved"}))


class Down(Fake):
    async def complete(self, messages, *, max_tokens=None, temperature=0.0):
        raise ConnectionError("the server is down")


class Rambler(Fake):
    async def complete(self, messages, *, max_tokens=None, temperature=0.0):
        return Completion("Well, that depends.")
'''
TASK, JUDGED = "bfcl/simple_python", "stabletoolbench/G1_tool"

Call = Callable[..., "Outcome"]


class Outcome:
    """What a command left: its exit code and its two streams."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def rows(path: Path, *found: Any) -> Path:
    """Writes a JSON value a line; texts as they are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (row if isinstance(row, str) else json.dumps(row) for row in found)
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def read(path: str | Path) -> list[Any]:
    return [json.loads(line) for line in Path(path).read_text().splitlines()]


def write_bfcl(data: Path) -> None:
    """Three problems with the same tool: how hot is it in a city?"""
    name, cities = "BFCL_v4_simple_python.json", ("Oslo", "Lima", "Rome")
    properties = {"city": {"type": "string", "description": "where"}}
    schema = {"type": "dict", "properties": properties, "required": ["city"]}
    tool = {"name": "heat", "description": "How hot it is.", "parameters": schema}
    asked = [[[{"role": "user", "content": f"How hot is {city}?"}]] for city in cities]
    questions = (
        {"id": f"simple_python_{i}", "question": text, "function": [tool]}
        for i, text in enumerate(asked)
    )
    answers = (
        {"id": f"simple_python_{i}", "ground_truth": [{"heat": {"city": [city]}}]}
        for i, city in enumerate(cities)
    )
    rows(data / name, *questions)
    rows(data / "possible_answer" / name, *answers)


def write_stabletoolbench(folder: Path) -> None:
    """Two queries without tools."""
    asked: list[dict[str, Any]] = [
        {"query_id": id, "query": f"Query {id}?", "api_list": [], "relevant APIs": []}
        for id in (7, 8)
    ]
    rows(folder / "test_query_ids/G1_tool.json", {"7": 0, "8": 0})
    rows(folder / "test_instruction/G1_tool.json", asked)


@pytest.fixture
def assay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Call:
    """Runs a command in a folder with a judge's models, a mirror being known."""
    monkeypatch.chdir(tmp_path)
    for name in ("ASSAY_DEBUG", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("ASSAY_DATA", str(tmp_path / "mirror"))
    (tmp_path / "judge.py").write_text(JUDGE)
    write_bfcl(tmp_path / "mirror/tooluse/bfcl_v4")
    write_stabletoolbench(tmp_path / "mirror/tooluse/stabletoolbench/solvable_queries")

    def call(*arguments: str) -> Outcome:
        capsys.readouterr()
        code = cli.main(list(arguments))
        streams = capsys.readouterr()
        return Outcome(code, streams.out, streams.err)

    return call


def results(folder: str = "result/mine", *more: Any) -> Path:
    """BFCL's result file of a model: right, wrong value, nothing that can be read."""
    made = ([{"heat": '{"city": "Oslo"}'}], [{"heat": '{"city": "Quito"}'}], "no idea")
    found = ({"id": f"simple_python_{i}", "result": said} for i, said in enumerate(made))
    return rows(Path(folder, "non_live/BFCL_v4_simple_python_result.json"), *found, *more)


def answers(path: str = "mine.jsonl") -> Path:
    """Answers to both queries in two trials, the second of them of no worth."""
    return rows(
        Path(path),
        {"problem": "7", "answer": "surely"},
        {"problem": "8", "answer": "surely-not"},
        {"problem": "7", "trial": 1, "answer": "perhaps"},
        {"problem": "8", "trial": 1, "end": "gave up"},
    )


def judge(assay: Call, model: str = "Fake", *more: str) -> Outcome:
    asked = ("--judge", "assay-solved", "-m", f"judge.py:{model}", *more)
    return assay("judge", JUDGED, "mine.jsonl", *asked)


def is_error(outcome: Outcome, *words: str) -> bool:
    """The last line begins with "error:" and holds the words; nothing on standard output.

    Lines before it tell what could not be read.
    """
    assert (outcome.code, outcome.out) == (2, ""), outcome.err
    *_, line = outcome.err.splitlines()
    assert line.startswith("error: ")
    assert [word for word in words if word not in line] == [], line
    return True


class TestLookingAround:
    @pytest.mark.parametrize(
        ("command", "words"),
        [
            ("import", ["assay import --list", "--task", "FORMAT", "PATH"]),
            ("judge", ["assay judge --list", "--repeats", "--against", "--agreement"]),
            ("score", ["trajectories", "assay import"]),
        ],
    )
    def test_help_shows_examples_and_options(
        self, assay: Call, command: str, words: Sequence[str]
    ) -> None:
        shown = assay(command, "--help")
        assert shown.code == 0
        text = " ".join(shown.out.split())
        assert [word for word in words if word not in text] == []

    def test_formats_are_listed_with_what_they_lose(self, assay: Call) -> None:
        shown = assay("import", "--list")
        assert shown.code == 0
        lines = [line.rstrip() for line in shown.out.splitlines()]
        found = assay("import", "--list", "--json").json["formats"]
        assert [line for line in lines if line and not line.startswith(" ")] == [
            format["name"] for format in found
        ]
        assert {"bfcl", "openai-chat", "tau-bench"} <= {format["name"] for format in found}
        text = " ".join(shown.out.split())
        assert [s for f in found for s in (f["reads"], *f["loses"]) if s not in text] == []

    def test_judges_are_listed(self, assay: Call) -> None:
        known = assay("judge", "--list", "--json").json["judges"]
        listed = assay("judge", "--list")
        assert listed.code == 0
        assert {"assay-solved", "tooleval"} <= {judge["name"] for judge in known}
        text = " ".join(listed.out.split())
        assert [judge for judge in known if judge["is"] not in text] == []


class TestImporting:
    def test_a_result_file_becomes_attempts_that_are_scored(self, assay: Call) -> None:
        results()
        done = assay("import", "bfcl", "result/mine", "-t", TASK, "--out", "mine.jsonl")
        assert (done.code, done.err) == (0, "")
        said, following = done.out.splitlines()
        assert said == f"3 attempts at 3 of 3 problems of {TASK} written to mine.jsonl"
        command = following.partition("assay ")[2].split()
        scored = assay(*command)
        assert scored.code == 0
        # One of three is right; ESM: 1, 1 - .3 for a wrong value, 0 for what cannot be read.
        numbers = [line.split()[:2] for line in scored.out.splitlines()]
        assert ["success", "33.33"] in numbers
        assert ["error_score", f"{100 * (1 + 0.7 + 0) / 3:.2f}"] in numbers
        assert "calls at fault: wrong value: 1" in scored.out
        assert "calls at fault: unparsable: 1" in scored.out

    def test_an_entry_that_cannot_be_used_is_told_and_is_exit_code_1(self, assay: Call) -> None:
        results("result/mine", "{", {"id": "simple_python_9", "result": []})
        done = assay("import", "bfcl", "result/mine", "-t", TASK, "--out", "mine.jsonl")
        assert done.code == 1
        told = done.err.splitlines()
        assert [line.partition(":")[0] for line in told] == ["line 4", "line 5"]
        assert "simple_python_9" in told[1]
        assert "2 entries could not be used" in done.out
        assert len(read("mine.jsonl")) == 3

    def test_of_many_such_entries_the_first_are_spelled_out(self, assay: Call) -> None:
        results("result/mine", *["{"] * 14)
        done = assay("import", "bfcl", "result/mine", "-t", TASK)
        *told, last = done.err.splitlines()
        assert len(told) == 10
        assert last == "and 4 more entries that cannot be used"
        assert len(read("trajectories.jsonl")) == 3

    def test_json_is_one_object(self, assay: Call) -> None:
        results("result/mine", "{")
        done = assay("import", "bfcl", "result/mine", "-t", TASK, "--json")
        assert (done.code, done.err) == (1, "")
        out = {"out": "trajectories.jsonl", "attempts": 3, "problems": 3, "of": 3, "unreadable": 1}
        assert done.json == out

    def test_what_is_wrong_is_one_line(self, assay: Call) -> None:
        results()
        rows(Path("empty.json"), "", "{}")
        given = ("result/mine", "-t", TASK)
        assert is_error(assay("import", "bfc", *given), "'bfc'", "Did you mean bfcl?")
        assert is_error(assay("import", "bfcl", "nowhere", "-t", TASK), "nowhere")
        assert is_error(assay("import", "bfcl", "result/mine"), "--task", "--list")
        assert is_error(assay("import"), "assay import FORMAT PATH --task TASK")
        assert is_error(
            assay("import", "bfcl", "result/mine", "-t", "starter-tools/films"), "retrieval task"
        )
        assert is_error(assay("import", "bfcl", "empty.json", "-t", TASK), "holds nothing of", TASK)
        assert is_error(assay("import", "bfcl", "result/mine", "-t", "bfcl/multiple"), "multiple")
        assert is_error(assay("import", "bfcl", "result/mine", "-t", "bfcl/simple_pythn"))
        assert not Path("trajectories.jsonl").exists()


class TestScoring:
    def test_a_broken_line_is_told_with_its_number_and_stops_nothing(self, assay: Call) -> None:
        call = {"name": "heat", "arguments": {"city": "Oslo"}}
        good = {"problem": "simple_python_0", "messages": [{"role": "assistant", "calls": [call]}]}
        rows(Path("mine.jsonl"), "{", good, {"problem": "nobody"}, good)
        done = assay("score", TASK, "mine.jsonl")
        assert done.code == 0
        first, unknown, second = done.err.splitlines()
        assert first.startswith("line 1: ")
        assert "nobody" in unknown
        assert "simple_python_0" in second
        assert "entries that cannot be used: 3" in done.out
        assert "2 without an answer (score 0)" in done.out
        [result] = assay("score", TASK, "mine.jsonl", "--json").json["results"]
        assert result["measures"]["success"]["value"] == pytest.approx(1 / 3)

    def test_trials_are_averaged_and_repeated_success_is_worked_out(self, assay: Call) -> None:
        answers()
        judge(assay)
        done = assay("score", JUDGED, "mine.judged.jsonl", "--measures", "solved,pass@2,pass^2")
        shown = dict(line.split()[:2] for line in done.out.splitlines() if "[" in line)
        # Query 7: solved, then not. Query 8: solved, then given up.
        assert shown == {"solved": "50.00", "pass@2": "100.00", "pass^2": "0.00"}

    def test_more_trials_than_there_are_is_one_line(self, assay: Call) -> None:
        results()
        assay("import", "bfcl", "result/mine", "-t", TASK, "--out", "mine.jsonl")
        wrong = assay("score", TASK, "mine.jsonl", "--measures", "pass@4")
        assert is_error(wrong, "pass@4 needs 4 trials of every problem")

    def test_what_is_wrong_is_one_line(self, assay: Call) -> None:
        rows(Path("bad.jsonl"), "{", {"problem": "nobody"})
        assert is_error(assay("score", TASK, "bad.jsonl"), "none of the 2 entries can be used")
        assert is_error(assay("score", TASK, "nowhere.jsonl"), "nowhere.jsonl")
        answers()
        assert is_error(assay("score", TASK, "mine.jsonl", "--measures", "nDCG@10"), "nDCG@10")
        wrong = assay("score", TASK, "mine.jsonl", "--measures", "succes")
        assert is_error(wrong, "'succes'", "Did you mean")


class TestJudging:
    def test_from_attempts_to_a_number_with_the_judges_name(self, assay: Call) -> None:
        answers()
        done = judge(assay, "Fake", "--repeats", "2")
        assert (done.code, done.err) == (0, "")
        made, written, following = done.out.splitlines()
        # Four attempts, twice each; the one that gave up is judged without asking anybody.
        assert made.startswith("8 judgements made now by assay-solved(judge.py:Fake)#")
        assert written == "4 attempts written to mine.judged.jsonl"
        assert len(Path("asked.txt").read_text().splitlines()) == 6
        scored = assay(*following.partition("assay ")[2].split())
        name = made.rpartition(" ")[2]
        assert f"version 1, judged by {name}" in " ".join(scored.out.split())
        # Query 7: (1 + 0) / 2 over its trials, query 8: (1 + 0) / 2.
        assert ["SoPR", "50.00"] in [line.split()[:2] for line in scored.out.splitlines()]

    def test_without_judgements_the_score_says_what_is_missing(self, assay: Call) -> None:
        rows(Path("mine.jsonl"), *({"problem": id, "answer": "so"} for id in "78"))
        shown = assay("score", JUDGED, "mine.jsonl")
        assert shown.code == 0
        assert "assay judge" in shown.out

    def test_a_second_call_asks_for_nothing(self, assay: Call) -> None:
        answers()
        judge(assay)
        asked = Path("asked.txt").read_text()
        again = judge(assay)
        assert again.out.startswith("0 judgements made now by ")
        assert Path("asked.txt").read_text() == asked

    def test_what_fails_is_told_and_asked_again(self, assay: Call) -> None:
        answers()
        done = judge(assay, "Down", "--repeats", "2")
        assert done.code == 1
        assert "6 judgements could not be had:" in done.out
        assert "problem 7, trial 0, repeat 0: the server is down" in " ".join(done.out.split())
        assert "  and 3 more" in done.out.splitlines()
        assert "The same command asks for them again." in done.out
        [failures] = [judge(assay, "Rambler", "--repeats", "1", "--json").json["failures"]]
        assert len(failures) == 3
        assert "has not filled in its form" in failures["problem 7, trial 0, repeat 0"]

    def test_an_attempt_that_nobody_could_judge_is_no_success_and_no_failure(
        self, assay: Call
    ) -> None:
        answers()
        judge(assay, "Down")
        [result] = assay("score", JUDGED, "mine.judged.jsonl", "--json").json["results"]
        # Of the four attempts only the one that gave up needs no judge.
        assert (
            "SoPR says nothing of 1 of 2 problems"
            in assay("score", JUDGED, "mine.judged.jsonl").out
        )
        assert result["measures"]["judged"]["value"] == pytest.approx(1 / 4)

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_an_interrupted_call_goes_on_and_asks_nothing_twice(
        self, assay: Call, number: signal.Signals
    ) -> None:
        answers()
        Path("stop").write_text(str(int(number)))
        stopped = judge(assay)
        assert stopped.code == 130
        assert stopped.err == "interrupted: run the same command again, it goes on\n"
        assert not Path("mine.judged.jsonl").exists()
        Path("stop").unlink()
        assert judge(assay).code == 0
        assert asked_for_what() == everything_once()

    def test_a_killed_call_goes_on_and_asks_nothing_twice(self, assay: Call) -> None:
        answers()
        Path("stop").write_text(str(int(signal.SIGKILL)))
        command = [sys.executable, "-m", "cli", "judge", JUDGED, "mine.jsonl"]
        command += ["--judge", "assay-solved", "-m", "judge.py:Fake"]
        environment = {**os.environ, "PYTHONPATH": str(HOME)}
        killed = subprocess.run(command, env=environment, capture_output=True, check=False)
        assert killed.returncode == -signal.SIGKILL
        kept = read("mine.judged.jsonl.judgements")
        assert len(kept) >= 3
        Path("stop").unlink()
        assert judge(assay).code == 0
        assert asked_for_what() == everything_once()

    def test_a_broken_line_is_told_left_out_and_exit_code_1(self, assay: Call) -> None:
        answers()
        with open("mine.jsonl", "a") as file:
            print("{", file=file)
        done = judge(assay)
        assert done.code == 1
        assert done.err.startswith("line 5: ")
        assert "1 entry could not be used" in done.out
        assert len(read("mine.judged.jsonl")) == 4

    def test_the_default_output_stands_beside_the_attempts(self, assay: Call) -> None:
        Path("runs").mkdir()
        answers("runs/mine.jsonl")
        asked = ("--judge", "assay-solved", "-m", "judge.py:Fake")
        assert assay("judge", JUDGED, "runs/mine.jsonl", *asked).code == 0
        assert len(read("runs/mine.judged.jsonl")) == 4

    def test_json_is_one_object(self, assay: Call) -> None:
        answers()
        found = judge(assay, "Fake", "--json", "--out", "there.jsonl").json
        assert found["judge"].startswith("assay-solved(judge.py:Fake)#")
        assert (found["out"], found["attempts"], found["asked"]) == ("there.jsonl", 4, 12)
        assert found["failures"] == {}

    def test_what_is_wrong_is_one_line(self, assay: Call) -> None:
        answers()
        given = ("judge", JUDGED, "mine.jsonl")
        solved = ("--judge", "assay-solved")
        assert is_error(assay(*given), "--judge NAME")
        assert is_error(assay("judge"), "assay judge TASK TRAJECTORIES")
        assert is_error(assay(*given, *solved), "assay-solved wants --model")
        wrong = assay(*given, "--judge", "assay-solve")
        assert is_error(wrong, "'assay-solve'", "Did you mean assay-solved?", "assay judge --list")
        assert is_error(assay(*given, *solved, "-m", "bm25"), "bm25 is no chat model")
        compared = ("--judge", "tooleval-preference", "-m", "judge.py:Fake")
        assert is_error(assay(*given, *compared), "--against FILE")
        assert is_error(assay("judge", "starter-tools/films", *given[2:], *solved), "retrieval")
        assert is_error(
            assay("judge", JUDGED, "nowhere.jsonl", *solved, "-m", "judge.py:Fake"), "nowhere.jsonl"
        )
        assert is_error(assay(*given, *solved, "--repeats", "0"), "--repeats")
        rows(Path("mine.jsonl"), "{")
        assert is_error(judge(assay), "mine.jsonl", "no attempts")
        assert not Path("mine.judged.jsonl").exists()


class TestAgreeing:
    def test_of_two_judges_with_each_other_and_with_themselves(self, assay: Call) -> None:
        answers()
        judge(assay)
        Path("mine.jsonl").write_text(Path("mine.judged.jsonl").read_text())
        judge(assay, "Sceptic")
        shown = assay("judge", "--agreement", JUDGED, "mine.judged.jsonl")
        assert shown.code == 0
        lines = [line.split() for line in shown.out.splitlines()]
        assert lines[0][0] == "A"
        assert lines[0][1].startswith("assay-solved(judge.py:Fake)#")
        assert lines[1][1].startswith("assay-solved(judge.py:Sceptic)#")
        # 4 attempts, 3 repeats of each judge: 4 * 3 * 3 pairs of judgements. Fake says Solved of
        # two of the attempts, always, Sceptic of none: they agree on half, and so does chance
        # (1/2 * 0 + 1/2 * 1): kappa 0. Who says one thing alone has no kappa.
        assert lines[-3:] == [
            ["solved", "A,", "asked", "again", "4", "100.00", "1.000"],
            ["solved", "B,", "asked", "again", "4", "100.00"],
            ["solved", "A", "and", "B", "36", "50.00", "0.000"],
        ]
        found = assay("judge", "--agreement", JUDGED, "mine.judged.jsonl", "--json").json
        assert [one.get("kappa") for one in found["agreement"]] == [1.0, None, 0.0]

    def test_two_judges_of_one_question_are_never_mixed_in_a_score(self, assay: Call) -> None:
        answers()
        judge(assay)
        Path("mine.jsonl").write_text(Path("mine.judged.jsonl").read_text())
        judge(assay, "Sceptic")
        mixed = assay("score", JUDGED, "mine.judged.jsonl")
        assert is_error(mixed, "2 judges", "judge.py:Fake", "judge.py:Sceptic", "keep")

    def test_without_judgements_there_is_nothing_to_compare(self, assay: Call) -> None:
        answers()
        wrong = assay("judge", "--agreement", JUDGED, "mine.jsonl")
        assert is_error(wrong, "holds no judgements", "assay judge")


def asked_for_what() -> Counter[str]:
    """How often each answer was put to the judge and judged."""
    return Counter(Path("asked.txt").read_text().splitlines())


def everything_once() -> Counter[str]:
    """Three answers, three repeats."""
    return Counter(quoted(["surely", "surely-not", "perhaps"] * 3))


def quoted(words: Iterable[str]) -> list[str]:
    return [json.dumps(word) for word in words]
