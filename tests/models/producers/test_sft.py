"""Supervised fine-tuning, from a file of conversations to a model that answers."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs torch")
pytest.importorskip("trl", reason="needs trl")

import memorised  # noqa: E402
import schooling  # noqa: E402

from harness.contracts import Planned, Producer  # noqa: E402
from harness.errors import UserError  # noqa: E402
from harness.records import Message  # noqa: E402
from models.neural.opening import quiet  # noqa: E402
from models.neural.places import Place  # noqa: E402
from models.producers.sft import Sft  # noqa: E402
from models.training.running import checkpoints  # noqa: E402
from models.transformers_chat import TransformersChat  # noqa: E402

SETTINGS: Mapping[str, Any] = {"device": "cpu", "batch": 4, "lr": 1e-3, "save_every": 2}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return schooling.base(tmp_path_factory.mktemp("base"))


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def producer(base: Path, tmp_path: Path, rows: int = 12, **more: Any) -> Sft:
    data = schooling.dialogues(tmp_path / "data.jsonl", rows)
    return Sft(str(base), str(data), **{**SETTINGS, **more})


def planned(made: Any) -> dict[str, Planned]:
    found: dict[str, Planned] = {}
    for stage in made.stages():
        found[stage.name] = stage.plan(dict(found))
    return found


def test_it_learns_to_answer_as_the_data_does_and_to_stop(base: Path, tmp_path: Path) -> None:
    data = schooling.lines(
        tmp_path / "data.jsonl", [{"prompt": "hello", "completion": "It is the dog"}] * 4
    )
    made = Sft(str(base), str(data), device="cpu", batch=4, epochs=60, lr=1e-2)
    out = schooling.train(made, tmp_path / "t")
    chat = TransformersChat(str(out), device="cpu", max_tokens=30)
    said = asyncio.run(chat.complete([Message("user", "hello")]))
    assert (said.text, said.finish) == ("It is the dog", "stop")
    assert isinstance(made, Producer)


def test_a_plan_counts_what_training_then_does(base: Path, tmp_path: Path) -> None:
    made = producer(base, tmp_path, 10, epochs=3, tokens_per_second=10.0)
    plan = planned(made)
    assert not (tmp_path / "t").exists()
    schooling.train(made, tmp_path / "t")
    rows = schooling.rows(tmp_path / "t" / "1-data" / "rows.jsonl")
    tokens = sum(len(row["ids"]) for row in rows)
    assert plan["data"].counts["rows"] == len(rows) == 10
    assert plan["data"].counts["tokens"] == tokens
    assert plan["train"].counts == {"steps": 9, "tokens": 3 * tokens}  # 3 batches of up to 4
    assert plan["train"].hours == pytest.approx(3 * tokens / 10 / 3600)
    assert len(schooling.rows(tmp_path / "t" / "2-train" / "curves.jsonl")) == 9


def test_the_checkpoint_is_configured_as_its_base(base: Path, tmp_path: Path) -> None:
    out = schooling.train(producer(base, tmp_path, 4), tmp_path / "t")
    for name in ("config.json", "generation_config.json"):
        ours, theirs = (json.loads((folder / name).read_text()) for folder in (out, base))
        if name == "generation_config.json":  # a list of one end is the same as that end
            ours["eos_token_id"] = ours["eos_token_id"][0]
        assert ours == theirs, name
    from transformers import AutoTokenizer

    mine, its = (AutoTokenizer.from_pretrained(folder) for folder in (out, base))
    text = "<|im_start|>user\nWhat's number 17?  hello<|im_end|>\n"
    assert mine(text)["input_ids"] == its(text)["input_ids"]
    assert mine.chat_template == its.chat_template


def test_nobody_knows_the_hours_without_a_speed(base: Path, tmp_path: Path) -> None:
    assert planned(producer(base, tmp_path))["train"].hours is None


def test_rows_show_what_is_learned(base: Path, tmp_path: Path) -> None:
    schooling.train(producer(base, tmp_path, 2), tmp_path / "t")
    row = schooling.rows(tmp_path / "t" / "1-data" / "rows.jsonl")[1]
    assert row["line"] == 2
    assert [(part["trained"], part["text"]) for part in row["parts"]] == [
        (False, "<|im_start|>user\nwhat is number 1?<|im_end|>\n<|im_start|>assistant\n"),
        (True, "It is the quick fox 1<|im_end|>"),
    ]


def test_rows_that_are_too_long_are_counted_and_left_out_whole(base: Path, tmp_path: Path) -> None:
    long = {"prompt": "hello", "completion": "the dog " * 100}
    data = schooling.lines(
        tmp_path / "data.jsonl", [{"prompt": "hello", "completion": "hello"}, long]
    )
    made = Sft(str(base), str(data), **SETTINGS, max_length=60)
    assert planned(made)["data"].counts["too long"] == 1
    schooling.train(made, tmp_path / "t")
    told = json.loads((tmp_path / "t" / "1-data" / "summary.json").read_text())
    assert (told["rows"], told["too_long"], told["first_too_long_lines"]) == (1, 1, [2])
    [left] = schooling.rows(tmp_path / "t" / "1-data" / "left_out.jsonl")
    assert left["line"] == 2
    assert left["length"] > 60


def test_data_of_which_nothing_fits_is_refused(base: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"all 12 rows .* raise max_length"):
        planned(producer(base, tmp_path, max_length=5))


def test_a_malformed_line_is_told_before_anything_is_written(base: Path, tmp_path: Path) -> None:
    data = tmp_path / "data.jsonl"
    data.write_text('{"prompt": "a", "completion": "b"}\n{"prompt": 1}\n')
    with pytest.raises(UserError, match=r"data.jsonl line 2: "):
        schooling.train(Sft(str(base), str(data), **SETTINGS), tmp_path / "t")
    assert not list((tmp_path / "t").glob("*/rows.jsonl"))


def test_a_base_without_a_template_needs_one(tmp_path: Path) -> None:
    bare = schooling.base(tmp_path / "bare", template=None)
    with pytest.raises(UserError, match="template='FILE'"):
        planned(producer(bare, tmp_path))
    (tmp_path / "chat.jinja").write_text(memorised.TEMPLATE)
    made = producer(bare, tmp_path, template=str(tmp_path / "chat.jinja"))
    out = schooling.train(made, tmp_path / "t")
    assert (out / "chat_template.jinja").read_text() == memorised.TEMPLATE
    assert set(made.inputs) == {"data", "template"}


def test_adapters_are_merged_into_weights_that_stand_alone(base: Path, tmp_path: Path) -> None:
    made = producer(base, tmp_path, lora_rank=4, epochs=2)
    out = schooling.train(made, tmp_path / "t")
    assert (out / "model.safetensors").exists()
    assert not (out / "adapter_config.json").exists()
    from safetensors.torch import load_file

    before, after = load_file(base / "model.safetensors"), load_file(out / "model.safetensors")
    assert before.keys() == after.keys()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed == {name for name in before if "_proj.weight" in name}


def test_an_adapter_alone_would_name_a_folder_of_this_machine(base: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="merge=true"):
        producer(base, tmp_path, lora_rank=4, merge=False)


def test_training_that_diverges_stops_and_keeps_the_last_good_checkpoint(
    base: Path, tmp_path: Path
) -> None:
    made = producer(base, tmp_path, epochs=4, lr=1e-3)
    from models.training.text import trainers

    class Broken(trainers.SupervisedTrainer):
        def _part_loss(self, model: Any, part: Any, whole: Any) -> Any:
            loss = super()._part_loss(model, part, whole)
            return loss * float("nan") if self.state.global_step == 5 else loss

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trainers, "SupervisedTrainer", Broken)
        with pytest.raises(UserError) as told:
            schooling.train(made, tmp_path / "t")
    [left] = checkpoints.whole(tmp_path / "t" / "2-train")[-1:]
    assert left.name == "checkpoint-4"
    for part in ("diverged at step 6", "lower lr=0.001", str(left)):
        assert part in str(told.value)


def test_training_that_climbs_and_stays_there_stops(base: Path, tmp_path: Path) -> None:
    made = producer(base, tmp_path, epochs=30, lr=30.0, schedule="constant", warmup=0.9)
    with pytest.raises(UserError, match=r"diverged at step \d+ .*lower lr=30"):
        schooling.train(made, tmp_path / "t")


def test_a_gradient_without_end_is_not_stepped_along(base: Path, tmp_path: Path) -> None:
    from models.training.text import trainers

    class Broken(trainers.SupervisedTrainer):
        def _clip_grad_norm(self, model: Any) -> Any:
            return torch.tensor(float("inf"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trainers, "SupervisedTrainer", Broken)
        with pytest.raises(UserError, match=r"at step 1 .the gradient is inf.*no checkpoint"):
            schooling.train(producer(base, tmp_path), tmp_path / "t")


def test_ctrl_c_leaves_a_checkpoint_from_which_it_goes_on(base: Path, tmp_path: Path) -> None:
    made = producer(base, tmp_path, epochs=3, save_every=100)
    whole = schooling.train(made, tmp_path / "whole")

    def press(stage: str, done: int, total: int, state: str) -> None:
        if stage == "train" and done == 4:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        schooling.train(made, tmp_path / "cut", press)
    [left] = checkpoints.whole(tmp_path / "cut" / "2-train")
    assert left.name in ("checkpoint-4", "checkpoint-5")
    cut = schooling.train(made, tmp_path / "cut")
    name = "model.safetensors"
    assert (whole / name).read_bytes() == (cut / name).read_bytes()
    assert not checkpoints.whole(tmp_path / "cut" / "2-train")


def test_a_checkpoint_of_the_last_step_is_only_written_out(base: Path, tmp_path: Path) -> None:
    made = producer(base, tmp_path, epochs=1, save_every=100)

    def press(stage: str, done: int, total: int, state: str) -> None:
        if stage == "train" and done == total - 1:
            os.kill(os.getpid(), signal.SIGINT)

    from models.training.text import optimisation

    def full(*args: Any) -> None:
        raise UserError("the disk is full")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(optimisation, "save", full)
        with pytest.raises(UserError, match="disk"):
            schooling.train(made, tmp_path / "t", press)
    assert checkpoints.whole(tmp_path / "t" / "2-train")
    out = schooling.train(made, tmp_path / "t")
    assert (out / "model.safetensors").exists()


def test_want_of_memory_is_told_and_remembered(base: Path, tmp_path: Path) -> None:
    from models.training.text import trainers

    class Small(trainers.SupervisedTrainer):
        def _part_loss(self, model: Any, part: Any, whole: Any) -> Any:
            loss = super()._part_loss(model, part, whole)
            if part["input_ids"].shape[0] > 1:
                raise torch.OutOfMemoryError("CUDA out of memory.")
            return loss

    states: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trainers, "SupervisedTrainer", Small)
        schooling.train(
            producer(base, tmp_path), tmp_path / "t", lambda *told: states.append(told[3])
        )
    assert "micro-batch 1 for want of memory" in states[-1]
    told = json.loads((tmp_path / "t" / "2-train" / "summary.json").read_text())
    assert (told["halvings"], told["micro_batch"]) == (2, 1)  # 4 rows are a batch: 4, 2, 1
    assert "memory ran out 2 times" in told["notes"][0]


def test_an_adapter_names_its_base_on_the_hub_and_no_folder(base: Path, tmp_path: Path) -> None:
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from models.training.text.saving import save

    with quiet():
        model = get_peft_model(
            AutoModelForCausalLM.from_pretrained(base),
            LoraConfig(r=2, target_modules=["q_proj"], task_type="CAUSAL_LM"),
        )
    settings: Any = SimpleNamespace(
        lora_rank=2, merge=False, dtype="float32", place=Place("o/m", "o/m", "a" * 40)
    )
    save(model, AutoTokenizer.from_pretrained(base), [1], settings, tmp_path / "out")
    told = json.loads((tmp_path / "out" / "adapter_config.json").read_text())
    assert (told["base_model_name_or_path"], told["revision"]) == ("o/m", "a" * 40)
    ends = json.loads((tmp_path / "out" / "generation_config.json").read_text())["eos_token_id"]
    assert ends == [2, 1]
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert "adapter_model.safetensors" in names
    assert not names & {"README.md", "model.safetensors"}


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"lr": 0.0}, "lr"),
        ({"lr": float("nan")}, "lr"),
        ({"batch": 0}, "batch"),
        ({"warmup": 1.0}, "warmup"),
        ({"schedule": "cosin"}, "Did you mean cosine"),
        ({"dtype": "float16"}, "dtype"),
        ({"loss": "null"}, "loss"),
        ({"lora_rank": 4, "lora_targets": " "}, "lora_targets"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    base: Path, tmp_path: Path, wrong: dict[str, Any], why: str
) -> None:
    with pytest.raises(UserError, match=why):
        producer(base, tmp_path, **wrong)


def test_adapters_for_modules_that_are_not_there_are_a_mistake(base: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no_such_module"):
        schooling.train(
            producer(base, tmp_path, lora_rank=4, lora_targets="no_such_module"), tmp_path / "t"
        )


def test_bfloat16_trains_and_is_saved(base: Path, tmp_path: Path) -> None:
    out = schooling.train(producer(base, tmp_path, dtype="bfloat16"), tmp_path / "t")
    assert json.loads((out / "config.json").read_text())["dtype"] == "bfloat16"
