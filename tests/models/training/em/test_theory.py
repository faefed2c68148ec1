"""What the theory promises, on models small enough to count everything.

A question x has 6 selections z, and answers y of 4 kinds: p(z|x) and p(y|x,z) are tables in double
precision, so that sums over all selections are exact. The same question occurs with several
answers and the generator's table is shared by all questions, so that an exact M-step does not come
to the maximum at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise, product

import pytest

torch = pytest.importorskip("torch", reason="needs torch")

from models.training.em.weights import (  # noqa: E402
    normalised,
    shuffled,
)

QUESTIONS, SELECTIONS, ANSWERS = 5, 6, 4
STARTS = range(30)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


class Toy:
    """Tables of logits, and how often each question occurs with each answer."""

    def __init__(self, seed: int) -> None:
        chance = torch.Generator().manual_seed(seed)

        def drawn(*shape: int) -> torch.Tensor:
            return 2 * torch.randn(*shape, generator=chance, dtype=torch.float64)

        self.selector = drawn(QUESTIONS, SELECTIONS).requires_grad_()
        self.generator = drawn(SELECTIONS, ANSWERS).requires_grad_()
        often = torch.rand(QUESTIONS, ANSWERS, generator=chance, dtype=torch.float64)
        self.often = often / often.sum()

    @property
    def log_z(self) -> torch.Tensor:
        """log p(z|x), shape (questions, selections)."""
        return self.selector.log_softmax(-1)

    @property
    def log_y(self) -> torch.Tensor:
        """log p(y|z), shape (selections, answers)."""
        return self.generator.log_softmax(-1)

    def likelihood(self) -> torch.Tensor:
        """The mean of log p(y|x) over the data."""
        return (self.often * self._joint().logsumexp(1)).sum()

    def _joint(self) -> torch.Tensor:
        """log p(z|x) p(y|z), shape (questions, selections, answers)."""
        return self.log_z[:, :, None] + self.log_y[None]

    def pairs(self) -> Iterator[tuple[int, int]]:
        return product(range(QUESTIONS), range(ANSWERS))

    def posterior(self) -> torch.Tensor:
        """p(z|x,y), by the weights that are used in training; shape as `_joint`'s."""
        joint, found = self._joint().detach(), torch.zeros_like(self._joint())
        for x, y in self.pairs():
            found[x, :, y] = torch.tensor(normalised(joint[x, :, y].tolist()), dtype=torch.float64)
        return found

    def expected(self, weights: torch.Tensor) -> torch.Tensor:
        """The M-step's objective: the mean of sum_z w(z) (log p(z|x) + log p(y|z))."""
        return (self.often[:, None] * weights * self._joint()).sum()

    def maximise(self, weights: torch.Tensor, what: str = "both") -> None:
        """An exact M-step: shares of what was expected, which is its maximum in closed form."""
        counted = self.often[:, None] * weights
        with torch.no_grad():
            if what != "generator":
                self.selector.copy_(counted.sum(2).log())
            if what != "selector":
                self.generator.copy_(counted.sum(0).log())

    def climb(self, weights: torch.Tensor, lr: float) -> None:
        """A generalised M-step: one step along the gradient of its objective."""
        parts = (self.selector, self.generator)
        slopes = torch.autograd.grad(self.expected(weights), parts)
        for part, slope in zip(parts, slopes, strict=True):
            with torch.no_grad():
                part.add_(lr * slope)


def rises(toy: Toy, step: Callable[[torch.Tensor], None], rounds: int) -> list[float]:
    """The likelihood before, and after each of some rounds."""
    found = [float(toy.likelihood().detach())]
    for _ in range(rounds):
        step(toy.posterior())
        found.append(float(toy.likelihood().detach()))
    return found


def falls(values: Sequence[float]) -> float:
    """The largest fall from one value to the next; 0 where there is none."""
    return max(0.0, *(before - after for before, after in pairwise(values)))


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("what", ["both", "selector", "generator"])
def test_exact_em_never_lowers_the_likelihood(start: int, what: str) -> None:
    toy = Toy(start)
    values = rises(toy, lambda weights: toy.maximise(weights, what), 40)
    assert falls(values) < 1e-13  # what sums of rounded numbers differ by
    assert values[-1] > values[0] + 1e-3


def test_exact_em_comes_to_rest_where_the_likelihood_has_no_slope() -> None:
    toy = Toy(0)
    rises(toy, toy.maximise, 3000)
    for slope in torch.autograd.grad(toy.likelihood(), (toy.selector, toy.generator)):
        assert float(slope.abs().max()) < 1e-5


@pytest.mark.parametrize("start", STARTS)
def test_small_steps_along_the_gradient_never_lower_it_either(start: int) -> None:
    toy = Toy(start)
    values = rises(toy, lambda weights: toy.climb(weights, 0.5), 100)
    assert falls(values) < 1e-13
    assert values[-1] > values[0] + 1e-3


def test_steps_that_are_too_large_may_lower_it() -> None:
    """So that the tests above could have failed."""
    worst = 0.0
    for start in STARTS:
        toy = Toy(start)
        worst = max(worst, falls(rises(toy, partial(toy.climb, lr=50.0), 20)))
    assert worst > 1e-2


def test_with_shuffled_weights_it_falls() -> None:
    fell = 0
    for start in STARTS:
        toy = Toy(start)
        rises(toy, toy.maximise, 50)  # a good place, of which the control knows nothing
        before, weights = float(toy.likelihood().detach()), toy.posterior()
        for x, y in toy.pairs():
            dealt = shuffled(weights[x, :, y].tolist(), f"{start} {x} {y}")
            weights[x, :, y] = torch.tensor(dealt, dtype=torch.float64)
        toy.maximise(weights)
        fell += float(toy.likelihood().detach()) < before
    assert fell == len(STARTS)


def test_the_objective_of_the_m_step_touches_the_likelihood_from_below() -> None:
    """ELBO = objective + entropy of the weights: equal for the posterior, lower for all others."""
    toy = Toy(3)
    right, likelihood = toy.posterior(), float(toy.likelihood().detach())
    even = torch.full_like(right, 1 / SELECTIONS)
    for weights, gap in ((right, False), (even, True), (0.9 * right + 0.1 * even, True)):
        entropy = -(toy.often[:, None] * weights * weights.log()).sum()
        bound = float((toy.expected(weights) + entropy).detach())
        assert (likelihood - bound > 1e-4) if gap else bound == pytest.approx(likelihood, abs=1e-12)


@pytest.mark.parametrize("start", range(5))
def test_with_weights_of_the_posterior_the_gradient_is_that_of_the_likelihood(start: int) -> None:
    toy = Toy(start)
    parts = (toy.selector, toy.generator)
    ours = torch.autograd.grad(toy.expected(toy.posterior()), parts)
    true = torch.autograd.grad(toy.likelihood(), parts)
    for found, expected in zip(ours, true, strict=True):
        assert float((found - expected).abs().max()) < 1e-15
        assert float(expected.abs().max()) > 1e-3


@pytest.mark.parametrize("start", range(5))
def test_the_selectors_gradient_is_reinforce_with_the_weights_as_reward(start: int) -> None:
    """The score of a choice among selections is known: 1 - p for the chosen one, else -p."""
    toy, y = Toy(start), 1
    drawn = torch.multinomial(
        toy.log_z[0].detach().exp(), 8, True, generator=torch.Generator().manual_seed(start)
    ).tolist()
    weights = normalised([float(toy.log_y[z, y].detach()) for z in drawn])
    weighted = sum(w * toy.log_z[0, z] for z, w in zip(drawn, weights, strict=True))
    [ours] = torch.autograd.grad(weighted, [toy.selector])

    rewards = [math.exp(float(toy.log_y[z, y].detach())) for z in drawn]
    p = toy.log_z[0].detach().exp()
    reinforce = torch.zeros(SELECTIONS, dtype=torch.float64)
    for z, reward in zip(drawn, rewards, strict=True):
        score = -p.clone()
        score[z] += 1
        reinforce += reward / sum(rewards) * score
    assert float((ours[0] - reinforce).abs().max()) < 1e-15
    assert float(ours[1:].abs().max()) == 0.0


def over_all_draws(toy: Toy, m: int, *, once: bool = False) -> list[float]:
    """What three selections weigh on average over all that may be drawn, m at a time; y is 0.

    Args:
        once: whether selections that are drawn several times count once.
    """
    p = toy.log_z[0, :3].softmax(-1).tolist()
    logs = toy.log_y[:3, 0].tolist()
    found = [0.0] * 3
    for drawn in product(range(3), repeat=m):
        counting = sorted(set(drawn)) if once else drawn
        chance = math.prod(p[z] for z in drawn)
        weights = normalised([logs[z] for z in counting])
        for z, weight in zip(counting, weights, strict=True):
            found[z] += chance * weight
    return found


def farthest(found: Sequence[float], expected: Sequence[float]) -> float:
    return max(abs(a - b) for a, b in zip(found, expected, strict=True))


def test_weights_of_more_samples_come_closer_to_the_posterior() -> None:
    toy = Toy(1)
    p, likely = toy.log_z[0, :3].softmax(-1), toy.log_y[:3, 0].exp()
    posterior = (p * likely / (p * likely).sum()).tolist()
    far = [farthest(over_all_draws(toy, m), posterior) for m in range(1, 9)]
    assert all(later < earlier for earlier, later in pairwise(far))
    assert far[-1] < 0.4 * far[0]


def test_one_sample_a_question_teaches_the_selector_nothing() -> None:
    """Its weight is 1 whatever the answer's likelihood, and the mean of the scores is 0."""
    toy = Toy(1)
    p = toy.log_z[0, :3].softmax(-1).tolist()
    assert over_all_draws(toy, 1) == pytest.approx(p)


def test_samples_that_count_once_come_closer_to_another_posterior() -> None:
    """That of selections which are all as likely beforehand."""
    toy = Toy(1)
    p, likely = toy.log_z[0, :3].softmax(-1), toy.log_y[:3, 0].exp()
    even = (likely / likely.sum()).tolist()
    posterior = (p * likely / (p * likely).sum()).tolist()
    few, many = (over_all_draws(toy, m, once=True) for m in (2, 8))
    assert farthest(many, even) < farthest(few, even)
    assert farthest(many, even) < farthest(many, posterior)
