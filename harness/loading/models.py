"""From the expression that names a model to the model and its identity."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from harness import spec
from harness.errors import UserError
from harness.loading.factory import Factory
from harness.loading.identity import (
    LoadedModel,
    attributes,
    described,
    folder_digest,
    is_array,
    passed,
    place,
    settled,
    source_digest,
    spoken,
)
from harness.loading.origins import origin_of, remember
from harness.loading.plugins import load_plugin
from harness.loading.presets import difference, expand, shortest, written
from harness.registry import models, own_package
from harness.workspace import working

CONTRACTS: Mapping[str, str] = {
    "retriever": "index",
    "embedder": "encode",
    "reranker": "rerank",
    "chat model": "complete",
    "agent": "solve",
    "reference model": "informed",
}
"""The method by which each contract is told."""
_OPERATORS: Mapping[str, Callable[..., spec.Model]] = {"%": spec.Cut, ">>": spec.Pipe}
CARD = "model.yaml"
"""The file in a checkpoint folder that names its adapter."""


def load_model(model: object, *, runtime: Mapping[str, object] | None = None) -> LoadedModel:
    """Loads a model.

    Args:
        model: an expression ("bm25(k1=0.9)"), or an object that satisfies a contract. An instance
            of a registered adapter that keeps its parameters as attributes is the same model as
            its expression. Any other object is called by its `name` attribute or its class; its
            identity holds its class, the hash of the class's source, its `version` attribute and
            its public attributes that are plain values, models or dataclasses; so what changes
            while it runs belongs in private ones.
        runtime: values such as {"device": "cuda"} for every adapter that lists the parameter in
            its class attribute `runtime`; they are no part of its identity. None is skipped.

    Raises:
        UserError: the expression does not parse, or what it names is not there or refuses its
            arguments.
    """
    if isinstance(model, LoadedModel):
        return model
    if isinstance(model, type):
        raise UserError(f"{model.__name__} is a class: give an instance of it, {model.__name__}()")
    chosen = {name: value for name, value in (runtime or {}).items() if value is not None}
    if not isinstance(model, str):
        return _from_object(adapted(model, chosen))
    return _Loader(chosen).load(spec.parse(model))


def contracts_of(model: object) -> tuple[str, ...]:
    """Which contracts an object or a class satisfies."""
    if isinstance(model, str | bytes | list | tuple):  # these have an `index` of their own
        return ()
    return tuple(c for c, method in CONTRACTS.items() if callable(getattr(model, method, None)))


@dataclass(frozen=True)
class _Loader:
    """Loads the nodes of one expression.

    Attributes:
        runtime: parameters that never change an answer.
        base: where relative paths start.
        inside: the checkpoint folders being loaded, so that none contains itself.
    """

    runtime: Mapping[str, object]
    base: Path = Path()
    inside: tuple[Path, ...] = ()

    def load(self, node: spec.Model) -> LoadedModel:
        loaded = self._loaded(node)
        remember(loaded)
        return loaded

    def _loaded(self, node: spec.Model) -> LoadedModel:
        match node:
            case spec.Call():
                return self._call(node)
            case spec.File():
                return self._file(node)
            case spec.Folder():
                return self._folder(node)
            case spec.Cut(model, k):
                return self._operator("%", self.load(model), k)
            case spec.Pipe(first, second):
                return self._operator(">>", self.load(first), self.load(second))

    def _call(self, node: spec.Call) -> LoadedModel:
        base, layers = expand(node)
        made = _registered(base)
        if not _is_factory(made):
            _refuse_arguments(node)
            return LoadedModel.of(made, node, _from_object(made).identity)
        factory = Factory(cast("Callable[..., object]", made), node.name)
        given: dict[str, object] = {}
        for layer in layers:
            given |= self._bound(factory, layer)
        values = factory.complete(given)
        return _called(factory.build(_passed(given)), base, factory, values)

    def _file(self, node: spec.File) -> LoadedModel:
        plugin = load_plugin(node.path, self.base)
        name = node.attribute or plugin.only(
            lambda found: bool(contracts_of(found)),
            "model",
            "a retriever is a class with index(corpus), an embedder has encode(...), "
            "a reranker has rerank(...)",
        )
        made, shown = plugin.get(name), spec.File(Path(node.path).name, name)
        where = {"adapter": name, "file": plugin.digest}
        if not _is_factory(made):
            _refuse_arguments(node)
            return LoadedModel.of(made, shown, {**where, **_contents(made)})
        factory = Factory(cast("Callable[..., object]", made), str(shown))
        given = self._bound(factory, node)
        values = factory.complete(given)
        model = factory.build(_passed(given))
        values = factory.lasting(settled(model, values))
        changed = difference(values, factory.lasting(factory.defaults))
        args, kwargs = written(factory, changed)
        shown = replace(shown, args=args, kwargs=kwargs)
        identity = {**where, **_versioned(model, values)}
        return LoadedModel.of(model, shown, identity, _inherited(None, values))

    def _folder(self, node: spec.Folder) -> LoadedModel:
        folder = (self.base / Path(node.path).expanduser()).resolve()
        card = _read_card(folder, str(node))
        if folder in self.inside:
            raise UserError(f"{node} names itself as its adapter, in its {CARD}")
        inner = replace(self, base=folder, inside=(*self.inside, folder))
        try:
            with working(base=folder):
                adapter = inner.load(spec.parse(card["adapter"]))
        except UserError as error:
            raise UserError(f"{Path(node.path) / CARD}: {error}") from error
        identity = {"folder": folder_digest(folder), "adapter": adapter.identity}
        from harness.training.costs import with_costs

        told = with_costs(card, folder)
        return LoadedModel.of(adapter.model, spec.Folder(folder.name), identity, told)

    def _operator(self, sign: str, *operands: object) -> LoadedModel:
        factory = Factory(cast("Callable[..., object]", models.get(sign)), sign)
        values = factory.bind(operands, {})
        return _called(factory.build(_passed(values)), sign, factory, values)

    def _bound(self, factory: Factory, node: spec.Call | spec.File) -> dict[str, object]:
        """A node's arguments by parameter, nested models loaded, runtime parameters added."""
        runtime = factory.runtime & set(factory.parameters) & set(self.runtime)
        given = factory.bind(
            [self._value(value) for value in node.args],
            {name: self._value(value) for name, value in node.kwargs},
        )
        return {name: self.runtime[name] for name in runtime} | given

    def _value(self, value: spec.Value) -> object:
        if isinstance(value, tuple):
            return [self._value(item) for item in value]
        if not isinstance(value, spec.NODES):
            return value
        if isinstance(value, spec.Call) and str(value) == value.name and not _is_known(value.name):
            raise UserError(f"'{value}' is no model: a text goes in quotes, \"{value}\"")
        return self.load(value)


def _called(
    model: object, base: str, factory: Factory, values: Mapping[str, object]
) -> LoadedModel:
    """A registered adapter under its shortest name, given the values of all its parameters."""
    values = factory.lasting(settled(model, values))
    identity = {"adapter": _target(base), **_versioned(model, values)}
    if base in _OPERATORS:
        shown, card = _OPERATORS[base](*map(spoken, values.values())), None
    else:
        shown = shortest(base, factory, values)
        card = models.cards.get(shown.name, models.cards.get(base))
    return LoadedModel.of(model, shown, identity, _inherited(card, values))


def _inherited(
    card: Mapping[str, Any] | None, values: Mapping[str, object]
) -> Mapping[str, Any] | None:
    """A model's card, with the lineage of the checkpoint within it; of several, none is its own."""
    within = [
        part
        for value in values.values()
        for part in (value if isinstance(value, list | tuple) else [value])
        if isinstance(part, LoadedModel)
    ]
    cards = [part.card for part in within if part.card]
    lineages = [part["lineage"] for part in cards if "lineage" in part]
    return {**(card or {}), "lineage": lineages[0]} if len(lineages) == 1 else card


def _from_object(model: object) -> LoadedModel:
    """An object: what its own parameters say, else what it was loaded as, else what it shows."""
    kind = type(model)
    base = next((n for n, t in models.table.items() if t is kind or t == place(kind)), None)
    if base is not None:
        factory = Factory(kind, base)
        values = {n: getattr(model, n) for n in factory.parameters if hasattr(model, n)}
        if len(values) == len(factory.parameters):
            return _called(model, base, factory, _nested(values))
    if (known := origin_of(model)) is not None:
        return known
    name = getattr(model, "name", None)
    shown = spec.Call(name if isinstance(name, str) and name else kind.__name__)
    where = {"object": place(kind), "source": source_digest(kind)}
    return LoadedModel.of(model, shown, {**where, **_contents(model)})


def adapted(model: object, runtime: Mapping[str, object] = MappingProxyType({})) -> object:
    """The model in its adapter, where it is one of another library's; else the model itself.

    Raises:
        UserError: the adapter wants a name.
    """
    kind = type(model)
    wraps: Mapping[str, str] = getattr(own_package("models"), "WRAPS", {})
    name = wraps.get(f"{kind.__module__.partition('.')[0]}:{kind.__name__}")
    if name is None:
        return model
    make = cast("Callable[..., object]", models.get(name))
    if not getattr(make, "takes_objects", False):
        raise UserError(
            f"a {kind.__name__} is run from where it is saved: call save_pretrained, "
            f'and name it {name}("folder")'
        )
    factory = Factory(make, name)
    chosen = {name: value for name, value in runtime.items() if name in factory.runtime}
    return factory.build({next(iter(factory.parameters)): model, **chosen})


def _refuse_arguments(node: spec.Call | spec.File) -> None:
    if node.args or node.kwargs:
        raise UserError(f"{node} takes no arguments: it is an object, not a class")


def _contents(model: object) -> dict[str, Any]:
    """Version and public attributes of an object."""
    runtime = getattr(model, "runtime", ())
    return _versioned(model, _nested(attributes(model, leave_out=runtime)))


def _versioned(model: object, values: Mapping[str, object]) -> dict[str, Any]:
    contents = getattr(model, "contents", {})
    parameters = {name: described(value) for name, value in values.items()}
    return {
        "version": described(getattr(model, "version", None)),
        "parameters": parameters | {name: described(value) for name, value in contents.items()},
    }


def _nested(values: Mapping[str, object]) -> dict[str, object]:
    """The values, with models among them identified."""
    return {name: _identified(value) for name, value in values.items()}


def _identified(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _identified(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_identified(item) for item in value]
    known = contracts_of(value) and not is_array(value)
    return _from_object(adapted(value)) if known else value


def _passed(values: Mapping[str, object]) -> dict[str, object]:
    return {name: passed(value) for name, value in values.items()}


def _is_factory(found: object) -> bool:
    return isinstance(found, type) or inspect.isroutine(found)


def _registered(name: str) -> object:
    """The class of that name. Raises `UserError` where there is none or it does not import."""
    try:
        return models.get(name)
    except ImportError as error:
        raise UserError(f"the model '{name}' does not load: {error}") from error


def _is_known(name: str) -> bool:
    return name in models.table or name in models.names()


def _target(name: str) -> str:
    """Where a registered adapter is defined."""
    target = models.table.get(name)
    return target if isinstance(target, str) else place(models.get(name))


def _read_card(folder: Path, shown: str) -> dict[str, Any]:
    """The model card of a checkpoint folder, which names its adapter."""
    import yaml

    if not folder.is_dir():
        raise UserError(f"{shown}: no such folder")
    try:
        card = yaml.safe_load((folder / CARD).read_text(encoding="utf-8"))
    except FileNotFoundError:
        name = shown.rstrip("/")
        raise UserError(
            f"{shown} has no {CARD}, which names the adapter of a checkpoint; without one an "
            f'adapter is given the folder, as in hf("{name}")'
        ) from None
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise UserError(f"{shown}{CARD} cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(card, dict) or not isinstance(card.get("adapter"), str):
        raise UserError(f'{shown}{CARD} names no adapter: it needs a line such as adapter: "bm25"')
    return card
