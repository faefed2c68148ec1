"""Scoring against pytrec_eval: python benchmarks/measures.py

Five measures on 7,600 queries, once from a loaded run (the join with the judgements included) and
once from a TREC file. Both sides get the same documents and scores; repeats are interleaved and the
best of three counts. The values must agree to 1e-9.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

import numpy as np
import pytrec_eval

from harness.measures import score
from harness.run import Run

QUERIES, VOCABULARY, REPEATS = 7_600, 43_000, 3
MEASURES = {
    "nDCG@10": "ndcg_cut_10",
    "P@10": "P_10",
    "R@10": "recall_10",
    "AP": "map",
    "RR": "recip_rank",
}
PEER_MEASURES = {"ndcg_cut.10", "P.10", "recall.10", "map", "recip_rank"}
Qrels = dict[str, dict[str, int]]
Scores = dict[str, dict[str, float]]


def main() -> None:
    print(f"{QUERIES:,} queries, {VOCABULARY:,} documents, pytrec_eval-terrier", end=" ")
    print(version("pytrec-eval-terrier"))
    print(f"{'depth':>6} {'judged':>6}  {'from':<11} {'ours':>8} {'peer':>8}  ratio")
    for depth in 100, 1_000:
        run = sample_run(depth)
        scores = run.to_scores()
        for judgements in 2, 40:
            qrels = sample_qrels(run, judgements)
            from_memory(run, scores, qrels, depth, judgements)
        from_file(run, sample_qrels(run, 2), depth)


def from_memory(run: Run, scores: Scores, qrels: Qrels, depth: int, judgements: int) -> None:
    evaluator = pytrec_eval.RelevanceEvaluator(qrels, PEER_MEASURES)

    def ours() -> dict[str, np.ndarray]:
        fresh = Run(run.queries, run.vocabulary, run.offsets, run.docs, run.scores)
        return score(fresh, qrels, MEASURES)

    compare(ours, lambda: evaluator.evaluate(scores), f"{depth:6,} {judgements:6}  loaded run ")


def from_file(run: Run, qrels: Qrels, depth: int) -> None:
    evaluator = pytrec_eval.RelevanceEvaluator(qrels, PEER_MEASURES)

    def peer(path: Path) -> Scores:
        with path.open() as file:
            return evaluator.evaluate(pytrec_eval.parse_run(file))

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.trec"
        run.write_trec(path)
        label = f"{depth:6,} {2:6}  TREC file  "
        compare(lambda: score(Run.read(path), qrels, MEASURES), lambda: peer(path), label)


def compare(
    ours: Callable[[], dict[str, np.ndarray]],
    peer: Callable[[], dict[str, dict[str, float]]],
    label: str,
) -> None:
    best_ours = best_peer = float("inf")
    for _ in range(REPEATS):
        seconds, values = timed(ours)
        best_ours = min(best_ours, seconds)
        seconds, expected = timed(peer)
        best_peer = min(best_peer, seconds)
    for name, key in MEASURES.items():
        np.testing.assert_allclose(values[name], [v[key] for v in expected.values()], atol=1e-9)
    print(
        f"{label} {best_ours:7.4f}s {best_peer:7.3f}s {best_peer / best_ours:5.1f}x  values agree"
    )


def timed(function: Callable[[], object]) -> tuple[float, object]:
    start = perf_counter()
    result = function()
    return perf_counter() - start, result


def sample_run(depth: int) -> Run:
    """Distinct random documents with gamma-distributed scores for every query."""
    rng = np.random.default_rng(depth)
    codes = [rng.choice(VOCABULARY, depth, replace=False) for _ in range(QUERIES)]
    return Run.from_arrays(
        [f"q{i}" for i in range(QUERIES)],
        [f"tool_{i}" for i in range(VOCABULARY)],
        np.concatenate(codes),
        rng.gamma(2, 3, QUERIES * depth),
        np.arange(QUERIES + 1) * depth,
    )


def sample_qrels(run: Run, judgements: int) -> Qrels:
    """Half of every query's judged documents retrieved, half anywhere; grades 0 to 3."""
    rng = np.random.default_rng(judgements)
    qrels: Qrels = {}
    for i, query in enumerate(run.queries):
        retrieved = run.docs[run.offsets[i] : run.offsets[i + 1]]
        chosen = rng.choice(retrieved, judgements // 2, replace=False).tolist()
        chosen += rng.choice(len(run.vocabulary), judgements - judgements // 2).tolist()
        qrels[query] = {run.vocabulary[code]: int(rng.integers(0, 4)) for code in chosen}
    return qrels


if __name__ == "__main__":
    main()
