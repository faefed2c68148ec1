"""A producer from what a person wrote: its name, a file of settings, and settings one by one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from inspect import getattr_static
from pathlib import Path
from typing import Any, cast

from harness import spec
from harness.contracts import Producer
from harness.errors import AssayError, UserError
from harness.files import sha256_of
from harness.loading.factory import Factory
from harness.loading.identity import described, folder_digest, place
from harness.loading.plugins import load_plugin
from harness.registry import producers
from harness.training.mentions import mentioned

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


@dataclass(frozen=True)
class LoadedProducer:
    """A producer, and what it is called.

    Attributes:
        producer: the object.
        name: in expressions: "sft", "my_producer.py:Mine".
        source: where it is defined, or the hash of its file.
        parameters: those that can change the outcome, defaults filled in, as plain JSON; files
            that it reads and the model that it starts from go by their names, never by their paths.
        inputs: of each file that it reads or that its settings mention, its name and "sha256".
    """

    producer: Producer
    name: str
    source: str
    parameters: Mapping[str, Any]
    inputs: Mapping[str, Mapping[str, str]]

    @property
    def identity(self) -> dict[str, Any]:
        """All that decides what comes of it; two that have it in common make the same thing."""
        return {
            "producer": self.name,
            "version": described(getattr(self.producer, "version", None)),
            "source": self.source,
            "parameters": dict(self.parameters),
            "parent": dict(self.producer.parent),
            "inputs": {name: dict(found) for name, found in self.inputs.items()},
        }


def load_producer(
    name: str,
    file: Path | None = None,
    settings: Iterable[str] = (),
    *,
    planning: bool = False,
) -> LoadedProducer:
    """The producer of that name, configured.

    Args:
        name: "sft", an expression such as 'sft(lr=1e-4)', or "my_producer.py:Mine".
        file: YAML, a mapping of parameters; they replace those of the expression.
        settings: "key=value" each; they replace those of the file.
        planning: whether it is only planned with, for which the model that training starts from
            need not be here.

    Raises:
        UserError: there is no such producer, or it refuses its configuration.
    """
    node = spec.parse(name)
    made, shown, source = definition(node)
    factory = Factory(made, shown)
    given = factory.bind(*_arguments(node))
    for layer in (_from_file(file), dict(map(_setting, settings))):
        read = {key: _read(factory, key, value) for key, value in layer.items()}
        given |= factory.bind((), read)
    values = factory.complete(given)
    found = factory.build(values)
    if not _is_producer(found):
        raise UserError(
            f"{shown} is no producer: it needs adapter, parent, inputs and stages, see "
            "docs/training.md"
        )
    found = cast("Producer", found)
    paths = _all_inputs(found, values)
    inputs = {label: _input(label, path) for label, path in paths.items()}
    names = {label: entry["name"] for label, entry in inputs.items()}
    try:
        names |= {"base": found.parent["name"]} if "name" in found.parent else {}
    except AssayError:
        if not planning:
            raise
    files = sorted((str(path.absolute()) for path in paths.values()), key=len, reverse=True)
    parameters = {
        key: _nameless(described(names.get(key, value)), files)
        for key, value in factory.lasting(values).items()
    }
    return LoadedProducer(found, shown, source, parameters, inputs)


def definition(named: spec.Model | str) -> tuple[Callable[..., object], str, str]:
    """A producer's class, how it is called, and where it is defined (or its file's hash).

    Raises:
        UserError: there is no such producer.
    """
    node = spec.parse(named) if isinstance(named, str) else named
    match node:
        case spec.Call():
            made = producers.get(node.name)
            return cast("Callable[..., object]", made), node.name, place(made)
        case spec.File():
            plugin = load_plugin(node.path)
            name = node.attribute or plugin.only(
                lambda found: callable(getattr(found, "stages", None)),
                "producer",
                "a producer is a class with adapter, parent, inputs and stages()",
            )
            made = plugin.get(name)
            shown = f"{Path(node.path).name}:{name}"
            return cast("Callable[..., object]", made), shown, f"sha256:{plugin.digest}"
        case _:
            raise UserError(f"'{node}' is no producer. See: assay producers")


def _all_inputs(found: Producer, values: Mapping[str, object]) -> dict[str, Path]:
    """What a producer says that it reads, and what its settings mention besides, labelled."""
    read = dict(found.inputs)
    paths = {path.absolute() for path in read.values()}
    for setting, value in values.items():
        for path in mentioned(value):
            if path.absolute() not in paths:
                paths.add(path.absolute())
                read[_label(f"{setting}: {path.name}", read)] = path
    return read


def _label(wanted: str, taken: Mapping[str, Path]) -> str:
    """What an input is called; another one of the same name gets a number."""
    label, number = wanted, 1
    while label in taken:
        number += 1
        label = f"{wanted} ({number})"
    return label


def _nameless(value: Any, files: Sequence[str]) -> Any:
    """A value in whose texts files go by their names, wherever they lie on this machine."""
    if isinstance(value, str):
        for file in files:
            value = value.replace(file, Path(file).name)
    elif isinstance(value, list):
        value = [_nameless(one, files) for one in value]
    return value


def _is_producer(found: object) -> bool:
    """Whether it has what a producer has, without asking for it: the model may not be here."""
    wanted = ("adapter", "parent", "inputs", "stages")
    return all(getattr_static(found, name, None) is not None for name in wanted)


def _arguments(node: spec.Model) -> tuple[list[object], dict[str, object]]:
    """What an expression gives; a model among it is handed on as the text that names it."""

    def plain(value: spec.Value) -> object:
        return str(value) if isinstance(value, spec.NODES) else value

    args: Sequence[spec.Value] = getattr(node, "args", ())
    kwargs: Sequence[tuple[str, spec.Value]] = getattr(node, "kwargs", ())
    return [plain(value) for value in args], {name: plain(value) for name, value in kwargs}


def _from_file(file: Path | None) -> dict[str, object]:
    """The parameters in a YAML file."""
    if file is None:
        return {}
    import yaml

    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{file}: no such file") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise UserError(f"{file} cannot be read: {' '.join(str(error).split())}") from error
    if found is None:
        return {}
    if not isinstance(found, dict) or not all(isinstance(key, str) for key in found):
        raise UserError(f"{file} holds no settings: it needs lines such as lr: 1e-4")
    return found


def _setting(text: str) -> tuple[str, object]:
    """A "key=value"; the value is JSON where it can be read as such, else the text itself."""
    key, sign, value = text.partition("=")
    if not sign or not key.strip().isidentifier():
        raise UserError(f"--set {text}: write it as key=value, as in --set lr=1e-4")
    try:
        return key.strip(), json.loads(value, parse_constant=str)
    except (ValueError, RecursionError):
        return key.strip(), value


def _read(factory: Factory, key: str, value: object) -> object:
    """The value as its parameter means it: YAML takes 1e-4 for a text, and JSON a name like 7b not.

    A parameter that is a text keeps digits as they were written.
    """
    parameter = factory.parameters.get(key)
    annotation = str(getattr(parameter, "annotation", ""))
    if "str" in annotation and isinstance(value, int | float) and not isinstance(value, bool):
        return value if "int" in annotation or "float" in annotation else str(value)
    if isinstance(value, str) and "str" not in annotation and _NUMBER.fullmatch(value):
        return float(value)
    return value


def _input(label: str, path: Path) -> dict[str, str]:
    """A file's or a folder's name and hash."""
    if path.is_dir():
        return {"name": f"{path.name}/", "sha256": folder_digest(path)}
    try:
        return {"name": path.name, "sha256": sha256_of(path)}
    except FileNotFoundError:
        raise UserError(f"{label}: there is no {path}") from None
    except OSError as error:
        raise UserError(f"{label}: {path} cannot be read: {error.strerror}") from error
