"""Which of the pairs are near duplicates, and which are alike by the nature of the table."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from audit.checks.near_duplicates.comparison import DIFFERS, DIFFERS_BITS, EQUAL, ONE_MISSING, Bounds
from audit.checks.near_duplicates.profile import Codes, Floats, Profile

#: Share of what two rows say that may differ altogether.
MOST_DIFFERING = 0.3
#: Share of pairs that differ in the same column from which that column tells apart what is otherwise alike: a date, a size, a visit.
TELLS_APART, FEWEST_PAIRS = 0.9, 5
#: Bits below the threshold in which pairs are looked at, too.
BAND = 8.0
#: Copies from which it is learnt how often each column differs.
FEWEST_COPIES = 20
#: Twins of one row beyond these make a crowd.
CROWD = 20
#: Share of rows with a twin from which likeness is the nature of the table.
NATURE = 0.3

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Judged:
    """What became of the pairs.

    Parameters
    ----------
    near : array of shape (pairs,)
        Which are near duplicates.
    telling : sequence of int
        Columns that tell apart rows which are alike otherwise.
    told_apart : int
        Pairs that differ in them.
    crowded : int
        Pairs left out because one of their rows has too many twins.
    natural : int
        Rows with a twin, where they are so many that likeness is the nature of the table; else 0.
    """

    near: Mask
    telling: Sequence[int] = ()
    told_apart: int = 0
    crowded: int = 0
    natural: int = 0


def declared(gaps: Floats, bounds: Bounds) -> Judged:
    """Judge by what a contract calls near: at most so many columns differ or are missing on one side."""
    return Judged(((gaps == DIFFERS) | (gaps == ONE_MISSING)).sum(axis=1) <= bounds.differing)


def judged(gaps: Floats, evidence: Floats, pairs: Codes, profiles: Sequence[Profile], needed: float, total: int) -> Judged:
    """Judge by evidence against chance, and leave out what is alike by nature.

    Parameters
    ----------
    gaps : array of shape (pairs, columns)
        How each column differs.
    evidence : array of shape (pairs,)
        In bits.
    pairs : array of shape (pairs, 2)
        Positions of the rows.
    profiles : sequence of Profile
        Of the columns.
    needed : float
        Bits a pair needs.
    total : int
        Rows of the table.
    """
    weights = np.array([p.bits for p in profiles])
    differs = gaps == DIFFERS
    there = gaps > ONE_MISSING
    comparable = (there * weights).sum(axis=1)
    evidence = evidence + _lenience(gaps, evidence >= needed)
    needed = above_the_crowd(evidence, needed)
    near = (evidence >= needed) & ((differs * weights).sum(axis=1) <= MOST_DIFFERING * comparable)
    telling: list[int] = []
    told_apart = 0
    if near.sum() >= FEWEST_PAIRS:
        telling = [int(i) for i in np.flatnonzero(differs[near].mean(axis=0) >= TELLS_APART)]
        apart = near & differs[:, telling].any(axis=1)
        told_apart, near = int(apart.sum()), near & ~apart
    rows, twins = np.unique(pairs[near], return_counts=True)
    crowded = near & np.isin(pairs, rows[twins > CROWD]).any(axis=1)
    near = near & ~crowded
    involved = len(np.unique(pairs[near]))
    natural = involved > NATURE * total and near.sum() >= FEWEST_PAIRS
    return Judged(near & (not natural), telling, told_apart, int(crowded.sum()), involved if natural else 0)


def above_the_crowd(evidence: Floats, needed: float) -> float:
    """Return the bits from which pairs stand out: no fewer lie above than in the band just below.

    Chance thins out as evidence grows. Where pairs thicken towards the threshold from below, as those of a smooth series in any order do, what
    little lies above it is the thin end of them.

    Parameters
    ----------
    evidence : array of shape (pairs,)
        Of all pairs with at least ``needed`` bits less :data:`BAND`.
    needed : float
        To begin with.
    """
    ordered = np.sort(evidence)
    while True:
        below, here = np.searchsorted(ordered, (needed - BAND, needed))
        if here - below <= len(ordered) - here:
            return needed
        needed += 1.0


def _lenience(gaps: Floats, copies: Mask) -> Floats:
    """Return what evidence changes by when columns that copies often differ in are learnt from the surest copies (Fellegi & Sunter 1969).

    At first a difference costs what it costs where one copy in 16 shows it. Two sources that name a category in two ways differ more often:
    then a difference costs less there, and an agreement brings less.
    """
    found = int(copies.sum())
    if found < FEWEST_COPIES:
        return np.zeros(len(gaps))
    differs, agrees = gaps == DIFFERS, gaps >= EQUAL
    often = (differs[copies].sum(axis=0) + 1) / (found + 16)
    return np.asarray((differs * (np.log2(often) - DIFFERS_BITS) + agrees * np.log2(1 - often)).sum(axis=1))
