"""Assay's engine. Everything the command line does, from Python.

    from harness import evaluate
    report = evaluate("bm25", suites="starter", out="results")
    print(report.to_frame())

Names are imported on first use: `import harness` loads neither torch nor pandas nor any SDK.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.check import check_model
    from harness.comparison import compare
    from harness.contracts import Collection, ProblemSet, Session
    from harness.corpus import ListCorpus
    from harness.errors import AssayError, UserError
    from harness.evaluation import evaluate
    from harness.loading import load_model, load_suite, load_task
    from harness.ranking import Ranking
    from harness.records import (
        Completion,
        Document,
        Gold,
        Judgement,
        Message,
        Observation,
        Problem,
        Query,
        Setting,
        TaskCard,
        ToolCall,
        ToolSpec,
        Trajectory,
        Usage,
    )
    from harness.rescoring import score
    from harness.run import Run
    from harness.shards import merge
    from harness.store import read_result

_HOME = {
    "AssayError": "errors",
    "Collection": "contracts",
    "Completion": "records",
    "Document": "records",
    "Gold": "records",
    "Judgement": "records",
    "ListCorpus": "corpus",
    "Message": "records",
    "Observation": "records",
    "Problem": "records",
    "ProblemSet": "contracts",
    "Query": "records",
    "Ranking": "ranking",
    "Run": "run",
    "Session": "contracts",
    "Setting": "records",
    "TaskCard": "records",
    "ToolCall": "records",
    "ToolSpec": "records",
    "Trajectory": "records",
    "Usage": "records",
    "UserError": "errors",
    "check_model": "check",
    "compare": "comparison",
    "evaluate": "evaluation",
    "load_model": "loading",
    "load_suite": "loading",
    "load_task": "loading",
    "merge": "shards",
    "read_result": "store",
    "score": "rescoring",
}

__all__ = [
    "AssayError",
    "Collection",
    "Completion",
    "Document",
    "Gold",
    "Judgement",
    "ListCorpus",
    "Message",
    "Observation",
    "Problem",
    "ProblemSet",
    "Query",
    "Ranking",
    "Run",
    "Session",
    "Setting",
    "TaskCard",
    "ToolCall",
    "ToolSpec",
    "Trajectory",
    "Usage",
    "UserError",
    "check_model",
    "compare",
    "evaluate",
    "load_model",
    "load_suite",
    "load_task",
    "merge",
    "read_result",
    "score",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'harness' has no attribute '{name}'")
    value = getattr(import_module(f"harness.{_HOME[name]}"), name)
    globals()[name] = value
    return value
