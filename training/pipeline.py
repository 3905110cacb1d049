"""From a gate that passed to a table with predictions: split, fit each candidate, choose on validation, correct, store."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from audit.core.contract import Contract
from audit.core.errors import DataError, UsageError
from audit.core.run import Run
from audit.core.subject import Subject
from training import export, mitigate, models
from training.evaluate import Metric, metric, outcome
from training.features import features_of
from training.gate import require_gate
from training.guard import guard
from training.handover import MITIGATED, ROW, SPLIT, hand_over, prediction_column, reserve, score_column
from training.labels import Labels, read_labels
from training.mitigate.method import Scored
from training.models.family import OnEpoch, Rows
from training.preprocess import MISSING, make_preprocess
from training.progress import progress
from training.settings import MitigateSettings, Settings, TrainingSettings
from training.split import LEFT_OUT, PARTS, Split, divide


@dataclass(frozen=True)
class Trained:
    """What training came to.

    Parameters
    ----------
    subject : Subject
        What the audit of the models looks at: the labelled rows with predictions, and the models.
    frame : pandas.DataFrame
        The same rows in memory.
    pipelines : mapping of str to Pipeline
        Fitted candidates by name, in the order of the config.
    record : mapping
        For ``Run.training``: ``split``, ``split_sha256``, ``split_method``, ``left_out``, ``seed``, ``features``, ``sensitive_features``,
        ``metric``, ``candidates``, ``chosen``, ``learning_curves``, ``mitigation`` and ``files``.
    """

    subject: Subject
    frame: pd.DataFrame
    pipelines: Mapping[str, Any]
    record: Mapping[str, Any]

    @property
    def chosen(self) -> str:
        """Name of the candidate under audit."""
        return str(self.record["chosen"])

    @property
    def predictions(self) -> pd.DataFrame:
        """Row numbers, split and each model's outputs, without the data they were made from."""
        outputs = [c for c in self.frame.columns if c.startswith(("prediction_", "score_")) and c not in self.subject.features]
        return self.frame[[ROW, SPLIT, *outputs]]


def train(
    subject: Subject,
    contract: Contract,
    settings: Settings,
    gate_run: Run | None,
    *,
    schema: Any = None,
    folder: Path | None = None,
    quiet: bool = False,
) -> Trained:
    """Train every candidate and choose one.

    Parameters
    ----------
    subject : Subject
        The data; ``roles.target`` must be declared.
    contract : Contract
        What they keep.
    settings : Settings
        The parts ``training`` and ``split`` of the config.
    gate_run : Run or None
        The gate's run over the same data and contract.
    schema : pandera.pandas.DataFrameSchema or None
        The compiled contract, held against the frame before anything is learnt.
    folder : Path or None
        Where each candidate is stored, in a folder of its own; nowhere where not given.
    quiet : bool
        No progress bars.

    Returns
    -------
    Trained
        Models, predictions for all labelled rows, and the record. No score on the test rows: those are for the audit.

    Raises
    ------
    UsageError
        The gate did not pass, or the config asks for what there is not.
    DataError
        The data cannot be learnt from.
    """
    require_gate(gate_run, subject, contract)
    chosen_by, families = _plan(settings.training)
    target = _target(subject)
    features = features_of(subject, contract, settings.training)
    frame = subject.table.to_pyarrow().to_pandas(date_as_object=False)
    reserve(frame, list(families))
    if schema is not None:
        guard(frame, schema, subject.name)
    labels = read_labels(frame[target], subject.roles.positive)
    split = divide(labels, settings.split, entity=_column(frame, subject.roles.entity), declared=_column(frame, subject.roles.split))
    rows = frame[split.assignment != LEFT_OUT]
    seed = settings.split.seed
    with progress(len(families) + 1, quiet=quiet) as (begin, tick):
        fitted = {}
        for name in families:
            begin(name)
            fitted[name] = _fit(
                name, rows, labels, split, features, chosen_by, settings, on_epoch=lambda done, total, name=name: tick(f"{name}: epochs", done, total)
            )
        chosen = chosen_by.best({name: candidate.value for name, candidate in fitted.items()})
        begin("predictions")
        pipelines = {name: candidate.pipeline for name, candidate in fitted.items()}
        table = _predictions(rows, split, pipelines, features, labels)
        mitigation = _mitigate(table, labels, subject, settings.training.mitigate, chosen, seed)
    sensitive = [c for c in features if c in subject.roles.sensitive]
    record = {
        "split": split.rows,
        "split_sha256": split.sha256,
        "split_method": split.method,
        "left_out": split.left_out,
        "seed": seed,
        "features": features,
        "sensitive_features": sensitive,
        "metric": chosen_by.name,
        "higher_is_better": chosen_by.higher_is_better,
        "candidates": [
            {"name": name, "validation": candidate.value, "n": split.rows["validation"], "seconds": round(candidate.seconds, 3), "chosen": name == chosen}
            for name, candidate in fitted.items()
        ],
        "chosen": chosen,
        "learning_curves": {name: dict(curves) for name, c in fitted.items() if (curves := models.family(name).curves(c.pipeline["model"]))},
        "mitigation": mitigation,
        "files": _store(pipelines, folder, features) if folder is not None else {},
    }
    positive = None if labels.positive is None else str(labels.classes[labels.positive])
    return Trained(hand_over(subject, table, pipelines, chosen=chosen, features=features, positive=positive), table, pipelines, record)


@dataclass(frozen=True)
class _Candidate:
    pipeline: Any
    value: float
    seconds: float


def _plan(settings: TrainingSettings) -> tuple[Metric, list[str]]:
    """Refuse, before anything slow, what the config asks for and there is not."""
    names = list(settings.candidates)
    if not names:
        raise UsageError(f"'training: candidates' is empty. Expected at least one of {', '.join(models.names())}")
    if len(set(names)) < len(names):
        raise UsageError(f"'training: candidates' names one twice: {', '.join(names)}. Name each once")
    for name in names:
        models.family(name)
    if settings.mitigate is not None:
        mitigate.method(settings.mitigate.method)
    return metric(settings.metric), names


def _target(subject: Subject) -> str:
    if not subject.roles.target:
        raise UsageError(
            f"{subject.name} has no target. Name the column to learn under 'roles: target' in assay.yaml, or give it 'role: target' in the contract"
        )
    return subject.roles.target


def _column(frame: pd.DataFrame, name: str | None) -> pd.Series | None:
    return None if name is None else frame[name]


def _fit(
    name: str, rows: pd.DataFrame, labels: Labels, split: Split, features: list[str], chosen_by: Metric, settings: Settings, on_epoch: OnEpoch
) -> _Candidate:
    """Fit preprocessing and model on the training rows; the validation rows stop and judge."""
    from sklearn.pipeline import Pipeline

    started = time.perf_counter()
    parts = split.assignment[split.assignment != LEFT_OUT]
    train, validation = parts == PARTS.index("train"), parts == PARTS.index("validation")
    family = models.family(name)
    preprocess = make_preprocess(rows[train], features)
    seen = Rows(preprocess.fit_transform(rows.loc[train, features]), labels.values[train])
    held = Rows(preprocess.transform(rows.loc[validation, features]), labels.values[validation])
    model = family.make(seed=settings.split.seed, max_epochs=settings.training.max_epochs)
    family.fit(model, seen, held, on_epoch)
    # both steps are fitted already: a pipeline's own fit would put the validation rows to the model without the preprocessing
    pipeline = Pipeline([("preprocess", preprocess), ("model", model)])
    value = chosen_by.measure(outcome(pipeline, rows.loc[validation, features], labels.values[validation], labels.positive))
    if not np.isfinite(value):
        raise DataError(f"candidate '{name}' has no {chosen_by.name} on the {len(held.y):,} validation rows: it came out as {value}. Choose another metric")
    return _Candidate(pipeline, value, time.perf_counter() - started)


def _predictions(rows: pd.DataFrame, split: Split, pipelines: Mapping[str, Any], features: list[str], labels: Labels) -> pd.DataFrame:
    """Return the labelled rows with row number, split, and every model's label and probability of the positive class."""
    outputs: dict[str, Any] = {ROW: np.flatnonzero(split.assignment != LEFT_OUT), SPLIT: split.names()}
    for name, pipeline in pipelines.items():
        probability = pipeline.predict_proba(rows[features])
        outputs[prediction_column(name)] = _as_target(labels.classes[probability.argmax(axis=1)], rows[labels.column])
        if labels.positive is not None:
            outputs[score_column(name)] = probability[:, labels.positive]
    table = rows.reset_index(drop=True)
    return pd.concat([table, pd.DataFrame(outputs)], axis=1)


def _as_target(values: Any, target: pd.Series) -> Any:
    """Return predictions in the type of the target, so that one comparison serves both columns."""
    return pd.Series(values).astype(target.dtype).array


def _mitigate(table: pd.DataFrame, labels: Labels, subject: Subject, settings: MitigateSettings | None, chosen: str, seed: int) -> Mapping[str, Any]:
    """Add corrected predictions to the table, and return what was done or why nothing was."""
    if settings is None:
        return {}
    sensitive = settings.sensitive or (subject.roles.sensitive[0] if subject.roles.sensitive else None)
    record: dict[str, Any] = {
        "method": settings.method,
        "constraint": settings.constraint,
        "sensitive": sensitive,
        "model": chosen,
        "fitted_on": "validation",
        "applied": False,
    }
    if sensitive is None:
        raise UsageError("'training: mitigate' is on, but no attribute is sensitive. Name one under 'roles: sensitive' or 'training: mitigate: sensitive'")
    if sensitive not in table.columns:
        raise UsageError(f"'training: mitigate: sensitive' names '{sensitive}', which is no column of {subject.name}")
    if labels.positive is None:
        return {**record, "reason": f"the target has {len(labels.classes):,} classes; {settings.method} corrects two-class predictions only"}
    group = table[sensitive].astype(object).where(table[sensitive].notna(), MISSING).map(str).to_numpy(dtype=object)
    positive = labels.values == labels.classes[labels.positive]
    scored = Scored(table[score_column(chosen)].to_numpy(), positive, group, (table[SPLIT] == "validation").to_numpy())
    corrected = mitigate.method(settings.method).correct(scored, settings.constraint, seed)
    if corrected.prediction is None:
        return {**record, "reason": corrected.reason}
    negative = labels.classes[1 - labels.positive]
    values = np.where(corrected.prediction, labels.classes[labels.positive], negative).astype(labels.classes.dtype)
    table[prediction_column(MITIGATED)] = _as_target(values, table[labels.column])
    return {**record, "applied": True, "rule": corrected.rule}


def _store(pipelines: Mapping[str, Any], folder: Path, features: list[str]) -> dict[str, str]:
    return {
        f"{name}/{file}": sha256
        for name, pipeline in pipelines.items()
        for file, sha256 in export.save(pipeline, folder / name, family=name, features=features).items()
    }
