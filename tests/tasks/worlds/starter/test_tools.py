from __future__ import annotations

import json
import re

from tasks.worlds.starter.tools import catalogue, core
from tasks.worlds.starter.tools.catalogue import DOMAINS, FORERUNNERS
from tasks.worlds.starter.tools.fields import POINTS_TO

CATALOGUE = catalogue(1)


def test_about_a_hundred_functions_stand_among_several_hundred_look_alikes() -> None:
    assert 100 <= len(core()) <= 120
    assert sum(tool.core for tool in CATALOGUE) == len(core())
    assert 600 <= len(CATALOGUE) <= 1000


def test_ids_names_and_documentation_are_unique() -> None:
    for key in ("id", "name", "documentation"):
        assert len({getattr(tool, key) for tool in CATALOGUE}) == len(CATALOGUE)


def test_documentation_is_json_with_name_description_parameters_and_returns() -> None:
    for tool in CATALOGUE:
        document = json.loads(tool.documentation)
        assert list(document) == ["name", "description", "parameters", "returns"]
        assert document["name"] == tool.name
        assert document["description"].endswith(".")
        assert not re.search(r"[{}]|  ", document["description"])
        properties = document["parameters"]["properties"]
        assert set(document["parameters"]["required"]) <= set(properties)
        for field in (*properties.values(), *document["returns"].values()):
            assert field["type"] in ("string", "integer", "number", "boolean", "array")
            assert field["description"]


def test_what_takes_a_page_also_works_without() -> None:
    for tool in CATALOGUE:
        assert all(not needed for field, needed in tool.parameters if field.name == "page")


def test_every_id_that_a_core_function_must_be_given_comes_from_another_or_from_itself() -> None:
    given = {
        POINTS_TO.get(field.name, field.name) for tool in core().values() for field in tool.returns
    }
    for tool in core().values():
        for field, needed in tool.parameters:
            if needed and field.name.endswith("_id"):
                assert field.name in given, tool.name


def test_a_look_alike_says_how_it_differs() -> None:
    own = {tool.description for tool in CATALOGUE if tool.core}
    for tool in CATALOGUE:
        if not tool.core:
            assert tool.description not in own, tool.name


def test_every_edition_ends_with_its_caveat_and_every_forerunner_with_its_fault() -> None:
    caveats = {e.prefix: e.caveat for domain in DOMAINS for e in domain.editions}
    assert len(caveats) == sum(len(domain.editions) for domain in DOMAINS)
    for tool in CATALOGUE:
        prefix, function = tool.name.split(".")
        if prefix in caveats:
            assert tool.description.endswith(caveats[prefix])
        elif function.endswith("_v1"):
            assert tool.description.endswith(FORERUNNERS)


def test_the_core_is_the_same_under_every_seed_and_its_ids_are_not() -> None:
    def told(seed: int) -> dict[str, tuple[str, str]]:
        return {t.name: (t.documentation, t.id) for t in catalogue(seed) if t.core}

    one, other = told(1), told(2)
    assert {name: document for name, (document, _) in one.items()} == {
        name: tool.documentation for name, tool in core().items()
    }
    assert one.keys() == other.keys()
    assert sum(one[name][1] == other[name][1] for name in one) < 5
