"""A question to a chat model that is answered by a form, and by nothing but a form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import Any

from harness.contracts import ChatModel
from harness.errors import InfrastructureError, UserError
from harness.formats import strict_json
from harness.loading import LoadedModel
from harness.loading.identity import fingerprint
from harness.records import Message
from harness.workspace import working, workspace

MAX_REASON = 2000
"""Characters of a reason that are kept."""
_REASON = "reason"
_FENCED = re.compile(r"```(?:json)?\s*(.*?)\s*```", re.DOTALL)
_FILL_IN = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Form:
    """What must be filled in.

    Attributes:
        field: the name of the field that counts; a reason may stand beside it.
        choices: what it may hold.
    """

    field: str
    choices: tuple[str | int, ...]

    @property
    def instruction(self) -> str:
        """Tells a model without function calls how to answer."""
        values = ", ".join(f'"{c}"' if isinstance(c, str) else str(c) for c in self.choices)
        return (
            "Reply with one JSON object and nothing else. It has two keys: "
            f'"{_REASON}", your reason in one or two sentences, and "{self.field}", '
            f"which is exactly one of {values}."
        )

    def read(self, text: str) -> tuple[str | int, str]:
        """The choice and the reason for it.

        Raises:
            harness.formats.strict_json.Refused: the text is not a filled-in form, whole and alone.
        """
        fenced = _FENCED.fullmatch(text.strip())
        found = strict_json.loads(fenced[1] if fenced else text)
        strict_json.check(found)
        if not isinstance(found, dict) or not found.keys() <= {self.field, _REASON}:
            raise strict_json.Refused(f"it is no object of '{self.field}' and '{_REASON}' alone")
        value = found.get(self.field)
        for choice in self.choices:
            if type(value) is type(choice) and value == choice:  # true is no 1
                return choice, str(found.get(_REASON) or "")[:MAX_REASON]
        raise strict_json.Refused(f"'{self.field}' is none of {self.choices}")


@dataclass(frozen=True, slots=True)
class Manner:
    """How a model is asked.

    Attributes:
        max_tokens: that an answer may have.
        temperature: of the answer.
        attempts: how often a form that was not filled in is handed out again.
    """

    max_tokens: int = 1000
    temperature: float = 0.2
    attempts: int = 3

    def drawn(self, attempt: int) -> AbstractContextManager[object]:
        """Completions within are drawn anew for each attempt, from 0."""
        return working(trial=workspace().trial * self.attempts + attempt)


@dataclass(frozen=True)
class Examiner:
    """A chat model that fills in forms.

    Attributes:
        name: of the judge: its kind, the model, and a hash of everything that changes an answer.
        model: who is asked.
        manner: how.
    """

    name: str
    model: ChatModel
    manner: Manner

    @classmethod
    def of(
        cls, kind: str, model: LoadedModel, manner: Manner, identity: Mapping[str, Any]
    ) -> Examiner:
        """The examiner of a kind of judge, named by it.

        Args:
            kind: what the judge is called.
            model: a chat model.
            manner: how it is asked.
            identity: what else changes an answer, as plain JSON; its templates above all.
        """
        digest = fingerprint(
            {"model": model.fingerprint, "manner": asdict(manner), "identity": dict(identity)}
        )
        if not isinstance(model.model, ChatModel):
            raise UserError(f"{model.name} is no chat model: a judge must be one, as openai('...')")
        return cls(f"{kind}({model.name})#{digest[:12]}", model.model, manner)

    async def fill(self, prompt: str, form: Form) -> tuple[str | int, str]:
        """What the model fills in, and its reason.

        Raises:
            InfrastructureError: it does not answer, or never fills in the form.
        """
        messages = [Message("user", f"{prompt}\n\n{form.instruction}")]
        said = "nothing"
        for attempt in range(self.manner.attempts):
            with self.manner.drawn(attempt):
                completion = await self.model.complete(
                    messages,
                    max_tokens=self.manner.max_tokens,
                    temperature=self.manner.temperature,
                )
            try:
                return form.read(completion.text)
            except strict_json.Refused as refused:
                said = f"{refused} ({completion.finish})"
        raise InfrastructureError(
            f"{self.name} has not filled in its form in {self.manner.attempts} attempts: {said}"
        )


def filled(template: str, **parts: str) -> str:
    """A template with "{name}" replaced by the part of that name, which is not looked at again.

    Raises:
        KeyError: the template asks for another part.
    """
    return _FILL_IN.sub(lambda match: parts[match[1]], template)
