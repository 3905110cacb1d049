"""How the attribution of a column moves with its value: binned means of SHAP values with bands."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from audit.checks.rate import LEVEL
from audit.core.errors import DataError, NotApplicable
from audit.core.exhibit import Exhibit, Kind
from audit.core.measurement import Scalar
from audit.core.subject import Model, Subject
from audit.stats.cells import resample

if TYPE_CHECKING:
    import pandas as pd

#: Bins of a number.
BINS = 10
#: Columns above which a model that can only be asked as a whole is not: each further column is a further question about each row.
MOST_COLUMNS = 60
DRAWS = 500


def shap_course(model: Model, subject: Subject, rows: "pd.DataFrame", background: "pd.DataFrame", columns: Sequence[str], seed: int) -> list[Exhibit]:
    """Return one picture for each column; none where the model cannot be explained.

    Parameters
    ----------
    model : Model
        What is explained.
    subject : Subject
        For the positive class.
    rows, background : pandas.DataFrame
        To explain, and to compare with.
    columns : sequence of str
        Of which.
    seed : int
        Of the explanation where its method draws, and of the bands.
    """
    from audit.engines.attributions import attribute
    from audit.engines.dependence import grid, is_number

    if not len(background) or (len(model.features) > MOST_COLUMNS and not hasattr(model.estimator, "steps")):
        return []
    try:
        found = attribute(model, rows, background, seed, subject.roles.positive)
    except (DataError, NotApplicable):
        # the courses above stand without it; X001 tells why a model cannot be explained
        return []
    rows = rows.head(len(found.values))
    pictures = []
    for column in columns:
        values = found.values[:, list(found.columns).index(column)]
        if is_number(rows[column]):
            numbers = rows[column].to_numpy(dtype=float, na_value=np.nan)
            lines = [(float(numbers[inside].mean()), *_mean(values[inside], seed)[:3]) for inside in _bins(numbers)]
            kind, names, label = Kind.LINES, ("x", "y", "low", "high"), (column, f"attribution, {found.unit}")
        else:
            lines = [(str(v), *_mean(values[(rows[column] == v).to_numpy()], seed)) for v in grid(rows[column], BINS)]
            kind, names, label = Kind.BARS, ("label", "value", "low", "high", "n"), (f"attribution, {found.unit}", "")
        note = f"Mean attribution of the rows in each bin, with 95 % interval over resampled rows; above 0 it speaks for the outcome. {found.method}."
        if lines:
            pictures.append(Exhibit(kind, f"Attribution along {column}", names, lines, *label, note=note))
    return pictures


def _bins(numbers: np.ndarray) -> list[np.ndarray]:
    """Return which rows are in each bin, in ascending order: a bin for each value where there are few, else ten with about as many rows each."""
    known = np.isfinite(numbers)
    distinct = np.unique(numbers[known])
    if len(distinct) > BINS:
        distinct = np.unique(np.quantile(numbers[known], np.linspace(0, 1, BINS + 1)[1:], method="inverted_cdf"))
    place = np.where(known, np.searchsorted(distinct, numbers, side="left"), -1)
    return [place == i for i in range(len(distinct)) if (place == i).any()]


def _mean(values: np.ndarray, seed: int) -> tuple[Scalar, Scalar, Scalar, Scalar]:
    """Return mean, ends of its interval, and number of values."""
    drawn = resample(np.ones(len(values), dtype=np.int64), DRAWS, seed) @ values / len(values)
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(values.mean()), float(low), float(high), len(values)
