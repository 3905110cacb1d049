"""Counts of scores by label, fine enough for a ROC curve and small enough for any number of rows."""

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from audit.checks.rate import LEVEL
from audit.core.ask import Answers, Ask, rows, scalar
from audit.core.check import missing
from audit.core.errors import DataError
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.stats.auc import roc_auc, roc_auc_interval

BINS = 10_000
#: With more distinct scores than this they are rounded before they are grouped: grouping millions of numbers is slow.
MAX_DISTINCT = 100_000
DIGITS = 5


def score_asks(subject: Subject, score: str, of: str = "") -> dict[str, Ask]:
    """Ask for the counts of the two outcomes by score on the held-out rows.

    Up to 10,000 distinct scores each have their own bin; more of them share 10,000 bins with equally many distinct scores in each, so equal
    scores are never torn apart.

    Parameters
    ----------
    subject : Subject
        With a target and its positive value.
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
    known = table.filter(~missing(target), ~missing(scored)).select(positive=subject.is_positive(target), score=scored)
    return {
        f"distinct scores {of}": scalar(scored.approx_nunique()),
        f"scores {of}": _binned(known, when_needed=True),
        f"rounded scores {of}": _binned(known.mutate(score=_rounded(known["score"])), when_needed=True),
    }


def _binned(known: ir.Table, *, when_needed: bool) -> Ask:
    distinct = known.group_by("score").aggregate(n=known.count(), positives=known["positive"].sum())
    ranked = distinct.mutate(rank=ibis.row_number().over(order_by=distinct["score"]))
    ranked = ranked.mutate(width=(ranked["rank"].max().over(ibis.window()) / BINS).floor().cast("int64") + 1)
    binned = ranked.mutate(bin=(ranked["rank"] / ranked["width"]).floor().cast("int64"))
    counted = binned.group_by("bin").aggregate(
        score=binned["score"].max(), width=binned["width"].max(), n=binned["n"].sum(), positives=binned["positives"].sum()
    )
    return rows(counted, when_needed=when_needed)


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


def read_scores(answers: Answers, of: str = "") -> Scores:
    """Turn the answers to :func:`score_asks` into counts of the two outcomes by score."""
    plain = int(answers.scalar(f"distinct scores {of}")) <= MAX_DISTINCT
    bins = sorted(answers.rows(f"scores {of}" if plain else f"rounded scores {of}"), key=lambda row: row["bin"])
    n, positives = (np.array([int(row[name]) for row in bins], dtype=np.int64) for name in ("n", "positives"))
    exact = plain and all(row["width"] == 1 for row in bins)
    return Scores(np.array([row["score"] for row in bins], dtype=float), n - positives, positives, exact)


def area(scores: Scores, where: Mapping[str, str] | None = None) -> Measurement:
    """Return the ROC AUC of counted scores."""
    value = roc_auc(scores.negatives, scores.positives)
    if value is None:
        return Measurement("roc_auc", None, "", where or {}, scores.n, method="not estimable: rows of only one class have a score")
    interval = roc_auc_interval(scores.negatives, scores.positives, LEVEL)
    method = f"{scores.method}; newcombe's score interval with delong's spread"
    return Measurement("roc_auc", value, "", where or {}, scores.n, interval, LEVEL, method)
