from __future__ import annotations

import pytest

from harness.errors import UserError
from harness.records import Setting
from harness.settings import setting_of


def test_two_spellings_of_a_setting_are_one() -> None:
    one = setting_of({"tools": "rrf(bm25,minilm)@10", "faults": ".10:timeout,429@0"})
    assert one == setting_of({"tools": " rrf( bm25, minilm ) @ 10", "faults": "0.1:429,timeout"})
    assert (one.tools, one.faults) == ("rrf(bm25, minilm)@10", "0.1:429,timeout")
    asked = setting_of({"simulator": "openai('gpt',seed=1)", "judge": " replay( 'x' )"})
    assert asked == Setting(simulator='openai("gpt", seed=1)', judge='replay("x")')


def test_what_is_not_said_is_the_default() -> None:
    assert setting_of({}) == Setting()
    assert setting_of({"tools": "gold+0"}) == Setting(tools="gold")


@pytest.mark.parametrize(
    "fields", [{"tools": "bm25"}, {"faults": "seldom"}, {"tool": "own"}, {"judge": "openai("}]
)
def test_what_cannot_be_read_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(UserError):
        setting_of(fields)


@pytest.mark.parametrize(
    ("field", "expression"),
    [
        ("search", "http://alice:hunter2@localhost:8893/api/search"),
        ("search", 'search("HTTPS://alice@localhost/api/search")'),
        ("simulator", 'openai("m", base_url="http://alice:hunter2@localhost/v1")'),
        ("judge", 'openai("m", base_url="http://alice:hunter2@localhost/v1")'),
    ],
)
def test_an_address_with_a_password_is_refused_and_not_repeated(
    field: str, expression: str
) -> None:
    with pytest.raises(UserError, match=f"^{field}: an address holds no name") as caught:
        setting_of({field: expression})
    assert "alice" not in str(caught.value)
