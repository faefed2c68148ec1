"""A model of another kind is told by its small files, and sent to its adapter."""

from __future__ import annotations

from typing import Any

import pytest

from harness.errors import UserError
from models.neural.kinds import require_embedder

TRANSFORMER = {"path": "", "type": "sentence_transformers.models.Transformer"}


def module(type: str) -> list[dict[str, str]]:
    return [TRANSFORMER, {"path": "1", "type": type}]


@pytest.mark.parametrize(
    ("own", "modules", "config"),
    [
        ({}, None, {}),
        ({}, None, {"architectures": None}),
        ({}, None, {"architectures": ["BertForMaskedLM"]}),
        ({"model_type": "SentenceTransformer"}, [TRANSFORMER], {}),
        ({}, module("sentence_transformers.models.Pooling"), {}),
        ({}, module("modeling_own.LatePooling"), {}),
        # With modules, what the transformer inside was trained for before does not matter.
        ({}, [TRANSFORMER], {"architectures": ["BertForSequenceClassification"]}),
    ],
)
def test_an_embedder_passes(own: Any, modules: Any, config: Any) -> None:
    require_embedder("m", own, modules, config)


@pytest.mark.parametrize(
    ("own", "modules", "config", "adapter"),
    [
        ({"model_type": "MultiVectorEncoder"}, [TRANSFORMER], {}, "late"),
        ({"model_type": "ColBERT"}, [TRANSFORMER], {}, "late"),
        ({}, module("pylate.models.Dense.Dense"), {}, "late"),
        ({}, None, {"architectures": ["HF_ColBERT"]}, "late"),
        ({}, None, {"architectures": ["ColPaliForRetrieval"]}, "late"),
        ({"model_type": "SparseEncoder"}, [TRANSFORMER], {}, "splade"),
        ({}, module("sentence_transformers.sparse_encoder.models.SpladePooling"), {}, "splade"),
        ({"model_type": "CrossEncoder"}, None, {}, "ce"),
        ({}, module("sentence_transformers.cross_encoder.modules.LogitScore"), {}, "ce"),
        ({}, None, {"architectures": ["XLMRobertaForSequenceClassification"]}, "ce"),
    ],
)
def test_any_other_kind_is_sent_to_its_adapter(
    own: Any, modules: Any, config: Any, adapter: str
) -> None:
    with pytest.raises(UserError, match=rf"^'m' is no model for hf, .* {adapter}\(\.\.\.\)$"):
        require_embedder("m", own, modules, config)
