"""From a raw frame to numbers: one scikit-learn transformer that learns from the training rows alone and names what it makes after its columns."""

from collections.abc import Collection, Sequence
from typing import Any

import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from training.transformers import DateParts, Levels, MissingFlags, Numbers, column_kind


def make_preprocess(frame: pd.DataFrame, features: Sequence[str]) -> ColumnTransformer:
    """Return an unfitted transformer from raw columns to a dense matrix.

    Numbers and booleans: median for what is missing, standardised, and a 0/1 column ``name=missing?`` where the training rows have gaps.
    Dates: days since 1970, month and weekday, the same way. Everything else: one 0/1 column for each level.

    Parameters
    ----------
    frame : pandas.DataFrame
        The training rows; only their types are looked at here.
    features : sequence of str
        Columns to use.

    Returns
    -------
    sklearn.compose.ColumnTransformer
        Its output columns are named after the raw column, or ``column=level``; see :func:`fold`.
    """
    kinds = {c: column_kind(frame[c]) for c in features}
    columns = {kind: [c for c in features if kinds[c] == kind] for kind in ("number", "date", "category")}
    reserved = tuple(features)
    steps: list[tuple[str, Any, list[str]]] = [
        ("number", _filled(Numbers()), columns["number"]),
        ("date", _filled(DateParts(reserved)), columns["date"]),
        ("missing", MissingFlags(reserved), columns["number"] + columns["date"]),
        ("category", Levels(reserved), columns["category"]),
    ]
    # sparse output would have to be made dense again for the network and for explanations
    return ColumnTransformer([s for s in steps if s[2]], sparse_threshold=0.0, verbose_feature_names_out=False)


def fold(name: str, features: Collection[str]) -> str:
    """Return the raw column that an output column was made from."""
    return name if name in features else name.rsplit("=", 1)[0]


def _filled(step: Any) -> Pipeline:
    return Pipeline([("read", step), ("impute", SimpleImputer(strategy="median", keep_empty_features=True)), ("scale", StandardScaler())])
