"""The command line as a person and a script meet it: real commands on small folders."""

from __future__ import annotations

import errno
import json
import math
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

import cli
from harness.store import Result

MODEL = '''
import signal
from pathlib import Path

STOP = Path("stop")


class Fixed:
    """Returns the documents of `order` to every query, the first one best."""

    query_batch = 1

    def __init__(self, order=("d1", "d2", "d3")):
        self.order = order

    def index(self, corpus):
        return self

    def search(self, queries, k):
        for query in queries:
            with open("asked.txt", "a") as file:
                file.write(query.id + "\\n")
            if query.id == "q2" and STOP.exists():
                signal.raise_signal(int(STOP.read_text()))
        scores = {d: float(len(self.order) - i) for i, d in enumerate(self.order)}
        return {query.id: dict(list(scores.items())[:k]) for query in queries}


class Broken(Fixed):
    def search(self, queries, k):
        return {query.id: {"d1": float("nan")} for query in queries}


class Down(Fixed):
    def search(self, queries, k):
        raise ConnectionError("the server is down")
'''

Call = Callable[..., "Outcome"]


class Outcome:
    """What a command left: its exit code and its two streams."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def write_collection(
    path: Path,
    documents: Mapping[str, str],
    queries: Mapping[str, str],
    qrels: Sequence[tuple[str, str, int]],
) -> Path:
    (path / "qrels").mkdir(parents=True)
    for name, texts in (("corpus", documents), ("queries", queries)):
        rows = (json.dumps({"_id": id, "text": text}) + "\n" for id, text in texts.items())
        (path / f"{name}.jsonl").write_text("".join(rows))
    lines = "".join(f"{q}\t{d}\t{grade}\n" for q, d, grade in qrels)
    (path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n" + lines)
    return path


@pytest.fixture
def assay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Call:
    """Runs a command in a folder with a collection `tiny` and the models of `my.py`."""
    monkeypatch.chdir(tmp_path)
    for name in ("ASSAY_DATA", "ASSAY_DEBUG", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / "my.py").write_text(MODEL)
    write_collection(
        tmp_path / "tiny",
        {"d1": "red apple", "d2": "green pear", "d3": "red car"},
        {"q1": "red", "q2": "pear", "q3": "the of and"},
        [("q1", "d1", 1), ("q2", "d2", 1), ("q3", "d3", 1)],
    )

    def call(*arguments: str) -> Outcome:
        capsys.readouterr()
        code = cli.main(list(arguments))
        streams = capsys.readouterr()
        return Outcome(code, streams.out, streams.err)

    return call


def run_tiny(assay: Call, *more: str) -> Outcome:
    return assay("run", "-m", "my.py:Fixed", "-t", "tiny", *more)


def is_error(outcome: Outcome, *words: str) -> bool:
    """One line that begins with "error:" and holds the words; nothing on standard output."""
    assert (outcome.code, outcome.out) == (2, ""), outcome.err
    [line] = outcome.err.splitlines()
    assert line.startswith("error: ")
    assert [word for word in words if word not in line] == [], line
    return True


# The main job


def test_run_shows_one_row_a_model_and_where_the_results_are(assay: Call) -> None:
    done = assay("run", "-m", "my.py:Fixed", "oracle", "-t", "tiny")
    assert done.code == 0
    # d1, d2, d3 in this order for every query: nDCG@10 is 1, 1/log2(3) and 1/log2(4).
    mean = (1 + 1 / math.log2(3) + 1 / 2) / 3
    rows = {line.split()[0]: line.split()[1] for line in done.out.splitlines() if "±" in line[20:]}
    assert rows == {"my.py:Fixed": f"{100 * mean:.2f}", "oracle": "100.00"}
    assert "nDCG@10" in done.out
    assert "Results are in results" in done.out
    assert "assay compare results/" in done.out


def test_json_is_one_object_of_the_documented_shape(assay: Call) -> None:
    done = run_tiny(assay, "--measures", "nDCG@10,P@1", "--json")
    assert done.code == 0
    assert done.err == ""
    [result] = done.json["results"]
    assert (result["model"], result["task"], result["partial"]) == ("my.py:Fixed", "tiny", False)
    assert result["setting"] == {
        "instruction": "auto",
        "pool": "all",
        "view": "documentation",
        "join": "adapter",
        "k": 100,
        "trials": 1,
        "compat": [],
    }
    assert set(result["measures"]) == {"nDCG@10", "P@1"}
    precision = result["measures"]["P@1"]
    assert set(precision) == {"value", "ci_low", "ci_high", "n"}
    assert precision["value"] == pytest.approx(1 / 3)
    assert precision["n"] == 3
    assert 0 <= precision["ci_low"] <= 1 / 3 <= precision["ci_high"] <= 1
    assert done.json["aggregates"] == []


def test_progress_is_a_plain_line_a_task_where_there_is_no_terminal(assay: Call) -> None:
    done = run_tiny(assay)
    assert done.err.splitlines() == [
        line for line in done.err.splitlines() if line.startswith("finished: my.py:Fixed on tiny")
    ]
    assert len(done.err.splitlines()) == 1


def test_a_second_run_reuses_and_fresh_asks_again(assay: Call, tmp_path: Path) -> None:
    asked = tmp_path / "asked.txt"
    run_tiny(assay)
    assert asked.read_text().split() == ["q1", "q2", "q3"]
    again = run_tiny(assay)
    assert again.code == 0
    assert again.err.startswith("reused: my.py:Fixed on tiny")
    assert asked.read_text().split() == ["q1", "q2", "q3"]
    assert run_tiny(assay, "--fresh").code == 0
    assert asked.read_text().split() == ["q1", "q2", "q3"] * 2


def test_a_query_of_only_stop_words_scores(assay: Call) -> None:
    done = assay("run", "-m", "bm25", "-t", "tiny", "--json")
    assert done.code == 0
    [result] = done.json["results"]
    assert result["counts"]["queries"] == result["counts"]["answered"] == 3


@pytest.mark.parametrize("number", [2, 15], ids=["SIGINT", "SIGTERM"])
def test_an_interrupted_run_says_so_and_goes_on(assay: Call, tmp_path: Path, number: int) -> None:
    (tmp_path / "stop").write_text(str(number))
    stopped = run_tiny(assay, "--json")
    said = "interrupted: run the same command again, it goes on"
    assert (stopped.code, stopped.json) == (130, {"error": said})
    assert stopped.err == "interrupted: run the same command again, it goes on\n"
    assert list(tmp_path.glob("results/**/result.json")) == []
    (tmp_path / "stop").unlink()
    (tmp_path / "asked.txt").unlink()
    done = run_tiny(assay, "--json")
    assert done.code == 0
    assert (tmp_path / "asked.txt").read_text().split() == ["q2", "q3"]
    assert done.json == run_tiny(assay, "--out", "elsewhere", "--json").json


@pytest.mark.parametrize("columns", ["20", "40", "80", "300"])
def test_any_width_of_terminal_will_do(
    assay: Call, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    done = assay("run", "-m", "my.py:Fixed", "random", "-t", "tiny")
    assert done.code == 0
    tables = done.out.split("Results are in")[0]
    assert max(map(len, tables.splitlines())) <= int(columns)
    assert assay("show", "results").code == 0
    assert assay("--help").code == 0


def test_both_instructions_are_two_rows_or_missing(assay: Call, tmp_path: Path) -> None:
    plain = run_tiny(assay, "--instruction", "both", "--json")
    assert plain.code == 1
    assert [r["setting"]["instruction"] for r in plain.json["results"]] == ["no"]
    assert [m["setting"]["instruction"] for m in plain.json["missing"]] == ["yes"]
    assert run_tiny(assay, "--instruction", "both", "--allow-missing").code == 0

    rows = [{"_id": "q1", "text": "red", "instruction": "Find fruit."}]
    (tmp_path / "tiny" / "queries.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    (tmp_path / "tiny" / "qrels" / "test.tsv").write_text("q1\td1\t1\n")
    shown = run_tiny(assay, "--instruction", "both", "--out", "other")
    assert shown.code == 0
    assert "instruction=no" in shown.out
    assert "instruction=yes" in shown.out


def test_limit_marks_everything_partial(assay: Call) -> None:
    done = run_tiny(assay, "--limit", "2")
    assert done.code == 0
    assert "partial" in done.out
    [result] = run_tiny(assay, "--limit", "2", "--json").json["results"]
    assert (result["partial"], result["counts"]["queries"]) == (True, 2)


def test_infrastructure_errors_left_are_exit_code_1(assay: Call) -> None:
    done = assay("run", "-m", "my.py:Down", "-t", "tiny")
    assert done.code == 1
    assert "3 queries of 3 failed outside the model" in done.out
    assert assay("run", "-m", "my.py:Down", "-t", "tiny", "--allow-missing").code == 1


# A suite of which only a part is there


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    """A mirror with one task of ToolRet: two web tools, one code tool, two queries."""
    root = tmp_path / "mirror" / "hub" / "mangopy"
    tools = {"web": ["apibank_tool_1", "apibank_tool_2"], "code": ["x_tool_1"], "customized": []}
    for part, ids in tools.items():
        rows = [{"id": id, "documentation": json.dumps({"name": id})} for id in ids]
        write_rows(root / "ToolRet-Tools" / part / "tools.jsonl", rows)
    label = json.dumps([{"id": "apibank_tool_1", "relevance": 1}])
    rows = [{"id": f"q{i}", "query": "book", "labels": label, "instruction": "t"} for i in (1, 2)]
    write_rows(root / "ToolRet-Queries" / "apibank" / "queries.jsonl", rows)
    return tmp_path / "mirror"


def write_rows(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    path.parent.mkdir(parents=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def test_a_suite_of_which_a_part_is_here_runs_that_part(assay: Call, mirror: Path) -> None:
    arguments = ("run", "-m", "oracle", "-s", "toolret", "--data", str(mirror))
    done = assay(*arguments, "--json")
    assert done.code == 1
    assert [result["task"] for result in done.json["results"]] == ["toolret/apibank"]
    assert len(done.json["missing"]) == 34
    average = next(
        a for a in done.json["aggregates"] if (a["name"], a["measure"]) == ("average", "nDCG@10")
    )
    assert set(average) >= {
        *("suite", "name", "model", "setting", "measure", "value", "ci_low", "ci_high"),
        *("partial", "tasks", "missing"),
    }
    assert (average["suite"], average["partial"], average["value"]) == ("toolret", True, 1.0)
    assert average["tasks"] == ["toolret/apibank"]
    assert len(average["missing"]) == 34

    shown = assay(*arguments, "--allow-missing")
    assert shown.code == 0
    assert "Missing 34 tasks: apigen, autotools-food" in shown.out
    assert "and 22 more" in shown.out
    assert "apibank has 2 queries, 101 published" in " ".join(shown.out.split())
    listed = assay("show", "results", "--json").json
    assert listed["results"] == done.json["results"]
    assert [a for a in listed["aggregates"] if a["suite"] == "toolret"] == done.json["aggregates"]


def test_a_task_without_data_is_one_line(assay: Call) -> None:
    missing = assay("run", "-m", "random", "-t", "toolret/apibank")
    assert is_error(missing, "--data", "ASSAY_DATA")
    told = assay("run", "-m", "random", "-t", "toolret/apibank", "--json")
    assert (told.code, told.err) == (2, missing.err)
    assert missing.err == f"error: {told.json['error']}\n"


def test_data_says_what_is_here_and_how_to_get_the_rest(assay: Call, mirror: Path) -> None:
    found = assay("data", "toolret", "--data", str(mirror), "--json").json["suites"]
    here = {task["task"]: task["here"] for part in found for task in part["tasks"]}
    assert len(here) == 35
    assert [task for task, there in here.items() if there] == ["toolret/apibank"]
    shown = assay("data", "toolret", "--data", str(mirror)).out
    assert f"{mirror}/hub/mangopy/ToolRet-Queries/apigen/queries.jsonl" in shown
    assert "Everything is here" in assay("data", "toolret/apibank", "--data", str(mirror)).out
    every = assay("data", "--data", str(mirror)).out
    assert "1 of 35 tasks" in every
    assert is_error(assay("data", "toolrat"), "toolrat")


# Other commands


RANKED = {"q1": ["d2", "d1"], "q2": ["d2"], "q3": []}


@pytest.mark.parametrize("name", ["run.trec", "run.jsonl", "run.json"])
def test_score_reads_every_format(assay: Call, tmp_path: Path, name: str) -> None:
    rows = [(q, d, 10 - i) for q, ids in RANKED.items() for i, d in enumerate(ids)]
    text = {
        "run.trec": "".join(f"{q} Q0 {d} 0 {score} x\n" for q, d, score in rows),
        "run.jsonl": "".join(
            json.dumps({"query_id": q, "doc_id": d, "score": score}) + "\n" for q, d, score in rows
        ),
        "run.json": json.dumps(RANKED),
    }
    (tmp_path / name).write_text(text[name])
    done = assay("score", "tiny", name, "--measures", "nDCG@10,P(rel=1)@1, AP", "--json")
    assert done.code == 0, done.err
    [result] = done.json["results"]
    values = {measure: value["value"] for measure, value in result["measures"].items()}
    # q1: relevant at rank 2; q2: at rank 1; q3: nothing returned.
    assert values == pytest.approx(
        {"nDCG@10": (1 / math.log2(3) + 1) / 3, "P@1": 1 / 3, "AP": (0.5 + 1) / 3}
    )
    assert not list(tmp_path.glob("**/result.json"))


def test_score_of_a_result_is_the_result_bit_for_bit(assay: Call, tmp_path: Path) -> None:
    ran = run_tiny(assay, "--k", "2", "--seed", "5", "--json").json
    [marker] = tmp_path.glob("results/**/result.json")
    folder = str(marker.parent)
    assert assay("score", "tiny", folder, "--json").json == ran
    shown = assay("score", "tiny", folder)
    assert "95 % interval" in shown.out


def test_merged_shards_are_the_unsharded_run(assay: Call, tmp_path: Path) -> None:
    for part in ("1/2", "2/2"):
        done = run_tiny(assay, "--shard", part, "--out", f"part-{part[0]}")
        assert done.code == 0, done.err
    early = assay("merge", "part-1", "--into", "early")
    assert early.code == 1
    assert "Unfinished: shard 2/2, tiny" in early.out
    merged = assay("merge", "part-1", "part-2", "--into", "whole", "--json")
    assert merged.code == 0
    whole = run_tiny(assay, "--out", "single", "--json")
    assert merged.json == whole.json
    files = [sorted(Path(out).rglob("result.json")) for out in ("whole", "single")]
    assert [f.read_bytes() for f in files[0]] == [f.read_bytes() for f in files[1]]


@pytest.fixture
def two_models(assay: Call, tmp_path: Path) -> tuple[str, str]:
    """Folders of a model that is right and one that is wrong on all of ten queries."""
    write_collection(
        tmp_path / "ten",
        {"d1": "a", "d2": "b"},
        {f"q{i}": f"text {i}" for i in range(10)},
        [(f"q{i}", "d1", 1) for i in range(10)],
    )
    expressions = ['my.py:Fixed(["d1"])', 'my.py:Fixed(["d2"])']
    for out, expression in zip(("right", "wrong"), expressions, strict=True):
        assert assay("run", "-m", expression, "-t", "ten", "--out", out).code == 0
    return "right", "wrong"


def test_compare_fails_if_a_challenger_is_worse(assay: Call, two_models: tuple[str, str]) -> None:
    right, wrong = two_models
    shown = assay("compare", right, wrong)
    assert shown.code == 0
    assert "worse" in shown.out
    assert "0/0/10" in shown.out
    assert assay("compare", right, wrong, "--fail-if-worse").code == 1
    assert assay("compare", wrong, right, "--fail-if-worse").code == 0
    [difference] = assay("compare", right, wrong, "--measure", "R@100", "--json").json[
        "differences"
    ]
    assert (difference["difference"], difference["verdict"]) == (-1.0, "worse")
    # All 2^10 sign flips can be drawn; two of them are as extreme as what was seen.
    assert difference["p"] == pytest.approx(2 / 2**10)
    assert is_error(assay("compare", right, wrong, "--measure", "P@7"), "P@7")


def test_show_tells_everything_of_one_result(assay: Call, tmp_path: Path) -> None:
    run_tiny(assay, "--measures", "nDCG@10,P@1,R@2")
    [marker] = tmp_path.glob("results/**/result.json")
    for path in (marker, marker.parent):
        shown = assay("show", str(path))
        assert shown.code == 0
        for word in ("nDCG@10", "P@1", "R@2", "sha256", "3 asked", "tiny corpus", "k=100"):
            assert word in shown.out
    assert len(assay("show", str(marker), "--json").json["results"]) == 1


def test_show_lists_what_was_interrupted(assay: Call, tmp_path: Path) -> None:
    (tmp_path / "stop").write_text("2")
    run_tiny(assay)
    assert "Unfinished: tiny" in assay("show").out


def test_catalogues_list_and_show(assay: Call) -> None:
    tasks = assay("tasks", "toolret", "--json").json["tasks"]
    assert len(tasks) == 35
    [card] = assay("tasks", "toolret/apibank", "--json").json["tasks"]
    assert (card["statistics"]["queries"], card["main_measure"]) == (101, "nDCG@10")
    assert "known defects" in assay("tasks", "craft-math-algebra").out
    assert "toolret/apibank" in assay("tasks", "toolret").out
    [suite] = assay("suites", "toolret", "--json").json["suites"]
    assert len(suite["tasks"]) == 35
    assert "mean of the 3 category means" in assay("suites", "toolret").out
    names = {suite["name"] for suite in assay("suites", "--json").json["suites"]}
    assert {"toolret", "mair"} <= names
    assert "toolret" in assay("suites").out
    models = {model["name"] for model in assay("models", "--json").json["models"]}
    assert {"bm25", "bm25-mteb", "bm25-lucene", "random", "oracle"} <= models
    assert "k1" in assay("models", "bm25").out
    [model] = assay("models", "bm25(k1=0.9)", "--json").json["models"]
    assert model["parameters"]["k1"] == 0.9
    assert "assay models check" in assay("models").out


def test_a_model_is_checked_before_a_long_run(assay: Call) -> None:
    good = assay("models", "check", "oracle")
    assert good.code == 0
    assert "passed" in good.out
    bad = assay("models", "check", "my.py:Broken", "--json")
    assert bad.code == 2
    assert not all(check["passed"] for check in bad.json["checks"])
    assert "fails" in assay("models", "check", "my.py:Broken").out
    assert is_error(assay("models", "check"), "assay models check MODEL")


def test_doctor_names_what_an_extra_would_add(assay: Call) -> None:
    found = assay("doctor", "--json").json
    assert {"fast", "rank", "lucene"} <= {extra["name"] for extra in found["extras"]}
    shown = assay("doctor")
    assert shown.code == 0
    assert "bm25-pyserini" in shown.out


def test_cite_prints_citations_and_licences(assay: Call, mirror: Path) -> None:
    run_tiny(assay)
    assay("run", "-m", "random", "-t", "toolret/apibank", "--data", str(mirror), "--out", "more")
    shown = assay("cite", "results", "more")
    assert shown.code == 0
    assert "shi-etal-2025-retrieval" in shown.out
    assert "No citation is known for: tiny" in shown.out
    credits = assay("cite", "results", "more", "--json").json["credits"]
    assert {(c["kind"], c["name"]) for c in credits} == {
        ("task", "tiny"),
        ("task", "toolret/apibank"),
        ("model", "my.py:Fixed"),
        ("model", "random"),
    }


def test_schema_is_that_of_a_result(assay: Call) -> None:
    printed = assay("schema").json
    assert printed == assay("schema", "--json").json == Result.model_json_schema()
    assert "measures" in printed["properties"]


def test_version_and_help(assay: Call) -> None:
    assert assay("--version").out.startswith("assay ")
    everything = assay()
    assert everything.code == 0
    for command in ("run", "score", "merge", "compare", "show", "doctor", "schema"):
        assert command in everything.out
        page = assay(command, "--help")
        assert page.code == 0
        assert f"assay {command}" in page.out
        assert "--json" in page.out


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("-m a b -t x", "-m a -m b -t x"),
        ("-m a b e.yaml --k 3", "-m a -m b e.yaml --k 3"),
        ("e.yaml -m a -m b c", "e.yaml -m a -m b -m c"),
        ("-t x -m", "-t x -m"),
        ("-m -t x", "-m -t x"),
        ("--k 3 4", "--k 3 4"),
    ],
)
def test_a_repeatable_option_takes_several_values(written: str, meant: str) -> None:
    assert cli._spread(written.split(), {"-m", "-t"}) == meant.split()


# Experiment files


def test_an_experiment_file_does_the_same_as_options(assay: Call, tmp_path: Path) -> None:
    (tmp_path / "e.yaml").write_text(
        "models: [my.py:Fixed, random]\ntasks: tiny\nsettings: {k: [1, 2]}\nout: there\n"
    )
    from_file = assay("run", "e.yaml", "--json")
    assert from_file.code == 0
    rows = [(r["model"], r["setting"]["k"]) for r in from_file.json["results"]]
    assert rows == [("my.py:Fixed", 1), ("my.py:Fixed", 2), ("random", 1), ("random", 2)]
    by_hand = assay("run", "-m", "my.py:Fixed", "random", "-t", "tiny", "--k", "2", "--json")
    assert by_hand.json["results"] == from_file.json["results"][1::2]
    assert (tmp_path / "there").is_dir()


def test_options_replace_what_the_file_says(assay: Call, tmp_path: Path) -> None:
    (tmp_path / "e.yaml").write_text("models: random\ntasks: nowhere\nout: there\n")
    done = assay("run", "--config", "e.yaml", "-t", "tiny", "-m", "oracle", "--k", "7", "--json")
    assert [(r["model"], r["setting"]["k"]) for r in done.json["results"]] == [("oracle", 7)]


# What people get wrong


def test_a_wrong_command_line_is_one_line(assay: Call) -> None:
    assert is_error(assay("run", "--modle", "x"), "--modle", "--model", "assay run --help")
    assert is_error(assay("rnu"), "rnu", "run")
    assert is_error(assay("run", "-m"), "-m")
    assert is_error(assay("run", "--k", "many"), "--k")
    assert is_error(assay("run", "--k", "0"), "--k")
    assert is_error(assay("run", "--shard", "3/2", "-m", "random", "-t", "tiny"), "3/2")
    assert is_error(assay("run", "-t", "tiny"), "model")
    assert is_error(assay("run", "tiny", "-m", "random"), "'tiny'", "-t")
    assert is_error(assay("score", "tiny"), "PREDICTIONS")


def test_what_is_not_there_is_one_line(assay: Call) -> None:
    assert is_error(assay("run", "-m", "random", "-t", "./nowhere"), "nowhere")
    assert is_error(assay("run", "-m", "bm52", "-t", "tiny"), "bm52", "Did you mean bm25")
    assert is_error(assay("run", "-m", "my.py:Fixd", "-t", "tiny"), "Fixd", "Fixed")
    assert is_error(assay("run", "-m", "no.py:X", "-t", "tiny"), "no.py")
    assert is_error(assay("run", "-m", "random", "-t", "toolret/apibnk"), "toolret/apibank")
    assert is_error(assay("run", "-m", "random", "-s", "toolrat"), "toolret")
    assert is_error(assay("run", "-m", "random", "-t", "tiny", "--data", "nowhere"), "nowhere")
    assert is_error(assay("run", "-m", "random", "-t", "tiny", "--instruction", "maybe"), "maybe")
    assert is_error(assay("run", "-m", "random", "-t", "tiny", "--pool", "pond"), "pond")
    assert is_error(assay("run", "nowhere.yaml"), "nowhere.yaml")
    assert is_error(assay("score", "tiny", "nowhere.trec"), "nowhere.trec")
    assert is_error(assay("score", "tiny", "tiny/corpus.jsonl", "--measures", "nDGC"), "nDCG")
    assert is_error(assay("show", "nowhere"), "nowhere")
    assert is_error(assay("compare", "nowhere", "tiny"), "nowhere")
    assert is_error(assay("merge", "nowhere"), "nowhere")
    assert is_error(assay("cite", "nowhere"), "nowhere")
    assert is_error(assay("tasks", "toolrat"), "toolrat")
    assert is_error(assay("suites", "toolrat"), "toolret")
    assert is_error(assay("models", "bm52"), "bm25")


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("corpus.jsonl", '{"_id": "d1", "text": "a"}\n{broken\n', ["corpus.jsonl", "line 2"]),
        ("corpus.jsonl", '{"_id": "d1", "text": "a"}\n' * 2, ["corpus.jsonl", "line 2", "d1"]),
        ("corpus.jsonl", "", ["corpus.jsonl", "empty"]),
        ("queries.jsonl", '{"_id": "q1"}\n', ["queries.jsonl", "line 1", "text"]),
        ("qrels/test.tsv", "q1\td1\thigh\n", ["test.tsv", "line 1"]),
    ],
    ids=["broken JSON", "duplicate ids", "empty corpus", "no text", "no grade"],
)
def test_a_broken_collection_names_file_and_line(
    assay: Call, tmp_path: Path, file: str, text: str, words: list[str]
) -> None:
    (tmp_path / "tiny" / file).write_text(text)
    assert is_error(run_tiny(assay), *words)
    assert not list(tmp_path.glob("results/**/result.json"))


def test_scores_that_are_no_numbers_are_refused(assay: Call, tmp_path: Path) -> None:
    assert is_error(assay("run", "-m", "my.py:Broken", "-t", "tiny"), "nan")
    assert not list(tmp_path.glob("results/**/result.json"))
    (tmp_path / "nan.trec").write_text("q1 Q0 d1 1 2.0 x\nq1 Q0 d2 2 nan x\n")
    assert is_error(assay("score", "tiny", "nan.trec"), "nan.trec", "line 2")


@pytest.mark.parametrize(
    ("number", "word"), [(errno.ENOSPC, "disk is full"), (errno.EROFS, "read-only")]
)
def test_a_disk_that_takes_nothing_is_one_line(
    assay: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, word: str
) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", refuse)
        assert is_error(run_tiny(assay), "results", word)
        assert not list(tmp_path.glob("results/**/result.json"))
    assert run_tiny(assay).code == 0


def test_an_output_path_that_is_a_file_is_one_line(assay: Call, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    assert is_error(run_tiny(assay, "--out", "taken"), "taken")


def test_a_fault_of_ours_is_one_line_too_and_debug_shows_it(
    assay: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(name: str | None) -> None:
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr("harness.loading.lookup.find_suites", fail)
    assert is_error(assay("suites"), "ZeroDivisionError", "ASSAY_DEBUG")
    with pytest.raises(ZeroDivisionError):
        assay("suites", "--debug")
    monkeypatch.setenv("ASSAY_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        assay("suites")


# As a process


def process(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "import sys, cli; sys.exit(cli.main())", *arguments]
    return subprocess.run(command, text=True, timeout=60, **options)


@pytest.mark.parametrize("name", ["harness", "tasks", "models"])
@pytest.mark.parametrize("kind", ["package", "module", "folder"])
def test_a_package_that_hides_ours_is_named(tmp_path: Path, name: str, kind: str) -> None:
    if kind == "module":
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('never imported')")
    else:
        (tmp_path / name).mkdir()
    if kind == "package":
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('never imported')")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = process("doctor", capture_output=True, cwd=tmp_path, env=environment)
    if kind == "folder" and done.returncode == 0:
        pytest.skip("installed where a folder without __init__.py cannot hide a package")
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith(f"error: another '{name}' in {tmp_path}")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_an_output_that_is_full_is_one_line(tmp_path: Path) -> None:
    with open("/dev/full", "w") as full:
        done = process("schema", stdout=full, stderr=subprocess.PIPE, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == "error: No space left on device\n"


@pytest.mark.parametrize("command", [("schema",), ("suites",)])
def test_a_reader_that_leaves_early_is_no_error_to_shout_about(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = process(*command, stdout=writer, stderr=subprocess.PIPE, cwd=tmp_path)
    os.close(writer)
    assert done.stderr == ""
    assert done.returncode in (1, 141)


NOISY = """
import os
import sys

print("noise of the import")


class Noisy:
    def index(self, corpus):
        print("noise of Python")
        os.write(1, b"noise of C\\n")
        os.system("echo noise of a child")
        return self

    def search(self, queries, k, within=None, without=None):
        if "quit" in sys.argv:
            sys.exit(0)
        pool = {q.id: (within or {}).get(q.id, ["d1", "d2"]) for q in queries}
        return {q: {d: 1.0 for d in docs} for q, docs in pool.items()}
"""


@pytest.mark.parametrize(
    "command", [("run", "-m", "noisy.py", "-t", "tiny"), ("models", "check", "noisy.py")]
)
def test_what_plug_ins_print_leaves_the_json_alone(
    assay: Call, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "noisy.py").write_text(NOISY)
    done = process(*command, "--json", capture_output=True, cwd=tmp_path)
    assert json.loads(done.stdout)
    for source in ("the import", "Python", "C", "a child"):
        assert f"noise of {source}" in done.stderr


def test_a_result_of_one_object_follows_another_in_one_process(assay: Call) -> None:
    assert "results" in run_tiny(assay, "--json").json
    assert "suites" in assay("suites", "--json").json
    assert "starter" in assay("suites").out


def test_a_terminal_without_unicode_shows_what_it_can(assay: Call, tmp_path: Path) -> None:
    plain = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for command in (("run", "-m", "bm25", "random", "-t", "tiny"), ("show",), ("cite", "results")):
        done = process(*command, capture_output=True, cwd=tmp_path, env=plain)
        assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
        assert "UnicodeEncodeError" not in done.stderr


def test_the_hint_is_a_sentence_of_its_own(assay: Call) -> None:
    assert is_error(assay("run", "--k", "0"), "greater than or equal to 1. See: assay run --help")
    assert is_error(assay("run", "--nope"), "). See: assay run --help")
