"""The course of a model's answer along one column, with what is measured of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from audit.checks.rate import LEVEL
from audit.core.measurement import Measurement
from audit.stats.cells import percentile_interval, resample

if TYPE_CHECKING:
    import pandas as pd

    from audit.engines.asked_model import AskedModel
    from audit.engines.dependence import Accumulated

DRAWS = 500
#: Points of a curve.
POINTS = 20


@dataclass(frozen=True)
class Course:
    """How the answer moves with one column.

    Parameters
    ----------
    column : str
        Which.
    at : list
        Values asked about.
    each : ndarray, shape (rows, values)
        Individual curves.
    local : Accumulated or None
        Local effects, of numbers.
    off : float
        Largest share of the questions that lies off the data, over the other columns.
    beside : str
        The column with which it is largest.
    """

    column: str
    at: list[Any]
    each: np.ndarray
    local: "Accumulated | None"
    off: float
    beside: str

    @property
    def mean(self) -> np.ndarray:
        """The partial dependence, shape (values,)."""
        return np.asarray(np.nanmean(self.each, axis=0))


def course_of(asked: "AskedModel", rows: "pd.DataFrame", column: str, others: Sequence[str]) -> Course | None:
    """Ask the model along one column; ``None`` where that has one value only, or is refused for all rows."""
    from audit.engines.dependence import accumulated, grid, is_number, off_data, partial_dependence

    at = grid(rows[column], POINTS)
    if len(at) < 2:
        return None
    each = partial_dependence(asked, rows, column, at)
    if np.isnan(each).all(axis=0).any():
        return None
    off = {other: off_data(rows, column, other) for other in dict.fromkeys(others) if other != column}
    beside = max(off, key=lambda o: off[o], default="")
    local = accumulated(asked, rows, column, POINTS - 1) if is_number(rows[column]) else None
    return Course(column, at, each, local, off.get(beside, 0.0), beside)


def weights_of(rows: int, seed: int) -> np.ndarray:
    """Return how often each row counts in each draw of the bootstrap, shape (draws, rows)."""
    return resample(np.ones(rows, dtype=np.int64), DRAWS, seed).astype(float)


def course_measured(model: str, course: Course, unit: str, seed: int) -> list[Measurement]:
    """Return how far the answer goes along a column, with intervals over resampled rows, and how much of the asking is off the data."""
    where = {"model": model, "feature": course.column}
    weights = weights_of(len(course.each), seed)
    drawn = weights @ np.nan_to_num(course.each) / np.maximum(weights @ ~np.isnan(course.each), 1)
    ends = drawn[:, -1] - drawn[:, 0] if course.local is not None else drawn[:, course.mean.argmax()] - drawn[:, course.mean.argmin()]
    change = float(course.mean[-1] - course.mean[0]) if course.local is not None else float(np.ptp(course.mean))
    ways = "from the lowest to the highest value" if course.local is not None else "between the categories with the lowest and the highest answer"
    how = f"{ways}; bootstrap over the rows asked about"
    n = len(course.each)
    found = [Measurement("partial_dependence_change", change, unit, where, n, percentile_interval(ends, LEVEL), LEVEL, how)]
    if course.local is not None:
        rows = len(course.local.place)
        (curve,) = course.local.curves(np.ones((1, rows)))
        curves = course.local.curves(weights_of(rows, seed))
        band = percentile_interval(curves[:, -1] - curves[:, 0], LEVEL)
        found.append(Measurement("accumulated_effect", float(curve[-1] - curve[0]), unit, where, rows, band, LEVEL, how))
    off = f"largest over the other columns, here '{course.beside}'; bands of each, cells without a row where three would be expected"
    return [*found, Measurement("off_data_share", course.off, "share", where, n, method=off)]


def largest_move(model: str, reach: float, unit: str, n: int) -> Measurement:
    """Return that no column moves the answer."""
    how = "mean move of the answer when each column takes the value of another row; the largest over the columns"
    return Measurement("largest_move", reach, unit, {"model": model}, n, method=how)
