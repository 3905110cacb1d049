"""Highest minus lowest and lowest over highest of a metric over groups, with intervals that can hold no difference, and a test of "all alike"."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from audit.by_group.cells import Cells
from audit.by_group.estimates import bounds, counts_of, estimates, labelled_and_predicted
from audit.by_group.metrics import Metric
from audit.by_group.resampled import DRAWS, Draws, value_of
from audit.core.wording import counted
from audit.stats.intervals import Interval
from audit.stats.range_of_estimates import range_of_estimates
from audit.stats.range_of_rates import range_of_rates
from audit.stats.range_of_resampled import range_of_resampled
from audit.stats.rates import square_and_add_logs

#: Rates that a model which answers the same for every row has alike in all groups by construction.
BY_CONSTRUCTION = ("selection_rate", "true_positive_rate", "false_positive_rate", "true_negative_rate", "false_negative_rate")

#: More groups than this are not compared in pairs: the draws of the test and the pairs would fill the memory, and every interval would be wide.
MOST_GROUPS = 500

TOO_FEW_GROUPS = "not estimable: fewer than two groups have rows to count among"
TOO_MANY_GROUPS = f"not estimable: more than {MOST_GROUPS} groups. Set min_n higher, so that small ones are left out"
ONE_ANSWER = "not estimable: the model answers the same for every row, so that all groups are alike by construction"


@dataclass(frozen=True)
class Gap:
    """How far a metric is apart over groups.

    Parameters
    ----------
    value, ratio : float or None
        Highest minus lowest, and lowest over highest; ``None`` where there is none.
    interval, ratio_interval : tuple of two floats, or None
        Of the true ones, at ``level``, over all pairs of groups at once.
    p_value : float or None
        Of all groups being alike, not adjusted.
    highest, lowest : int or None
        Positions of the groups.
    compared : int
        How many groups were compared.
    method : str
        How it was made, or why there is none.
    n : int
        Rows that the compared groups rest on.
    level : float
        Of the intervals, what the looks took off included.
    """

    value: float | None
    interval: Interval | None
    ratio: float | None
    ratio_interval: Interval | None
    p_value: float | None
    highest: int | None
    lowest: int | None
    compared: int
    method: str
    n: int = 0
    level: float = 0.95


def gap(metric: Metric, cells: Cells, eligible: NDArray[np.bool_], joint: Cells, level: float, looks: int) -> Gap:
    """Compare a metric over groups.

    Parameters
    ----------
    metric : Metric
        What is compared.
    cells : Cells
        By the groups that are compared.
    eligible : ndarray of bool, shape (groups,)
        Which of them take part.
    joint : Cells
        By the groups of all attributes together, which are resampled where there is no exact form.
    level, looks : float, int
        Confidence level of all looks together, and how many there are.
    """
    places = np.flatnonzero(eligible)
    n = int(estimates_n(metric, cells)[places].sum())
    each = 1 - (1 - level) / looks
    selected = cells.counts[:, :, 0].sum(), cells.counts[:, :, 1].sum()
    if len(places) > MOST_GROUPS:
        return _none(len(places), n, each, TOO_MANY_GROUPS)
    if metric.source in BY_CONSTRUCTION and 0 in selected and any(selected):
        return _none(len(places), n, each, ONE_ANSWER)
    if metric.kind == "rate" and cells.weights is None:
        found = _of_rates(metric, cells, places, level, looks)
    elif metric.kind == "score":
        found = _of_scores(metric, cells, places, each)
    else:
        found = _of_draws(metric, cells, places, joint, each)
    return replace(found, n=n, level=each) if found else _none(0, n, each, TOO_FEW_GROUPS)


def _none(compared: int, n: int, level: float, why: str) -> Gap:
    return Gap(None, None, None, None, None, None, None, compared, why, n, level)


def estimates_n(metric: Metric, cells: Cells) -> NDArray[np.int64]:
    """Return on how many rows a metric rests in each group."""
    if metric.kind == "composite":
        return labelled_and_predicted(cells)
    return counts_of(metric, cells)[1] if metric.kind == "rate" else estimates(metric, cells, 0.5).n


def _of_rates(metric: Metric, cells: Cells, places: NDArray[np.intp], level: float, looks: int) -> Gap | None:
    k, n = counts_of(metric, cells)
    found = range_of_rates(k[places], n[places], level, looks)
    if found is None:
        return None
    shared = f"bonferroni over {counted(found.pairs, 'pair')}" + (f" and {counted(looks, 'look')}" if looks > 1 else "")
    method = f"square and add, {shared}; test: {'fisher' if found.pairs == 1 else 'permutation of groups'}"
    ratio_interval = found.ratio_interval if found.ratio is not None else None
    ends, compared = (int(places[found.highest]), int(places[found.lowest])), int((n[places] > 0).sum())
    return Gap(found.value, found.interval, found.ratio, ratio_interval, found.p_value, *ends, compared, method)


def _of_draws(metric: Metric, cells: Cells, places: NDArray[np.intp], joint: Cells, level: float) -> Gap | None:
    observed = value_of(metric, cells.counts if cells.weights is None else cells.weights)
    many = min(max(DRAWS, math.ceil(20 / (1 - level))), 20 * DRAWS)
    drawn = value_of(metric, Draws(joint, many).of(cells.attributes, cells))
    found = range_of_resampled(observed[places], drawn[:, places], level)
    if found is None:
        return None
    method = f"largest of all standardised differences, {many:,} draws of the cells"
    ends = int(places[found.highest]), int(places[found.lowest])
    return Gap(found.value, found.interval, found.ratio, found.ratio_interval, found.p_value, *ends, found.compared, method)


def _of_scores(metric: Metric, cells: Cells, places: NDArray[np.intp], level: float) -> Gap | None:
    part = replace(cells, groups=[cells.groups[p] for p in places], **{n: getattr(cells, n)[places] for n in ("counts", "scores", "moments")})
    made = estimates(metric, part, level)
    value = np.where(np.isnan(made.low), np.nan, made.value)
    found = range_of_estimates(value, lambda at: bounds(metric, part, at), level)
    if found is None:
        return None
    ratio, ratio_interval = None, None
    known = np.flatnonzero(~np.isnan(value))
    if metric.source != "calibration_gap" and np.all(value[known] > 0):
        low, high = (ends[known] for ends in bounds(metric, part, 1 - (1 - level) / found.pairs))
        first, second = np.triu_indices(len(known), 1)
        of = value[known]
        least, most = square_and_add_logs(of[first], (low[first], high[first]), of[second], (low[second], high[second]))
        ratio = float(of.min() / of.max())
        with np.errstate(divide="ignore"):
            ratio_interval = float(np.minimum(least, 1 / most).min()), float(min(1.0, np.minimum(most, 1 / least).min()))
    method = f"square and add, bonferroni over {counted(found.pairs, 'pair')}; test: where the interval begins to leave 0"
    ends = int(places[found.highest]), int(places[found.lowest])
    return Gap(found.value, found.interval, ratio, ratio_interval, found.p_value, *ends, len(known), method)
