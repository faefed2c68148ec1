"""Prices of completions, from a dated file."""

from datetime import date
from pathlib import Path

import pytest

from harness.errors import UserError
from models.prices import OURS, Price, prices, read_prices

MINE = """
date: 2026-11-01
source: my contract
servers:
  localhost:
    "*": {input: 0, output: 0}
    big: {input: 1, output: 2, cached: 0.5}
"""


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "prices.yaml"
    path.write_text(MINE)
    monkeypatch.setenv("ASSAY_PRICES", str(path))
    return path


def test_a_price_is_for_a_million_tokens() -> None:
    price = Price(input=2.0, output=8.0, cached=0.5)
    assert price.of(1_000_000, 500_000) == 2.0 + 4.0
    # 250,000 of a million were cached: 0.75 * 2 + 0.25 * 0.5
    assert price.of(1_000_000, 0, 250_000) == 1.625
    assert Price(2.0, 8.0).of(1_000_000, 0, 250_000) == 2.0  # no reduction is known


def test_ours_are_dated_and_say_where_they_are_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASSAY_PRICES", raising=False)
    ours = prices()
    assert ours is read_prices(OURS)
    assert ours.day >= date(2026, 1, 1)
    assert "platform.openai.com" in ours.source
    for price in ours.servers["api.openai.com"].values():
        assert 0 < price.input < price.output
        assert price.cached is None or price.cached < price.input


def test_a_price_that_is_not_known_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASSAY_PRICES", raising=False)
    assert prices().price("api.openai.com", "gpt-unheard-of") is None
    assert prices().price("localhost", "gpt-4o") is None


def test_people_replace_them_by_their_own(mine: Path) -> None:
    own = prices()
    assert (own.day, own.source) == (date(2026, 11, 1), "my contract")
    assert own.price("localhost", "big") == Price(1.0, 2.0, 0.5)
    assert own.price("localhost", "anything") == Price(0.0, 0.0)
    assert own.price("api.openai.com", "gpt-4o") is None


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("[]", "holds no prices"),
        ("servers: {}", "need a 'date'"),
        ("date: yesterday\nservers: {}", "need a 'date'"),
        ("date: 2026-01-01\nservers: {h: 3}", "h: models with their prices"),
        ("date: 2026-01-01\nservers: {h: {m: 3}}", "h: m: a price is 'input', 'output'"),
        ("date: 2026-01-01\nservers: {h: {m: {input: 1}}}", "a price is"),
        ("date: 2026-01-01\nservers: {h: {m: {input: 1, output: -1}}}", "output is an amount"),
        ("date: 2026-01-01\nservers: {h: {m: {input: .nan, output: 1}}}", "input is an amount"),
        ("date: 2026-01-01\nservers: {h: {m: {input: true, output: 1}}}", "input is an amount"),
        ("a: [", "cannot be read"),
    ],
)
def test_a_file_that_is_none_of_prices_is_told(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(content)
    with pytest.raises(UserError, match=told):
        read_prices(path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="look at ASSAY_PRICES"):
        read_prices(tmp_path / "none.yaml")
