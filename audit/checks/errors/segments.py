"""Segments in which a model errs more than elsewhere: looked for in one half of the rows, tested in the other."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from audit.checks.errors.conditions import Condition
from audit.stats.multiplicity import benjamini_hochberg

#: Standard errors above the rest from which a segment is worth a test on the other half.
WORTH_A_TEST = 2.0


@dataclass(frozen=True)
class Segment:
    """A candidate, with what the confirmation half says about it.

    Parameters
    ----------
    parts : tuple of Condition
        One or two conditions; all must be met.
    n, errors : int
        Rows and misjudged rows of the confirmation half inside.
    rest, rest_errors : int
        The same outside.
    p_value : float
        One-sided, by Fisher's exact test on the confirmation half, adjusted over the candidates by Benjamini and Hochberg.
    """

    parts: tuple[Condition, ...]
    n: int
    errors: int
    rest: int
    rest_errors: int
    p_value: float

    @property
    def text(self) -> str:
        """The conditions in words."""
        return " and ".join(c.text for c in self.parts)

    @property
    def excess(self) -> float | None:
        """Error rate inside less the rate outside, on the confirmation half."""
        return self.errors / self.n - self.rest_errors / self.rest if self.n and self.rest else None


def discover(
    conditions: Sequence[Condition], wrong: NDArray[np.bool_], half: NDArray[np.bool_], min_rows: int, min_gap: float, most: int
) -> list[tuple[Condition, ...]]:
    """Return the segments of up to two conditions whose error rate is furthest above the rest, in standard errors, on one half.

    Parameters
    ----------
    conditions : sequence of Condition
        What segments are made of.
    wrong, half : arrays of bool, shape (rows,)
        Where the model errs, and the half to look in.
    min_rows : int
        Rows a segment must have in that half.
    min_gap : float
        How much higher its error rate must be than that of all other rows.
    most : int
        How many to return; one that moves an edge of a better one, or whose further rows do not err more, is left out.
    """
    if not conditions or not wrong[half].any():
        return []
    met = np.column_stack([c.met[half] for c in conditions]).astype(np.float32)
    missed = wrong[half].astype(np.float32)
    counts, errors = met.T @ met, met.T @ (met * missed[:, np.newaxis])
    total, total_errors = float(len(missed)), float(missed.sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = errors / counts - (total_errors - errors) / (total - counts)
        mean = total_errors / total
        score = gap / np.sqrt(mean * (1 - mean) * (1 / counts + 1 / (total - counts)))
        # a pair must err more than what is left of each of its conditions: else it is that condition told at greater length
        alone, alone_errors = np.diag(counts)[:, np.newaxis], np.diag(errors)[:, np.newaxis]
        beyond = errors / counts - (alone_errors - errors) / (alone - counts)
        parent_mean = alone_errors / alone
        over_parent = beyond / np.sqrt(parent_mean * (1 - parent_mean) * (1 / counts + 1 / (alone - counts)))
    adds = (over_parent >= WORTH_A_TEST) & (over_parent.T >= WORTH_A_TEST)
    column = np.array([c.column for c in conditions])
    # a pair of conditions on one column is either empty or another condition; the diagonal holds the single conditions
    eligible = (column[:, np.newaxis] != column) & adds & np.triu(np.ones_like(counts, dtype=bool)) | np.eye(len(conditions), dtype=bool)
    eligible &= (counts >= min_rows) & (total - counts >= min_rows) & (gap >= min_gap) & (score >= WORTH_A_TEST)
    ranked = np.flatnonzero(eligible)
    ranked = ranked[np.argsort(-score.ravel()[ranked], kind="stable")]
    chosen: list[tuple[Condition, ...]] = []
    by_columns: dict[frozenset[str], NDArray[np.bool_]] = {}
    covered = np.zeros(len(missed), dtype=bool)
    for i, j in zip(*np.unravel_index(ranked, score.shape), strict=True):
        mask = (met[:, i] > 0) & (met[:, j] > 0)
        columns = frozenset((conditions[i].column, conditions[j].column))
        same_columns = by_columns.get(columns, np.zeros_like(covered))
        # another edge of the same columns tells the same story; another value does not
        if not (mask & same_columns).any() and _says_something_new(mask, covered, missed, min_rows):
            chosen.append((conditions[i],) if i == j else (conditions[i], conditions[j]))
            by_columns[columns] = same_columns | mask
            covered |= mask
        if len(chosen) == most:
            break
    return chosen


def _says_something_new(mask: NDArray[np.bool_], covered: NDArray[np.bool_], missed: NDArray[np.float32], min_rows: int) -> bool:
    """Whether the part of a segment that no better one covers errs more than the rows that neither covers."""
    new, rest = mask & ~covered, ~mask & ~covered
    n, others = int(new.sum()), int(rest.sum())
    if n < min_rows or others < min_rows:
        return False
    mean = float(missed[~covered].mean())
    spread = (mean * (1 - mean) * (1 / n + 1 / others)) ** 0.5
    return spread > 0 and float(missed[new].mean() - missed[rest].mean()) >= WORTH_A_TEST * spread


def confirm(candidates: Sequence[tuple[Condition, ...]], wrong: NDArray[np.bool_], half: NDArray[np.bool_]) -> list[Segment]:
    """Test candidates on the half they were not found in.

    References
    ----------
    Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. JRSS B 57, 289-300.
    """
    total, total_errors = int(half.sum()), int(wrong[half].sum())
    counted = []
    for parts in candidates:
        inside = np.logical_and.reduce([c.met for c in parts]) & half
        counted.append((int(inside.sum()), int((inside & wrong).sum())))
    p_values = benjamini_hochberg([more_errors(e, n, total_errors, total) for n, e in counted])
    return [Segment(parts, n, e, total - n, total_errors - e, float(p)) for parts, (n, e), p in zip(candidates, counted, p_values, strict=True)]


def more_errors(errors: int, n: int, total_errors: int, total: int) -> float:
    """Return the one-sided p-value of Fisher's exact test: the probability of at least this many errors among ``n`` rows drawn from ``total``.

    References
    ----------
    Fisher, R. A. (1934). Statistical Methods for Research Workers, 5th edition.
    """
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, total + 1)))])

    def log_choose(of: int, k: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.asarray(log_factorial[of] - log_factorial[k] - log_factorial[of - k])

    k = np.arange(errors, min(n, total_errors) + 1)
    k = k[(n - k >= 0) & (n - k <= total - total_errors)]
    terms = log_choose(total_errors, k) + log_choose(total - total_errors, n - k) - log_choose(total, np.array([n]))
    return float(min(1.0, np.exp(terms).sum()))


def detectable(share: float, rate: float, rows: int, min_gap: float, tests: int, level: float) -> float:
    """Return the difference in error rate with which a segment is found and confirmed four times out of five.

    Parameters
    ----------
    share : float
        Share of the rows in the segment.
    rate : float
        Overall error rate.
    rows : int
        Rows of one half.
    min_gap : float
        Difference that must be seen in both halves.
    tests, level : int, float
        Candidates that may be tested, and the level of the test; its p-value is taken to have to pass alone.
    """
    normal = NormalDist()
    error = float(np.sqrt(rate * (1 - rate) * (1 / (share * rows) + 1 / ((1 - share) * rows))))
    needed = max(min_gap, error * max(WORTH_A_TEST, normal.inv_cdf(1 - level / tests)))
    # it must stand out on one half and be confirmed on the other, each with a chance of at least the root of 0.8
    return needed + error * normal.inv_cdf(0.8**0.5)


def pairs(conditions: Sequence[Condition]) -> int:
    """Return how many segments of one or two conditions there are."""
    by_column = Counter(c.column for c in conditions).values()
    return len(conditions) + (len(conditions) ** 2 - sum(n**2 for n in by_column)) // 2
