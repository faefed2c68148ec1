"""What training leaves: weights, tokenizer, and what ends a turn."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from models.neural.opening import quiet
from models.training.text.settings import TextTraining


def save(
    model: Any, tokenizer: Any, ends: Iterable[int], settings: TextTraining, out: Path
) -> None:
    """Writes a checkpoint.

    Args:
        model: trained, with or without adapters.
        tokenizer: with the template that was trained for.
        ends: ids of the tokens that were learned to end a turn.
        settings: of the training.
        out: the folder.
    """
    import torch

    with quiet():
        if settings.lora_rank and settings.merge:
            model = model.merge_and_unload()
        inner = model
        if settings.lora_rank and not settings.merge:
            inner = model.get_base_model()
            for adapter in model.peft_config.values():  # where it was loaded from is a folder here
                adapter.base_model_name_or_path = settings.place.name
                adapter.revision = settings.place.revision or None
        _end_turns(inner, ends)
        model.to(getattr(torch, settings.dtype)).save_pretrained(out)
        if inner is not model:
            inner.generation_config.save_pretrained(out)
            (out / "README.md").unlink(missing_ok=True)  # of peft, with blanks to be filled in
        tokenizer.save_pretrained(out)


def _end_turns(model: Any, ends: Iterable[int]) -> None:
    """Lets the model's settings for generation end turns as was learned."""
    from transformers import GenerationConfig

    found = model.generation_config
    try:
        found.validate(strict=True)
    except ValueError:  # such settings can be read, but not be written
        kept = {name: getattr(found, name) for name in ("bos_token_id", "eos_token_id")}
        found = model.generation_config = GenerationConfig(**kept)  # type: ignore[no-untyped-call]
    own = found.eos_token_id
    listed = own if isinstance(own, list) else [own] if own is not None else []
    found.eos_token_id = list(dict.fromkeys((*listed, *ends)))
