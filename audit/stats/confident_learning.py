"""Which labels are probably wrong, from the labels and from probabilities by a model that did not see them.

Northcutt, C. G., Jiang, L. and Chuang, I. L. (2021). Confident learning: estimating uncertainty in dataset labels. JAIR 70, 1373-1411.
Written from the paper; rows are given labels 0 to classes - 1 and probabilities of shape (rows, classes) that were predicted out of sample.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: How flagged rows are chosen from the estimated counts.
Method = Literal["noise_rate", "class", "both"]


def thresholds(labels: ArrayLike, probabilities: ArrayLike) -> NDArray[np.float64]:
    """Return the mean self-confidence of each class: the mean probability of the class among the rows labelled so (equation 2).

    Returns
    -------
    ndarray of shape (classes,)
        Infinite for a class without rows, since nothing can be confident of it.
    """
    given, p = _read(labels, probabilities)
    counts = np.bincount(given, minlength=p.shape[1])
    sums = np.bincount(given, weights=self_confidence(given, p), minlength=p.shape[1])
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.inf)


def self_confidence(labels: ArrayLike, probabilities: ArrayLike) -> NDArray[np.float64]:
    """Return the probability of the given label of each row; low where the label is doubtful."""
    given, p = _read(labels, probabilities)
    return p[np.arange(len(given)), given]


def normalised_margin(labels: ArrayLike, probabilities: ArrayLike) -> NDArray[np.float64]:
    """Return by how much the given label is more probable than the best other one; low where the label is doubtful."""
    given, p = _read(labels, probabilities)
    others = p.copy()
    others[np.arange(len(given)), given] = -np.inf
    return self_confidence(given, p) - others.max(axis=1)


def confident_joint(labels: ArrayLike, probabilities: ArrayLike) -> NDArray[np.int64]:
    """Count rows by given label and by the class they confidently belong to (equation 1).

    A row belongs to the most probable of the classes whose probability reaches the class's threshold; rows that reach none are left out.

    Returns
    -------
    ndarray of int, shape (classes given, classes true)
    """
    given, p = _read(labels, probabilities)
    # the probability of a class may be its own threshold up to rounding
    reached = p >= thresholds(given, p) - 1e-6
    confident = reached.any(axis=1)
    believed = np.where(reached, p, -np.inf).argmax(axis=1)
    classes = p.shape[1]
    return np.bincount(given[confident] * classes + believed[confident], minlength=classes * classes).reshape(classes, classes)


def joint(labels: ArrayLike, probabilities: ArrayLike) -> NDArray[np.float64]:
    """Return the estimated joint distribution of given and true labels (equation 3); its rows have the shares of the given labels.

    Returns
    -------
    ndarray of shape (classes given, classes true)
        Sums to 1.
    """
    given, p = _read(labels, probabilities)
    counts = confident_joint(given, p).astype(float)
    # a class in which no row is confident keeps its label
    np.fill_diagonal(counts, np.maximum(counts.diagonal(), 1))
    shares = np.bincount(given, minlength=p.shape[1]) / len(given)
    estimate = counts / counts.sum(axis=1, keepdims=True) * shares[:, None]
    return np.asarray(estimate / estimate.sum())


def label_errors(labels: ArrayLike, probabilities: ArrayLike, method: Method = "noise_rate") -> NDArray[np.bool_]:
    """Return which rows are probably mislabelled.

    Parameters
    ----------
    labels : array_like of int, shape (rows,)
        Given labels.
    probabilities : array_like, shape (rows, classes)
        Out of sample.
    method : {"noise_rate", "class", "both"}
        ``noise_rate``: for each given label i and other class j, as many rows as the joint distribution says, those with the largest margin
        of j over i. ``class``: for each given label, as many rows as it says have another one, those least self-confident. ``both``: rows
        that both choose.

    Returns
    -------
    ndarray of bool, shape (rows,)
        A row whose given label is the most probable one is never chosen.
    """
    given, p = _read(labels, probabilities)
    expected = _whole(joint(given, p) * len(given))
    if method == "both":
        return label_errors(given, p, "noise_rate") & label_errors(given, p, "class")
    flagged = np.zeros(len(given), dtype=bool)
    for i in range(p.shape[1]):
        mine = np.flatnonzero(given == i)
        if method == "class":
            flagged[_largest(-p[mine, i], mine, int(expected[i].sum() - expected[i, i]))] = True
            continue
        for j in range(p.shape[1]):
            if j != i:
                flagged[_largest(p[mine, j] - p[mine, i], mine, int(expected[i, j]))] = True
    return flagged & (p.argmax(axis=1) != given)


def _whole(rows: NDArray[np.float64]) -> NDArray[np.int64]:
    """Round to whole numbers so that each row keeps its sum: the largest remainders are rounded up."""
    floor = np.floor(rows)
    missing = np.rint((rows - floor).sum(axis=1)).astype(np.int64)
    rank = np.argsort(np.argsort(floor - rows, axis=1, kind="stable"), axis=1, kind="stable")
    return (floor + (rank < missing[:, None])).astype(np.int64)


def _largest(scores: NDArray[np.float64], rows: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    return rows[np.argsort(-scores, kind="stable")[:count]]


def _read(labels: ArrayLike, probabilities: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    given, p = np.asarray(labels), np.asarray(probabilities, dtype=float)
    if p.ndim != 2 or given.shape != p.shape[:1] or not len(given):
        raise ValueError(f"needs one label and one row of probabilities for each row; got shapes {given.shape} and {p.shape}")
    if not np.issubdtype(given.dtype, np.integer) or given.min() < 0 or given.max() >= p.shape[1]:
        raise ValueError(f"labels are the columns of the probabilities, 0 to {p.shape[1] - 1}")
    if not np.all((p >= -1e-9) & (p <= 1 + 1e-9)):
        raise ValueError("probabilities are from 0 to 1")
    return given.astype(np.int64), p
