"""Scores from predictions that are there already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias, cast

from harness.asking import Asked, ask, result_of, score_answers
from harness.attempts import Noter, Teller
from harness.contracts import Unreadable
from harness.errors import UserError
from harness.flows.tool_use import ToolUseFlow
from harness.formats.trajectories import read_trajectories
from harness.items import noting
from harness.measures import names
from harness.ranking import Ranking
from harness.records import Trajectory
from harness.run import Run
from harness.scoring import Scores
from harness.settings import setting_of
from harness.sources import Source
from harness.store import PREDICTIONS, RESULT, Result, ResultFolder, read_result
from harness.store.predictions import check_run, read_run

Rankings: TypeAlias = Run | Mapping[str, Mapping[str, float] | Sequence[str]]
"""Rankings in memory; see `score`."""


def score(
    task: object,
    predictions: str | Path | Rankings | Iterable[Trajectory],
    *,
    data: str | Path | None = None,
    measures: str | Sequence[str] | None = None,
    seed: int = 0,
    strict: bool = False,
    tell: Teller | None = None,
    items: str | Path | None = None,
    **setting: Any,
) -> Result:
    """Scores predictions that are there already, made here or elsewhere.

    Args:
        task: name, folder, expression or object.
        predictions: a run in memory; query id -> document ids, best first, or -> document id ->
            score; a TREC run, JSONL or JSON file; of tool use, trajectories or a JSONL file of
            them, read one by one; or the folder of a result, which is recomputed under its own
            setting and seed, bit for bit.
        data: folder that mirrors the data; default the environment variable ASSAY_DATA.
        measures: in notation; default the task's own.
        seed: seed of the bootstrap.
        strict: refuse judgements of documents that the corpus lacks.
        tell: called with every trajectory that cannot be used (the others are scored), and now
            and then with how many have been looked at.
        items: of tool use, a JSONL file to write with the verdict on every attempt, see
            `harness.items`.
        **setting: fields of `Setting` that say how the task was asked (pool, view, ...).

    Returns:
        The result. Nothing is written.

    Raises:
        UserError: a broken file, unknown ids, or scores that are not finite.
    """
    if isinstance(predictions, str | Path) and Path(predictions).name == RESULT:
        predictions = Path(predictions).parent
    wanted = names(measures)
    stored = _stored(predictions)
    if stored is not None and not setting:
        [plan], seed = [stored.setting], stored.seed
    else:
        plan = setting_of(setting)
    asked = ask(task, plan, Source(data), seed, strict=strict)
    if isinstance(asked.flow, ToolUseFlow):
        with noting(Path(items)) if items else nullcontext() as note:
            return _score_attempts(asked, asked.flow, predictions, stored, wanted, tell, note)
    if items:
        raise UserError("verdicts on single attempts are had of tool use: leave out --items")
    if isinstance(predictions, str | Path):
        run = read_run(_file(Path(predictions)), asked.retrieval, encoded=stored is not None)
        if stored is None and not run.docs.size:
            raise UserError(f"{predictions} holds no predictions")
    else:
        run = check_run(_as_run(cast("Rankings", predictions)), asked.retrieval)
    if stored is not None:
        return rescore(asked, run, stored, wanted)[0]
    chosen = tuple(wanted or asked.task.measures)
    ranking = Ranking(run).noting_repeats()
    return score_answers(asked, ranking, chosen, model=_unknown(predictions, run.fingerprint))[0]


def _score_attempts(
    asked: Asked,
    flow: ToolUseFlow,
    predictions: object,
    stored: Result | None,
    measures: Sequence[str] | None,
    tell: Teller | None,
    note: Noter | None,
) -> Result:
    """The result of attempts, read one by one."""
    if isinstance(predictions, str | Path):
        found: Iterable[Trajectory | Unreadable] = read_trajectories(_file(Path(predictions)))
    elif isinstance(predictions, Run | Mapping):
        raise UserError(f"{asked.task.card.name} wants trajectories, not rankings")
    else:
        found = cast("Iterable[Trajectory]", predictions)
    chosen = tuple(measures or (stored.measures if stored else asked.task.measures))
    scored = flow.score_all(found, chosen, tell=tell, note=note)
    if not scored.counts.answered and not scored.errors:
        raise UserError(f"{_shown(predictions)} holds no predictions")
    model = _model_of(stored) if stored else _unknown(predictions, scored.fingerprint)
    return result_of(asked, scored, model=model)


def rescore(
    asked: Asked, run: Run, stored: Result, measures: Sequence[str] | None = None
) -> tuple[Result, Scores]:
    """A stored result, computed again from its predictions.

    Args:
        asked: its task, loaded under its setting and seed.
        run: its predictions, under the task's keys.
        stored: the result; what it says of the model and of queries without an answer is kept.
        measures: in notation; default the result's own.

    Returns:
        The result and the values of every query.
    """
    ranking = replace(
        Ranking(run).noting_repeats(),
        errors=stored.errors,
        malformed=stored.malformed,
        notes=stored.notes,
    )
    chosen = tuple(measures or stored.measures)
    return score_answers(asked, ranking, chosen, model=_model_of(stored))


def rescore_attempts(
    asked: Asked, trajectories: Iterable[Trajectory | Unreadable], stored: Result
) -> tuple[Result, Scores]:
    """A stored result of tool use, computed again from its attempts, each looked at once.

    Nothing is executed and nobody is asked: what judges said is read from the attempts.

    Args:
        asked: its task, loaded under its setting and seed.
        trajectories: its attempts.
        stored: the result; what it says of the model is kept.

    Returns:
        The result and the values of every problem.

    Raises:
        UserError: the task is none of tool use, or nothing can be used.
    """
    if not isinstance(asked.flow, ToolUseFlow):
        raise UserError(f"{asked.task.card.name} is no task of tool use")
    scored = asked.flow.score_all(trajectories, (*stored.measures, *stored.undefined))
    return result_of(asked, scored, model=_model_of(stored)), scored.scores


def _model_of(stored: Result) -> dict[str, Any]:
    """The result's fields about the model, as a stored result has them."""
    fields = (
        "model",
        "model_fingerprint",
        "model_identity",
        "model_card",
        "model_join",
        "helpers",
    )
    return {name: getattr(stored, name) for name in fields}


def _file(path: Path) -> Path:
    """The predictions of a path, which may be the folder of a result."""
    path = ResultFolder(path).predictions if path.is_dir() else path
    if path.exists() and not path.is_file():
        raise UserError(f"{path} is a pipe or a device: write the predictions to a file first")
    return path


def _stored(predictions: object) -> Result | None:
    """The result that the predictions belong to, when they lie in a result's folder."""
    if not isinstance(predictions, str | Path):
        return None
    path = Path(predictions)
    folder = path if path.is_dir() else path.parent
    inside = path.is_dir() or path.name in PREDICTIONS
    return read_result(folder) if inside and (folder / RESULT).exists() else None


def _as_run(predictions: Rankings) -> Run:
    if isinstance(predictions, Run):
        return predictions
    scored = {q: found for q, found in predictions.items() if isinstance(found, Mapping)}
    ranked = {q: found for q, found in predictions.items() if not isinstance(found, Mapping)}
    return Run.concat([Run.from_scores(scored), Run.from_rankings(ranked)])


def _unknown(predictions: object, fingerprint: str) -> dict[str, Any]:
    """The result's fields about a model that is only known by its predictions."""
    return {
        "model": _shown(predictions),
        "model_fingerprint": fingerprint,
        "model_identity": {"predictions": fingerprint},
        "model_card": None,
        "model_join": "unknown",
    }


def _shown(predictions: object) -> str:
    return Path(predictions).name if isinstance(predictions, str | Path) else "predictions"
