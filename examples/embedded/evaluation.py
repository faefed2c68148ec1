"""What a chat model solves in a starter world, by agent and by how much a problem takes.

    python -m examples.embedded.evaluation 'transformers("model")' [SEED]

`function-calling` runs the errands, `react-search` and `rag` answer the questions of one and two
hops. Printed are shares in % with 95 % bootstrap intervals. The world is that of seed 2, on which
the embedded models were chosen, unless another is named; 1 is the suites' own.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace

from harness import evaluate
from harness.contracts import Task
from harness.errors import plainly
from tasks import starter_agent, starter_qa

SEED = 2
HOPS = ("starter-qa/hops-1", "starter-qa/hops-2")
QUESTIONS = 60
CALLS = "calls"
"""The label of errands by which they are broken down."""


def in_world(seed: int) -> tuple[list[Task], list[Task]]:
    """The errands and the questions of a seed's world."""

    def moved(task: Task, **more: int) -> Task:
        version = f"{task.card.version}.drawn{seed}"
        card = replace(task.card, version=version)
        found: Task = replace(task, seed=seed, card=card, **more)  # type: ignore[type-var]
        return found

    errands = [moved(task) for task in starter_agent.BENCHMARK.tasks.values()]
    questions = [moved(starter_qa.BENCHMARK.tasks[name], questions=QUESTIONS) for name in HOPS]
    return errands, questions


def table(model: str, seed: int) -> Iterator[tuple[str, str, str]]:
    """Agent, part, and the share of its problems that was solved."""
    errands, questions = in_world(seed)
    for agent, tasks in (
        (f"function-calling({model}, steps=6)", errands),
        (f"react-search({model})", questions),
        (f"rag({model})", questions),
    ):
        for result in evaluate(agent, tasks, cache=False).results:
            main = result.main
            value = f"{100 * main.value:.1f} [{100 * main.ci_low:.1f}, {100 * main.ci_high:.1f}]"
            yield agent.partition("(")[0], f"{result.task}, {main.n} problems", value
            for part, found in result.breakdown.get(CALLS, {}).items():
                yield "", f"  of {part} calls", f"{100 * found[tasks[0].card.main_measure]:.1f}"


def main(arguments: Sequence[str]) -> None:
    """Prints the table of the model that is named."""
    parser = argparse.ArgumentParser(prog="python -m examples.embedded.evaluation")
    parser.add_argument("model", help="as assay run -m takes it")
    parser.add_argument("seed", type=int, nargs="?", default=SEED, help="of the world")
    told = parser.parse_args(arguments)
    for agent, part, value in table(told.model, told.seed):
        print(f"{agent:<18}{part:<36}{value}", flush=True)


if __name__ == "__main__":
    with plainly():
        main(sys.argv[1:])
