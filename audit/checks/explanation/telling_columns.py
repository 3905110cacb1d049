"""Which columns tell the groups of a sensitive attribute: found on one half of the rows, confirmed on the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from audit.checks.rate import LEVEL
from audit.engines.dependence import is_number
from audit.stats.auc import roc_auc, roc_auc_interval
from audit.stats.intervals import Interval

#: From this area on a column is called a proxy; the interval on the second half must lie above chance.
FLOOR = 0.60
#: Levels that a column is sorted into, and rows of the average share that are added to each, so that a level of few rows says little.
LEVELS, PRIOR = 20, 2


@dataclass(frozen=True)
class Telling:
    """How well a column tells a group from the others, on rows that were not learnt from.

    Parameters
    ----------
    column, group : str
        Which.
    area : float
        Area under the ROC curve; 0.5 is chance.
    interval : tuple of two floats
        Its interval, allowing for all candidates.
    level : float
        Of the interval.
    n : int
        Rows of the second half.
    looks : int
        Candidates.
    """

    column: str
    group: str
    area: float
    interval: Interval
    level: float
    n: int
    looks: int

    @property
    def confirmed(self) -> bool:
        """Whether it is large, and beyond chance."""
        return self.area >= FLOOR and self.interval[0] > 0.5


def telling(rows: pd.DataFrame, columns: Sequence[str], members: Mapping[str, NDArray[np.bool_]], known: NDArray[np.bool_]) -> list[Telling]:
    """Return the columns that stand out on the first half, as they are on the second, the best first.

    Parameters
    ----------
    rows : pandas.DataFrame
        In an order that says nothing, as a sample by hash has it: every other row is of the first half.
    columns : sequence of str
        Candidates.
    members : mapping of str to ndarray of bool
        Rows of each group; of two groups only the first is told from the other.
    known : ndarray of bool
        Rows whose group is known.
    """
    first = np.arange(len(rows)) % 2 == 0
    groups = dict(list(members.items())[:1]) if len(members) == 2 else members
    levels = {c: _levels(rows[c], first) for c in columns}
    found = []
    for column in columns:
        for group, member in groups.items():
            place = _scored(levels[column], member, known & first)
            area = roc_auc(*_counts(place, member, known & first))
            if area is not None and area >= FLOOR:
                found.append((column, group, place))
    level = 1 - (1 - LEVEL) / max(len(found), 1)
    told = []
    for column, group, place in found:
        others, own = _counts(place, members[group], known & ~first)
        area, interval = roc_auc(others, own), roc_auc_interval(others, own, level)
        if area is not None and interval is not None:
            told.append(Telling(column, group, area, interval, level, int((known & ~first).sum()), len(found)))
    return sorted(told, key=lambda t: -t.area)


def _counts(place: NDArray[np.intp], member: NDArray[np.bool_], among: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return how many rows of the others, and of the group, have each rank."""
    others, own = (np.bincount(place[among & side], minlength=LEVELS + 2) for side in (~member, member))
    return others, own


def _levels(column: pd.Series, first: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Sort the values into at most twenty levels, as the first half suggests them; missing and unknown ones are a level of their own."""
    if is_number(column):
        values = column.to_numpy(dtype=float, na_value=np.nan)
        finite = values[first & np.isfinite(values)]
        if not finite.size:
            return np.zeros(len(column), dtype=np.intp)
        edges = np.unique(np.quantile(finite, np.linspace(0, 1, LEVELS + 1)[1:-1], method="inverted_cdf"))
        return np.where(np.isfinite(values), np.searchsorted(edges, values, side="left"), LEVELS + 1)
    common = column[first].value_counts().index[:LEVELS]
    place = common.get_indexer(pd.Index(column))
    return np.where(place < 0, np.where(column.isna(), LEVELS + 1, LEVELS), place)


def _scored(levels: NDArray[np.intp], member: NDArray[np.bool_], learnt: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return for each row the rank of its level by the group's share in the rows learnt from."""
    total = np.bincount(levels[learnt], minlength=LEVELS + 2)
    inside = np.bincount(levels[learnt & member], minlength=LEVELS + 2)
    base = inside.sum() / max(int(total.sum()), 1)
    share = (inside + PRIOR * base) / (total + PRIOR)
    _, rank = np.unique(share.round(12), return_inverse=True)
    return np.asarray(rank, dtype=np.intp)[levels]
