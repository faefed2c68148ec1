"""What the catalogue's look-alikes answer: what their documentation says they are good for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tasks.worlds.starter.executable.refusal import Refusal
from tasks.worlds.starter.tools import Tool
from tasks.worlds.starter.tools.catalogue import DOMAINS, ERRANDS, FORERUNNERS

_COPY, _REFUSING, _TEST, _CODES = FORERUNNERS
_CAVEATS = {e.prefix: (e.many, e.caveat) for domain in DOMAINS for e in domain.editions}
_CLERKS = frozenset(errand.name for errand in ERRANDS)
_SAMPLES: Mapping[str, Any] = {
    "string": "sample",
    "integer": 1,
    "number": 1.5,
    "boolean": True,
    "array": ["sample"],
}


def details_of(tool: Tool) -> str:
    """What an agent should know of a look-alike beyond the catalogue's sentence."""
    return "For clerks only." if _errand(tool) and "clerks" not in tool.description else ""


def answer(tool: Tool, checked: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of a look-alike. Nothing is ever written.

    An edition's register holds nothing that concerns the account; an errand is for clerks; a
    forerunner behaves as its documentation says.

    Raises:
        Refusal: as it mostly does.
    """
    prefix = tool.name.partition(".")[0]
    if _errand(tool):
        raise Refusal(403, "this function is for clerks")
    if tool.description.endswith(_TEST):
        return {field.name: _SAMPLES[field.type] for field in tool.returns}
    if tool.description.endswith(_REFUSING):
        raise Refusal(410, "this function has been switched off")
    if tool.description.endswith(_CODES):
        raise Refusal(400, "only region codes are understood")
    if tool.description.endswith(_COPY):
        raise Refusal(404, "the copy of 2028 holds nothing of the kind")
    many, caveat = _CAVEATS[prefix]
    raise Refusal(404, f"nothing is on record about {many} for this request. {caveat}")


def _errand(tool: Tool) -> bool:
    return tool.name.partition(".")[2] in _CLERKS
