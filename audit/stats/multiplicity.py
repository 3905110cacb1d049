"""p-values of many tests, adjusted so that the many looks do not make findings of chance."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def holm(p_values: ArrayLike) -> NDArray[np.float64]:
    """Return p-values adjusted to keep the chance of any false finding at the level, however the tests depend on each other.

    Parameters
    ----------
    p_values : array_like of shape (tests,)
        From 0 to 1; NaN marks a test that could not be made, is not counted and stays NaN.

    Returns
    -------
    ndarray of shape (tests,)

    References
    ----------
    Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics 6, 65-70.
    """
    p, made, order = _sorted(p_values)
    tests = len(order)
    steps = p[made][order] * (tests - np.arange(tests))
    return _unsorted(p, made, order, np.maximum.accumulate(steps))


def benjamini_hochberg(p_values: ArrayLike, weights: ArrayLike | None = None) -> NDArray[np.float64]:
    """Return p-values adjusted to keep the expected share of false findings among the findings at the level.

    Parameters
    ----------
    p_values : array_like of shape (tests,)
        From 0 to 1; NaN marks a test that could not be made, is not counted and stays NaN. Tests are independent or positively dependent.
    weights : array_like of shape (tests,), optional
        How much is expected of each test, positive, from anything but the data that the p-values are of; alike where not given.

    Returns
    -------
    ndarray of shape (tests,)

    References
    ----------
    Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. JRSS B 57, 289-300.
    Genovese, C. R., Roeder, K. and Wasserman, L. (2006). False discovery control with p-value weighting. Biometrika 93, 509-524.
    """
    p = np.asarray(p_values, dtype=float)
    if weights is not None:
        given = np.asarray(weights, dtype=float)
        if given.shape != p.shape or np.any(given <= 0):
            raise ValueError("weights are positive, one for each p-value")
        made = ~np.isnan(p)
        p = np.minimum(p / (given / given[made].mean()), 1) if made.any() else p
    p, made, order = _sorted(p)
    tests = len(order)
    steps = p[made][order] * tests / np.arange(1, tests + 1)
    return _unsorted(p, made, order, np.minimum.accumulate(steps[::-1])[::-1])


def _sorted(p_values: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.intp]]:
    p = np.asarray(p_values, dtype=float)
    if p.ndim != 1 or np.any((p < 0) | (p > 1)):
        raise ValueError("p-values are a list of numbers from 0 to 1")
    made = ~np.isnan(p)
    return p, made, np.argsort(p[made], kind="stable")


def _unsorted(p: NDArray[np.float64], made: NDArray[np.bool_], order: NDArray[np.intp], steps: NDArray[np.float64]) -> NDArray[np.float64]:
    adjusted = np.full(p.shape, np.nan)
    places = np.flatnonzero(made)[order]
    adjusted[places] = np.minimum(steps, 1)
    return adjusted
