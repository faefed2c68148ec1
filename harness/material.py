"""Makes sure that what a task hands out is what its contract says, before a model is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from inspect import getattr_static
from math import isfinite
from numbers import Integral

from harness.contracts import Collection, Material, Problems, ProblemSet
from harness.errors import UserError
from harness.records import Gold, Problem, Query, TaskCard, ToolSpec

CORPUS = ("fingerprint", "empty", "ids", "blocks")
"""What tells a corpus from a mere list of documents."""


def checked(material: object, card: TaskCard) -> Material | Problems:
    """The collections, or sets of problems, of a task as a tuple.

    Args:
        material: what its `load` returned.
        card: the task's.

    Raises:
        UserError: it breaks the contract of `harness.contracts.Task.load`; one line says where.
    """
    task = card.name
    wanted = "Collection" if card.kind == "retrieval" else "ProblemSet"
    if not isinstance(material, list | tuple) or not material:
        raise UserError(
            f"{task}: load must return a tuple with at least one {wanted}, not {_shown(material)}"
        )
    return _problems(material, task) if wanted == "ProblemSet" else _collections(material, task)


def _problems(material: Sequence[object], task: str) -> Problems:
    found: list[ProblemSet] = []
    for part in material:
        if not isinstance(part, ProblemSet):
            raise UserError(f"{task}: load must return ProblemSets, not {_shown(part)}")
        place = f"{task}, split '{part.split}'"
        for problem in part.problems:
            if not isinstance(problem, Problem) or not isinstance(problem.id, str):
                raise UserError(f"{place}: a problem must be a Problem, not {_shown(problem)}")
            if not isinstance(problem.gold, Gold) or not all(
                isinstance(tool, ToolSpec) for tool in problem.tools
            ):
                raise UserError(f"{place}: problem '{problem.id}' wants ToolSpecs and a Gold")
        _refuse_repeats((problem.id for problem in part.problems), f"{place}: problem")
        _check_weight(part.weight, place)
        found.append(part)
    _refuse_repeats((part.split for part in found), f"{task}: split")
    if not any(part.problems for part in found):
        raise UserError(f"{task} has no problems: it needs at least one")
    return tuple(found)


def _collections(material: Sequence[object], task: str) -> Material:
    found: list[Collection] = []
    for collection in material:
        if not isinstance(collection, Collection):
            raise UserError(f"{task}: load must return Collections, not {_shown(collection)}")
        _check(collection, f"{task}, split '{collection.split}'")
        found.append(collection)
    _refuse_repeats((c.split for c in found), f"{task}: split")
    if not any(collection.queries for collection in found):
        raise UserError(f"{task} has no queries: it needs at least one")
    return tuple(found)


def _check(collection: Collection, place: str) -> None:
    if not isinstance(collection.split, str):
        raise UserError(f"{place}: the name of a split must be a text")
    # Told without being read: what goes wrong inside of an attribute is another matter.
    if any(getattr_static(collection.corpus, name, None) is None for name in CORPUS):
        raise UserError(
            f"{place}: the corpus must be a ListCorpus, not {_shown(collection.corpus)}"
        )
    for query in collection.queries:
        if not isinstance(query, Query):
            raise UserError(f"{place}: a query must be a Query, not {_shown(query)}")
        if not isinstance(query.id, str) or not isinstance(query.text, str):
            raise UserError(f"{place}: id and text of {query!r} must be texts")
        if not isinstance(query.instruction, str | None):
            raise UserError(f"{place}: the instruction of {query!r} must be a text or None")
    _refuse_repeats((query.id for query in collection.queries), f"{place}: query")
    _check_qrels(collection.qrels, place)
    _check_weight(collection.weight, place)


def _check_weight(weight: float | None, place: str) -> None:
    if weight is not None and not (isfinite(weight) and weight > 0):
        raise UserError(f"{place}: the weight {weight} is no positive number")


def _check_qrels(qrels: object, place: str) -> None:
    if not isinstance(qrels, Mapping):
        raise UserError(f"{place}: qrels must be {{query: {{document: grade}}}}")
    for query, judged in qrels.items():
        if not isinstance(judged, Mapping):
            raise UserError(
                f"{place}: the judgements of query '{query}' must be {{document: grade}}"
            )
        for document, grade in judged.items():
            if not isinstance(grade, Integral):
                raise UserError(
                    f"{place}: the grade of document '{document}' for query '{query}' "
                    f"must be a whole number, not {grade!r}"
                )


def _refuse_repeats(names: Iterable[str], what: str) -> None:
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise UserError(f"{what} '{repeated[0]}' occurs twice: names must differ")


def _shown(value: object) -> str:
    text = repr(value)
    return f"{text[:57]}..." if len(text) > 60 else text
