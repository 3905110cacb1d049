"""What a user gives, frames or arrays, as one table with a column for each part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import ibis.expr.types as ir
import numpy as np

from audit.core.bins import fault
from audit.core.errors import DataError, UsageError, did_you_mean
from audit.engines.opened import opened
from audit.engines.source import Source
from audit.engines.sources import frame_source


@dataclass(frozen=True)
class Columns:
    """Which column plays which part.

    Parameters
    ----------
    sensitive : tuple of str
        The attributes whose groups are compared.
    label, prediction, score, weight : str or None
        Columns, where there are such.
    bins : mapping of str to sequence of float
        Edges of the groups of continuous attributes.
    positive : object
        The class that counts as the positive outcome; ``None`` where it is to be told from the data.
    """

    sensitive: tuple[str, ...]
    label: str | None = None
    prediction: str | None = None
    score: str | None = None
    weight: str | None = None
    bins: Mapping[str, Sequence[float]] = field(default_factory=dict)
    positive: Any = None

    def __post_init__(self) -> None:
        """Refuse what cannot be compared."""
        if not self.sensitive:
            raise UsageError("name at least one sensitive attribute, whose groups are compared")
        if self.prediction is None and self.score is None:
            raise UsageError("give predictions or scores: there is nothing to compare the groups by")
        repeated = sorted({a for a in self.sensitive if self.sensitive.count(a) > 1})
        if repeated:
            raise UsageError(f"the sensitive attribute '{repeated[0]}' is named twice")
        for attribute, edges in self.bins.items():
            if attribute not in self.sensitive:
                raise UsageError(f"'bins' names '{attribute}', which is no sensitive attribute here. {did_you_mean(attribute, self.sensitive)}")
            if wrong := fault(list(edges)):
                raise UsageError(f"bins of '{attribute}': {wrong}")

    def found_in(self, table: ir.Table) -> None:
        """Refuse names that the table does not have.

        Raises
        ------
        UsageError
            A column is not there.
        """
        for name in (*self.sensitive, self.label, self.prediction, self.score, self.weight):
            if name is not None and name not in table.columns:
                raise UsageError(f"the table has no column '{name}'. {did_you_mean(name, table.columns)}")


def from_table(data: Any, columns: Columns) -> Source:
    """Open a frame, an ibis table, a path or a URL that has the columns."""
    source = opened(data, doing="count the groups of")
    columns.found_in(source.table)
    return source


def from_arrays(
    y_true: Any, y_pred: Any, sensitive_features: Any, y_score: Any, sample_weight: Any, *, bins: Mapping[str, Sequence[float]], positive: Any
) -> tuple[Source, Columns]:
    """Put arrays, lists or columns of frames together as one table; they belong together by position, whatever their index.

    Raises
    ------
    UsageError
        They are of different lengths, empty, or have more than one dimension.
    DataError
        Something cannot be held in a column.
    """
    import pyarrow as pa

    features = _features(sensitive_features)
    given = {"y_true": y_true, "y_pred": y_pred, "y_score": y_score, "sample_weight": sample_weight}
    parts = {f"assay_{name}": (name, value) for name, value in given.items() if value is not None}
    parts |= {name: (f"the sensitive feature '{name}'", value) for name, value in features.items()}
    arrays = {column: _column(said, value) for column, (said, value) in parts.items()}
    lengths = {parts[column][0]: len(array) for column, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise UsageError(f"the parts are of different lengths: {', '.join(f'{said} has {n:,}' for said, n in lengths.items())}. Give one value a row")
    if not next(iter(lengths.values())):
        raise UsageError("there are no rows: every part is empty")
    here = {name: f"assay_{name}" for name, value in given.items() if value is not None}
    columns = Columns(tuple(features), here.get("y_true"), here.get("y_pred"), here.get("y_score"), here.get("sample_weight"), bins, positive)
    return frame_source(pa.table(arrays)), columns


def _features(given: Any) -> dict[str, Any]:
    if given is None:
        raise UsageError("give 'sensitive_features': the attributes whose groups are compared")
    if isinstance(given, Mapping):
        return {str(k): v for k, v in given.items()}
    if hasattr(given, "column_names"):  # an Arrow table
        return {str(c): given.column(c) for c in given.column_names}
    if hasattr(given, "columns"):
        return {str(c): given[c] for c in given.columns}
    name = getattr(given, "name", None)
    if isinstance(name, str) and name:
        return {name: given}
    array = given if hasattr(given, "ndim") else _plain(given)
    if getattr(array, "ndim", 1) == 2:
        return {f"sensitive_feature_{i}": array[:, i] for i in range(array.shape[1])}
    return {"sensitive_feature_0": given}


def _plain(values: Any) -> Any:
    try:
        return np.asarray(values)
    except ValueError as error:
        raise UsageError(f"'sensitive_features' has rows of different lengths: {error}") from error


def _column(said: str, values: Any) -> Any:
    import pandas as pd
    import pyarrow as pa

    if isinstance(values, (str, bytes)) or not (hasattr(values, "__len__") or hasattr(values, "__iter__")):
        raise UsageError(f"{said} is a {type(values).__name__}; expected an array, a list or a column with one value a row")
    try:
        if isinstance(values, (pa.Array, pa.ChunkedArray)):
            return values
        if hasattr(values, "to_arrow"):  # polars
            return values.to_arrow()
        if isinstance(values, (pd.Series, pd.Index, pd.Categorical)):
            return pa.Array.from_pandas(values)
        if isinstance(values, pd.DataFrame):
            values = values.to_numpy()
        array = np.asarray(values)
        if array.dtype == object or not hasattr(values, "dtype"):
            array = _of_objects(values)
        if array.ndim == 2 and array.shape[1] == 1:
            array = array[:, 0]
        if array.ndim != 1:
            what = " If these are probabilities by class, give the classes as y_pred and the column of the positive class as y_score" * (
                array.ndim == 2
            )
            raise UsageError(f"{said} has the shape {array.shape}; expected one value a row.{what}")
        made = pa.array(array, from_pandas=True)
        return made.cast(pa.float64()) if pa.types.is_null(made.type) else made
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise DataError(f"{said} cannot be read as one column: {error}. Give values of one type") from error


def _of_objects(values: Any) -> Any:
    """Return a list or an array of objects without numpy's guess, which would make text of everything where one value is text."""
    items = list(values)
    if items and all(isinstance(i, (list, tuple, np.ndarray)) for i in items):
        return np.asarray(items)
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array


def said(column: str) -> str:
    """Return what a user calls a column: arrays have the names of their arguments."""
    return column.removeprefix("assay_") if column.startswith("assay_") else f"the column '{column}'"
