"""The language model that comes with the package."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from torchless import printed

from harness import evaluate, load_model, load_task
from harness.contracts import Task
from harness.errors import UserError
from harness.records import Text
from models.neural.places import SHIPPED

pytest.importorskip("onnxruntime")
pytest.importorskip("tokenizers")

UNSEEN = 3
"""Seed of a world that it was neither trained nor chosen on."""
MOST = 10_000_000
"""Bytes that all shipped weights may have together."""
EASY = "1-3"
"""Calls of the errands that a clear share of is solved."""


def task(name: str) -> Task:
    """The task in the unseen world."""
    found = load_task(name)
    card = replace(found.card, version=f"{found.card.version}.seed{UNSEEN}")
    moved: Task = replace(found, seed=UNSEEN, card=card)  # type: ignore[type-var, call-arg]
    return moved


@pytest.mark.parametrize("agent", ["rag(starter-lm)", "react-search(starter-lm)"])
def test_it_answers_questions_of_one_hop_far_above_who_abstains(tmp_path: Path, agent: str) -> None:
    [result] = evaluate(agent, [task("starter-qa/hops-1")], cache=False).results
    [nothing] = evaluate("abstain", [task("starter-qa/hops-1")], cache=False).results
    assert result.main.ci_low > nothing.main.value > 0  # who abstains is right where none can know


def test_it_runs_a_clear_share_of_short_errands() -> None:
    tasks = [task(f"starter-agent/{errand}") for errand in ("weather", "work", "films")]
    found = evaluate("function-calling(starter-lm, steps=6)", tasks, cache=False).results
    shares = [result.breakdown["calls"][EASY]["solved_in_world"] for result in found]
    assert sum(shares) / len(shares) > 0.3
    assert min(shares) > 0


def test_it_runs_where_torch_is_not() -> None:
    said = printed(
        "from harness.loop import run\n"
        "from harness.records import Message\n"
        "model = load_model('starter-lm').model\n"
        "said = run(model.complete([Message('user', 'Names: Bado, Kelvi Runo.')], tools=()))\n"
        "print(said.text)\n"
    )
    assert said == '["Bado", "Kelvi Runo"]\n'


def test_shipped_models_of_one_kind_are_none_of_the_other() -> None:
    with pytest.raises(UserError, match="'starter-lm' is no sentence encoder: its graph wants"):
        load_model('onnx-embedder("starter-lm")').model.encode([Text("rain")], kind="query")  # type: ignore[attr-defined]


def test_what_comes_along_is_small() -> None:
    files = [path for folder in SHIPPED.values() for path in folder.rglob("*") if path.is_file()]
    assert len(files) > len(SHIPPED)
    assert sum(path.stat().st_size for path in files) < MOST
