"""How many errors of a binary model may be wrong labels, from its scores: confident learning, and what disagrees beyond overlap."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audit.stats.confident_learning import label_errors
from audit.stats.intervals import Interval
from audit.stats.lapse import SURE, lapse

#: Rows with one predicted class from which they get a curve of their own; fewer of both than this in all, and nothing is said.
LEAST_OF_GROUP, LEAST = 200, 200
#: Error rate of the test, and share of rows that must be all but certain for it to mean anything.
SIGNIFICANCE, LEAST_SURE = 0.01, 0.05
#: Chance from which a doubted label is called wrong.
PROBABLE = 0.5
LEVEL = 0.95


@dataclass(frozen=True)
class Doubts:
    """What the scores say about the labels.

    Parameters
    ----------
    flagged : ndarray of bool, shape (rows,)
        Labels that confident learning doubts.
    wrong : ndarray of bool, shape (rows,)
        Those of them that are more probably wrong than not; none where errors cannot be told from overlap.
    share : float
        Share of labels that disagree beyond overlap.
    interval : tuple of two floats
        Of that share, at 95 %.
    told : bool
        Whether wrong labels can be told from classes that overlap.
    sure : float
        Share of rows that can be predicted all but certainly.
    """

    flagged: NDArray[np.bool_]
    wrong: NDArray[np.bool_]
    share: float
    interval: Interval
    told: bool
    sure: float


def doubts(positive: NDArray[np.bool_], score: NDArray[np.float64], seed: int) -> Doubts | None:
    """Doubt labels by scores that were given to rows the model did not learn from; ``None`` where there are too few rows of a class.

    Parameters
    ----------
    positive : array of bool, shape (rows,)
        Labels.
    score : array of float, shape (rows,)
        Probabilities of the positive class, from 0 to 1.
    seed : int
        Of the bootstrap.
    """
    n = len(positive)
    if n < LEAST or min(int(positive.sum()), int((~positive).sum())) < LEAST // 10:
        return None
    p = np.column_stack([1 - score, score])
    flagged = label_errors(positive.astype(np.int64), p)
    predicted = score > 0.5
    best = np.clip(np.maximum(score, 1 - score), 1e-9, 1 - 1e-9)
    log_odds, agrees = np.log(best / (1 - best)), predicted == positive
    groups = [g for g in (predicted, ~predicted) if g.sum() >= LEAST_OF_GROUP]
    if len(groups) < 2:
        groups = [np.ones(n, dtype=bool)]
    share, drawn, p_value = 0.0, np.zeros(1), 1.0
    right, wrong = np.zeros(n), np.zeros(n)
    for group in groups:
        curve = lapse(log_odds[group], agrees[group], seed=seed)
        weight = float(group.mean())
        share, drawn = share + weight * curve.rate, drawn + weight * curve.rates
        p_value = min(p_value, curve.p_value)
        right[group], wrong[group] = curve.agreement(log_odds[group]), curve.error_given_disagreement(log_odds[group])
    sure = float(np.mean(right >= SURE))
    told = p_value * len(groups) < SIGNIFICANCE and sure >= LEAST_SURE
    low, high = (float(q) for q in np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]))
    interval = (min(low, share) if told else 0.0, max(high, share))
    return Doubts(flagged, flagged & (wrong >= PROBABLE) & told, share, interval, told, sure)
