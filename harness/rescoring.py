"""Scores from predictions that are there already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.asking import Asked, ask, score_answers
from harness.errors import UserError
from harness.measures import names
from harness.ranking import Ranking
from harness.run import Run
from harness.scoring import Scores
from harness.settings import setting_of
from harness.sources import Source
from harness.store import RESULT, RUN, Result, read_result
from harness.store.predictions import check_run, read_run


def score(
    task: object,
    predictions: str | Path | Run | Mapping[str, Mapping[str, float] | Sequence[str]],
    *,
    data: str | Path | None = None,
    measures: str | Sequence[str] | None = None,
    seed: int = 0,
    strict: bool = False,
    **setting: Any,
) -> Result:
    """Scores predictions that are there already, made here or elsewhere.

    Args:
        task: name, folder, expression or object.
        predictions: a run in memory; query id -> document ids, best first, or -> document id ->
            score; a TREC run, JSONL or JSON file; or the folder of a result,
            which is recomputed under its own setting and seed, bit for bit.
        data: folder that mirrors the data; default the environment variable ASSAY_DATA.
        measures: in notation; default the task's own.
        seed: seed of the bootstrap.
        strict: refuse judgements of documents that the corpus lacks.
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
    if isinstance(predictions, str | Path):
        path = Path(predictions)
        path = path / RUN if path.is_dir() else path
        if path.exists() and not path.is_file():
            raise UserError(f"{path} is a pipe or a device: write the predictions to a file first")
        run = read_run(path, asked.flow, encoded=stored is not None)
        if stored is None and not run.docs.size:
            raise UserError(f"{path} holds no predictions")
    else:
        run = check_run(_as_run(predictions), asked.flow)
    if stored is not None:
        return rescore(asked, run, stored, wanted)[0]
    chosen = tuple(wanted or asked.task.measures)
    ranking = Ranking(run).noting_repeats()
    return score_answers(asked, ranking, chosen, model=_unknown_model(predictions, run))[0]


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
    fields = ("model", "model_fingerprint", "model_identity", "model_card", "model_join")
    model = {name: getattr(stored, name) for name in fields}
    return score_answers(asked, ranking, tuple(measures or stored.measures), model=model)


def _stored(predictions: object) -> Result | None:
    """The result that the predictions belong to, when they lie in a result's folder."""
    if not isinstance(predictions, str | Path):
        return None
    path = Path(predictions)
    folder = path if path.is_dir() else path.parent
    inside = path.is_dir() or path.name == RUN
    return read_result(folder) if inside and (folder / RESULT).exists() else None


def _as_run(predictions: Run | Mapping[str, Mapping[str, float] | Sequence[str]]) -> Run:
    if isinstance(predictions, Run):
        return predictions
    scored = {q: found for q, found in predictions.items() if isinstance(found, Mapping)}
    ranked = {q: found for q, found in predictions.items() if not isinstance(found, Mapping)}
    return Run.concat([Run.from_scores(scored), Run.from_rankings(ranked)])


def _unknown_model(predictions: object, run: Run) -> dict[str, Any]:
    """The result's fields about a model that is only known by its predictions."""
    name = Path(predictions).name if isinstance(predictions, str | Path) else "predictions"
    return {
        "model": name,
        "model_fingerprint": run.fingerprint,
        "model_identity": {"predictions": run.fingerprint},
        "model_card": None,
        "model_join": "unknown",
    }
