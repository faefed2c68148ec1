"""One lazy registry for everything that is looked up by name.

A table maps names to "module:attribute" strings; nothing listed is imported before it is asked
for. Entry points of other packages are read only when a name is not in the table.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from harness.cards import presets, read_cards
from harness.errors import UserError, unknown

T = TypeVar("T")
HOME = Path(__file__).resolve().parent.parent
"""The folder in which all of Assay's packages lie side by side."""


class Registry(Generic[T]):
    """Names to objects, resolved on first use.

    Args:
        kind: what is listed, for error messages ("model").
        package: the package of ours whose attribute holds the table.
        table: name of that attribute, a mapping from names to "module:attribute".
        group: entry-point group of other packages.
        presets: whether cards may name expressions; see `harness.cards`.
        listed: the command that lists the names.
    """

    def __init__(
        self,
        kind: str,
        package: str,
        table: str,
        group: str,
        *,
        presets: bool = False,
        listed: str = "",
    ) -> None:
        self.kind, self.group = kind, group
        self._hint = f"See: {listed or f'assay {kind}s'}"
        self._presets = presets
        self._package, self._table = package, table
        self._resolved: dict[str, T] = {}

    @property
    def table(self) -> Mapping[str, object]:
        """Our own table and the presets of our cards, read without importing what they list."""
        table = cast("Mapping[str, object]", getattr(own_package(self._package), self._table))
        return {**table, **presets(self.cards)} if self._presets else table

    @cached_property
    def cards(self) -> Mapping[str, Mapping[str, Any]]:
        """Our own cards by name."""
        return read_cards(HOME / self._package / "cards")

    def names(self) -> list[str]:
        """Every name, ours first, then those of installed entry points."""
        return [*self.table, *(n for n in self._entry_points() if n not in self.table)]

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def get(self, name: str) -> T:
        """The object of that name. Raises `UserError` with the closest names."""
        if name not in self._resolved:
            if name in self.table:
                target = self.table[name]
                value = resolve(target) if isinstance(target, str) else target
            elif name in (points := self._entry_points()):
                value = self._load(name, points[name])
            else:
                raise unknown(self.kind, name, self.names(), self._hint)
            self._resolved[name] = cast("T", value)
        return self._resolved[name]

    def _entry_points(self) -> dict[str, Callable[[], object]]:
        return {point.name: point.load for point in entry_points(group=self.group)}

    def _load(self, name: str, load: Callable[[], object]) -> object:
        try:
            return load()
        except Exception as error:
            raise UserError(f"the installed {self.kind} '{name}' does not load: {error}") from error


def resolve(target: str) -> object:
    """Imports what "module:attribute" names."""
    module, _, attribute = target.partition(":")
    own_package(module.partition(".")[0])
    return getattr(import_module(module), attribute)


def own_package(name: str) -> object:
    """Imports one of our top-level packages, whose names are generic, and refuses an impostor.

    Raises:
        UserError: another package of that name shadows ours.
    """
    module = sys.modules.get(name) or import_module(name)
    origin = getattr(module, "__file__", None) or next(iter(getattr(module, "__path__", [])), "")
    folder = Path(origin).resolve().parent if origin.endswith(".py") else Path(origin).resolve()
    if HOME not in (folder, folder.parent):
        raise UserError(
            f"another package named '{name}' ({folder}) hides Assay's own ({HOME / name}): "
            "run from another directory, or take its folder off PYTHONPATH"
        )
    return module


models: Registry[object] = Registry("model", "models", "MODELS", "assay.models", presets=True)
benchmarks: Registry[object] = Registry("task", "tasks", "BENCHMARKS", "assay.tasks")
importers: Registry[object] = Registry(
    "format", "tasks", "IMPORTERS", "assay.importers", listed="assay import --list"
)
judges: Registry[object] = Registry(
    "judge", "tasks", "JUDGES", "assay.judges", listed="assay judge --list"
)
producers: Registry[object] = Registry(
    "producer", "models", "PRODUCERS", "assay.producers", listed="assay producers"
)
