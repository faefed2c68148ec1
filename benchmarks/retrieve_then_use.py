"""Retrieve, then use: what an agent can do with the tools that a retriever found.

    python benchmarks/retrieve_then_use.py [-m MODEL ...] [TASK ...]

Models are expressions, such as the folder of a checkpoint (`-m minilm -m tuned/`). Tasks are
errands of the starter world, by default all eight. The agent is scripted: it follows the gold
program as far as the tools that it is offered reach, so that nothing but the offer decides.
For each retriever and K it is offered the first K tools found among all tools of a task (some 160).
Printed are the share of the problems whose offer held every tool needed, and the share solved, over
all problems of the tasks, with 95 % bootstrap intervals over problems.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from time import perf_counter
from typing import Any

from harness import evaluate, load_suite
from harness.contracts import Session
from harness.errors import UserError
from harness.play.programs import ANSWER, resolve
from harness.play.story import Story
from harness.records import Completion, Problem, ToolCall, Trajectory
from harness.report import AggregateValue
from harness.suites import Aggregate, Suite

RETRIEVERS = ("oracle", "minilm", "starter-embedder", "bm25", "random")
DEPTHS = (5, 10, 20)
MEASURES = ("offered_complete", "success", "offered_count")


class UsesWhatItIsGiven:
    """Follows the gold program with the tools that there are, and leaves out what it cannot do.

    A call is left out where its tool is not offered, or where it needs what a call gave that was
    left out, failed or cannot be read. Where the answer cannot be told for that reason, the agent
    gives up.
    """

    version = "1"
    sees_gold = True

    async def solve(self, problem: Problem, session: Session) -> Trajectory:
        """One attempt."""
        offered = {tool.name for tool in session.tools}
        story = Story(problem, session)
        given: list[Any] = []
        for number, call in enumerate(problem.gold.program, 1):
            made = _filled(call, given, f"call-{number}") if call.name in offered else None
            if made is None:
                given.append(None)
                continue
            story.said(Completion("", calls=(made,)))
            observed = await story.call(made)
            given.append(None if observed.failed else _read(observed.content))
        told = problem.gold.details.get(ANSWER)
        try:
            found = resolve(told, given)
        except UserError:
            return story.ended("gave up", why="what the answer follows from was not to be had")
        if isinstance(found, dict):
            found = sum(found["sum"])
        return story.ended(answer=None if found is None else str(found))


def _filled(call: ToolCall, given: Sequence[Any], id: str) -> ToolCall | None:
    """The call with what earlier calls gave; None where something of that is not there."""
    try:
        return ToolCall(call.name, resolve(call.arguments, given), id)
    except UserError:
        return None


def _read(content: str) -> Any:
    """What a call gave; None where it is no JSON."""
    try:
        return json.loads(content)
    except ValueError:
        return None


def main(arguments: Sequence[str]) -> None:
    reads = argparse.ArgumentParser()
    reads.add_argument("-m", "--model", action="append", metavar="MODEL")
    reads.add_argument("tasks", nargs="*", metavar="TASK")
    given = reads.parse_args(arguments)
    tasks: list[str] = given.tasks
    known = load_suite("starter-agent").tasks
    chosen = tuple(name if "/" in name else f"starter-agent/{name}" for name in tasks) or known
    micro = Aggregate("micro", (chosen,), "micro", "mean over all problems")
    suite = Suite("retrieve-then-use", "Retrieve, then use", chosen, (micro,), "errands")
    print(f"{len(chosen)} tasks, {', '.join(name.partition('/')[2] for name in chosen)}")
    print(f"{'tools':<20} {'offered':>7}  {'complete':>8} {'95 %':<13}  {'solved':>8} {'95 %':<13}")
    for retriever in given.model or RETRIEVERS:
        for k in DEPTHS:
            start = perf_counter()
            report = evaluate(
                UsesWhatItIsGiven(),
                suites=suite,
                tools=f"{retriever}@{k}",
                measures=list(MEASURES),
            )
            found = {value.measure: value for value in report.aggregates}
            row(f"{retriever}@{k}", k, found, perf_counter() - start)


def row(tools: str, k: int, found: dict[str, AggregateValue], seconds: float) -> None:
    count = found["offered_count"].value
    if count > k:
        raise SystemExit(f"tools={tools}: {count:.1f} tools were offered, so nothing was tried")
    numbers = "  ".join(
        f"{100 * found[name].value:8.1f} {interval(found[name]):<13}" for name in MEASURES[:2]
    )
    print(f"{tools:<20} {count:7.1f}  {numbers}  {seconds:5.1f} s")


def interval(value: AggregateValue) -> str:
    return f"{100 * value.ci_low:5.1f} to {100 * value.ci_high:5.1f}"


if __name__ == "__main__":
    main(sys.argv[1:])
