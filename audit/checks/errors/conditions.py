"""Conditions on single columns that segments and trees are made of, told alike to numpy and to an engine."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

#: Most frequent values of a categorical column that become conditions.
MAX_VALUES = 20
#: A numeric column with at most this many values has a condition for each of them.
FEW_VALUES = 8
#: Edges of all other numeric columns; eighths hold a segment that a quarter would blur.
EDGES = tuple(i / 8 for i in range(1, 8))


@dataclass(frozen=True)
class Condition:
    """One condition on one column in its plain form.

    Parameters
    ----------
    column : str
        What it is about.
    text, otherwise : str
        What holds where it is met, and where it is not.
    above, upto : float or None
        A number is larger than the one and not larger than the other.
    value : str or float or None
        What it equals.
    absent : bool
        Whether it is met by missing values, and by nothing else.
    """

    column: str
    text: str
    otherwise: str
    above: float | None = None
    upto: float | None = None
    value: str | float | None = None
    absent: bool = False

    def holds(self, column: ir.Column) -> ir.BooleanValue:
        """Return where it is met by its column, in its plain form; never null."""
        if self.absent:
            return column.isnull() | column.isnan() if column.type().is_floating() else column.isnull()
        if self.value is not None:
            met = column == self.value
        else:
            bounds = [*([column > self.above] if self.above is not None else []), *([column <= self.upto] if self.upto is not None else [])]
            met = ibis.and_(*bounds)
        # DuckDB holds NaN for larger than any number
        return (met & ~column.isnan() if column.type().is_floating() else met).fill_null(False)

    def met(self, values: "pd.DataFrame") -> NDArray[np.bool_]:
        """Return where it is met by rows in their plain form."""
        series = values[self.column]
        if self.absent:
            return series.isna().to_numpy()
        if isinstance(self.value, str):
            return np.asarray((series == self.value).fillna(False), dtype=bool)
        numbers = series.to_numpy(dtype=float, na_value=np.nan)
        if self.value is not None:
            return np.asarray(numbers == self.value)
        low = numbers > self.above if self.above is not None else np.isfinite(numbers) | np.isinf(numbers)
        return np.asarray(low & (numbers <= self.upto) if self.upto is not None else low)


@dataclass(frozen=True, eq=False)
class Coded:
    """A column as cells that do not overlap, and the conditions that are made of them.

    Parameters
    ----------
    column : str
        Its name.
    codes : array of int, shape (rows,)
        The cell of each row.
    cells : int
        How many cells there are.
    conditions : sequence of Condition
        At least one.
    members : array of float, shape (conditions + 1, cells)
        Which cells meet each condition, 1 or 0; the first line is met by all.
    labels : sequence of str
        The cells in words, in the order of the values; a last cell that holds the missing ones, and one for all values that are rare.
    parts : sequence of Condition or None
        The condition that is met in a cell and nowhere else; ``None`` for the cell of rare values.
    """

    column: str
    codes: NDArray[np.int64]
    cells: int
    conditions: Sequence[Condition]
    members: NDArray[np.float64]
    labels: Sequence[str]
    parts: Sequence[Condition | None]


def coded(values: "pd.DataFrame", min_rows: int, moments: Sequence[str] = ()) -> list[Coded]:
    """Return the columns that have a condition which enough rows meet and enough rows do not.

    Parameters
    ----------
    values : pandas.DataFrame
        Rows of the half that is searched, in their plain form (:func:`audit.checks.plain.plain`).
    min_rows : int
        How many of them must meet a condition, and how many must not.
    moments : sequence of str
        Columns that hold moments, as seconds since 1970.
    """
    found = []
    for column in values.columns:
        series = values[column]
        made = _ordered(series, column in moments) if series.dtype.kind in "iufb" else _categorical(series, min_rows)
        if made is None:
            continue
        codes, labels, parts, conditions, member = made
        absent = series.isna().to_numpy()
        if absent.any():
            gap = Condition(str(column), f"{column} missing", f"{column} present", absent=True)
            labels, parts, conditions = [*labels, "missing"], [*parts, gap], [*conditions, gap]
            member = np.pad(member, ((0, 1), (0, 1)))
            member[-1, -1] = 1
            codes = np.where(absent, len(labels) - 1, codes)
        counts = member @ np.bincount(codes, minlength=len(labels))
        enough = (counts >= min_rows) & (len(series) - counts >= min_rows)
        if enough.any():
            kept = [c for c, e in zip(conditions, enough, strict=True) if e]
            members = np.vstack([np.ones(len(labels)), member[enough]])
            found.append(Coded(str(column), codes.astype(np.int64), len(labels), kept, members, labels, parts))
    return found


_Made = tuple[NDArray[np.int64], list[str], list[Condition | None], list[Condition], NDArray[np.float64]]


def _categorical(series: "pd.Series", min_rows: int) -> _Made | None:
    import pandas as pd

    name = str(series.name)
    codes, index = pd.factorize(series)
    names = [str(v) for v in index]
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    order = sorted(np.flatnonzero(counts >= min_rows), key=lambda i: (-counts[i], names[i]))[:MAX_VALUES]
    if not order:
        # values that are all rare have no condition, though that they are missing may be one
        return np.zeros(len(series), dtype=np.int64), ["other"], [None], [], np.zeros((0, 1))
    frequent = [names[i] for i in order]
    # of two values the other one is named
    other = dict(zip(frequent, reversed(frequent), strict=True)) if len(frequent) == len(names) == 2 and not series.isna().any() else {}
    against = {v: f"{name} = {other[v]}" if v in other else f"{name} ≠ {v}" for v in frequent}
    conditions = [Condition(name, f"{name} = {v}", against[v], value=v) for v in frequent]
    place = np.full(len(names) + 1, len(frequent))
    place[order] = np.arange(len(frequent))
    member = np.eye(len(frequent))
    labels, parts = list(frequent), list[Condition | None](conditions)
    if len(order) < len(names):
        labels, parts, member = [*labels, "other"], [*parts, None], np.pad(member, ((0, 0), (0, 1)))
    return np.minimum(place[codes], len(labels) - 1), labels, parts, conditions, member


def _ordered(series: "pd.Series", dated: bool) -> _Made | None:
    name, absent = str(series.name), bool(series.isna().any())
    numbers = series.to_numpy(dtype=float, na_value=np.nan)
    seen = numbers[np.isfinite(numbers)]
    distinct = np.unique(seen)
    if len(distinct) < 2:
        # what is constant but for gaps may err where it is missing
        return (np.zeros(len(series), dtype=np.int64), ["present"], [None], [], np.zeros((0, 1))) if absent else None
    few = len(distinct) <= FEW_VALUES
    edges = distinct[:-1] if few else np.unique(np.quantile(seen, EDGES, method="lower"))
    edges = edges[edges < distinct[-1]]
    whole = bool(np.all(distinct == np.round(distinct))) and not dated
    gap = " or missing" if absent else ""
    if len(distinct) == 2 and not dated and np.isin(numbers[~np.isnan(numbers)], distinct).all():
        texts = [f"{name} = {_number(v, whole)}" for v in distinct]
        pair = [Condition(name, t, o + gap, value=float(v)) for t, o, v in zip(texts, reversed(texts), distinct, strict=True)]
        return np.where(numbers == distinct[0], 0, 1), [_number(v, whole) for v in distinct], [*pair], pair, np.eye(2)
    written = _dates(edges, distinct) if dated else {v: _number(v, whole) for v in (*edges, *(distinct if few else ()))}
    after = [distinct[np.searchsorted(distinct, edge, side="right")] for edge in edges]
    first = [f"≥ {_number(v, whole)}" if whole else f"> {written[e]}" for e, v in zip(edges, after, strict=True)]

    cells = len(edges) + 1
    conditions: list[Condition] = []
    member: list[NDArray[np.float64]] = []
    steps = np.arange(cells)
    for i, edge in enumerate(edges):
        low, high = f"{name} ≤ {written[edge]}", f"{name} {first[i]}"
        conditions += [Condition(name, low, high + gap, upto=float(edge)), Condition(name, high, low + gap, above=float(edge))]
        member += [(steps <= i).astype(float), (steps > i).astype(float)]
    parts: list[Condition | None] = [conditions[0]]
    for i, (below, edge) in enumerate(itertools.pairwise(edges), 1):
        if few:
            text, otherwise = f"{name} = {written[edge]}", f"{name} ≠ {written[edge]}"
            middle = Condition(name, text, otherwise, value=float(edge))
        else:
            begin = _number(after[i - 1], whole) if whole else f"above {written[below]}"
            text = f"{name} = {written[edge]}" if whole and after[i - 1] == edge else f"{name} from {begin} to {written[edge]}"
            middle = Condition(name, text, f"not {text}", above=float(below), upto=float(edge))
        conditions.append(middle)
        member.append((steps == i).astype(float))
        parts.append(middle)
    parts.append(conditions[2 * len(edges) - 1])
    labels = [p.text.removeprefix(f"{name} ").removeprefix("= ") if p else "" for p in parts]
    codes = np.searchsorted(edges, np.where(np.isnan(numbers), edges[0], numbers), side="left")
    return codes.astype(np.int64), labels, parts, conditions, np.array(member)


def _number(value: float, whole: bool) -> str:
    return f"{value:.0f}" if whole else f"{value:.6g}"


def _dates(edges: NDArray[np.float64], distinct: NDArray[np.float64]) -> dict[float, str]:
    """Return moments as dates, with the time of day where the column has any."""
    import pandas as pd

    daily = bool(np.all(distinct % 86_400 == 0))
    stamps = {edge: pd.Timestamp(edge, unit="s") for edge in (*edges, *distinct[:FEW_VALUES])}
    return {edge: str(stamp.date()) if daily else f"{stamp:%Y-%m-%d %H:%M:%S}" for edge, stamp in stamps.items()}
