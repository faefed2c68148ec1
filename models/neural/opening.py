"""Loads weights without a word, and says in one line why that failed."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, TypeVar

from harness.errors import AssayError, UserError
from models.neural.devices import out_of_memory
from models.neural.hub import how_to_get
from models.neural.places import Place

M = TypeVar("M")
_LOUD = ("transformers", "sentence_transformers", "huggingface_hub", "torch")


class LoadOptions(dict[str, Any]):
    """Arguments for a model that lies inside a `SentenceTransformer`.

    The latter takes `code_revision` out of them, for code of its modules, before the transformer
    that it is meant for gets them (base/model.py, _load_module_class_from_ref in 6.2).
    """

    def pop(self, key: str, default: Any = None) -> Any:
        """Keeps everything: modules are of the commit of the model itself."""
        return default


def opened(build: Callable[[], M], place: Place, code_revision: str = "") -> M:
    """What `build()` loads, without progress bars, log lines and warnings.

    Args:
        build: loads the model, such as `lambda: SentenceTransformer(place.source, ...)`.
        place: where the model lies, for messages.
        code_revision: commit of its code in another repository, for messages.

    Raises:
        UserError: the model is not here and cannot be fetched, its files are broken or are no such
            model, or memory does not suffice.
    """
    try:
        with quiet():
            return build()
    except AssayError:
        raise
    except Exception as error:
        why = _why(error, place, code_revision)
        raise UserError(f"'{place.name}' cannot be loaded: {why}") from error


@contextmanager
def quiet() -> Iterator[None]:
    """Silences the progress bars, logs and warnings of the libraries that load models."""
    reports = import_module("transformers.utils.logging")  # untyped
    loggers = [logging.getLogger(name) for name in _LOUD]
    levels = [logger.level for logger in loggers]
    bars = reports.is_progress_bar_enabled()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reports.disable_progress_bar()
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
            if bars:
                reports.enable_progress_bar()


def _why(error: Exception, place: Place, code_revision: str) -> str:
    """What to tell a person, in one line."""
    if out_of_memory(error):
        return 'its weights do not fit into memory; choose dtype="bfloat16" or another device'
    said = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, ImportError):
        return f"a package is missing: {said}"
    if "trust_remote_code" in said:
        return "it brings its own code; read that code, then allow it with trust_remote_code=true"
    if _unreachable(error) and code_revision:
        return (
            f"it, or its code at {code_revision[:7]} in the repository that its config.json names, "
            "is not on this machine; get each by: hf download NAME --revision COMMIT"
        )
    if _unreachable(error) and not place.digest:
        return f"it is not on this machine; {how_to_get(place.name, place.revision)}"
    return said if len(said) <= 300 else f"{said[:300]}..."


def _unreachable(error: BaseException | None) -> bool:
    """True when the hub could not be asked: the libraries wrap that in an OSError of their own."""
    from huggingface_hub.errors import LocalEntryNotFoundError, OfflineModeIsEnabled

    while error is not None:
        if isinstance(error, LocalEntryNotFoundError | OfflineModeIsEnabled | ConnectionError):
            return True
        error = error.__cause__ or error.__context__
    return False
