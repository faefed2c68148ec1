"""Model cards: a template to fill in, and the one form in which they are written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import ValidationError

from harness.joins import JOINS
from harness.store import Result
from leaderboard.lineage import Lineage, stated
from leaderboard.records import Card, Kind

UNFILLED = "???"
"""Stands in the template for what only the submitter knows; no card may hold it."""

_HEAD = f"""\
# What a model is, for the board. Fill in every {UNFILLED}, then:
#     assay submit RESULT... --card model.yaml --out NAME
# null is an answer where the line above says so."""

_MORE = {
    "kind": f"One of: {', '.join(get_args(Kind))}.",
    "training": """\
[] says that it was trained on nothing; "undisclosed" is allowed and shown. Otherwise a list:
  - dataset: "mteb/scifact"
    overlap: ["mair/SciFact"]   # suites or tasks whose data it holds
    note: "training split only\"""",
    "description": "What kind of model it is, in a few sentences.",
    "links": "What: https address, such as paper, code, weights.",
    "open_weights": "true or false: may anybody have the weights, or the code if there are none?",
}
"""What is said of a field in place of its description."""
_OWN_CODE = "The model is code of your own: say where others find it, or delete the line."
_ONE_WORD = re.compile(r"[\w.-]+/?")
"""A registered name, or a checkpoint's folder."""
_KINDS = {"learned sparse": "sparse", "fusion": "hybrid", "chat": "language model"}
"""Kinds of the models' own cards that the board calls otherwise."""
_NOTHING_LEARNED: Mapping[str, object] = {
    "revision": None,
    "parent": None,
    "open_weights": True,
    "parameters": 0,
    "max_length": None,
    "dtype": None,
    "training": [],
}
"""What holds of lexical and reference models."""


def card_template(result: Result | None = None) -> str:
    """A model card to fill in, as YAML with comments.

    Args:
        result: of the model; what it says of the model is filled in.
    """
    known = _known(result) if result else {}
    lines = [_HEAD]
    for name, field in Card.model_fields.items():
        lines += ["", *(f"# {line}" for line in about(name).splitlines())]
        if name == "lineage" and name in known:
            lines.append(_as_yaml({name: known[name]}).rstrip())
        elif field.is_required() or name in known:
            lines.append(_written(name, known.get(name, UNFILLED)))
        else:
            lines.append(f"# {name}:")
    return "\n".join(lines) + "\n"


def about(name: str) -> str:
    """What to write in a field of the card."""
    return _MORE.get(name) or " ".join((Card.model_fields[name].description or name).split())


def card_yaml(card: Card) -> bytes:
    """The card as a submission holds it, the same bytes for the same card.

    Every field is written; a lineage where there is one.
    """
    return _as_yaml(card.model_dump()).encode()


def _as_yaml(told: Mapping[str, Any]) -> str:
    """Plain values as YAML that reads as the very same."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """Writes texts of several lines as such, and everything out in full."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        style = "|" if "\n" in value else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    plain = yaml.dump(told, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=1 << 16)
    return str(plain)


def unfilled(value: object, place: str = "") -> Iterator[str]:
    """Where a card that was read still has to be filled in: "licence", "links.code"."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from unfilled(item, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list):
        for item in value:
            yield from unfilled(item, place)
    elif isinstance(value, str) and value.strip() == UNFILLED:
        yield place


def _known(result: Result) -> dict[str, object]:
    """What a result says of its model, by field of the card."""
    card, parameters = result.model_card or {}, _parameters(result.model_identity)
    kind = _KINDS.get(str(card.get("kind")), card.get("kind"))
    found: dict[str, object] = {
        "name": _name(result.model, card)[:200],
        "kind": kind if kind in get_args(Kind) else None,
        "revision": parameters.get("revision"),
        "licence": str(card.get("licence") or "")[:200],
        "parameters": card.get("parameter_count"),
        "prompt": parameters.get("instructed") or JOINS.get(result.model_join),
        "max_length": parameters.get("max_length") or card.get("max_length"),
        "dtype": parameters.get("dtype"),
        "description": card.get("description"),
        "citation": card.get("citation"),
        "links": _links(result, card),
    }
    found = {name: value for name, value in found.items() if value not in (None, "", {})}
    found = (dict(_NOTHING_LEARNED) if kind in ("lexical", "reference") else {}) | found
    return found | _trained(_lineage(result))


def _name(model: str, card: Mapping[str, Any]) -> str:
    """The title of a model that is called by one word; else what it is made of says more."""
    return str(card.get("title") or model) if _ONE_WORD.fullmatch(model) else model


def _parameters(identity: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of the model, or of the adapter that runs a checkpoint."""
    inner = identity.get("adapter")
    own = inner if isinstance(inner, dict) else identity
    return own.get("parameters") or {}


def _lineage(result: Result) -> Lineage | None:
    """What a result says of its model's training, where that can stand in a card."""
    try:
        return stated(result.model_card, result.model_identity)
    except ValidationError:
        return None


def _trained(lineage: Lineage | None) -> dict[str, object]:
    """What follows from a lineage, by field of the card."""
    if lineage is None:
        return {}
    found = {"revision": lineage.digest} if lineage.digest else {}
    parent = lineage.parent.name if lineage.parent else None
    return {**found, "parent": parent, "lineage": lineage.model_dump()}


def _links(result: Result, card: Mapping[str, Any]) -> dict[str, str]:
    homepage = str(card.get("homepage") or "")
    links = {"homepage": homepage} if homepage.startswith("https://") else {}
    return links | ({"code": UNFILLED} if _own_code(result.model_identity) else {})


def _own_code(identity: object) -> bool:
    """Whether some part of a model is an object or a file of whoever ran it."""
    if isinstance(identity, list):
        return any(map(_own_code, identity))
    if not isinstance(identity, dict):
        return False
    own = "object" in identity or {"adapter", "file"} <= identity.keys()
    return own or any(map(_own_code, identity.values()))


def _written(name: str, value: object) -> str:
    """A field and its value as YAML; texts are in quotes, so that none is taken for a number."""
    if isinstance(value, dict) and value:
        lines = []
        for key, text in value.items():
            lines += [f"  # {_OWN_CODE}"] if text == UNFILLED else []
            lines.append(f"  {key}: {text}" if text == UNFILLED else f"  {key}: {_quoted(text)}")
        return "\n".join([f"{name}:", *lines])
    return f"{name}: {value if value == UNFILLED else _quoted(value)}"


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
