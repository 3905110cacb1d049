"""How far the values of a column may lie out before they are no part of its distribution, judged by the shape of its own tail."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

#: Expected number of values beyond the bound, if the tail goes on as it began.
EXPECTED = 1e-3
#: The tail is fitted on this share of the values, or on the largest 100 if those are more, without the outermost ones, which may be wrong.
TAIL, FEWEST, TRIMMED, LEAST_TRIMMED = 0.1, 100, 0.005, 5
#: Standard errors added to the shape of the tail, so that it is rather too heavy than too light.
MARGIN = 3.0
#: Shapes tried: a uniform distribution has -1, normal and exponential tails 0, Cauchy's 1.
SHAPES = np.arange(-1.0, 2.001, 0.01)
#: Quantiles that the fit looks at.
LEVELS = 60
#: Fewer values than this tell nothing about a tail.
MIN_VALUES = 300


@dataclass(frozen=True)
class TailBound:
    """Where a tail ends.

    Parameters
    ----------
    start : float
        Where the tail begins.
    bound : float
        Beyond it fewer than :data:`EXPECTED` values are expected.
    shape : float
        Of the generalised Pareto tail, margin included: 0 falls like an exponential, 1/3 like Student's t with 3 degrees of freedom.
    """

    start: float
    bound: float
    shape: float


def upper_bound(values: Values, population: int) -> TailBound | None:
    """Return how far up the values of a population of some size may lie, judged by a sample of it.

    A generalised Pareto distribution is fitted to the quantiles of the uppermost tenth, the outermost half per cent left out, so that the
    bound does not follow the values it is to judge. The shape is raised by three standard errors, and is never taken to be lighter than
    exponential; the bound is the quantile that fewer than 1 in 1,000 populations exceed. A larger population has a wider bound.

    Parameters
    ----------
    values : array, shape (n,)
        A random sample without missing values, or all values.
    population : int
        How many values the sample stands for.

    Returns
    -------
    TailBound or None
        ``None`` for fewer than 300 values, or where the tail has no spread.

    References
    ----------
    Pickands, J. (1975). Statistical inference using extreme order statistics. Annals of Statistics 3, 119-131.
    Davison, A. C. and Smith, R. L. (1990). Models for exceedances over high thresholds. JRSS B 52, 393-442.
    """
    n = len(values)
    if n < MIN_VALUES:
        return None
    tail = min(max(int(n * TAIL), FEWEST), n // 5)
    trimmed = max(int(n * TRIMMED), min(LEAST_TRIMMED, tail // 4))
    downwards = np.sort(values)[::-1]
    start = float(downwards[tail])
    beyond = (np.arange(tail) + 0.5) / tail
    excess = downwards[:tail] - start
    seen = (np.arange(tail) >= trimmed) & (beyond <= 0.8) & (excess > 0)
    if seen.sum() < LEVELS / 4:
        return None
    places = np.unique(np.geomspace(1, seen.sum(), LEVELS).astype(int) - 1)
    heights, survival = np.log(excess[seen][places]), beyond[seen][places]
    residuals = heights - np.log(_excess(SHAPES[:, np.newaxis], survival[np.newaxis, :]))
    shape = float(SHAPES[residuals.var(axis=1).argmin()])
    shape = max(shape + MARGIN * (1 + max(shape, 0.0)) / np.sqrt(tail), 0.0)
    scale = float(np.exp(np.mean(heights - np.log(_excess(np.array(shape), survival)))))
    reach = float(_excess(np.array(shape), np.array(EXPECTED / (population * tail / n))))
    return TailBound(start, start + scale * reach, shape)


def spread_out(values: Values, step: float) -> Values:
    """Return values with the grid they were rounded to filled evenly, always in the same way: ties would hide the shape of a tail.

    Parameters
    ----------
    values : array, shape (n,)
        Values on a grid.
    step : float
        Width of the grid; 0 for none.
    """
    return values + step * (np.random.default_rng(0).random(len(values)) - 0.5)


def grid_step(values: Values) -> float:
    """Return the usual distance between neighbouring values that occur, 0 for fewer than two."""
    gaps = np.diff(np.unique(values))
    return float(np.quantile(gaps, 0.25)) if len(gaps) else 0.0


def _excess(shape: Values, survival: Values) -> Values:
    """Return the quantile of a generalised Pareto distribution with scale 1 that a share ``survival`` exceeds."""
    depth = -np.log(survival)
    safe = np.where(np.abs(shape) < 1e-9, 1.0, shape)
    return np.where(np.abs(shape) < 1e-9, depth, np.expm1(safe * depth) / safe)
