"""The target column as a classifier needs it: which rows have a label, which classes there are, which one is positive."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from audit.core.errors import DataError, UsageError, did_you_mean


@dataclass(frozen=True)
class Labels:
    """Labels of a table.

    Parameters
    ----------
    column : str
        Name of the target.
    present : array of bool, shape (rows,)
        Which rows have a label.
    values : array, shape (rows with a label,)
        Their labels, in order, of the column's own type.
    classes : array, shape (classes,)
        Distinct labels, sorted.
    positive : int or None
        Position of the positive class; ``None`` where there are more than two.
    """

    column: str
    present: np.ndarray[Any, Any]
    values: np.ndarray[Any, Any]
    classes: np.ndarray[Any, Any]
    positive: int | None

    @property
    def codes(self) -> np.ndarray[Any, Any]:
        """Position of each label in ``classes``, shape (rows with a label,)."""
        return pd.Index(self.classes).get_indexer(pd.Index(self.values))

    @property
    def positive_text(self) -> str | None:
        """The positive class as text."""
        return None if self.positive is None else _show(self.classes[self.positive])

    @property
    def missing(self) -> int:
        """Number of rows without a label."""
        return int((~self.present).sum())


def read_labels(column: pd.Series, positive: str | None = None) -> Labels:
    """Read a target column.

    Parameters
    ----------
    column : pandas.Series
        The target; missing values allowed.
    positive : str or None
        The positive class as :func:`audit.run.resolve_positive` writes it; the larger of two by order where not given.

    Raises
    ------
    DataError
        No labels, a single class, or numbers that are no classes.
    UsageError
        The positive class does not occur.
    """
    name = str(column.name)
    present = column.notna().to_numpy()
    kept = column[present]
    if not len(kept):
        raise DataError(f"target '{name}' has no value in any of {len(column):,} rows. Expected a label to learn from")
    values = kept.to_numpy() if kept.dtype.kind in "biuf" and isinstance(kept.dtype, np.dtype) else _plain(kept)
    if values.dtype.kind == "f" and not np.array_equal(values, np.round(values)):
        raise DataError(
            f"target '{name}' holds {len(np.unique(values)):,} different fractional numbers. Expected classes; only classifiers are trained"
        )
    try:
        classes = np.unique(values)
    except TypeError as error:
        raise DataError(f"target '{name}' mixes types that have no order ({error}). Expected labels of one type") from error
    if len(classes) == 1:
        raise DataError(
            f"target '{name}' has one class only ({_show(classes[0])}, {len(values):,} rows). Expected at least two; "
            "check 'roles: target' and whether the data were filtered by their outcome"
        )
    return Labels(name, present, values, classes, _position(name, classes, positive) if len(classes) == 2 else None)


def _plain(column: pd.Series) -> np.ndarray[Any, Any]:
    if pd.api.types.is_bool_dtype(column):
        return column.to_numpy(dtype=bool)
    if pd.api.types.is_integer_dtype(column):
        return column.to_numpy(dtype=np.int64)
    if pd.api.types.is_float_dtype(column) or pd.api.types.infer_dtype(column) == "decimal":
        return column.to_numpy(dtype=float)
    values = column.to_numpy(dtype=object)
    if all(isinstance(v, (bool, np.bool_)) for v in values):
        return values.astype(bool)
    return values


def _position(name: str, classes: np.ndarray[Any, Any], positive: str | None) -> int:
    if positive is None:
        return 1
    if classes.dtype.kind in "iuf":
        try:
            matches = classes == float(positive)
        except ValueError:
            matches = np.zeros(2, dtype=bool)
    else:
        matches = np.array([str(c) == positive for c in classes])
    if not matches.any():
        known = [_show(c) for c in classes]
        raise UsageError(f"'roles: positive' is '{positive}', which target '{name}' never takes. {did_you_mean(positive, known)}")
    return int(np.flatnonzero(matches)[0])


def _show(label: Any) -> str:
    return str(label.item() if hasattr(label, "item") else label)
