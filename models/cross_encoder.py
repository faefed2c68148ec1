"""Cross-encoders of sentence-transformers: a model that reads query and document together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from harness.errors import UserError
from harness.records import Document, Query, Text
from models.neural.batching import one_at_a_time
from models.neural.devices import torch_dtype
from models.neural.modules import require_positions
from models.neural.opening import opened
from models.neural.pairs import Batches, Pair, Scored, one_device
from models.neural.pointwise import Pointwise
from models.neural.templates import Templates

if TYPE_CHECKING:
    import torch

RISING = ("Identity", "Sigmoid", "Tanh", "LogSigmoid", "Softplus")
"""Activations of torch that keep the order of their inputs."""
AT_A_TIME = 256
"""Texts that are counted together; Python's lists of tokens are large."""


@dataclass(eq=False, kw_only=True)
class CrossEncoder(Pointwise):
    """A reranker that reads query and document as one text and gives it a score.

    Scores are logits. A sigmoid keeps their order but rounds every large one to 1, which ties the
    very documents at the top; so an activation that only rises is left off, any other applied.

    A pair that is too long is cut by the model's own tokenizer, the longer of the two texts first,
    as the library does. See `models.neural.pointwise.Pointwise` for the attributes that are not
    named here.

    Attributes:
        query: template of a query without instruction, with the field {query}; empty is that
            alone.
        instructed: of a query with one, with {instruction} and {query}; empty is
            "Instruct: {instruction}", a new line and "Query: {query}", as in ToolRet and MAIR.
        document: of a document, with {document}; empty is that alone.

    Raises:
        MissingExtra: sentence-transformers is not installed.
        UserError: a parameter makes no sense, or there is no such model.
    """

    query: str = ""
    instructed: str = ""
    document: str = ""

    package: ClassVar[str] = "sentence_transformers"

    def __post_init__(self) -> None:
        alone = self.query or "{query}"
        self._templates = Templates.of(self.query, self.instructed, alone, self.document)
        super().__post_init__()

    def pair(self, query: Query, document: Document) -> Pair:
        """Query and document, each in its template."""
        asked = self._templates.filled(Text(query.text, query.instruction), "query")
        return "".join(asked), "".join(self._templates.filled(Text(document.full_text), "document"))

    def score(self, pairs: Sequence[Pair]) -> Scored:
        """The scores of some pairs, at least one and all of them different."""
        model, batches, activation = self._loaded
        lengths = _lengths(model, pairs)
        longest = model.max_seq_length or int(lengths.max())

        def forward(chosen: list[int]) -> torch.Tensor:
            scores: torch.Tensor = model.predict(
                [pairs[i] for i in chosen],
                batch_size=len(chosen),
                show_progress_bar=False,
                activation_fn=activation,
                convert_to_tensor=True,
            )
            return scores

        values, notes = batches.run(np.minimum(lengths, longest), forward)
        return Scored(values, lengths > longest, notes)

    @cached_property
    def _loaded(self) -> tuple[Any, Batches, Any]:
        """The model, its batches, and the activation that its logits go through."""
        import torch

        device = one_device(self.device)
        model = opened(lambda: self._opened(device), self._place)
        if model.num_labels != 1:
            raise UserError(
                f"'{self.name}' has {model.num_labels} labels, and ce ranks by the one score of a "
                "model with one label, as cross-encoders made for reranking have; give such a one"
            )
        self._refuse_invented(model)
        one_at_a_time(model)
        if self.max_length:
            require_positions(model, self.max_length)
            model.max_seq_length = self.max_length
        if self.dtype != "float32":
            _end_in_float32(model)
        own = model.activation_fn
        rising = type(own).__module__.startswith("torch.") and type(own).__name__ in RISING
        return model, Batches(model, self.batch_size), torch.nn.Identity() if rising else own

    def _refuse_invented(self, model: Any) -> None:
        """Refuses a model whose last layer was not saved: the library would draw it by chance."""
        from huggingface_hub import constants
        from sentence_transformers.util import load_file_path

        architectures = getattr(model.config, "architectures", None) or []
        if any(name.endswith("ForSequenceClassification") for name in architectures):
            return
        listing = load_file_path(
            self._place.source,
            "modules.json",
            revision=self._place.revision or None,
            cache_folder=constants.HF_HUB_CACHE,
        )
        if listing is None:
            raise UserError(
                f"'{self.name}' was not trained as a cross-encoder: the library would have to "
                f'invent its last layer; an embedder is run by hf("{self.name}"), a language model '
                "that answers yes or no by yesno(...)"
            )

    def _opened(self, device: str) -> Any:
        from huggingface_hub import constants
        from sentence_transformers import CrossEncoder as Library

        return Library(
            self._place.source,
            revision=self._place.revision or None,
            cache_folder=constants.HF_HUB_CACHE,
            device=device,
            trust_remote_code=self.trust_remote_code,
            model_kwargs={"dtype": torch_dtype(self.dtype)},
        )


def _end_in_float32(model: Any) -> None:
    """Lets the layer that gives the score compute in float32, whatever comes before it.

    Half precision would round scores to steps as coarse as 0.03, which ties documents.
    """
    import torch

    ends = [m for m in model.modules() if isinstance(m, torch.nn.Linear) and m.out_features == 1]
    for end in ends[-1:]:
        end.float().register_forward_pre_hook(lambda _, inputs: (inputs[0].float(),))


def _lengths(model: Any, pairs: Sequence[Pair]) -> NDArray[np.int64]:
    """Tokens of each pair before anything is cut off, shape (n,).

    Every text is counted once, however many pairs it is in; what a pair has besides its texts
    (marks between them, a prompt or chat markup of the model's own) is what an empty pair has.
    """
    prompt = model.prompts.get(model.default_prompt_name or "")
    empty = model.preprocess([("", "")], prompt=prompt)
    texts = list(dict.fromkeys(text for pair in pairs for text in pair))
    counts: list[int] = []
    for start in range(0, len(texts), AT_A_TIME):
        # verbose=False: a text beyond the model's maximum is no surprise here.
        rows = model.tokenizer(
            texts[start : start + AT_A_TIME],
            add_special_tokens=False,
            return_attention_mask=False,
            verbose=False,
        )
        counts.extend(map(len, rows["input_ids"]))
    length = dict(zip(texts, counts, strict=True))
    besides = int(empty["input_ids"].shape[-1])
    return np.array([besides + length[query] + length[document] for query, document in pairs])
