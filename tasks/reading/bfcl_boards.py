"""How the boards of BFCL average over categories: every column as weights of tasks.

Every column is linear in the accuracies of the categories, with published numbers of problems.
Source: bfcl_eval/eval_checker/eval_runner_helper.py of ShishirPatil/gorilla @ 6ea57973 (version 4),
and the boards of 2025-12-16 (4), 2025-06-14 (3) and 2024-08-14 (1): they hold on every row.
"""

from __future__ import annotations

from collections.abc import Mapping

from harness.suites import Aggregate


def _column(name: str, shares: Mapping[str, float], description: str) -> Aggregate:
    return Aggregate(name, (tuple(shares),), "fixed", description, tuple(shares.items()))


def _sum(*parts: tuple[float, Mapping[str, float]]) -> dict[str, float]:
    """A weighted mean of weighted means, as weights of tasks."""
    total: dict[str, float] = {}
    for share, weights in parts:
        for task, weight in weights.items():
            total[task] = total.get(task, 0.0) + share * weight
    return total


def _even(*tasks: str) -> dict[str, float]:
    return {f"bfcl/{task}": 1 / len(tasks) for task in tasks}


def _by_count(counts: Mapping[str, int], benchmark: str = "bfcl") -> dict[str, float]:
    every = sum(counts.values())
    return {f"{benchmark}/{task}": count / every for task, count in counts.items()}


_SIMPLE = _even("simple_python", "simple_java", "simple_javascript")
_OTHER = ("multiple", "parallel", "parallel_multiple")
_NON_LIVE = _sum((0.25, _SIMPLE), (0.75, _even(*_OTHER)))
_LIVE_COUNTS = {
    "live_simple": 258,
    "live_multiple": 1053,
    "live_parallel": 16,
    "live_parallel_multiple": 24,
}
_LIVE = _by_count(_LIVE_COUNTS)
_IRRELEVANCE = _even("irrelevance", "live_irrelevance")
_MULTI_TURN = _even(
    "multi_turn_base", "multi_turn_miss_func", "multi_turn_miss_param", "multi_turn_long_context"
)
_WEB = _even("web_search_base", "web_search_no_snippet")
_MEMORY = _even("memory_kv", "memory_vector", "memory_rec_sum")
_AGENTIC = _sum((0.5, _WEB), (0.5, _MEMORY))
_OVERALL = _sum(
    (0.1, _NON_LIVE), (0.1, _LIVE), (0.1, _IRRELEVANCE), (0.3, _MULTI_TURN), (0.4, _AGENTIC)
)

VERSION_4 = (
    _column("overall", _OVERALL, ".1 non-live, .1 live, .1 irrelevance, .3 multi-turn, .4 agentic"),
    _column("non-live", _NON_LIVE, "mean of simple, multiple, parallel and parallel multiple"),
    _column("simple", _SIMPLE, "mean of Python, Java and JavaScript"),
    _column("live", _LIVE, "mean over the problems with calls that come from users"),
    _column("irrelevance", _IRRELEVANCE, "mean of the two sets in which no call is wanted"),
    _column("multi-turn", _MULTI_TURN, "mean of the four sets of conversations"),
    _column("agentic", _AGENTIC, "mean of web search and memory"),
    _column("web search", _WEB, "mean of the two sets of searches"),
    _column("memory", _MEMORY, "mean of the three memories"),
)
"""Overall Acc, Non-Live AST Acc, Non-Live Simple AST, Live Acc, Irrelevance Detection, Multi Turn
Acc, Agentic Overall Acc, Web Search Acc, Memory Acc."""

_NON_LIVE_3 = _sum((0.2, _SIMPLE), (0.6, _even(*_OTHER)), (0.2, _even("irrelevance")))
_LIVE_3 = _by_count({**_LIVE_COUNTS, "live_irrelevance": 882, "live_relevance": 18})
_OVERALL_3 = _sum((1 / 3, _NON_LIVE_3), (1 / 3, _LIVE_3), (1 / 3, _MULTI_TURN))

VERSION_3 = (
    _column("overall", _OVERALL_3, "mean of non-live, live and multi-turn"),
    _column("non-live", _NON_LIVE_3, "mean of simple, the three others, and irrelevance"),
    _column("live", _LIVE_3, "mean over the 2,251 problems that come from users"),
    _column("multi-turn", _MULTI_TURN, "mean of the four sets of conversations"),
)
"""Overall Acc, Non_Live Overall Acc, Live Overall Acc, Multi Turn Overall Acc."""

_SIMPLE_1 = {"simple": 400, "java": 100, "javascript": 50}
_OTHER_1 = {"multiple": 200, "parallel": 200, "parallel_multiple": 200}
_SIMPLE_RUN = {"executable_simple": 100, "rest": 70}
_OTHER_RUN = {
    "executable_multiple": 50,
    "executable_parallel": 50,
    "executable_parallel_multiple": 40,
}
_ALL_1 = {**_SIMPLE_1, **_OTHER_1, "relevance": 240, **_SIMPLE_RUN, **_OTHER_RUN}


def _four(simple: Mapping[str, int], others: Mapping[str, int]) -> dict[str, float]:
    even = {f"bfcl-v1/{task}": 1 / len(others) for task in others}
    return _sum((0.25, _by_count(simple, "bfcl-v1")), (0.75, even))


VERSION_1 = (
    _column("overall", _by_count(_ALL_1, "bfcl-v1"), "mean over the 1,700 problems"),
    _column("ast", _four(_SIMPLE_1, _OTHER_1), "mean of simple in all languages and the others"),
    _column("executable", _four(_SIMPLE_RUN, _OTHER_RUN), "the same of what is executed"),
)
"""Overall Acc, AST Summary, Exec Summary."""
