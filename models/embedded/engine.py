"""A causal language model run by onnxruntime: continues prompts, and says how likely texts are."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from harness.errors import TooLong, UserError
from models.embedded.causal import Causal, State
from models.embedded.decoding import decode, log_softmax
from models.embedded.graphs import cores
from models.embedded.prefixes import Prefixes
from models.embedded.words import Words, settings_of
from models.local.decoding import Continuation, Row
from models.neural.places import Place

_UNLIMITED = 1 << 20


@dataclass(eq=False)
class Engine:
    """A loaded model.

    Prompts that come together run side by side, each on a core and by itself: padding them to one
    batch gained nothing on a CPU, and so what is answered does not depend on what else is asked.

    Attributes:
        model: its graph.
        tokenizer: its tokenizer, with the chat template.
        name: of the model, for messages.
        ends: ids of the tokens that end a turn.
        context: tokens that it reads at most.
    """

    model: Causal
    tokenizer: Words
    name: str
    ends: tuple[int, ...]
    context: int
    _prefixes: Prefixes = field(init=False, repr=False, default_factory=Prefixes)
    _lock: Lock = field(init=False, repr=False, default_factory=Lock)

    @classmethod
    def load(cls, place: Place) -> Engine:
        """Loads a folder. Raises `UserError` where it holds no exported language model."""
        words = Words.of(place)
        config = settings_of(place, "config.json")
        generation = settings_of(place, "generation_config.json")
        listed = generation.get("eos_token_id", config.get("eos_token_id"))
        ids = [*(listed if isinstance(listed, list) else [listed]), words.id("eos_token")]
        known = (config.get("max_position_embeddings"), words.model_max_length)
        return cls(
            Causal.load(place),
            words,
            place.name,
            tuple(dict.fromkeys(id for id in ids if isinstance(id, int))),
            min([n for n in known if isinstance(n, int) and n > 0], default=_UNLIMITED),
        )

    def room(self, prompt: Sequence[int]) -> int:
        """Tokens that may follow a prompt. Raises `TooLong` where it fills the context."""
        if len(prompt) >= self.context:
            raise TooLong(
                f"a conversation of {len(prompt):,} tokens is too long for '{self.name}', which "
                f"reads {self.context:,} tokens at most: offer fewer tools, or allow fewer steps"
            )
        return self.context - len(prompt)

    def written(self, tokens: Sequence[int], *, special: bool) -> str:
        """The text of tokens, with special ones or without."""
        return self.tokenizer.decode(tokens, skip_special_tokens=not special)

    def continued(self, rows: Sequence[Row]) -> list[Continuation | BaseException]:
        """What follows each prompt, or why nothing does, in order."""
        with ThreadPoolExecutor(max(1, min(cores(), len(rows)))) as pool:
            return list(pool.map(self._continued, rows))

    def _continued(self, row: Row) -> Continuation | BaseException:
        drawn, state = decode(self.model, row, self.ends, self._start(row.prompt))
        with self._lock:
            self._prefixes.add(state)
        return drawn if np.isfinite(drawn.log_probs).all() else self._overflow()

    def _start(self, prompt: Sequence[int]) -> State:
        with self._lock:
            return self._prefixes.best(prompt) or self.model.start()

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
            UserError: the model's numbers ran out of range.
        """
        found = []
        for prompt, text in pairs:
            self.room([*prompt, *text][1:])
            start = self._start(prompt)
            rest = [*prompt, *text][len(start.tokens) : -1]
            logits, _ = self.model.read(start, rest, keep=len(text))
            whole = log_softmax(logits.astype(np.float64))
            values = whole[np.arange(len(text)), np.asarray(text)].astype(np.float32)
            if not np.isfinite(values).all():
                raise self._overflow()
            found.append(values)
        return found

    def _overflow(self) -> UserError:
        return UserError(f"the numbers of '{self.name}' ran out of range: its weights are broken")
