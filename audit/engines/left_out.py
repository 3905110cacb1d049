"""A model without some of its columns: asked with values that know nothing of the row, and fitted again as if they were not there."""

import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from audit.core.errors import NotApplicable
from audit.core.subject import Model
from audit.engines.asked_model import AskedModel, Values
from audit.engines.classifier import raw_features
from audit.engines.refusals import REFUSALS


def replaced(asked: AskedModel, rows: pd.DataFrame, columns: Sequence[str], times: int, seed: int) -> Values:
    """Return the share of answers with yes, shape (rows,), when some columns together take the values of other rows.

    They are taken from one other row at a time, so that they stay a combination that occurs; nothing ties them to the row any more.

    Parameters
    ----------
    asked : AskedModel
        The model.
    rows : pandas.DataFrame
        As :meth:`AskedModel.settle` gives them.
    columns : sequence of str
        Which.
    times : int
        How often each row is asked.
    seed : int
        Of the draws.
    """
    rng = np.random.default_rng(seed)
    yes = np.zeros(len(rows))
    for _ in range(times):
        order = rng.permutation(len(rows))
        given = rows.copy(deep=False)
        for column in columns:
            given[column] = rows[column].take(order).array
        yes += asked.says_yes(given)
    return np.asarray(yes / times)


def blanked(rows: pd.DataFrame, columns: Sequence[str], observed: pd.DataFrame) -> pd.DataFrame:
    """Return rows in which some columns have one value throughout: the commonest of the observed rows. A model learns nothing from them."""
    given = rows.copy(deep=False)
    for column in columns:
        counts = observed[column].value_counts()
        value = counts.index[0] if len(counts) else None
        given[column] = pd.Series([value] * len(rows), index=rows.index, dtype=observed[column].dtype)
    return given


def refitted(model: Model, train: pd.DataFrame, labels: Any, without: Sequence[str]) -> Model:
    """Return the model fitted again on some rows, with some columns blanked.

    All columns are handed over, so that a pipeline that names them goes on working.

    Parameters
    ----------
    model : Model
        With a scikit-learn estimator.
    train : pandas.DataFrame
        Rows to learn from.
    labels : array
        Their classes.
    without : sequence of str
        Columns to blank; the rows that the model is asked about later must have them blanked as well.

    Raises
    ------
    NotApplicable
        The estimator is none that scikit-learn can clone, or refuses to be fitted.
    """
    from sklearn.base import clone

    rows = raw_features(train, model.features)
    try:
        copy = clone(model.estimator)
        with warnings.catch_warnings():
            # a fit that stopped early is judged by what it predicts, like any other
            warnings.simplefilter("ignore")
            copy.fit(blanked(rows, without, rows), labels)
    except REFUSALS as error:
        raise NotApplicable(f"model '{model.name}' cannot be fitted again: {type(error).__name__}; it takes a scikit-learn estimator") from error
    return replace(model, estimator=copy)
