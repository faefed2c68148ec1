"""monoT5: a sequence-to-sequence model that says "true" or "false" of a pair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from models.neural.prompted import Prompted

if TYPE_CHECKING:
    import torch

TEMPLATE = "Query: {query} Document: {document} Relevant:"
"""What castorini's checkpoints were trained on."""


@dataclass(eq=False, kw_only=True)
class MonoT5(Prompted):
    """Scores a candidate by the log-probability of "true" against "false" as the first word.

    Nogueira, Jiang, Pradeep and Lin, "Document Ranking with a Pretrained Sequence-to-Sequence
    Model", Findings of EMNLP 2020: the softmax is taken over the two words alone.

    A pair that is too long loses the end of its document, so that the prompt still ends with its
    own last word; implementations that cut the whole prompt lose that word. See
    `models.neural.pointwise.Pointwise` and `models.neural.prompted.Prompted` for the attributes
    that are not named here.

    Attributes:
        template: the prompt.
        true_token: the word for a relevant document.
        false_token: the word for one that is not.
        max_length: tokens that the model reads at most, 512 as in the paper; 0 means as many as
            its tokenizer allows.

    Raises:
        MissingExtra: transformers is not installed.
        UserError: a parameter makes no sense, or there is no such model.
    """

    template: str = TEMPLATE
    true_token: str = "true"
    false_token: str = "false"
    max_length: int = 512

    closed: ClassVar[bool] = True

    @property
    def words(self) -> tuple[str, ...]:
        """The two answers."""
        return self.true_token, self.false_token

    def load(self, source: str, options: Mapping[str, Any]) -> Any:
        """The model, from what and with what `from_pretrained` takes."""
        from transformers import AutoModelForSeq2SeqLM

        return AutoModelForSeq2SeqLM.from_pretrained(source, **options)

    def logits(self, model: Any, inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """The logits of the two words at the first step of decoding, shape (n, 2)."""
        ids = inputs["input_ids"]
        start = ids.new_full((len(ids), 1), model.config.decoder_start_token_id)
        logits: torch.Tensor = model(**inputs, decoder_input_ids=start, use_cache=False).logits
        return logits[:, 0]

    def verdict(self, logits: torch.Tensor) -> torch.Tensor:
        """The log-softmax of the first word.

        In the form log sigmoid(true - false): subtracting a sum of exponentials would round every
        certain answer to 0, and tie them.
        """
        import torch

        return torch.nn.functional.logsigmoid(logits[:, 0] - logits[:, 1])
