"""All conjunctions of up to three conditions, their rows and errors counted exactly from joint cells of columns.

The table of counts over the cells of two or three columns holds every conjunction of conditions on them as a sum, so the work grows with the
number of sets of columns, not with that of sets of conditions, of which there are a thousand times as many. Sets of columns in which no
conjunction can reach what is wanted are passed over, by the bounds of SliceLine: a conjunction has no more rows and no more errors than any
conjunction of fewer of its conditions.

References
----------
Sagadeeva, S. and Boehm, M. (2021). SliceLine: fast, linear-algebra-based slice finding for ML model debugging. SIGMOD, 2290-2299.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from audit.checks.errors.conditions import Coded, Condition

Floats = NDArray[np.float64]

#: Standard errors above the rest from which a segment is worth a test on the other half.
WORTH_A_TEST = 2.0
#: Sets of two and of three columns that are counted, at most; beyond them, those that promise most.
MOST_SETS = {2: 20_000, 3: 6_000}
#: Candidates kept of each set of columns, and of all.
OF_EACH, OF_ALL = 40, 4_000


@dataclass(frozen=True)
class Candidate:
    """A conjunction that stands out.

    Parameters
    ----------
    parts : tuple of Condition
        One to three conditions on different columns.
    surprise : float
        Logarithm of how unlikely it is, less that of how many conjunctions of so many conditions were looked at.
    """

    parts: tuple[Condition, ...]
    surprise: float


@dataclass
class Looked:
    """What a search went through.

    Parameters
    ----------
    conjunctions : dict of int to int
        Conjunctions with enough rows that were counted, by their number of conditions.
    passed_over : int
        Sets of columns that were left out because there are too many of them, not because they could hold nothing.
    """

    conjunctions: dict[int, int] = field(default_factory=lambda: {1: 0, 2: 0, 3: 0})
    passed_over: int = 0

    @property
    def total(self) -> int:
        """All conjunctions."""
        return sum(self.conjunctions.values())


@dataclass(frozen=True)
class Wanted:
    """What a segment must have in the half that is searched.

    Parameters
    ----------
    rows : int
        At least so many, inside and outside.
    gap : float
        Its mean loss lies so much above that of all other rows.
    depth : int
        So many conditions at most.
    """

    rows: int
    gap: float
    depth: int = 3


def candidates(columns: Sequence[Coded], loss: Floats, wanted: Wanted) -> tuple[list[Candidate], Looked]:
    """Return conjunctions whose mean loss lies clearly above that of all other rows, the most surprising first.

    Parameters
    ----------
    columns : sequence of Coded
        Of the rows that are searched.
    loss : array of shape (rows,)
        How wrong the model is: 0 or 1, or the size of an error.
    wanted : Wanted
        What is looked for.

    Returns
    -------
    tuple of list and Looked
        Candidates, and what was gone through.
    """
    looked = Looked()
    if not columns or not loss.any() or bool(np.all(loss == loss[0])):
        return [], looked
    search = _Search(columns, loss, wanted)
    found: list[tuple[float, int, tuple[Condition, ...]]] = []
    sets: Iterator[tuple[int, ...]] | list[tuple[int, ...]] = [(i,) for i in range(len(columns))]
    for depth in range(1, min(wanted.depth, 3) + 1):
        if depth > 1:
            sets, left_out = search.promising(depth)
            looked.passed_over += left_out
        for chosen in sets:
            conjunctions, best = search.block(chosen)
            looked.conjunctions[depth] += conjunctions
            found += [(strength, depth, parts) for strength, parts in best]
        if len(found) > OF_ALL:
            found = sorted(found, key=lambda f: -f[0])[:OF_ALL]
    told = [Candidate(parts, strength - math.log(max(looked.conjunctions[depth], 1))) for strength, depth, parts in found]
    return sorted(told, key=lambda c: -c.surprise), looked


class _Search:
    """Counts of sets of columns, and the bounds that they set for larger ones."""

    def __init__(self, columns: Sequence[Coded], loss: Floats, wanted: Wanted) -> None:
        self.columns, self.wanted = columns, wanted
        self.binary = bool(np.isin(loss, (0.0, 1.0)).all())
        self.loss, self.square = loss, loss if self.binary else loss * loss
        self.n, self.total, self.squares = float(len(loss)), float(loss.sum()), float(self.square.sum())
        self.worst = float(loss.max())
        #: For each set of columns: the largest bound of any of its conjunctions, and the most standard errors any of them has.
        self.bounds: dict[tuple[int, ...], float] = {}
        self.reached: dict[tuple[int, ...], float] = {}

    def promising(self, depth: int) -> tuple[list[tuple[int, ...]], int]:
        """Return the sets of so many columns that may hold what is wanted, and how many of these there was no room for."""
        smaller = [s for s, bound in self.bounds.items() if len(s) == depth - 1 and bound >= WORTH_A_TEST]
        if depth == 2:
            alive = [i for (i,) in smaller]
            most = int((1 + math.isqrt(1 + 8 * MOST_SETS[2])) / 2)
            kept = sorted(sorted(alive, key=lambda i: -self.reached[(i,)])[:most])
            every = math.comb(len(alive), 2)
            return list(itertools.combinations(kept, 2)), every - math.comb(len(kept), 2)
        known = set(smaller)
        beyond: dict[int, list[int]] = {}
        for a, b in smaller:
            beyond.setdefault(a, []).append(b)
        sets = [(a, b, c) for a, bs in beyond.items() for b, c in itertools.combinations(sorted(bs), 2) if (b, c) in known]
        if len(sets) > MOST_SETS[3]:
            left_out = len(sets) - MOST_SETS[3]
            strength = {s: max(self.reached[p] for p in itertools.combinations(s, 2)) for s in sets}
            return sorted(sorted(sets, key=lambda s: -strength[s])[: MOST_SETS[3]]), left_out
        return sorted(sets), 0

    def block(self, chosen: tuple[int, ...]) -> tuple[int, list[tuple[float, tuple[Condition, ...]]]]:
        """Return how many conjunctions of conditions on these columns have enough rows, and the strongest of them with their strength."""
        columns = [self.columns[i] for i in chosen]
        n, errors, squares = self._sums(columns)
        inner = (slice(1, None),) * len(columns)
        inside, missed = n[inner], errors[inner]
        outside = self.n - inside
        sized = (inside >= self.wanted.rows) & (outside >= self.wanted.rows)
        with np.errstate(divide="ignore", invalid="ignore"):
            gap = missed / inside - (self.total - missed) / outside
            score = gap / np.sqrt(self._spread(self.n, self.total, self.squares) * (1 / inside + 1 / outside))
        self.bounds[chosen] = self._bound(inside[sized], missed[sized])
        self.reached[chosen] = float(score[sized].max(initial=0.0))
        places = np.argwhere(sized & (gap >= self.wanted.gap) & (score >= WORTH_A_TEST)) + 1
        if len(columns) > 1 and len(places):
            places = places[self._adds(places, n, errors, squares)]
        conjunctions = int(sized.sum())
        if not len(places):
            return conjunctions, []
        at = tuple(places.T)
        strength = self._strength(n[at], errors[at], score[tuple((places - 1).T)])
        best = np.argsort(-strength, kind="stable")[:OF_EACH]
        return conjunctions, [(float(strength[b]), tuple(c.conditions[i - 1] for c, i in zip(columns, places[b], strict=True))) for b in best]

    def _sums(self, columns: Sequence[Coded]) -> tuple[Floats, Floats, Floats]:
        """Return rows, errors and squared errors of every conjunction; index 0 of an axis stands for no condition on that column."""
        place, shape = columns[0].codes, [c.cells for c in columns]
        for column in columns[1:]:
            place = place * column.cells + column.codes
        cells = math.prod(shape)
        counted = [np.bincount(place, minlength=cells), np.bincount(place, self.loss, minlength=cells)]
        counted += [] if self.binary else [np.bincount(place, self.square, minlength=cells)]
        sums = np.stack(counted).astype(float).reshape(-1, *shape)
        for axis, column in enumerate(columns, 1):
            sums = np.moveaxis(np.tensordot(sums, column.members, axes=(axis, 1)), -1, axis)
        return sums[0], sums[1], sums[1] if self.binary else sums[2]

    @staticmethod
    def _spread(n: Floats | float, total: Floats | float, squares: Floats | float) -> Floats | float:
        """Return the variance of the loss of some rows."""
        return np.maximum(squares / n - (total / n) ** 2, 1e-300)

    def _adds(self, places: NDArray[np.int64], n: Floats, errors: Floats, squares: Floats) -> NDArray[np.bool_]:
        """Return which conjunctions err more than what is left of each conjunction of all but one of their conditions."""
        at = tuple(places.T)
        inside, missed = n[at], errors[at]
        good = np.ones(len(places), dtype=bool)
        for axis in range(places.shape[1]):
            shorter = places.copy()
            shorter[:, axis] = 0
            parent = tuple(shorter.T)
            left, left_missed = n[parent] - inside, errors[parent] - missed
            with np.errstate(divide="ignore", invalid="ignore"):
                beyond = missed / inside - left_missed / left
                spread = self._spread(n[parent], errors[parent], squares[parent])
                over = beyond / np.sqrt(spread * (1 / inside + 1 / left))
            good &= (left > 0) & (over >= WORTH_A_TEST)
        return good

    def _strength(self, inside: Floats, missed: Floats, score: Floats) -> Floats:
        """Return minus the logarithm of the chance of so large a gap, about: by likelihood where rows are right or wrong, else by the normal."""
        if not self.binary:
            return np.asarray(score**2 / 2)
        outside, rest, mean = self.n - inside, self.total - missed, self.total / self.n
        return np.asarray(inside * _divergence(missed / inside, mean) + outside * _divergence(rest / outside, mean))

    def _bound(self, inside: Floats, missed: Floats) -> float:
        """Return the most standard errors that any of these segments, or any part of one that is large enough, can have."""
        if not len(inside):
            return 0.0
        # a part errs most where it keeps all errors in as few rows as can hold them
        rows = np.clip(missed / self.worst, self.wanted.rows, inside)
        kept = np.minimum(missed, rows * self.worst)
        spread = float(self._spread(self.n, self.total, self.squares))
        gap = kept / rows - (self.total - kept) / np.maximum(self.n - rows, 1)
        return float((gap / np.sqrt(spread * (1 / rows + 1 / np.maximum(self.n - rows, 1)))).max())


def _divergence(seen: Floats, expected: float) -> Floats:
    """Return the divergence of Kullback and Leibler of two chances."""
    with np.errstate(divide="ignore", invalid="ignore"):
        wrong = np.where(seen > 0, seen * np.log(seen / expected), 0.0)
        right = np.where(seen < 1, (1 - seen) * np.log((1 - seen) / (1 - expected)), 0.0)
    return np.asarray(wrong + right)
