"""Results on disk: a typed schema, atomic writes, and what a later run may reuse.

A result is a folder `OUT/<model>/<setting>/<task>/` with

    run.trec.gz        the predictions, from which every number can be recomputed; of tool use
                       trajectories.jsonl.gz
    per_query.tsv.gz   each query's values, its bootstrap cluster and its weight
    run_info.json      where and how it was computed (differs from run to run)
    result.json        scores and everything they depend on (deterministic); written last

so that a folder without `result.json` was interrupted, and one with it is whole.
"""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from harness.errors import UserError
from harness.files import remove_leftovers, replacing
from harness.records import Setting
from harness.scoring import Scores
from harness.store.schema import Result, setting_slug, slug

RESULT, RUN, PER_QUERY, RUN_INFO = "result.json", "run.trec.gz", "per_query.tsv.gz", "run_info.json"
TRAJECTORIES = "trajectories.jsonl.gz"
PREDICTIONS = (RUN, TRAJECTORIES)
"""What the predictions of a result may be called."""
_CHOOSES_DATA = ("pool", "view", "compat", "limit", "search", "simulator")
"""Fields of a setting that may change what a task loads; the others say how it is asked."""


class ResultFolder:
    """Where one result lives, whether it is there yet or not."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def of(
        cls, out: Path, model: str, fingerprint: str, task: str, setting: Setting
    ) -> ResultFolder:
        """The folder of a model's result on a task under a setting."""
        model_slug = f"{slug(model)}-{fingerprint[:8]}"
        return cls(out / model_slug / setting_slug(setting) / slug(task, distinct=True))

    @property
    def predictions(self) -> Path:
        """The file of its predictions."""
        paths = [self.path / name for name in PREDICTIONS]
        return next((path for path in paths if path.exists()), paths[0])

    def result(self) -> Result | None:
        """The result, or None where it was never finished or cannot be read any more."""
        try:
            return Result.model_validate_json((self.path / RESULT).read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return None
        except ValidationError:
            return None

    def scores(self) -> Scores:
        """Per-query values. Raises `UserError` when the file is damaged."""
        return read_scores(self.path / PER_QUERY)

    def undamaged_scores(self) -> Scores | None:
        """Per-query values; None unless these and the predictions are whole to the last byte."""
        try:
            with gzip.open(self.predictions) as file:
                while file.read(1 << 20):
                    pass
            empty = not self.predictions.stat().st_size  # gzip takes no bytes for an empty file
            return None if empty else self.scores()
        except (UserError, OSError, EOFError, zlib.error):
            return None

    def write(self, result: Result, scores: Scores, run_info: dict[str, Any]) -> None:
        """Writes everything but the run, which is there already. The marker comes last."""
        write_scores(self.path / PER_QUERY, scores)
        write_atomic(self.path / RUN_INFO, dump(run_info))
        remove_leftovers(self.path)
        write_atomic(self.path / RESULT, dump(result.model_dump(mode="json")))

    def unmark(self) -> None:
        """Takes the marker away, before files of another run take the place of this one's."""
        (self.path / RESULT).unlink(missing_ok=True)


def find_results(path: Path) -> Iterator[ResultFolder]:
    """Every finished result under a folder, in order of path."""
    for marker in sorted(path.rglob(RESULT)):
        yield ResultFolder(marker.parent)


def read_result(path: str | Path) -> Result:
    """The result of one folder or `result.json`. Raises `UserError` when it is not one."""
    path = Path(path)
    marker = path / RESULT if path.is_dir() else path
    try:
        return Result.model_validate_json(marker.read_bytes())
    except FileNotFoundError:
        raise UserError(f"no result at {path}: expected a {RESULT} there") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        reason = ": ".join(filter(None, (where, first["msg"])))
        raise UserError(f"{marker} is not a result: {reason}") from None


def differing_data(results: Iterable[Result]) -> tuple[str, ...]:
    """Tasks of which two results should rest on the same data and do not.

    Pools, views and such choose what a task loads: results that differ in these owe each other
    nothing.
    """
    hashes: dict[tuple[Any, ...], set[str]] = {}
    for result in results:
        chosen = (getattr(result.setting, name) for name in _CHOOSES_DATA)
        hashes.setdefault((result.task, *chosen), set()).add(result.data_hash)
    return tuple(dict.fromkeys(task for (task, *_), found in hashes.items() if len(found) > 1))


def dump(value: Any) -> bytes:
    """Indented JSON, the same bytes for the same value."""
    return (json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def write_atomic(path: Path, data: bytes) -> None:
    """Writes a whole file or nothing. Raises `UserError` when the disk does not take it."""
    with replacing(path) as file:
        file.write(data)


def write_scores(path: Path, scores: Scores) -> None:
    """Per-query values as a tab-separated table; floats in full precision."""
    text = io.StringIO()
    names = list(scores.values)
    text.write("\t".join(["query", "split", "cluster", "weight", *names]) + "\n")
    columns = [scores.values[name].tolist() for name in names]
    fixed = (scores.keys, scores.splits, scores.clusters.tolist(), scores.weights.tolist())
    for key, split, *numbers in zip(*fixed, *columns, strict=True):
        cells = [json.dumps(key, ensure_ascii=False), json.dumps(split, ensure_ascii=False)]
        text.write("\t".join([*cells, *map(repr, numbers)]) + "\n")
    write_atomic(path, gzip.compress(text.getvalue().encode(), 6, mtime=0))


def read_scores(path: Path) -> Scores:
    """The inverse of `write_scores`. Raises `UserError` when the file is missing or damaged."""
    try:
        lines = gzip.decompress(path.read_bytes()).decode().removesuffix("\n").split("\n")
        rows = [line.split("\t") for line in lines[1:]]
        numbers = np.array([row[3:] for row in rows], dtype=np.float64)
        names = lines[0].split("\t")[4:]
        return Scores(
            keys=tuple(json.loads(row[0]) for row in rows),
            splits=tuple(json.loads(row[1]) for row in rows),
            clusters=np.array([row[2] for row in rows], dtype=np.int64),
            weights=numbers[:, 0],
            values={name: numbers[:, i + 1] for i, name in enumerate(names)},
        )
    except (OSError, EOFError, zlib.error, ValueError, IndexError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(f"{path} is damaged ({reason}): run the same command again") from None
