"""Conditions on single columns that segments and trees are made of: a value of a category, a side of a quartile edge."""

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

#: Most frequent values of a categorical column that become conditions.
MAX_VALUES = 20
#: A numeric column with at most this many values has a condition for each of them.
FEW_VALUES = 6
QUARTILES = (0.25, 0.5, 0.75)
#: Most conditions; each is combined with each.
MAX_CONDITIONS = 600


@dataclass(frozen=True, eq=False)
class Condition:
    """One condition on one column.

    Parameters
    ----------
    column : str
        What it is about.
    text, otherwise : str
        What holds where it is met, and where it is not.
    met : array of bool, shape (rows,)
        Where it is met.
    """

    column: str
    text: str
    otherwise: str
    met: NDArray[np.bool_]


def conditions(values: "pd.DataFrame", learn: NDArray[np.bool_], min_rows: int) -> list[Condition]:
    """Return the conditions that enough rows meet, those that divide the rows most evenly first.

    Parameters
    ----------
    values : pandas.DataFrame
        The columns that may describe a segment.
    learn : array of bool, shape (rows,)
        Rows that frequent values and quartile edges are taken from, and among which a condition must be met often enough.
    min_rows : int
        How many of those rows must meet it, and how many must not.

    Returns
    -------
    list of Condition
        Over all rows; at most ``MAX_CONDITIONS``.
    """
    import pandas as pd

    found: list[Condition] = []
    for column in values.columns:
        series = values[column]
        known = series.notna().to_numpy()
        if not known.all():
            found.append(Condition(str(column), f"{column} missing", f"{column} present", ~known))
        if pd.api.types.is_datetime64_any_dtype(series) or (pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_bool_dtype(series)):
            found += _ordered(series, known, learn)
        else:
            found += _categorical(series, known, learn)
    total = int(learn.sum())
    enough = {c: n for c in found if min_rows <= (n := int(c.met[learn].sum())) <= total - min_rows}
    return sorted(enough, key=lambda c: abs(2 * enough[c] - total))[:MAX_CONDITIONS]


def _categorical(series: "pd.Series", known: NDArray[np.bool_], learn: NDArray[np.bool_]) -> list[Condition]:
    text = series.astype(str).to_numpy(dtype=str)
    values, counts = np.unique(text[known & learn], return_counts=True)
    frequent = values[np.argsort(-counts, kind="stable")][:MAX_VALUES]
    return [Condition(str(series.name), f"{series.name} = {v}", f"{series.name} ≠ {v}", known & (text == v)) for v in frequent]


def _ordered(series: "pd.Series", known: NDArray[np.bool_], learn: NDArray[np.bool_]) -> list[Condition]:
    import pandas as pd

    dated = pd.api.types.is_datetime64_any_dtype(series)
    numbers = _seconds(series) if dated else series.to_numpy(dtype=float, na_value=np.nan)
    seen = numbers[known & learn]
    seen = seen[np.isfinite(seen)]
    distinct = np.unique(seen)
    if len(distinct) < 2:
        return []
    few = len(distinct) <= FEW_VALUES
    edges = distinct[:-1] if few else np.unique(np.quantile(seen, QUARTILES, method="lower"))
    edges = edges[edges < distinct[-1]]
    whole = bool(np.all(distinct == np.round(distinct))) and not dated

    def written(value: float) -> str:
        if dated:
            return str(pd.Timestamp(value, unit="s").date())
        return f"{value:.0f}" if whole else f"{value:.6g}"

    name, gap = str(series.name), "" if known.all() else " or missing"
    result = []
    for edge in edges:
        low, high = f"{name} ≤ {written(edge)}", f"{name} ≥ {written(distinct[distinct > edge][0])}" if whole else f"{name} > {written(edge)}"
        result.append(Condition(name, low, high + gap, numbers <= edge))
        result.append(Condition(name, high, low + gap, numbers > edge))
    for below, edge in itertools.pairwise(edges):
        if not few:
            first = written(distinct[distinct > below][0]) if whole else f"above {written(below)}"
            text = f"{name} from {first} to {written(edge)}"
            result.append(Condition(name, text, f"not {text}", (numbers > below) & (numbers <= edge)))
    if few and len(distinct) > 2:
        result += [Condition(name, f"{name} = {written(v)}", f"{name} ≠ {written(v)}", numbers == v) for v in distinct[1:-1]]
    return result


def _seconds(series: "pd.Series") -> NDArray[np.float64]:
    import pandas as pd

    stamps = pd.to_datetime(series, utc=True).dt.tz_localize(None).dt.as_unit("s")
    return np.where(stamps.notna(), stamps.to_numpy().astype("datetime64[s]").astype(np.int64).astype(float), np.nan)
