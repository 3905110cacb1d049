"""The model that an earlier run chose, loaded without pickle and asked about the rows of this one."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from audit.champion import CHAMPION, CHAMPION_SCORE, LAST, names_a_run, with_champion_file
from audit.config import Config
from audit.core.errors import AssayError, DataError
from audit.core.run import Run
from audit.engines.sources import frame_table
from audit.store import Store
from training.export import load
from training.handover import ROW, SPLIT
from training.pipeline import Trained
from training.predict import as_target

MODEL_FOLDER, PREDICTIONS_FILE = "model", "predictions.parquet"
LEARNT_FROM = ("train", "validation")


@dataclass(frozen=True)
class Champion:
    """A model of an earlier run.

    Parameters
    ----------
    run : Run
        Which run.
    folder : Path
        Where it lies.
    pipeline : sklearn.pipeline.Pipeline
        The model it chose.
    """

    run: Run
    folder: Path
    pipeline: Any


def find_champion(config: Config, columns: list[str]) -> Champion | None:
    """Load the model that ``audit: champion`` names; ``None`` where it names none, or ``last`` and there is no earlier run with a model.

    Parameters
    ----------
    config : Config
        Of the project.
    columns : list of str
        Of its data, which must hold those that the model needs.

    Raises
    ------
    DataError
        The run is missing or has no model, its files are damaged or were changed, or the data lack a column it needs.
    """
    which = config.audit.champion
    if which is None or not names_a_run(config):
        return None
    store = Store(config.reports)
    folder = _last(store, config.project) if which == LAST else _folder(config, which)
    if folder is None:
        return None
    run = store.load(folder)
    chosen = str(run.training.get("chosen", ""))
    if not chosen:
        raise DataError(f"run {run.id} under 'audit: champion' trained no model. Name a run of 'assay train' or 'assay run', or 'last'")
    needed = [str(c) for c in run.training.get("features", ())]
    absent = [c for c in needed if c not in columns]
    if absent:
        raise DataError(
            f"the model of run {run.id} under 'audit: champion' needs the columns {', '.join(absent)}, which '{config.data}' does not have. "
            "Compare with another run, or leave 'champion' out"
        )
    prefix = f"{chosen}/"
    files = {file.removeprefix(prefix): str(sha) for file, sha in run.training.get("files", {}).items() if file.startswith(prefix)}
    return Champion(run, folder, load(folder / MODEL_FOLDER / chosen, files))


def with_champion(trained: Trained, champion: Champion | None, config: Config, sha256: str) -> tuple[Trained, str]:
    """Return what training came to with the answers of the earlier model beside the new ones, and what a reader must know about them.

    Rows that the earlier model has learnt from are left without its answer where that can be told: where it was trained on the same data.

    Parameters
    ----------
    trained : Trained
        The new models.
    champion : Champion or None
        Where a run was named.
    config : Config
        Of the project.
    sha256 : str
        Fingerprint of the data.
    """
    if champion is None:
        if config.audit.champion in (None, LAST):
            why = "There is no earlier run with a model to compare with yet." if config.audit.champion else ""
            return trained, why
        return replace(trained, subject=with_champion_file(trained.subject, config)), ""
    frame, pipeline = trained.frame, champion.pipeline
    target = trained.subject.roles.target or ""
    try:
        probability = np.asarray(pipeline.predict_proba(frame[list(champion.run.training["features"])]))
    except (ValueError, TypeError, KeyError) as error:
        raise DataError(
            f"the model of run {champion.run.id} under 'audit: champion' refuses these rows: {type(error).__name__}: {error}. "
            "The columns may have other types than then; compare with another run"
        ) from error
    classes = np.asarray(pipeline.classes_)
    answers: dict[str, Any] = {CHAMPION: _typed(classes[probability.argmax(axis=1)], frame[target])}
    positive = [str(c) == trained.subject.roles.positive for c in classes]
    if sum(positive) == 1 and len(classes) == 2:
        answers[CHAMPION_SCORE] = probability[:, positive.index(True)]
    added = pd.DataFrame(answers, index=frame.index)
    note = (
        f"The previous model is that of run {champion.run.id}; the data differ from those it was trained on, so whether it has learnt from rows that "
        "are held out now cannot be told. That would favour it."
    )
    if champion.run.subject.sha256 == sha256:
        earlier = _read(champion)
        seen = set(earlier.loc[earlier[SPLIT].isin(LEARNT_FROM), ROW])
        added[frame[ROW].isin(seen).to_numpy()] = None
        note = f"The previous model is that of run {champion.run.id}, trained on the same data; rows that it has learnt from are not compared."
    whole = pd.concat([frame, added], axis=1)
    roles = replace(trained.subject.roles, champion=CHAMPION, champion_score=CHAMPION_SCORE if CHAMPION_SCORE in answers else None)
    return replace(trained, subject=replace(trained.subject, table=frame_table(whole), roles=roles)), note


def _last(store: Store, project: str) -> Path | None:
    """Return the newest run of a project that has a model; runs that cannot be read are passed over."""
    for entry in store.runs(project):
        try:
            run = store.load(entry.path)
        except AssayError:
            continue
        if run.training.get("chosen") and run.training.get("files"):
            return entry.path
    return None


def _folder(config: Config, which: str) -> Path:
    own = config.base / which
    return own if (own / "run.json").is_file() else config.reports / config.project / which


def _read(champion: Champion) -> pd.DataFrame:
    file = champion.folder / PREDICTIONS_FILE
    try:
        return pd.read_parquet(file, columns=[ROW, SPLIT])
    except (OSError, ValueError) as error:
        raise DataError(f"cannot read '{file}', which says what the previous model has learnt from: {error}") from error


def _typed(values: Any, target: pd.Series) -> Any:
    """Return predictions in the type of the target, or as they are where they are of another kind."""
    try:
        return as_target(values, target)
    except (ValueError, TypeError):
        return values
