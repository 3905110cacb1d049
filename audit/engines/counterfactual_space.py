"""What may change in a row, to what, and how far that is: the space in which counterfactuals are looked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from audit.engines.asked_model import Values
from audit.engines.dependence import is_number

#: Values of a column that are tried: quantiles of a number, the commonest categories.
TRIED = 16
#: Decimals beyond which a number is taken for continuous.
MOST_DECIMALS = 6


@dataclass(frozen=True)
class Promises:
    """What is declared about the columns, beyond what the rows show.

    Parameters
    ----------
    immutable : mapping of str to str
        Columns that may not change, with the reason.
    low, high : mapping of str to float
        Ends of the range; the observed ones where not given.
    listed : mapping of str to sequence
        The only values that may occur.
    direction : mapping of str to {1, -1}
        1 where a number may only rise, -1 where it may only fall.
    mutable : frozenset of str
        Columns that may change though they would be taken for immutable.
    """

    immutable: Mapping[str, str] = field(default_factory=dict)
    low: Mapping[str, float] = field(default_factory=dict)
    high: Mapping[str, float] = field(default_factory=dict)
    listed: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    direction: Mapping[str, int] = field(default_factory=dict)
    mutable: frozenset[str] = frozenset()

    def __str__(self) -> str:
        """Return what is declared immutable, which a report is to show."""
        return f"immutable: {', '.join(self.immutable)}" if self.immutable else ""


@dataclass(frozen=True)
class Mutable:
    """A column that may change.

    Parameters
    ----------
    name : str
        Which.
    values : tuple
        What is tried: numbers in ascending order, or categories.
    number : bool
        Whether the values lie on a line, so that a change has a size.
    stepless : bool
        Whether what lies between two tried values may be tried too.
    unit : float
        Numbers are multiples of it; 0 where any will do.
    scale : float
        A change of this much is a distance of 1.
    direction : {1, -1, 0}
        Which way it may change; 0 is either.
    """

    name: str
    values: tuple[Any, ...]
    number: bool
    stepless: bool = False
    unit: float = 0.0
    scale: float = 1.0
    direction: int = 0


@dataclass(frozen=True)
class Space:
    """All columns of a model, sorted into those that may change and those that stay.

    Parameters
    ----------
    mutable : tuple of Mutable
        Columns that may change.
    fixed : mapping of str to str
        Columns that stay, with the reason.
    """

    mutable: tuple[Mutable, ...]
    fixed: Mapping[str, str]

    def coded(self, rows: pd.DataFrame) -> Values:
        """Return the mutable columns as numbers, shape (rows, mutable): numbers as they are, categories by position; NaN for what is neither."""
        columns = []
        for m in self.mutable:
            if m.number:
                columns.append(rows[m.name].to_numpy(dtype=float, na_value=np.nan))
            else:
                place = pd.Index(m.values).get_indexer(pd.Index(rows[m.name]))
                columns.append(np.where(place < 0, np.nan, place.astype(float)))
        return np.column_stack(columns) if columns else np.zeros((len(rows), 0))

    def frame(self, rows: pd.DataFrame, origin: Values, state: Values) -> pd.DataFrame:
        """Return rows with the columns of a state, cells that did not change as they were.

        Parameters
        ----------
        rows : pandas.DataFrame
            What the states came from, one row each.
        origin, state : array, shape (rows, mutable)
            As :meth:`coded` gives them, before and after.
        """
        made = rows.copy(deep=False)
        moved = differs(origin, state)
        for i, m in enumerate(self.mutable):
            where = moved[:, i]
            if not where.any():
                continue
            column = made[m.name]
            made[m.name] = _filled(column, where, state[where, i]) if m.number else _named(column, where, m.values, state[where, i])
        return made

    def distance(self, origin: Values, state: Values) -> Values:
        """Return how far each cell moved, shape (rows, mutable): numbers by their scale, another category 1, and 1 from missing to any value."""
        moved = differs(origin, state)
        far = np.ones_like(state)
        for i, m in enumerate(self.mutable):
            if m.number:
                size = np.abs(state[:, i] - origin[:, i]) / m.scale
                far[:, i] = np.where(np.isnan(size), 1.0, size)
        return np.where(moved, far, 0.0)


def _filled(column: pd.Series, where: NDArray[np.bool_], values: Values) -> pd.Series:
    """Return a column of numbers with other values in some places, in its own type where that holds them."""
    whole = pd.api.types.is_integer_dtype(column.dtype)
    column = column.astype(float) if whole and (values % 1 != 0).any() else column.copy()
    column[where] = values.astype(np.int64) if pd.api.types.is_integer_dtype(column.dtype) else values
    return column


def _named(column: pd.Series, where: NDArray[np.bool_], names: Sequence[Any], place: Values) -> pd.Series:
    """Return a column of categories with other ones in some places."""
    column = column.copy()
    column[where] = pd.Series(list(names)).take(place.astype(int)).array
    return column


def differs(origin: Values, state: Values) -> Any:
    """Return which cells changed; missing is the same as missing."""
    return (origin != state) & ~(np.isnan(origin) & np.isnan(state))


def space_of(observed: pd.DataFrame, columns: Sequence[str], promises: Promises) -> Space:
    """Sort the columns of a model by what observed rows and promises say about them.

    Parameters
    ----------
    observed : pandas.DataFrame
        Rows that show which values occur.
    columns : sequence of str
        Of the model.
    promises : Promises
        What is declared.
    """
    mutable: list[Mutable] = []
    fixed: dict[str, str] = {}
    for name in columns:
        why = promises.immutable.get(name, "")
        found = None if why else _mutable(observed[name], name, promises)
        if isinstance(found, Mutable):
            mutable.append(found)
        else:
            fixed[name] = why or str(found)
    return Space(tuple(mutable), fixed)


def _mutable(column: pd.Series, name: str, promises: Promises) -> Mutable | str:
    if isinstance(column.dtype, pd.DatetimeTZDtype) or pd.api.types.is_datetime64_any_dtype(column) or pd.api.types.is_timedelta64_dtype(column):
        return "a date"
    if not is_number(column):
        allowed = promises.listed.get(name)
        counts = column.value_counts()
        kept = [v for v in counts.index if allowed is None or str(v) in {str(a) for a in allowed}][:TRIED]
        return Mutable(name, tuple(kept), number=False) if len(kept) > 1 else "one value only"
    values = column.to_numpy(dtype=float, na_value=np.nan)
    known = values[np.isfinite(values)]
    if not known.size:
        return "no value"
    direction = promises.direction.get(name, 0)
    if name in promises.listed:
        tried = sorted({float(v) for v in promises.listed[name] if _is_number(v)} & set(known.tolist()))
        return Mutable(name, tuple(tried), True, scale=_scale(known), direction=direction) if len(tried) > 1 else "one value only"
    low, high = promises.low.get(name, float(known.min())), promises.high.get(name, float(known.max()))
    unit = _unit(known)
    inside = known[(known >= low) & (known <= high)]
    tried = sorted({*np.quantile(inside, np.linspace(0, 1, TRIED - 2), method="inverted_cdf").tolist()} if inside.size else set())
    tried = sorted({*tried, *(_multiple(end, unit, up) for end, up in ((low, True), (high, False)) if np.isfinite(end))})
    if len(tried) < 2:
        return "one value only"
    return Mutable(name, tuple(tried), True, stepless=True, unit=unit, scale=_scale(known), direction=direction)


def _multiple(end: float, unit: float, up: bool) -> float:
    """Return the end of a range, moved inside to the next multiple of the unit."""
    if not unit:
        return end
    steps = round(end / unit, 9)
    return float(np.ceil(steps) if up else np.floor(steps)) * unit


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _unit(known: Values) -> float:
    """Return what all values are multiples of: 1, 0.1 …; 0 where they have more decimals than people write."""
    for decimals in range(MOST_DECIMALS + 1):
        if np.allclose(known, np.round(known, decimals), rtol=0, atol=1e-9):
            return float(10.0**-decimals)
    return 0.0


def _scale(known: Values) -> float:
    """Return the median absolute deviation, or the mean one where half of the values are one and the same; of two values, their difference."""
    distinct = np.unique(known)
    if len(distinct) == 2:
        return float(distinct[1] - distinct[0])
    away = np.abs(known - np.median(known))
    return float(np.median(away)) or float(away.mean()) or 1.0
