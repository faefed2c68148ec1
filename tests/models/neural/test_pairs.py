"""Pairs: what is scored how often, in which batches, and what is said of it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from harness.corpus import ListCorpus  # noqa: E402
from harness.errors import UserError  # noqa: E402
from harness.records import Document, Query  # noqa: E402
from harness.run import Run  # noqa: E402
from harness.workspace import working  # noqa: E402
from models.neural.batching import HALVED  # noqa: E402
from models.neural.pairs import Batches, Pair, Scored, one_device, rerank  # noqa: E402

CORPUS = ListCorpus([Document("d1", "one"), Document("d2", "two", "Title"), Document("d3", "one")])
QUERIES = [Query("q1", "a"), Query("q2", "b"), Query("q3", "a")]


class Length:
    """Scores a pair by the number of its characters, and cuts off those with a "b"."""

    def __init__(self, value: Callable[[Pair], float] = lambda pair: len("".join(pair))) -> None:
        self.value = value
        self.seen: list[Pair] = []

    def pair(self, query: Query, document: Document) -> Pair:
        return query.text, document.full_text

    def score(self, pairs: Sequence[Pair]) -> Scored:
        self.seen += pairs
        values = np.array([self.value(pair) for pair in pairs], np.float32)
        return Scored(values, np.array(["b" in pair[0] for pair in pairs]), {"halved": 1})


def test_pairs_of_equal_texts_are_scored_once() -> None:
    model = Length()
    candidates = Run.from_rankings({q.id: ["d1", "d2", "d3"] for q in QUERIES})
    found = rerank(model, QUERIES, candidates, CORPUS)
    assert model.seen == [("a", "one"), ("a", "Title two"), ("b", "one"), ("b", "Title two")]
    # Three characters and one, nine and one; equal scores put the higher id first.
    wanted = {"d2": 10.0, "d3": 4.0, "d1": 4.0}
    assert found.run.to_scores() == {"q1": wanted, "q2": wanted, "q3": wanted}
    assert list(found.run.to_scores()["q1"]) == ["d2", "d3", "d1"]


def test_every_truncated_candidate_counts() -> None:
    # q2's pairs are cut: three candidates, though two of them are one pair.
    candidates = Run.from_rankings({"q1": ["d1"], "q2": ["d1", "d2", "d3"]})
    found = rerank(Length(), QUERIES[:2], candidates, CORPUS)
    assert found.notes == {"truncated candidates": 3, "halved": 1}
    assert rerank(Length(), QUERIES[:1], candidates, CORPUS).notes == {"halved": 1}


def test_queries_without_candidates_need_no_model() -> None:
    model = Length()
    found = rerank(model, QUERIES, Run.from_rankings({"q1": []}), CORPUS)
    assert (found.run.queries, model.seen) == (("q1",), [])


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_score_that_is_not_finite_is_refused(value: float) -> None:
    model = Length(lambda pair: value if pair == ("b", "Title two") else 0.0)
    candidates = Run.from_rankings({"q1": ["d1", "d2"], "q2": ["d1", "d2"]})
    with pytest.raises(UserError, match=f"'d2' got the score {value} for query 'q2'.*float32"):
        rerank(model, QUERIES[:2], candidates, CORPUS)


def on_cpu() -> Any:
    return SimpleNamespace(device=torch.device("cpu"))


class Machine:
    """Scores texts by their lengths, and has memory for so many tokens."""

    def __init__(self, lengths: Sequence[int], memory: float = float("inf")) -> None:
        self.lengths, self.memory = np.array(lengths), memory
        self.batches: list[list[int]] = []
        self.failed = 0

    def forward(self, chosen: list[int]) -> torch.Tensor:
        sizes = self.lengths[chosen]
        if sizes.max() * len(chosen) > self.memory:
            self.failed += 1
            raise torch.OutOfMemoryError("out of memory")
        self.batches.append(sizes.tolist())
        return torch.tensor(sizes, dtype=torch.bfloat16)


def test_batches_hold_about_as_many_tokens_longest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.neural.pairs.token_budget", lambda model: 64)
    machine = Machine([2, 64, 8, 32, 2, 32, 8, 2, 8, 100])
    values, notes = Batches(on_cpu(), None).run(machine.lengths, machine.forward)
    # 100 alone; 64 // 64 = 1; 64 // 32 = 2; 64 // 8 = 8, and six are left.
    assert machine.batches == [[100], [64], [32, 32], [8, 8, 8, 2, 2, 2]]
    assert values.tolist() == machine.lengths.tolist()
    assert (values.dtype, notes) == (np.float32, {})


def test_a_batch_size_is_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.neural.pairs.token_budget", lambda model: 64)
    machine = Machine([4] * 5)
    Batches(on_cpu(), 2).run(machine.lengths, machine.forward)
    assert [len(batch) for batch in machine.batches] == [2, 2, 1]


def test_batches_are_halved_until_they_fit_and_stay_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.neural.pairs.token_budget", lambda model: 64)
    monkeypatch.setattr("models.neural.pairs.cores", lambda device: 1)
    machine = Machine([8] * 10, memory=20)
    batches = Batches(on_cpu(), None)
    values, notes = batches.run(machine.lengths, machine.forward)
    # 64 tokens are 8 texts, 32 are 4: too much; 16 are 2.
    assert [len(batch) for batch in machine.batches] == [2] * 5
    assert (values.tolist(), notes) == ([8.0] * 10, {HALVED: 2})
    failed = machine.failed
    assert batches.run(machine.lengths, machine.forward)[1] == {}
    assert machine.failed == failed


def test_one_pair_beyond_the_memory_says_what_to_do() -> None:
    machine = Machine([50], memory=20)
    with pytest.raises(UserError, match="one pair of 50 tokens needs more memory"):
        Batches(on_cpu(), None).run(machine.lengths, machine.forward)


def test_progress_is_told() -> None:
    told: list[tuple[str, int, int]] = []
    machine = Machine([3, 3, 3])
    with working(tell=lambda *what: told.append(what)):
        Batches(on_cpu(), 2).run(machine.lengths, machine.forward)
    assert told == [("reranking", 2, 3), ("reranking", 3, 3)]


def test_several_devices_are_refused() -> None:
    assert one_device("cpu") == "cpu"
    with pytest.raises(UserError, match="one device"):
        one_device("cpu,cpu")


def test_importing_the_rerankers_loads_no_heavy_package() -> None:
    code = (
        "import sys, models.cross_encoder, models.monot5, models.yes_no, models.fusion\n"
        "print({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"
