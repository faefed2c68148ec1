"""Gradients, losses and batches of both trainers, against computations of the tests' own."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs torch")
pytest.importorskip("trl", reason="needs trl")

import schooling  # noqa: E402

from harness.errors import UserError  # noqa: E402
from harness.training.ledger import Ledger, read_ledger  # noqa: E402
from harness.training.work import Work  # noqa: E402
from models.neural.opening import quiet  # noqa: E402
from models.producers.dpo import Dpo  # noqa: E402
from models.producers.sft import Sft  # noqa: E402
from models.training.running.course import Course  # noqa: E402
from models.training.text.base import load_model, open_base  # noqa: E402

SETTINGS: Mapping[str, Any] = {"device": "cpu", "lr": 1e-3, "warmup": 0.0, "schedule": "constant"}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return schooling.base(tmp_path_factory.mktemp("base"))


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def trainer_of(producer: Any, root: Path) -> Any:
    """The trainer of the last stage, with the earlier stages done."""
    *earlier, last = producer.stages()
    folders: dict[str, Path] = {}
    for stage in earlier:
        folders[stage.name] = root / stage.name
        folders[stage.name].mkdir(parents=True)
        with Ledger(root, stage.name) as ledger:
            stage.run(Work(folders[stage.name], root, dict(folders), ledger))
    work = Work(root / "train", root, folders, Ledger(root, "train"))
    work.folder.mkdir()
    with quiet():
        trainer = last._trainer(Course(producer, work, 1), open_base(producer).tokenizer)
    trainer.current_gradient_accumulation_steps = 1
    return trainer


def batch_of(trainer: Any, number: int) -> dict[str, Any]:
    found: dict[str, Any] = trainer.data_collator([trainer.train_dataset[i] for i in range(number)])
    return found


def gradient(trainer: Any, batch: Mapping[str, Any]) -> tuple[float, Any]:
    """The loss, and the gradient of all weights in one vector."""
    trainer.model.zero_grad(set_to_none=True)
    with quiet():
        loss = trainer.training_step(trainer.model, dict(batch))
    grads = [p.grad.flatten() for p in trainer.model.parameters() if p.grad is not None]
    return float(loss), torch.cat(grads)


def log_probs(model: Any, ids: Any) -> Any:
    """Of each token but the first, given those before it; one row, no padding."""
    logits = model(input_ids=ids[None]).logits[0, :-1].double()
    return (logits.gather(1, ids[1:, None])[:, 0]) - logits.logsumexp(-1)


def sft(base: Path, tmp_path: Path, **more: Any) -> Any:
    data = schooling.dialogues(tmp_path / "data.jsonl")
    return trainer_of(Sft(str(base), str(data), **{**SETTINGS, "batch": 8, **more}), tmp_path / "t")


def dpo(base: Path, tmp_path: Path, **more: Any) -> Any:
    data = schooling.pairs(tmp_path / "data.jsonl")
    return trainer_of(Dpo(str(base), str(data), **{**SETTINGS, "batch": 8, **more}), tmp_path / "t")


def test_the_loss_is_the_cross_entropy_of_the_tokens_that_are_learned(
    base: Path, tmp_path: Path
) -> None:
    trainer = sft(base, tmp_path, micro_batch=3)
    total, count = 0.0, 0
    with torch.no_grad():
        for row in schooling.rows(tmp_path / "t" / "data" / "rows.jsonl")[:8]:
            likely = log_probs(trainer.model.eval(), torch.tensor(row["ids"]))
            for start, end in row["spans"]:
                total -= float(likely[start - 1 : end - 1].sum())
                count += end - start
    loss, _ = gradient(trainer, batch_of(trainer, 8))
    assert loss == pytest.approx(total / count, rel=1e-5)


def test_tokens_that_are_not_learned_have_exactly_no_gradient(base: Path, tmp_path: Path) -> None:
    trainer = sft(base, tmp_path)
    batch = batch_of(trainer, 4)
    seen: list[Any] = []
    head = trainer.model.get_output_embeddings()
    inner = trainer.model.base_model

    def keep(module: Any, args: Any, output: Any) -> None:
        output.last_hidden_state.retain_grad()
        seen.append(output.last_hidden_state)

    hook = inner.register_forward_hook(keep)
    lengths = batch["attention_mask"].sum(1)
    gradient(trainer, batch)
    hook.remove()
    assert head is trainer.model.get_output_embeddings()
    [states] = seen
    order = lengths.argsort(descending=True, stable=True)
    predicts = torch.zeros(states.shape[:2], dtype=torch.bool)
    predicts[:, :-1] = batch["labels"][order][:, 1:] != -100
    assert bool((states.grad[~predicts] == 0).all())
    assert bool((states.grad[predicts].abs().amax(-1) > 0).all())


@pytest.mark.parametrize("producer", [sft, dpo])
def test_gradients_do_not_depend_on_the_micro_batch(
    producer: Any, base: Path, tmp_path: Path
) -> None:
    more = {} if producer is sft else {"sft": 0.5, "lora_rank": 0}
    trainer = producer(base, tmp_path, **more)
    for weight in trainer.model.parameters():  # away from the reference, where margins are 0
        weight.data.add_(0.05 * torch.randn(weight.shape, generator=torch.manual_seed(1)))
    batch = batch_of(trainer, 7)
    trainer.course.micro_batch = 7
    whole, expected = gradient(trainer, batch)
    for size in (1, 2, 3):
        trainer.course.micro_batch = size
        loss, found = gradient(trainer, batch)
        assert loss == pytest.approx(whole, rel=1e-5)
        assert float((found - expected).norm() / expected.norm()) < 1e-5


def test_dpo_starts_at_log_2(base: Path, tmp_path: Path) -> None:
    trainer = dpo(base, tmp_path)
    loss, found = gradient(trainer, batch_of(trainer, 8))
    assert loss == pytest.approx(math.log(2), abs=1e-6)
    assert float(found.norm()) > 0


def test_the_loss_of_dpo_is_its_formula(base: Path, tmp_path: Path) -> None:
    trainer = dpo(base, tmp_path, beta=0.3, sft=0.5, micro_batch=3)
    with quiet():
        reference = load_model(trainer.course.settings).eval()
    for weight in trainer.model.parameters():
        weight.data.add_(0.05 * torch.randn(weight.shape, generator=torch.manual_seed(2)))
    losses, likely, count = [], 0.0, 0
    with torch.no_grad():
        for row in schooling.rows(tmp_path / "t" / "data" / "rows.jsonl")[:8]:
            ratio = {}
            for side in ("chosen", "rejected"):
                ids, [(start, end)] = torch.tensor(row[side]["ids"]), row[side]["spans"]
                ours, theirs = (
                    float(log_probs(m, ids)[start - 1 : end - 1].sum())
                    for m in (trainer.model.eval(), reference)
                )
                ratio[side] = ours - theirs
                if side == "chosen":
                    likely, count = likely + ours, count + end - start
            margin = 0.3 * (ratio["chosen"] - ratio["rejected"])
            losses.append(math.log1p(math.exp(-margin)))
    loss, _ = gradient(trainer, batch_of(trainer, 8))
    assert loss == pytest.approx(sum(losses) / 8 + 0.5 * -likely / count, rel=1e-4)


class Small:
    """A device that holds so many rows at once, and says so as torch does."""

    def __init__(self, trainer: Any, rows: int) -> None:
        self._inner, self._rows = trainer.compute_loss, rows
        trainer.compute_loss = self

    def __call__(self, model: Any, inputs: Any, **options: Any) -> Any:
        loss = self._inner(model, inputs, **options)
        if inputs["input_ids"].shape[0] > self._rows:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB.")
        return loss


def test_without_memory_the_micro_batch_is_halved_and_the_batch_stays(
    base: Path, tmp_path: Path
) -> None:
    trainer = sft(base, tmp_path, micro_batch=8)
    batch = batch_of(trainer, 8)
    whole, expected = gradient(trainer, batch)
    Small(trainer, 2)
    loss, found = gradient(trainer, batch)
    assert (trainer.course.micro_batch, trainer.course.halvings) == (2, 2)
    assert loss == pytest.approx(whole, rel=1e-5)
    assert float((found - expected).norm() / expected.norm()) < 1e-5


def test_a_step_that_begins_anew_draws_the_same_chance(base: Path, tmp_path: Path) -> None:
    """Memory runs out in the second part: what the first one did counts for nothing."""
    dropping = schooling.base(tmp_path / "dropping", attention_dropout=0.5, initializer_range=0.3)
    trainer = sft(dropping, tmp_path, micro_batch=2)
    batch = batch_of(trainer, 8)
    torch.manual_seed(3)
    whole, expected = gradient(trainer, batch)
    other, _ = gradient(trainer, batch)
    assert other != pytest.approx(whole, rel=1e-4)
    inner, calls = trainer.compute_loss, []

    def failing(*args: Any, **options: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return inner(*args, **options)

    trainer.course.micro_batch, trainer.compute_loss = 4, failing
    torch.manual_seed(3)
    loss, found = gradient(trainer, batch)
    assert trainer.course.micro_batch == 2
    assert loss == pytest.approx(whole, rel=1e-6)
    assert float((found - expected).norm() / expected.norm()) < 1e-6


def test_memory_for_not_even_one_row_is_a_mistake_that_says_what_to_do(
    base: Path, tmp_path: Path
) -> None:
    trainer = sft(base, tmp_path, micro_batch=8)
    Small(trainer, 0)
    with pytest.raises(UserError, match=r"one row at a time: lower max_length=4096"):
        gradient(trainer, batch_of(trainer, 8))


def test_other_errors_are_nobodys_want_of_memory(base: Path, tmp_path: Path) -> None:
    trainer = sft(base, tmp_path)

    def broken(*args: Any, **options: Any) -> Any:
        raise RuntimeError("a bug")

    trainer.compute_loss = broken
    with pytest.raises(RuntimeError, match="a bug"):
        gradient(trainer, batch_of(trainer, 8))


def test_the_ledger_counts_tokens_without_padding(base: Path, tmp_path: Path) -> None:
    data = schooling.dialogues(tmp_path / "data.jsonl", 5)
    producer = Sft(str(base), str(data), **{**SETTINGS, "batch": 2, "epochs": 2})
    schooling.train(producer, tmp_path / "t")
    tokens = sum(len(r["ids"]) for r in schooling.rows(tmp_path / "t" / "1-data" / "rows.jsonl"))
    entry = next(entry for entry in read_ledger(tmp_path / "t") if entry["stage"] == "train")
    assert entry["amounts"] == {"tokens": 2 * tokens, "sequences": 10}
