"""What plans say of rounds, worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("trl", reason="needs trl")

import memorised
import schooling
from transformers import AutoTokenizer

from harness.contracts import Planned
from harness.errors import UserError
from harness.records import Message
from models.producers.sft import Sft
from models.training.em.guessing import drawn, once, taught, warmed

SETTINGS = Sft("owner/name", "", batch=4, epochs=3, tokens_per_second=10.0, kilowatts=2.0)


@pytest.fixture
def warmup(tmp_path: Path) -> Path:
    """Six rows of 40 characters, 10 tokens each where the base is not here."""
    line = '{"prompt": "a", "completion": "bbbbbb"}\n'
    assert len(line) == 40
    path = tmp_path / "warmup.jsonl"
    path.write_text(line * 6)
    return path


def test_a_warm_up_is_rendered_where_the_base_is_here(warmup: Path, tmp_path: Path) -> None:
    base = schooling.base(tmp_path / "base")
    here = Sft(str(base), "", batch=4, epochs=2)
    # The tiny tokenizer: "<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\nbbbbbb<|im_end|>".
    said = [Message("user", "a"), Message("assistant", "bbbbbb")]
    words = AutoTokenizer.from_pretrained(base)
    each = len(memorised.rendered(words, said, (), asks=False)) - len(words("\n")["input_ids"])
    assert warmed(here, warmup, {}).counts == {"rows": 6, "steps": 4, "tokens": 2 * 6 * each}
    warmup.write_text('{"prompt": "a"}\n')
    with pytest.raises(UserError, match="line 1"):
        warmed(here, warmup, {})


def test_a_warm_up_lasts_its_epochs_whatever_steps_are_given(warmup: Path) -> None:
    stepping = Sft("owner/name", "", batch=4, epochs=3, steps=50)
    warming = once(stepping, 2)
    assert (warming.epochs, warming.steps) == (2, 0)
    # Two epochs of 6 rows in batches of 4, 60 tokens each.
    assert warmed(warming, warmup, {}).counts == {"rows": 6, "steps": 4, "tokens": 120}


def test_what_is_learned_beside_the_samples_counts(warmup: Path) -> None:
    before = {"sample_1": Planned({"attempts": 2})}
    alone = taught(SETTINGS, "sample_1", 100, None, before)
    assert alone.counts == {"rows": 2, "steps": 3, "tokens": 600}
    assert alone.hours == pytest.approx(600 / 10 / 3600)
    assert alone.kwh == pytest.approx(600 / 10 / 3600 * 2)
    # 2 samples of 100 tokens and 6 rows of 10, three times; two batches an epoch.
    both = taught(SETTINGS, "sample_1", 100, warmup, before)
    assert both.counts == {"rows": 8, "steps": 6, "tokens": 780}


def test_reading_costs_a_third_of_learning() -> None:
    plan = drawn(SETTINGS, 4, 30, {"problems": Planned({"of use": 5})})
    assert plan.counts == {"tokens": 600}
    assert plan.hours == pytest.approx(600 / 3 / 10 / 3600)
