"""Causal language models that are asked whether a document answers a query: yes or no."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from models.neural.prompted import Prompted

if TYPE_CHECKING:
    import torch


@dataclass(eq=False, kw_only=True)
class YesNo(Prompted):
    """Scores a candidate by how much more likely "yes" is than "no" as the next word.

    The score is the logit of yes minus that of no, which is the logit of the probability of yes
    between the two: the same ranking, without the ties of probabilities that round to 1. With
    `no=""` it is the logit of yes.

    A checkpoint is asked in the words that it was trained on. Those of known models stand in their
    cards. See `models.neural.pointwise.Pointwise` and `models.neural.prompted.Prompted` for the
    attributes that are not named here.

    Attributes:
        template: the prompt up to where the model answers, chat markup included.
        yes: the answer for a relevant document, one token as it follows the prompt.
        no: the answer for one that is not; empty where yes alone counts.

    Raises:
        MissingExtra: transformers is not installed.
        UserError: a parameter makes no sense, or there is no such model.
    """

    yes: str = "Yes"
    no: str = "No"

    closed: ClassVar[bool] = False

    @property
    def words(self) -> tuple[str, ...]:
        """The answers that count."""
        return (self.yes, self.no) if self.no else (self.yes,)

    def load(self, source: str, options: Mapping[str, Any]) -> Any:
        """The model, from what and with what `from_pretrained` takes."""
        from transformers import AutoModelForCausalLM

        return AutoModelForCausalLM.from_pretrained(source, **options)

    def logits(self, model: Any, inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """The logits of the answers behind the last word of each prompt, shape (n, answers)."""
        import torch

        last = inputs["attention_mask"].sum(dim=1) - 1
        logits: torch.Tensor = model(**inputs, use_cache=False).logits
        return logits[torch.arange(len(last), device=last.device), last]

    def verdict(self, logits: torch.Tensor) -> torch.Tensor:
        """Yes minus no, or yes alone."""
        return logits[:, 0] - logits[:, 1] if self.no else logits[:, 0]
