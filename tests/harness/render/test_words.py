"""Settings, and what became of queries, in words."""

from __future__ import annotations

from harness.records import Setting
from harness.render.words import in_order, setting_text, shared, unanswered, varying


def test_a_field_that_has_its_default_is_shown_as_that_default() -> None:
    settings = [Setting(), Setting(tools="gold", tool_order="shuffled", faults="0.1")]
    fields = varying(settings)
    assert set(fields) == {"tools", "tool_order", "faults"}
    shown = setting_text(settings[0], sorted(fields))
    assert shown == "faults=none · tool_order=own · tools=own"
    assert setting_text(Setting(), ["limit", "compat"]) == "limit=none · compat=none"


def test_what_all_settings_share_is_told_apart_from_what_varies() -> None:
    settings = [Setting(trials=4, tools=tools) for tools in ("own", "gold")]
    assert shared(settings) == ["trials"]
    assert shared([Setting(trials=4, tools="gold")]) == ["trials", "tools"]
    assert shared([Setting()]) == []


def test_numbers_in_names_go_by_size() -> None:
    assert in_order(["10-12", "7-9", "1-3", "4-6"]) == ["1-3", "4-6", "7-9", "10-12"]
    assert in_order(["b", "plan 12", "a", "plan 2", "3"]) == ["3", "a", "b", "plan 2", "plan 12"]
    assert in_order(["9" * 5_000, "²", "8"]) == ["8", "9" * 5_000, "²"]


def test_what_was_never_asked_is_no_failure() -> None:
    errors = {"a": "the server is down", "b": "not asked: the budget is spent", "c": "not asked"}
    assert unanswered(errors, 3) == [
        ("failed outside the model", 1, {"a": "the server is down"}),
        ("not asked", 2, {"b": "the budget is spent", "c": "the run was stopped"}),
    ]
    assert unanswered({}, 0) == []
    assert unanswered({}, 2) == [("failed outside the model", 2, {})]
