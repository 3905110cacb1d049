"""What every way of explaining brings back."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

#: Parts into which the background is divided, so that a band over backgrounds can be given.
PARTS = 10


@dataclass(frozen=True)
class Explained:
    """Values that one method gave.

    Parameters
    ----------
    method : str
        In words, with the sizes of what it drew.
    values : array, shape (rows, columns)
        Of encoded columns, or of raw ones where ``raw`` says so.
    base : float
        What they start from.
    exact : bool
        Whether the method is exact in exact arithmetic.
    raw : bool
        Whether the columns are raw already.
    sampling_error : float
        Root mean square standard error of a value that random draws of the method leave, in the unit of the values.
    parts : iterable of arrays, shape (rows, columns)
        The values against each part of the background alone, made when asked for; none where the method has no background to divide.
    """

    method: str
    values: Values
    base: float
    exact: bool = True
    raw: bool = False
    sampling_error: float = 0.0
    parts: Iterable[Values] = ()

    def error(self, margin: Values) -> float:
        """Return the largest difference between base plus values and the output, relative to the largest move from the base."""
        away = float(np.abs(self.base + self.values.sum(axis=1) - margin).max())
        reach = float(np.abs(margin - self.base).max())
        # where nothing moves, rounding is all there is to divide by
        return away / reach if reach > 1e-12 * max(1.0, abs(self.base)) else away


def divided(rows: int) -> list[slice]:
    """Return the parts of a background of so many rows, as equal as can be."""
    edges = np.linspace(0, rows, min(PARTS, rows) + 1).round().astype(int).tolist()
    return [slice(a, b) for a, b in pairwise(edges)]
