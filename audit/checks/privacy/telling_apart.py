"""How well columns tell one group from the others: the area under the ROC curve of predictions for rows that were not learned from."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from audit.checks.privacy.banded_sample import FOLDS
from audit.stats.auc import roc_auc, roc_auc_interval
from audit.stats.intervals import Interval

#: Rows of the average rate that are added to each level, so that a level of few rows says little.
PRIOR_ROWS = 2
#: Rows of no effect that each level is given in the joint regression: many levels must not fit the noise of a small sample.
PENALTY = 50
#: Levels of all columns together, and rows, that the joint regression looks at: its cost grows with rows × levels squared.
MOST_LEVELS, MOST_ROWS = 600, 10_000

Area = tuple[float, Interval]


def alone(levels: NDArray[np.int64], member: NDArray[np.bool_], fold: NDArray[np.int64], level: float) -> Area | None:
    """Return the area of a single column, whose score for a row is the group's share at its level in the other folds.

    The share is taken relative to that of all rows of those folds; otherwise a column that says nothing would score below chance.

    Parameters
    ----------
    levels : ndarray of int, shape (rows,)
        Level of the column.
    member : ndarray of bool, shape (rows,)
        Whether a row belongs to the group.
    fold : ndarray of int, shape (rows,)
        From 0 to ``FOLDS`` - 1.
    level : float
        Confidence level of the interval.

    Returns
    -------
    tuple of float and interval, or None
        ``None`` where the group or the rest has no rows.
    """
    most = int(levels.max(initial=0)) + 1
    cell = (levels * FOLDS + fold) * 2 + member
    counts = np.bincount(cell, minlength=most * FOLDS * 2).reshape(most, FOLDS, 2).astype(float)
    others = counts.sum(axis=1, keepdims=True) - counts
    total = others.sum(axis=(0, 2))
    base = others[..., 1].sum(axis=0) / np.maximum(total, 1)
    score = (others[..., 1] + PRIOR_ROWS * base) / (others.sum(axis=2) + PRIOR_ROWS) - base
    # rounded, so that levels without an effect are ties and not noise of the last digit
    _, place = np.unique(score.ravel().round(12), return_inverse=True)
    return _area(place, counts[..., 0].ravel(), counts[..., 1].ravel(), level)


def together(levels: Sequence[NDArray[np.int64]], members: Sequence[NDArray[np.bool_]], fold: NDArray[np.int64], level: float) -> list[Area | None]:
    """Return the area of several columns together for each of several groups, by a ridge regression of membership on the levels.

    It adds up what the levels say and knows no interactions, so other models may tell more. Each fold is predicted from the other folds.

    Parameters
    ----------
    levels : sequence of ndarrays of int, shape (rows,)
        Level of each column, the most telling ones first: those beyond :data:`MOST_LEVELS` levels in all are left out, and so are rows beyond
        :data:`MOST_ROWS`.
    members : sequence of ndarrays of bool, shape (rows,)
        Whether a row belongs to each group.
    fold, level
        As for :func:`alone`.

    Returns
    -------
    list of (float and interval) or None
        One for each group; ``None`` where a fold's other folds lack the group or the rest.
    """
    rows = _indicators(levels)
    fold, y = fold[:MOST_ROWS], np.column_stack([m[:MOST_ROWS] for m in members]).astype(np.float64)
    parts = [rows[fold == f] for f in range(FOLDS)]
    # counts of at most MOST_ROWS, which 32 bits hold exactly, in half the time
    products = [(part.T @ part).astype(np.float64) for part in parts]
    answers = [part.T @ y[fold == f] for f, part in enumerate(parts)]
    sizes, sums = np.array([len(part) for part in parts]), np.array([y[fold == f].sum(axis=0) for f in range(FOLDS)])
    learned, inside = sizes.sum() - sizes, sums.sum(axis=0) - sums
    score = np.zeros_like(y)
    for f, part in enumerate(parts):
        product, answer = sum(products) - products[f], sum(answers) - answers[f]
        base = inside[f] / max(int(learned[f]), 1)
        counts = np.diag(product)
        weights = np.linalg.solve(product + PENALTY * np.eye(len(product)), answer - np.outer(counts, base))
        score[fold == f] = part @ weights
    lacking = ((inside == 0) | (inside == learned[:, np.newaxis]))[sizes > 0].any(axis=0)
    return [None if lacking[i] else _of_scores(score[:, i], y[:, i], level) for i in range(y.shape[1])]


def _indicators(levels: Sequence[NDArray[np.int64]]) -> NDArray[np.float32]:
    """Return a column of ones and zeros for each level that occurs."""
    blocks: list[NDArray[np.float32]] = []
    width = 0
    for column in levels:
        found = np.unique(column[:MOST_ROWS])
        if blocks and width + len(found) > MOST_LEVELS:
            break
        blocks.append((column[:MOST_ROWS, np.newaxis] == found).astype(np.float32))
        width += len(found)
    return np.hstack(blocks)


def _of_scores(score: NDArray[np.float64], member: NDArray[np.float64], level: float) -> Area | None:
    _, place = np.unique(score.round(9), return_inverse=True)
    return _area(place, 1 - member, member, level)


def _area(place: NDArray[np.intp], rest: NDArray[np.float64], group: NDArray[np.float64], level: float) -> Area | None:
    """Return the area where ``place`` is the position of each entry's score in ascending order."""
    negatives, positives = np.bincount(place, rest), np.bincount(place, group)
    area, interval = roc_auc(negatives, positives), roc_auc_interval(negatives, positives, level)
    return None if area is None or interval is None else (area, interval)
