"""One rate in the groups of one attribute, compared: what was counted, what it measures, and how it is said."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audit.checks.rate import LEVEL
from audit.checks.wording import rounded_up, span
from audit.core.limit import Limit, Verdict
from audit.core.measurement import Measurement
from audit.core.wording import counted, percent, points
from audit.stats.range_of_rates import RangeOfRates, more_rows, range_of_rates


@dataclass(frozen=True)
class Comparison:
    """Counts of one rate by group.

    Parameters
    ----------
    rate : str
        Name of the rate, such as ``selection_rate``.
    attribute : str
        Column whose groups are compared.
    groups : sequence of str
        Its values, those that are missing left out.
    successes, totals : ndarray of int, shape (groups,)
        Counts; totals are the denominators.
    selected, predicted : int
        Rows predicted positive, and rows predicted at all, in all groups together.
    looks : int
        How many such comparisons share the error rate.
    """

    rate: str
    attribute: str
    groups: tuple[str, ...]
    successes: NDArray[np.int64]
    totals: NDArray[np.int64]
    selected: int
    predicted: int
    looks: int

    @property
    def degenerate(self) -> bool:
        """Whether the model gives every row the same answer, so that all rates are equal by construction."""
        return self.selected in (0, self.predicted)

    def gap(self) -> RangeOfRates | None:
        """Return the gap, or ``None`` where fewer than two groups have a rate."""
        return range_of_rates(self.successes, self.totals, LEVEL, self.looks)

    def measured(self, gap: RangeOfRates | None) -> list[Measurement]:
        """Return difference, ratio and p-value; the difference comes first, and alone where it cannot be estimated."""
        name, n = f"{self.rate}_difference", int(self.totals.sum())
        if gap is None:
            return [Measurement(name, None, "share", n=n, method="not estimable: fewer than two groups have rows to count among")]
        if self.degenerate:
            return [Measurement(name, None, "share", n=n, method="not estimable: the model answers the same for every row")]
        shared = f"bonferroni over {counted(gap.pairs, 'pair')} and {counted(gap.looks, 'look')}"
        highest_minus_lowest = f"highest minus lowest, biased upward; distances squared and added, {shared}"
        lowest_over_highest = f"lowest over highest; distances of the logarithms squared and added, {shared}"
        null = "all groups alike: " + ("Fisher's exact test" if gap.pairs == 1 else "permutation of groups, (k + 1) / (draws + 1)")
        ratio = gap.ratio_interval if gap.ratio is not None else None
        return [
            Measurement(name, gap.value, "share", n=n, interval=gap.interval, level=gap.level, method=highest_minus_lowest),
            Measurement(f"{self.rate}_ratio", gap.ratio, "ratio", n=n, interval=ratio, level=ratio and gap.level, method=lowest_over_highest),
            Measurement("p_value", gap.p_value, "probability", n=n, method=null),
        ]

    def sentence(self, phrase: str, positive: str, gap: RangeOfRates | None, judged: Measurement, limit: Limit) -> str:
        """Return what was found, in words.

        Parameters
        ----------
        phrase : str
            What the rate says, up to the percentage.
        positive : str
            The positive class.
        gap : RangeOfRates or None
            As measured.
        judged : Measurement
            The difference.
        limit : Limit
            What the difference is held against; one without a high end decides nothing here.
        """
        if self.degenerate:
            whom = "nobody" if self.selected == 0 else "everybody"
            return (
                f"The model predicts '{positive}' for {whom} ({self.selected:,} of {self.predicted:,} rows), so the rates are equal by construction. "
                "That says nothing about how a model that decides would treat the groups."
            )
        if gap is None:
            return f"Fewer than two groups of '{self.attribute}' have rows that this rate is counted among, so there is no gap to measure."
        low, high = (float(self.successes[i] / self.totals[i]) for i in (gap.lowest, gap.highest))
        compared = int((self.totals > 0).sum())
        text = (
            f"{phrase} {percent(low)} where {self.attribute} is {self._group(gap.lowest)} and {percent(high)} where it is {self._group(gap.highest)}"
            f"{f', lowest and highest of {compared} groups' if compared > 2 else ''}; a gap of {points(gap.value)} points ({span(judged)})."
        )
        if gap.p_value > 1 - gap.level:
            text += f" Chance alone could explain it (p = {gap.p_value:.2g} if all groups were alike)."
        if limit.high is not None and limit.verdict(judged) is Verdict.UNDECIDED:
            text += f" {self._what_decides(limit.high)}"
        return text

    def _group(self, position: int) -> str:
        return f"{self.groups[position]} (n = {self.totals[position]:,})"

    def _what_decides(self, high: float) -> str:
        question = f"whether the gap is above {points(high)} points"
        rows = more_rows(self.successes, self.totals, high, LEVEL, self.looks)
        if rows is None:
            return f"It lies so near the limit that more rows alone would hardly decide {question}."
        if rows == 0:
            return f"These rows cannot decide {question}."
        return f"These rows cannot decide {question}; about {rounded_up(rows):,} more like them would, if the rates stay as they are."
