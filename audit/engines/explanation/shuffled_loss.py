"""What a model loses when one column is shuffled: permutation importance, row by row, so that it has an interval.

References
----------
Breiman, L. (2001). Random forests. Machine Learning 45.
Fisher, A., Rudin, C. and Dominici, F. (2019). All models are wrong, but many are useful. JMLR 20.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from audit.core.errors import DataError, NotApplicable
from audit.core.subject import Model
from audit.engines.classifier import class_index, raw_features
from audit.engines.explanation.parts import as_fitted
from audit.engines.explanation.threads import threads_for
from audit.engines.refusals import REFUSALS, told
from audit.engines.replaced import replaced

Values = NDArray[np.float64]

#: Rows that are put to the model at once.
AT_ONCE = 50_000
#: Probabilities nearer to 0 or 1 count as this near: one sure mistake must not outweigh all else.
LEAST_PROBABILITY = 1e-6


@dataclass(frozen=True)
class ShuffledLoss:
    """Loss that each row has, and by how much it grows when a column is shuffled.

    Parameters
    ----------
    columns : tuple of str
        Raw columns.
    loss : str
        ``log loss``, ``share of wrong answers`` or ``squared error``.
    own : array, shape (rows,)
        Loss of each row.
    growth : array, shape (rows, columns)
        What it grows by, mean over the shuffles.
    repeats : int
        Shuffles of each column.
    rows : array of int, shape (rows,)
        Which of the given rows have a label, by position.
    """

    columns: tuple[str, ...]
    loss: str
    own: Values
    growth: Values
    repeats: int
    rows: NDArray[np.int64]


def shuffled_loss(
    model: Model, frame: pd.DataFrame, labels: pd.Series, *, repeats: int = 10, seed: int = 0, positive: str | None = None
) -> ShuffledLoss:
    """Shuffle one raw column after the other among the rows, and look how the model's loss grows.

    Parameters
    ----------
    model : Model
        With its estimator.
    frame : pandas.DataFrame
        Rows with the raw features.
    labels : pandas.Series
        Their labels; rows without one are left out.
    repeats : int
        Shuffles of each column.
    seed : int
        Of the shuffles.
    positive : str or None
        The outcome that a function gives the chance of, where the labels are no numbers.

    Raises
    ------
    NotApplicable
        Fewer than two labelled rows, or the model answers with numbers for labels that are none.
    DataError
        A label is none of the model's classes, or the model refuses the rows.
    """
    known = np.flatnonzero(labels.notna().to_numpy())
    if len(known) < 2:
        raise NotApplicable(f"needs labelled rows to measure a loss on; got {len(known)}")
    rows = raw_features(frame.iloc[known], tuple(model.features))
    name, loss = _loss(model, labels.iloc[known], positive)
    rng = np.random.default_rng(seed)
    orders = np.array([rng.permutation(len(rows)) for _ in range(repeats)])
    at_once = max(1, AT_ONCE // len(rows))
    try:
        with threads_for(len(rows)):
            own = loss(rows)
            growth = np.zeros((len(rows), rows.shape[1]))
            for j, column in enumerate(rows.columns):
                for start in range(0, repeats, at_once):
                    some = orders[start : start + at_once]
                    shuffled = pd.concat([replaced(rows, {column: rows[column].iloc[order].array}) for order in some], ignore_index=True)
                    growth[:, j] += (loss(shuffled).reshape(len(some), -1) - own).sum(axis=0)
    except REFUSALS as error:
        raise DataError(f"model '{model.name}' could not be asked about {len(rows):,} rows: {told(error)}") from error
    return ShuffledLoss(tuple(model.features), name, own, growth / repeats, repeats, known)


def _loss(model: Model, labels: pd.Series, positive: str | None) -> tuple[str, Callable[[pd.DataFrame], Values]]:
    """Return the loss that fits what the model answers, with a function from rows, or several copies of them, to losses."""
    estimator: Any = model.estimator
    first = estimator[0] if hasattr(estimator, "steps") else estimator
    classes = list(getattr(estimator, "classes_", ()))
    if not classes:
        if pd.api.types.is_numeric_dtype(labels):
            truth = labels.to_numpy(dtype=float)
        elif positive is not None:
            truth = (labels.astype(str) == positive).to_numpy(dtype=float)
        else:
            raise NotApplicable(f"model '{model.name}' does not say which classes it knows, so its answers cannot be held against the labels")
        predict = estimator.predict if hasattr(estimator, "predict") else estimator

        def squared(frame: pd.DataFrame) -> Values:
            return np.asarray((np.ravel(predict(as_fitted(first, frame))).astype(float) - np.tile(truth, len(frame) // len(truth))) ** 2)

        return "squared error", squared
    named = {value: class_index(classes, str(value), model.name) for value in labels.unique()}
    place = np.array([named[value] for value in labels])
    if hasattr(estimator, "predict_proba"):

        def logarithmic(frame: pd.DataFrame) -> Values:
            given = np.asarray(estimator.predict_proba(as_fitted(first, frame)), dtype=float)
            own = given[np.arange(len(frame)), np.tile(place, len(frame) // len(place))]
            return np.asarray(-np.log(np.clip(own, LEAST_PROBABILITY, 1)))

        return "log loss", logarithmic
    text = np.array([str(c) for c in classes])

    def wrong(frame: pd.DataFrame) -> Values:
        answers = np.asarray(estimator.predict(as_fitted(first, frame))).astype(str)
        return (answers != text[np.tile(place, len(frame) // len(place))]).astype(float)

    return "share of wrong answers", wrong
