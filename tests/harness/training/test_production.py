from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from harness.errors import UserError
from harness.loading import load_model
from harness.loading.identity import folder_digest
from harness.training import LoadedProducer, Trained, load_producer, plan, train

HERE = Path(__file__).parent / "counting.py"


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text("a b a\nb c\na\n")  # a: 3, b: 2, c: 1
    return path


def loaded(text: Path, *settings: str, **changes: object) -> LoadedProducer:
    found = load_producer(f"{HERE}:Counting", settings=[f"data={text}", *settings])
    return replace(found, producer=replace(found.producer, **changes))  # type: ignore[type-var]


def files(folder: Path) -> dict[str, bytes]:
    """What the checkpoint is, without how it came to be."""
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}


def test_a_checkpoint_names_its_adapter_its_data_and_its_configuration(
    text: Path, tmp_path: Path
) -> None:
    made = train(loaded(text), tmp_path / "out")
    assert json.loads((made.folder / "counts.json").read_text()) == [["a", 3], ["b", 2]]
    card = yaml.safe_load((made.folder / "model.yaml").read_text())
    assert card["adapter"] == "bm25"
    lineage = card["lineage"]
    assert (lineage["method"], lineage["version"]) == ("counting.py:Counting", "1")
    sha = hashlib.sha256(b"a b a\nb c\na\n").hexdigest()
    assert lineage["data"] == {"data": {"name": "text.txt", "sha256": sha}}
    assert lineage["config"] == {"data": "text.txt", "most": 2, "share": 0.5, "words": []}
    assert str(tmp_path) not in (made.folder / "model.yaml").read_text()
    assert str(tmp_path) not in (made.folder / "README.md").read_text()
    assert (made.folder / "training" / "1-split" / "rows.jsonl").read_text().count("\n") == 3
    assert made.stages == {"split": True, "count": True}
    assert made.costs.amounts == {"words": 6}
    assert made.taught == {"starter": "{} >> random"}


def test_a_checkpoint_is_a_model_whose_card_tells_its_lineage_and_its_costs(
    text: Path, tmp_path: Path
) -> None:
    made = train(loaded(text), tmp_path / "out", grid=100.0)
    model = load_model(f"{made.folder}/")
    assert model.card is not None
    costs = model.card["lineage"]["costs"]
    assert (costs["amounts"], costs["sittings"]) == ({"words": 6}, 1)
    if costs["kwh"] is not None:
        assert costs["co2e_g"] == pytest.approx(costs["kwh"] * 100.0)


def test_how_it_came_to_be_is_no_part_of_what_it_is(text: Path, tmp_path: Path) -> None:
    one, other = (train(loaded(text), tmp_path / name).folder for name in ("one", "other"))
    (other / "training" / "note.txt").write_text("another day")
    assert files(one) == files(other)
    assert folder_digest(one) == folder_digest(other)
    assert load_model(f"{one}/").fingerprint == load_model(f"{other}/").fingerprint
    (other / "counts.json").write_text("[]")
    assert folder_digest(one) != folder_digest(other)


@pytest.mark.parametrize("stopped_before", [0, 1, 2])
def test_what_was_cut_short_goes_on_and_ends_the_same(
    text: Path, tmp_path: Path, stopped_before: int
) -> None:
    whole = train(loaded(text), tmp_path / "whole").folder
    seen: list[int] = []

    def stop(line: int) -> None:
        if line == stopped_before and line not in seen:
            seen.append(line)
            raise KeyboardInterrupt
        seen.append(line)

    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        train(loaded(text, before_line=stop), out)
    assert not (out / "model.yaml").exists()
    made = train(loaded(text, before_line=stop), out)
    assert sorted(seen) == sorted([*range(3), stopped_before])  # only that line was begun twice
    assert files(made.folder) == files(whole)
    rows = (out / "training" / "1-split" / "rows.jsonl").read_bytes()
    assert rows == (whole / "training" / "1-split" / "rows.jsonl").read_bytes()
    assert made.costs.sittings == 2
    assert made.costs.amounts == {"words": 6}


@pytest.mark.parametrize("model", ["{0}/ % 5", "rrf(bm25, {0}/) % 5", "rrf(bm25, {0}/)"])
def test_what_is_made_with_a_checkpoint_tells_its_lineage(
    text: Path, tmp_path: Path, model: str
) -> None:
    folder = train(loaded(text), tmp_path / "out").folder
    alone = load_model(f"{folder}/")
    made = load_model(model.format(folder))
    assert alone.card is not None
    assert made.card is not None
    assert made.card["lineage"] == alone.card["lineage"]


def test_what_is_made_with_two_checkpoints_has_no_lineage_of_its_own(
    text: Path, tmp_path: Path
) -> None:
    first = train(loaded(text), tmp_path / "first").folder
    second = train(loaded(text), tmp_path / "second").folder
    assert "lineage" not in (load_model(f"rrf({first}/, {second}/)").card or {})


def test_a_failing_stage_keeps_what_was_done(text: Path, tmp_path: Path) -> None:
    def fail(line: int) -> None:
        if line == 2:
            raise UserError("the third line is out of order")

    out = tmp_path / "out"
    with pytest.raises(UserError, match="third line"):
        train(loaded(text, before_line=fail), out)
    assert len((out / "training" / "1-split" / "rows.jsonl").read_text().splitlines()) == 2
    ends = [
        json.loads(x)["end"] for x in (out / "training" / "ledger.jsonl").read_text().splitlines()
    ]
    assert ends == ["failed"]
    assert train(loaded(text), out).stages == {"split": True, "count": True}


def test_what_is_trained_is_not_trained_again_unless_asked(text: Path, tmp_path: Path) -> None:
    lines: list[int] = []
    out = tmp_path / "out"

    def go() -> Trained:
        return train(loaded(text, before_line=lines.append), out)

    go()
    assert go().stages == {"split": False, "count": False}
    assert lines == [0, 1, 2]
    train(loaded(text, before_line=lines.append), out, fresh=True)
    assert lines == [0, 1, 2] * 2


def test_fresh_leaves_alone_what_training_did_not_make(text: Path, tmp_path: Path) -> None:
    out = train(loaded(text), tmp_path / "out").folder
    (out / "mine.txt").write_text("keep me")
    train(loaded(text), out, fresh=True)
    assert (out / "mine.txt").read_text() == "keep me"


def test_a_training_with_other_settings_or_data_is_refused_by_name(
    text: Path, tmp_path: Path
) -> None:
    out = train(loaded(text), tmp_path / "out").folder
    other = load_producer(f"{HERE}:Counting", settings=[f"data={text}", "most=1"])
    with pytest.raises(UserError, match=r"another most \(2, now 1\)"):
        train(other, out)
    loud = load_producer(f"{HERE}:Counting", settings=[f"data={text}", "loud=true"])
    assert train(loud, out).stages == {"split": False, "count": False}
    text.write_text("other words\n")
    with pytest.raises(UserError, match=r"another inputs \(data\)"):
        train(loaded(text), out)


def test_a_training_that_failed_before_it_did_anything_may_be_corrected(
    text: Path, tmp_path: Path
) -> None:
    def fail(line: int) -> None:
        raise UserError("no")

    out = tmp_path / "out"
    with pytest.raises(UserError, match="no"):
        train(loaded(text, "most=5", before_line=fail), out)
    assert train(loaded(text), out).stages == {"split": True, "count": True}
    assert len(json.loads((out / "counts.json").read_text())) == 2


def test_what_a_line_of_work_stands_in_may_not(text: Path, tmp_path: Path) -> None:
    def fail(line: int) -> None:
        if line == 1:
            raise UserError("no")

    with pytest.raises(UserError, match="no"):
        train(loaded(text, "most=5", before_line=fail), tmp_path / "out")
    with pytest.raises(UserError, match=r"another most \(5, now 2\)"):
        train(loaded(text), tmp_path / "out")


def test_of_another_producer_settings_are_not_compared(text: Path, tmp_path: Path) -> None:
    out = train(loaded(text), tmp_path / "out").folder
    other = replace(loaded(text), name="sorting")
    with pytest.raises(UserError, match=r"another producer \(counting.py:Counting, now sorting\):"):
        train(other, out)


def test_a_folder_with_other_things_in_it_is_left_alone(text: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no training"):
        train(loaded(text), tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["text.txt"]


def test_two_processes_do_not_train_in_one_folder(text: Path, tmp_path: Path) -> None:
    pytest.importorskip("fcntl")

    def meanwhile(line: int) -> None:
        with pytest.raises(UserError, match="another process is training"):
            train(loaded(text), tmp_path / "out")

    train(loaded(text, before_line=meanwhile), tmp_path / "out")


def test_the_last_stage_must_leave_a_checkpoint(
    text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = loaded(text)
    monkeypatch.setattr(type(found.producer.stages()[1]), "run", lambda self, work: None)
    with pytest.raises(UserError, match="left no checkpoint"):
        train(found, tmp_path / "out")


def test_a_plan_hands_on_what_is_planned_and_writes_nothing(text: Path, tmp_path: Path) -> None:
    found = plan(loaded(text))
    assert found["split"].counts == found["count"].counts == {"lines": 3}
    assert [p.name for p in tmp_path.iterdir()] == ["text.txt"]


def test_a_killed_training_goes_on(text: Path, tmp_path: Path) -> None:
    slow = tmp_path / "slow.py"
    slow.write_text(
        "import sys, time\n"
        f"sys.path.insert(0, {str(HERE.parent)!r})\n"
        "from pathlib import Path\n"
        "from dataclasses import replace\n"
        "from harness.training import load_producer, train\n"
        f"found = load_producer({str(HERE)!r} + ':Counting', settings=['data=' + {str(text)!r}])\n"
        "wait = lambda line: time.sleep(60) if line == 2 else None\n"
        "found = replace(found, producer=replace(found.producer, before_line=wait))\n"
        f"train(found, Path({str(tmp_path / 'out')!r}))\n"
    )
    process = subprocess.Popen([sys.executable, str(slow)], cwd=Path(__file__).parents[3])
    rows = tmp_path / "out" / "training" / "1-split" / "rows.jsonl"
    until = time.monotonic() + 60
    while time.monotonic() < until and not (rows.exists() and rows.read_bytes().count(b"\n") == 2):
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with rows.open("ab") as file:
        file.write(b'{"words": ["torn')
    made = train(loaded(text), tmp_path / "out")
    assert files(made.folder) == files(train(loaded(text), tmp_path / "whole").folder)
