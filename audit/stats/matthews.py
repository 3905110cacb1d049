"""Matthews' correlation of label and prediction."""

import numpy as np
from numpy.typing import NDArray

from audit.stats.adverse_row import adverse_row_interval
from audit.stats.intervals import Interval


def matthews(tp: int, fp: int, fn: int, tn: int) -> float | None:
    """Return Matthews' correlation coefficient, from -1 to 1; ``None`` where only one class occurs or only one is predicted.

    References
    ----------
    Matthews, B. W. (1975). Comparison of the predicted and observed secondary structure of T4 phage lysozyme.
    Biochimica et Biophysica Acta 405, 442-451.
    """
    margins = float(tp + fp) * float(tp + fn) * float(tn + fp) * float(tn + fn)
    return (float(tp) * tn - float(fp) * fn) / margins**0.5 if margins else None


def matthews_interval(tp: int, fp: int, fn: int, tn: int, level: float = 0.95) -> Interval | None:
    """Return the interval of Matthews' correlation, or ``None`` where only one class occurs: one row more of each class, predicted right or wrong."""
    ends = adverse_row_interval(_matthews, [tn, fp], [fn, tp], worst=(1, 0), best=(0, 1), level=level)
    return None if ends is None else (max(ends[0], -1.0), min(ends[1], 1.0))


def _matthews(n0: NDArray[np.float64], n1: NDArray[np.float64]) -> NDArray[np.float64]:
    (tn, fp), (fn, tp) = n0.T, n1.T
    margins = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    return np.divide(tp * tn - fp * fn, np.sqrt(margins), out=np.zeros_like(tp), where=margins > 0)
