from __future__ import annotations

import shlex
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import Setting, UserError
from harness.commands import command
from harness.store import setting_to_json


def test_defaults_are_left_out() -> None:
    assert command("bm25", "toolret/apibank", Setting()) == "assay run -m bm25 -t toolret/apibank"


def test_what_a_shell_would_read_otherwise_is_quoted() -> None:
    setting = Setting(instruction="yes", pool="category", k=10)
    assert command('bm25 % 100 >> ce("x")', "toolret/apibank", setting) == (
        "assay run -m 'bm25 % 100 >> ce(\"x\")' -t toolret/apibank "
        "--instruction yes --pool category --k 10"
    )


@pytest.mark.parametrize(
    ("fields", "options"),
    [
        ({"view": "python"}, "--view python"),
        ({"join": "space"}, "--join space"),
        ({"trials": 3}, "--trials 3"),
        ({"limit": 5}, "--limit 5"),
        ({"compat": ("a", "b")}, "--compat a b"),
    ],
)
def test_every_field_has_its_option(fields: dict[str, Any], options: str) -> None:
    expected = f"assay run -m bm25 -t scifact {options}"
    assert command("bm25", "scifact", Setting(**fields)) == expected
    assert command("bm25", "scifact", setting_to_json(Setting(**fields))) == expected


def test_a_seed_other_than_the_default_is_named() -> None:
    assert command("random", "x", Setting(), seed=7).endswith("-t x --seed 7")


def test_a_setting_with_an_unknown_field_is_refused() -> None:
    with pytest.raises(UserError, match="unknown setting 'pol'"):
        command("bm25", "scifact", {"pol": "all"})


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_shell_hands_over_what_was_named(model: str, task: str) -> None:
    assert shlex.split(command(model, task, Setting(k=7))) == [
        "assay", "run", "-m", model, "-t", task, "--k", "7",
    ]  # fmt: skip


def test_an_option_is_spelled_as_the_command_line_has_it() -> None:
    setting = Setting(tools="gold+5", tool_order="shuffled")
    assert command("oracle", "t", setting) == (
        "assay run -m oracle -t t --tools gold+5 --tool-order shuffled"
    )
