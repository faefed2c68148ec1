"""ToolEval's own prompts and forms, read from the benchmark's files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from harness.errors import UserError
from tasks.judges.form import Form, Manner, filled
from tasks.stabletoolbench import MIRROR

if TYPE_CHECKING:
    from harness.sources import Source

FOLDER = "evaluator_templates"
_FUNCTION = re.compile(r"<function>(.*?)</function>", re.DOTALL)
_NAME = re.compile(r"<name>(.*?)</name>", re.DOTALL)
_PROMPT = re.compile(r"<description>(.*?)</description>", re.DOTALL)


@dataclass(frozen=True)
class Templates:
    """What ToolEval asks.

    Attributes:
        prompts: function -> its prompt, with "{query}" and the like to be filled in.
        forms: function -> what is to be answered.
        manner: how upstream asks.
        digest: SHA-256 of both files.
    """

    prompts: Mapping[str, str]
    forms: Mapping[str, Form]
    manner: Manner
    digest: str

    @property
    def identity(self) -> dict[str, Any]:
        """Everything that a judge is asked by: the files, and how their forms are told."""
        told = {function: form.instruction for function, form in self.forms.items()}
        return {"templates": self.digest, "forms": told}

    def prompt(self, function: str, **parts: str) -> str:
        """The prompt of a function, filled in.

        Raises:
            UserError: the files have no such function, or it wants another part.
        """
        try:
            return filled(self.prompts[function], **parts)
        except KeyError as error:
            raise UserError(
                f"{MIRROR.folder}/{FOLDER}: '{function}' cannot be asked, {error} is not known: "
                f"the files should be those of {MIRROR.upstream}"
            ) from None

    def form(self, function: str) -> Form:
        """The form of a function. Raises `UserError` when the files have none."""
        if function not in self.forms:
            raise UserError(f"{MIRROR.folder}/{FOLDER}/config.yaml has no form of '{function}'")
        return self.forms[function]


def read_templates(source: Source) -> Templates:
    """The templates of the mirror.

    Raises:
        MissingData: the mirror lacks them.
        UserError: they are not as upstream's are.
    """
    import yaml

    text, config = (
        MIRROR.path(source, f"{FOLDER}/{name}").read_bytes()
        for name in ("template.txt", "config.yaml")
    )
    digest = sha256(text + b"\0" + config).hexdigest()
    try:
        asked = yaml.safe_load(config)["completions_kwargs"]
        forms = {f["name"]: _form(f["parameters"]) for f in asked["functions"]}
        manner = Manner(int(asked["max_tokens"]), float(asked["temperature"]))
        functions = _FUNCTION.findall(text.decode())
        prompts = {_only(_NAME, f).strip(): _only(_PROMPT, f).strip("\n") for f in functions}
    except (KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        raise UserError(
            f"{MIRROR.folder}/{FOLDER} is not in upstream's form: {type(error).__name__}"
        ) from None
    return Templates(prompts, forms, manner, digest)


def _form(parameters: Mapping[str, Any]) -> Form:
    """The form of a function with one parameter: one of some texts, or the index of one of two."""
    ((name, schema),) = parameters["properties"].items()
    return Form(name, tuple(schema["enum"]) if schema["type"] == "string" else (0, 1))


def _only(pattern: re.Pattern[str], text: str) -> str:
    (found,) = pattern.findall(text)
    return str(found)
