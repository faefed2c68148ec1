"""Results of tool use shown by the viewer of inspect_ai (extra `view`)."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.asking import ask
from harness.contracts import Unreadable
from harness.errors import MissingData, MissingExtra, UserError
from harness.flows.tool_use import ToolUseFlow
from harness.formats.inspect_log import SUFFIX, Writer, writing
from harness.formats.trajectories import read_trajectories
from harness.measures.attempt import Attempt
from harness.records import Setting
from harness.sources import Source
from harness.store import RESULT, Result, ResultFolder, read_result, setting_to_json
from harness.store.results import RUN_INFO, TRAJECTORIES
from harness.store.schema import setting_slug, slug

if TYPE_CHECKING:
    from inspect_ai.log import EvalLog

PORT = 7575
"""Where the viewer listens, unless told otherwise."""
LOGS = "logs"
"""The folder for logs, unless told otherwise."""


def export(
    result: str | Path,
    out: str | Path = LOGS,
    *,
    task: str | None = None,
    data: str | Path | None = None,
    warn: Callable[[str], None] = lambda message: None,
) -> Path:
    """Writes the attempts of a result as a log of inspect_ai; see `harness.formats.inspect_log`.

    The attempts are read one by one. Every attempt is scored again by the result's measures. Where
    the task is not to be had, requests and gold are missing from the log, and an attempt has the
    values of its problem, which are means over its trials.

    Args:
        result: its folder.
        out: the folder for the log.
        task: by what it is loaded, where that is not its name ("my_world.py:Task").
        data: folder that mirrors the data; default the environment variable ASSAY_DATA.
        warn: told in a sentence what the log lacks.

    Returns:
        The log's path. A log of the same result is replaced.

    Raises:
        MissingExtra: inspect_ai is not installed.
        UserError: that is no result of tool use, or the log cannot be written.
    """
    _require()
    folder = Path(result).parent if Path(result).name == RESULT else Path(result)
    stored = read_result(folder)
    attempts = folder / TRAJECTORIES
    if not attempts.exists():
        raise UserError(f"{folder} holds no {TRAJECTORIES}: attempts are what tool use has")
    name = f"{slug(stored.task, distinct=True)}_{slug(stored.model)}_{setting_slug(stored.setting)}"
    path = Path(out) / f"{name}-{stored.predictions_hash[:8]}{SUFFIX}"
    flow = _flow(stored, task, data, warn)
    with writing(path, stored.model) as log:
        if flow is not None:
            _scored(log, flow, stored, attempts)
        else:
            _unscored(log, folder, attempts)
        log.finish(_header(stored, folder, log))
    return path


def serve(folder: str | Path, port: int = PORT) -> int:
    """Runs the viewer over a folder of logs until it is interrupted; its exit code."""
    _require()
    words = ["view", "start", "--log-dir", str(folder), "--port", str(port)]
    return subprocess.run([sys.executable, "-m", "inspect_ai", *words], check=False).returncode


def _require() -> None:
    if importlib.util.find_spec("inspect_ai") is None:
        raise MissingExtra("showing attempts in a viewer", "view")


def _flow(
    stored: Result, task: str | None, data: str | Path | None, warn: Callable[[str], None]
) -> ToolUseFlow | None:
    """The task as the result was made of it; None where it is not to be had."""
    try:
        asked = ask(task or stored.task, stored.setting, Source(data), stored.seed)
    except (MissingData, UserError) as error:
        if task is not None:
            raise
        warn(f"the log lacks requests and what is right: {error}")
        return None
    if not isinstance(asked.flow, ToolUseFlow):
        raise UserError(f"{asked.task.card.name} is no task of tool use")
    return asked.flow


def _scored(log: Writer, flow: ToolUseFlow, stored: Result, attempts: Path) -> None:
    def note(attempt: Attempt, values: Mapping[str, float]) -> None:
        log.add(attempt.trajectory, values, attempt.problem)

    flow.score_all(read_trajectories(attempts), tuple(stored.measures), note=note)


def _unscored(log: Writer, folder: Path, attempts: Path) -> None:
    scores = ResultFolder(folder).scores()
    rows = {key: row for row, key in enumerate(scores.keys)}
    for attempt in read_trajectories(attempts):
        if not isinstance(attempt, Unreadable):
            row = rows.get(attempt.problem)
            columns = {} if row is None else scores.values
            log.add(attempt, {name: float(column[row]) for name, column in columns.items()})


def _header(stored: Result, folder: Path, log: Writer) -> EvalLog:
    from inspect_ai.log import (
        EvalConfig,
        EvalDataset,
        EvalLog,
        EvalResults,
        EvalSpec,
        EvalStats,
        HeadlineMetric,
    )

    trials, default = stored.setting.trials, setting_to_json(Setting())
    setting = setting_to_json(stored.setting)
    began, ended = _times(folder)
    spec = EvalSpec(
        created=began,
        run_id=stored.predictions_hash[:22],
        eval_id=stored.predictions_hash[:22],
        task_id="-".join((stored.model_fingerprint[:8], *map(slug, stored.key[1:]))),
        task=stored.task,
        task_version=stored.task_version,
        task_args={name: v for name, v in setting.items() if v != default.get(name)},
        dataset=EvalDataset(name=stored.task, samples=stored.counts.queries),
        model=stored.model,
        config=EvalConfig(epochs=trials, limit=stored.setting.limit),
        metadata={
            "setting": setting,
            "model_fingerprint": stored.model_fingerprint,
            "data_hash": stored.data_hash,
            "predictions_hash": stored.predictions_hash,
            "status": stored.status,
        },
        headline_metric=HeadlineMetric(score=stored.main_name),
    )
    results = EvalResults(
        total_samples=stored.counts.queries * trials,
        completed_samples=len(log),
        scores=[_score(name, value.value) for name, value in stored.measures.items()],
    )
    stats = EvalStats(started_at=began, completed_at=ended, model_usage=log.usage)
    return EvalLog(status="success", eval=spec, results=results, stats=stats)


def _score(name: str, mean: float) -> Any:
    from inspect_ai.log import EvalMetric, EvalScore

    known = {} if isnan(mean) else {"mean": EvalMetric(name="mean", value=mean)}
    return EvalScore(name=name, scorer=name, metrics=known)


def _times(folder: Path) -> tuple[str, str]:
    """When the run began and when its result was written."""
    seconds = 0.0
    with suppress(OSError, ValueError, KeyError, TypeError):
        seconds = float(json.loads((folder / RUN_INFO).read_bytes())["wall_seconds"])
    end = datetime.fromtimestamp((folder / RESULT).stat().st_mtime, UTC)
    return (end - timedelta(seconds=seconds)).isoformat(), end.isoformat()
