"""Preference optimisation, from a file of pairs to a model that prefers."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs torch")
pytest.importorskip("trl", reason="needs trl")

import schooling  # noqa: E402

from harness.errors import UserError  # noqa: E402
from harness.records import Message  # noqa: E402
from models.producers.dpo import LOSSES, Dpo  # noqa: E402
from models.transformers_chat import TransformersChat  # noqa: E402

SETTINGS: Mapping[str, Any] = {"device": "cpu", "batch": 4, "lr": 1e-3, "warmup": 0.0}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return schooling.base(tmp_path_factory.mktemp("base"))


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def producer(base: Path, tmp_path: Path, rows: int = 8, **more: Any) -> Dpo:
    data = schooling.pairs(tmp_path / "data.jsonl", rows)
    return Dpo(str(base), str(data), **{**SETTINGS, **more})


@pytest.mark.parametrize("rank", [0, 4])
def test_what_is_chosen_becomes_likelier_against_what_is_rejected(
    base: Path, tmp_path: Path, rank: int
) -> None:
    out = schooling.train(producer(base, tmp_path, epochs=5, lora_rank=rank), tmp_path / "t")
    curves = schooling.rows(tmp_path / "t" / "3-train" / "curves.jsonl")
    assert curves[0]["loss"] == pytest.approx(math.log(2), abs=1e-6)
    assert curves[-1]["loss"] < 0.6
    assert curves[-1]["accuracy"] == 1.0

    def margin(model: Path) -> float:
        chat = TransformersChat(str(model), device="cpu")
        asked = [Message("user", "what is number 3?")]
        chosen = chat.log_probs(asked, "It is 3").sum()
        return float(chosen - chat.log_probs(asked, "the quick quick quick fox 3").sum())

    assert margin(out) > margin(base) + 1


def test_the_reference_is_the_base_as_it_answers(base: Path, tmp_path: Path) -> None:
    """Asked in one pass of the trainer's kernel, and by the code that scores answers."""
    schooling.train(producer(base, tmp_path), tmp_path / "t")
    told = {
        row["pair"]: row
        for row in schooling.rows(tmp_path / "t" / "2-reference" / "log_probs.jsonl")
    }
    chat = TransformersChat(str(base), device="cpu")
    end = [2]  # <|im_end|>
    for number, row in enumerate(schooling.rows(tmp_path / "t" / "1-data" / "rows.jsonl")):
        for side in ("chosen", "rejected"):
            [(start, stop)] = row[side]["spans"]
            said = row[side]["ids"][start:stop]
            assert said[-1:] == end
            asked = [Message("user", f"what is number {number}?")]
            expected = float(chat.log_probs(asked, said).sum())
            assert told[number][side] == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_trains(base: Path, tmp_path: Path, loss: str) -> None:
    more = {"label_smoothing": 0.1} if loss in ("exo_pair", "robust") else {}
    schooling.train(producer(base, tmp_path, 4, steps=2, loss=loss, **more), tmp_path / "t")
    curves = schooling.rows(tmp_path / "t" / "3-train" / "curves.jsonl")
    assert len(curves) == 2
    assert all(math.isfinite(row["loss"]) for row in curves)


def test_tool_results_inside_a_continuation_are_not_learned(base: Path, tmp_path: Path) -> None:
    call = {"id": "c1", "function": {"name": "dog", "arguments": {}}}
    chosen = [
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "secret"},
        {"role": "assistant", "content": "hello"},
    ]
    tools = [{"type": "function", "function": {"name": "dog"}}]
    line = {"prompt": "hello", "chosen": chosen, "rejected": "the dog", "tools": tools}
    made = Dpo(str(base), str(schooling.lines(tmp_path / "d.jsonl", [line])), **SETTINGS)
    schooling.train(made, tmp_path / "t")
    [row] = schooling.rows(tmp_path / "t" / "1-data" / "rows.jsonl")
    learned = [part["text"] for part in row["chosen"]["parts"] if part["trained"]]
    assert learned[0].startswith("<tool_call>")
    assert learned[1] == "hello<|im_end|>"
    assert not any("secret" in text for text in learned)


def test_pairs_that_look_alike_to_the_model_are_refused(base: Path, tmp_path: Path) -> None:
    said = {"role": "assistant", "content": "hello"}
    line = {"prompt": "x", "chosen": [said], "rejected": [said, {"role": "user", "content": "?"}]}
    made = Dpo(str(base), str(schooling.lines(tmp_path / "d.jsonl", [line])), **SETTINGS)
    with pytest.raises(UserError, match="line 1: chosen and rejected come out the same"):
        made.stages()[0].plan({})


def test_a_plan_counts_both_sides(base: Path, tmp_path: Path) -> None:
    made = producer(base, tmp_path, 6, epochs=2)
    data, reference, train = made.stages()
    counted = data.plan({})
    tokens = counted.counts["tokens"]
    assert counted.counts["rows"] == 6
    assert reference.plan({"data": counted}).counts["tokens"] == tokens
    assert train.plan({"data": counted}).counts == {"steps": 4, "tokens": 2 * tokens}
    schooling.train(made, tmp_path / "t")
    told = json.loads((tmp_path / "t" / "1-data" / "summary.json").read_text())
    assert told["tokens"] == tokens


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"loss": "aot"}, "unknown loss"),
        ({"beta": 0.0}, "beta"),
        ({"label_smoothing": 0.1}, "for the losses"),
        ({"loss": "exo_pair"}, "needs label_smoothing"),
        ({"sft": -1.0}, "sft"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    base: Path, tmp_path: Path, wrong: dict[str, Any], why: str
) -> None:
    with pytest.raises(UserError, match=why):
        producer(base, tmp_path, **wrong)
