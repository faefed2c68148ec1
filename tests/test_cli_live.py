"""Live runs of agents from the command line: what is asked, kept, shown, and refused in time."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import cli

MODELS = '''
from pathlib import Path

from harness.records import Completion, Usage


class Fake:
    """Says what it was made to say; how often it was asked stands in asked.txt."""

    version = "1"

    def __init__(self, says: str = "Done.") -> None:
        self.says = says

    async def complete(self, messages, *, tools=(), max_tokens=None, temperature=None):
        with open("asked.txt", "a") as file:
            file.write("x")
        return Completion(self.says, Usage(10, 2))
'''
AGENT = 'function-calling(chat.py:Fake("Done."))'
TASK = "starter-agent/flights"

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def assay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Call:
    """Runs a command in a folder with a chat model; returns its exit code and its two streams."""
    monkeypatch.chdir(tmp_path)
    for name in ("ASSAY_DATA", "ASSAY_DEBUG", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("ASSAY_CACHE", str(tmp_path / "cache"))
    Path("chat.py").write_text(MODELS)

    def call(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = cli.main(list(arguments))
        streams = capsys.readouterr()
        return code, streams.out, streams.err

    return call


def asked() -> int:
    """How often the chat model was asked."""
    return len(Path("asked.txt").read_text()) if Path("asked.txt").exists() else 0


def played(assay: Call, *more: str) -> Path:
    """A run of two problems in two trials, and the folder of its result."""
    setting = ("--limit", "2", "--trials", "2")
    assert assay("run", "-m", AGENT, "-t", TASK, *setting, "--out", "out", *more)[0] == 0
    [found] = Path("out").glob("*/*/*")
    return found


def test_what_the_trials_of_a_problem_come_to_is_said_once(assay: Call) -> None:
    code, out, _ = assay("show", str(played(assay)), "--sample", "flights-01")
    assert code == 0
    assert out.count("flights-01, trial") == 2
    assert out.count("solved_in_world") == 1
    assert out.splitlines()[-1].startswith("mean of 2 trials: solved_in_world 0.00")


def test_a_result_of_other_measures_than_the_main_one_is_shown(assay: Call) -> None:
    code, out, err = assay("show", str(played(assay, "--measures", "success,steps")))
    assert (code, err) == (0, "")
    assert "steps" in out


def test_a_mistake_in_a_setting_costs_nothing(assay: Call) -> None:
    run = ("run", "-m", AGENT, "-t", TASK, "--limit", "1", "--out", "out")
    for wrong in (
        ("--measures", "success,pass@4"),
        ("--tools", "own", "gold+x"),
        ("--tool-order", "own", "sideways"),
        ("--faults", "0", "0.1:nothing"),
        ("--budget", "euros=5"),
    ):
        code, _, err = assay(*run, *wrong)
        assert code == 2
        assert err.count("\n") == 1
        assert asked() == 0


def test_a_model_is_found_in_the_cache_whatever_quotes_it_is_typed_with(assay: Call) -> None:
    folder = Path("cache/completions")
    folder.mkdir(parents=True)
    kept = folder / f"{'0' * 16}.jsonl"
    kept.write_text(json.dumps({"model": 'openai("some", seed=1)'}) + "\n")
    prune = ("cache", "prune", "--completions", "--model")
    assert assay(*prune, "openai('other', seed=1)")[0] == 0
    assert kept.exists()
    assert assay(*prune, "openai('some', seed=1)")[0] == 0
    assert not kept.exists()


def test_verdicts_that_a_judge_owes_make_a_run_partial(assay: Call) -> None:
    folder = Path("mirror/tooluse/stabletoolbench/solvable_queries")
    for name in ("test_query_ids", "test_instruction"):
        (folder / name).mkdir(parents=True)
    query = {"query_id": 7, "query": "Who?", "api_list": [], "relevant APIs": []}
    (folder / "test_query_ids/G1_tool.json").write_text('{"7": 0}')
    (folder / "test_instruction/G1_tool.json").write_text(json.dumps([query]))
    task = ("-t", "stabletoolbench/G1_tool", "--data", "mirror", "--simulator", "chat.py:Fake")
    run = ("run", "-m", AGENT, *task)
    assert assay(*run, "--out", "unjudged")[0] == 0
    code, out, err = assay(*run, "--out", "judged", "--judge", 'chat.py:Fake("Well.")')
    assert code == 1
    assert "the judge gave no verdict" in out
    assert "judgements could not be had" in err
