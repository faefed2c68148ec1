"""The weighted loss as it is trained, against sums of the tests' own and finite differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs torch")
pytest.importorskip("trl", reason="needs trl")

import schooling  # noqa: E402

from harness.training.ledger import Ledger  # noqa: E402
from harness.training.work import Work  # noqa: E402
from models.neural.opening import quiet  # noqa: E402
from models.producers.sft import Sft  # noqa: E402
from models.training.running.course import Course  # noqa: E402
from models.training.text.base import open_base  # noqa: E402
from models.training.text.trainers import IGNORED  # noqa: E402

WEIGHTS = (0.5, 0.3, 0.2, 0.75, 0.25, 0.0)
"""Of three selections for one question, and of three for another."""
SAID = ("[2] > [1]", "[1] > [3]", "[3] > [2]", "[1] > [2]", "[2] > [3]", "[3] > [1]")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return schooling.base(tmp_path_factory.mktemp("base"))


@pytest.fixture
def trainer(base: Path, tmp_path: Path) -> Any:
    """The trainer of `sft` over conversations with weights, in double precision."""
    torch.set_num_threads(1)
    rows = [
        {"prompt": f"what is number {i // 3}?", "completion": said, "weight": weight}
        for i, (said, weight) in enumerate(zip(SAID, WEIGHTS, strict=True))
    ]
    data = schooling.lines(tmp_path / "data.jsonl", rows)
    made = Sft(str(base), str(data), device="cpu", batch=6, micro_batch=4)
    first, last = made.stages()
    folder = tmp_path / "data"
    folder.mkdir()
    with Ledger(tmp_path, "data") as ledger:
        first.run(Work(folder, tmp_path, {}, ledger))
    work = Work(tmp_path / "train", tmp_path, {"data": folder}, Ledger(tmp_path, "train"))
    work.folder.mkdir()
    with quiet():
        found = last._trainer(Course(made, work, 1), open_base(made).tokenizer)  # type: ignore[attr-defined]
    found.current_gradient_accumulation_steps = 1
    found.model.double()
    return found


def batch_of(trainer: Any) -> dict[str, Any]:
    found: dict[str, Any] = trainer.data_collator(list(trainer.train_dataset))
    found["weights"] = found["weights"].double()
    return found


def gradient(trainer: Any, batch: Mapping[str, Any]) -> tuple[float, list[Any]]:
    """The loss of a step of training, and the gradient of each weight."""
    trainer.model.zero_grad(set_to_none=True)
    with quiet():
        loss = trainer.training_step(trainer.model, dict(batch))
    return float(loss), [p.grad.clone() for p in trainer.model.parameters()]


def log_likelihood(model: Any, ids: Sequence[int], labels: Sequence[int]) -> tuple[Any, int]:
    """The sum of log p of what is learned of one row, and how many tokens that are."""
    row, wanted = torch.tensor(ids), torch.tensor(labels)[1:]
    logits = model(input_ids=row[None]).logits[0, :-1].double()
    likely = logits.log_softmax(-1).gather(1, row[1:, None])[:, 0]
    return likely[wanted != IGNORED].sum(), int((wanted != IGNORED).sum())


def test_the_loss_is_the_mean_of_weight_times_mean_token_loss(trainer: Any) -> None:
    with torch.no_grad():
        losses = []
        for row, weight in zip(trainer.train_dataset, WEIGHTS, strict=True):
            total, tokens = log_likelihood(trainer.model, row["input_ids"], row["labels"])
            losses.append(weight / (2 / 6) * -float(total) / tokens)  # the mean weight is 2 / 6
    loss, _ = gradient(trainer, batch_of(trainer))
    assert loss == pytest.approx(sum(losses) / 6, rel=1e-6)


def test_its_gradient_is_reinforce_with_the_weights_as_reward(trainer: Any) -> None:
    _, ours = gradient(trainer, batch_of(trainer))
    reinforce = [torch.zeros_like(p) for p in trainer.model.parameters()]
    rows = list(trainer.train_dataset)
    for row, weight in zip(rows, WEIGHTS, strict=True):
        total, tokens = log_likelihood(trainer.model, row["input_ids"], row["labels"])
        scores = torch.autograd.grad(total, list(trainer.model.parameters()), allow_unused=True)
        for found, score in zip(reinforce, scores, strict=True):
            if score is not None:
                found -= weight / (2 / 6) * score / tokens / len(rows)
    for found, expected in zip(ours, reinforce, strict=True):
        assert float((found - expected).abs().max()) < 1e-7 * (1 + float(expected.abs().max()))


def test_its_gradient_is_what_finite_differences_say(trainer: Any) -> None:
    batch, size = batch_of(trainer), 1e-4
    parameters = list(trainer.model.parameters())
    _, slopes = gradient(trainer, batch)
    chance = torch.Generator().manual_seed(7)
    for _ in range(3):
        way = [torch.randn(p.shape, generator=chance, dtype=torch.float64) for p in parameters]
        ahead, behind = (_moved(trainer, batch, parameters, way, s * size) for s in (1, -1))
        expected = sum(float((s * w).sum()) for s, w in zip(slopes, way, strict=True))
        assert (ahead - behind) / (2 * size) == pytest.approx(expected, rel=1e-3)


def _moved(
    trainer: Any,
    batch: Mapping[str, Any],
    parameters: Sequence[Any],
    way: Sequence[Any],
    far: float,
) -> float:
    """The loss, so far along a way."""
    kept = [p.detach().clone() for p in parameters]
    with torch.no_grad():
        for p, step in zip(parameters, way, strict=True):
            p.add_(far * step)
    loss, _ = gradient(trainer, batch)
    with torch.no_grad():
        for p, old in zip(parameters, kept, strict=True):
            p.copy_(old)
    return loss


def test_through_tokens_that_are_masked_goes_exactly_no_gradient(trainer: Any) -> None:
    trainer.course.micro_batch = 6  # one part, so that its states are all there are
    batch = batch_of(trainer)
    seen: list[Any] = []

    def keep(module: Any, args: Any, output: Any) -> None:
        output.last_hidden_state.retain_grad()
        seen.append(output.last_hidden_state)

    hook = trainer.model.base_model.register_forward_hook(keep)
    gradient(trainer, batch)
    hook.remove()
    [states] = seen
    order = batch["attention_mask"].sum(1).argsort(descending=True, stable=True)
    learns = torch.zeros(states.shape[:2], dtype=torch.bool)
    learns[:, :-1] = batch["labels"][order][:, 1:] != IGNORED
    weighs = batch["weights"][order] > 0
    assert bool((states.grad[~learns] == 0).all())
    assert bool((states.grad[~weighs] == 0).all())  # nor through a row of no weight
    assert bool((states.grad[learns & weighs[:, None]].abs().amax(-1) > 0).all())


def test_a_row_of_no_weight_changes_no_gradient(trainer: Any) -> None:
    batch = batch_of(trainer)
    _, with_it = gradient(trainer, batch)
    last = batch["weights"].tolist().index(0.0)
    batch["input_ids"][last] = batch["input_ids"][0]  # another text in its place
    batch["labels"][last] = batch["labels"][0]
    _, with_another = gradient(trainer, batch)
    for one, other in zip(with_it, with_another, strict=True):
        assert torch.equal(one, other)
