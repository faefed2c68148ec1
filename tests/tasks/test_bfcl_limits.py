"""Where no call can pass, the card says so: what the oracle misses is what it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.loading import load_task
from harness.measures.matching import match
from harness.records import Setting
from harness.sources import Source
from models.reference_agents import oracle_attempt

MISSED = {
    "bfcl/simple_python": [],
    "bfcl/simple_java": ["simple_java_36", "simple_java_64", "simple_java_65"],
    "bfcl/simple_javascript": [],
    "bfcl/multiple": [],
    "bfcl/parallel": [],
    "bfcl/parallel_multiple": [],
    "bfcl/live_simple": ["live_simple_106-63-0", "live_simple_112-68-0"],
    "bfcl/live_multiple": ["live_multiple_862-181-3", "live_multiple_964-207-0"],
    "bfcl/live_parallel": [],
    "bfcl/live_parallel_multiple": [],
    "bfcl-v1/simple": [],
    "bfcl-v1/multiple": [],
    "bfcl-v1/parallel": [],
    "bfcl-v1/parallel_multiple": ["parallel_multiple_function_179"],
    "bfcl-v1/java": [f"java_{n}" for n in (1, 36, 64, 65, 67, 68)],
    "bfcl-v1/javascript": ["javascript_5"],
    "bfcl-v1/sql": [f"sql_{n}" for n in (18, 19, 28, 29, 38, 39, 49, 68, 69)],
}


@pytest.mark.realdata
@pytest.mark.parametrize("name", MISSED)
def test_the_card_names_what_no_right_call_passes(data: Path, name: str) -> None:
    task = load_task(name)
    (part,) = task.load(Source(data), Setting())
    problems = part.problems  # type: ignore[union-attr]
    wrong = [p.id for p in problems if not match(p, oracle_attempt(p)).valid]
    assert wrong == MISSED[name]
    said = " ".join(task.card.defects)
    assert all(id in said or id.rpartition("_")[2] in said for id in wrong)
    most = f"{100 * (1 - len(wrong) / len(problems)):.1f}".removesuffix(".0")
    assert (f"{most} % are the most" in said) == bool(wrong)
