"""Impact ratios of all groups: measured, as bars, and as the table that an auditor of hiring tools has to publish."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audit.checks.fairness.grouped import Grouped
from audit.core.exhibit import Exhibit, Kind
from audit.core.measurement import Measurement, Scalar
from audit.core.wording import percent
from audit.stats.decision_rates import RATES
from audit.stats.range_of_rates import RangeOfRates
from audit.stats.rates import ratio_bounds

MISSING = "(missing)"


@dataclass(frozen=True)
class Impact:
    """Selection rates over the highest one.

    Parameters
    ----------
    names : tuple of str
        Groups that are compared.
    highest : int or None
        Which of them has the highest rate; ``None`` where there is none to compare with.
    values, low, high : ndarray, shape (groups,)
        Ratios, and ends of their intervals, which hold together; NaN for the highest itself.
    level : float
        Confidence level of each.
    rows : ndarray of int, shape (groups,)
        Rows that are predicted.
    """

    names: tuple[str, ...]
    highest: int | None
    values: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    level: float
    rows: NDArray[np.int64]

    @classmethod
    def of(cls, groups: Grouped, compared: Grouped, gap: RangeOfRates | None) -> "Impact":
        """Measure the ratios of the groups that are compared."""
        counts = compared.counted("selection_rate")
        names = tuple(str(n[0]) for n in compared.names)
        nothing = np.full(len(names), np.nan)
        if gap is None or not counts.values[gap.highest] > 0:
            return cls(names, None, nothing, nothing, nothing, 0.0, counts.rows)
        level = 1 - (1 - gap.level) / gap.pairs
        top = gap.highest
        k, n = counts.successes, counts.trials
        low, high = ratio_bounds(k, n, np.full_like(k, k[top]), np.full_like(n, n[top]), level)
        values = counts.values / counts.values[top]
        low, high = np.minimum(low, values), np.maximum(high, values)
        low[top] = high[top] = np.nan
        return cls(names, top, values, low, high, level, counts.rows)

    def measured(self, groups: Grouped) -> list[Measurement]:
        """Return the ratio of each group but the highest."""
        (attribute,) = groups.attributes
        found = []
        for i, name in enumerate(self.names):
            if self.highest in (None, i) or np.isnan(self.values[i]):
                continue
            ends = float(self.low[i]), float(self.high[i])
            over = f"selection rate over that of '{self.names[self.highest or 0]}'"
            method = f"{over}; distances of the logarithms squared and added, bonferroni over pairs and looks"
            # without an upper end that is a number there is no interval to show
            finite = np.isfinite(ends[1])
            found.append(
                Measurement(
                    "impact_ratio", float(self.values[i]), "ratio", {attribute: name}, int(self.rows[i]),
                    ends if finite else None, self.level if finite else None, method,
                )
            )  # fmt: skip
        return found

    def bars(self, groups: Grouped, attribute: str, low: float | None) -> Exhibit:
        """Return the ratios as bars, with the limit across."""
        rows = [
            (name, _number(self.values[i]), _number(self.low[i]), _number(self.high[i]), int(self.rows[i]))
            for i, name in enumerate(self.names)
            if not np.isnan(self.values[i])
        ]
        top = f"The highest rate is that of {self.names[self.highest]}, which is 1 by definition. " if self.highest is not None else ""
        return Exhibit(
            Kind.BARS, f"Selection rate over the highest, by {attribute}", ("label", "value", "low", "high", "n"), rows, "impact ratio", attribute,
            low, f"{low:g}" if low is not None else "", note=f"{top}The intervals hold together, over all pairs of groups and all looks of the run.",
        )  # fmt: skip


def impact_table(groups: Grouped, impact: Impact, attribute: str) -> Exhibit:
    """Return rows, selected, rate and impact ratio of every group, those that are not compared and those without a value included."""
    selected, predicted = RATES["selection_rate"].counts(groups.cells)
    counted = groups.counted("selection_rate")
    everyone = int(predicted.sum())
    lines: list[tuple[Scalar, ...]] = []
    for i, (value,) in enumerate(groups.names):
        place = impact.names.index(value) if value is not None and value in impact.names else None
        ratio = None if place is None else _number(impact.values[place])
        ends = None if place is None else (_number(impact.low[place]), _number(impact.high[place]))
        remark = "no value" if value is None else "not compared" if place is None else "highest" if place == impact.highest else ""
        share = percent(int(predicted[i]) / everyone) if everyone else ""
        interval = f"{ends[0]:.2f} to {ends[1]:.2f}" if ends and ends[0] is not None and ends[1] is not None else ""
        counts = int(predicted[i]), share, int(selected[i]), _number(counted.values[i])
        lines.append((MISSING if value is None else value, *counts, ratio, interval, remark))
    columns = ("group", "rows", "share of rows", "selected", "selection rate", "impact ratio", "interval", "remark")
    return Exhibit(Kind.TABLE, f"Impact ratios by {attribute}", columns, lines, note="The columns that Local Law 144 of New York City asks for.")


def _number(value: np.float64 | float) -> float | None:
    return float(value) if np.isfinite(value) else None
