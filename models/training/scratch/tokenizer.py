"""A byte-level tokenizer for small models that have to copy names, with a chat template of its own.

A model that copies a name from where it is told finds it more easily where it is the same tokens
everywhere. So a word that begins with a capital never carries the space before it, be it behind a
space, a quotation mark or at the start of a line; digits stand in pairs, from the last one on, so
that few tokens tell one number from another; and signs that follow one another, as in `": "`, may
be one token.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from harness.errors import UserError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

PAD, END = "<|pad|>", "<|end|>"
ROLES = {role: f"<|{role}|>" for role in ("tools", "system", "user", "assistant", "tool")}
"""What a turn begins with, by who speaks; END is what it ends with."""
CALL, CALL_END = "<tool_call>", "</tool_call>"
"""Around a call, as `harness.formats.toolcalls` has the format "qwen"."""
WORDS = (
    r" ?\p{Ll}+|_\p{Ll}+|\p{Lu}\p{Ll}+|\p{Lu}+|\p{N}{1,2}(?=(?:\p{N}{2})*(?!\p{N}))"
    r"|[^\p{L}\p{N}\s]+(?: [^\p{L}\p{N}\s]+)*|\s"
)
"""What merges do not reach beyond. Anything that is none of these stands alone too."""
TEMPLATE = """\
{%- if tools -%}
<|tools|>
{%- for tool in tools -%}
{%- set known = tool.function.parameters -%}
{{ tool.function.name }}(
{%- for name in known.properties or {} -%}
{{ name }}{{ '' if name in (known.required or []) else '?' }}{{ '' if loop.last else ', ' }}
{%- endfor -%}
)
{% endfor -%}
<|end|>
{%- endif -%}
{%- for message in messages -%}
<|{{ message.role }}|>{{ message.content }}
{%- for call in message.tool_calls or [] -%}
{%- set given = call.function.arguments | tojson -%}
<tool_call>{"name": "{{ call.function.name }}", "arguments": {{ given }}}</tool_call>
{%- endfor -%}
<|end|>
{%- endfor -%}
{%- if add_generation_prompt -%}<|assistant|>{%- endif -%}
"""
"""Tools by name and parameters alone, for every token of twenty tools is read in every turn."""
SPECIAL = (PAD, END, *ROLES.values())
SMALLEST = 256 + len(SPECIAL) + 2
"""Tokens that there are before anything is merged: bytes, and what stands for roles and calls."""


def train_tokenizer(
    texts: Iterable[str], size: int, template: str = TEMPLATE
) -> PreTrainedTokenizerFast:
    """A tokenizer for these texts.

    Args:
        texts: what it should write in few tokens; special tokens in them are left aside.
        size: tokens that it has at most, the special ones included.
        template: its chat template, in Jinja.

    Raises:
        UserError: `size` leaves no room for merges.
    """
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    if size <= SMALLEST:
        raise UserError(f"a vocabulary of {size} tokens: at least {SMALLEST + 1} are needed")
    words = Tokenizer(models.BPE())
    words.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(WORDS), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    words.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size - 2,
        special_tokens=list(SPECIAL),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    words.train_from_iterator(_parts(texts), trainer)
    words.add_tokens([AddedToken(CALL, normalized=False), AddedToken(CALL_END, normalized=False)])
    found = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=words, eos_token=END, pad_token=PAD, clean_up_tokenization_spaces=False
    )
    found.chat_template = template
    return found


def _parts(
    texts: Iterable[str], marks: Sequence[str] = (*SPECIAL, CALL, CALL_END)
) -> Iterable[str]:
    """The texts between what stands for roles and calls."""
    import re

    between = re.compile("|".join(map(re.escape, marks)))
    for text in texts:
        yield from filter(None, between.split(text))
