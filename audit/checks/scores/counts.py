"""Scores as counts of the two outcomes, in ascending order of score."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audit.checks.scores.asks import MAX_DISTINCT
from audit.core.ask import Answers
from audit.core.bins import position
from audit.core.measurement import Measurement
from audit.core.wording import counted


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
    means : ndarray of float, shape (bins,)
        Mean score of each bin.
    """

    scores: NDArray[np.float64]
    negatives: NDArray[np.int64]
    positives: NDArray[np.int64]
    exact: bool
    means: NDArray[np.float64]

    @property
    def n(self) -> int:
        """Rows that have a label and a score."""
        return int(self.negatives.sum() + self.positives.sum())

    @property
    def method(self) -> str:
        """How an area or curve of these counts came about."""
        return "all distinct scores" if self.exact else f"scores in {len(self.scores):,} bins of equally many distinct values, ties half"

    @property
    def probabilities(self) -> bool:
        """Whether all scores lie between 0 and 1."""
        return bool(self.n and self.means[0] >= 0 and self.scores[0] >= 0 and self.scores[-1] <= 1)

    @property
    def constant(self) -> bool:
        """Whether every row has the same score."""
        return len(self.scores) == 1 and self.exact

    @property
    def one_outcome(self) -> bool:
        """Whether all rows have the same outcome."""
        return not self.negatives.any() or not self.positives.any()


@dataclass(frozen=True)
class Quality:
    """What the score column holds beside usable scores.

    Parameters
    ----------
    rows : int
        Held-out rows.
    missing_labels, missing_scores : int
        Rows without one.
    infinite, outside : int
        Scores that are infinite, and scores below 0 or above 1, the infinite ones among them.
    """

    rows: int
    missing_labels: int
    missing_scores: int
    infinite: int
    outside: int

    def measured(self) -> list[Measurement]:
        """Return the counts that are not 0."""
        found = (
            ("missing_labels", self.missing_labels), ("missing_scores", self.missing_scores), ("infinite_scores", self.infinite),
            ("scores_outside_0_to_1", self.outside),
        )  # fmt: skip
        return [Measurement(name, value, "rows", {}, self.rows, method="count of all rows") for name, value in found if value]

    def sentence(self) -> str:
        """Return what is missing, in words; empty where nothing is."""
        text = ""
        for number, what in ((self.missing_labels, "label"), (self.missing_scores, "score")):
            text += f" {counted(number, 'row has', 'rows have')} no {what} and {'is' if number == 1 else 'are'} left out." if number else ""
        return text

    def no_probabilities(self) -> str:
        """Return why the scores are no probabilities; empty where they are."""
        if not self.outside:
            return ""
        what = "is infinite" if self.outside == self.infinite == 1 else "lie outside 0 to 1" if self.outside > 1 else "lies outside 0 to 1"
        return f"{counted(self.outside, 'score')} {what}, so the scores are no probabilities"


def read_quality(answers: Answers) -> Quality:
    """Read the answers to :func:`audit.checks.scores.asks.quality_asks`."""
    names = ("rows", "missing labels", "missing scores", "infinite scores", "scores outside")
    return Quality(*(int(answers.scalar(name)) for name in names))


def read_scores(answers: Answers, of: str = "") -> Scores:
    """Turn the answers to :func:`audit.checks.scores.asks.score_asks` into counts of the two outcomes by score."""
    name, plain = _which(answers, of)
    return _scores(answers.rows(name), plain)


def read_scores_by_group(answers: Answers, attribute: str) -> dict[str | None, Scores]:
    """Turn the answers to :func:`audit.checks.scores.asks.group_score_asks` into the counts of each group; rows without one come under ``None``."""
    name, plain = _which(answers, attribute)
    groups: dict[str | None, list[dict[str, Any]]] = {}
    for row in answers.rows(name):
        groups.setdefault(row["group"], []).append(row)
    return {group: _scores(groups[group], plain) for group in sorted(groups, key=_order)}


def together(groups: Iterable[Scores]) -> Scores:
    """Return the counts of all groups together."""
    parts = list(groups)
    scores = np.concatenate([p.scores for p in parts])
    means = np.concatenate([p.means for p in parts])
    n = np.concatenate([p.negatives + p.positives for p in parts])
    order = np.argsort(means, kind="stable")
    # a bin of several groups has one mean in each; they stay apart, in the order of the means, unless the scores are exact
    exact = all(p.exact for p in parts)
    names = means[order] if exact else np.arange(len(order))
    starts = np.flatnonzero(np.r_[True, np.diff(names) > 0]) if len(names) else np.array([], dtype=int)
    negatives, positives = (np.add.reduceat(np.concatenate([getattr(p, side) for p in parts])[order], starts) for side in ("negatives", "positives"))
    total = np.add.reduceat((means * n)[order], starts)
    return Scores(np.maximum.reduceat(scores[order], starts), negatives, positives, exact, total / (negatives + positives))


def _which(answers: Answers, of: str) -> tuple[str, bool]:
    plain = int(answers.scalar(f"distinct scores {of}")) <= MAX_DISTINCT
    return (f"scores {of}" if plain else f"rounded scores {of}"), plain


def _scores(counted_rows: Iterable[Mapping[str, Any]], plain: bool) -> Scores:
    bins = sorted(counted_rows, key=lambda row: row["bin"])
    n, positives = (np.array([int(row[name]) for row in bins], dtype=np.int64) for name in ("n", "positives"))
    scores, total = (np.array([row[name] for row in bins], dtype=float) for name in ("score", "total"))
    exact = plain and all(row["width"] == 1 for row in bins)
    return Scores(scores, n - positives, positives, exact, scores if exact else total / np.maximum(n, 1))


def _order(group: str | None) -> tuple[bool, float, str]:
    return group is None, position(group or ""), group or ""
