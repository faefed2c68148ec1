"""Names of tools as an interface takes them, and back."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.names import PYTHON, Names


@pytest.mark.parametrize(
    ("names", "sent"),
    [
        (["math.add"], ["math_add"]),
        (["a_b", "a.b", "a b"], ["a_b", "a_b_2", "a_b_3"]),
        (["a.b", "a_b"], ["a_b_2", "a_b"]),  # what is allowed keeps its name, wherever it stands
        (["a.b", "a_b", "a_b_2"], ["a_b_3", "a_b", "a_b_2"]),
        (["x" * 70, "x" * 64, "x" * 71], ["x" * 62 + "_2", "x" * 64, "x" * 62 + "_3"]),
        (["", "天気"], ["_", "__"]),
    ],
)
def test_every_tool_gets_an_allowed_name_of_its_own(names: list[str], sent: list[str]) -> None:
    table = Names(names)
    assert [table.sent(name) for name in names] == sent
    assert [table.meant(name) for name in sent] == names


def test_a_name_that_is_no_tools_stays_readable() -> None:
    table = Names(["a.b"])
    assert table.sent("who.knows") == "who_knows"
    assert table.meant("who_knows") == "who_knows"


@given(st.lists(st.text(max_size=80), max_size=12, unique=True))
def test_names_come_back_whatever_they_are(names: list[str]) -> None:
    table = Names(names)
    sent = [table.sent(name) for name in names]
    assert len(set(sent)) == len(names)
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name) for name in sent)
    assert [table.meant(name) for name in sent] == names


@pytest.mark.parametrize(
    ("name", "sent"),
    [("a.b_1", "a.b_1"), ("get-it", "get_it"), ("2nd", "_2nd"), ("a.2b", "a_2b"), ("a.", "a_")],
)
def test_python_takes_dotted_names(name: str, sent: str) -> None:
    assert Names([name], PYTHON).sent(name) == sent
