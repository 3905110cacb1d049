"""Counts of group × label × prediction, for several attributes at once: what everything about decisions is computed from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audit.core.bins import position

#: What rows without a value of an attribute are called.
MISSING = "(missing)"

Group = tuple[Any, ...]


@dataclass(frozen=True)
class Cells:
    """Counts by the groups of one or more attributes together.

    Parameters
    ----------
    attributes : tuple of str
        What the groups are of.
    groups : sequence of tuple
        The values of the attributes in each group that occurs, ``None`` where missing.
    counts : ndarray of int, shape (groups, 3, 3)
        Rows by label × prediction, each positive, not positive or missing.
    weights, squares : ndarray of float, shape (groups, 3, 3), or None
        Sums of weights and of their squares, where rows have weights.
    scores : ndarray of int, shape (groups, 3, bins), or None
        Rows by label × score, where there are scores.
    moments : ndarray of float, shape (groups, 3, 2), or None
        Sums of scores and of their squares by label.
    """

    attributes: tuple[str, ...]
    groups: Sequence[Group]
    counts: NDArray[np.int64]
    weights: NDArray[np.float64] | None = None
    squares: NDArray[np.float64] | None = None
    scores: NDArray[np.int64] | None = None
    moments: NDArray[np.float64] | None = None

    def narrowed(self, attributes: Sequence[str]) -> "Cells":
        """Return the counts by the groups of some of the attributes, in the order of their names and numbers, missing ones last."""
        places = [self.attributes.index(a) for a in attributes]
        groups = sorted({tuple(group[p] for p in places) for group in self.groups}, key=_order)
        index = self.index_in(attributes, groups)

        def summed(array: NDArray[Any] | None) -> Any:
            if array is None:
                return None
            total = np.zeros((len(groups), *array.shape[1:]), dtype=array.dtype)
            np.add.at(total, index, array)
            return total

        parts = {name: summed(getattr(self, name)) for name in ("counts", "weights", "squares", "scores", "moments")}
        return replace(self, attributes=tuple(attributes), groups=groups, **parts)

    def whole(self) -> "Cells":
        """Return the counts of all rows together, as one group."""
        return self.narrowed(())

    def index_in(self, attributes: Sequence[str], groups: Sequence[Group]) -> NDArray[np.intp]:
        """Return to which of the groups of some attributes each of these groups belongs."""
        places = [self.attributes.index(a) for a in attributes]
        into = {group: i for i, group in enumerate(groups)}
        return np.array([into[tuple(group[p] for p in places)] for group in self.groups], dtype=np.intp)

    @property
    def complete(self) -> NDArray[np.bool_]:
        """Which groups have a value of every attribute."""
        return np.array([None not in group for group in self.groups], dtype=bool)

    @property
    def rows(self) -> NDArray[np.int64]:
        """How many rows each group has."""
        return np.asarray(self.counts.sum(axis=(1, 2)), dtype=np.int64)


def sets_of(attributes: Sequence[str], depth: int | None = None) -> list[tuple[str, ...]]:
    """Return every attribute alone, then every two together, and so on to a depth."""
    return [s for size in range(1, (depth or len(attributes)) + 1) for s in combinations(attributes, size)]


def group_text(group: Group) -> str:
    """Return a group as people write it: ``F, (missing)``."""
    return ", ".join(MISSING if value is None else value_text(value) for value in group) or "all rows"


def value_text(value: Any) -> str:
    """Return a value of an attribute as text; whole numbers in a column of decimals are written without ``.0``."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _order(group: Group) -> tuple[tuple[bool, float, str], ...]:
    return tuple((value is None, position(value_text(value)), value_text(value)) for value in group)
