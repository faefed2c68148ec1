"""What objects were loaded as.

A pipeline or a cache is handed the bare object. What an object shows of itself need not be all that
it was made with: arguments may lie in private attributes, and a file holds more than one class. So
an object that an expression made keeps the identity of that expression, as long as it lives.
"""

from __future__ import annotations

from dataclasses import replace
from weakref import finalize

from harness.loading.identity import LoadedModel

_ORIGINS: dict[int, LoadedModel] = {}
"""By the object's `id`, and without the object, which could not be freed otherwise."""


def remember(loaded: LoadedModel) -> None:
    """Remembers what an object was loaded as; of several names the last one, which is outermost."""
    key, kept = id(loaded.model), replace(loaded, model=None)
    if key not in _ORIGINS:
        try:
            finalize(loaded.model, _ORIGINS.pop, key, None)
        except TypeError:  # it cannot be watched, so it is kept: its id must not be used again
            kept = loaded
    elif _ORIGINS[key].model is not None:
        kept = loaded
    _ORIGINS[key] = kept


def origin_of(model: object) -> LoadedModel | None:
    """What an object was loaded as; None for one that was made in Python."""
    known = _ORIGINS.get(id(model))
    return None if known is None else replace(known, model=model)
