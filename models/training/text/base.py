"""The model that training starts from: its small files first, its weights when they are needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.neural.opening import opened
from models.neural.places import Place
from models.training.text.rendering import Renderer
from models.training.text.settings import TextTraining


@dataclass(frozen=True)
class Base:
    """What can be known of a model without its weights.

    Attributes:
        tokenizer: its own, with the template that is trained for.
        renderer: makes tokens of conversations.
        context: tokens that it reads at most; None where it does not say.
    """

    tokenizer: Any
    renderer: Renderer
    context: int | None


def open_base(settings: TextTraining) -> Base:
    """Loads a model's tokenizer and settings.

    Raises:
        UserError: the model is not to be had, or has no chat template and none was given.
    """
    place, options = settings.place, options_of(settings)

    def build() -> tuple[Any, Any, set[int]]:
        from transformers import AutoConfig, AutoTokenizer

        folder = place.settings() or place.origin
        tokenizer = AutoTokenizer.from_pretrained(folder, **options)
        config = AutoConfig.from_pretrained(folder, **options)
        return tokenizer, config.get_text_config(), _ends(place, options, config, tokenizer)

    tokenizer, config, ends = opened(build, place)
    if settings.template_text:
        tokenizer.chat_template = settings.template_text
    renderer = Renderer(tokenizer, place.name, ends=frozenset(ends))
    return Base(tokenizer, renderer, getattr(config, "max_position_embeddings", None))


def load_model(settings: TextTraining) -> Any:
    """The model's weights, in float32: what is computed in less is computed over these.

    Raises:
        UserError: the model is not to be had, or does not fit into memory.
    """

    def build() -> Any:
        import torch
        from transformers import AutoModelForCausalLM

        return AutoModelForCausalLM.from_pretrained(
            settings.place.source, dtype=torch.float32, **options_of(settings)
        )

    return opened(build, settings.place)


def options_of(settings: TextTraining) -> dict[str, Any]:
    """Arguments of `from_pretrained`."""
    found: dict[str, Any] = {"trust_remote_code": settings.trust_remote_code}
    return {**found, "revision": settings.place.revision} if settings.place.revision else found


def _ends(place: Place, options: dict[str, Any], config: Any, tokenizer: Any) -> set[int]:
    """Ids of the tokens that end a turn, as `models.local.engine` has them."""
    from transformers import GenerationConfig

    try:
        chosen: Any = GenerationConfig.from_pretrained(place.settings() or place.origin, **options)
    except OSError:  # there need not be one
        chosen = config
    own = getattr(chosen, "eos_token_id", None)
    listed = own if isinstance(own, list) else [own]
    return {id for id in (*listed, tokenizer.eos_token_id) if id is not None}
