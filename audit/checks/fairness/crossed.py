"""Intersections of attributes: which there are, how far apart their rates are, and how one compares with its parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from audit.checks.fairness.decisions import Decisions
from audit.checks.fairness.grouped import Counted, Grouped
from audit.checks.fairness.rate_gap import spelled
from audit.core.exhibit import MAX_ROWS, Exhibit, Kind
from audit.core.wording import counted
from audit.stats.many_gaps import many_gaps
from audit.stats.rates import difference_bounds

RATES = ("selection_rate", "true_positive_rate", "false_positive_rate")
#: Combinations of attributes that are looked at; ten attributes have 1,013 of two or more.
MOST_COMBINATIONS = 1_013
#: Intersections of one combination whose rates are compared in pairs; beyond them the largest are.
MOST_INTERSECTIONS = 500
#: Pairs of attributes that are drawn.
MOST_MAPS = 3


@dataclass(frozen=True)
class CrossedGap:
    """One rate over the intersections of some attributes.

    Parameters
    ----------
    attributes : tuple of str
        What is crossed.
    rate : str
        Which rate.
    groups : Grouped
        The intersections that are compared.
    counted : Counted
        Their rates.
    value, low, high : float
        Highest minus lowest, and the ends of its interval.
    level : float
        Confidence level of that interval.
    pairs : int
        Pairs of intersections that share it.
    """

    attributes: tuple[str, ...]
    rate: str
    groups: Grouped
    counted: Counted
    value: float
    low: float
    high: float
    level: float
    pairs: int

    @property
    def names(self) -> list[str]:
        """The intersections in words."""
        return [" × ".join(str(v) for v in name) for name in self.groups.names]

    @property
    def lowest(self) -> int:
        """Which intersection has the lowest rate."""
        return int(np.argmin(self.counted.values))

    @property
    def highest(self) -> int:
        """Which intersection has the highest rate."""
        return int(np.argmax(self.counted.values))

    def furthest(self, overall: float) -> int:
        """Return which of the two is further from the rate of all rows."""
        far = [abs(float(self.counted.values[i]) - overall) for i in (self.lowest, self.highest)]
        return self.lowest if far[0] >= far[1] else self.highest


@dataclass(frozen=True)
class PartGap:
    """An intersection less the rest of one of its parts.

    Parameters
    ----------
    part : str
        The value of one attribute.
    value : float
        Difference of the rates.
    sure : bool
        Whether its interval leaves out 0.
    level : float
        Confidence level of that interval.
    """

    part: str
    value: float
    sure: bool
    level: float


def combinations_of(attributes: Sequence[str], depth: int) -> list[tuple[str, ...]]:
    """Return the combinations of two or more attributes, pairs first.

    >>> combinations_of(["a", "b", "c"], 3)
    [('a', 'b'), ('a', 'c'), ('b', 'c'), ('a', 'b', 'c')]
    """
    found = [c for size in range(2, min(depth, len(attributes)) + 1) for c in combinations(attributes, size)]
    return found[:MOST_COMBINATIONS]


def crossed_gaps(decisions: Decisions, combos: Sequence[tuple[str, ...]], min_n: int, level: float) -> list[CrossedGap]:
    """Measure the gap of each rate over the intersections of each combination; all intervals hold together at ``level``."""
    each = 1 - (1 - level) / max(len(combos) * len(RATES), 1)
    found = []
    for combo in combos:
        known = decisions.by(*combo).known
        for rate in RATES:
            rows = known.counted(rate).rows
            kept = rows >= min_n
            if kept.sum() > MOST_INTERSECTIONS:
                kept &= rows >= np.sort(rows)[-MOST_INTERSECTIONS]
            groups = known.only(kept)
            counts = groups.counted(rate)
            if len(groups.names) < 2:
                continue
            gap = many_gaps(counts.successes[np.newaxis], counts.trials, each)
            value = float(counts.values.max() - counts.values.min())
            low, high = min(float(gap.low[0]), value), max(float(gap.high[0]), value)
            found.append(CrossedGap(combo, rate, groups, counts, value, low, high, each, gap.pairs))
    return found


def small_intersections(decisions: Decisions, combos: Sequence[tuple[str, ...]], min_n: int) -> list[tuple[str, int]]:
    """Return the intersections that occur in fewer rows than are needed, the smallest of the pairs first."""
    found = []
    for combo in combos:
        known = decisions.by(*combo).known
        rows = known.counted("selection_rate").rows
        for i in np.flatnonzero(rows < min_n):
            named = ", ".join(f"{a} {v}" for a, v in zip(combo, known.names[i], strict=True))
            found.append((len(combo), int(rows[i]), named))
    return [(named, n) for _, n, named in sorted(found)]


def parts_of(decisions: Decisions, gap: CrossedGap, intersection: int, level: float = 0.95) -> list[PartGap]:
    """Return how an intersection compares with the rest of each of its parts; the differences hold together at ``level``."""
    name = gap.groups.names[intersection]
    each = 1 - (1 - level) / len(gap.attributes)
    every = decisions.by(*gap.attributes).known
    found = []
    for i, value in enumerate(name):
        rest = every.only(np.array([n[i] == value and n != name for n in every.names], dtype=bool))
        if not rest.names:
            continue
        here, there = gap.counted, rest.everyone.counted(gap.rate)
        if there.trials[0] == 0:
            continue
        low, high = difference_bounds(here.successes[intersection], here.trials[intersection], there.successes[0], there.trials[0], each)
        difference = float(here.values[intersection] - there.values[0])
        found.append(PartGap(str(value), difference, bool(low > 0 or high < 0), each))
    return found


def heat_maps(decisions: Decisions, combos: Sequence[tuple[str, ...]]) -> list[Exhibit]:
    """Return the selection rates of the intersections of the first pairs of attributes, as pictures."""
    maps = []
    for first, second in [c for c in combos if len(c) == 2][:MOST_MAPS]:
        known = decisions.by(first, second).known
        counts = known.counted("selection_rate")
        cells = [(name[0], name[1], _share(counts.values[i]), int(counts.rows[i])) for i, name in enumerate(known.names)]
        title = f"{spelled('selection_rate').capitalize()} by {first} × {second}"
        note = f"{counted(len(cells), 'intersection')} that occur; n is the number of rows that are predicted."
        maps.append(Exhibit(Kind.HEATMAP, title, ("x", "y", "value", "n"), cells[:MAX_ROWS], first, second, note=note))
    return maps


def _share(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
