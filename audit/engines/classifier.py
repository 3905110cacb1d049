"""What a fitted classifier takes and which of its classes is meant."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from audit.core.errors import DataError
from audit.core.subject import TRUTH


def raw_features(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return the raw columns a model needs, with NaN for every kind of missing value, as scikit-learn expects it.

    Raises
    ------
    DataError
        A column is not there.
    """
    absent = [c for c in columns if c not in frame.columns]
    if absent:
        raise DataError(f"the model needs the columns {absent}, which the rows to explain do not have")
    picked = frame.loc[:, list(columns)].reset_index(drop=True)
    for column in picked.columns:
        values = picked[column]
        if pd.api.types.is_extension_array_dtype(values.dtype) and pd.api.types.is_numeric_dtype(values) and values.isna().any():
            picked[column] = values.to_numpy(dtype=float, na_value=np.nan)
        elif values.dtype == object:
            picked[column] = values.where(values.notna(), np.nan)
    return picked


def class_index(classes: Sequence[Any], wanted: str, name: str) -> int:
    """Return the position of a class that is given as text.

    Raises
    ------
    DataError
        It is none of them.
    """
    for index, label in enumerate(classes):
        if _is(label, wanted):
            return index
    raise DataError(f"model '{name}' knows the classes {[str(c) for c in classes]}; the positive class '{wanted}' is none of them")


def _is(label: Any, wanted: str) -> bool:
    """Match a class of any type with its text, as the run resolved it: a boolean by what people write for it, a number by its value."""
    if isinstance(label, (bool, np.bool_)):
        return TRUTH.get(wanted.casefold()) is bool(label)
    if isinstance(label, (int, float, np.number)):
        try:
            return float(label) == float(wanted)
        except ValueError:
            return False
    return str(label) == wanted
