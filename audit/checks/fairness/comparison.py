"""One rate in the groups of one attribute, compared: what was counted, what it measures, and how it is said."""

from dataclasses import dataclass

from audit.checks.fairness.grouped import Counted, Grouped
from audit.checks.rate import LEVEL
from audit.checks.wording import rounded_up, span
from audit.core.limit import Limit, Verdict
from audit.core.measurement import Measurement
from audit.core.wording import counted, percent, points
from audit.stats.decision_rates import NEGATIVE, POSITIVE
from audit.stats.power import detectable_difference
from audit.stats.range_of_rates import RangeOfRates, more_rows, range_of_rates

#: Rates that a model which answers the same for every row makes equal by construction.
OF_THE_ANSWER = ("selection_rate", "true_positive_rate", "false_positive_rate", "true_negative_rate", "false_negative_rate")
POWER = 0.8


@dataclass(frozen=True)
class Comparison:
    """One rate by group.

    Parameters
    ----------
    counted : Counted
        The rate in the groups, those whose value is missing left out.
    attribute : str
        Column whose groups are compared.
    groups : tuple of str
        Their names.
    selected, predicted : int
        Rows predicted positive, and rows predicted at all, in all groups together.
    looks : int
        How many such comparisons share the error rate.
    """

    counted: Counted
    attribute: str
    groups: tuple[str, ...]
    selected: int
    predicted: int
    looks: int

    @property
    def degenerate(self) -> bool:
        """Whether the model gives every row the same answer."""
        return self.selected in (0, self.predicted)

    def gap(self) -> RangeOfRates | None:
        """Return the gap, or ``None`` where fewer than two groups have a rate."""
        return range_of_rates(self.counted.successes, self.counted.trials, LEVEL, self.looks)

    def difference(self, gap: RangeOfRates | None) -> Measurement:
        """Return highest minus lowest."""
        name, n = f"{self.counted.name}_difference", int(self.counted.rows.sum())
        if gap is None:
            return Measurement(name, None, "share", n=n, method="not estimable: fewer than two groups have rows to count among")
        if self.degenerate:
            return Measurement(name, None, "share", n=n, method="not estimable: the model answers the same for every row")
        value = float(self.counted.values[gap.highest] - self.counted.values[gap.lowest])
        # effective counts are whole numbers, so that their difference is not quite that of the weighted rates
        ends = min(gap.interval[0], value), max(gap.interval[1], value)
        method = f"highest minus lowest, biased upward; distances squared and added, {self._shared(gap)}"
        return Measurement(name, value, "share", n=n, interval=ends, level=gap.level, method=method)

    def ratio(self, gap: RangeOfRates) -> Measurement:
        """Return lowest over highest."""
        highest, lowest = (float(self.counted.values[g]) for g in (gap.highest, gap.lowest))
        value = lowest / highest if gap.ratio is not None and highest > 0 else None
        ends = None if value is None else (min(gap.ratio_interval[0], value), max(gap.ratio_interval[1], value))
        method = f"lowest over highest; distances of the logarithms squared and added, {self._shared(gap)}"
        n = int(self.counted.rows.sum())
        return Measurement(f"{self.counted.name}_ratio", value, "ratio", n=n, interval=ends, level=ends and gap.level, method=method)

    def tests(self, gap: RangeOfRates, adjusted: float | None) -> list[Measurement]:
        """Return the p-value, alone and in its family, and the gap that would have been seen.

        Parameters
        ----------
        gap : RangeOfRates
            As measured.
        adjusted : float or None
            The p-value after Holm.
        """
        n = int(self.counted.rows.sum())
        null = "all groups alike: " + ("Fisher's exact test" if gap.pairs == 1 else "permutation of groups, (k + 1) / (draws + 1)")
        if self.counted.weighted:
            null += ", of effective counts"
        family = f"{null}; holm over {counted(self.looks, 'look')}"
        at = f"between the two groups compared, with {POWER:.0%} chance at level {gap.level:.4g}; normal approximation".replace("%", " %")
        return [
            Measurement("p_value", gap.p_value, "probability", n=n, method=null),
            Measurement("adjusted_p_value", adjusted, "probability", n=n, method=family),
            Measurement("detectable_difference", self._detectable(gap), "share", n=n, method=at),
        ]

    def sentence(self, phrase: str, positive: str, gap: RangeOfRates | None, judged: Measurement, limit: Limit, adjusted: float | None) -> str:
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
        adjusted : float or None
            The p-value after Holm.
        """
        if self.degenerate:
            return self.says_nothing(positive)
        if gap is None:
            return f"Fewer than two groups of '{self.attribute}' have rows that this rate is counted among, so there is no gap to measure."
        text = f"{self.extremes(phrase, gap)}; a gap of {points(float(judged.value or 0))} points ({span(judged)})."
        if adjusted is not None and adjusted > 1 - LEVEL:
            text += f" {self.by_chance(gap, adjusted)}"
        if limit.high is not None and limit.verdict(judged) is Verdict.UNDECIDED:
            text += f" {self.what_decides(limit.high)}"
        return text

    def says_nothing(self, positive: str) -> str:
        """Return why the rates of a model that answers the same for every row say nothing."""
        whom = "nobody" if self.selected == 0 else "everybody"
        rows = f"The model predicts '{positive}' for {whom} ({self.selected:,} of {self.predicted:,} rows)"
        if self.counted.name in OF_THE_ANSWER:
            return f"{rows}, so the rates are equal by construction. That says nothing about how a model that decides would treat the groups."
        return f"{rows}, so what differs between the groups are their outcomes alone. That says nothing about a model that decides."

    def extremes(self, phrase: str, gap: RangeOfRates) -> str:
        """Return the lowest and the highest rate, in words."""
        low, high = (float(self.counted.values[i]) for i in (gap.lowest, gap.highest))
        compared = int((self.counted.trials > 0).sum())
        if low == high:
            return f"{phrase} {percent(low)} in {'both' if compared == 2 else f'all {compared}'} groups of '{self.attribute}'"
        among = f", lowest and highest of {compared} groups" if compared > 2 else ""
        by = self.attribute
        return f"{phrase} {percent(low)} where {by} is {self.group(gap.lowest)} and {percent(high)} where it is {self.group(gap.highest)}{among}"

    def by_chance(self, gap: RangeOfRates, adjusted: float) -> str:
        """Return that chance could explain a gap, and how large a one would have been seen."""
        after = f", {adjusted:.2g} after Holm over {counted(self.looks, 'look')}" if self.looks > 1 else ""
        seen = self._detectable(gap)
        could = f"a gap of {points(seen)} points between these two would have been seen with {POWER:.0%} chance".replace("%", " %") if seen else ""
        could = could or "these rows are too few to see any gap between these two"
        return f"Chance alone could explain it (p = {gap.p_value:.2g} if all groups were alike{after}); {could}."

    def group(self, position: int) -> str:
        """Return a group with its rows."""
        return f"{self.groups[position]} (n = {self.counted.rows[position]:,})"

    def _shared(self, gap: RangeOfRates) -> str:
        return f"bonferroni over {counted(gap.pairs, 'pair')} and {counted(gap.looks, 'look')}"

    def _detectable(self, gap: RangeOfRates) -> float | None:
        (k_a, n_a), (k_b, n_b) = ((int(self.counted.successes[g]), int(self.counted.trials[g])) for g in (gap.highest, gap.lowest))
        return detectable_difference((k_a + k_b) / (n_a + n_b), n_a, n_b, 1 - (1 - gap.level) / gap.pairs, POWER)

    def what_decides(self, high: float) -> str:
        """Return how many more rows would decide whether the gap is above a limit, in words."""
        question = f"whether the gap is above {points(high)} points"
        rows = more_rows(self.counted.successes, self.counted.trials, high, LEVEL, self.looks)
        if rows is None:
            return f"It lies so near the limit that more rows alone would hardly decide {question}."
        if rows == 0:
            return f"These rows cannot decide {question}."
        return f"These rows cannot decide {question}; about {rounded_up(rows):,} more like them would, if the rates stay as they are."


def comparison_of(groups: Grouped, compared: Grouped, rate: str, looks: int) -> Comparison:
    """Return the comparison of a rate among some of the groups of one attribute, with what was decided in all of them.

    Parameters
    ----------
    groups : Grouped
        All groups, the missing one included.
    compared : Grouped
        Those that are compared.
    rate : str
        Name of the rate.
    looks : int
        How many looks share the error rate.
    """
    everyone = groups.everyone.cells[0]
    selected, predicted = int(everyone[:, POSITIVE].sum()), int(everyone[:, [POSITIVE, NEGATIVE]].sum())
    return Comparison(compared.counted(rate), groups.attributes[0], tuple(str(n[0]) for n in compared.names), selected, predicted, looks)
