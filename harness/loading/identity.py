"""What makes a model the same model: everything that changes its answers, as plain JSON."""

from __future__ import annotations

import inspect
import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from hashlib import sha256
from math import isfinite
from pathlib import Path, PurePath
from types import CodeType, FunctionType
from typing import Any, TypeAlias, cast

from harness import spec
from harness.corpus import fingerprint as digest_of
from harness.files import sha256_of

TRAINING = "training"
"""In a checkpoint's folder, the one that tells how it came to be."""
Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"


@dataclass(frozen=True)
class LoadedModel:
    """A model, and what it is called.

    Attributes:
        model: the adapter object.
        name: its canonical expression: what a person reads in a result.
        identity: everything that changes its answers: where the adapter is defined (or the hash of
            its file), its version, its parameters with defaults filled in, and the identities of
            nested models.
        fingerprint: SHA-256 of the identity: two spellings of one model share it.
        card: its model card, where there is one.
        expression: the parsed `name`, where it was parsed.
    """

    model: object
    name: str
    identity: Mapping[str, Any]
    fingerprint: str
    card: Mapping[str, Any] | None = None
    expression: spec.Model | None = None

    @classmethod
    def of(
        cls,
        model: object,
        expression: spec.Model,
        identity: Mapping[str, Any],
        card: Mapping[str, Any] | None = None,
    ) -> LoadedModel:
        """A model whose name and fingerprint follow from its expression and its identity."""
        return cls(model, str(expression), identity, fingerprint(identity), card, expression)


def fingerprint(identity: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON (sorted keys, no spaces, ASCII), as hexadecimal digits."""
    text = json.dumps(identity, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def described(value: object) -> Json:
    """A parameter's value as JSON.

    A dataclass is described by its fields; an array or a network of torch by its numbers; a
    function by where it is defined and what it does; an object of another kind only by the former.
    """
    if isinstance(value, LoadedModel):
        return dict(value.identity)
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): described(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [described(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted((described(item) for item in value), key=json.dumps)
    if isinstance(value, PurePath):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        public = (field.name for field in fields(value) if not field.name.startswith("_"))
        return {"object": place(type(value))} | {n: described(getattr(value, n)) for n in public}
    if (numbers := _numbers(value)) is not None:
        return {"object": place(type(value)), "sha256": numbers}
    if isinstance(value, FunctionType):
        return {"function": place(value), "does": _deed(value)}
    return place(value if hasattr(value, "__qualname__") else type(value))


def is_array(value: object) -> bool:
    """Whether it is an array of numpy or torch."""
    return all(hasattr(value, name) for name in ("dtype", "shape", "__array__"))


def _numbers(value: object) -> str | None:
    """SHA-256 of an array's numbers, or of a network's by their names; None of anything else."""
    if isinstance(value, type):
        return None
    if callable(state := getattr(value, "state_dict", None)):
        named = sorted(state().items())
    elif is_array(value):
        named = [("", value)]
    else:
        return None
    return arrays_digest(named)


def arrays_digest(named: Iterable[tuple[str, Any]]) -> str:
    """SHA-256 of arrays of numpy or torch: their names, types, shapes and numbers, in order."""
    digest = sha256()
    for name, array in named:
        shape = tuple(getattr(array, "shape", ()))
        digest.update(f"{name} {getattr(array, 'dtype', '')} {shape}".encode())
        digest.update(_bytes(array))
    return digest.hexdigest()


def _bytes(array: Any) -> bytes:
    """The numbers of an array of numpy or torch; of anything else what it shows."""
    if hasattr(array, "detach"):
        import torch

        flat = array.detach().cpu().contiguous().flatten()
        return bytes(flat.view(torch.uint8).numpy().data)
    plain = hasattr(array, "tobytes") and not getattr(array.dtype, "hasobject", False)
    return cast("bytes", array.tobytes()) if plain else repr(array).encode()


def _deed(function: FunctionType) -> Json:
    """What a function does: its code, and what it has taken along."""
    told = inspect.getclosurevars(function).nonlocals if function.__closure__ else {}
    named = sorted((function.__kwdefaults__ or {}).items())
    held = [*told.values(), *(function.__defaults__ or ()), *(value for _, value in named)]
    return [
        _digest_of(function.__code__),
        # A function within may hold this one.
        [place(one) if isinstance(one, FunctionType) else described(one) for one in held],
    ]


def _digest_of(code: CodeType) -> str:
    """SHA-256 of what code does, and the code within it, the same in every process."""
    shown = [*code.co_names, *map(_constant, code.co_consts)]
    return sha256(code.co_code + "\n".join(shown).encode()).hexdigest()


def _constant(value: object) -> str:
    """A constant of a function's code."""
    if isinstance(value, CodeType):
        return _digest_of(value)
    return str(sorted(map(repr, value))) if isinstance(value, frozenset) else repr(value)


def spoken(value: object) -> spec.Value:
    """A parameter's value as it stands in the canonical expression."""
    if isinstance(value, LoadedModel):
        return value.expression or spec.Call(value.name)
    if isinstance(value, list | tuple):
        return tuple(spoken(item) for item in value)
    if value is None or isinstance(value, (str, int, float, *spec.NODES)):
        return value
    return json.dumps(described(value), sort_keys=True)


def passed(value: object) -> object:
    """A parameter's value as the adapter gets it: loaded models as their objects."""
    if isinstance(value, LoadedModel):
        return value.model
    if isinstance(value, list | tuple):
        return type(value)(passed(item) for item in value)
    return value


def settled(model: object, values: Mapping[str, object]) -> dict[str, object]:
    """The values of a model's parameters, those that it settled itself in its own version.

    A model names them in its attribute `resolved`: a dtype that it chose, a path of which only the
    name counts.
    """
    return {**values, **{name: getattr(model, name) for name in getattr(model, "resolved", ())}}


def place(definition: object) -> str:
    """Where a class or function is defined, as "module:qualified name"."""
    name = getattr(definition, "__qualname__", type(definition).__qualname__)
    return f"{getattr(definition, '__module__', None)}:{name}"


def attributes(model: object, *, leave_out: Iterable[str] = ()) -> dict[str, object]:
    """The public attributes that were set on an object, by name.

    Callables that are neither functions nor networks are left out, and so is everything that could
    be a secret.
    """
    slots = getattr(type(model), "__slots__", ())
    names = {*getattr(model, "__dict__", {}), *((slots,) if isinstance(slots, str) else slots)}
    found = {n: getattr(model, n) for n in sorted(names) if hasattr(model, n) and n[0] != "_"}
    hidden = {*leave_out, *(name for name in found if name.lower() in spec.SECRETS)}
    return {n: v for n, v in found.items() if n not in hidden and _tells(v)}


def _tells(value: object) -> bool:
    return not callable(value) or isinstance(value, FunctionType) or hasattr(value, "state_dict")


def source_digest(definition: type) -> str | None:
    """SHA-256 of a class's source text, or None where Python cannot show it."""
    try:
        return sha256(inspect.getsource(definition).encode()).hexdigest()
    except (OSError, TypeError):
        return None


def folder_digest(folder: Path) -> str:
    """SHA-256 over the names and contents of a folder's files.

    Hidden ones are left out, and so is how a checkpoint came to be (`training/`).
    """
    files = sorted(
        (path.relative_to(folder).as_posix(), path)
        for path in folder.rglob("*")
        if path.is_file() and not _hidden(path.relative_to(folder))
    )
    return digest_of(part for name, path in files for part in (name, sha256_of(path)))


def copy_folder(folder: Path, to: Path) -> None:
    """Copies what makes a folder what it is, see `folder_digest`; both have the same digest.

    Args:
        folder: that is copied.
        to: where; files that are there and not in the other stay.
    """

    def left_out(place: str, names: list[str]) -> list[str]:
        inside = Path(place).relative_to(folder)
        return [name for name in names if _hidden(inside / name)]

    shutil.copytree(folder, to, ignore=left_out, dirs_exist_ok=True)


def _hidden(path: Path) -> bool:
    return path.parts[0] == TRAINING or any(
        part.startswith(".") or part == "__pycache__" for part in path.parts
    )
