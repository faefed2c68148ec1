"""How steady samples are: what is reported of a round, over the number of samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp, fsum, inf, log

from models.training.em.weights import effective_size, normalised, variance


@dataclass
class Stability:
    """Figures of questions, each over its first 1, 2, ... samples, summed question by question.

    Attributes:
        temperature: of the weights whose effective number is told.
        questions: that were added.
    """

    temperature: float = 1.0
    questions: int = 0
    _variances: list[float] = field(default_factory=list)
    _sizes: list[float] = field(default_factory=list)
    _logs: float = 0.0
    _samples: int = 0
    _estimates: float = 0.0

    def add(self, logs: Sequence[float]) -> None:
        """A question.

        Args:
            logs: log p(y|x,z) of its samples in the order in which they were drawn, equal ones
                each by itself; -inf where a sample came to nothing, but not everywhere.
        """
        self.questions += 1
        best = max(logs)
        self._estimates += best + log(fsum(exp(value - best) for value in logs) / len(logs))
        sound = [value for value in logs if value > -inf]
        self._logs, self._samples = self._logs + fsum(sound), self._samples + len(sound)
        for sums, figure in (
            (self._variances, variance),
            (self._sizes, lambda first: effective_size(normalised(first, self.temperature))),
        ):
            sums += [0.0] * (len(logs) - len(sums))
            for number in range(1, len(logs) + 1):
                sums[number - 1] += figure(logs[:number])

    def curve(self) -> list[dict[str, float]]:
        """Means over questions, for 1, 2, ... samples.

        Returns:
            "variance" of p(y|x,z), and "effective_samples" of the importance weights.
        """
        return [
            {"variance": spread / self.questions, "effective_samples": size / self.questions}
            for spread, size in zip(self._variances, self._sizes, strict=True)
        ]

    def summary(self) -> dict[str, float]:
        """Means over questions, with all their samples; empty where there are none.

        "mean log-likelihood" is the mean over all samples that came to something.
        """
        if not self.questions:
            return {}
        last = self.curve()[-1]
        return {
            "mean log-likelihood": self._logs / self._samples,
            "log of the mean likelihood": self._estimates / self.questions,
            "effective samples": last["effective_samples"],
            "variance of the likelihood": last["variance"],
        }
