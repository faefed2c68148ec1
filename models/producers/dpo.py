"""Direct preference optimisation, and losses of its kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from math import inf
from typing import Any

from harness.contracts import Stage
from harness.errors import UserError, unknown
from harness.training.work import Rows, Work
from models.training.text.base import Base
from models.training.text.conversations import Dialogue, Preference, read_preferences
from models.training.text.data import ROWS, Data
from models.training.text.optimisation import Optimisation
from models.training.text.pairs import pair_row
from models.training.text.reference import LOG_PROBS, Reference, pair_rows
from models.training.text.rendering import Encoded
from models.training.text.settings import TextTraining

LOSSES = (
    "sigmoid",
    "sigmoid_norm",
    "hinge",
    "ipo",
    "exo_pair",
    "nca_pair",
    "robust",
    "bco_pair",
    "sppo_hard",
    "apo_zero",
    "apo_down",
    "discopop",
)
"""By trl's names. Its "aot" losses compare a pair with others that run through the model with it,
so that they depend on the micro-batch: there are none here."""
_SMOOTHED = ("exo_pair", "robust")


@dataclass(frozen=True)
class Dpo(TextTraining):
    """Learns which of two continuations is preferred, measured against the base.

    For the loss "sigmoid": -log sigma(beta (log p/p_base of chosen - of rejected)), log p summed
    over the assistants' tokens of a continuation (arXiv 2305.18290, equation 7). The base is asked
    once for every pair, in a stage of its own. Dropout is off, of adapters too.

    Attributes:
        loss: by trl's name.
        beta: how much departing from the base costs.
        sft: weight of the likelihood of what was chosen, which is added; 0 for none.
        label_smoothing: share of pairs taken to be the wrong way round, of "robust" and "exo_pair".
    """

    _: KW_ONLY
    loss: str = "sigmoid"
    beta: float = 0.1
    sft: float = 0.0
    label_smoothing: float = 0.0
    lr: float = 1e-6

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.loss not in LOSSES:
            raise unknown("loss", self.loss, LOSSES, f"There is: {', '.join(LOSSES)}")
        if not (0 < self.beta < inf and 0 <= self.sft < inf):
            raise UserError(f"beta={self.beta}, sft={self.sft}: beta is above 0, and sft 0 or more")
        if not 0 <= self.label_smoothing < 0.5:
            raise UserError(f"label_smoothing={self.label_smoothing}: it lies from 0 to below 0.5")
        if self.label_smoothing and self.loss not in _SMOOTHED:
            raise UserError(f"label_smoothing is for the losses {' and '.join(_SMOOTHED)}")
        if self.loss == "exo_pair" and not self.label_smoothing:
            raise UserError('the loss "exo_pair" needs label_smoothing, such as 0.001')

    def stages(self) -> Sequence[Stage]:
        """Rows, the reference's log-probabilities, then training."""
        return (
            Data(self, read_preferences, encode),
            Reference(self),
            Optimisation(self, self._trainer),
        )

    def _trainer(self, work: Work, *, options: dict[str, Any], **rest: Any) -> Any:
        from datasets import Dataset
        from trl.trainer.dpo_config import DPOConfig

        from models.training.text.trainers import PreferenceCollator, PreferenceTrainer

        pairs = pair_rows(Rows(work.before("data") / ROWS))
        for row in Rows(work.before("reference") / LOG_PROBS):
            for side in ("chosen", "rejected"):
                pairs[row["pair"]][f"ref_{side}_logps"] = row[side]
        return PreferenceTrainer(
            args=DPOConfig(
                **options,
                loss_type=[self.loss, "sft"] if self.sft else [self.loss],
                loss_weights=[1.0, self.sft] if self.sft else [1.0],
                beta=self.beta,
                label_smoothing=self.label_smoothing,
                max_length=None,
                precompute_ref_log_probs=True,
            ),
            train_dataset=Dataset.from_list(pairs),
            data_collator=PreferenceCollator(rest["processing_class"].pad_token_id),
            **rest,
        )


def encode(base: Base, pair: Preference) -> list[dict[str, Any]]:
    """The row of a pair.

    Raises:
        UserError: a continuation has several turns, and the template writes earlier ones otherwise
            once later ones follow, so that it cannot be compared as one.
    """
    chosen, rejected = _side(base, pair.chosen), _side(base, pair.rejected)
    if chosen.ids == rejected.ids:
        raise UserError("chosen and rejected come out the same in the base's chat template")
    return [pair_row(base, pair.line, chosen, rejected)]


def _side(base: Base, dialogue: Dialogue) -> Encoded:
    found = base.renderer.sequences(dialogue.messages, dialogue.tools, dialogue.first)
    if len(found) > 1:
        raise UserError(
            f"the chat template of '{base.renderer.name}' writes earlier turns of an assistant "
            "otherwise once later ones follow: give continuations of one turn, or another template "
            "by template='FILE'"
        )
    return found[0]
