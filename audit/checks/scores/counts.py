"""Scores as counts of the two outcomes, in ascending order of score."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audit.checks.scores.asks import MAX_DISTINCT
from audit.core.ask import Answers
from audit.core.bins import position


@dataclass(frozen=True)
class Scores:
    """Counts by score.

    Parameters
    ----------
    lowest, scores, means : ndarray of float, shape (bins,)
        Lowest, highest and mean score of each bin, ascending.
    negatives, positives : ndarray of int, shape (bins,)
        Counts of the two outcomes; of a group, bins may have none.
    exact : bool
        Whether each distinct score has a bin of its own.
    """

    lowest: NDArray[np.float64]
    scores: NDArray[np.float64]
    means: NDArray[np.float64]
    negatives: NDArray[np.int64]
    positives: NDArray[np.int64]
    exact: bool

    @property
    def n(self) -> int:
        """Rows that have a label and a score."""
        return int(self.negatives.sum() + self.positives.sum())

    @property
    def mean(self) -> float:
        """Mean score; NaN without rows, or where some scores are infinite."""
        total = self.negatives + self.positives
        filled = total > 0
        if not filled.any() or not np.isfinite(self.means[filled]).all():
            return float("nan")
        return float(self.means[filled] @ total[filled] / self.n)

    @property
    def method(self) -> str:
        """How an area or curve of these counts came about."""
        return "all distinct scores" if self.exact else f"scores in {len(self.scores):,} bins of equally many distinct values, ties half"

    @property
    def constant(self) -> bool:
        """Whether every row has the same score."""
        filled = self.negatives + self.positives > 0
        return int(filled.sum()) == 1 and bool((self.lowest == self.scores)[filled].all())

    @property
    def one_outcome(self) -> bool:
        """Whether all rows have the same outcome."""
        return not self.negatives.any() or not self.positives.any()


def read_scores(answers: Answers, of: str = "") -> Scores:
    """Turn the answers to :func:`audit.checks.scores.asks.score_asks` into counts of the two outcomes by score."""
    name, plain = _which(answers, of)
    found = [{**row, "group": ""} for row in answers.rows(name)]
    return next(iter(_by_group(found, plain).values()), NONE)


def read_scores_by_group(answers: Answers, of: str) -> dict[str | None, Scores]:
    """Turn the answers to :func:`audit.checks.scores.asks.group_score_asks` into the counts of each group in the same bins.

    Rows without a group come under ``None``, last.
    """
    name, plain = _which(answers, of)
    return _by_group(answers.rows(name), plain)


def together(groups: Iterable[Scores]) -> Scores:
    """Return the counts of groups that share their bins, in one."""
    parts = list(groups)
    if not parts:
        return NONE
    total = np.sum([p.negatives + p.positives for p in parts], axis=0)
    summed = np.sum([np.where(p.negatives + p.positives > 0, p.means, 0) * (p.negatives + p.positives) for p in parts], axis=0)
    means = np.where(total > 0, summed / np.maximum(total, 1), parts[0].means)
    negatives, positives = (np.sum([getattr(p, side) for p in parts], axis=0) for side in ("negatives", "positives"))
    return Scores(parts[0].lowest, parts[0].scores, np.clip(means, parts[0].lowest, parts[0].scores), negatives, positives, parts[0].exact)


def _which(answers: Answers, of: str) -> tuple[str, bool]:
    plain = int(answers.scalar(f"distinct scores {of}")) <= MAX_DISTINCT
    return (f"scores {of}" if plain else f"rounded scores {of}"), plain


def _by_group(counted: Iterable[Mapping[str, Any]], plain: bool) -> dict[str | None, Scores]:
    rows = list(counted)
    place = {b: i for i, b in enumerate(sorted({row["bin"] for row in rows}))}
    names = sorted({row["group"] for row in rows}, key=_order)
    number = {name: i for i, name in enumerate(names)}
    lowest, highest = np.full(len(place), np.inf), np.full(len(place), -np.inf)
    n, positives, total = np.zeros((3, len(names), len(place)))
    exact = plain and all(row["width"] == 1 for row in rows)
    for row in rows:
        g, b = number[row["group"]], place[row["bin"]]
        lowest[b], highest[b] = min(lowest[b], row["lowest"]), max(highest[b], row["highest"])
        n[g, b], positives[g, b], total[g, b] = row["n"], row["positives"], row["total"]
    found: dict[str | None, Scores] = {}
    for name, g in number.items():
        # the mean of one score is that score, to the last digit
        means = highest if exact else np.clip(np.where(n[g] > 0, total[g] / np.maximum(n[g], 1), lowest), lowest, highest)
        negative, positive = (a.astype(np.int64) for a in (n[g] - positives[g], positives[g]))
        found[name] = Scores(lowest, highest, means, negative, positive, exact)
    return found


def _order(group: str | None) -> tuple[bool, float, str]:
    return group is None, position(group or ""), group or ""


_NO_FLOATS, _NO_COUNTS = np.zeros(0), np.zeros(0, dtype=np.int64)
#: No rows at all.
NONE = Scores(_NO_FLOATS, _NO_FLOATS, _NO_FLOATS, _NO_COUNTS, _NO_COUNTS, exact=True)
