"""How much more frequent each row is in another table: odds of a classifier that tells the two apart. Needs scikit-learn."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FOLDS = 5


@dataclass(frozen=True)
class DensityRatio:
    """Rows of one table as another one has them.

    Parameters
    ----------
    ratios : ndarray of float, shape (rows,)
        How many times more frequent rows like this are in the other table; 1 on average.
    probabilities : ndarray of float, shape (rows of both,)
        That a row comes from the other table, by a classifier that was not fitted on it; rows of the other table come last.
    """

    ratios: NDArray[np.float64]
    probabilities: NDArray[np.float64]


def installed() -> bool:
    """Return whether scikit-learn is at hand."""
    from importlib.util import find_spec

    return find_spec("sklearn") is not None


def density_ratio(own: NDArray[np.int64], other: NDArray[np.int64]) -> DensityRatio:
    """Fit a logistic regression on the cells of all columns, out of fold, and turn its odds into ratios.

    Parameters
    ----------
    own, other : ndarray of int, shape (rows, columns)
        Cells of each column.

    References
    ----------
    Bickel, S., Brückner, M. and Scheffer, T. (2009). Discriminative learning under covariate shift. JMLR 10, 2137-2155.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import OneHotEncoder

    cells = OneHotEncoder(dtype=np.float64).fit_transform(np.vstack([own, other]))
    origin = np.repeat([0, 1], [len(own), len(other)])
    # rows come in the order of their hashes, so every fifth one is a random fold
    fold = np.concatenate([np.arange(len(own)), np.arange(len(other))]) % FOLDS
    probabilities = np.empty(len(origin))
    for i in range(FOLDS):
        fitted = LogisticRegression(max_iter=500).fit(cells[fold != i], origin[fold != i])
        probabilities[fold == i] = fitted.predict_proba(cells[fold == i])[:, 1]
    mine = probabilities[: len(own)]
    ratios = mine / (1 - mine)
    return DensityRatio(ratios / ratios.mean(), probabilities)
