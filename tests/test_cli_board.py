"""The commands of the board as a person and a script meet them, and what may be wrong with them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import cli

CARD = """
name: My BM25
kind: lexical
revision: null
parent: null
licence: Apache-2.0
open_weights: true
parameters: 0
prompt: null
max_length: null
dtype: null
training: []
contact: Ada Example
links: {}
"""
TASK = "starter-tools/films"
Call = Callable[..., "Outcome"]


class Outcome:
    """What a command left: its exit code and its two streams."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a model was run, packed, checked and built into a site."""
    root = tmp_path_factory.mktemp("made")
    (root / "model.yaml").write_text(CARD)
    for line in (
        f"run -m bm25 -t {TASK} --out results",
        "submit results --card model.yaml --out submissions/my-bm25",
        "check submissions/my-bm25 --record",
        "board build --submissions submissions --no-printed --out site",
    ):
        done = process(*line.split(), cwd=root, capture_output=True)
        assert done.returncode == 0, done.stderr
    (root / "empty").mkdir()
    (root / "file").write_text("")
    return root


@pytest.fixture
def here(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that folder, in which the test runs."""
    home = tmp_path / "home"
    shutil.copytree(made, home)
    monkeypatch.chdir(home)
    for name in ("ASSAY_DATA", "ASSAY_DEBUG", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    return home


@pytest.fixture
def assay(here: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Call]:
    terminated = signal.getsignal(signal.SIGTERM)

    def call(line: str, *more: str) -> Outcome:
        capsys.readouterr()
        code = cli.main([*line.split(), *more])
        streams = capsys.readouterr()
        return Outcome(code, streams.out, streams.err)

    yield call
    signal.signal(signal.SIGTERM, terminated)


def process(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "import sys, cli; sys.exit(cli.main())", *arguments]
    return subprocess.run(command, text=True, timeout=60, **options)


def is_error(outcome: Outcome, *words: str) -> bool:
    """One line that begins with "error:" and holds the words; nothing on standard output."""
    assert (outcome.code, outcome.out) == (2, ""), outcome.err
    [line] = outcome.err.splitlines()
    assert line.startswith("error: ")
    assert [word for word in words if word not in line] == [], line
    return True


# What goes well


def test_paths_are_said_as_they_were_given(assay: Call) -> None:
    packed = assay("submit results --card model.yaml --out submissions/other")
    assert "of bm25 in submissions/other (" in packed.out
    assert "assay check submissions/other\n" in packed.out
    assert "submissions/_checked/other.json" in assay("check submissions/other --record").out


def test_every_command_says_the_same_as_one_object(assay: Call, here: Path) -> None:
    packed = assay("submit results --card model.yaml --out submissions/other --json").json
    assert (packed["folder"], packed["submission"]) == ("submissions/other", "other")
    assert "name:" in assay("submit results --template --json").json["template"]
    assert assay("check submissions/other --json").json["submissions"][0]["acceptable"] is True
    again = assay("reproduce submissions/other --by Ada --json").json
    assert [cell["identical"] for cell in again["cells"]] == [True]
    build = assay("board build --submissions submissions --no-printed --out site --json").json
    assert build["unchecked"] == {"other": "no check of it is on record"}
    files = assay("board export starter-tools --submissions submissions -f markdown --json").json
    assert files == {"files": ["figures/starter-tools.md"]}
    assert "My BM25" in (here / "figures/starter-tools.md").read_text()


def test_a_card_with_every_gap_filled_in_is_taken(assay: Call, here: Path) -> None:
    card = assay("submit results --template").out.replace("???", "Ada Example")
    (here / "card.yaml").write_text(card)
    assert assay("submit results --card card.yaml --out submissions/other").code == 0


def test_a_pattern_may_take_in_what_lies_beside_submissions(assay: Call, here: Path) -> None:
    (here / "submissions/retractions.yaml").write_text("[]\n")
    names = [str(path) for path in sorted((here / "submissions").iterdir())]
    assert len(names) == 3
    assert len(assay("check --json", *names).json["submissions"]) == 1


def test_one_submission_that_is_refused_is_exit_code_2_and_the_others_are_recorded(
    assay: Call, here: Path
) -> None:
    shutil.copytree(here / "submissions/my-bm25", here / "submissions/copy")
    found = assay("check submissions/copy submissions/my-bm25 --record --json")
    assert [one["acceptable"] for one in found.json["submissions"]] == [False, True]
    assert found.code == 2
    assert not (here / "submissions/_checked/copy.json").exists()


@pytest.mark.parametrize("columns", ["20", "40", "300"])
@pytest.mark.parametrize(
    "line", ["check submissions/my-bm25", "reproduce submissions/my-bm25 --by A", "board --help"]
)
def test_any_width_of_terminal_will_do(
    assay: Call, monkeypatch: pytest.MonkeyPatch, line: str, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    done = assay(line)
    assert done.code == 0
    assert max(map(len, done.out.splitlines())) <= int(columns)


def test_a_terminal_without_unicode_shows_what_it_can(here: Path) -> None:
    plain = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = process("check", "submissions/my-bm25", capture_output=True, env=plain)
    assert (done.returncode, done.stderr) == (0, "")
    assert "? passed  | hashes" in done.stdout


def test_a_reader_that_leaves_early_is_no_error_to_shout_about(here: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    for more in ((), ("--json",)):
        done = process("check", "submissions/my-bm25", *more, stdout=writer, stderr=subprocess.PIPE)
        assert (done.stderr, done.returncode in (1, 141)) == ("", True)
    os.close(writer)


def test_a_site_is_served_until_it_is_interrupted(here: Path) -> None:
    command = [sys.executable, "-c", "import sys, cli; sys.exit(cli.main())"]
    arguments = ["board", "serve", "site", "--port", "0"]
    with subprocess.Popen(
        [*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as serving:
        assert serving.stdout
        address = serving.stdout.readline().split()[0]
        try:
            with urllib.request.urlopen(address, timeout=10) as page:
                assert b"<h1" in page.read()
        finally:
            serving.send_signal(signal.SIGINT)
        _, err = serving.communicate(timeout=10)
    assert (serving.returncode, err) == (0, "")


def test_an_interrupted_build_leaves_the_earlier_site_alone(
    assay: Call, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path: path.stat().st_mtime_ns for path in (here / "site").rglob("*")}

    def interrupt(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as interrupted:
        interrupted.setattr("leaderboard.site.building.refuse_collisions", interrupt)
        stopped = assay("board build --submissions submissions --no-printed --out site")
    assert (stopped.code, stopped.out) == (130, "")
    assert stopped.err == "interrupted: run the same command again, it goes on\n"
    assert {path: path.stat().st_mtime_ns for path in (here / "site").rglob("*")} == before
    assert [path.name for path in here.glob(".*")] == []
    assert assay("board build --submissions submissions --no-printed --out site").code == 0


# What goes wrong


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("submit", ["RESULT", "--card", "--out", "--template"]),
        ("submit results --card model.yaml", ["--out"]),
        ("submit nowhere --card model.yaml --out submissions/x", ["nowhere", "assay run"]),
        ("submit file --card model.yaml --out submissions/x", ["file", "assay run"]),
        ("submit empty --card model.yaml --out submissions/x", ["empty", "assay run"]),
        ("submit empty --template", ["empty", "assay run"]),
        ("submit results --card no.yaml --out submissions/x", ["no.yaml", "--template"]),
        ("submit results --card empty --out submissions/x", ["empty", "directory"]),
        ("submit results --card file --out submissions/x", ["file", "name:"]),
        ("submit results --card model.yaml --out submissions/my-bm25", ["my-bm25", "--out"]),
        ("submit results --card model.yaml --out site", ["site", "--out"]),
        ("submit results --card model.yaml --out file/x", ["file/x", "--out"]),
        ("submit results --card model.yaml --out My_BM25", ["My_BM25", "small letters"]),
        ("submit submissions --card model.yaml --out x", ["submissions/my-bm25", "assay run"]),
        ("submit submissions/my-bm25 --card model.yaml --out x", ["submission already"]),
        ("check", ["SUBMISSION", "assay check --help"]),
        ("check submissions/_checked", ["_checked", "assay submit"]),
        ("check submissions/my-bm25 --data nowhere", ["--data", "nowhere"]),
        ("reproduce submissions/my-bm25", ["--by"]),
        ("reproduce nowhere --by Ada", ["nowhere", "assay check nowhere"]),
        ("reproduce submissions/my-bm25 --by Ada --task toolret/apibank", ["apibank", TASK]),
        ("reproduce submissions/my-bm25 --by Ada --data nowhere", ["--data", "nowhere"]),
        ("reproduce submissions/my-bm25 --by Ada --out file", ["file", "--out"]),
        ("board", ["Missing command", "assay board --help"]),
        ("cache", ["Missing command", "assay cache --help"]),
        ("board biuld", ["biuld", "assay board --help"]),
        ("board build --submissions nowhere", ["--submissions", "nowhere"]),
        ("board build --submissions file", ["--submissions", "file"]),
        ("board build --docs nowhere", ["--docs", "nowhere"]),
        ("board build --no-printed --out results", ["results", "not overwritten", "--out"]),
        ("board build --no-printed --out file", ["file", "--out"]),
        ("board build --no-printed --submissions submissions --out file/x", ["file/x"]),
        ("board serve nowhere", ["nowhere", "assay board build"]),
        ("board serve results", ["results", "assay board build"]),
        ("board serve site --port 99999", ["--port", "65535", "--help"]),
        ("board serve site --port here", ["--port", "integer"]),
        ("board export", ["SUITE", "--help"]),
        ("board export starter --submissions nowhere", ["--submissions", "nowhere"]),
        ("board export nope --submissions submissions --no-printed", ["nope", "starter-tools"]),
        ("board export starter-tools --submissions submissions -f word", ["word", "latex"]),
        ("board export starter-tools --submissions submissions --measure nDGC@10", ["nDCG@10"]),
        ("board export starter-tools --submissions submissions --row my", ["my-bm25"]),
        ("board export starter-tools --submissions submissions -f latex --out file", ["--out"]),
    ],
)
def test_what_cannot_be_done_is_one_line_that_says_what_to_do(
    assay: Call, line: str, words: list[str]
) -> None:
    assert is_error(assay(line), *words)


def test_nobody_is_no_name(assay: Call) -> None:
    assert is_error(assay("reproduce submissions/my-bm25 --by", " "), "--by")


def test_results_of_two_models_are_named(assay: Call) -> None:
    assay(f"run -m random -t {TASK} --out results")
    error = assay("submit results --card model.yaml --out submissions/x")
    assert is_error(error, "results/bm25-", "results/random-", "one model")


def test_everything_that_is_wrong_with_a_card_is_said_at_once(assay: Call, here: Path) -> None:
    wrong = {
        "name": "''",
        "kind": "bm25",
        "revision": "5",
        "licence": "???",
        "open_weights": "maybe",
        "parameters": "-1",
        "max_length": "many",
        "training": "none",
        "links": "{code: 'http://x.org'}",
        "colour": "red",
    }
    lines = [line for line in CARD.split("\n") if line.partition(":")[0] not in wrong]
    (here / "bad.yaml").write_text("\n".join([*lines, *map(": ".join, wrong.items())]))
    error = assay("submit results --card bad.yaml --out submissions/x")
    assert is_error(error, *wrong, "name: is empty", "revision: takes a text, in quotes")
    assert not (here / "submissions/x").exists()


@pytest.mark.parametrize("target", ["empty", "file/report.md"])
def test_a_report_that_cannot_be_written_is_one_line(assay: Call, target: str) -> None:
    done = assay(f"check submissions/my-bm25 --markdown {target}")
    assert done.code == 2
    [line] = done.err.splitlines()
    assert line.startswith(f"error: cannot write {target} (")
    assert line.endswith("choose another file with --markdown")


def test_a_port_that_is_taken_is_one_line(assay: Call) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert is_error(assay(f"board serve site --port {port}"), str(port), "--port")


@pytest.mark.parametrize(
    ("target", "hint"),
    [("nowhere", False), ("file", False), ("submissions", False), ("empty", True)],
)
def test_packing_again_is_advised_only_where_it_helps(assay: Call, target: str, hint: bool) -> None:
    done = assay(f"check {target}")
    assert done.code == 2
    assert "✗ failed" in done.out
    assert ("pack it again" in done.out) is hint


def test_a_folder_of_submissions_is_told_from_one(assay: Call) -> None:
    assert "is none: name those in it" in " ".join(assay("check submissions").out.split())


def test_junk_beside_submissions_is_named_and_the_rest_is_built(assay: Call, here: Path) -> None:
    folder = here / "submissions"
    (folder / "readme.txt").write_text("hello")
    (folder / "nothing").mkdir()
    (folder / "broken").mkdir()
    (folder / "broken/manifest.json").write_text("{")
    done = assay("board build --submissions submissions --no-printed --out site")
    assert done.code == 0
    assert done.out.startswith("1 system on ")
    assert "nothing: " in done.out
    assert "broken: " in done.out
    assert (here / "site/models/my-bm25.html").exists()


@pytest.mark.parametrize(
    "line",
    [
        "submit nowhere --card model.yaml --out submissions/x --json",
        "check submissions/my-bm25 --data nowhere --json",
        "reproduce nowhere --by Ada --json",
        "board build --submissions nowhere --json",
        "board export nope --json --no-printed",
        "board build --nope --json",
    ],
)
def test_a_failure_is_one_object_too(assay: Call, line: str) -> None:
    done = assay(line)
    assert done.code == 2
    assert done.err == f"error: {done.json['error']}\n"


def test_a_check_that_is_interrupted_says_so(here: Path) -> None:
    # Unbuffered, so that its first line comes while nearly all is still to be done.
    command = [sys.executable, "-u", "-c", "import sys, cli; sys.exit(cli.main())"]
    many = ["submissions/my-bm25"] * 200
    with subprocess.Popen(
        [*command, "check", *many], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as checking:
        assert checking.stdout
        assert checking.stdout.readline() == "my-bm25\n"
        time.sleep(0.05)
        checking.send_signal(signal.SIGINT)
        _, err = checking.communicate(timeout=30)
    assert (checking.returncode, err.count("\n")) == (130, 1)
    assert err.startswith("interrupted: ")
