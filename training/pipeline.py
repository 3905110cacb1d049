"""From a gate that passed to a table with predictions: split, fit each candidate, choose on validation, correct, store."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from audit.config import Config, TrainingConfig
from audit.core.contract import Contract
from audit.core.errors import DataError, UsageError
from audit.core.run import Run
from audit.core.subject import Subject
from audit.engines.ask_engine import AskEngine
from audit.run import Progress, resolve_positive
from training import export, mitigate, models
from training.candidate import Candidate, fit_candidate
from training.correct import correct, sensitive_attribute
from training.evaluate import Metric, metric
from training.features import features_of
from training.gate import require_gate
from training.guard import guard
from training.handover import ROW, SPLIT, hand_over, reserve
from training.labels import Labels, read_labels
from training.predict import predictions
from training.split import LEFT_OUT, Split, divide
from training.threads import threads_for


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
        outputs = [c for m in self.subject.models for c in (m.prediction, m.score) if c]
        return self.frame[[ROW, SPLIT, *outputs]]


def train(
    subject: Subject,
    contract: Contract,
    config: Config,
    gate_run: Run | None,
    *,
    schema: Any = None,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> Trained:
    """Train every candidate and choose one.

    Parameters
    ----------
    subject : Subject
        The data; ``roles.target`` must be declared.
    contract : Contract
        What they keep.
    config : Config
        Its parts ``training`` (the defaults where there is none) and ``split``.
    gate_run : Run or None
        The gate's run over the same data and contract.
    schema : pandera.pandas.DataFrameSchema or None
        The compiled contract, held against the frame before anything is learnt.
    folder : Path or None
        Where each candidate is stored, in a folder of its own; nowhere where not given.
    progress : callable or None
        Told ``(done, total, what)`` before each step and after each epoch.

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
    settings = config.training or TrainingConfig()
    chosen_by = _plan(settings)
    sensitive = sensitive_attribute(settings.mitigate, subject.roles, list(subject.table.columns)) if settings.mitigate else ""
    features = features_of(subject, contract, settings)
    target = _target(subject)
    frame = subject.table.to_pyarrow().to_pandas(date_as_object=False)
    reserve(frame, settings.candidates)
    if schema is not None:
        guard(frame, schema, subject.name)
    # by the audit's own rule: 'yes' names the true rows of a boolean column, here as there
    subject = resolve_positive(subject, AskEngine(subject.table.get_backend()))
    if subject.is_quantity:
        raise DataError(
            f"the target '{target}' is a quantity, and only classifiers are trained. 'assay audit' judges predictions of it made elsewhere; "
            "if its values are classes, say so under 'roles: task: classification'"
        )
    labels = read_labels(frame[target], subject.roles.positive)
    entity, declared = (frame[c] if c else None for c in (subject.roles.entity, subject.roles.split))
    split = divide(labels, config.split, entity=entity, declared=declared)
    rows = frame[split.assignment != LEFT_OUT]
    tell = progress or (lambda done, total, what: None)
    with threads_for(len(rows)):
        fitted = _fit_all(settings, rows, labels, split, features, chosen_by, config.seed, tell)
        chosen = chosen_by.best({name: candidate.value for name, candidate in fitted.items()})
        tell(len(fitted), len(fitted) + 1, "predicting")
        pipelines = {name: candidate.pipeline for name, candidate in fitted.items()}
        table = predictions(rows, split, pipelines, features, labels)
    mitigation: Mapping[str, Any] = {}
    if settings.mitigate:
        table, mitigation = correct(table, labels, settings.mitigate, sensitive, chosen, config.seed, subject.roles.bins.get(sensitive, ()))
    record = {
        "split": split.rows,
        "split_sha256": split.sha256,
        "split_method": split.method,
        "left_out": split.left_out,
        "seed": config.seed,
        "features": features,
        "sensitive_features": [c for c in features if c in subject.roles.sensitive],
        "metric": chosen_by.name,
        "higher_is_better": chosen_by.higher_is_better,
        "candidates": [_described(name, candidate, chosen_by, split, name == chosen) for name, candidate in fitted.items()],
        "chosen": chosen,
        "learning_curves": {name: dict(candidate.curves) for name, candidate in fitted.items() if candidate.curves},
        "mitigation": mitigation,
        "files": _store(pipelines, folder, features) if folder is not None else {},
    }
    handed = hand_over(subject, table, pipelines, chosen=chosen, features=features, positive=labels.positive_text)
    return Trained(handed, table, pipelines, record)


def _plan(settings: TrainingConfig) -> Metric:
    """Refuse, before anything slow, what the config asks for and there is not; return the metric to choose by."""
    names = list(settings.candidates)
    if len(set(names)) < len(names):
        raise UsageError(f"'training: candidates' names one twice: {', '.join(names)}. Name each once")
    for name in names:
        models.family(name)
    if settings.mitigate is not None:
        mitigate.method(settings.mitigate.method)
    return metric(settings.metric)


def _target(subject: Subject) -> str:
    if not subject.roles.target:
        raise UsageError(
            f"{subject.name} has no target. Name the column to learn under 'roles: target' in assay.yaml, or give it 'role: target' in the contract"
        )
    return subject.roles.target


def _fit_all(
    settings: TrainingConfig,
    rows: pd.DataFrame,
    labels: Labels,
    split: Split,
    features: list[str],
    chosen_by: Metric,
    seed: int,
    tell: Progress,
) -> dict[str, Candidate]:
    steps = len(settings.candidates) + 1
    fitted = {}
    for done, name in enumerate(settings.candidates):
        tell(done, steps, f"training {name}")

        def on_epoch(epoch: int, epochs: int, done: int = done, name: str = name) -> None:
            tell(done, steps, f"training {name}: epoch {epoch} of at most {epochs}")

        fitted[name] = fit_candidate(
            models.family(name), rows, labels, split, features, chosen_by, seed=seed, max_epochs=settings.max_epochs, on_epoch=on_epoch
        )
    return fitted


def _described(name: str, candidate: Candidate, chosen_by: Metric, split: Split, chosen: bool) -> dict[str, Any]:
    return {
        "name": name,
        "validation": candidate.value,
        "n": split.rows["validation"],
        "interval": candidate.interval,
        "level": 0.95 if candidate.interval else None,
        "method": chosen_by.method if candidate.interval else "",
        "seconds": round(candidate.seconds, 3),
        "chosen": chosen,
    }


def _store(pipelines: Mapping[str, Any], folder: Path, features: list[str]) -> dict[str, str]:
    return {
        f"{name}/{file}": sha256
        for name, pipeline in pipelines.items()
        for file, sha256 in export.save(pipeline, folder / name, family=name, features=features).items()
    }
