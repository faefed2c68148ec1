"""`nDCG@10`, `P(rel=2)@5`: ir_measures' notation. What is written is the measure, its name and key.

The public functions of `harness.measures.ir` are the measures of rankings, those of the modules in
`harness.measures.tools` that take an `Attempt` the measures of tool use; `pass@3` and `pass^3` are
worked out from the successes of several trials. A function of a user's own file is named as
`my.py:f`; one that an installed package provides (entry point `assay.measures`) by name.
"""

from __future__ import annotations

import inspect
import pkgutil
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from importlib.metadata import entry_points
from itertools import islice
from math import isinf
from typing import Any, Literal, cast, get_args, get_origin, get_type_hints

import numpy as np

from harness.errors import UserError, blaming, unknown
from harness.measures import ir
from harness.measures.attempt import Attempt
from harness.measures.judged import Judged, Values, join
from harness.records import Qrels
from harness.run import Run

ALIASES = {
    "recall": "R",
    "precision": "P",
    "map": "AP",
    "mrr": "RR",
    "comprehensiveness": "Completeness",
    "comp": "Completeness",
}
"""Other names in use, in lower case. The names of measures themselves match in any case."""

GROUP = "assay.measures"
"""Entry points of other packages: functions like those of `harness.measures.ir`."""
Unit = Literal["", "count", "seconds", "dollars"]
_RETURNED: Mapping[str, tuple[Unit, bool]] = {
    "Amount": ("count", False),
    "Effort": ("count", True),
    "Seconds": ("seconds", True),
    "Dollars": ("dollars", True),
    "Flaw": ("", True),
}
"""What a measure of attempts is annotated to return -> its unit, and whether less is better. All
others are shares of which more is better."""
_NOTATION = re.compile(r"(?P<name>\w+)\s*(?:\((?P<parameters>[^()]*)\))?\s*(?:@\s*(?P<k>\S+))?")
_TRIALS = re.compile(r"pass\s*(?P<sign>[@^])\s*(?P<k>[1-9][0-9]{0,8})")
_PARAMETER = re.compile(r"\s*(\w+)\s*=\s*(?:'(\w+)'|\"(\w+)\"|([-\w.]+))\s*")
_FILE = re.compile(r"(?P<path>.+\.py):(?P<name>\w+)")


@dataclass(frozen=True)
class Measure:
    """A measure ready to be computed.

    Attributes:
        name: the canonical notation: parameters that have their default value are left out.
        compute: the function: of a `Judged`, giving one value a query; of an `Attempt`, giving its
            value; or of the successes of a problem's trials, giving the problem's value.
        kind: which of the three.
        unit: of an amount, such as steps; "" for a share of 1, which is shown times 100.
        lower: whether less is better.
    """

    name: str
    compute: Callable[..., Any]
    kind: Literal["ranking", "attempt", "trials"] = "ranking"
    unit: Unit = ""
    lower: bool = False

    @property
    def share(self) -> bool:
        """Whether it is a share of 1."""
        return not self.unit

    def __call__(self, judged: Judged) -> Values:
        """One value a query, float64, shape (n,), of a measure of rankings."""
        return cast("Values", self.compute(judged))

    def __str__(self) -> str:
        return self.name


def score(
    run: Run,
    qrels: Qrels,
    measures: Iterable[str | Measure],
    queries: Iterable[str] | None = None,
) -> dict[str, Values]:
    """Per-query values of every measure by canonical name.

    Args:
        run: the ranked lists.
        qrels: query id -> document id -> grade.
        measures: in notation or parsed.
        queries: the queries to score, in order; default the judged queries in the order of
            `qrels`. A query that the run lacks scores 0.

    Raises:
        UserError: a measure is unknown, or the user's own failed.
    """
    parsed = [parse(measure) if isinstance(measure, str) else measure for measure in measures]
    if strange := [measure.name for measure in parsed if measure.kind != "ranking"]:
        raise UserError(f"{strange[0]} measures tool use: rankings have nDCG@10, AP, R@100, ...")
    judged = join(run, qrels, queries)
    return {measure.name: measure(judged) for measure in parsed}


def parse_many(text: str) -> list[Measure]:
    """Measures separated by commas; commas within brackets separate parameters.

    Raises:
        UserError: as `parse`, or there is none.
    """
    parts = [part for part in re.split(r",(?![^()]*\))", text) if part.strip()]
    if not parts:
        raise UserError(f"'{text}' names no measure: write them as in nDCG@10,AP")
    return [parse(part) for part in parts]


def names(measures: str | Iterable[str] | None) -> list[str] | None:
    """Canonical names of one text or several; None stays None.

    Raises:
        UserError: as `parse`.
    """
    if measures is None:
        return None
    texts = [measures] if isinstance(measures, str) else measures
    return [measure.name for text in texts for measure in parse_many(text)]


def is_share(name: str) -> bool:
    """Whether the values of a measure are shares of 1, as far as can be told from its name."""
    return not unit_of(name)


def unit_of(name: str) -> str:
    """The unit of a measure's values; "" of shares, and where its name tells nothing."""
    try:
        return parse(name).unit
    except UserError:  # a measure of another installation
        return ""


def lower_is_better(name: str) -> bool:
    """Whether less of a measure is better, as far as its name tells."""
    try:
        return parse(name).lower
    except UserError:  # a measure of another installation
        return False


def parse(text: str) -> Measure:
    """The measure that a notation names.

    Raises:
        UserError: an unknown measure or parameter, or a cut-off or value that it cannot take.
    """
    text = text.strip()
    if own := _FILE.fullmatch(text):
        return _own(text, _from_file(text, own["path"], own["name"]))
    if repeated := _TRIALS.fullmatch(text):
        return _over_trials(repeated["sign"], int(repeated["k"]))
    match = _NOTATION.fullmatch(text)
    if not match:
        raise UserError(f"'{text}' is no measure: write it as in nDCG@10, AP or P(rel=2)@5")
    name = _resolve(match["name"], cut_off=match["k"] is not None)
    function = _function(name)
    signature = inspect.signature(function)
    options = _options(text, function, match["parameters"] or "")
    k = _cut_off(text, name, signature, match["k"])
    shown = ",".join(
        f"{key}={value!r}"
        for key, value in sorted(options.items())
        if value != signature.parameters[key].default
    )
    canonical = f"{name}{f'({shown})' if shown else ''}{f'@{k}' if k else ''}"
    compute = partial(function, **options, **({"k": k} if k else {}))
    if name in attempt_measures():
        returned = str(function.__annotations__.get("return")).rpartition(".")[2]
        return Measure(canonical, compute, "attempt", *_RETURNED.get(returned, ("", False)))
    return Measure(canonical, compute if name in measures() else _checked(canonical, compute))


@cache
def measures() -> Mapping[str, Callable[..., Values]]:
    """Every measure by name: the public functions of `harness.measures.ir`."""
    return {
        name: function
        for name, function in inspect.getmembers(ir, inspect.isfunction)
        if function.__module__ == ir.__name__ and not name.startswith("_")
    }


@cache
def attempt_measures() -> Mapping[str, Callable[..., float]]:
    """Every measure of tool use by name: the functions of an `Attempt`, module by module."""
    from harness.measures import tools

    modules = [
        import_module(f"{tools.__name__}.{m.name}") for m in pkgutil.iter_modules(tools.__path__)
    ]
    return {
        name: function
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and _of_attempts(function)
    }


def _own(text: str, function: Callable[..., Any]) -> Measure:
    """A user's function: of an `Attempt` where its first parameter is annotated so."""
    if _of_attempts(function):
        return Measure(text, partial(_one, text, function), "attempt")
    return Measure(text, _checked(text, function))


def _one(text: str, function: Callable[[Attempt], float], attempt: Attempt) -> float:
    """A user's value of one attempt, checked."""
    with blaming(f"the measure {text} failed"):
        value = float(function(attempt))
    if isinf(value):
        raise UserError(f"the measure {text} is not finite for '{attempt.trajectory.problem}'")
    return value


def _of_attempts(function: Callable[..., Any]) -> bool:
    annotations = getattr(function, "__annotations__", {})
    return any("Attempt" in str(kind) for kind in islice(annotations.values(), 1))


def _over_trials(sign: str, k: int) -> Measure:
    from harness.measures.tools import repeated

    compute = repeated.pass_at if sign == "@" else repeated.pass_hat
    return Measure(f"pass{sign}{k}", partial(compute, k=k), "trials")


def _function(name: str) -> Callable[..., Any]:
    """One of our own measures, else one that an installed package provides."""
    if name in measures():
        return measures()[name]
    if name in attempt_measures():
        return attempt_measures()[name]
    (point,) = entry_points(group=GROUP, name=name)
    return cast("Callable[..., Values]", point.load())


def _resolve(name: str, *, cut_off: bool = False) -> str:
    """The measure of that name in any case or by another name in use, else an installed one.

    Only measures of rankings take a cut-off, which tells Success@5 from tool use's success.
    """
    known = measures()
    lower = {**{n.lower(): n for n in known}, **ALIASES}
    if name in known:
        return name
    own = {n.lower(): n for n in attempt_measures()}
    if name in own.values() and not (cut_off and name.lower() in lower):
        return name
    if (called := {**own, **lower}.get(name.lower())) is not None:
        return called
    if entry_points(group=GROUP, name=name):
        return name
    hint = f"Known: {', '.join((*known, *own.values()))}; or your own as my.py:function"
    raise unknown("measure", name, [*known, *ALIASES, *own.values()], hint)


def _cut_off(text: str, name: str, signature: inspect.Signature, k: str | None) -> int | None:
    takes = signature.parameters.get("k")
    if k is None:
        if takes and takes.default is inspect.Parameter.empty:
            raise UserError(f"'{text}' needs a cut-off: write it as in {name}@10")
        return None
    if takes is None:
        raise UserError(f"'{text}': {name} takes no cut-off: write it as {name}")
    if not (k.isascii() and k.isdigit() and int(k) > 0):
        raise UserError(f"'{text}': the cut-off '{k}' is not a whole number of at least 1")
    return int(k)


def _options(text: str, function: Callable[..., Values], written: str) -> dict[str, Any]:
    """Parameters with their values checked against the function's annotations."""
    signature = inspect.signature(function)
    kinds = {
        key: hint
        for key, hint in get_type_hints(function).items()
        if key in signature.parameters
        and signature.parameters[key].kind is inspect.Parameter.KEYWORD_ONLY
    }
    options: dict[str, Any] = {}
    for part in written.split(",") if written.strip() else []:
        match = _PARAMETER.fullmatch(part)
        if not match:
            raise UserError(f"'{text}': '{part.strip()}' is no parameter: write it as in rel=2")
        key, value = match[1], match[2] or match[3] or match[4]
        if key not in kinds:
            takes = f"It takes {', '.join(kinds)}" if kinds else "It takes none"
            raise unknown(f"parameter of {function.__name__}", key, kinds, takes)
        if key in options:
            raise UserError(f"'{text}': {key} is given twice")
        options[key] = _value(text, key, value, kinds[key])
    return options


def _value(text: str, key: str, value: str, kind: Any) -> int | str:
    if get_origin(kind) is Literal:
        if value not in get_args(kind):
            raise UserError(f"'{text}': {key} is one of {', '.join(get_args(kind))}, not '{value}'")
        return value
    if not (value.isascii() and value.isdigit() and int(value) > 0):
        raise UserError(f"'{text}': {key}={value} is not a whole number of at least 1")
    return int(value)


def _from_file(text: str, path: str, name: str) -> Callable[[Judged], Values]:
    """A user's function. Raises `UserError` when the file has none of that name."""
    from harness.loading.plugins import load_plugin

    function = load_plugin(path).get(name)
    if not callable(function):
        raise UserError(f"{text} is no function: a measure takes a Judged and returns an array")
    return cast("Callable[[Judged], Values]", function)


def _checked(text: str, function: Callable[[Judged], Values]) -> Callable[[Judged], Values]:
    """A function that is not ours, its result checked whenever it is called."""

    def compute(judged: Judged) -> Values:
        with blaming(f"the measure {text} failed"):
            values = np.asarray(function(judged), dtype=np.float64)
        if values.shape != (len(judged.queries),):
            raise UserError(
                f"the measure {text} returned an array of shape {values.shape}: "
                f"one value a query is wanted, shape ({len(judged.queries)},)"
            )
        if not np.isfinite(values).all():
            query = judged.queries[int(np.argmin(np.isfinite(values)))]
            raise UserError(f"the measure {text} is not finite for query '{query}'")
        return values

    return compute
