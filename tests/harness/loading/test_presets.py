"""The presets that are registered: each is one model under two spellings."""

from __future__ import annotations

import pytest

from harness.loading import load_model
from models import MODELS

PRESETS = {name: target for name, target in MODELS.items() if "(" in target}


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_and_its_expression_are_one_model(name: str) -> None:
    preset, spelled_out = load_model(name), load_model(PRESETS[name])
    assert preset.name == spelled_out.name == name
    assert preset.fingerprint == spelled_out.fingerprint


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ('bm25(stemmer="english")', "bm25-mteb"),
        ("bm25-lucene(k1=1.2)", "bm25-lucene(k1=1.2)"),
        ("bm25-mteb(k1=1.2)", "bm25-mteb(k1=1.2)"),
        ('bm25-mteb(stemmer="none")', "bm25"),
        ("bm25(threads=2)", "bm25"),
    ],
)
def test_any_field_of_a_preset_can_be_set(expression: str, name: str) -> None:
    assert load_model(expression).name == name


def test_another_model_never_takes_the_name_of_a_card_it_resembles() -> None:
    pinned = "0" * 40
    loaded = load_model(f'e5-base-v2(name="someone/tuned", revision="{pinned}")')
    assert loaded.name.startswith('hf("someone/tuned", ')
    assert loaded.card is not None
    assert loaded.card["title"] == "Embedder of sentence-transformers"
    assert load_model("e5-base-v2").name == "e5-base-v2"
    assert load_model("e5-base-v2(max_length=256)").name == "e5-base-v2(max_length=256)"
