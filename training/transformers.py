"""Transformers from raw columns to numbers that name what they make after the column it came from."""

from collections.abc import Collection
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.preprocessing import OneHotEncoder

#: A level seen in fewer training rows is counted as rare: too few to learn from, and few enough to single a person out.
MIN_LEVEL_ROWS = 10
#: Levels kept of one column; the most frequent stay.
MAX_LEVELS = 64
MISSING = "(missing)"
RARE = "(rare)"
DATE_PARTS = ("days", "month", "weekday")

ColumnKind = Literal["number", "date", "category"]


def column_kind(column: pd.Series) -> ColumnKind:
    """Return how a column is turned into numbers, by its type."""
    types = pd.api.types
    if isinstance(column.dtype, pd.CategoricalDtype):
        return "category"
    if types.is_bool_dtype(column) or types.is_timedelta64_dtype(column) or (types.is_numeric_dtype(column) and not types.is_complex_dtype(column)):
        return "number"
    if types.is_datetime64_any_dtype(column):
        return "date"
    inferred = types.infer_dtype(column, skipna=True) if column.dtype == object else ""
    if inferred in ("boolean", "decimal", "integer", "floating", "mixed-integer-float"):
        return "number"
    return "date" if inferred in ("date", "datetime", "datetime64") else "category"


def foldable(column: str, level: str, taken: Collection[str]) -> str:
    """Return ``column=level`` such that :func:`fold` finds the column again: no further ``=``, and no name that is taken."""
    name = f"{column}={level.replace('=', '꞊')}"
    while name in taken:
        name += "′"
    return name


def _number(column: pd.Series) -> np.ndarray[Any, Any]:
    if pd.api.types.is_timedelta64_dtype(column):
        column = column.dt.total_seconds()
    elif column.dtype == object:
        column = pd.Series([np.nan if v is None or v is pd.NA else float(v) for v in column], dtype=float)
    values = column.to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


class _Columns(TransformerMixin, BaseEstimator):
    """Base of transformers that work on a frame and remember its columns."""

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:
        """Remember the columns."""
        self.feature_names_in_ = np.asarray([str(c) for c in X.columns], dtype=object)
        self.n_features_in_ = X.shape[1]
        return self


class _Named(_Columns):
    """Base of transformers that make columns with names of their own.

    Parameters
    ----------
    reserved : tuple of str
        Names that outputs must not take.
    """

    def __init__(self, reserved: tuple[str, ...] = ()) -> None:
        self.reserved = reserved


class Numbers(OneToOneFeatureMixin, _Columns):
    """Numbers, booleans and durations as floats; infinite is missing."""

    def transform(self, X: pd.DataFrame) -> np.ndarray[Any, Any]:
        """Return the columns as floats, shape (rows, columns)."""
        return np.column_stack([_number(X[c]) for c in X.columns])


class DateParts(_Named):
    """Dates as days since 1970-01-01 (UTC), month (1 to 12) and weekday (0 is Monday)."""

    def transform(self, X: pd.DataFrame) -> np.ndarray[Any, Any]:
        """Return three columns for each column."""
        parts = []
        for c in X.columns:
            when = pd.to_datetime(X[c], utc=True)
            days = (when - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(days=1)
            parts += [days.to_numpy(dtype=float), when.dt.month.to_numpy(dtype=float), when.dt.day_of_week.to_numpy(dtype=float)]
        return np.column_stack(parts)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray[Any, Any]:
        """Return the names of the outputs."""
        return np.asarray([foldable(c, part, self.reserved) for c in self.feature_names_in_ for part in DATE_PARTS], dtype=object)


class MissingFlags(_Named):
    """1 where a column is missing, for the columns that had gaps in the training rows."""

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:
        """Find the columns that have gaps, but not nothing but gaps."""
        super().fit(X)
        share = self._missing(X).mean(axis=0)
        self.flagged_ = np.flatnonzero((share > 0) & (share < 1))
        return self

    def transform(self, X: pd.DataFrame) -> np.ndarray[Any, Any]:
        """Return a 0/1 column for each column found."""
        return self._missing(X)[:, self.flagged_].astype(float)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray[Any, Any]:
        """Return the names of the outputs."""
        return np.asarray([foldable(c, "missing?", self.reserved) for c in self.feature_names_in_[self.flagged_]], dtype=object)

    @staticmethod
    def _missing(frame: pd.DataFrame) -> np.ndarray[Any, Any]:
        gaps = [np.isnan(_number(frame[c])) if column_kind(frame[c]) == "number" else frame[c].isna().to_numpy() for c in frame.columns]
        return np.column_stack(gaps)


class Levels(_Named):
    """A 0/1 column for each level of a categorical column; missing is a level, and so are the rare ones together.

    A level that the training rows did not have counts as rare, or as none where no level was rare.
    """

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:
        """Learn the levels."""
        super().fit(X)
        self.encoder_ = OneHotEncoder(
            handle_unknown="infrequent_if_exist", min_frequency=MIN_LEVEL_ROWS, max_categories=MAX_LEVELS, sparse_output=False
        ).fit(self._texts(X))
        return self

    def transform(self, X: pd.DataFrame) -> np.ndarray[Any, Any]:
        """Return the 0/1 columns."""
        encoded: np.ndarray[Any, Any] = self.encoder_.transform(self._texts(X))
        return encoded

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray[Any, Any]:
        """Return the names of the outputs."""
        names: list[str] = []
        for made in self.encoder_.get_feature_names_out([str(i) for i in range(self.n_features_in_)]):
            index, level = made.split("_", 1)
            names.append(foldable(self.feature_names_in_[int(index)], RARE if level == "infrequent_sklearn" else level, {*self.reserved, *names}))
        return np.asarray(names, dtype=object)

    @staticmethod
    def _texts(frame: pd.DataFrame) -> np.ndarray[Any, Any]:
        texts = np.empty(frame.shape, dtype=object)
        for i, c in enumerate(frame.columns):
            column = frame[c].astype(object)
            texts[:, i] = [str(v) if known else MISSING for v, known in zip(column, column.notna(), strict=True)]
        return texts
