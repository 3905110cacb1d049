"""Attributions beside permutation importance: orders, columns that move the output for nothing, and why."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from audit.checks.explanation.importance import DRAWS, Importance, bundled, holding
from audit.checks.rate import LEVEL
from audit.stats.cells import percentile_interval, resample
from audit.stats.intervals import Interval
from audit.stats.rank_correlation import kendall_tau
from audit.stats.student import t_quantile

if TYPE_CHECKING:
    import pandas as pd

    from audit.engines.explanation.shuffled_loss import ShuffledLoss

Values = NDArray[np.float64]

#: Columns that are compared, the most important by attribution.
COMPARED = 30
#: Least share of attribution with which a column is called idle: below, it moves nothing worth a word.
WORTH_A_WORD = 0.02
#: Share of draws that must agree for a difference to be beyond noise.
BEYOND_NOISE = 0.975
#: Rank correlation from which on two columns are said to carry the same.
TWINS = 0.7


@dataclass(frozen=True)
class Comparison:
    """Two importances of the same columns.

    Parameters
    ----------
    moved : Importance
        By attribution.
    lost : ShuffledLoss
        By shuffling held-out rows.
    seen : ShuffledLoss or None
        By shuffling training rows.
    twins : mapping of int to (int, float)
        For a column, the other one it is most like, with the rank correlation; only those alike enough.
    seed : int
        Of the draws.
    """

    moved: Importance
    lost: "ShuffledLoss"
    seen: "ShuffledLoss | None"
    twins: dict[int, tuple[int, float]]
    seed: int

    @cached_property
    def loss(self) -> list[float]:
        """Mean growth of the loss on held-out rows, by column."""
        return [float(v) for v in self.lost.growth.mean(axis=0)]

    @cached_property
    def seen_loss(self) -> list[float]:
        """Mean growth of the loss on training rows, by column."""
        return [] if self.seen is None else [float(v) for v in self.seen.growth.mean(axis=0)]

    def loss_interval(self, column: int) -> Interval | None:
        """Return the interval of a column's growth of the loss, over held-out rows."""
        return _mean_interval(self.lost.growth[:, column])

    @cached_property
    def _leading(self) -> list[int]:
        return self.moved.order[:COMPARED]

    @cached_property
    def _loss_drawn(self) -> Values:
        growth = bundled(self.lost.growth)
        return np.asarray(resample(np.ones(len(growth), dtype=np.int64), DRAWS, self.seed + 2) @ growth / len(growth))

    @cached_property
    def rank_correlation(self) -> tuple[float | None, Interval | None]:
        """Kendall's tau of the two orders, with its interval over rows."""
        leading = self._leading
        value = kendall_tau(self.moved.mean[leading], np.array(self.loss)[leading])
        if value is None:
            return None, None
        pairs = zip(self.moved.drawn[:, leading], self._loss_drawn[:, leading], strict=True)
        drawn = [math.nan if (tau := kendall_tau(a, b)) is None else tau for a, b in pairs]
        return value, holding(percentile_interval(drawn, LEVEL), value)

    @cached_property
    def idle(self) -> list[int]:
        """Columns that carry attribution worth a word, and whose shuffling does not measurably raise the loss."""
        found = []
        for i in self._leading:
            share, interval = self.moved.share(i)[0], self.loss_interval(i)
            if share is not None and share >= WORTH_A_WORD and (interval is None or interval[0] <= 0):
                found.append(i)
        return found

    @cached_property
    def idle_share(self) -> tuple[float | None, Interval | None]:
        """What part of all attribution idle columns carry, with its interval over rows."""
        total = float(self.moved.mean.sum())
        if not total:
            return None, None
        value = float(self.moved.mean[self.idle].sum()) / total
        with np.errstate(invalid="ignore"):
            drawn = self.moved.drawn[:, self.idle].sum(axis=1) / self.moved.drawn.sum(axis=1)
        return value, holding(percentile_interval(drawn, LEVEL), value)

    @cached_property
    def reversed_pairs(self) -> list[tuple[int, int]]:
        """Pairs of leading columns that attribution and loss put in opposite orders, both beyond noise."""
        moved, lost = self.moved.drawn, self._loss_drawn
        ahead = [(i, j) for place, i in enumerate(self._leading) for j in self._leading[place + 1 :]]
        return [(i, j) for i, j in ahead if (moved[:, i] > moved[:, j]).mean() >= BEYOND_NOISE and (lost[:, j] > lost[:, i]).mean() >= BEYOND_NOISE]

    def cause(self, column: int) -> str:
        """Return what may be behind an idle column, in words."""
        own = self.loss_interval(column)
        if self.seen is not None and own is not None:
            there = _mean_interval(self.seen.growth[:, column])
            if there is not None and there[0] > max(0.0, own[1]):
                return "on training rows it does, so the model learnt there what does not hold elsewhere"
        if column in self.twins:
            other, how = self.twins[column]
            return f"'{self.moved.columns[other]}' carries much the same (rank correlation {how:.2f}), so the model does without one of them"
        return "the model uses it, and is not measurably better for it on these rows"


def compared(moved: Importance, lost: "ShuffledLoss", seen: "ShuffledLoss | None", rows: "pd.DataFrame", seed: int) -> Comparison:
    """Return the comparison of a model's two importances.

    Parameters
    ----------
    moved, lost, seen : Importance, ShuffledLoss, ShuffledLoss or None
        By attribution, by shuffling held-out rows and by shuffling training rows.
    rows : pandas.DataFrame
        The held-out rows, of which the explained ones are the first.
    seed : int
        Of the draws.
    """
    leading = moved.order[:COMPARED]
    explained = rows.iloc[moved.first.rows]
    codes = {i: _ordered(explained[moved.columns[i]], moved.first.margin) for i in leading}
    twins = {}
    for i in leading:
        likes = [(abs(tau), j) for j in leading if j != i and (tau := _correlation(codes[i], codes[j])) is not None]
        if likes and max(likes)[0] >= TWINS:
            twins[i] = (max(likes)[1], max(likes)[0])
    return Comparison(moved, lost, seen, twins, seed)


def _ordered(column: "pd.Series", margin: Values) -> Values:
    """Return ranks of a column's values; words in the order of the output that goes with them."""
    import pandas as pd

    if not pd.api.types.is_numeric_dtype(column):
        words = column.astype(object).where(column.notna(), "").astype(str).reset_index(drop=True)
        column = words.map(pd.Series(margin).groupby(words).mean())
    return np.asarray(column.rank(), dtype=float)


def _correlation(first: Values, second: Values) -> float | None:
    both = ~np.isnan(first) & ~np.isnan(second)
    a, b = first[both], second[both]
    if len(a) < 3 or a.std() == 0 or b.std() == 0:
        return None
    return float(np.corrcoef(a, b)[0, 1])


def _mean_interval(values: Values) -> Interval | None:
    n = len(values)
    if n < 2:
        return None
    half = t_quantile(LEVEL, n - 1) * float(values.std(ddof=1)) / math.sqrt(n)
    mean = float(values.mean())
    return mean - half, mean + half
