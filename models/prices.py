"""What completions cost: prices from a dated file that people can replace."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import isfinite
from pathlib import Path
from typing import Any

from harness.errors import UserError

ENVIRONMENT = "ASSAY_PRICES"
"""Names a file of prices that takes the place of ours."""
OURS = Path(__file__).with_name("prices.yaml")
_MILLION = 1_000_000
_ANY = "*"


@dataclass(frozen=True, slots=True)
class Price:
    """What a model costs, in US dollars for a million tokens.

    Attributes:
        input: tokens that it reads.
        output: tokens that it writes, thoughts included.
        cached: tokens that it reads and its server had seen before; None for the price of all.
    """

    input: float
    output: float
    cached: float | None = None

    def of(self, input_tokens: int, output_tokens: int, cached_tokens: int = 0) -> float:
        """US dollars for so many tokens.

        Args:
            input_tokens: all that were read, the cached ones among them.
            output_tokens: all that were written.
            cached_tokens: of the input.
        """
        cached = min(cached_tokens, input_tokens)
        reduced = self.input if self.cached is None else self.cached
        paid = (input_tokens - cached) * self.input + cached * reduced
        return (paid + output_tokens * self.output) / _MILLION


@dataclass(frozen=True, slots=True)
class Prices:
    """The prices of a file.

    Attributes:
        day: as of which they hold.
        source: where they are from.
        servers: host, without its port -> model, or "*" for all others there -> price.
    """

    day: date
    source: str
    servers: Mapping[str, Mapping[str, Price]]

    def price(self, host: str, model: str) -> Price | None:
        """The price of a model at a host; None where it is not known, which is not 0."""
        models = self.servers.get(host, {})
        return models.get(model) or models.get(_ANY)


def prices() -> Prices:
    """The prices in force: of the file that ASSAY_PRICES names, or else ours.

    Raises:
        UserError: the file is not there, or is none of prices.
    """
    named = os.environ.get(ENVIRONMENT, "").strip()
    return read_prices(Path(named).expanduser() if named else OURS)


@lru_cache(maxsize=8)
def read_prices(path: Path) -> Prices:
    """The prices of a YAML file; one is read once in a process.

    Raises:
        UserError: the file is not there, or is none of prices; the message says where.
    """
    import yaml

    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except FileNotFoundError:
        raise UserError(f"there is no file of prices {path}: look at {ENVIRONMENT}") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        first = str(error).partition("\n")[0]
        raise UserError(f"the prices in {path} cannot be read: {first}") from None
    if not isinstance(content, dict) or not isinstance(content.get("servers"), dict):
        raise UserError(f"{path} holds no prices: it has a 'date', a 'source' and 'servers'")
    if type(content.get("date")) is not date:
        raise UserError(
            f"{path}: the prices need a 'date' such as 2026-03-31, as of which they hold"
        )
    servers = {
        str(host): {
            str(model): _price(given, f"{path}: {host}: {model}") for model, given in m.items()
        }
        for host, m in content["servers"].items()
        if _mapping(m, f"{path}: {host}")
    }
    return Prices(content["date"], str(content.get("source", "")), servers)


def _mapping(value: object, place: str) -> bool:
    if not isinstance(value, dict):
        raise UserError(f"{place}: models with their prices are wanted here")
    return True


def _price(given: Any, place: str) -> Price:
    known = {"input", "output", "cached"}
    if not isinstance(given, dict) or not {"input", "output"} <= given.keys() <= known:
        raise UserError(f"{place}: a price is 'input', 'output' and maybe 'cached'")
    for name, value in given.items():
        if type(value) not in (int, float) or not isfinite(value) or value < 0:
            raise UserError(f"{place}: {name} is an amount of US dollars for a million tokens")
    return Price(**{name: float(value) for name, value in given.items()})
