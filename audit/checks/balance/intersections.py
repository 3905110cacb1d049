"""How many rows every intersection of several attributes has, from the counts of their finest one."""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from audit.core.bins import position

#: Combinations of attributes that are looked at; ten attributes have 1,013 of two or more.
MOST_COMBINATIONS = 1_013


def all_intersections(codes: NDArray[np.int64], counts: NDArray[np.int64]) -> Iterator[tuple[tuple[int, ...], NDArray[np.int64], NDArray[np.int64]]]:
    """Yield, for each combination of two or more attributes, its intersections that occur and their rows; pairs come before triples.

    Parameters
    ----------
    codes : ndarray of int, shape (cells, attributes)
        Which value each cell of the finest intersection has; -1 where it is missing. Such a cell belongs to no intersection of that attribute.
    counts : ndarray of int, shape (cells,)
        Rows of each cell.

    Yields
    ------
    attributes : tuple of int
        Positions.
    values : ndarray of int, shape (intersections, attributes of the combination)
        Codes.
    rows : ndarray of int, shape (intersections,)
        At least 1 each.
    """
    done = 0
    for depth in range(2, codes.shape[1] + 1):
        for attributes in combinations(range(codes.shape[1]), depth):
            done += 1
            if done > MOST_COMBINATIONS:
                return
            part = codes[:, attributes]
            known = (part >= 0).all(axis=1)
            values, place = np.unique(part[known], axis=0, return_inverse=True)
            rows = np.bincount(place.reshape(-1), weights=counts[known], minlength=len(values)).astype(np.int64)
            yield attributes, values, rows


def deepest(attributes: int) -> int:
    """Return how many attributes at once are looked at in full.

    >>> deepest(3), deepest(10), deepest(14)
    (3, 10, 3)
    """
    from math import comb

    total, depth = 0, 1
    while depth < attributes and (total := total + comb(attributes, depth + 1)) <= MOST_COMBINATIONS:
        depth += 1
    return depth


def coded(cells: Sequence[Sequence[str | None]]) -> tuple[NDArray[np.int64], list[list[str]]]:
    """Return cells of text as codes, and the values that the codes of each attribute stand for, in order."""
    values = [sorted({v for v in column if v is not None}, key=lambda v: (position(v), v)) for column in zip(*cells, strict=True)]
    numbers = [{v: i for i, v in enumerate(known)} for known in values]
    codes = [[-1 if v is None else numbers[i][v] for i, v in enumerate(cell)] for cell in cells]
    return np.array(codes, dtype=np.int64).reshape(len(cells), len(values)), values
