"""How attempts at a question are weighed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from models.training.em.weights import exponential, normalised, proportional, shuffled, uniform

Kind = Literal["importance", "exponential", "uniform", "shuffled", "reward"]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Rule:
    """How attempts are weighed.

    Attributes:
        kind: "importance" weights are in proportion to p(y | x, z) within a question;
            "exponential" ones are not normalised; "uniform" ones all the same; "shuffled" ones
            those of "importance", dealt out anew (a control); "reward" ones in proportion to a
            measure of the answer that was given.
        likelihood: of y is the "mean" over its tokens, or their "sum".
        temperature: of "importance".
        reward: the measure.
        seed: of what is dealt out anew.
    """

    kind: str = "importance"
    likelihood: str = "mean"
    temperature: float = 1.0
    reward: str = "answer_f1"
    seed: int = 0

    def weights(self, question: str, found: Sequence[Row]) -> list[float]:
        """The weights of one question's attempts.

        Args:
            question: its key.
            found: rows with "log_likelihood" and "tokens", and "reward" where that is the kind.
        """
        logs = [self.log_likelihood(row) for row in found]
        if self.kind == "uniform":
            return uniform(len(logs))
        if self.kind == "reward":
            return proportional([row["reward"] for row in found])
        if self.kind == "exponential":
            return exponential(logs)
        weights = normalised(logs, self.temperature)
        return shuffled(weights, f"{self.seed} {question}") if self.kind == "shuffled" else weights

    def log_likelihood(self, row: Row) -> float:
        """Of a row's answer, the sum or the mean over its tokens."""
        found: float = row["log_likelihood"]
        return found / row["tokens"] if self.likelihood == "mean" else found
