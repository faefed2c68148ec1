from __future__ import annotations

from typing import Any

import pytest

from harness.errors import UserError
from harness.records import ToolSpec
from tasks.reading.openapi import base_address, read_operations

DOCUMENT: dict[str, Any] = {
    "servers": [{"url": "https://api.example.org/v1/"}],
    "paths": {
        "/lists/{id}": {
            "parameters": [{"$ref": "#/components/parameters/Id"}],
            "x-docs": "Lists",
            "get": {
                "summary": "Gets a list.",
                "parameters": [
                    {
                        "name": "limit",
                        "in": "query",
                        "required": "false",
                        "description": "How many.",
                        "schema": {"type": "integer", "default": "20", "example": "ten"},
                    }
                ],
                "responses": {
                    "404": {"description": "none"},
                    "200": {
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/List"}}
                        }
                    },
                },
            },
            "put": {
                "summary": "Short.",
                "description": " Changes a list. ",
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "properties": {
                                    "name": {"type": "string", "default": "20"},
                                    "public": {"type": "boolean", "default": "true"},
                                    "score": {"type": "number", "minimum": "0.5"},
                                    "default": {"type": "string", "title": "true"},
                                    "id": {"type": "array"},
                                },
                                "required": ["name", "id"],
                            }
                        }
                    }
                },
                "responses": {"204": {"description": "done"}},
            },
        }
    },
    "components": {
        "parameters": {
            "Id": {"name": "id", "in": "path", "required": "true", "schema": {"type": "string"}}
        },
        "schemas": {
            "List": {
                "type": "object",
                "properties": {
                    "name": {"type": "string", "nullable": "true"},
                    "parent": {"$ref": "#/components/schemas/List"},
                },
            }
        },
    },
}


def operations() -> tuple[ToolSpec, ToolSpec]:
    get, put = read_operations(DOCUMENT, "lists.json", "lists")
    return get, put


def test_every_operation_is_a_tool_named_by_method_and_path() -> None:
    get, put = operations()
    assert [get.name, put.name] == ["GET /lists/{id}", "PUT /lists/{id}"]
    assert [get.description, put.description] == ["Gets a list.", "Changes a list."]
    assert get.group == "lists"


def test_parameters_of_the_path_and_of_the_operation_are_one_object() -> None:
    get, _ = operations()
    assert get.parameters == {
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "limit": {
                "description": "How many.",
                "type": "integer",
                "default": 20,
                "example": "ten",  # no number: left as it is
            },
        },
        "required": ["id"],
    }


def test_fields_of_a_body_are_parameters_and_do_not_hide_those_of_the_path() -> None:
    _, put = operations()
    assert put.parameters["properties"] == {
        "name": {"type": "string", "default": "20"},  # a text that looks like a number is a text
        "public": {"type": "boolean", "default": True},
        "score": {"type": "number", "minimum": 0.5},
        "default": {"type": "string", "title": "true"},  # a field that is called like a keyword
        "id": {"type": "string"},
    }
    assert put.parameters["required"] == ["id", "name"]


def test_what_a_success_gives_is_resolved_and_a_schema_within_itself_ends() -> None:
    get, put = operations()
    assert get.returns == {
        "type": "object",
        "properties": {"name": {"type": "string", "nullable": True}, "parent": {}},
    }
    assert put.returns is None


def test_the_address_has_no_slash_at_its_end() -> None:
    assert base_address(DOCUMENT, "lists.json") == "https://api.example.org/v1"


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {"paths": []},
        {"paths": {"/a": {"get": None}}},
        {"paths": {"/a": {"get": {}}}},
        {"paths": {"/a": {"get": {"responses": {}, "parameters": [{"$ref": "#/x/y"}]}}}},
        {"paths": {"/a": {"get": {"responses": {}, "parameters": [{}]}}}},
    ],
)
def test_a_document_of_another_form_is_refused(document: Any) -> None:
    with pytest.raises(UserError, match=r"lists\.json is no OpenAPI document"):
        read_operations(document, "lists.json")


@pytest.mark.parametrize(
    "document", [[], {}, {"servers": None}, {"servers": []}, {"servers": [{}]}]
)
def test_a_document_without_a_server_is_refused(document: Any) -> None:
    with pytest.raises(UserError, match="names no server"):
        base_address(document, "lists.json")
