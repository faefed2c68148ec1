"""Carries a producer's stages out, one after the other, and goes on where it was cut short."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from harness import spec
from harness.contracts import Planned, Stage
from harness.errors import UserError
from harness.files import disk_error, replacing, require_writable
from harness.loading import contracts_of, load_model
from harness.loading.identity import TRAINING
from harness.training import together
from harness.training.configuration import LoadedProducer
from harness.training.costs import GRID, Costs, costs_of, write_grid
from harness.training.ledger import Ledger
from harness.training.lineage import CARD, README, write_card
from harness.training.work import Tell, Work

CONFIG, MARKER, FILES = "config.json", "done.json", "files.json"
_OUT, _LOCK = ".out", ".lock"


@dataclass(frozen=True, slots=True)
class Trained:
    """A checkpoint that is there.

    Attributes:
        folder: of the checkpoint.
        adapter: the expression that runs it, in which "." is the folder.
        stages: name -> whether it was carried out now; if not, it was over before.
        costs: of all sittings.
        taught: as whom it has learned to speak, see `Producer`.
    """

    folder: Path
    adapter: str
    stages: Mapping[str, bool]
    costs: Costs
    taught: Mapping[str, str] = field(default_factory=dict)

    @property
    def expression(self) -> str:
        """What names the checkpoint, also as an argument of another model."""
        return spec.value_text(spec.Folder(str(self.folder)))

    def contracts(self) -> tuple[str, ...]:
        """What the checkpoint can be asked for. Raises `UserError` where it cannot be loaded."""
        return contracts_of(load_model(self.expression).model)

    def row(self) -> dict[str, Any]:
        """The same as plain JSON."""
        return {
            "folder": str(self.folder),
            "adapter": self.adapter,
            "stages": dict(self.stages),
            "costs": asdict(self.costs),
        }


def plan(loaded: LoadedProducer) -> dict[str, Planned]:
    """What each stage would do, by name. Writes nothing. Raises `UserError` as the stages do."""
    found: dict[str, Planned] = {}
    for stage in _stages(loaded):
        found[stage.name] = stage.plan(dict(found))
    return found


def train(
    loaded: LoadedProducer,
    out: Path,
    *,
    fresh: bool = False,
    grid: float = GRID,
    tell: Tell = lambda stage, done, total, state: None,
) -> Trained:
    """Trains, or goes on; what is over is not done again.

    Under a launcher of torch, the first process does all that one can, see `together`.

    Args:
        loaded: the producer.
        out: the checkpoint's folder: a new one, or one in which the same training has begun.
        fresh: whether to begin anew what has begun there, or was trained there before.
        grid: grams of CO2 equivalent a kWh, by which emissions are told.
        tell: is told how far each stage is.

    Raises:
        UserError: the folder holds something else, another process is training there, or a stage
            cannot be carried out.
    """
    stages = _stages(loaded)
    training = out / TRAINING
    folders = {s.name: training / f"{n}-{s.name}" for n, s in enumerate(stages, 1)}
    together.require_shared(stages, fresh=fresh)
    if together.number():
        took = together.follow(stages, folders, training / _OUT, MARKER)
        return Trained(out, loaded.producer.adapter, took, Costs())
    _require_ours(out)
    require_writable(training)
    with _alone(training):
        if fresh:
            _clear(out)
        _begin(training, loaded)
        write_grid(training, grid)
        carried: dict[str, bool] = {}
        for stage in stages:
            folder = folders[stage.name]
            earlier = {name: folders[name] for name in carried}
            carried[stage.name] = not (folder / MARKER).exists()
            if carried[stage.name]:
                last = len(carried) == len(stages)
                _carry_out(stage, folder, earlier, out, tell, last=last)
        if not (out / CARD).exists() or any(carried.values()):
            write_card(out, loaded, json.loads((training / FILES).read_bytes()))
    taught = getattr(loaded.producer, "taught", {})
    return Trained(out, loaded.producer.adapter, carried, costs_of(out), taught)


def _carry_out(
    stage: Stage, folder: Path, earlier: Mapping[str, Path], out: Path, tell: Tell, *, last: bool
) -> None:
    """One stage, its marker last."""
    training = folder.parent
    folder.mkdir(exist_ok=True)
    shutil.rmtree(training / _OUT, ignore_errors=True)
    (training / _OUT).mkdir()
    with Ledger(training, stage.name) as ledger:
        stage.run(Work(folder, training / _OUT, earlier, ledger, tell))
    if last:
        _move(training / _OUT, out, stage)
    (training / _OUT).rmdir()
    with replacing(folder / MARKER) as file:
        file.write(json.dumps({"stage": stage.name}).encode() + b"\n")


def _move(made: Path, out: Path, stage: Stage) -> None:
    """Puts the checkpoint's files into their place."""
    names = sorted(path.name for path in made.iterdir())
    if not names:
        raise UserError(f"the last stage, '{stage.name}', has left no checkpoint in work.out")
    if taken := {CARD, README, TRAINING} & set(names):
        raise UserError(f"the checkpoint has a file of its own named {min(taken)}: rename it")
    with replacing(out / TRAINING / FILES) as file:
        file.write(json.dumps(names).encode() + b"\n")
    for name in names:
        _remove(out / name)
        (made / name).replace(out / name)


def _stages(loaded: LoadedProducer) -> Sequence[Stage]:
    """The stages, whose names make folders."""
    stages = loaded.producer.stages()
    names = [stage.name for stage in stages]
    wrong = next((name for name in names if not name.isidentifier()), None)
    if wrong is not None or len(set(names)) < len(names) or not names:
        raise UserError(f"{loaded.name} needs stages with names of their own, one word each")
    return stages


def _require_ours(out: Path) -> None:
    """Raises `UserError` where the folder holds what training has not put there."""
    if not out.exists() or (out / TRAINING / CONFIG).exists():
        return
    if not out.is_dir() or any(path.name != TRAINING for path in out.iterdir()):
        raise UserError(f"{out} is there and holds no training: choose another folder with --out")


def _begin(training: Path, loaded: LoadedProducer) -> None:
    """Notes what is trained here, or makes sure that it is the same.

    A training that has failed before it did anything may be corrected: it begins anew.
    """
    wanted: dict[str, Any] = json.loads(json.dumps(loaded.identity))
    path = training / CONFIG
    try:
        there = json.loads(path.read_bytes())
    except FileNotFoundError:
        with replacing(path) as file:
            file.write(json.dumps(wanted, indent=2, ensure_ascii=False).encode() + b"\n")
        return
    except ValueError:
        raise UserError(f"{path} is damaged: train with --fresh, or choose another --out") from None
    if there == wanted:
        return
    if any(_work(training)):
        changed = ", ".join(_differences(there, wanted))
        raise UserError(
            f"{training.parent} holds a training with another {changed}: "
            "choose another --out, or begin anew with --fresh"
        )
    _clear(training.parent)
    _begin(training, loaded)


def _work(training: Path) -> Iterator[Path]:
    """What stages have written. Where the first one failed at once there is none to lose."""
    return (
        path
        for stage in training.glob("*-*")
        for path in stage.rglob("*")
        if path.is_file() and path.stat().st_size
    )


def _differences(there: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterator[str]:
    """What differs, parameters one by one; of another producer all else does, too."""
    if there.get("producer") != wanted["producer"]:
        yield f"producer ({there.get('producer')}, now {wanted['producer']})"
        return
    for name in wanted:
        one, other = there.get(name), wanted[name]
        if isinstance(one, dict) and isinstance(other, dict):
            yield from (
                f"{key} ({one.get(key)}, now {other.get(key)})"
                if name == "parameters"
                else f"{name} ({key})"
                for key in sorted({*one, *other})
                if one.get(key) != other.get(key)
            )
        elif one != other:
            yield name


def _clear(out: Path) -> None:
    """Removes what training has put there, and nothing else."""
    training = out / TRAINING
    _remove(out / CARD)
    _remove(out / README)
    try:
        names = json.loads((training / FILES).read_bytes())
    except (FileNotFoundError, ValueError):
        names = []
    for name in names:
        _remove(out / Path(str(name)).name)
    for path in training.iterdir():
        if path.name != _LOCK:
            _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def _alone(training: Path) -> Iterator[None]:
    """Holds the folder for this process, where the system has locks."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    try:
        file = os.open(training / _LOCK, os.O_CREAT | os.O_RDWR)
    except OSError as error:
        raise disk_error(error, training / _LOCK) from error
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(f"another process is training in {training.parent}") from None
        yield
    finally:
        os.close(file)
