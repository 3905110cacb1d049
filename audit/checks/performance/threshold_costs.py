"""What decisions by a threshold cost, from counts of scores by outcome and by what was decided."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audit.checks.rate import LEVEL
from audit.checks.scores.counts import Scores
from audit.stats.bounded_mean import bounded_mean, bounded_means
from audit.stats.intervals import Interval

SEED = 0


@dataclass(frozen=True)
class Costs:
    """What a mistake costs.

    Parameters
    ----------
    false_positive, false_negative : float
        In any unit, the same for both; not both 0.
    """

    false_positive: float
    false_negative: float

    @property
    def most(self) -> float:
        """The larger of the two."""
        return max(self.false_positive, self.false_negative)

    @property
    def balance(self) -> float:
        """The score above which a positive answer is the cheaper one, if scores are chances."""
        return self.false_positive / (self.false_positive + self.false_negative)

    def interval(self, fp: int, fn: int, n: int) -> Interval | None:
        """Return the interval of the mean cost of a row."""
        return bounded_mean([0.0, self.false_positive, self.false_negative], [n - fp - fn, fp, fn], 0.0, self.most, LEVEL)

    def intervals(self, fp: NDArray[np.int64], fn: NDArray[np.int64], n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the intervals of many mean costs of the same rows."""
        return bounded_means([0.0, self.false_positive, self.false_negative], np.column_stack([n - fp - fn, fp, fn]), 0.0, self.most, LEVEL)


@dataclass(frozen=True)
class Cuts:
    """What comes out of answering positively from each score on: cut k takes all bins from the k-th, the last cut takes none.

    Parameters
    ----------
    fp, fn, tp : ndarray of int, shape (bins + 1,)
        Rows.
    """

    fp: NDArray[np.int64]
    fn: NDArray[np.int64]
    tp: NDArray[np.int64]

    @classmethod
    def of(cls, negatives: NDArray[np.int64], positives: NDArray[np.int64]) -> "Cuts":
        """Cut counts in ascending order of score."""
        fp, tp = (np.append(np.cumsum(side[::-1])[::-1], 0) for side in (negatives, positives))
        return cls(fp, int(positives.sum()) - tp, tp)

    def cost(self, costs: Costs) -> NDArray[np.float64]:
        """Return the cost of all rows together, by cut."""
        return costs.false_positive * self.fp + costs.false_negative * self.fn


@dataclass(frozen=True)
class Saving:
    """A threshold chosen on one half of the rows, and what it saves on the other.

    Parameters
    ----------
    cut : int
        Which.
    n : int
        Rows of the other half.
    before, after : tuple of int
        False positives and false negatives there, as decided and by the threshold.
    value : float
        Mean cost saved per row there.
    interval : tuple of two floats
        Of it.
    """

    cut: int
    n: int
    before: tuple[int, int]
    after: tuple[int, int]
    value: float
    interval: Interval


def saving(decided: dict[str | None, Scores], costs: Costs, seed: int = SEED) -> Saving | None:
    """Choose the cheapest threshold on one half of the rows and judge it on the other; ``None`` where a half has no rows.

    The halves are drawn cell by cell: how many of the rows of a score, an outcome and a decision fall into the first half is binomial, which is what
    splitting the rows at random comes to, on every engine alike.

    Parameters
    ----------
    decided : dict of str to Scores
        Counts in the same bins by decision, ``positive`` and ``negative``.
    costs : Costs
        Of mistakes.
    seed : int
        Of the halves.
    """
    names = [name for name in ("negative", "positive") if name in decided]
    if not names:
        return None
    cells = np.zeros((2, 2, len(decided[names[0]].scores)), dtype=np.int64)  # decision, outcome, bin
    for name in names:
        cells[int(name == "positive")] = decided[name].negatives, decided[name].positives
    first = np.random.default_rng(seed).binomial(cells, 0.5)
    other = cells - first
    n = int(other.sum())
    if not n or not first.any():
        return None
    chosen = Cuts.of(*first.sum(axis=0)).cost(costs)
    # of cuts that cost the same the middle one: the ends of a stretch without rows say nothing about its inside
    cheapest = np.flatnonzero(chosen == chosen.min())
    cut = int(cheapest[len(cheapest) // 2])
    above = np.arange(cells.shape[2]) >= cut
    # by decision and outcome: rows that the threshold decides the other way round
    dropped, raised = other[1][:, above == 0].sum(axis=1), other[0][:, above].sum(axis=1)
    changes = [
        (costs.false_positive, dropped[0]),
        (-costs.false_negative, dropped[1]),
        (-costs.false_positive, raised[0]),
        (costs.false_negative, raised[1]),
    ]
    changed = int(sum(k for _, k in changes))
    values, counts = [0.0, *(v for v, _ in changes)], [n - changed, *(int(k) for _, k in changes)]
    interval = bounded_mean(values, counts, -costs.most, costs.most, LEVEL)
    assert interval is not None
    value = float(np.dot(values, counts)) / n
    whole = Cuts.of(*other.sum(axis=0))
    before = int(other[1, 0].sum()), int(other[0, 1].sum())
    return Saving(cut, n, before, (int(whole.fp[cut]), int(whole.fn[cut])), value, (min(interval[0], value), max(interval[1], value)))
