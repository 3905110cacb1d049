"""Means from counts, sums and sums of squares: intervals, differences, and Welch's test."""

import math
from dataclasses import dataclass
from statistics import NormalDist

from audit.stats.intervals import Interval
from audit.stats.student import t_quantile, t_tails


@dataclass(frozen=True)
class Moments:
    """How many values there are, their sum, and the sum of their squares.

    Parameters
    ----------
    n : int
        Values.
    total, squares : float
        Sums.
    """

    n: int
    total: float
    squares: float

    @property
    def mean(self) -> float:
        """The mean; NaN without values."""
        return self.total / self.n if self.n else math.nan

    @property
    def variance(self) -> float:
        """The variance, with n - 1 below the line; NaN with fewer than two values."""
        return max(self.squares - self.total**2 / self.n, 0.0) / (self.n - 1) if self.n > 1 else math.nan

    @property
    def error(self) -> float:
        """The standard error of the mean."""
        return math.sqrt(self.variance / self.n) if self.n > 1 else math.nan

    def less(self, others: "Moments") -> "Moments":
        """Return the moments of these values without some of them."""
        return Moments(self.n - others.n, self.total - others.total, self.squares - others.squares)


def mean_interval(values: Moments, level: float = 0.95) -> Interval | None:
    """Return the interval of a mean by Student's distribution, or ``None`` with fewer than two values."""
    if values.n < 2:
        return None
    half = t_quantile(level, values.n - 1) * values.error
    return values.mean - half, values.mean + half


def difference_of_means(first: Moments, second: Moments, level: float = 0.95) -> Interval | None:
    """Return Welch's interval of the mean of the first less that of the second, or ``None`` where one has fewer than two values.

    References
    ----------
    Welch, B. L. (1947). The generalization of Student's problem when several different population variances are involved. Biometrika 34, 28-35.
    """
    if min(first.n, second.n) < 2:
        return None
    error, freedom = _welch(first, second)
    half = t_quantile(level, freedom) * error
    return first.mean - second.mean - half, first.mean - second.mean + half


def larger_mean(first: Moments, second: Moments) -> float | None:
    """Return the one-sided p-value of "the first mean is not larger than the second" by Welch's test, or ``None`` where there is none."""
    if min(first.n, second.n) < 2:
        return None
    error, freedom = _welch(first, second)
    away = first.mean - second.mean
    if error == 0:
        return 1.0 if away <= 0 else 0.0
    return t_tail(away / error, freedom)


def t_tail(t: float, freedom: float) -> float:
    """Return the probability of a value above ``t`` of Student's distribution."""
    half = t_tails(t, freedom) / 2
    return half if t > 0 else 1 - half


def normal_tail(z: float) -> float:
    """Return the probability of a value above ``z`` of the normal distribution."""
    return NormalDist().cdf(-z)


def _welch(first: Moments, second: Moments) -> tuple[float, float]:
    a, b = first.variance / first.n, second.variance / second.n
    if a + b == 0:
        return 0.0, float(first.n + second.n - 2)
    return math.sqrt(a + b), (a + b) ** 2 / (a * a / (first.n - 1) + b * b / (second.n - 1))
