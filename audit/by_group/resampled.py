"""Cells resampled once for all metrics and all sets of attributes: the row bootstrap in distribution, at the price of the cells."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audit.by_group.cells import Cells
from audit.by_group.metrics import COMPOSITES, Metric
from audit.stats.cells import resample
from audit.stats.decision_rates import RATES

DRAWS = 1_000


class Draws:
    """Tables drawn from the joint cells, from which those of any set of attributes are summed.

    Parameters
    ----------
    cells : Cells
        Of all attributes together.
    draws, seed : int
        How many tables; the same seed gives the same ones.
    """

    def __init__(self, cells: Cells, draws: int = DRAWS, seed: int = 0) -> None:
        self.cells = cells
        filled = np.flatnonzero(cells.counts.reshape(-1))
        drawn = resample(cells.counts.reshape(-1)[filled], draws, seed).astype(float)
        if cells.weights is not None and cells.squares is not None:
            drawn = _weighted(drawn, cells, filled, seed)
        #: Positions of the cells that have rows, and what was drawn for each: counts, or sums of weights.
        self.filled, self.drawn = filled, drawn

    def of(self, attributes: Sequence[str], narrowed: Cells) -> NDArray[np.float64]:
        """Return the tables of some attributes, shape (draws, groups, 3, 3)."""
        into = self.cells.index_in(attributes, narrowed.groups)
        cell = into[self.filled // 9] * 9 + self.filled % 9
        order = np.argsort(cell, kind="stable")
        places, starts = np.unique(cell[order], return_index=True)
        tables = np.zeros((len(self.drawn), len(narrowed.groups) * 9))
        tables[:, places] = np.add.reduceat(self.drawn[:, order], starts, axis=1)
        return tables.reshape(-1, len(narrowed.groups), 3, 3)


def value_of(metric: Metric, tables: NDArray[Any]) -> NDArray[np.float64]:
    """Return a metric of decisions for tables of shape (…, 3, 3)."""
    return RATES[metric.source].value(tables) if metric.kind == "rate" else COMPOSITES[metric.source](tables)


def _weighted(drawn: NDArray[np.float64], cells: Cells, filled: NDArray[np.intp], seed: int) -> NDArray[np.float64]:
    """Return drawn sums of weights: of as many rows as were drawn, each with the mean and the spread of the weights in its cell."""
    assert cells.weights is not None
    assert cells.squares is not None
    n = cells.counts.reshape(-1)[filled]
    mean = cells.weights.reshape(-1)[filled] / n
    spread = np.sqrt(np.maximum(cells.squares.reshape(-1)[filled] / n - mean**2, 0))
    noise = np.random.default_rng([seed, 1]).standard_normal(drawn.shape)
    return np.maximum(drawn * mean + np.sqrt(drawn) * spread * noise, 0)
