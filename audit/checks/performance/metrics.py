"""The usual metrics of hard predictions, each with an interval, from a table of label × prediction."""

from collections.abc import Mapping

import numpy as np

from audit.checks.outcomes import Confusion
from audit.checks.rate import LEVEL, rate
from audit.core.measurement import Measurement
from audit.stats.matthews import matthews, matthews_interval
from audit.stats.rates import mean_of_rates, rate_interval, rate_method


def accuracy(table: Confusion, where: Mapping[str, str] | None = None) -> Measurement:
    """Return the share of rows predicted right."""
    return rate("accuracy", table.right, table.n, where)


def balanced_accuracy(table: Confusion) -> Measurement:
    """Return the mean of the recalls of all classes that occur; with one class it is not estimable."""
    totals = table.counts.sum(axis=1)
    occur = totals > 0
    right = np.diag(table.counts)[occur]
    if occur.sum() < 2:
        return Measurement("balanced_accuracy", None, "share", n=table.n, method="not estimable: only one class occurs")
    method = "mean of recalls; distances to the ends of their intervals squared and added"
    if not occur.all():
        method += f"; over the {int(occur.sum())} classes that occur"
    value = float(np.mean(right / totals[occur]))
    return Measurement(
        "balanced_accuracy", value, "share", n=table.n, interval=mean_of_rates(right, totals[occur], LEVEL), level=LEVEL, method=method
    )


def binary(table: Confusion, positive: str) -> list[Measurement]:
    """Return precision, recall and F1 of the positive class, and Matthews' correlation."""
    tp, fp, fn, tn = table.cells(positive)
    return [rate("precision", tp, tp + fp), rate("recall", tp, tp + fn), f1(tp, fp, fn), correlation(tp, fp, fn, tn)]


def correlation(tp: int, fp: int, fn: int, tn: int) -> Measurement:
    """Return Matthews' correlation coefficient; with one class, or one answer, it is not estimable."""
    n = tp + fp + fn + tn
    value = matthews(tp, fp, fn, tn)
    if value is None:
        return Measurement("matthews_correlation", None, n=n, method="not estimable: only one class occurs or only one is predicted")
    interval = matthews_interval(tp, fp, fn, tn, LEVEL)
    method = "rows weighted at random, one more of each class at the adverse end"
    return Measurement("matthews_correlation", value, n=n, interval=interval, level=LEVEL, method=method)


def f1(tp: int, fp: int, fn: int) -> Measurement:
    """Return F1 with an interval that holds its level at any size.

    F1 rises with the Jaccard index J = TP / (TP + FP + FN), F1 = 2J / (1 + J), and J is a plain rate among the rows that are positive or
    predicted so; so its interval carries over.
    """
    n = tp + fp + fn
    ends = rate_interval(tp, n, LEVEL)
    if ends is None:
        return Measurement("f1", None, "share", n=0, method="not estimable: nothing positive, nothing predicted positive")
    low, high = (2 * j / (1 + j) for j in ends)
    method = f"{rate_method(tp, n)} of TP / (TP + FP + FN), transformed"
    return Measurement("f1", 2 * tp / (n + tp), "share", n=n, interval=(low, high), level=LEVEL, method=method)
