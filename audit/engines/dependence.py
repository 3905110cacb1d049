"""How a model's answer moves with one column, or with two: partial dependence, accumulated local effects, interactions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from audit.engines.asked_model import MOST_CELLS, AskedModel, Values, changed, held, repeated
from audit.engines.replaced import replaced

#: Rows that must share a category for it to be asked about, and categories of a column at most.
MIN_ROWS, MOST_CATEGORIES = 5, 12


@dataclass(frozen=True)
class Accumulated:
    """What accumulated local effects are made of: the change of the answer of each row across the bin that it lies in.

    Parameters
    ----------
    edges : array, shape (bins + 1,)
        Ends of the bins, values that occur.
    place : array of int, shape (rows,)
        The bin of each row.
    along : array, shape (rows,)
        How far along its bin each row lies, from 0 to 1.
    difference : array, shape (rows,)
        The answer at the upper end of the row's bin less that at the lower end, all other columns as they are.
    level : float
        Mean answer for these rows.
    """

    edges: Values
    place: NDArray[np.intp]
    along: Values
    difference: Values
    level: float

    def curves(self, weights: Values) -> Values:
        """Return the accumulated effects at the edges, one curve for each row of weights, shape (draws, edges).

        Each curve is centred on the rows themselves, so that it reads as the difference from their mean answer.

        Parameters
        ----------
        weights : array, shape (draws, rows)
            How often each row counts.
        """
        bins = len(self.edges) - 1
        inside = np.eye(bins)[self.place]
        count = weights @ inside
        own = np.ones(len(self.place)) @ inside
        whole = (self.difference @ inside) / np.maximum(own, 1)
        with np.errstate(invalid="ignore", divide="ignore"):
            effect = (weights @ (inside * self.difference[:, np.newaxis])) / count
        # a bin that lost all its rows in a draw keeps its effect
        effect = np.where(count > 0, effect, whole)
        curve = np.concatenate([np.zeros((len(weights), 1)), np.cumsum(effect, axis=1)], axis=1)
        here = curve[:, self.place] + effect[:, self.place] * self.along
        return curve - (here * weights).sum(axis=1, keepdims=True) / weights.sum(axis=1, keepdims=True)


def is_number(column: pd.Series) -> bool:
    """Return whether a column is a number that can be gone along: no boolean, no code of words."""
    kind = column.dtype
    plain = pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind) and not pd.api.types.is_complex_dtype(kind)
    return bool(plain)


def grid(column: pd.Series, points: int) -> list[Any]:
    """Return values of a column to ask about: of numbers all, or quantiles that occur; of all else what five rows share, the commonest first."""
    if is_number(column):
        known = np.sort(column.to_numpy(dtype=float, na_value=np.nan))
        known = known[np.isfinite(known)]
        found = np.unique(known)
        if len(found) > points:
            found = np.unique(np.quantile(known, np.linspace(0, 1, points), method="inverted_cdf"))
        return [float(v) for v in found]
    counts = column.value_counts()
    return list(counts[counts >= MIN_ROWS].index[:MOST_CATEGORIES])


def reach_of(asked: AskedModel, rows: pd.DataFrame, seed: int) -> dict[str, float]:
    """Return how far the answer moves, in the mean, when each column takes the value of another row."""
    width = max(len(asked.columns), 1)
    few = rows.head(max(20, min(len(rows), 20_000 // width))).reset_index(drop=True)
    here, order = asked.chances(few), np.random.default_rng(seed).permutation(len(few))
    step = max(1, MOST_CELLS // (len(few) * width))
    found: dict[str, float] = {}
    for start in range(0, len(asked.columns), step):
        part = asked.columns[start : start + step]
        given = repeated(few, len(part))
        places = [slice(k * len(few), (k + 1) * len(few)) for k in range(len(part))]
        cells = {c: held(given[c], few[c].take(order).array, place) for c, place in zip(part, places, strict=True)}
        moved = np.abs(asked.chances(replaced(given, cells)).reshape(len(part), len(few)) - here)
        found |= {column: 0.0 if np.isnan(far).all() else float(np.nanmean(far)) for column, far in zip(part, moved, strict=True)}
    return found


def partial_dependence(asked: AskedModel, rows: pd.DataFrame, column: str, at: Sequence[Any]) -> Values:
    """Return the answer for each row with the column set to each value, shape (rows, values): the individual curves; their mean is the dependence.

    References
    ----------
    Friedman, J. (2001). Greedy function approximation: a gradient boosting machine. Annals of Statistics 29.
    Goldstein, A. et al. (2015). Peeking inside the black box: visualizing statistical learning with plots of individual conditional expectation.
    """
    many = repeated(rows, len(at))
    values = pd.Series(list(at)).take(np.repeat(np.arange(len(at)), len(rows))).array
    return asked.chances(changed(many, column, values)).reshape(len(at), len(rows)).T


def accumulated(asked: AskedModel, rows: pd.DataFrame, column: str, bins: int) -> Accumulated | None:
    """Return the local effects of a column of numbers; ``None`` where fewer than two values are known.

    Rows whose value is missing, and rows about which the model refuses an answer, are left out.

    References
    ----------
    Apley, D. and Zhu, J. (2020). Visualizing the effects of predictor variables in black box supervised learning models. JRSS B 82.
    """
    values = rows[column].to_numpy(dtype=float, na_value=np.nan)
    rows, values = rows[np.isfinite(values)].reset_index(drop=True), values[np.isfinite(values)]
    edges = np.asarray(grid(pd.Series(values), bins + 1), dtype=float)
    if len(edges) < 2:
        return None
    place = np.clip(np.searchsorted(edges, values, side="left") - 1, 0, len(edges) - 2)
    ends = [asked.chances(changed(rows, column, edges[place + step])) for step in (0, 1)]
    difference, level = ends[1] - ends[0], asked.chances(rows)
    along = (values - edges[place]) / (edges[place + 1] - edges[place])
    known = ~np.isnan(difference) & ~np.isnan(level)
    return Accumulated(edges, place[known], along[known], difference[known], float(level[known].mean())) if known.any() else None


@dataclass(frozen=True)
class Joint:
    """Answers from which the interaction of two columns is computed: row ``i`` gives the columns, row ``b`` all others; each (rows, rows)."""

    first: Values
    second: Values
    both: Values

    def strength(self, weights: Values) -> tuple[Values, Values]:
        """Return Friedman and Popescu's H², and how far the interaction moves the answer (root mean square), each of shape (draws,).

        Parameters
        ----------
        weights : array, shape (draws, rows)
            How often each row counts, both as one that gives columns and as one that gives the others.
        """
        share = weights / weights.sum(axis=1, keepdims=True)
        parts = [share @ answers.T for answers in (self.both, self.first, self.second)]
        both, first, second = (p - (p * share).sum(axis=1, keepdims=True) for p in parts)
        left, whole = (share * (both - first - second) ** 2).sum(axis=1), (share * both**2).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(whole > 1e-18, left / whole, 0.0), np.sqrt(left)


def joint(asked: AskedModel, rows: pd.DataFrame, columns: Sequence[str]) -> dict[tuple[str, str], Joint]:
    """Ask about each pair of some columns.

    Parameters
    ----------
    asked : AskedModel
        The model.
    rows : pandas.DataFrame
        A few dozen rows: the questions grow with their square.
    columns : sequence of str
        At least two.

    References
    ----------
    Friedman, J. and Popescu, B. (2008). Predictive learning via rule ensembles. Annals of Applied Statistics 2.
    """
    size = len(rows)
    own, other = np.repeat(np.arange(size), size), np.tile(np.arange(size), size)
    background = rows.iloc[other].reset_index(drop=True)

    def answers(*taken: str) -> Values:
        mixed = background
        for column in taken:
            mixed = changed(mixed, column, rows[column].take(own).array)
        return asked.chances(mixed).reshape(size, size)

    alone = {c: answers(c) for c in columns}
    pairs = [(a, b) for i, a in enumerate(columns) for b in columns[i + 1 :]]
    return {(a, b): Joint(alone[a], alone[b], answers(a, b)) for a, b in pairs}


def off_data(rows: pd.DataFrame, column: str, other: str, bands: int = 8) -> float:
    """Return the share of combinations of two columns that partial dependence asks about and that no row comes near.

    Both are sorted into bands (numbers into at most eight of equal size, all else by value). Asking about every value of one for every row is asking
    about the product of the two; of that, the share in cells where at least three rows would be expected and there is none is off the data.
    """
    a, b = _bands(rows[column], bands), _bands(rows[other], bands)
    table = np.zeros((int(a.max()) + 1, int(b.max()) + 1))
    np.add.at(table, (a, b), 1)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / len(rows)
    return float(expected[(table == 0) & (expected >= 3)].sum() / len(rows))


def _bands(column: pd.Series, bands: int) -> NDArray[np.intp]:
    if is_number(column):
        values = column.to_numpy(dtype=float, na_value=np.nan)
        known = values[np.isfinite(values)]
        if not known.size:
            return np.zeros(len(values), dtype=np.intp)
        edges = np.unique(np.quantile(known, np.linspace(0, 1, bands + 1)[1:-1], method="inverted_cdf"))
        return np.where(np.isfinite(values), np.searchsorted(edges, values, side="left"), len(edges) + 1)
    codes, _ = pd.factorize(column, use_na_sentinel=False)
    return np.minimum(codes, MOST_CATEGORIES)
