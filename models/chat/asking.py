"""What stands around every request to a chat model: the cache of completions, and the budget."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from threading import Lock
from weakref import WeakKeyDictionary

from harness.loading import load_model
from harness.records import Completion
from harness.workspace import workspace
from models.chat.request import Request
from models.chat.store import Store
from models.prices import Price

FOLDER = "completions"
"""In the cache's folder: a file for each model, named by the start of its fingerprint."""

_known: WeakKeyDictionary[object, tuple[str, str]] = WeakKeyDictionary()
"""The fingerprints and names of models."""
_out: dict[tuple[Path, str], Future[None]] = {}
_lock = Lock()


async def remembered(
    model: object, request: Request, ask: Callable[[], Awaitable[Completion]]
) -> Completion:
    """The completion of a request, from the workspace's cache where it is there.

    Its key is the model's identity (which holds its seed, and neither address nor key), messages,
    tools, limit, temperature, and the trial unless the temperature is 0. Requests that are alike
    are asked once, also when they come at the same time. A completion from the cache tells the
    usage that it once had, and the time that it once took counts as the attempt's.

    Args:
        model: who is asked.
        request: what for.
        ask: asks it.
    """
    root, began = workspace().cache, time.perf_counter()
    if root is None:
        return _timed(await ask(), began)
    if model not in _known:
        loaded = load_model(model)
        _known[model] = loaded.fingerprint, loaded.name
    fingerprint, name = _known[model]
    store = _store(root / FOLDER / f"{fingerprint[:16]}.jsonl", name)
    key = request.key(fingerprint)
    while True:
        if (found := store.get(key)) is not None:
            if (clock := workspace().clock) is not None:
                clock.credit(found.seconds - (time.perf_counter() - began))
            return found
        mine: Future[None] = Future()
        mine.set_running_or_notify_cancel()  # nobody who waits for it can cancel it
        with _lock:
            theirs = _out.setdefault((store.path, key), mine)
        if theirs is not mine:
            await asyncio.wait([asyncio.wrap_future(theirs)])
            continue  # what they got is in the store; else it is our turn
        try:
            completion = _timed(await ask(), began)
            store.add(key, request.shown, completion)
            return completion
        finally:
            del _out[store.path, key]
            mine.set_result(None)


def _timed(completion: Completion, began: float) -> Completion:
    """The completion with how long it took, in whole milliseconds."""
    return replace(completion, seconds=round(time.perf_counter() - began, 3))


def admission(model: str, price: Price | None) -> Callable[[], None]:
    """A function that lets a request go out, or raises `BudgetSpent`.

    It looks at the workspace in which this is called, wherever it is called itself.
    """
    budget = workspace().budget
    if budget is None:
        return lambda: None
    return lambda: budget.admit(priced=price is not None, model=model)


def charge(tokens: int | None, money: float | None) -> None:
    """Charges a completion to the workspace's budget. None is what nobody knows."""
    if (budget := workspace().budget) is not None:
        budget.charge(tokens, money)


@lru_cache(maxsize=32)
def _store(path: Path, model: str) -> Store:
    return Store(path, model)
