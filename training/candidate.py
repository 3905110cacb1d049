"""One candidate: preprocessing and model fitted on the training rows, judged on the validation rows."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from audit.core.errors import DataError
from training.evaluate import Metric, Outcome
from training.labels import Labels
from training.models.family import Family, OnEpoch, Rows
from training.preprocess import make_preprocess
from training.split import Split


@dataclass(frozen=True)
class Candidate:
    """A fitted candidate.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
        Steps ``preprocess`` and ``model``; takes raw frames.
    value : float
        The metric on the validation rows.
    interval : tuple of two floats or None
        Its 95 % interval, where there is a method for it.
    curves : mapping of str to sequence of float
        Learning curves; empty where it has none.
    seconds : float
        Time it took.
    """

    pipeline: Any
    value: float
    interval: tuple[float, float] | None
    curves: Mapping[str, Sequence[float]]
    seconds: float


def fit_candidate(
    family: Family,
    rows: pd.DataFrame,
    labels: Labels,
    split: Split,
    features: Sequence[str],
    metric: Metric,
    *,
    seed: int,
    max_epochs: int,
    on_epoch: OnEpoch,
) -> Candidate:
    """Fit one candidate.

    Parameters
    ----------
    family : Family
        What kind of model.
    rows : pandas.DataFrame
        The labelled rows, in the order of ``labels.values``.
    labels, split : Labels, Split
        Their labels and parts.
    features : sequence of str
        Raw columns to learn from.
    metric : Metric
        What is measured on the validation rows.
    seed, max_epochs : int
        As for :meth:`Family.make`.
    on_epoch : callable
        Told after each pass over the rows.

    Raises
    ------
    DataError
        The metric cannot be measured.
    """
    from sklearn.pipeline import Pipeline

    started = time.perf_counter()
    train, validation = split.among_labelled("train"), split.among_labelled("validation")
    preprocess = make_preprocess(rows[train], features)
    seen = Rows(preprocess.fit_transform(rows.loc[train, list(features)]), labels.values[train])
    held = Rows(preprocess.transform(rows.loc[validation, list(features)]), labels.values[validation])
    model = family.make(seed=seed, max_epochs=max_epochs)
    family.fit(model, seen, held, on_epoch)
    # both steps are fitted already: a pipeline's own fit would put the validation rows to the model without the preprocessing
    pipeline = Pipeline([("preprocess", preprocess), ("model", model)])
    result = Outcome(labels.codes[validation], np.asarray(model.predict_proba(held.x)), labels.positive)
    value = metric.measure(result)
    if not np.isfinite(value):
        raise DataError(
            f"candidate '{family.name}' has no {metric.name} on {len(held.y):,} validation rows: it came out as {value}. Choose another metric"
        )
    return Candidate(pipeline, value, metric.interval(result), family.curves(model), time.perf_counter() - started)
