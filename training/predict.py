"""What the candidates make of every labelled row, as columns of one table."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from training.handover import ROW, SPLIT, prediction_column, score_column
from training.labels import Labels
from training.split import LEFT_OUT, Split


def predictions(rows: pd.DataFrame, split: Split, pipelines: Mapping[str, Any], features: Sequence[str], labels: Labels) -> pd.DataFrame:
    """Return the rows with their number in the source, their part, and each model's label and probability of the positive class.

    Parameters
    ----------
    rows : pandas.DataFrame
        The labelled rows.
    split, labels : Split, Labels
        Their parts and labels.
    pipelines : mapping of str to Pipeline
        Fitted candidates by name.
    features : sequence of str
        Raw columns they take.

    Returns
    -------
    pandas.DataFrame
        Rows numbered from 0; no score columns where there are more than two classes.
    """
    outputs: dict[str, Any] = {ROW: np.flatnonzero(split.assignment != LEFT_OUT), SPLIT: split.names()}
    for name, pipeline in pipelines.items():
        probability = pipeline.predict_proba(rows[list(features)])
        outputs[prediction_column(name)] = as_target(labels.classes[probability.argmax(axis=1)], rows[labels.column])
        if labels.positive is not None:
            outputs[score_column(name)] = probability[:, labels.positive]
    return pd.concat([rows.reset_index(drop=True), pd.DataFrame(outputs)], axis=1)


def as_target(values: Any, target: pd.Series) -> Any:
    """Return labels in the type of the target column, so that one comparison serves both."""
    return pd.Series(values).astype(target.dtype).array
