"""How the attribution of a column moves with its value: binned means of SHAP values with bands."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from audit.checks.explanation.at_hand import background_of
from audit.checks.rate import LEVEL
from audit.core.errors import DataError, NotApplicable
from audit.core.exhibit import Exhibit, Kind
from audit.core.subject import Model, Subject
from audit.stats.cells import resample

if TYPE_CHECKING:
    import pandas as pd

    from audit.engines.asked_model import AskedModel
    from audit.engines.attributions import Attributions

#: Bins of a number.
BINS = 10
#: Columns above which a model that can only be asked as a whole is not: each further column is a further question about each row.
MOST_COLUMNS = 60
DRAWS = 500


def shap_course(
    asked: "AskedModel", model: Model, subject: Subject, rows: "pd.DataFrame", background: "pd.DataFrame", columns: Sequence[str], seed: int
) -> list[Exhibit]:
    """Return one picture for each column; none where the model cannot be explained.

    Parameters
    ----------
    asked : AskedModel
        The model as something to be asked.
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
        found = attribute(model, rows, background_of(asked, background, len(background)), seed, subject.roles.positive)
    except (DataError, NotApplicable):
        # the courses above stand without it; X001 tells why a model cannot be explained
        return []
    rows = rows.iloc[found.rows].reset_index(drop=True)
    pictures = []
    for column in columns:
        values = found.values[:, list(found.columns).index(column)]
        if is_number(rows[column]):
            numbers = rows[column].to_numpy(dtype=float, na_value=np.nan)
            pictures.append(_along(column, numbers, values, found, seed))
        else:
            pictures.append(_among(column, rows[column], grid(rows[column], BINS), values, found, seed))
    return [p for p in pictures if p.rows]


NOTE = "Mean attribution of the rows in each bin, with 95 % interval over resampled rows; above 0 it speaks for the outcome."


def _along(column: str, numbers: np.ndarray, values: np.ndarray, found: "Attributions", seed: int) -> Exhibit:
    lines = [(float(numbers[inside].mean()), *_mean(values[inside], seed)) for inside in _bins(numbers)]
    title, up = f"Attribution along {column}", f"attribution, {found.unit}"
    return Exhibit(Kind.LINES, title, ("x", "y", "low", "high"), lines, column, up, note=f"{NOTE} {found.method}.")


def _among(column: str, cells: "pd.Series", names: Sequence[Any], values: np.ndarray, found: "Attributions", seed: int) -> Exhibit:
    members = [(cells == name).to_numpy(dtype=bool) for name in names]
    lines = [(str(name), *_mean(values[member], seed), int(member.sum())) for name, member in zip(names, members, strict=True)]
    title, across = f"Attribution along {column}", f"attribution, {found.unit}"
    return Exhibit(Kind.BARS, title, ("label", "value", "low", "high", "n"), lines, across, note=f"{NOTE} {found.method}.")


def _bins(numbers: np.ndarray) -> list[np.ndarray]:
    """Return which rows are in each bin, in ascending order: a bin for each value where there are few, else ten with about as many rows each."""
    known = np.isfinite(numbers)
    distinct = np.unique(numbers[known])
    if len(distinct) > BINS:
        distinct = np.unique(np.quantile(numbers[known], np.linspace(0, 1, BINS + 1)[1:], method="inverted_cdf"))
    place = np.where(known, np.searchsorted(distinct, numbers, side="left"), -1)
    return [place == i for i in range(len(distinct)) if (place == i).any()]


def _mean(values: np.ndarray, seed: int) -> tuple[float, float, float]:
    """Return the mean and the ends of its interval."""
    drawn = resample(np.ones(len(values), dtype=np.int64), DRAWS, seed) @ values / len(values)
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(values.mean()), float(low), float(high)
