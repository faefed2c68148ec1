"""The losses of the DPO family as they are trained here, against their formulas.

What is compared with is worked out in the tests: by hand where the policy is the reference, and
from log-probabilities of a pass of their own elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs torch")
pytest.importorskip("trl", reason="needs trl")

import schooling  # noqa: E402

from harness.training.ledger import Ledger  # noqa: E402
from harness.training.work import Work  # noqa: E402
from models.neural.opening import quiet  # noqa: E402
from models.producers.dpo import LOSSES, Dpo  # noqa: E402
from models.training.running.course import Course  # noqa: E402
from models.training.text.base import load_model, open_base  # noqa: E402

BETA, SMOOTHING = 0.3, 0.1
PAIRS = 4


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base, pairs, their rows and the reference's log-probabilities: alike for all losses."""
    torch.set_num_threads(1)
    root = tmp_path_factory.mktemp("school")
    schooling.base(root / "base")
    schooling.pairs(root / "data.jsonl", PAIRS)
    folders: dict[str, Path] = {}
    for stage in settings(root).stages()[:-1]:
        folders[stage.name] = root / stage.name
        folders[stage.name].mkdir()
        with Ledger(root, stage.name) as ledger:
            stage.run(Work(folders[stage.name], root, dict(folders), ledger))
    return root


def settings(root: Path, **more: Any) -> Dpo:
    smoothed = more.get("loss") in ("exo_pair", "robust")
    return Dpo(
        str(root / "base"),
        str(root / "data.jsonl"),
        device="cpu",
        batch=PAIRS,
        beta=BETA,
        label_smoothing=SMOOTHING if smoothed else 0.0,
        **more,
    )


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def log_sigmoid(x: float) -> float:
    return -math.log1p(math.exp(-x))


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


Formula = Callable[[float, float, int, int], float]
"""Of log(p / p_base) of what was chosen and of what was rejected, and of their tokens."""


def _exo(c: float, r: float, n: int, m: int) -> float:
    q = sigmoid(BETA * (c - r))
    return q * math.log(q / (1 - SMOOTHING)) + (1 - q) * math.log((1 - q) / SMOOTHING)


def _robust(c: float, r: float, n: int, m: int) -> float:
    right, wrong = log_sigmoid(BETA * (c - r)), log_sigmoid(BETA * (r - c))
    return (-(1 - SMOOTHING) * right + SMOOTHING * wrong) / (1 - 2 * SMOOTHING)


def _discopop(c: float, r: float, n: int, m: int) -> float:
    x = BETA * (c - r)
    share = sigmoid(x / 0.05)
    return (1 - share) * -log_sigmoid(x) + share * math.exp(-x)


FORMULAS: Mapping[str, Formula] = {
    "sigmoid": lambda c, r, n, m: -log_sigmoid(BETA * (c - r)),
    "sigmoid_norm": lambda c, r, n, m: -log_sigmoid(BETA * (c / n - r / m)),
    "hinge": lambda c, r, n, m: max(0.0, 1 - BETA * (c - r)),
    "ipo": lambda c, r, n, m: (c / n - r / m - 1 / (2 * BETA)) ** 2,
    "exo_pair": _exo,
    "nca_pair": lambda c, r, n, m: (
        -log_sigmoid(BETA * c) - 0.5 * log_sigmoid(-BETA * c) - 0.5 * log_sigmoid(-BETA * r)
    ),
    "robust": _robust,
    "bco_pair": lambda c, r, n, m: -log_sigmoid(BETA * c) - log_sigmoid(-BETA * r),
    "sppo_hard": lambda c, r, n, m: (c - 0.5 / BETA) ** 2 + (r + 0.5 / BETA) ** 2,
    "apo_zero": lambda c, r, n, m: 1 - sigmoid(BETA * c) + sigmoid(BETA * r),
    "apo_down": lambda c, r, n, m: sigmoid(BETA * c) + 1 - sigmoid(BETA * (c - r)),
    "discopop": _discopop,
}
"""By the papers that `models.producers.dpo` and trl name: equations of one pair."""
AT_REFERENCE: Mapping[str, float] = {
    "sigmoid": math.log(2),
    "sigmoid_norm": math.log(2),
    "hinge": 1.0,
    "ipo": 1 / (2 * BETA) ** 2,
    "exo_pair": -math.log(2) - 0.5 * math.log(SMOOTHING * (1 - SMOOTHING)),
    "nca_pair": 2 * math.log(2),
    "robust": math.log(2),  # (1 - e) log 2 - e log 2, over 1 - 2 e
    "bco_pair": 2 * math.log(2),
    "sppo_hard": 0.5 / BETA**2,  # twice (1 / (2 beta)) squared
    "apo_zero": 1.0,
    "apo_down": 1.0,
    "discopop": 0.5 * math.log(2) + 0.5,
}
"""Where the policy is the reference both log-ratios are 0: worked out by hand."""


class Trained:
    """The trainer of `dpo`, which `ttpa` has too, with its rows and its reference model."""

    def __init__(self, school: Path, root: Path, **more: Any) -> None:
        self.settings = settings(school, **more)
        folders = {name: school / name for name in ("data", "reference")}
        work = Work(root, root, folders, Ledger(root, "train"))
        last: Any = self.settings.stages()[-1]
        with quiet():
            tokenizer = open_base(self.settings).tokenizer
            self.trainer = last._trainer(Course(self.settings, work, 1), tokenizer)
            self.reference = load_model(self.settings).eval()
        self.trainer.current_gradient_accumulation_steps = 1
        self.rows = schooling.rows(school / "data" / "rows.jsonl")
        self.batch = self.trainer.data_collator(list(self.trainer.train_dataset))

    @property
    def model(self) -> Any:
        return self.trainer.model

    def loss(self) -> float:
        self.model.zero_grad(set_to_none=True)
        with quiet():
            return float(self.trainer.training_step(self.model, dict(self.batch)))

    def by_formula(self, formula: Formula) -> float:
        """The mean of a formula over the pairs."""
        ours, theirs = (self._sums(model) for model in (self.model.eval(), self.reference))
        found = []
        for row, one, other in zip(self.rows, ours, theirs, strict=True):
            better, worse = (one[side] - other[side] for side in ("chosen", "rejected"))
            n, m = (_learned(row[side]) for side in ("chosen", "rejected"))
            found.append(formula(better, worse, n, m))
        return math.fsum(found) / len(found)

    def likelihood(self) -> float:
        """The mean of -log p over the tokens of what was chosen."""
        total = math.fsum(each["chosen"] for each in self._sums(self.model.eval()))
        return -total / sum(_learned(row["chosen"]) for row in self.rows)

    def _sums(self, model: Any) -> list[dict[str, float]]:
        return [
            {side: _log_prob(model, row[side]) for side in ("chosen", "rejected")}
            for row in self.rows
        ]

    def move(self) -> None:
        """Makes the policy another than the reference."""
        chance = torch.manual_seed(2)
        for weight in self.model.parameters():
            weight.data.add_(0.03 * torch.randn(weight.shape, generator=chance))


def _learned(side: Mapping[str, Any]) -> int:
    return sum(end - start for start, end in side["spans"])


def _log_prob(model: Any, side: Mapping[str, Any]) -> float:
    """The sum over what is learned, of one row without padding."""
    ids, [(start, end)] = torch.tensor(side["ids"]), side["spans"]
    with torch.no_grad():
        logits = model(input_ids=ids[None]).logits[0, start - 1 : end - 1].double()
    return float((logits.gather(1, ids[start:end, None])[:, 0] - logits.logsumexp(-1)).sum())


def test_there_is_a_formula_for_every_loss() -> None:
    assert sorted(FORMULAS) == sorted(AT_REFERENCE) == sorted(LOSSES)


@pytest.mark.parametrize("loss", LOSSES)
def test_at_the_reference_a_loss_is_its_closed_form_and_elsewhere_its_formula(
    school: Path, tmp_path: Path, loss: str
) -> None:
    made = Trained(school, tmp_path, loss=loss)
    assert made.loss() == pytest.approx(AT_REFERENCE[loss], rel=1e-5)
    made.move()
    expected = made.by_formula(FORMULAS[loss])
    assert expected != pytest.approx(AT_REFERENCE[loss], rel=1e-3)
    assert made.loss() == pytest.approx(expected, rel=1e-3, abs=1e-5)


def test_the_likelihood_of_what_is_chosen_is_added(school: Path, tmp_path: Path) -> None:
    made = Trained(school, tmp_path, sft=0.5)
    expected = math.log(2) + 0.5 * made.likelihood()
    assert made.loss() == pytest.approx(expected, rel=1e-5)


def test_at_the_reference_the_gradient_is_that_of_the_margin(school: Path, tmp_path: Path) -> None:
    """-log sigma(beta d) has the slope -beta / 2 at d = 0, whatever the pair."""
    made = Trained(school, tmp_path)
    made.loss()
    found = _gradient(made.model)
    made.model.zero_grad(set_to_none=True)
    margin = torch.zeros(())
    for row in made.rows:
        for side, sign in (("chosen", 1), ("rejected", -1)):
            ids, [(start, end)] = torch.tensor(row[side]["ids"]), row[side]["spans"]
            logits = made.model(input_ids=ids[None]).logits[0, start - 1 : end - 1]
            likely = logits.log_softmax(-1).gather(1, ids[start:end, None])
            margin = margin + sign * likely.sum() / PAIRS
    (-BETA / 2 * margin).backward()
    expected = _gradient(made.model)
    assert float((found - expected).norm() / expected.norm()) < 1e-4


@pytest.mark.parametrize(("loss", "sft"), [("sigmoid", 0.5), ("ipo", 0.0), ("hinge", 0.0)])
def test_gradients_are_the_slopes_of_the_loss(
    school: Path, tmp_path: Path, loss: str, sft: float
) -> None:
    """Central differences of the formula, of some weights each along a direction of its own.

    Half of a direction is the gradient's, so that the slope is far above what float32 inside of the
    model's norms leaves uncertain, and half of it is chance.
    """
    made = Trained(school, tmp_path, loss=loss, sft=sft)
    made.move()
    made.loss()
    weights = [weight for weight in made.model.parameters() if weight.grad is not None]
    slopes = [weight.grad.double().clone() for weight in weights]
    made.model.double()
    made.reference.double()
    chance = torch.Generator().manual_seed(3)
    for weight, slope in [*zip(weights, slopes, strict=True)][::5]:
        drawn = torch.randn(weight.shape, generator=chance, dtype=torch.float64)
        way = slope / slope.norm() + drawn / drawn.norm()
        found = []
        for by in (1e-3, -2e-3):
            weight.data.add_(by * way)
            found.append(made.by_formula(FORMULAS[loss]) + sft * made.likelihood())
        weight.data.add_(1e-3 * way)
        expected = float((slope * way).sum())
        assert (found[0] - found[1]) / 2e-3 == pytest.approx(expected, rel=5e-3)


def test_tokens_that_are_not_learned_have_exactly_no_gradient(school: Path, tmp_path: Path) -> None:
    """Of the scores by which each token is chosen, only those of what was said have one."""
    made = Trained(school, tmp_path, sft=0.5)
    kept: list[Any] = []

    def keep(module: Any, args: Any, given: Any, made: Any) -> None:
        made.last_hidden_state.retain_grad()
        kept.append((given["input_ids"], made.last_hidden_state))

    handle = made.model.model.register_forward_hook(keep, with_kwargs=True)
    made.loss()
    handle.remove()
    [(ids, hidden)] = kept
    said = dict(zip(map(tuple, made.batch["input_ids"].tolist()), _places(made.batch), strict=True))
    for row, grad in zip(ids.tolist(), hidden.grad, strict=True):  # in an order of the trainer's
        asks = torch.tensor([*said[tuple(row)][1:], 0]).bool()  # a place chooses the token behind
        assert float(grad[~asks].abs().max()) == 0.0
        assert bool((grad[asks].abs().sum(-1) > 0).all())


def _places(batch: Mapping[str, Any]) -> list[list[int]]:
    found: list[list[int]] = batch["completion_mask"].tolist()
    return found


def _gradient(model: Any) -> Any:
    return torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])
