"""A causal language model on one device: continues prompts, and says how likely texts are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from inspect import signature
from threading import Lock
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from harness.errors import InfrastructureError, TooLong, UserError
from models.local.decoding import Continuation, Row, decode
from models.neural.devices import choose_device, fitting, out_of_memory, torch_dtype
from models.neural.opening import opened
from models.neural.places import Place

T = TypeVar("T")
R = TypeVar("R")
_UNLIMITED = 1 << 20
"""Tokens beyond which a tokenizer's maximum length stands for none."""


@dataclass(eq=False)
class Engine:
    """A loaded model. One thread at a time runs it.

    Attributes:
        model: of transformers, for causal language modelling.
        tokenizer: its own.
        name: of the model, for messages.
        batch_size: prompts that run together at most; halved for good when memory runs out.
    """

    model: Any
    tokenizer: Any
    name: str
    batch_size: int
    ends: tuple[int, ...] = field(init=False)
    context: int = field(init=False)
    lock: Lock = field(init=False, default_factory=Lock, repr=False)

    def __post_init__(self) -> None:
        from transformers import GenerationConfig

        own = getattr(self.model.generation_config, "eos_token_id", None)
        listed = own if isinstance(own, list) else [own]
        ids = dict.fromkeys([*listed, self.tokenizer.eos_token_id])
        self.ends = tuple(id for id in ids if id is not None)
        known = (
            getattr(self.model.config.get_text_config(), "max_position_embeddings", None),
            self.tokenizer.model_max_length,
        )
        self.context = min([n for n in known if n and n < _UNLIMITED], default=_UNLIMITED)
        # How tokens are chosen is ours to say; a model's own habits (a penalty for repetition, say)
        # would change what greedy means.
        self.model.generation_config = GenerationConfig()  # type: ignore[no-untyped-call]

    @classmethod
    def load(
        cls, place: Place, *, dtype: str, device: str | None, code: bool, batch_size: int
    ) -> Engine:
        """Loads weights and tokenizer.

        Raises:
            UserError: the model is not to be had, is of another kind, or does not fit into memory.
        """
        chosen = choose_device(device)
        if "," in chosen:
            raise UserError(f"a chat model runs on one device, not on '{chosen}': give one of them")

        def build() -> tuple[Any, Any]:
            from transformers import AutoModelForCausalLM, AutoTokenizer

            options: dict[str, Any] = {"trust_remote_code": code}
            if place.revision:
                options["revision"] = place.revision
            source = place.source
            tokenizer = AutoTokenizer.from_pretrained(source, **options)
            model: Any = AutoModelForCausalLM.from_pretrained(
                source, dtype=torch_dtype(dtype), **options
            )
            model.requires_grad_(False)
            return model.to(chosen), tokenizer

        return cls(*opened(build, place), place.name, batch_size)

    def room(self, prompt: Sequence[int]) -> int:
        """Tokens that may follow a prompt.

        Raises:
            TooLong: none, for it fills the model's context.
        """
        if len(prompt) >= self.context:
            raise TooLong(
                f"a conversation of {len(prompt):,} tokens is too long for '{self.name}', which "
                f"reads {self.context:,} tokens at most: offer fewer tools, or allow fewer steps"
            )
        return self.context - len(prompt)

    def written(self, tokens: Sequence[int], *, special: bool) -> str:
        """The text of tokens, with special ones or without."""
        text: str = self.tokenizer.decode(
            tokens, skip_special_tokens=not special, clean_up_tokenization_spaces=False
        )
        return text

    def continued(self, rows: Sequence[Row]) -> list[Continuation | BaseException]:
        """What follows each prompt, or why nothing does, in order."""
        padding = self.tokenizer.pad_token_id
        if padding is None:
            padding = self.ends[0] if self.ends else 0

        def run(group: Sequence[Row]) -> list[Continuation | BaseException]:
            return [
                found if np.isfinite(found.log_probs).all() else self._overflow()
                for found in decode(self.model, group, self.ends, padding)
            ]

        return self._in_groups(rows, run, lambda row: len(row.prompt), self._fits)

    def log_probs(
        self, pairs: Sequence[tuple[Sequence[int], Sequence[int]]]
    ) -> list[NDArray[np.float32]]:
        """How likely the tokens of a text are behind a prompt, natural logarithm.

        Args:
            pairs: prompt and text in token ids, neither empty.

        Returns:
            For each pair shape (tokens of the text,).

        Raises:
            TooLong: a pair is longer than the model's context.
            InfrastructureError: memory does not suffice for it.
        """
        for prompt, text in pairs:
            self.room([*prompt, *text][1:])
        found = self._in_groups(pairs, self._scored, lambda pair: len(pair[0]) + len(pair[1]))
        for each in found:
            if isinstance(each, BaseException):
                raise each
        return found  # type: ignore[return-value]

    def _scored(
        self, pairs: Sequence[tuple[Sequence[int], Sequence[int]]]
    ) -> list[NDArray[np.float32] | BaseException]:
        """One pass, padded on the right, which no token to the left of it sees."""
        import torch

        width = max(len(prompt) + len(text) for prompt, text in pairs)
        ids = torch.zeros((len(pairs), width), dtype=torch.int64)
        mask = torch.zeros_like(ids)
        for line, seen, (prompt, text) in zip(ids, mask, pairs, strict=True):
            n = len(prompt) + len(text)
            line[:n], seen[:n] = torch.tensor([*prompt, *text]), 1
        ids = ids.to(self.model.device)
        takes = signature(self.model.forward).parameters
        kept = {"logits_to_keep": max(width - len(prompt) for prompt, _ in pairs) + 1}
        with torch.inference_mode():
            logits = self.model(
                input_ids=ids,
                attention_mask=mask.to(ids.device),
                **(kept if kept.keys() <= takes.keys() else {}),
            ).logits
        found: list[NDArray[np.float32] | BaseException] = []
        for i, (prompt, text) in enumerate(pairs):
            first = len(prompt) - 1 - (width - logits.shape[1])
            these = torch.log_softmax(logits[i, first : first + len(text)].float(), dim=-1)
            told = ids[i, len(prompt) : len(prompt) + len(text)]
            values = these.gather(1, told[:, None])[:, 0].cpu().numpy()
            found.append(values if np.isfinite(values).all() else self._overflow())
        return found

    def _in_groups(
        self,
        items: Sequence[T],
        run: Callable[[Sequence[T]], list[R | BaseException]],
        length: Callable[[T], int],
        fits: Callable[[Sequence[T]], bool] = lambda group: True,
    ) -> list[R | BaseException]:
        """What `run` gives for groups of like length, halved when memory runs out."""
        found: dict[int, R | BaseException] = {}
        order = sorted(range(len(items)), key=lambda i: -length(items[i]))

        def go_on(size: int) -> None:
            self.batch_size = size
            left = [i for i in order if i not in found]
            for group in _groups(left, size, lambda g: fits([items[i] for i in g])):
                try:
                    found.update(zip(group, run([items[i] for i in group]), strict=True))
                except (RuntimeError, MemoryError) as error:
                    if not out_of_memory(error) or len(group) > 1:
                        raise
                    found[group[0]] = InfrastructureError(
                        f"one prompt of {length(items[group[0]]):,} tokens needs more memory than "
                        'there is: choose another device, or dtype="bfloat16"'
                    )

        with self.lock:
            fitting(go_on, self.batch_size)
        return [found[i] for i in range(len(items))]

    def _fits(self, rows: Sequence[Row]) -> bool:
        """Whether no row is carried beyond the context while the longest of them goes on."""
        longest = max(len(row.prompt) for row in rows)
        return longest + max(row.limit for row in rows) <= self.context

    def _overflow(self) -> UserError:
        return UserError(f"the numbers of '{self.name}' ran out of range: try dtype=\"float32\"")


def _groups(
    items: Sequence[int], size: int, fits: Callable[[Sequence[int]], bool]
) -> Iterator[list[int]]:
    """The items in order, in groups of at most `size` that fit; one alone always does."""
    group: list[int] = []
    for item in items:
        if group and (len(group) >= size or not fits([*group, item])):
            yield group
            group = []
        group.append(item)
    if group:
        yield group
