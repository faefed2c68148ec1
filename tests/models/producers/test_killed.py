"""Training that was killed goes on, and ends in the very same weights."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("trl", reason="needs trl")

import quiz
import schooling

pytestmark = pytest.mark.slow
SCRIPT = Path(__file__).with_name("killed.py")


Run = Callable[[str, Path, Path | str, Path, str], int]


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Trains in a process of its own, and says how that ended; see killed.py."""
    offline = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(
        [sys.executable, str(SCRIPT)],
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=offline,
    ) as trainings:
        asks, tells = trainings.stdin, trainings.stdout
        assert asks is not None
        assert tells is not None

        def ended(producer: str, base: Path, data: Path | str, root: Path, where: str) -> int:
            asks.write(json.dumps([producer, str(base), str(data), str(root), where]) + "\n")
            asks.flush()
            return int(tells.readline())

        yield ended
        asks.close()


@pytest.mark.parametrize(
    ("producer", "kills"),
    [
        ("sft", ["rows 8", "step 3", "saving 4", "step 7"]),
        ("lora", ["step 5"]),
        ("dpo", ["rows 8", "asked 8", "saving 2", "step 5"]),
    ],
)
def test_killed_anywhere_it_ends_in_the_same_bytes(
    tmp_path: Path, run: Run, producer: str, kills: list[str]
) -> None:
    base = schooling.base(tmp_path / "base", attention_dropout=0.1)
    write = schooling.pairs if producer == "dpo" else schooling.dialogues
    data = write(tmp_path / "data.jsonl", 17)  # 17 rows in batches of 4: 10 steps in 2 epochs
    assert run(producer, base, data, tmp_path / "whole", "never") == 0
    for where in kills:
        assert run(producer, base, data, tmp_path / "cut", where) == -signal.SIGKILL
    assert run(producer, base, data, tmp_path / "cut", "never") == 0
    for name in ("model.safetensors", "tokenizer.json", "config.json", "generation_config.json"):
        whole, cut = (tmp_path / side / "out" / name for side in ("whole", "cut"))
        assert whole.read_bytes() == cut.read_bytes(), name
    [curves] = (tmp_path / "cut").glob("*-train/curves.jsonl")
    assert [row["step"] for row in schooling.rows(curves)] == list(range(1, 11))
    [undisturbed] = (tmp_path / "whole").glob("*-train/curves.jsonl")
    assert curves.read_bytes() == undisturbed.read_bytes()
    for rows in (tmp_path / "whole").glob("*/*.jsonl"):
        assert (
            rows.read_bytes()
            == (tmp_path / "cut" / rows.relative_to(tmp_path / "whole")).read_bytes()
        )


def test_a_model_from_nothing_killed_anywhere_ends_in_the_same_bytes(
    tmp_path: Path, run: Run
) -> None:
    data, none = schooling.dialogues(tmp_path / "data.jsonl", 40), tmp_path
    assert run("pretrain", none, data, tmp_path / "whole", "never") == 0
    for where in ("rows 0", "step 3", "step 6"):  # the first rows of the first file
        assert run("pretrain", none, data, tmp_path / "cut", where) == -signal.SIGKILL
    assert run("pretrain", none, data, tmp_path / "cut", "never") == 0
    for whole in (tmp_path / "whole" / "out").iterdir():
        cut = tmp_path / "cut" / "out" / whole.name
        assert whole.read_bytes() == cut.read_bytes(), whole.name
    [curves] = (tmp_path / "cut").glob("*-train/curves.jsonl")
    [undisturbed] = (tmp_path / "whole").glob("*-train/curves.jsonl")
    assert curves.read_bytes() == undisturbed.read_bytes() != b""


def test_rounds_killed_in_every_stage_end_in_the_same_bytes(tmp_path: Path, run: Run) -> None:
    base = quiz.base(tmp_path / "base")
    task = f"{quiz.__file__}:Quiz(first=0, number=2)"
    settings = {
        **{"data": str(quiz.lessons(tmp_path / "warmup.jsonl", 2)), "tasks": [task]},
        **{"heldout": [task], "rounds": 2, "patience": 2, "trajectories": 2, "guarded": False},
        **{"warmup_epochs": 150, "lr": 3e-3, "schedule": "constant", "batch": 2, "shown": 1},
        **{"device": "cpu", "answer_tokens": 24, "save_every": 2},
    }
    data = json.dumps(settings)
    assert run("exsearch", base, data, tmp_path / "whole", "never") == 0
    kills = 0
    while (how := run("exsearch", base, data, tmp_path / "cut", "anew")) == -signal.SIGKILL:
        kills += 1
    assert how == 0
    assert (
        kills >= 12
    )  # rows and steps of the warm-up, samples, weights, rows and steps of 2 rounds
    for whole in sorted((tmp_path / "whole").rglob("*")):
        cut = tmp_path / "cut" / whole.relative_to(tmp_path / "whole")
        if whole.suffix in (".jsonl", ".safetensors") and whole.name != "ledger.jsonl":
            assert whole.read_bytes() == cut.read_bytes(), whole
