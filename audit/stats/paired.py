"""Two models judged on the same rows: tests and intervals of the difference, from sums over the rows."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audit.stats.intervals import Interval, normal_quantile
from audit.stats.rows_needed import rows_needed


def mcnemar(won: int, lost: int, *, mid: bool = False) -> float:
    """Return the two-sided p-value of "neither is right more often": under it each discordant row is a fair coin.

    Parameters
    ----------
    won, lost : int
        Rows in which only the first, or only the second, is right.
    mid : bool
        Whether the observed split counts half, which makes up for the caution of the exact test on few rows.

    References
    ----------
    McNemar, Q. (1947). Note on the sampling error of the difference between correlated proportions or percentages. Psychometrika 12, 153-157.
    Fagerland, M. W., Lydersen, S. and Laake, P. (2013). The McNemar test for binary matched-pairs data: mid-p and asymptotic are better than
    exact conditional. BMC Medical Research Methodology 13, 91.
    """
    if won < 0 or lost < 0:
        raise ValueError(f"counts cannot be negative; got {won} and {lost}")
    n, fewer = won + lost, min(won, lost)
    if n == 0 or won == lost:
        return 1.0
    log_p = math.lgamma(n + 1) - math.lgamma(fewer + 1) - math.lgamma(n - fewer + 1) - n * math.log(2)
    # terms fall off faster than the binomial's own spread
    k = np.arange(fewer, max(fewer - 40 * math.sqrt(n) - 40, 0), -1, dtype=float)
    terms = np.exp(log_p + np.concatenate([[0.0], np.cumsum(np.log(k) - np.log(n - k + 1))]))
    return float(min(1.0, 2 * terms.sum() - (terms[0] if mid else 0.0)))


def more_paired_rows(won: int, lost: int, n: int, limit: float = 0.0, level: float = 0.95) -> int | None:
    """Return about how many more rows would decide whether the difference is above a limit, if all shares stay as they are.

    Returns
    -------
    int or None
        0 where it is decided; ``None`` where a million times the rows would not decide it, or there are none.
    """
    if n == 0:
        return None

    def decided(factor: float) -> bool:
        # shares of so many rows, not counts: they need not be whole
        low, high = paired_mean((won - lost) * factor, (won + lost) * factor, n * factor, level)
        return low > limit or high < limit

    return rows_needed(decided, n)


def paired_mean(total: float, squares: float, n: float, level: float = 0.95) -> Interval:
    """Return the interval of a mean change per row, each change from -1 to 1.

    Bonett and Price's interval, which adds one row that gains and one that loses, for changes that may be fractions, such as the mean over several
    draws of noise. With changes of -1, 0 and 1 it is theirs. It has a width also where no row changes.

    Parameters
    ----------
    total, squares : float
        Sums of the changes and of their squares.
    n : float
        Rows, at least one.
    level : float
        Confidence level.
    """
    mean = total / (n + 2)
    half = normal_quantile(level) * math.sqrt(max((squares + 2) / (n + 2) - mean**2, 0.0) / (n + 2))
    return max(-1.0, mean - half), min(1.0, mean + half)


@dataclass(frozen=True)
class PairedPlaces:
    """Where the rows of one outcome are placed among those of the other, by two scores.

    Parameters
    ----------
    n : int
        Rows of the outcome.
    first, second : float
        Sums of the places: the share of the other outcome's rows on the wrong side of this one, subtracted from 1, ties half.
    first_squares, second_squares, products : float
        Sums of their squares, and of the products of the two.
    """

    n: int
    first: float
    second: float
    first_squares: float
    second_squares: float
    products: float

    @classmethod
    def of(cls, first: ArrayLike, second: ArrayLike, n: ArrayLike = 1) -> "PairedPlaces":
        """Sum places that were computed row by row, or cell by cell with ``n`` rows in each."""
        a, b, size = np.broadcast_arrays(np.asarray(first, dtype=float), np.asarray(second, dtype=float), np.asarray(n, dtype=float))
        sums = [float(np.sum(size * x)) for x in (a, b, a * a, b * b, a * b)]
        return cls(int(size.sum()), *sums)

    def spread(self) -> float:
        """Return the squared standard error of the mean difference, with one row added that gains half and one that loses half."""
        squares = self.first_squares + self.second_squares - 2 * self.products
        mean = (self.first - self.second) / (self.n + 2)
        return max((squares + 0.5) / (self.n + 2) - mean**2, 0.0) / (self.n + 2)


def auc_difference(positives: PairedPlaces, negatives: PairedPlaces, level: float = 0.95) -> tuple[float, Interval] | None:
    """Return the difference of two areas under the ROC curve on the same rows, first minus second, and its interval.

    DeLong's variance of a difference, widened by two rows of each outcome as Bonett and Price widen that of accuracies, so that scores that order the
    rows alike have an interval too.

    Parameters
    ----------
    positives, negatives : PairedPlaces
        Of either outcome.
    level : float
        Confidence level.

    Returns
    -------
    tuple or None
        ``None`` where one outcome has no rows.

    References
    ----------
    DeLong, E. R., DeLong, D. M. and Clarke-Pearson, D. L. (1988). Comparing the areas under two or more correlated receiver operating
    characteristic curves: a nonparametric approach. Biometrics 44, 837-845.
    """
    if not positives.n or not negatives.n:
        return None
    difference = (positives.first - positives.second) / positives.n
    half = normal_quantile(level) * math.sqrt(positives.spread() + negatives.spread())
    return difference, (max(-1.0, difference - half), min(1.0, difference + half))


def places(scores: ArrayLike, positive: ArrayLike) -> NDArray[np.float64]:
    """Return the place of each row: the share of the other outcome's rows that a score puts on the right side of it, ties half; NaN without any.

    Parameters
    ----------
    scores : array_like of float, shape (rows,)
        Higher for the positive outcome.
    positive : array_like of bool, shape (rows,)
        The outcome.
    """
    s, y = np.asarray(scores, dtype=float), np.asarray(positive, dtype=bool)
    placed = np.full(len(s), np.nan)
    for own, sign in ((y, 1), (~y, -1)):
        others = np.sort(sign * s[~own])
        if len(others):
            mine = sign * s[own]
            placed[own] = (np.searchsorted(others, mine, "left") + np.searchsorted(others, mine, "right")) / (2 * len(others))
    return placed
