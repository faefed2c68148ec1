from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from harness import UserError
from leaderboard.submission import Refused, limits
from leaderboard.submission.refusal import shown


@given(st.text() | st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp"])))
def test_a_reason_is_one_printable_line_of_bounded_length(text: str) -> None:
    reason = Refused(text * 50).reason
    assert reason.isprintable()
    assert len(reason) <= limits.MESSAGE
    reason.encode()  # no half of a character


def test_a_refusal_is_a_mistake_that_people_read() -> None:
    error = Refused("model.yaml is missing")
    assert isinstance(error, UserError)
    assert str(error) == error.reason == "model.yaml is missing"


def test_what_moves_the_cursor_or_turns_the_text_around_is_escaped() -> None:
    assert shown("\x1b[2Jred\u202egpj.exe") == r"\x1b[2Jred\u202egpj.exe"


def test_a_long_text_loses_its_end() -> None:
    assert shown("abcdefgh", 6) == "abc..."
    assert shown("abcdef", 6) == "abcdef"
