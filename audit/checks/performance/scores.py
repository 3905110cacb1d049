"""Counts of scores by label, fine enough for a ROC curve and small enough for any number of rows."""

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from audit.checks.outcomes import Outcomes, key, null_if_missing
from audit.checks.rate import LEVEL
from audit.core.ask import Answers, Ask, rows, scalar
from audit.core.check import missing
from audit.core.errors import DataError
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.stats.auc import roc_auc, roc_auc_interval

BINS = 10_000
#: Labels × bins is the most that can come back from a binary target, with room for labels that are missing.
MAX_ROWS = 4 * BINS
#: With more distinct scores than this they are rounded before they are grouped: grouping millions of numbers is slow.
MAX_DISTINCT = 100_000
DIGITS = 5


def score_asks(subject: Subject, score: str, of: str = "") -> dict[str, Ask]:
    """Ask for the counts of label × score on the held-out rows, scores ascending.

    Up to 10,000 distinct scores each have their own bin; more of them share 10,000 bins with equally many distinct scores in each, so equal
    scores are never torn apart.

    Parameters
    ----------
    subject : Subject
        With a target.
    score : str
        Column of numbers.
    of : str
        Whose scores, to tell the asks of several models apart.

    Raises
    ------
    DataError
        The column does not hold numbers.
    """
    table = subject.held_out
    if not table[score].type().is_numeric():
        raise DataError(
            f"the score column '{score}' is of type {table[score].type()}; expected numbers, such as the probability of the positive class"
        )
    target, scored = table[subject.need("target")], table[score].cast("float64")
    known = table.filter(~missing(target), ~missing(scored)).select(label=null_if_missing(target), score=scored)
    return {
        f"distinct scores {of}": scalar(scored.approx_nunique()),
        f"scores {of}": _binned(known, when_needed=True),
        f"rounded scores {of}": _binned(known.mutate(score=_rounded(known["score"])), when_needed=True),
    }


def _binned(known: ir.Table, *, when_needed: bool) -> Ask:
    distinct = known.group_by(["score", "label"]).aggregate(n=known.count())
    ranked = distinct.mutate(rank=ibis.dense_rank().over(order_by=distinct["score"]))
    ranked = ranked.mutate(width=(ranked["rank"].max().over(ibis.window()) / BINS).floor().cast("int64") + 1)
    binned = ranked.mutate(bin=(ranked["rank"] / ranked["width"]).floor().cast("int64"))
    counted = binned.group_by(["bin", "label"]).aggregate(score=binned["score"].max(), width=binned["width"].max(), n=binned["n"].sum())
    return rows(counted.mutate(label=counted["label"].cast("string")).limit(MAX_ROWS), when_needed=when_needed)


def _rounded(score: ir.Column) -> ir.Column:
    """Round to five significant digits of the distance to 0, or to 1 where that is nearer: probabilities crowd at both ends."""
    near_one = (score > 0.5) & (score < 1)
    distance = ibis.ifelse(near_one, 1 - score, score.abs())
    plain = (distance < 1e-300) | score.isinf()
    scale = ibis.literal(10.0) ** (DIGITS - 1 - ibis.ifelse(plain, 1.0, distance).log10().floor())
    rounded = (distance * scale).round() / scale
    return ibis.ifelse(plain, score, ibis.ifelse(near_one, 1 - rounded, ibis.ifelse(score < 0, -rounded, rounded)))


@dataclass(frozen=True)
class Scores:
    """Counts by score.

    Parameters
    ----------
    scores : ndarray of float, shape (bins,)
        Highest score of each bin, ascending.
    negatives, positives : ndarray of int, shape (bins,)
        Counts of the two outcomes.
    exact : bool
        Whether each distinct score has a bin of its own.
    """

    scores: NDArray[np.float64]
    negatives: NDArray[np.int64]
    positives: NDArray[np.int64]
    exact: bool

    @property
    def n(self) -> int:
        """Rows that have a label and a score."""
        return int(self.negatives.sum() + self.positives.sum())

    @property
    def method(self) -> str:
        """How an area or curve of these counts came about."""
        return "all distinct scores" if self.exact else f"scores in {len(self.scores):,} bins of equally many distinct values, ties half"


def read_scores(subject: Subject, outcomes: Outcomes, answers: Answers, of: str = "") -> Scores:
    """Turn the answers to :func:`score_asks` into counts of the two outcomes by score."""
    numeric = subject.table[subject.need("target")].type().is_numeric()
    exact = int(answers.scalar(f"distinct scores {of}")) <= MAX_DISTINCT
    bins: dict[int, list[float]] = {}
    for row in answers.rows(f"scores {of}" if exact else f"rounded scores {of}"):
        one = bins.setdefault(int(row["bin"]), [row["score"], 0, 0])
        one[0] = max(one[0], row["score"])
        one[2 if key(row["label"], numeric) == outcomes.positive else 1] += int(row["n"])
        exact &= row["width"] == 1
    table = np.array([bins[b] for b in sorted(bins)], dtype=float).reshape(-1, 3)
    return Scores(table[:, 0], table[:, 1].astype(np.int64), table[:, 2].astype(np.int64), exact)


def area(scores: Scores, where: Mapping[str, str] | None = None) -> Measurement:
    """Return the ROC AUC of counted scores."""
    value = roc_auc(scores.negatives, scores.positives)
    if value is None:
        return Measurement("roc_auc", None, "", where or {}, scores.n, method="not estimable: rows of only one class have a score")
    interval = roc_auc_interval(scores.negatives, scores.positives, LEVEL)
    method = f"{scores.method}; newcombe's score interval with delong's spread"
    return Measurement("roc_auc", value, "", where or {}, scores.n, interval, LEVEL, method)
