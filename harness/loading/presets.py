"""Presets: registered names that stand for another model with other values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from harness import spec
from harness.loading.factory import Factory
from harness.loading.identity import spoken
from harness.registry import models


def expand(call: spec.Call) -> tuple[str, list[spec.Call]]:
    """The adapter that a name stands for, and the calls whose arguments apply, later ones winning.

    `bm25-mteb(k1=1.2)` is `bm25` with the calls `bm25(stemmer="english")` and then itself.
    """
    layers = [call]
    name = call.name
    while isinstance(target := models.table.get(name), str) and "(" in target:
        layers.insert(0, cast("spec.Call", spec.parse(target)))
        name = layers[0].name
    return name, layers


def shortest(base: str, factory: Factory, values: Mapping[str, object]) -> spec.Call:
    """The call that says the same with the fewest arguments.

    Args:
        base: the adapter's own name; it wins over presets that need as many.
        factory: the adapter.
        values: all its parameters that can change an answer.
    """
    best = base, difference(values, factory.lasting(factory.defaults))
    for name, target in models.table.items():
        if name == base or not isinstance(target, str) or "(" not in target:
            continue
        adapter, layers = expand(spec.Call(name))
        if adapter != base:
            continue
        preset = factory.defaults
        for layer in layers:
            preset |= factory.bind(layer.args, dict(layer.kwargs))
        different = difference(values, factory.lasting(preset))
        if any(factory.written_by_place(name) for name in different):
            continue  # of another model altogether, though alike in the rest
        if len(different) < len(best[1]):
            best = name, different
    return spec.Call(best[0], *written(factory, best[1]))


def difference(
    values: Mapping[str, object], baseline: Mapping[str, object]
) -> dict[str, spec.Value]:
    """The values that the baseline lacks or has otherwise, as they stand in an expression."""
    known = {name: repr(spoken(value)) for name, value in baseline.items()}
    words = {name: spoken(value) for name, value in values.items()}
    return {name: word for name, word in words.items() if known.get(name) != repr(word)}


def written(
    factory: Factory, values: Mapping[str, spec.Value]
) -> tuple[tuple[spec.Value, ...], spec.Arguments]:
    """Arguments in their canonical form: those without a default by place, the others by name."""
    args: list[spec.Value] = []
    rest = dict(values)
    for name, parameter in factory.parameters.items():
        if name not in rest or not factory.written_by_place(name):
            break
        value = rest.pop(name)
        if parameter.kind is parameter.VAR_POSITIONAL:
            args.extend(cast("tuple[spec.Value, ...]", value))
        else:
            args.append(value)
    return tuple(args), tuple(rest.items())
