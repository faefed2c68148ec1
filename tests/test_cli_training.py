"""Training from the command line, as somebody new to it meets it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import cli

HOME = Path(__file__).resolve().parent.parent
PRODUCER = HOME / "examples" / "my_producer.py"
PAIRS = [
    {"query": "weather in Nahel", "positive": ["forecast of rain for a town"]},
    {"query": "weather tomorrow", "positive": ["forecast for a town"]},
    {"query": "reserve a seat", "positive": ["book a place on a flight"]},
]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pairs.jsonl").write_text("".join(json.dumps(pair) + "\n" for pair in PAIRS))
    return tmp_path


def train(*more: str) -> int:
    return cli.main(["train", str(PRODUCER), "--set", "data=pairs.jsonl", *more])


def test_a_checkpoint_is_scored_like_any_model(capfd: pytest.CaptureFixture[str]) -> None:
    assert train("--out", "mine") == 0
    assert "assay run -m mine/ -s starter" in capfd.readouterr().out
    task = ["-t", "starter-tools/weather", "--limit", "3", "--json"]
    assert cli.main(["run", "-m", "mine/", *task]) == 0
    [result] = json.loads(capfd.readouterr().out)["results"]
    assert result["model"] == "mine/"
    [file] = Path("results").rglob("result.json")
    card = json.loads(file.read_text())["model_card"]
    assert card["lineage"]["method"] == "my_producer.py:Associations"
    assert card["lineage"]["costs"]["amounts"] == {"pairs": 3}


def test_a_plan_writes_nothing(capfd: pytest.CaptureFixture[str], here: Path) -> None:
    assert train("--plan", "--json") == 0
    stages = json.loads(capfd.readouterr().out)["stages"]
    assert stages["count"]["counts"] == stages["choose"]["counts"] == {"pairs": 3}
    assert train("--plan") == 0
    assert "Nothing was done or written" in capfd.readouterr().out
    assert [path.name for path in here.iterdir()] == ["pairs.jsonl"]


def test_a_second_time_there_is_nothing_to_do(capfd: pytest.CaptureFixture[str]) -> None:
    assert train() == train() == 0
    assert "trained before" in capfd.readouterr().out
    assert train("--fresh", "--json") == 0
    assert json.loads(capfd.readouterr().out)["stages"] == {"count": True, "choose": True}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nothing-like-it"], "assay producers"),
        ([str(PRODUCER)], "needs a value for 'data'"),
        ([str(PRODUCER), "--set", "data=none.jsonl"], "there is no none.jsonl"),
        ([str(PRODUCER), "--set", "data=pairs.jsonl", "--set", "mots=1"], "Did you mean most?"),
        ([str(PRODUCER), "--config", "none.yaml"], "no such file"),
    ],
)
def test_a_mistake_is_one_line(
    capfd: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert cli.main(["train", *arguments]) == 2
    told = capfd.readouterr().err
    assert told.startswith("error: ")
    assert told.count("\n") == 1
    assert says in told
    assert not Path("checkpoint").exists()


def test_producers_are_listed_with_their_settings(capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["producers"]) == 0
    capfd.readouterr()
    assert cli.main(["producers", str(PRODUCER), "--json"]) == 0
    [row] = json.loads(capfd.readouterr().out)["producers"]
    assert [p["name"] for p in row["parameters"]] == ["data", "most", "seen"]


def test_an_interrupted_training_says_so_and_goes_on(here: Path) -> None:
    """By Ctrl-C in a process of its own, while it waits for data."""
    slow = here / "slow.py"
    slow.write_text(
        PRODUCER.read_text().replace(
            "            work.spend(pairs=1)\n",
            "            work.spend(pairs=1)\n"
            "            if number == 2 and Path('stop').exists():\n"
            "                Path('stopped').touch()\n"
            "                import time; time.sleep(60)\n",
        )
    )
    (here / "stop").touch()
    command = [sys.executable, "-m", "cli", "train", "slow.py:Associations"]
    command += ["--set", "data=pairs.jsonl"]
    environment = {**os.environ, "PYTHONPATH": str(HOME)}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 60
    while not (here / "stopped").exists() and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted: run the same command again, it goes on" in told
    (here / "stop").unlink()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = (here / "checkpoint" / "training" / "1-count" / "met.jsonl").read_text()
    assert rows.count("\n") == 3
    ends = [
        json.loads(line)["end"]
        for line in (here / "checkpoint" / "training" / "ledger.jsonl").read_text().splitlines()
    ]
    assert ends == ["interrupted", "finished", "finished"]
