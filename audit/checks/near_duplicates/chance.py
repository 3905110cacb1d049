"""How much evidence chance alone may bring in this table."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from audit.checks.near_duplicates.comparison import evidence
from audit.checks.near_duplicates.profile import SHIFTS, Floats, Learnt

#: Pairs of strangers that may reach the threshold, as an expectation over the whole table.
CHANCE_PAIRS = 0.05
#: Shares of pairs from which the tail of chance is drawn out: among all pairs, and among neighbours, which copies may sit among.
STRANGERS = (0.1, 0.01, 0.001, 0.0001)
NEIGHBOURS = (0.5, 0.2, 0.1)
#: The least number of pairs that a share rests on.
FEWEST = 50


def floor_of(total: int) -> float:
    """Return the bits that a pair needs where columns are independent.

    Evidence is a likelihood ratio, so among strangers a ratio of at least ``t`` has a probability of at most ``1 / t`` (Markov's inequality).
    """
    return math.log2(max(total * (total - 1) / 2, 1) / CHANCE_PAIRS)


def threshold(learnt: Learnt, total: int) -> tuple[float, float]:
    """Return the bits that a pair needs in this table: among strangers, and beside what neighbours in the source have in common.

    Parameters
    ----------
    learnt : Learnt
        With values of all sampled rows, drawn ones and runs of neighbours.
    total : int
        Rows of the table.
    """
    profiles, drawn = learnt.profiles, learnt.drawn
    m = len(drawn)
    shifts = range(1, min(SHIFTS, m // 2) + 1)
    left = np.concatenate([drawn for _ in shifts]) if m > 1 else drawn[:0]
    right = np.concatenate([np.roll(drawn, s) for s in shifts]) if m > 1 else drawn[:0]
    least = max(FEWEST, len(shifts) // 2)
    strangers = tail(evidence(profiles, left, right), STRANGERS, CHANCE_PAIRS / max(total * (total - 1) / 2, 1), least)
    # exact copies in a row are no neighbours of each other
    beside = np.flatnonzero((np.diff(learnt.rows) == 1) & (np.diff(learnt.identities) != 0))
    neighbours = tail(evidence(profiles, beside, beside + 1), NEIGHBOURS, CHANCE_PAIRS / max(total, 1), 10)
    return max(strangers, floor_of(total)), neighbours


def tail(scores: Floats, shares: Sequence[float], wanted: float, least: int) -> float:
    """Return the score that a share ``wanted`` of all pairs would exceed, were the tail to go on as it is seen to.

    Where columns are independent, at most a share ``p`` of pairs scores above ``-log2(p)``. Where more is seen at one of the shares, columns
    depend on each other, and the score is drawn out from there along the line through the share before, or along the bound if that is steeper.
    Sums of many small terms fall faster than such lines, so this errs upward.

    Parameters
    ----------
    scores : array of shape (pairs,)
        Evidence of pairs that are no copies, but for a few.
    shares : sequence of float
        Where to look, descending; those that fewer than ``least`` pairs stand for are left out.
    wanted : float
        Share to be reached.
    least : int
        Number of pairs.
    """
    points = [(math.log2(s), float(np.quantile(scores, 1 - s))) for s in shares if s * len(scores) >= least]
    reached = [-math.inf]
    for (wide, low), (narrow, high) in pairwise(points):
        if high > -narrow:
            reached.append(high + (narrow - math.log2(wanted)) * max((high - low) / (wide - narrow), 1.0))
    return max(reached)
