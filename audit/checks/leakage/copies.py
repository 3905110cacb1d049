"""Columns of a sample that say the same as another column: equal, on another scale, or one value for one value."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audit.checks.leakage.sampled import Sample

#: Rows beside the most frequent value that must agree; fewer may agree by chance.
LEAST_ROWS = 20
#: Values up to which one column may be another in other words. Names and numbers of the same things are one for one by nature.
MOST_VALUES = 100
#: How far a scaled copy may lie off, in standard deviations: rounding and jitter, but no second quantity.
OFF = 0.01
#: How far the rank of a copy may lie off, as a share of the rows.
OFF_RANK = 0.001
#: Rank correlation from which two columns of numbers are compared.
RELATED = 0.9
#: Bands of pairs of rows, and pairs in each: a pattern of equal pairs is the same however the values are called.
BANDS, PAIRS = 40, 24
MOST_RELATED = 20_000


class Kind(StrEnum):
    """In what way a column copies another."""

    EQUAL = "equal"
    SCALED = "on another scale"
    RECODED = "in other words"
    ORDERED = "in the same order"


@dataclass(frozen=True)
class Copy:
    """A column that says the same as another.

    Parameters
    ----------
    column, original : str
        Names.
    kind : Kind
        In what way.
    telling : float
        Share of the rows beside the most frequent value: those in which agreement says something.
    differing : float
        Share of the sampled rows in which it does not agree.
    slope, intercept, tolerance : float
        For scaled copies: the column is intercept + slope × original, within the tolerance.
    """

    column: str
    original: str
    kind: Kind
    telling: float
    differing: float
    slope: float = 1.0
    intercept: float = 0.0
    tolerance: float = 0.0


def find_copies(sample: Sample, columns: Sequence[str], differing: float) -> list[Copy]:
    """Return the columns that copy an earlier one.

    Parameters
    ----------
    sample : Sample
        Rows.
    columns : sequence of str
        In the order in which the first of several equal ones is the original.
    differing : float
        Largest share of the rows beside the most frequent value in which a copy may differ.
    """
    held = {c: view for c in columns if (view := _Values.of(sample, c)).telling >= LEAST_ROWS}
    order = {c: i for i, c in enumerate(held)}
    partners: dict[str, set[str]] = {c: set() for c in held}
    for one, other in (*_related(held), *_alike(held), *_same(held)):
        first, second = sorted((one, other), key=order.__getitem__)
        partners[second].add(first)
    found: dict[str, Copy] = {}
    for column, earlier in partners.items():
        for original in sorted(earlier - set(found), key=order.__getitem__):
            copy = _compare(held[original], held[column], differing)
            if copy is not None:
                found[column] = copy
                break
    return list(found.values())


@dataclass(frozen=True)
class _Values:
    """A column in the forms in which it is compared; ``numbers`` is ``None`` for words."""

    name: str
    numbers: NDArray[np.float64] | None
    texts: NDArray[Any]
    codes: NDArray[np.int64]
    distinct: int
    telling: int

    @classmethod
    def of(cls, sample: Sample, column: str) -> "_Values":
        import pandas as pd

        values = sample.rows[column]
        numbers: NDArray[np.float64] | None = None
        if sample.is_number(column):
            numbers = values.to_numpy()
        else:
            parsed = pd.to_numeric(values, errors="coerce").to_numpy(dtype="float64", na_value=np.nan)
            # a few words among numbers kept as text are missing values
            if np.isfinite(parsed).sum() > 0.9 * values.notna().sum():
                numbers = parsed
        codes, kinds = pd.factorize(values, use_na_sentinel=False)
        most = int(np.bincount(codes).max()) if len(codes) else 0
        texts = values.astype(object).where(values.notna(), None).to_numpy()
        return cls(column, numbers, texts, codes.astype(np.int64), len(kinds), len(codes) - most)


def _related(held: dict[str, _Values]) -> Iterator[tuple[str, str]]:
    """Yield pairs of columns of numbers whose ranks hang together."""
    import pandas as pd

    names = [c for c, v in held.items() if v.numbers is not None and v.distinct > 2]
    if len(names) < 2:
        return
    # many columns are compared on fewer rows, so that the work stays bounded
    rows = 500 if len(names) > 1_000 else 2_000
    numbers = [view.numbers[:rows] for c in names if (view := held[c]).numbers is not None]
    ranks = pd.DataFrame(dict(enumerate(numbers))).rank().to_numpy(dtype="float32")
    # a missing value lies in the middle
    centred = np.nan_to_num(ranks - np.nanmean(np.where(np.isnan(ranks).all(axis=0), 0, ranks), axis=0))
    scale = np.sqrt((centred**2).sum(axis=0))
    centred = centred / np.where(scale > 0, scale, 1)
    related = np.abs(centred.T @ centred)
    first, second = np.nonzero(np.triu(related >= RELATED, 1))
    strongest = np.argsort(-related[first, second], kind="stable")[:MOST_RELATED]
    for i, j in zip(first[strongest], second[strongest], strict=True):
        yield names[i], names[j]


def _alike(held: dict[str, _Values]) -> Iterator[tuple[str, str]]:
    """Yield pairs of columns of few values in which the same pairs of rows are equal."""
    names = [c for c, v in held.items() if 2 <= v.distinct <= MOST_VALUES]
    if len(names) < 2:
        return
    codes = np.column_stack([held[c].codes for c in names])
    ends = np.random.default_rng(0).integers(0, len(codes), (2, BANDS * PAIRS))
    equal = (codes[ends[0]] == codes[ends[1]]).reshape(BANDS, PAIRS, len(names))
    for band in equal:
        yield from _first_with(names, [None if pattern.all() or not pattern.any() else pattern.tobytes() for pattern in band.T])


def _same(held: dict[str, _Values]) -> Iterator[tuple[str, str]]:
    """Yield pairs of columns of many words that are equal in the same few rows."""
    names = [c for c, v in held.items() if v.numbers is None and v.distinct > MOST_VALUES]
    for start in range(0, BANDS * 4 if len(names) > 1 else 0, 4):
        bands = [tuple(held[c].texts[start : start + 4]) for c in names]
        yield from _first_with(names, [band if any(v is not None for v in band) else None for band in bands])


def _first_with(names: Sequence[str], keys: Sequence[Any]) -> Iterator[tuple[str, str]]:
    first: dict[Any, str] = {}
    for name, key in zip(names, keys, strict=True):
        if key is not None and first.setdefault(key, name) != name:
            yield first[key], name


def _compare(original: _Values, column: _Values, differing: float) -> Copy | None:
    rows, telling = len(column.codes), min(original.telling, column.telling)

    def copy(kind: Kind, off: int, **rest: float) -> Copy | None:
        return Copy(column.name, original.name, kind, telling / rows, off / rows, **rest) if off <= differing * telling else None

    a, b = original.numbers, column.numbers
    equal = original.texts == column.texts if a is None or b is None else (a == b) | (np.isnan(a) & np.isnan(b))
    found = copy(Kind.EQUAL, rows - int(np.sum(equal)))
    if found is None and original.distinct <= MOST_VALUES and column.distinct <= MOST_VALUES:
        cells = np.bincount(original.codes * column.distinct + column.codes, minlength=original.distinct * column.distinct)
        found = copy(Kind.RECODED, rows - one_for_one(cells.reshape(original.distinct, column.distinct)))
    if found is None and a is not None and b is not None and original.distinct > 2:
        slope, intercept, tolerance, off = _line(a, b)
        found = copy(Kind.SCALED, off, slope=slope, intercept=intercept, tolerance=tolerance)
        # serial numbers of any kind rise together, so at least one of the two must be a measured quantity
        if found is None and (_measured(a) or _measured(b)):
            found = copy(Kind.ORDERED, _out_of_order(a, b))
    return found


def one_for_one(cells: NDArray[np.int64]) -> int:
    """Return how many rows agree where each value of one column stands for one of the other: the fullest cells first.

    Parameters
    ----------
    cells : ndarray of int, shape (values, values of the other)
        Rows with each pair of values.
    """
    agreeing = 0
    rows, columns = np.ones(cells.shape[0], dtype=bool), np.ones(cells.shape[1], dtype=bool)
    for place in np.argsort(-cells, axis=None, kind="stable"):
        i, j = divmod(int(place), cells.shape[1])
        if not cells[i, j]:
            break
        if rows[i] and columns[j]:
            agreeing += int(cells[i, j])
            rows[i] = columns[j] = False
    return agreeing


def _line(a: NDArray[np.float64], b: NDArray[np.float64]) -> tuple[float, float, float, int]:
    """Return slope, intercept and tolerance of the line through most rows, and how many rows lie off it or have only one of the two values.

    The slope is the median of those between random pairs of rows (Theil 1950), which a few foreign rows do not move.
    """
    known = np.isfinite(a) & np.isfinite(b)
    x, y = a[known], b[known]
    ends = np.random.default_rng(0).integers(0, max(len(x), 1), (2, 500))
    apart = ends[:, x[ends[0]] != x[ends[1]]] if len(x) else ends[:, :0]
    if not apart.size:
        return 0.0, 0.0, 0.0, len(a)
    slope = float(np.median((y[apart[1]] - y[apart[0]]) / (x[apart[1]] - x[apart[0]])))
    intercept = float(np.median(y - slope * x))
    quarter, three = np.quantile(y, [0.25, 0.75])
    tolerance = OFF * float(three - quarter) / 1.349
    if slope == 0 or tolerance == 0:
        return 0.0, 0.0, 0.0, len(a)
    off = int(np.sum(np.abs(y - intercept - slope * x) > tolerance)) + int(np.sum(np.isfinite(a) != np.isfinite(b)))
    return slope, intercept, tolerance, off


def _measured(values: NDArray[np.float64]) -> bool:
    known = values[np.isfinite(values)]
    return bool(np.any(known != np.floor(known)))


def _out_of_order(a: NDArray[np.float64], b: NDArray[np.float64]) -> int:
    import pandas as pd

    known = np.isfinite(a) & np.isfinite(b)
    x, y = (pd.Series(v[known]).rank().to_numpy() for v in (a, b))
    turned = len(x) + 1 - y
    off = min(int(np.sum(np.abs(x - side) > max(OFF_RANK * len(x), 1))) for side in (y, turned))
    return off + int(np.sum(np.isfinite(a) != np.isfinite(b)))
