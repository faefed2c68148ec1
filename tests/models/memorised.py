"""Tiny language models of the type Qwen2, and how one learns a conversation by heart."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.names import Names
from harness.records import Message, ToolSpec
from models.chat.schemas import described
from models.chat.wire import to_wire

END, START, PAD = "<|im_end|>", "<|im_start|>", "<|endoftext|>"
TEMPLATE = """\
{%- if tools -%}
<|im_start|>system
Functions that may be used:
{% for tool in tools %}{{ tool | tojson }}
{% endfor %}Use one by writing <tool_call>
{"name": "...", "arguments": {}}
</tool_call><|im_end|>
{% endif -%}
{%- for message in messages -%}
<|im_start|>{{ 'user' if message.role == 'tool' else message.role }}
{% if message.role == 'tool' -%}
<tool_response>{{ message.content }}</tool_response>
{%- elif message.tool_calls -%}
{%- for call in message.tool_calls -%}
<tool_call>
{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
</tool_call>
{%- endfor -%}
{%- else -%}
{{ message.content }}
{%- endif -%}
<|im_end|>
{% endfor -%}
{%- if add_generation_prompt -%}
<|im_start|>assistant
{% endif -%}
"""
"""In words of our own. Calls and turns are marked as a server marks them that reads Qwen's."""


def tokenizer(texts: Sequence[str], size: int = 1500, template: str = TEMPLATE) -> Any:
    """A byte-level tokenizer that was trained on texts."""
    import transformers
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    words = Tokenizer(models.BPE())
    words.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    words.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=[PAD, START, END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    words.train_from_iterator(texts, trainer)
    found = transformers.PreTrainedTokenizerFast(
        tokenizer_object=words, eos_token=END, pad_token=PAD
    )
    found.chat_template = template
    return found


def qwen2(words: Any, *, seed: int = 5, positions: int = 8192, **sizes: Any) -> Any:
    """A model of the type Qwen2 with random weights."""
    import torch
    import transformers

    torch.manual_seed(seed)
    config = transformers.Qwen2Config(
        vocab_size=len(words),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=positions,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
        bos_token_id=None,
        **sizes,
    )
    return transformers.AutoModelForCausalLM.from_config(config)


def saved(folder: Path, model: Any, words: Any) -> Any:
    """Saves both, and gives the tokenizer as it is read again: its type is then the model's."""
    import transformers

    model.eval().save_pretrained(folder)
    words.save_pretrained(folder)
    return transformers.AutoTokenizer.from_pretrained(folder)


def rendered(
    words: Any, messages: Sequence[Message], tools: Sequence[ToolSpec], *, asks: bool
) -> list[int]:
    """A conversation in tokens, up to the assistant's next turn where it asks for one."""
    names = Names(tool.name for tool in tools)
    spoken = to_wire(messages, names)
    for message in spoken:
        for call in message.get("tool_calls", ()):
            call["function"]["arguments"] = json.loads(call["function"]["arguments"])
    filled = words.apply_chat_template(
        spoken, tools=described(tools, names) or None, add_generation_prompt=asks
    )
    return list(filled["input_ids"])


def memorise(
    folder: Path, messages: Sequence[Message], tools: Sequence[ToolSpec], steps: int = 600
) -> None:
    """Saves a model that continues a conversation, turn by turn, as it was.

    It is taught until each token of the assistant's turns is by far the likeliest one behind what
    really precedes it; then it also writes them itself.
    """
    import torch

    told = [json.dumps(tool) for tool in described(tools, Names(tool.name for tool in tools))]
    words = tokenizer([*told, *(json.dumps(m.content) for m in messages), TEMPLATE])
    model = qwen2(words)
    words = saved(folder, model, words)
    whole = rendered(words, messages, tools, asks=False)
    ids = torch.tensor([whole])
    said = torch.zeros(len(whole), dtype=torch.bool)
    for number, message in enumerate(messages):
        if message.role == "assistant":
            before = rendered(words, messages[:number], tools, asks=True)
            after = rendered(words, messages[: number + 1], tools, asks=False)
            assert whole[: len(after)] == after
            assert after[: len(before)] == before
            said[len(before) : len(after)] = True
    adam = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.0)
    wanted, places = ids[0][said], torch.nonzero(said)[:, 0] - 1
    for _ in range(steps):
        logits = model(input_ids=ids, logits_to_keep=places).logits[0]
        likely = logits.log_softmax(-1).gather(1, wanted[:, None])
        if likely.exp().min() > 0.9:
            model.eval().save_pretrained(folder)
            return
        adam.zero_grad()
        (-likely.mean()).backward()
        adam.step()
    raise AssertionError(f"not learned by heart in {steps} steps")
