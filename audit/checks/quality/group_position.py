"""Where a value lies within its group: its distance from the group's median, in median absolute deviations of the group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

#: Groups with fewer values in the sample have no median to rely on.
MIN_GROUP = 30
#: More groups than this are no groups; the largest are looked at.
MOST_GROUPS = 200
SEPARATOR = "\x1f"


@dataclass(frozen=True)
class GroupPosition:
    """Median and median absolute deviation by group.

    Parameters
    ----------
    by : sequence of str
        Columns whose combinations are the groups.
    centres : mapping of str to (float, float)
        Median and median absolute deviation by group; groups without spread are left out.
    """

    by: Sequence[str]
    centres: Mapping[str, tuple[float, float]]

    def of(self, table: ir.Table, column: str) -> ir.NumericValue:
        """Return the position of each row's value; null in groups that are not looked at."""
        group = table[self.by[0]].cast("string")
        for name in self.by[1:]:
            group = group + SEPARATOR + table[name].cast("string")
        if not self.centres:
            return ibis.null("float64")
        median = group.cases(*((name, centre) for name, (centre, _) in self.centres.items()))
        deviation = group.cases(*((name, spread) for name, (_, spread) in self.centres.items()))
        return (table[column].cast("float64") - median) / deviation

    def of_sample(self, rows: "pd.DataFrame", values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the positions of sampled values that have one."""
        import pandas as pd

        centres = _group(rows, self.by).map(self.centres)
        placed = centres.notna().to_numpy()
        known = np.array(centres[placed].tolist(), dtype=float).reshape(-1, 2)
        position = (values[placed] - known[:, 0]) / known[:, 1]
        return position[~pd.isna(position)]


def group_position(rows: "pd.DataFrame", values: NDArray[np.float64], by: Sequence[str]) -> GroupPosition:
    """Measure the centre of each group in a sample.

    Parameters
    ----------
    rows : pandas frame
        Sampled rows.
    values : array, shape (rows,)
        A numeric column of them, NaN where missing.
    by : sequence of str
        Columns whose combinations are the groups.
    """
    import pandas as pd

    known = ~np.isnan(values)
    groups = pd.Series(values[known]).groupby(_group(rows, by)[known].to_numpy())
    sizes = groups.size().sort_values(ascending=False, kind="stable")
    centres: dict[str, tuple[float, float]] = {}
    for name in sizes.index[sizes.to_numpy() >= MIN_GROUP][:MOST_GROUPS]:
        members = groups.get_group(name).to_numpy()
        median = float(np.median(members))
        spread = float(np.median(np.abs(members - median)))
        if spread > 0:
            centres[str(name)] = (median, spread)
    return GroupPosition(tuple(by), centres)


def _group(rows: "pd.DataFrame", by: Sequence[str]) -> "pd.Series":
    text = rows[list(by)].astype("string")
    group = text[by[0]]
    for name in by[1:]:
        group = group + SEPARATOR + text[name]
    return group
