"""A metric in each group, with its interval and on how many rows it rests."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audit.by_group.cells import Cells
from audit.by_group.metrics import COMPOSITES, Metric
from audit.stats.auc import roc_auc, roc_auc_interval
from audit.stats.cells import bca_interval
from audit.stats.decision_rates import ABSENT, NEGATIVE, POSITIVE, RATES
from audit.stats.rates import Bounds, rate_bounds, rate_method, weighted_bounds
from audit.stats.student import t_quantile

Floats = NDArray[np.float64]

NO_ROWS = "not estimable: no rows to count among"
ONE_KIND = "not estimable: all rows have the same outcome"
TOO_FEW = "no interval: too few rows of one kind"
WEIGHTED_SCORES = "not estimable: weights are not taken into account for scores"


@dataclass(frozen=True)
class Estimates:
    """A metric in each group.

    Parameters
    ----------
    value, low, high : ndarray, shape (groups,)
        NaN where it cannot be estimated.
    n : ndarray of int, shape (groups,)
        Rows that it rests on: of a rate, its denominator.
    method : sequence of str
        How each was made, or why there is none.
    """

    value: Floats
    low: Floats
    high: Floats
    n: NDArray[np.int64]
    method: Sequence[str]


def estimates(metric: Metric, cells: Cells, level: float) -> Estimates:
    """Return a metric in each group of the cells."""
    if metric.kind == "rate":
        return _rates(metric, cells, level)
    return _composites(metric, cells, level) if metric.kind == "composite" else _of_scores(metric, cells, level)


def counts_of(metric: Metric, cells: Cells) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return successes and trials of a rate in each group."""
    successes, trials = RATES[metric.source].counts(cells.counts)
    return np.asarray(successes, dtype=np.int64), np.asarray(trials, dtype=np.int64)


def labelled_and_predicted(cells: Cells) -> NDArray[np.int64]:
    """Return how many rows of each group have a label and a prediction."""
    return np.asarray(cells.counts[:, :ABSENT, :ABSENT].sum(axis=(1, 2)), dtype=np.int64)


def _rates(metric: Metric, cells: Cells, level: float) -> Estimates:
    k, n = counts_of(metric, cells)
    if cells.weights is None or cells.squares is None:
        low, high = rate_bounds(k, n, level)
        value = RATES[metric.source].value(cells.counts)
        return Estimates(value, low, high, n, [rate_method(a, b) if b else NO_ROWS for a, b in zip(k.tolist(), n.tolist(), strict=True)])
    value = RATES[metric.source].value(cells.weights)
    weight, squares = RATES[metric.source].counts(cells.weights)[1], RATES[metric.source].counts(cells.squares)[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        effective = np.where(squares > 0, weight**2 / squares, 0.0)
    low, high = weighted_bounds(value, effective, level)
    method = [f"clopper-pearson, effective n = {e:.1f}" if e > 0 else NO_ROWS for e in effective]
    return Estimates(value, low, high, n, method)


def _composites(metric: Metric, cells: Cells, level: float) -> Estimates:
    statistic = COMPOSITES[metric.source]
    n = labelled_and_predicted(cells)
    value = statistic(cells.counts if cells.weights is None else cells.weights)
    low, high, method = np.full(len(n), np.nan), np.full(len(n), np.nan), []
    for i, table in enumerate(cells.counts):
        if np.isnan(value[i]):
            method.append(NO_ROWS if not n[i] else ONE_KIND)
            continue
        if cells.weights is None:
            interval = bca_interval(statistic, table, level)
            method.append("bca, cells resampled" if interval else TOO_FEW)
            low[i], high[i] = interval or (np.nan, np.nan)
        else:
            method.append("no interval: take .difference(), which resamples the weighted cells")
    return Estimates(value, low, high, n, method)


def _of_scores(metric: Metric, cells: Cells, level: float) -> Estimates:
    groups = len(cells.groups)
    nothing = np.full(groups, np.nan)
    if cells.weights is not None:
        return Estimates(nothing, nothing, nothing, np.zeros(groups, dtype=np.int64), [WEIGHTED_SCORES] * groups)
    assert cells.scores is not None
    assert cells.moments is not None
    made = [_one_of_scores(metric.source, cells.scores[i], cells.moments[i], level) for i in range(groups)]
    value, low, high, n, method = zip(*made, strict=True)
    return Estimates(np.array(value), np.array(low), np.array(high), np.array(n, dtype=np.int64), method)


def _one_of_scores(source: str, scores: NDArray[np.int64], moments: Floats, level: float) -> tuple[float, float, float, int, str]:
    by_label = scores.sum(axis=1)
    if source == "roc_auc":
        n = int(by_label[POSITIVE] + by_label[NEGATIVE])
        area = roc_auc(scores[NEGATIVE], scores[POSITIVE])
        ends = roc_auc_interval(scores[NEGATIVE], scores[POSITIVE], level)
        if area is None or ends is None:
            return np.nan, np.nan, np.nan, n, ONE_KIND if n else NO_ROWS
        return area, *ends, n, f"newcombe 5 with delong's spread, {scores.shape[1]:,} classes of scores"
    if source == "mean_score":
        n, total, squares = int(by_label.sum()), float(moments[:, 0].sum()), float(moments[:, 1].sum())
    else:
        positives = int(by_label[POSITIVE])
        n, known = positives + int(by_label[NEGATIVE]), moments[[POSITIVE, NEGATIVE]]
        total = float(known[:, 0].sum()) - positives
        squares = float(known[:, 1].sum()) - 2 * float(moments[POSITIVE, 0]) + positives
    if n < 2:
        return (total if n else np.nan), np.nan, np.nan, n, TOO_FEW if n else NO_ROWS
    mean = total / n
    half = t_quantile(level, n - 1) * float(np.sqrt(max(squares / n - mean**2, 0) / (n - 1)))
    least = 0.0 if source == "mean_score" else -1.0
    return mean, max(mean - half, least), min(mean + half, 1.0), n, "student's t"


def bounds(metric: Metric, cells: Cells, level: float) -> Bounds:
    """Return the ends of the intervals alone."""
    made = estimates(metric, cells, level)
    return made.low, made.high


def as_rows(made: Estimates) -> list[dict[str, Any]]:
    """Return the estimates as rows for a frame, one a group."""
    parts = zip(made.value, made.low, made.high, made.n, made.method, strict=True)
    return [{"value": float(v), "low": float(a), "high": float(b), "n": int(n), "method": m} for v, a, b, n, m in parts]
