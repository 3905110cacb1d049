"""The best rule that looks at one column: an answer for each value or bin, learnt from rows on which it is not judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from audit.checks.performance.cuts import Cut, cut

if TYPE_CHECKING:
    import pandas as pd

#: Fewer labelled rows than this teach nothing.
LEAST_ROWS = 40


@dataclass(frozen=True)
class Rule:
    """A rule on one column.

    Parameters
    ----------
    cut : Cut
        The column in cells.
    answers : ndarray of int, shape (cells,)
        The class named in each cell.
    scores : ndarray of float, shape (cells,)
        Share of the positive class among the rows learnt from, drawn to the whole by one row; 0 without a positive class.
    learnt : float
        Share named right of the rows learnt from, each judged by the others.
    rows : int
        How many these were.
    columns : int
        How many columns the rule was chosen from.
    """

    cut: Cut
    answers: NDArray[np.int64]
    scores: NDArray[np.float64]
    learnt: float
    rows: int
    columns: int


def best_rule(frame: "pd.DataFrame", labels: NDArray[np.int64], columns: Sequence[str], classes: int, positive: int | None) -> Rule | None:
    """Return the rule that names the most rows right, each judged by all the others, so that many cells are no advantage.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows to learn from, in the form of :func:`audit.checks.performance.cuts.plain`.
    labels : ndarray of int, shape (rows,)
        Their classes.
    columns : sequence of str
        To choose from.
    classes : int
        How many classes there are.
    positive : int or None
        The positive one, where there is one.

    Returns
    -------
    Rule or None
        ``None`` where there are too few rows, or no columns.
    """
    if len(frame) < LEAST_ROWS or not columns:
        return None
    whole = np.bincount(labels, minlength=classes)
    rules = []
    for column in columns:
        cells = cut(column, frame[column])
        place = cells.of_frame(frame[column]) * classes + labels
        counts = np.bincount(place, minlength=cells.size * classes).reshape(cells.size, classes)
        answers = _named(counts, int(whole.argmax()))
        share = whole[positive] / len(frame) if positive is not None else 0.0
        scores = (counts[:, positive] + share) / (counts.sum(axis=1) + 1) if positive is not None else np.zeros(cells.size)
        rules.append(Rule(cells, answers, scores, _judged_by_others(counts, int(whole.argmax())), len(frame), len(columns)))
    return max(rules, key=lambda rule: rule.learnt)


def _named(counts: NDArray[np.int64], common: int) -> NDArray[np.int64]:
    """Return the commonest class of each cell, over the last axis; where its lead is within one deviation of chance, the commonest class of all."""
    best = counts.argmax(axis=-1)
    top, usual = counts.max(axis=-1), counts[..., common]
    return np.asarray(np.where(top - usual > np.sqrt(top + usual), best, common))


def _judged_by_others(counts: NDArray[np.int64], common: int) -> float:
    """Return the share of rows whose class is what the other rows of their cell name."""
    classes = counts.shape[1]
    others = np.maximum(counts[:, None, :] - np.eye(classes, dtype=np.int64), 0)
    right = _named(others, common) == np.arange(classes)
    return float((counts * right).sum() / max(counts.sum(), 1))
