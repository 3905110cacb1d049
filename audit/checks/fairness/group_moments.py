"""Labels, predictions and errors of a regression by group: means, and moments about them, from one grouped question."""

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from audit.checks.outcomes import MAX_GROUPS, MISSING
from audit.checks.rate import LEVEL
from audit.core.ask import Ask, Rows, rows
from audit.core.measurement import Measurement
from audit.core.values import as_text
from audit.stats.means import mean_interval

#: What is compared, by name, as a column of the rows of :func:`~audit.checks.quantities.predicted`.
METRICS = ("mean_label", "mean_prediction", "mean_error", "mean_absolute_error")

Moments = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


def columns(table: ir.Table) -> dict[str, ir.FloatingColumn]:
    """Return what each metric is the mean of."""
    return dict(zip(METRICS, (table["y"], table["p"], table["error"], table["error"].abs()), strict=True))


def ask_moments(table: ir.Table, centre: Mapping[str, float], tolerance: float | None) -> Ask:
    """Ask, group by group, for the rows and for the first three moments of each metric about its mean over all rows.

    Parameters
    ----------
    table : ibis table
        With ``group``.
    centre : mapping of str to float
        Mean of each metric over all rows.
    tolerance : float or None
        Rows with an error above it are counted.
    """
    known = table.filter(table["error"].notnull())
    wanted: dict[str, ir.Scalar] = {"n": known.count()}
    for name, column in columns(known).items():
        away = column - centre[name]
        wanted |= {f"{name} 1": away.mean(), f"{name} 2": (away * away).mean(), f"{name} 3": (away * away * away).mean()}
    wanted["beyond"] = known.count(where=known["error"].abs() > tolerance) if tolerance is not None else ibis.literal(0)
    counted = known.group_by("group").aggregate(**wanted)
    return rows(counted.mutate(group=as_text(counted["group"])).limit(MAX_GROUPS + 2))


@dataclass(frozen=True)
class GroupMoments:
    """Moments by group.

    Parameters
    ----------
    names : tuple of str
        The groups that have a name.
    n, beyond : ndarray of int, shape (groups,)
        Rows, and rows whose error is above the tolerance.
    moments : dict of str to three ndarrays, shape (groups,)
        Of each metric: mean, and second and third moment about it.
    nameless : GroupMoments or None
        The rows without a group.
    """

    names: tuple[str, ...]
    n: NDArray[np.int64]
    beyond: NDArray[np.int64]
    moments: dict[str, Moments]
    nameless: "GroupMoments | None"

    @classmethod
    def read(cls, answer: Rows, centre: Mapping[str, float]) -> "GroupMoments":
        """Return the answer to :func:`ask_moments`."""
        found = sorted(answer, key=lambda row: row["group"] or "")
        missing = [row for row in found if row["group"] is None]
        return cls._of([row for row in found if row["group"] is not None], centre, cls._of(missing, centre, None) if missing else None)

    @classmethod
    def _of(cls, found: list[dict[str, object]], centre: Mapping[str, float], nameless: "GroupMoments | None") -> "GroupMoments":
        def column(name: str) -> NDArray[np.float64]:
            return np.array([float(str(row[name])) for row in found])

        moments: dict[str, Moments] = {}
        for name in METRICS:
            first, second, third = (column(f"{name} {i}") for i in (1, 2, 3))
            # what rounding leaves of values that are all alike is no spread
            spread = np.where(second - first**2 > 1e-12 * second, second - first**2, 0.0)
            moments[name] = centre[name] + first, spread, third - 3 * first * second + 2 * first**3
        names = tuple(MISSING if row["group"] is None else str(row["group"]) for row in found)
        return cls(names, column("n").astype(np.int64), column("beyond").astype(np.int64), moments, nameless)

    def measured(self, metric: str, attribute: str) -> list[Measurement]:
        """Return the mean of a metric in each group, with its own interval; the rows without a group come last."""
        found = []
        for i, name in enumerate(self.names):
            mean, second, third = (float(m[i]) for m in self.moments[metric])
            n = int(self.n[i])
            if n < 2 or second == 0:
                method = "one row, so no spread to see and no interval" if n < 2 else "all rows alike, so no spread to see and no interval"
                found.append(Measurement(metric, mean, "", {attribute: name}, n, method=method))
                continue
            positive = metric == "mean_absolute_error"
            ends = mean_interval(mean, second, third, n, LEVEL, positive=positive)
            method = f"outer ends of student's t{' on the logarithm' if positive else ''} and of hall's transformation"
            found.append(Measurement(metric, mean, "", {attribute: name}, n, ends, LEVEL, method))
        return found + (self.nameless.measured(metric, attribute) if self.nameless else [])
