"""The bootstrap behind every interval: python benchmarks/bootstrap.py

1,000 resamples over 7,600 queries, for one measure and for five, against SciPy's bootstrap of the
same mean; repeats are interleaved and the best of three counts.
"""

from __future__ import annotations

from importlib.metadata import version
from time import perf_counter

import numpy as np
from scipy.stats import bootstrap

from harness.measures.statistics import interval, resample

QUERIES, RESAMPLES, REPEATS = 7_600, 1_000, 3


def main() -> None:
    rng = np.random.default_rng(0)
    values = rng.beta(0.4, 0.6, (QUERIES, 5))
    texts = rng.integers(0, QUERIES // 2, QUERIES).tolist()
    best = {"one measure": 9e9, "five measures": 9e9, "five, clustered": 9e9, "SciPy, one": 9e9}
    for _ in range(REPEATS):
        for name, run in {
            "one measure": lambda: resample(values[:, :1], seed="a/task"),
            "five measures": lambda: resample(values, seed="a/task"),
            "five, clustered": lambda: resample(values, clusters=texts, seed="a/task"),
            "SciPy, one": lambda: peer(values[:, 0]),
        }.items():
            start = perf_counter()
            run()
            best[name] = min(best[name], perf_counter() - start)
    print(f"{QUERIES:,} queries, {RESAMPLES:,} resamples, scipy {version('scipy')}")
    for name, seconds in best.items():
        print(f"{name:<16} {seconds:.4f} s   SciPy takes {best['SciPy, one'] / seconds:.1f} times")
    ours, theirs = interval(resample(values[:, :1], seed=0)[:, 0]), peer(values[:, 0])
    print(f"interval of the first: ours {ours}, SciPy's {theirs}")


def peer(values: np.ndarray) -> tuple[float, float]:
    low, high = bootstrap(
        (values,), np.mean, n_resamples=RESAMPLES, method="percentile", rng=0
    ).confidence_interval
    return float(low), float(high)


if __name__ == "__main__":
    main()
