"""F006: the larger of the gaps in true- and false-positive rates."""

from dataclasses import dataclass
from typing import ClassVar

from audit.checks.fairness.attribute_check import AttributeCheck, left_out
from audit.checks.fairness.comparison import Comparison, comparison_of
from audit.checks.fairness.decisions import Decisions
from audit.checks.fairness.family import name, p_values
from audit.checks.fairness.grouped import Grouped
from audit.checks.fairness.rate_gap import agreed
from audit.checks.rate import LEVEL, bar
from audit.checks.wording import span
from audit.core.ask import Answers
from audit.core.check import Findings
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit, Verdict
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import points
from audit.stats.range_of_rates import RangeOfRates

RATES = ("true_positive_rate", "false_positive_rate")
CALLED = {"true_positive_rate": "true positives", "false_positive_rate": "false positives"}
PHRASES = {"true_positive_rate": "Recognised among the positive:", "false_positive_rate": "Wrongly taken for positive:"}


@dataclass(frozen=True, kw_only=True)
class EqualizedOddsGap(AttributeCheck):
    """The larger of the gap in true-positive rates and the gap in false-positive rates, which hold together."""

    code: ClassVar[str] = "F006"
    title: ClassVar[str] = "Equalized-odds gap"
    judged: ClassVar[str] = "equalized_odds_difference"
    advice: ClassVar[str] = (
        "People with the same outcome are predicted differently in different groups. See which of the two errors it is (F002, F003) and what it "
        "costs those concerned; mitigation can constrain both in training."
    )
    cites: ClassVar[tuple[str, ...]] = ("Hardt, Price and Srebro (2016), Equality of opportunity in supervised learning, NeurIPS",)

    limit: Limit = agreed("F006")

    def compare(self, subject: Subject, answers: Answers, decisions: Decisions, groups: Grouped) -> Findings:
        """Take the larger of the two gaps, and the larger of the ends of their intervals."""
        pair = [comparison_of(groups, groups.known, rate, self.looks) for rate in RATES]
        gaps = [c.gap() for c in pair]
        differences = [c.difference(gap) for c, gap in zip(pair, gaps, strict=True)]
        own = {name(rate, self.attribute): gap.p_value for rate, gap in zip(RATES, gaps, strict=True) if gap is not None}
        p = p_values(decisions, self.among, self.looks, own)
        judged = self._larger(differences)
        measured, least = [judged, *differences], None
        if judged.value is not None:
            least = min((a for rate in RATES if (a := p.get(name(rate, self.attribute))) is not None), default=None)
            method = "the smaller of the two tests of all groups alike; holm over all looks, of which these are two"
            measured += [self._smaller_ratio(pair, gaps), Measurement("adjusted_p_value", least, "probability", n=judged.n, method=method)]
        missing, without = left_out(decisions, groups, labelled=True)
        message = self._message(pair, gaps, differences, judged, decisions.positive, least) + without
        return Findings([*measured, *missing], message, [_bars(groups, self.attribute)])

    def _larger(self, differences: list[Measurement]) -> Measurement:
        first, second = differences
        n = (first.n or 0) + (second.n or 0)
        if first.value is None or second.value is None or first.interval is None or second.interval is None:
            why = next(d.method for d in differences if d.value is None)
            return Measurement(self.judged, None, "share", n=n, method=why)
        ends = max(first.interval[0], second.interval[0]), max(first.interval[1], second.interval[1])
        method = "larger of the true- and the false-positive-rate difference, biased upward; larger ends of their two intervals, which hold together"
        level = 1 - 2 * (1 - LEVEL) / self.looks
        return Measurement(self.judged, max(first.value, second.value), "share", n=n, interval=ends, level=level, method=method)

    def _smaller_ratio(self, pair: list[Comparison], gaps: list[RangeOfRates | None]) -> Measurement:
        ratios = [c.ratio(gap) for c, gap in zip(pair, gaps, strict=True) if gap is not None]
        known = [r for r in ratios if r.value is not None and r.interval is not None]
        if len(known) < len(RATES):
            return Measurement("equalized_odds_ratio", None, "ratio", method="not estimable: one of the two rates is 0 in all groups")
        ends = min(r.interval[0] for r in known if r.interval), min(r.interval[1] for r in known if r.interval)
        value = min(float(r.value) for r in known if r.value is not None)
        method = "smaller of the two ratios of lowest to highest rate"
        return Measurement("equalized_odds_ratio", value, "ratio", interval=ends, level=1 - 2 * (1 - LEVEL) / self.looks, method=method)

    def _message(
        self,
        pair: list[Comparison],
        gaps: list[RangeOfRates | None],
        differences: list[Measurement],
        judged: Measurement,
        positive: str,
        adjusted: float | None,
    ) -> str:
        if pair[0].degenerate:
            return pair[0].says_nothing(positive)
        if judged.value is None:
            lacking = " and ".join(CALLED[rate] for rate, d in zip(RATES, differences, strict=True) if d.value is None)
            return f"Fewer than two groups of '{self.attribute}' have rows to count {lacking} among, so the two gaps cannot be compared."
        larger = 0 if (differences[0].value or 0) >= (differences[1].value or 0) else 1
        comparison, gap = pair[larger], gaps[larger]
        assert gap is not None
        other = differences[1 - larger].value or 0
        this, that = CALLED[RATES[larger]], CALLED[RATES[1 - larger]]
        text = (
            f"{comparison.extremes(PHRASES[RATES[larger]], gap)}; the gap in {this}, {points(float(judged.value))} points, is the larger of the two "
            f"({span(judged)}), that in {that} is {points(float(other))}."
        )
        if adjusted is not None and adjusted > 1 - LEVEL:
            text += f" {comparison.by_chance(gap, adjusted)}"
        limit = self.limit if self.limit.measurement in ("", self.judged) else Limit()
        if limit.high is not None and limit.verdict(judged) is Verdict.UNDECIDED:
            text += f" {comparison.what_decides(limit.high)}"
        return text


def _bars(groups: Grouped, attribute: str) -> Exhibit:
    rows = []
    for rate in RATES:
        counted = groups.counted(rate)
        rows += [bar(str(groups.names[i][0] or "(missing)"), counted.measured(i, {}), CALLED[rate]) for i in range(len(groups.names))]
    return Exhibit(
        Kind.BARS, f"True- and false-positive rates by {attribute}", ("label", "value", "low", "high", "n", "series"), rows, "rate", attribute,
        note="With exact 95 % intervals. Equalized odds would be bars of one height within each colour.",
    )  # fmt: skip
