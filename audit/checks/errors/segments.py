"""Segments in which a model errs more than elsewhere: chosen among candidates of one half of the rows, tested on the other."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from audit.checks.errors.held_out import Halves, Step
from audit.checks.errors.losses import larger
from audit.checks.errors.search import WORTH_A_TEST, Candidate
from audit.core.ask import Answers
from audit.stats.moments import Moments
from audit.stats.multiplicity import benjamini_hochberg


@dataclass(frozen=True)
class Segment:
    """A candidate, with what the confirmation half says about it.

    Parameters
    ----------
    steps : tuple of Step
        One to three conditions; all are met.
    inside, outside : Moments
        The loss of the rows of the confirmation half inside, and of all others.
    p_value : float
        One-sided, that the loss inside is not larger, adjusted over the candidates by Benjamini and Hochberg, weighted by rank.
    """

    steps: tuple[Step, ...]
    inside: Moments
    outside: Moments
    p_value: float

    @property
    def text(self) -> str:
        """The conditions in words."""
        return " and ".join(s.text for s in self.steps)

    @property
    def excess(self) -> float | None:
        """Mean loss inside less that outside."""
        return self.inside.mean - self.outside.mean if self.inside.n and self.outside.n else None


def choose(found: Sequence[Candidate], halves: Halves, min_rows: int, most: int) -> list[Candidate]:
    """Return the most surprising candidates that each say something new.

    One that moves an edge of a better one, or whose further rows do not err more, is left out.

    Parameters
    ----------
    found : sequence of Candidate
        The most surprising first.
    halves : Halves
        The rows in which they were found.
    min_rows : int
        Rows that no better one covers, at least.
    most : int
        How many to return.
    """
    chosen: list[Candidate] = []
    by_columns: dict[frozenset[str], NDArray[np.bool_]] = {}
    loss, covered = halves.searched, np.zeros(len(halves.values), dtype=bool)
    masks: dict[int, NDArray[np.bool_]] = {}
    for candidate in found:
        if len(chosen) == most:
            break
        mask = np.ones(len(loss), dtype=bool)
        for part in candidate.parts:
            if id(part) not in masks:
                masks[id(part)] = part.met(halves.values)
            mask &= masks[id(part)]
        columns = frozenset(p.column for p in candidate.parts)
        same_columns = by_columns.get(columns, np.zeros_like(covered))
        # another edge of the same columns tells the same story; another value does not
        if not (mask & same_columns).any() and _says_something_new(mask, covered, loss, min_rows):
            chosen.append(candidate)
            by_columns[columns] = same_columns | mask
            covered |= mask
    return chosen


def _says_something_new(mask: NDArray[np.bool_], covered: NDArray[np.bool_], loss: NDArray[np.float64], min_rows: int) -> bool:
    """Whether the part of a segment that no better one covers errs more than the rows that neither covers."""
    new, rest = mask & ~covered, ~mask & ~covered
    n, others = int(new.sum()), int(rest.sum())
    if n < min_rows or others < min_rows:
        return False
    spread = (float(loss[~covered].var()) * (1 / n + 1 / others)) ** 0.5
    return spread > 0 and float(loss[new].mean() - loss[rest].mean()) >= WORTH_A_TEST * spread


def confirm(chosen: Sequence[Candidate], halves: Halves, answers: Answers) -> tuple[Moments, list[Segment]]:
    """Count candidates on the half they were not found in, and test them.

    Returns
    -------
    Moments
        Of all rows of that half.
    list of Segment

    References
    ----------
    Genovese, C. R., Roeder, K. and Wasserman, L. (2006). False discovery control with p-value weighting. Biometrika 93, 509-524.
    """
    steps = [tuple(Step(p) for p in c.parts) for c in chosen]
    whole, *inside = halves.count(answers, steps)
    # what is most surprising in the half that was searched is expected most of, which that half alone decides
    weights = [1 / rank for rank in range(1, len(inside) + 1)]
    p_values = benjamini_hochberg([larger(i, whole, quantity=halves.quantity) for i in inside], weights)
    segments = [Segment(s, i, whole.less(i), 1.0 if math.isnan(p) else float(p)) for s, i, p in zip(steps, inside, p_values, strict=True)]
    return whole, segments


def detectable(share: float, spread: float, rows: tuple[int, int], min_gap: float, standing_out: float, tests: float, level: float) -> float:
    """Return the difference in mean loss with which a segment is found and confirmed four times out of five.

    Parameters
    ----------
    share : float
        Share of the rows in the segment.
    spread : float
        Standard deviation of the loss.
    rows : tuple of two ints
        Rows that are searched, and rows that it is confirmed on.
    min_gap : float
        Difference that must be seen in both halves.
    standing_out : float
        Standard errors that it must lie above the rest in the half that is searched.
    tests, level : float
        By how many its p-value is multiplied at most, and the level of the test.
    """
    normal = NormalDist()
    needed = 0.0
    for n, deviations in zip(rows, (standing_out, normal.inv_cdf(1 - level / tests)), strict=True):
        error = spread * math.sqrt(1 / (share * n) + 1 / ((1 - share) * n))
        # it must be seen in both halves, in each with a chance of at least the root of 0.8
        needed = max(needed, max(min_gap, error * deviations) + error * normal.inv_cdf(0.8**0.5))
    return needed


def standing_out(chosen: Sequence[Candidate], conjunctions: int, most: int) -> float:
    """Return how many standard errors above the rest a segment of one condition must have lain to be chosen."""
    if len(chosen) < most:
        return WORTH_A_TEST
    return math.sqrt(2 * max(chosen[-1].surprise + math.log(max(conjunctions, 1)), WORTH_A_TEST**2 / 2))
