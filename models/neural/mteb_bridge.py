"""mteb's side of the border: its registry, its tasks, and the data loaders that its models read.

mteb takes seconds to import, so every function imports it when it is called.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from harness.encoded import Floats
from harness.errors import AssayError, InfrastructureError, MissingExtra, UserError, unknown
from harness.records import Query, Text
from models.neural.devices import fitting
from models.neural.opening import opened, quiet
from models.neural.places import Place

if TYPE_CHECKING:
    from mteb.abstasks.retrieval import AbsTaskRetrieval
    from mteb.abstasks.task_metadata import TaskMetadata
    from mteb.models import ModelMeta
    from mteb.types import PromptType
    from torch.utils.data import DataLoader

T = TypeVar("T")
OURS = "Assay"
"""Name of the retrieval task that mteb's models are told to work for."""
CPU_BATCH, BATCH = 8, 32
"""Texts at a time: small batches are the fastest on a CPU; elsewhere mteb's own default."""


def meta_of(name: str, revision: str) -> ModelMeta:
    """What mteb knows of a model, its revision among it; no weights are loaded.

    Args:
        name: as mteb registers it, such as "intfloat/e5-base-v2".
        revision: the one that mteb knows, or empty for that one.

    Raises:
        MissingExtra: mteb is not installed.
        UserError: mteb does not implement the model, or in another revision only.
    """
    mteb = _mteb()
    from mteb.models.model_implementations import MODEL_REGISTRY

    try:
        meta: ModelMeta = _hushed(mteb.get_model_meta, name, revision or None)
    except KeyError:
        hint = f'A model that mteb does not list may be had by hf("{name}").'
        raise unknown("model of mteb", name, MODEL_REGISTRY, hint) from None
    except ValueError as error:
        raise UserError(f"mteb: {error}") from None
    if meta.loader is None:
        raise UserError(f"mteb lists '{meta.name}' for its results, but cannot run it")
    return meta


def identity_of(meta: ModelMeta) -> dict[str, str | None]:
    """What answers to a model's name. Prompts and templates are mteb's, so its version counts."""
    return {"model": meta.name, "revision": meta.revision, "mteb": version("mteb")}


def load(meta: ModelMeta, device: str) -> Any:
    """The model with its weights.

    Raises:
        UserError: its weights or its packages are not here, or several devices are given.
    """
    if "," in device:
        raise UserError(f"mteb's models run on one device, not on '{device}'")
    place = Place(meta.name or "", meta.name or "", meta.revision or "")
    with silent():
        return opened(lambda: meta.load_model(device=device), place)


class Batching:
    """How many texts a model gets at a time: fewer once its device's memory has run out.

    Args:
        meta: of the model.
        device: where it runs.
        size: texts at a time to begin with; None chooses.
    """

    def __init__(self, meta: ModelMeta, device: str, size: int | None) -> None:
        on_cpu = device == "cpu" and "API" not in meta.framework
        self._size = size or (CPU_BATCH if on_cpu else BATCH)

    def run(self, work: Callable[[int], T]) -> tuple[T, dict[str, int]]:
        """What `work` gives for a number of texts at a time, and a note if that was halved.

        Raises:
            UserError: the memory does not even suffice for one text.
        """
        sizes: list[int] = []

        def counted(size: int) -> T:
            sizes.append(size)
            return work(size)

        found = fitting(counted, self._size)
        self._size, halved = sizes[-1], len(sizes) - 1
        return found, {"batches halved for lack of memory": halved} if halved else {}


@contextmanager
def answering(meta: ModelMeta) -> Iterator[None]:
    """Runs a model without a word of its own.

    Raises:
        InfrastructureError: a model behind an API failed. What it said is not repeated, as it may
            show a key.
    """
    try:
        with silent():
            yield
    except AssayError:
        raise
    except Exception as error:
        if "API" in meta.framework:
            what = type(error).__name__
            raise InfrastructureError(f"'{meta.name}' did not answer: {what}") from None
        raise


def task_of(name: str) -> TaskMetadata:
    """The task that a model is told to work for: its prompts are chosen by it.

    Args:
        name: an MTEB task ("SciFact"); empty means a retrieval task that no model has a prompt of
            its own for, so that the prompt for retrieval, or for queries and documents, is taken.

    Raises:
        UserError: mteb has no such task.
    """
    if not name:
        return _our_task().metadata
    try:
        metadata: TaskMetadata = _hushed(_mteb().get_task, name).metadata
    except KeyError as error:
        said = str(error.args[0]).removeprefix("KeyError: ")
        raise UserError(f"unknown task of mteb: {said}") from None
    return metadata


def query_loader(queries: Sequence[Text | Query], size: int) -> DataLoader[Any]:
    """Queries as mteb's data loaders hand them to a model.

    A model reads the query, a space, and its instruction, in this order; both also stand in columns
    of their own (mteb 2.26, `_combine_queries_with_instruction_text`).

    Args:
        queries: they all have an instruction, or they all have none.
        size: how many make a batch.
    """
    texts = [query.text for query in queries]
    said = [query.instruction for query in queries if query.instruction is not None]
    if not said:
        return _loader({"query": texts, "text": texts}, size)
    joined = [f"{text} {instruction}" for text, instruction in zip(texts, said, strict=True)]
    return _loader({"query": texts, "instruction": said, "text": joined}, size)


def document_loader(texts: Sequence[str], size: int) -> DataLoader[Any]:
    """Documents, title and text in one, as mteb's data loaders hand them to a model."""
    stripped = [text.strip() for text in texts]
    return _loader({"text": stripped, "body": stripped}, size)


def prompt_type(kind: str) -> PromptType:
    """What mteb calls a "query" or a "document"."""
    from mteb.types import PromptType

    return PromptType(kind)


def said(size: int) -> dict[str, Any]:
    """What else mteb tells a model: the split and subset of a task with one of each, and so on."""
    return {
        "hf_split": "test",
        "hf_subset": "default",
        "batch_size": size,
        "show_progress_bar": False,
    }


def floats(values: Any) -> Floats:
    """What a model of mteb gives, an array or a tensor of any precision, as float32."""
    if hasattr(values, "detach"):
        values = values.detach().float().cpu().numpy()
    return np.asarray(values, dtype=np.float32)


@contextmanager
def silent() -> Iterator[None]:
    """Silences mteb and what it uses."""
    logger = logging.getLogger("mteb")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with quiet(), _without_bars():
            yield
    finally:
        logger.setLevel(level)


@contextmanager
def _without_bars() -> Iterator[None]:
    """Switches progress bars off: not all of mteb's models ask whether they are wanted."""
    bar: Any = import_module("tqdm").tqdm  # what its other kinds of bars inherit from; untyped
    begin = bar.__init__

    def hidden(self: object, *args: object, **settings: object) -> None:
        begin(self, *args, **{**settings, "disable": True})

    bar.__init__ = hidden
    try:
        yield
    finally:
        bar.__init__ = begin


def _loader(columns: Mapping[str, Sequence[str]], size: int) -> DataLoader[Any]:
    from datasets import Dataset
    from torch.utils.data import DataLoader

    return DataLoader(Dataset.from_dict(dict(columns)), batch_size=size, shuffle=False)


def _mteb() -> Any:
    if not find_spec("mteb"):
        raise MissingExtra("mteb(...)", "mteb")
    import mteb

    return mteb


def _hushed(function: Any, *args: object) -> Any:
    """Calls a function of mteb's that warns of renamed models and tasks."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*args)


@cache
def _our_task() -> type[AbsTaskRetrieval]:
    """A retrieval task without data. Models look up its class for the prompt of last resort."""
    _mteb()
    from mteb.abstasks.retrieval import AbsTaskRetrieval
    from mteb.abstasks.task_metadata import TaskMetadata

    class Retrieval(AbsTaskRetrieval):
        metadata = TaskMetadata(
            name=OURS,
            description="Texts that Assay hands over",
            dataset={"path": OURS, "revision": "1"},
            type="Retrieval",
            category="t2t",
            eval_langs=["eng-Latn"],
            main_score="ndcg_at_10",
        )

    return Retrieval
