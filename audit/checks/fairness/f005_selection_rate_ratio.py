"""F005: the lowest selection rate as a share of the highest, with the clauses of the four-fifths rule."""

from dataclasses import dataclass
from typing import ClassVar

from audit.checks.fairness.attribute_check import AttributeCheck, left_out
from audit.checks.fairness.comparison import Comparison, comparison_of
from audit.checks.fairness.decisions import Decisions
from audit.checks.fairness.family import SMALLEST_SHARE, draws_for, large_enough, name, p_values
from audit.checks.fairness.grouped import Grouped
from audit.checks.fairness.impact import Impact, impact_table
from audit.checks.fairness.rate_gap import weighted
from audit.checks.rate import LEVEL
from audit.checks.wording import rounded_up, span
from audit.core.ask import Answers
from audit.core.check import Findings
from audit.core.errors import UsageError
from audit.core.limit import Limit, Verdict
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted, listed, percent
from audit.stats.range_of_rates import RangeOfRates, range_of_rates
from audit.stats.ratio_rows import more_rows_for_ratio

RATE = "selection_rate"


@dataclass(frozen=True, kw_only=True)
class SelectionRateRatio(AttributeCheck):
    """Selection rate of each group over that of the group with the highest: the impact ratio, and what the four-fifths rule makes of it.

    Parameters
    ----------
    smallest_share : float
        Groups with a smaller share of the rows are shown and not compared.
    practical : float
        A ratio from four fifths up to this one is a difference in practice, too, if it is significant.
    """

    code: ClassVar[str] = "F005"
    title: ClassVar[str] = "Selection-rate ratio"
    judged: ClassVar[str] = "selection_rate_ratio"
    advice: ClassVar[str] = (
        "Ask at which step the lower rate comes about, whether what is selected by is needed for the use, and whether another serves it as well "
        "with less of a difference. What a court or an authority makes of a ratio is a question for lawyers."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "29 CFR 1607.4(D): the four-fifths rule and its clauses on significance and small numbers",
        "6 RCNY 5-300 and 5-301 (New York City, Local Law 144): impact ratios, groups below 2 %",
        "Questions and answers on 29 CFR 1607 (44 FR 11996, 1979), no. 21: one person more and one fewer",
    )

    smallest_share: float = SMALLEST_SHARE
    practical: float = 0.9
    limit: Limit = Limit(
        low=0.8,
        blocking=False,
        reason="a selection rate below four fifths of the highest is generally taken for evidence of adverse impact; a rule of thumb of enforcement, "
        "with clauses that the message goes through",
        source="29 CFR 1607.4(D)",
    )

    def compare(self, subject: Subject, answers: Answers, decisions: Decisions, groups: Grouped) -> Findings:
        """Measure the ratio, and go through the clauses."""
        self._refuse_wrong()
        compared = large_enough(groups.known, self.smallest_share)
        comparison = comparison_of(groups, compared, RATE, self.looks)
        counts = comparison.counted
        gap = range_of_rates(counts.successes, counts.trials, LEVEL, self.looks, draws_for(self.looks))
        missing, without = left_out(decisions, groups, labelled=False)
        small = [str(n[0]) for n in groups.known.names if n not in compared.names]
        if small:
            verb = "is" if len(small) == 1 else "are"
            without = f" {listed(small)} {verb} below {percent(self.smallest_share)} of the rows, hence shown and not compared.{without}"
        impact = Impact.of(groups, compared, gap)
        table = impact_table(groups, impact, self.attribute)
        if comparison.degenerate or gap is None:
            why = "the model answers the same for every row" if comparison.degenerate else "fewer than two groups have a prediction"
            judged = Measurement(self.judged, None, "ratio", n=int(counts.rows.sum()), method=f"not estimable: {why}")
            few = f"Fewer than two groups of '{self.attribute}' are predicted."
            said = comparison.says_nothing(decisions.positive) if comparison.degenerate else few
            return Findings([judged, *missing], said + without, [table])
        judged = comparison.ratio(gap)
        own = name("impact_ratio", self.attribute)
        adjusted = p_values(decisions, self.among, self.looks, {own: gap.p_value})[own]
        measured = [judged, *comparison.tests(gap, adjusted), *impact.measured(groups), *missing]
        message = self._sentence(decisions.positive, comparison, gap, judged) + self._clause(comparison, gap, judged, adjusted)
        return Findings(measured, message + without + weighted(subject, counts), [impact.bars(groups, self.attribute, self._low), table])

    @property
    def _low(self) -> float | None:
        return self.limit.low if self.limit.measurement in ("", self.judged) else None

    def _refuse_wrong(self) -> None:
        for parameter, most in (("smallest_share", 0.5), ("practical", 1.0)):
            value = getattr(self, parameter)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= most:
                raise UsageError(f"F005: '{parameter}' is a share from 0 to {most:g}; got {value!r}")

    def _sentence(self, positive: str, comparison: Comparison, gap: RangeOfRates, judged: Measurement) -> str:
        low, high = (float(comparison.counted.values[g]) for g in (gap.lowest, gap.highest))
        lowest, highest, by = comparison.group(gap.lowest), comparison.group(gap.highest), self.attribute
        rates = f"Predicted '{positive}': {percent(low)} where {by} is {lowest}"
        if judged.value is None:
            return f"{rates} and nobody anywhere, so there is no ratio."
        return f"{rates}, which is {judged.value:.2f} of the {percent(high)} where it is {highest} ({span(judged, 1, 2)})."

    def _clause(self, comparison: Comparison, gap: RangeOfRates, judged: Measurement, adjusted: float | None) -> str:
        if judged.value is None or self._low is None:
            return ""
        low, ratio, counts = self._low, float(judged.value), comparison.counted
        p = gap.p_value if adjusted is None else adjusted
        sure = f"p = {p:.2g} after Holm"
        k, n = (counts.successes, counts.trials)
        after = _shifted(int(k[gap.lowest]), int(n[gap.lowest]), int(k[gap.highest]), int(n[gap.highest]))
        fifths = "four fifths" if low == 0.8 else f"{low:g}"
        if ratio < low and p > 1 - LEVEL:
            text = f" Below {fifths}, but not significant ({sure}): 29 CFR 1607.4(D) makes an exception for differences that rest on small numbers."
            if after >= low:
                text += f" One person more selected in the one group and one fewer in the other would make it {after:.2f}."
        elif ratio < low:
            text = f" Below {fifths} and significant ({sure}), which 29 CFR 1607.4(D) generally takes for evidence of adverse impact."
        elif p <= 1 - LEVEL and ratio < self.practical:
            short = round((float(counts.values[gap.highest]) - float(counts.values[gap.lowest])) * int(counts.rows[gap.lowest]))
            text = (
                f" Not below {fifths}, yet significant ({sure}) and large enough to matter: at the highest rate {short:,} more of "
                f"{comparison.groups[gap.lowest]} would be selected. 29 CFR 1607.4(D) may take that for adverse impact as well."
            )
        else:
            text = f" {comparison.by_chance(gap, p)}" if p > 1 - LEVEL else ""
        if self.limit.verdict(judged) is Verdict.UNDECIDED:
            rows = more_rows_for_ratio(k, n, low, LEVEL, self.looks)
            question = f"whether it is below {low:g}"
            decides = f"; about {counted(rounded_up(rows), 'more row')} like them would, if the rates stay as they are" if rows else ""
            text += f" These rows cannot decide {question}{decides}."
        return text


def _shifted(k_low: int, n_low: int, k_high: int, n_high: int) -> float:
    """Return the ratio after one person more is selected in the group with the lower rate, and one fewer in the other."""
    low, high = min(k_low + 1, n_low) / n_low, max(k_high - 1, 0) / n_high
    return min(low / high, high / low) if low > 0 and high > 0 else 1.0
