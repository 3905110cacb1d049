"""The model and the rows as they were given: any model or function, any frame or array, in the form that explanations take."""

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
import pandas as pd

from audit.core.errors import DataError, UsageError, did_you_mean
from audit.core.subject import Model, Predictor
from audit.core.wording import counted


def frame_of(data: Any, what: str) -> pd.DataFrame:
    """Return rows as a pandas frame; the columns of an array are called ``x0``, ``x1`` and so on.

    Raises
    ------
    DataError
        They are no table.
    UsageError
        There are none.
    """
    if not isinstance(data, pd.DataFrame):
        if hasattr(data, "to_pandas"):
            data = data.to_pandas()
        elif hasattr(data, "to_numpy") or isinstance(data, (np.ndarray, list, tuple)):
            values = np.asarray(data)
            if values.ndim != 2:
                raise DataError(f"{what} has the shape {values.shape}; expected rows and columns")
            data = pd.DataFrame(values, columns=[f"x{i}" for i in range(values.shape[1])])
    if not isinstance(data, pd.DataFrame):
        raise DataError(f"{what} is a {type(data).__name__}; expected a pandas or polars frame, an Arrow table, or an array of rows and columns")
    if not len(data) or not data.shape[1]:
        raise UsageError(f"{what} has {counted(len(data), 'row')} and {counted(data.shape[1], 'column')}; there is nothing to explain")
    return data.set_axis([str(c) for c in data.columns], axis=1)


def model_of(model: Any, data: Any, frame: pd.DataFrame, features: Sequence[str] | None = None) -> Model:
    """Return a fitted model or a function with the columns it takes.

    Parameters
    ----------
    model : estimator or callable
        What predicts. A function that was given an array is called with arrays.
    data : frame or array
        Rows as they were given.
    frame : pandas.DataFrame
        The same as a frame.
    features : sequence of str or None
        Columns the model takes; those it was fitted on, or else all.

    Raises
    ------
    UsageError
        A feature is no column.
    """
    first = model[0] if hasattr(model, "steps") else model
    fitted_on = [str(c) for c in getattr(first, "feature_names_in_", ())]
    own = fitted_on if fitted_on and set(fitted_on) <= set(frame.columns) else list(frame.columns)
    columns = list(features) if features is not None else own
    for column in columns:
        if column not in frame.columns:
            raise UsageError(f"features names '{column}', which is no column. {did_you_mean(column, frame.columns)}")
    predicts = any(hasattr(model, m) for m in ("predict_proba", "decision_function", "predict", "forward"))
    arrays = not isinstance(data, pd.DataFrame) and not hasattr(data, "to_pandas") and callable(model) and not predicts
    called = _of_arrays(model) if arrays else model
    name = getattr(model, "__name__", type(model[-1] if hasattr(model, "steps") else model).__name__)
    return Model("the function" if name == "<lambda>" else name, "", estimator=cast(Predictor, called), features=tuple(columns))


def _of_arrays(model: Callable[[Any], Any]) -> Callable[[pd.DataFrame], Any]:
    def called(rows: pd.DataFrame) -> Any:
        return model(rows.to_numpy())

    return called


def drawn(frame: pd.DataFrame, size: int, seed: int) -> pd.DataFrame:
    """Return at most so many rows, drawn at random and kept in their order."""
    if len(frame) <= size:
        return frame
    return frame.iloc[np.sort(np.random.default_rng(seed).choice(len(frame), size, replace=False))]


def labels_of(y: Any, rows: int) -> pd.Series:
    """Return labels as a series, one for each row.

    Raises
    ------
    UsageError
        There are more, or fewer, than rows.
    """
    labels = pd.Series(np.asarray(y) if not isinstance(y, pd.Series) else y.to_numpy())
    if len(labels) != rows:
        raise UsageError(f"y has {counted(len(labels), 'value')} for {counted(rows, 'row')}; expected one for each row")
    return labels


def text_of(positive: Any) -> str | None:
    """Return the class to explain as text."""
    return None if positive is None else str(positive)
