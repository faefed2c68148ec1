"""The loop of pretraining: gradients, rates, checkpoints, and what goes wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs torch")
transformers = pytest.importorskip("transformers", reason="needs transformers")

from harness.errors import UserError  # noqa: E402
from harness.training.work import CURVES, Work  # noqa: E402
from models.training.running import checkpoints  # noqa: E402
from models.training.scratch.packing import Sequences  # noqa: E402
from models.training.scratch.pretraining import Pretraining, Regime  # noqa: E402

REGIME = Regime(
    tokens=(60, 40),
    batch=20,
    lr=1e-2,
    warmup=0.0,
    decay=0.5,
    optimizer="muon",
    weight_decay=0.1,
    clip=1e9,
    context_weight=0.0,
    dtype="float32",
    seed=3,
    micro_batch=8,
    save_every=2,
)
RANDOM = np.random.default_rng(1)


def sequences(number: int) -> Sequences:
    rows = [RANDOM.integers(1, 30, RANDOM.integers(4, 10)).tolist() for _ in range(number)]
    return Sequences.of((row, [(1, 2), (3, len(row))]) for row in rows)


PARTS = (sequences(7), sequences(5))


def model(**sizes: Any) -> Any:
    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        vocab_size=30,
        hidden_size=16,
        intermediate_size=24,
        num_hidden_layers=2,
        num_attention_heads=2,
        tie_word_embeddings=True,
        **sizes,
    )
    return transformers.LlamaForCausalLM(config)


def training(root: Path, regime: Regime = REGIME, made: Any = None) -> Pretraining:
    root.mkdir(exist_ok=True)
    work = Work(root, root, {}, Free())  # type: ignore[arg-type]
    return Pretraining(made or model(), PARTS, 0, regime, work)


class Free:
    """A ledger in which nothing is entered."""

    def spend(self, amounts: Any) -> None:
        pass

    def flush(self) -> None:
        pass


def weights(made: Any) -> list[Any]:
    return [parameter.detach().clone() for parameter in made.parameters()]


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def test_rates_rise_stay_and_fall() -> None:
    regime = replace(REGIME, tokens=(200,), lr=1.0, warmup=0.2, decay=0.4)  # 10 steps
    # 2 steps up, 4 down to what is left of them: 4/4, 3/4, 2/4, 1/4.
    expected = [0.5, 1, 1, 1, 1, 1, 1, 0.75, 0.5, 0.25]
    assert [regime.rate(step) for step in range(10)] == pytest.approx(expected)


@pytest.mark.parametrize("context_weight", [0.0, 0.25])
@pytest.mark.parametrize("micro_batch", [1, 3, 8])
def test_the_gradient_is_that_of_the_mean_over_tokens_that_count(
    tmp_path: Path, context_weight: float, micro_batch: int
) -> None:
    regime = replace(REGIME, context_weight=context_weight, micro_batch=micro_batch)
    made = training(tmp_path, regime)
    batch = [0, 2, 3, 5, 6]
    told = made._gradient(PARTS[0], batch)
    # One sequence at a time, unpadded, every position of the head.
    other = model()
    total, whole, said, own = torch.zeros(()), 0.0, 0.0, 0
    for i in batch:
        edges = slice(PARTS[0].edges[i], PARTS[0].edges[i + 1])
        ids = torch.tensor(PARTS[0].ids[edges], dtype=torch.int64)
        learned = PARTS[0].learned[edges]
        likely = other(input_ids=ids[None]).logits[0].log_softmax(-1)
        for place in range(1, len(ids)):
            loss = -likely[place - 1, ids[place]]
            weight = 1.0 if learned[place] else context_weight
            total, whole = total + weight * loss, whole + weight
            if learned[place]:
                said, own = said + loss.item(), own + 1
    (total / whole).backward()
    assert told == pytest.approx(said / own, rel=1e-5)
    for found, expected in zip(made.model.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(found.grad, expected.grad, rtol=1e-4, atol=1e-6)


def test_it_learns_what_is_said_and_writes_its_curves(tmp_path: Path) -> None:
    made = training(tmp_path, replace(REGIME, tokens=(1500, 500)))
    made.run()
    rows = list(made._work.rows(CURVES))
    assert [row["step"] for row in rows] == list(range(1, 101))
    assert [row["part"] for row in rows] == [0] * 75 + [1] * 25
    assert rows[74]["loss"] < 0.5 * rows[0]["loss"]


@pytest.mark.parametrize("optimizer", ["muon", "adamw"])
def test_going_on_behind_a_checkpoint_takes_the_very_same_steps(
    tmp_path: Path, optimizer: str
) -> None:
    regime = replace(REGIME, optimizer=optimizer)
    whole = training(tmp_path / "whole", regime)
    whole.run()
    cut = training(tmp_path / "cut", regime)
    answers = iter([False] * 4 + [True] * 9)  # asked twice a step: stopped behind the third
    with pytest.raises(KeyboardInterrupt):
        cut.run(lambda: next(answers))
    assert cut.step == 3
    onwards = training(tmp_path / "cut", regime)
    assert onwards.step == 3
    onwards.run()
    for one, other in zip(weights(whole.model), weights(onwards.model), strict=True):
        assert torch.equal(one, other)
    curves = [list(made._work.rows(CURVES)) for made in (whole, onwards)]
    assert curves[0] == curves[1]


def test_matrices_of_layers_are_muons_and_all_else_is_adamws(tmp_path: Path) -> None:
    made = training(tmp_path)
    muon, adamw = (
        sum(p.numel() for group in found.param_groups for p in group["params"])
        for found in made._optimizers
    )
    # By hand: 2 layers of 4 x 16 x 16 and 3 x 16 x 24; embeddings of 30 x 16, 5 gains of 16.
    assert (muon, adamw) == (2 * (1024 + 1152), 480 + 80)


def test_a_checkpoint_that_was_torn_does_not_count(tmp_path: Path) -> None:
    training(tmp_path, replace(REGIME, tokens=(20, 40))).run()  # 3 steps, the second is saved
    torn = tmp_path / "checkpoint-3"
    torn.mkdir()
    (torn / "state.pt").write_bytes(b"half")
    assert training(tmp_path).step == 2
    assert not torn.exists()


def test_training_that_diverges_stops_and_keeps_the_last_good_checkpoint(tmp_path: Path) -> None:
    made = training(tmp_path, replace(REGIME, tokens=(200, 200)))
    answers = iter([False] * 8)  # asked twice a step: spoiled behind the fifth

    def spoiled() -> bool:
        if next(answers, True):
            with torch.no_grad():
                made.model.lm_head.weight.fill_(float("nan"))
        return False

    with pytest.raises(UserError, match=r"diverged at step 6 .* the last good checkpoint is .*-4"):
        made.run(spoiled)
    state = torch.load(checkpoints.whole(tmp_path)[-1] / "state.pt", weights_only=True)
    assert all(bool(torch.isfinite(part).all()) for part in state["model"].values())


def test_pieces_are_halved_where_memory_runs_out(tmp_path: Path) -> None:
    made = training(tmp_path)
    inner, widths = made._losses, list[int]()

    def narrow(ids: Any, weights: Any) -> Any:
        widths.append(len(ids))
        if len(ids) > 2:
            raise MemoryError
        return inner(ids, weights)

    made._losses = narrow  # type: ignore[method-assign]
    batch = [0, 1, 2, 3, 4]
    made._gradient(PARTS[0], batch)
    assert widths == [5, 2, 2, 1]
    undisturbed = training(tmp_path / "other")
    undisturbed._gradient(PARTS[0], batch)
    for one, other in zip(made.model.parameters(), undisturbed.model.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad, rtol=1e-4, atol=1e-6)


def test_one_sequence_that_does_not_fit_is_an_error(tmp_path: Path) -> None:
    made = training(tmp_path)

    def never(ids: Any, weights: Any) -> Any:
        raise MemoryError

    made._losses = never  # type: ignore[method-assign]
    with pytest.raises(UserError, match="one sequence at a time"):
        made._gradient(PARTS[0], [0, 1, 2])


def test_padding_changes_nothing(tmp_path: Path) -> None:
    made = training(tmp_path)
    short = int(PARTS[0].lengths.argmin())
    alone = made._gradient(PARTS[0], [short])
    ids, learned, _ = PARTS[0].padded([short], 0)
    wider = Sequences.of([([*ids[0].tolist(), *[0] * 6], [])])
    padded = torch.tensor(wider.ids[None].astype(np.int64))
    weights = torch.zeros(1, padded.shape[1] - 1)
    weights[0, : ids.shape[1] - 1] = torch.from_numpy(learned[0, 1:]).float()
    losses, _ = made._losses(padded, weights)
    assert float(losses.detach().mean()) == pytest.approx(alone, rel=1e-5)
