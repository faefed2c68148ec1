"""Results on disk: a typed schema, atomic writes, and what a later run may reuse."""

from harness.store.results import (
    PER_QUERY,
    PREDICTIONS,
    RESULT,
    RUN,
    RUN_INFO,
    TRAJECTORIES,
    ResultFolder,
    differing_data,
    find_results,
    read_result,
)
from harness.store.schema import Counts, Result, Value, setting_slug, setting_to_json

__all__ = [
    "PER_QUERY",
    "PREDICTIONS",
    "RESULT",
    "RUN",
    "RUN_INFO",
    "TRAJECTORIES",
    "Counts",
    "Result",
    "ResultFolder",
    "Value",
    "differing_data",
    "find_results",
    "read_result",
    "setting_slug",
    "setting_to_json",
]
