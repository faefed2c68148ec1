"""A valid submission made by the real engine, and ways to change it as whoever submits can."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from harness import evaluate
from harness.run import Run
from leaderboard.submission import submit

TASK = "starter-tools/flights"
RESULT = "results/default/starter-tools_flights"
CARD = """\
name: BM25
kind: {kind}
revision: null
parent: null
licence: Apache-2.0
open_weights: true
parameters: 0
prompt: null
max_length: null
dtype: null
training: []
contact: someone@example.org
"""


def make(
    folder: Path, model: str = "bm25", tasks: tuple[str, ...] = (TASK,), *, kind: str = "lexical"
) -> Path:
    """Runs a model and packs its results, as `assay run` and `assay submit` do."""
    results, card = folder.parent / f"{folder.name}.results", folder.parent / f"{folder.name}.yaml"
    evaluate(model, list(tasks), out=results, cache=False)
    for info in results.rglob("run_info.json"):  # the code under test may be changed just now
        edit_json(info, lambda told: told.update(git=None))
    card.write_text(CARD.format(kind=kind))
    return submit([results], card, folder, created=date(2026, 1, 2))


def read_json(path: Path) -> Any:
    return json.loads(path.read_text())


def edit_json(path: Path, change: Callable[[Any], None]) -> None:
    """Changes a JSON file in place; NaN and the like are written as Python writes them."""
    value = read_json(path)
    change(value)
    path.write_text(json.dumps(value))


def edit_text(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def edit_gzip(path: Path, change: Callable[[list[str]], list[str]]) -> None:
    """Changes the lines of a compressed file."""
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    path.write_bytes(gzip.compress(("\n".join(change(lines)) + "\n").encode(), 6, mtime=0))


def rehash(folder: Path) -> None:
    """Lets the manifest name what is there, so that no hash gives a change away."""
    here = {
        path.relative_to(folder).as_posix(): {
            "sha256": sha256(path.read_bytes()).hexdigest(),
            "bytes": path.stat().st_size,
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "manifest.json"
    }
    edit_json(folder / "manifest.json", lambda manifest: manifest.update(files=here))


def edit_result(folder: Path, change: Callable[[Any], None]) -> None:
    """Changes `result.json`, and the manifest where it says the same."""
    edit_json(folder / RESULT / "result.json", change)
    result = read_json(folder / RESULT / "result.json")

    def follow(manifest: Any) -> None:
        [entry] = manifest["results"]
        entry.update({name: result[name] for name in entry if name in result})
        for name in ("model", "model_fingerprint"):
            manifest[name] = result[name]

    edit_json(folder / "manifest.json", follow)
    rehash(folder)


def edit_run(folder: Path, change: Callable[[list[str]], list[str]]) -> None:
    """Changes the predictions, and every hash of them."""
    path = folder / RESULT / "run.trec.gz"
    edit_gzip(path, change)
    digest = Run.read(path).fingerprint
    edit_result(folder, lambda result: result.update(predictions_hash=digest))
