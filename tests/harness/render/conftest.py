"""Results written by hand, and what a screen shows of something."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest
from rich.console import RenderableType

from harness.records import Setting
from harness.render import show
from harness.sources import Read
from harness.store import Counts, Result, Value


@pytest.fixture
def screen(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Shows things on a screen of so many columns and returns what stands there."""

    def on_screen(items: Iterable[RenderableType], columns: int = 100, colour: bool = False) -> str:
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.delenv("NO_COLOR", raising=False)
        if colour:
            monkeypatch.setenv("FORCE_COLOR", "1")
        else:
            monkeypatch.delenv("FORCE_COLOR", raising=False)
        capsys.readouterr()
        show(items)
        return capsys.readouterr().out

    return on_screen


@pytest.fixture
def result() -> Callable[..., Result]:
    """Makes a result; everything that is not named is unremarkable."""

    def make(
        model: str = "bm25",
        task: str = "suite/one",
        measures: Mapping[str, float] | None = None,
        setting: Mapping[str, Any] | None = None,
        card: Mapping[str, Any] | None = None,
        counts: Mapping[str, int] | None = None,
        **fields: Any,
    ) -> Result:
        zero = dict.fromkeys(Counts.model_fields, 0)
        return Result(
            model=model,
            model_fingerprint=f"fingerprint of {model}",
            model_identity={"adapter": "somewhere:Something", "parameters": {"k1": 1.5}},
            model_card=None if card is None else dict(card),
            model_join="",
            task=task,
            task_version="1",
            task_card={},
            predictions_hash="",
            setting=Setting(**(setting or {})),
            data_hash="0" * 64,
            datasets=[
                Read(
                    dataset="owner/name",
                    config="part",
                    split="test",
                    origin="hub",
                    revision="f" * 40,
                    sha256="1" * 64,
                    rows=4,
                )
            ],
            seed=0,
            main_measure="nDCG@10",
            measures={
                name: Value(value=value, ci_low=value - 0.02, ci_high=value + 0.01, n=4)
                for name, value in (measures or {"nDCG@10": 0.5}).items()
            },
            counts=Counts(
                **zero | {"queries": 4, "answered": 4, "clusters": 4} | dict(counts or {})
            ),
            **{"status": "complete"} | fields,
        )

    return make
