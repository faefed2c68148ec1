"""Language models as rerankers: a prompt, and how much the model leans to one word of an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from harness.errors import UserError

if TYPE_CHECKING:
    import torch

Tokens = NDArray[np.int32]


def word_ids(tokenizer: Any, words: Sequence[str], model: str) -> list[int]:
    """The token of each word.

    Raises:
        UserError: a word is not one token of the vocabulary; the message says what it becomes.
    """
    ids = []
    for word in words:
        found = tokenizer(word, add_special_tokens=False, verbose=False)["input_ids"]
        if len(found) != 1 or found[0] == tokenizer.unk_token_id:
            parts = ", ".join(repr(part) for part in tokenizer.convert_ids_to_tokens(found))
            raise UserError(
                f"'{word}' is no answer that '{model}' can give in one token: its tokenizer makes "
                f"{parts or 'nothing'} of it; give a word that is a single token"
            )
        ids.append(int(found[0]))
    return ids


def keep_words(model: Any, ids: Sequence[int], name: str) -> None:
    """Cuts a model's last layer down to the words of these tokens, and makes it float32.

    The logits of all other words are never computed. Those of a half-precision model would be
    rounded to steps as coarse as 0.125, which ties documents: here only what the layer is given is
    rounded, and not what it gives. Whatever a model does to its logits afterwards, such as scaling
    and capping, stays.

    Raises:
        UserError: the model has no such layer.
    """
    import torch

    head = model.get_output_embeddings()
    if head is None or getattr(head, "weight", None) is None:
        raise UserError(f"'{name}' predicts no words: it has no layer of the vocabulary to read")
    chosen = torch.as_tensor(list(ids), device=head.weight.device)
    bias = getattr(head, "bias", None)
    words = torch.nn.Linear(
        head.weight.shape[1], len(ids), bias=bias is not None, device=head.weight.device
    )
    with torch.no_grad():
        words.weight.copy_(head.weight[chosen])
        if bias is not None:
            words.bias.copy_(bias[chosen])
    words.register_forward_pre_hook(lambda _, inputs: (inputs[0].float(),))
    model.set_output_embeddings(words)


def padded(tokens: Sequence[Tokens], device: str) -> Mapping[str, torch.Tensor]:
    """Prompts as one block, filled up on the right, with the mask that tells what is real.

    On the right even for models that write on: no word sees what follows it, so the places of the
    real ones stay the same as without padding, whatever way a model counts them.
    """
    import torch

    ids = np.zeros((len(tokens), max(map(len, tokens))), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, prompt in enumerate(tokens):
        ids[row, : len(prompt)] = prompt
        mask[row, : len(prompt)] = 1
    return {
        "input_ids": torch.from_numpy(ids).to(device),
        "attention_mask": torch.from_numpy(mask).to(device),
    }
