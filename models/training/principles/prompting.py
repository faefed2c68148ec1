"""The stage that trains nothing: the base with principles in its system message."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.contracts import Planned
from harness.errors import UserError
from harness.loading.identity import copy_folder
from harness.names import Names
from harness.records import Message
from harness.training.work import SUMMARY, Work
from models.local.prompts import Prompts
from models.training.principles.accounts import accounts
from models.training.principles.keeping import Principle
from models.training.principles.wording import as_system
from models.training.text.base import open_base
from models.training.text.settings import TextTraining

TEMPLATE, MODEL = "template.jinja", "model"


@dataclass(frozen=True, eq=False)
class Prompting:
    """Leaves a chat template that holds the principles, and a copy of a base that is a folder.

    Attributes:
        settings: of the training.
        principles: gives what an earlier stage found.
    """

    settings: TextTraining
    principles: Callable[[Work], Sequence[Principle]]
    name: str = field(init=False, default="prompt")

    def plan(self, before: Mapping[str, Planned]) -> Planned:
        """Nothing that takes time."""
        return Planned({}, 0.0, 0.0, ("nothing is trained: requests are longer instead",))

    def run(self, work: Work) -> None:
        """Writes the checkpoint.

        Raises:
            UserError: the base's template has no place for system messages.
        """
        place = self.settings.place
        base, text = open_base(self.settings), as_system(e.text for e in self.principles(work))
        own = Prompts(base.tokenizer, place.name)
        sources = [own.source(tools=tools) for tools in (False, True)]
        template = with_system(_either(*sources), text)
        asked = [Message("user", "?")]
        found, names = Prompts(base.tokenizer, place.name, template), Names(())
        longer = found.tokens(asked, (), names)
        written = base.tokenizer.apply_chat_template(
            [{"role": "user", "content": "?"}], chat_template=template, tokenize=False
        )
        if text not in written:
            raise UserError(
                f"the chat template of '{place.name}' does not show system messages as they are, "
                "so that principles cannot go there: give one that does by template='FILE'"
            )
        (work.out / TEMPLATE).write_text(template, encoding="utf-8")
        if place.digest:
            copy_folder(Path(place.origin), work.out / MODEL)
        (work.folder / SUMMARY).unlink(
            missing_ok=True
        )  # of an earlier sitting: no cost before this
        work.summarise(
            {
                "tokens that each request is longer": len(longer)
                - len(own.tokens(asked, (), names)),
                "accounts": accounts(work.folder.parent),
            }
        )


def adapter_of(settings: TextTraining) -> str:
    """The expression that runs such a checkpoint."""
    place = settings.place
    name = MODEL if place.digest else place.name
    options = {"revision": place.revision, "template": TEMPLATE}
    told = [json.dumps(name), *(f"{key}={json.dumps(v)}" for key, v in options.items() if v)]
    if settings.trust_remote_code:
        told.append("trust_remote_code=true")
    return f"transformers({', '.join(told)})"


def with_system(template: str, text: str) -> str:
    """A chat template that puts a text at the head of the system message, or makes one of it."""
    literal = json.dumps(text, ensure_ascii=False)
    # Whether a template takes tools is told by whether it speaks of them; this text does not count.
    literal = re.sub(r"\btools\b", r"tool\\x73", literal)
    return (
        f"{{%- set principles = {literal} -%}}\n"
        "{%- if messages and messages[0].role == 'system' -%}\n"
        "{%- set told = principles ~ '\\n\\n' ~ messages[0].content -%}\n"
        "{%- set messages = [{'role': 'system', 'content': told}] + messages[1:] -%}\n"
        "{%- else -%}\n"
        "{%- set messages = [{'role': 'system', 'content': principles}] + messages -%}\n"
        "{%- endif %}\n"  # behind which Jinja drops the line break, and nothing of the template
        f"{template}"
    )


def _either(plain: str, tools: str) -> str:
    """One template of two, of which one is for requests with tools."""
    if plain == tools:
        return plain
    return f"{{%- if tools -%}}{tools}{{%- else -%}}{plain}{{%- endif -%}}"
