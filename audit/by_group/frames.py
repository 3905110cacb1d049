"""Frames that several results share: the groups as an index, p-values with what Holm makes of them, and what stands where there is no number."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from audit.by_group.cells import MISSING, Cells
from audit.stats.multiplicity import holm

if TYPE_CHECKING:
    import pandas as pd


def index_of(cells: Cells) -> "pd.Index":
    """Return the groups of cells as the index of a frame: one level an attribute."""
    import pandas as pd

    groups = [tuple(MISSING if v is None else v for v in group) for group in cells.groups]
    if len(cells.attributes) == 1:
        return pd.Index([g[0] for g in groups], name=cells.attributes[0])
    return pd.MultiIndex.from_tuples(groups, names=list(cells.attributes))


def tested(p_values: Sequence[float | None], methods: Sequence[str], level: float, index: "pd.Index") -> "pd.DataFrame":
    """Return p-values with what Holm makes of them."""
    import pandas as pd

    raw = np.array([or_nan(p) for p in p_values])
    adjusted = holm(raw)
    # what could not be tested is neither alike nor different
    alike = pd.array(adjusted > 1 - level, dtype="boolean")
    alike[np.isnan(adjusted)] = pd.NA
    return pd.DataFrame({"p_value": raw, "p_adjusted": adjusted, "alike": alike, "method": list(methods)}, index=index)


def percentiles(drawn: NDArray[np.float64], level: float) -> NDArray[np.float64]:
    """Return the two ends of the percentile intervals over the first axis; NaN where more than 5 % of the draws have no value."""
    tails = [(1 - level) / 2, (1 + level) / 2]
    missing = np.isnan(drawn)
    if not missing.any():
        return np.asarray(np.quantile(drawn, tails, axis=0))
    few = missing.mean(axis=0) > 0.05
    filled = np.where(few, 0.0, drawn)
    return np.where(few, np.nan, np.nanquantile(filled, tails, axis=0))


def or_nan(value: float | None) -> float:
    """Return a number, NaN where there is none."""
    return np.nan if value is None else value


def nothing(why: str, *more: str) -> dict[str, Any]:
    """Return the row of a comparison that could not be made."""
    return {"value": np.nan, "low": np.nan, "high": np.nan, "p_value": np.nan, **dict.fromkeys(more), "method": why}
