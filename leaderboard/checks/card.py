"""What the model is said to be: card, environment and expression."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness import spec
from harness.registry import models
from leaderboard.checks.case import Case
from leaderboard.checks.outcomes import Finding, failed, flagged, passed

REFERENCE = "reference"
"""Kind of model that only the registry's own reference models are."""
PLACEHOLDER = re.compile(r"(?i)\W*(todo|tbd|fixme|xxx+|unknown|n/?a|none|your .*|fill .*)?\W*")
"""What stands where nobody has filled in an answer."""
ENDPOINTS = frozenset(
    {
        "base_url",
        "key_env",
        "url",
        "uri",
        "endpoint",
        "api_base",
        "api_url",
        "host",
        "hostname",
        "proxy",
    }
    | {"port", "server", "organization", "organisation", "project", "headers", "header"}
)
"""Arguments that say where a model runs or who pays, which changes no answer."""
ADDRESS = re.compile(r"(?i)[a-z][a-z0-9+.-]*://")


def card(case: Case) -> Iterator[Finding]:
    """The card answers every question."""
    told = case.card
    for field in ("name", "licence", "contact"):
        if PLACEHOLDER.fullmatch(getattr(told, field)):
            yield failed(f"model.yaml: {field} is not filled in: '{getattr(told, field)}'")
    if told.open_weights and told.licence.lower() == "proprietary":
        yield failed("model.yaml: open weights come under a licence; 'proprietary' is none")
    yield from _training(case)
    yield passed(f"{told.name}, {told.kind}, {told.licence}")


def _training(case: Case) -> Iterator[Finding]:
    training = case.card.training
    if training == "undisclosed":
        yield flagged("training data is undisclosed, so that nothing is zero-shot")
        return
    suites = {suite.name for benchmark in case.benchmarks for suite in benchmark.suites}
    known = {*suites, *case.tasks, *(name.partition("/")[0] for name in case.tasks)}
    named = {name for data in training for name in data.overlap}
    if strange := sorted(named - known):
        yield flagged(f"overlap with something that is no suite or task here: {strange[0]}")


def environment(case: Case) -> Iterator[Finding]:
    """The environment is there and typed."""
    told = case.environment
    if told.dirty:
        yield flagged("the code that ran had changes that no commit holds")
    yield passed(f"Python {told.python}, {len(told.packages)} packages")


def expression(case: Case) -> Iterator[Finding]:
    """The model's expression parses, is canonical, and names no key, endpoint or place."""
    node, text = case.expression, case.manifest.model
    for problem in problems_of(node):
        yield failed(problem)
    if str(node) != text:
        yield failed(f"the model is not written canonically: {node}")
    yield passed(text)


def kind(case: Case) -> Iterator[Finding]:
    """Who ranks by chance or by the judgements says so, and nobody else does."""
    reference = is_reference(case.expression)
    if reference and case.card.kind != REFERENCE:
        yield failed(f"a reference model takes part, so model.yaml must say kind: {REFERENCE}")
    elif not reference and case.card.kind == REFERENCE:
        yield failed(f"kind: {REFERENCE} is for the registry's own reference models only")
    else:
        yield passed(case.card.kind)


def is_reference(node: spec.Value) -> bool:
    """True where a reference model (random, oracle) stands anywhere in an expression."""
    if isinstance(node, spec.Call) and models.cards.get(node.name, {}).get("kind") == REFERENCE:
        return True
    return any(map(is_reference, parts(node)))


def parts(node: spec.Value) -> tuple[spec.Value, ...]:
    """What an expression is made of; nothing for a plain value."""
    if isinstance(node, tuple):
        return node
    if isinstance(node, spec.Cut):
        return (node.model,)
    if isinstance(node, spec.Pipe):
        return (node.first, node.second)
    if isinstance(node, spec.Call | spec.File):
        return (*node.args, *(value for _, value in node.kwargs))
    return ()


def problems_of(node: spec.Value) -> Iterator[str]:
    """What an expression may not hold, anywhere within it."""
    if isinstance(node, str) and ADDRESS.search(node):
        yield f"the expression holds an address, '{node[:80]}': leave it out"
    elif isinstance(node, str) and (node.startswith(("/", "~")) or ".." in node.split("/")):
        yield _of_a_machine(node)
    elif isinstance(node, spec.Folder | spec.File) and re.search(r"[/\\]|^~", node.path):
        yield _of_a_machine(node.path)
    if isinstance(node, spec.Call | spec.File):
        for name, _ in node.kwargs:
            if name.lower() in ENDPOINTS:
                yield f"the expression names an endpoint, '{name}': leave it out"
    for part in parts(node):
        yield from problems_of(part)


def _of_a_machine(path: str) -> str:
    return f"the expression holds a path of a machine, '{path[:80]}': give its name only"
