"""Which columns may determine which others, judged by a sample: cheap enough to look at every pair."""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

#: Pairs of rows with equal determinants that a sample must hold, and different determinants.
MIN_PAIRS, MIN_GROUPS = 20, 10
#: Pairs for each row of the whole table, had it been looked at: values of which a few rows are copies of others are keys all the same.
MIN_PAIR_SHARE = 0.1
#: Largest share of pairs with equal determinants and different dependents, and how much of the disagreement of random pairs must be gone.
MOST_DISAGREEMENT, LEAST_EXPLAINED = 0.2, 0.6
#: A dependent with one value almost everywhere follows from nothing; two rows of it agree so often.
MOST_AGREEMENT = 0.9
#: Determinants tried for each dependent, and pairs tried in all, in a small table and in one that the sample does not hold whole: each pair costs
#: several groupings of all rows.
SMALL, LARGE = (3, 24), (1, 12)


@dataclass(frozen=True)
class Candidate:
    """A pair of columns.

    Parameters
    ----------
    determinant, dependent : str
        Columns.
    disagreement : float
        Share of sampled pairs of rows that agree in the determinant and disagree in the dependent.
    groups : int
        Values of the determinant in the sample.
    chance : float
        Share of all pairs of rows that agree in the dependent.
    """

    determinant: str
    dependent: str
    disagreement: float
    groups: int
    chance: float


def candidates(rows: "pd.DataFrame", determinants: Collection[str], dependents: Collection[str], total: int) -> list[Candidate]:
    """Return pairs of columns of which the first may determine the second, a few for each dependent, the most promising first.

    Rows are put in the order of the determinant, at random where it is equal, and neighbours are compared. That estimates how often two rows
    that agree in the determinant disagree in the dependent, even where most values of the determinant occur only once in the sample.

    Parameters
    ----------
    rows : pandas frame
        A random sample.
    determinants, dependents : collection of str
        Columns that may be one or the other.
    total : int
        Rows of the table.

    References
    ----------
    Kivinen, J. and Mannila, H. (1995). Approximate inference of functional dependencies from relations. Theoretical Computer Science 149.
    """
    rows = rows.sample(frac=1, random_state=0)
    least = max(MIN_PAIRS, MIN_PAIR_SHARE * len(rows) ** 2 / max(total, 1))
    codes = {c: _codes(rows[c]) for c in dict.fromkeys([*determinants, *dependents])}
    agreement = {c: _agreement(codes[c]) for c in dependents}
    wanted = [c for c in dependents if agreement[c] <= MOST_AGREEMENT]
    found: dict[str, list[Candidate]] = {c: [] for c in wanted}
    if not wanted:
        return []
    others = np.stack([codes[c] for c in wanted])
    for determinant in determinants:
        own = codes[determinant]
        order = np.argsort(own, kind="stable")
        places = np.flatnonzero((own[order][1:] == own[order][:-1]) & (own[order][1:] >= 0))
        groups = int(own.max(initial=-1)) + 1
        if groups < MIN_GROUPS or len(places) < least:
            continue
        first, second = others[:, order[places]], others[:, order[places + 1]]
        known = (first >= 0) & (second >= 0)
        differ = ((first != second) & known).sum(axis=1)
        for dependent, n, d in zip(wanted, known.sum(axis=1), differ, strict=True):
            most = min(MOST_DISAGREEMENT, (1 - LEAST_EXPLAINED) * (1 - agreement[dependent]))
            if dependent != determinant and n >= MIN_PAIRS and d <= most * n:
                found[dependent].append(Candidate(determinant, dependent, float(d / n), groups, agreement[dependent]))
    # of those that agree alike, the coarser says more; every dependent has its best determinant tried before any has its second
    each, all_together = SMALL if len(rows) == total else LARGE
    ranked = [sorted(these, key=lambda c: (round(c.disagreement, 2), c.groups))[:each] for these in found.values()]
    return [c for these in zip_longest(*ranked) for c in these if c is not None][:all_together]


def _codes(column: "pd.Series") -> NDArray[np.intp]:
    """Return a number for each value, -1 where it is missing."""
    import pandas as pd

    return np.asarray(pd.factorize(column)[0])


def _agreement(codes: NDArray[np.intp]) -> float:
    """Return how often two rows agree by chance."""
    counts = np.bincount(codes[codes >= 0])
    return float(((counts / counts.sum()) ** 2).sum()) if counts.sum() else 1.0
