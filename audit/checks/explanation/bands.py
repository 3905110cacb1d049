"""A value said without giving it away: the fifth of the training rows it lies in, or a category that several of them share."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from audit.engines.dependence import is_number

#: Training rows that must share a category for it to be named.
SHARED = 10
#: Numbers with no more values than this are said like categories.
FEW = 5
FIFTHS = ("lowest fifth", "second fifth", "middle fifth", "fourth fifth", "highest fifth")


class Bands:
    """What may be said of the values of some columns.

    Parameters
    ----------
    observed : pandas.DataFrame
        Training rows.
    columns : sequence of str
        Columns of which anything may be said.
    """

    def __init__(self, observed: pd.DataFrame, columns: Sequence[str]) -> None:
        self._numbers: dict[str, Any] = {}
        self._shared: dict[str, set[Any]] = {}
        for column in columns:
            if is_number(observed[column]) and observed[column].nunique() > FEW:
                known = observed[column].to_numpy(dtype=float, na_value=np.nan)
                self._numbers[column] = np.sort(known[np.isfinite(known)])
            else:
                counts = observed[column].value_counts()
                self._shared[column] = set(counts[counts >= SHARED].index)

    def said(self, column: str, value: Any) -> str:
        """Return what may be said of a value, with a comma and a space behind it; nothing of a column that is protected."""
        if column not in self._numbers and column not in self._shared:
            return ""
        if pd.isna(value):
            return "missing, "
        if column in self._shared:
            named = f"{value:g}" if isinstance(value, float) else str(value)
            return f"{named}, " if value in self._shared[column] else "a rare one, "
        known = self._numbers[column]
        if not len(known):
            return ""
        # of rows with the same value, the middle one
        rank = (np.searchsorted(known, value, side="left") + np.searchsorted(known, value, side="right")) / (2 * len(known))
        return f"{FIFTHS[min(int(rank * 5), 4)]}, "
