"""What is known about the drift of one column, and the measurements it gives."""

from dataclasses import dataclass

from audit.checks.rate import LEVEL
from audit.checks.shift.column_counts import ColumnCounts
from audit.checks.shift.comparison import Comparison
from audit.core.measurement import Measurement
from audit.stats.exact import fisher
from audit.stats.intervals import newcombe


@dataclass(frozen=True)
class Drift:
    """What is known about one column.

    Parameters
    ----------
    counts : ColumnCounts
        Its counts.
    values : Comparison or None
        Of the rows that have a value; ``None`` where a period has none.
    p_values, p_missing : float or None
        Adjusted over all tests of the run of this check; ``None`` where no test was made.
    """

    counts: ColumnCounts
    values: Comparison | None
    p_values: float | None
    p_missing: float | None

    @property
    def missing_change(self) -> float:
        """Share of missing values in the late period less the share in the early one."""
        (a, n), (b, m) = self.missing
        return b / m - a / n

    @property
    def missing(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Missing values and rows, early and late."""
        c = self.counts
        return (c.missing_early, int(c.early.sum()) + c.missing_early), (c.missing_late, int(c.late.sum()) + c.missing_late)

    def changed_values(self, floor: float, level: float) -> bool:
        """Whether the distance trips both floors."""
        return self.values is not None and self.p_values is not None and self.p_values < level and self.values.beyond_chance >= floor

    def changed_missing(self, floor: float, level: float) -> bool:
        """Whether the share of missing values trips both floors."""
        return self.p_missing is not None and self.p_missing < level and abs(self.missing_change) >= floor


def missing_p_value(c: ColumnCounts) -> float:
    """Return the p-value of "as many values are missing in either period", by Fisher's exact test; NaN where a period has no rows."""
    table = [[c.missing_early, int(c.early.sum())], [c.missing_late, int(c.late.sum())]]
    return fisher(table) if all(sum(row) for row in table) else float("nan")


def missing_interval(d: Drift) -> tuple[float, float] | None:
    """Return the 95 % interval of the change in the share of missing values."""
    (a, n), (b, m) = d.missing
    return newcombe(b, m, a, n, LEVEL)


def absolute(interval: tuple[float, float]) -> tuple[float, float]:
    """Return the interval of the absolute value of what has this interval."""
    low, high = interval
    return (0.0 if low < 0 < high else min(abs(low), abs(high))), max(abs(low), abs(high))


def size(d: Drift) -> float:
    """Return the larger of the change in values and in missing values, for sorting."""
    return max(d.values.beyond_chance if d.values else 0.0, abs(d.missing_change) if d.p_missing is not None else 0.0)


def measured(d: Drift) -> list[Measurement]:
    """Return all numbers about one column."""
    where, n = {"column": d.counts.name}, d.counts.n
    result = []
    name = "kolmogorov_smirnov" if d.counts.ordered else "total_variation"
    cells = f"{len(d.counts.early):,} cells"
    if d.values is None:
        return [Measurement(name, None, "share", where, n, method="not estimable: a period has no value"), *_measured_missing(d)]
    v = d.values
    result.append(Measurement(name, v.distance, "share", where, n, method=f"{cells}; never 0 by chance, see distance_beyond_chance"))
    how = f"{name} less its root mean square if nothing changed; {cells} resampled"
    result.append(Measurement("distance_beyond_chance", v.beyond_chance, "share", where, n, v.interval, LEVEL, how))
    how = f"permutation of the periods, up to {v.draws:,} draws, Holm"
    result.append(Measurement("adjusted_p_value", d.p_values, "probability", where, n, method=how))
    return result + _measured_missing(d)


def _measured_missing(d: Drift) -> list[Measurement]:
    if d.p_missing is None:
        return []
    where, n = {"column": d.counts.name}, d.counts.n
    return [
        Measurement("missing_share_change", d.missing_change, "share", where, n, missing_interval(d), LEVEL, "late less early; newcombe"),
        Measurement("adjusted_p_value_of_missing", d.p_missing, "probability", where, n, method="Fisher's exact test, Holm"),
    ]
