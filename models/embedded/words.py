"""The tokenizer and the chat template of an exported model, without transformers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import UserError
from models.embedded.places import TOKENIZER
from models.embedded.templates import rendered
from models.neural.places import Place

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_SPECIAL = (
    "bos_token",
    "eos_token",
    "unk_token",
    "sep_token",
    "pad_token",
    "cls_token",
    "mask_token",
)
TEMPLATE = "chat_template.jinja"


class Words:
    """Text to tokens and back, with as much of transformers' interface as prompts need.

    Args:
        tokenizer: of the library tokenizers.
        special: special tokens by role ("eos_token"), as templates see them.
        template: the chat template; empty for none.
        longest: tokens that the model can read, 0 where nothing says so.
    """

    def __init__(
        self, tokenizer: Tokenizer, special: Mapping[str, str], template: str, longest: int
    ) -> None:
        self._tokenizer, self._special, self._template = tokenizer, special, template
        self.model_max_length = longest

    @classmethod
    def of(cls, place: Place) -> Words:
        """Reads tokenizer.json, tokenizer_config.json and chat_template.jinja of a folder.

        Raises:
            UserError: one of them is broken.
        """
        from tokenizers import Tokenizer

        folder = Path(place.source)
        settings = settings_of(place, "tokenizer_config.json")
        try:
            tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        except Exception as error:  # tokenizers raises bare exceptions
            raise UserError(f"'{place.name}' cannot be loaded: {TOKENIZER}: {error}") from error
        tokenizer.no_padding()
        tokenizer.no_truncation()
        file = folder / TEMPLATE
        own = settings.get("chat_template")
        template = file.read_text(encoding="utf-8") if file.is_file() else own
        longest = settings.get("model_max_length")
        return cls(
            tokenizer,
            {role: text for role in _SPECIAL if (text := _text(settings.get(role)))},
            template if isinstance(template, str) else "",
            int(longest) if isinstance(longest, int | float) and 0 < longest < 1 << 20 else 0,
        )

    def id(self, role: str) -> int | None:
        """The id of a special token such as "eos_token"; None where there is none."""
        text = self._special.get(role)
        found: int | None = None if text is None else self._tokenizer.token_to_id(text)
        return found

    def __call__(self, text: str, *, add_special_tokens: bool = True) -> dict[str, list[int]]:
        """The ids of a text, as "input_ids"."""
        found = self._tokenizer.encode(text, add_special_tokens=add_special_tokens)
        return {"input_ids": list(found.ids)}

    def all_of(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of texts, special tokens included."""
        return [list(found.ids) for found in self._tokenizer.encode_batch_fast(list(texts))]

    def decode(self, tokens: Sequence[int], *, skip_special_tokens: bool) -> str:
        """The text of tokens."""
        text: str = self._tokenizer.decode(list(tokens), skip_special_tokens=skip_special_tokens)
        return text

    def get_chat_template(self, chat_template: None = None, tools: object = None) -> str:
        """The chat template. Raises `ValueError` where there is none."""
        if not self._template:
            raise ValueError("no chat template")
        return self._template

    def apply_chat_template(
        self,
        conversation: Sequence[Mapping[str, Any]],
        tools: Sequence[Mapping[str, Any]] | None = None,
        **options: Any,
    ) -> dict[str, list[int]]:
        """The ids of a conversation, as "input_ids". Raises what the template raises.

        Args:
            conversation: messages, arguments of calls as objects.
            tools: what may be called.
            **options: `chat_template` in the place of the own one; `add_generation_prompt`, whether
                the assistant's next turn is begun.
        """
        text = rendered(
            options.get("chat_template") or self.get_chat_template(),
            conversation,
            tools,
            self._special,
            opened=bool(options.get("add_generation_prompt")),
        )
        return self(text, add_special_tokens=False)


def settings_of(place: Place, file: str) -> Mapping[str, Any]:
    """A file of settings in a model's folder; empty where there is none.

    Raises:
        UserError: it is no JSON object.
    """
    path = Path(place.source) / file
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError, RecursionError) as error:
        raise UserError(f"'{place.name}' cannot be loaded: {file}: {error}") from error
    if not isinstance(found, dict):
        raise UserError(f"'{place.name}' cannot be loaded: {file} is no object")
    return found


def _text(token: object) -> str:
    """A special token's text, which settings write plainly or as an object."""
    if isinstance(token, dict):
        token = token.get("content")
    return token if isinstance(token, str) else ""
