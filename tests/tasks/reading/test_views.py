from __future__ import annotations

import json

import pytest

from tasks.reading.views import VIEWS

TOOL = {"name": "sum", "description": "Adds.", "deep": {"on": True, "why": None}}
TEXT = json.dumps(TOOL)


def test_documentation_is_the_published_string() -> None:
    assert VIEWS["documentation"](TEXT) == TEXT


def test_python_is_the_repr_of_the_decoded_tool() -> None:
    expected = "{'name': 'sum', 'description': 'Adds.', 'deep': {'on': True, 'why': None}}"
    assert VIEWS["python"](TEXT) == expected


@pytest.mark.parametrize(
    ("tool", "expected"),
    [
        (TOOL, "sum: Adds."),
        ({"name": "sum", "description": " "}, "sum"),
        ({"description": "Adds.", "name": None}, "Adds."),
        ({"name": 3, "description": {"text": "Adds."}}, None),
        ({"api": "sum"}, None),
        (["sum"], None),
    ],
)
def test_name_description_takes_what_is_there(tool: object, expected: str | None) -> None:
    text = json.dumps(tool)
    assert VIEWS["name-description"](text) == (expected or text)


@pytest.mark.parametrize("view", ["python", "name-description"])
def test_a_view_that_decodes_refuses_what_is_no_json(view: str) -> None:
    with pytest.raises(ValueError):
        VIEWS[view]("{")
