"""Prompts with a query and a document in them, and how they are cut to what a model can read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.errors import UserError

FIELDS = ("instruction", "query", "document")
AT_A_TIME = 128
"""Prompts that are split into tokens together; Python's lists of numbers are large."""
_FIELD = re.compile(r"\{([a-z_]+)\}")
Span = tuple[int, int]


@dataclass(frozen=True)
class Prompt:
    """A filled template.

    Attributes:
        text: what the model reads.
        spans: field -> where its text begins and ends, in characters.
    """

    text: str
    spans: Mapping[str, Span]


class PromptTemplate:
    """A prompt with the fields {query}, {document} and, where a model wants it, {instruction}.

    Args:
        text: the prompt.

    Raises:
        UserError: there is no {query} or no {document}, a field twice, or one of another name.
    """

    def __init__(self, text: str) -> None:
        pieces = _FIELD.split(text)
        self._literals, self.fields = pieces[::2], tuple(pieces[1::2])
        if sorted(self.fields) not in (sorted(FIELDS), sorted(FIELDS[1:])):
            raise UserError(
                f"template={text!r}: a prompt holds {{query}} and {{document}} once each, may hold "
                "{instruction} once, and holds no other field"
            )

    def fill(self, fields: Mapping[str, str]) -> Prompt:
        """The prompt with these texts; what is filled in is not looked at again."""
        text, spans = self._literals[0], {}
        for name, literal in zip(self.fields, self._literals[1:], strict=True):
            spans[name] = (len(text), len(text) + len(fields[name]))
            text += fields[name] + literal
        return Prompt(text, spans)


class PromptReader:
    """Turns prompts into tokens that fit.

    What is too long is cut from the end of the document, never from the prompt's own words: a
    model answers what the prompt ends with. Where the query leaves the document less than half of
    the room that both share, the query is cut too, down to that half.

    Args:
        tokenizer: of the model.
        limit: tokens that the model reads at most.
        closed: whether the tokenizer's mark of the end follows the prompt, as encoders want it. A
            model that writes on from the prompt must not see the end.

    Raises:
        UserError: the tokenizer cannot say where its tokens lie.
    """

    def __init__(self, tokenizer: Any, limit: int, *, closed: bool) -> None:
        if not tokenizer.is_fast:
            raise UserError(
                f"the tokenizer {type(tokenizer).__name__} cannot say where its tokens lie: the "
                "model needs a tokenizer.json"
            )
        self._tokenizer, self._limit = tokenizer, limit
        self._before, self._after = _frame(tokenizer)
        if not closed:
            self._after = []

    def read(self, prompts: Sequence[Prompt]) -> tuple[list[NDArray[np.int32]], NDArray[np.bool_]]:
        """The tokens of each prompt, and whether something was cut off it.

        Raises:
            UserError: the template leaves no room for query and document.
        """
        tokens: list[NDArray[np.int32]] = []
        cut = np.zeros(len(prompts), dtype=np.bool_)
        room = self._limit - len(self._before) - len(self._after)
        for i, ids in enumerate(self._tokenized([prompt.text for prompt in prompts])):
            cut[i] = len(ids) > room
            fitting = self._shortened(prompts[i], len(ids) - room) if cut[i] else ids
            tokens.append(np.array([*self._before, *fitting, *self._after], dtype=np.int32))
        return tokens, cut

    def _tokenized(self, texts: Sequence[str]) -> Iterator[list[int]]:
        for start in range(0, len(texts), AT_A_TIME):
            yield from self._split(list(texts[start : start + AT_A_TIME]))["input_ids"]

    def _shortened(self, prompt: Prompt, excess: int) -> list[int]:
        split = self._split([prompt.text], return_offsets_mapping=True)
        ids, offsets = split["input_ids"][0], split["offset_mapping"][0]
        query, document = (_inside(prompt.spans[name], offsets) for name in FIELDS[1:])
        room = len(query) + len(document) - excess
        if room < 2:
            raise UserError(
                f"a prompt may hold {self._limit} tokens, and without query and document it holds "
                f"{len(ids) - len(query) - len(document)}: raise max_length or shorten the template"
            )
        of_document = min(len(document), max(room - len(query), room // 2))
        dropped = {*document[of_document:], *query[room - of_document :]}
        return [id for i, id in enumerate(ids) if i not in dropped]

    def _split(self, texts: list[str], **options: bool) -> Any:
        # verbose=False: a text beyond the limit is no surprise here.
        return self._tokenizer(texts, add_special_tokens=False, verbose=False, **options)


def _inside(span: Span, offsets: Sequence[Span]) -> list[int]:
    """The tokens that lie in a span of characters altogether."""
    start, end = span
    return [i for i, (first, last) in enumerate(offsets) if start <= first and last <= end]


def _frame(tokenizer: Any) -> tuple[list[int], list[int]]:
    """The tokens that a tokenizer puts before and behind a text."""
    marked = tokenizer("a", return_special_tokens_mask=True)
    ids, special = marked["input_ids"], marked["special_tokens_mask"]
    first = special.index(0) if 0 in special else len(ids)
    last = len(special) - special[::-1].index(0) if 0 in special else len(ids)
    return ids[:first], ids[last:]
