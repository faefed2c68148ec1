"""Two processes that a launcher starts train one model, as one process does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs torch")
pytest.importorskip("trl", reason="needs trl")

import schooling  # noqa: E402
from safetensors.torch import load_file  # noqa: E402

pytestmark = pytest.mark.slow
ALONE = (sys.executable, "-m", "cli")
LAUNCHED = (
    *(sys.executable, "-m", "torch.distributed.run"),
    *("--standalone", "--nproc-per-node", "2", "-m", "cli"),
)
STEPS = 4


def run(*command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    return subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)


def training(base: Path, data: Path, out: Path) -> list[str]:
    settings = {"base": base, "data": data, "device": "cpu", "batch": 4, "steps": STEPS, "lr": 1e-3}
    given = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    return ["train", "sft", *given, "--out", str(out)]


def test_two_processes_end_where_one_does(tmp_path: Path) -> None:
    base = schooling.base(tmp_path / "base")
    data = schooling.dialogues(tmp_path / "data.jsonl", 17)
    one, two = tmp_path / "one", tmp_path / "two"
    for launcher, out in ((ALONE, one), (LAUNCHED, two)):
        done = run(*launcher, *training(base, data, out))
        assert done.returncode == 0, done.stderr
    begun, alone, launched = (load_file(f / "model.safetensors") for f in (base, one, two))
    assert alone.keys() == launched.keys()
    moved = max(float((alone[n].float() - begun[n].float()).abs().max()) for n in alone)
    apart = max(float((alone[n].float() - launched[n].float()).abs().max()) for n in alone)
    assert apart < moved / 20  # sums in another order, which Adam makes larger
    [curves] = two.glob("training/*-train/curves.jsonl")
    assert [row["step"] for row in schooling.rows(curves)] == list(range(1, STEPS + 1))
    [single] = one.glob("training/*-train/curves.jsonl")
    counted = [[row["tokens"] for row in schooling.rows(path)] for path in (single, curves)]
    assert counted[0] == counted[1]
    ends = [row["end"] for row in schooling.rows(two / "training" / "ledger.jsonl")]
    assert set(ends) == {"finished"}


def test_what_cannot_be_shared_says_so(tmp_path: Path) -> None:
    data = schooling.lines(tmp_path / "a.jsonl", [{"messages": []}])
    given = ("--set", f"data={data}", "--out", str(tmp_path / "out"))
    done = run(*LAUNCHED, "train", "pretrain", *given)
    assert done.returncode != 0
    assert "error: this method trains in one process: run it without a launcher" in done.stderr
    assert not (tmp_path / "out").exists()
