"""What the checks of one rate by group have in common: how it is measured, said and shown."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from audit.checks.fairness.attribute_check import MISSING, AttributeCheck, left_out
from audit.checks.fairness.comparison import comparison_of
from audit.checks.fairness.decisions import Decisions
from audit.checks.fairness.family import name, p_values
from audit.checks.fairness.grouped import Counted, Grouped
from audit.core.ask import Answers
from audit.core.check import Findings
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import listed


def agreed(code: str) -> Limit:
    """Return the default limit of a gap."""
    reason = (
        "10 points is a convention to be agreed for the use at hand, no line of the law: "
        "the four-fifths rule of 29 CFR 1607.4(D) is about the ratio of selection rates"
    )
    return Limit(high=0.10, blocking=False, reason=reason, source=f"default of {code}")


@dataclass(frozen=True, kw_only=True)
class RateGap(AttributeCheck):
    """Base of the checks that compare one rate over the groups of a sensitive attribute."""

    rate: ClassVar[str] = ""

    @abstractmethod
    def phrase(self, positive: str) -> str:
        """Return what the rate says, as the beginning of a sentence that goes on with a percentage."""

    def also(self, decisions: Decisions, groups: Grouped, measured: Sequence[Measurement]) -> list[Measurement]:
        """Return further numbers that readers look for beside this rate; none by default."""
        return []

    def exhibits(self, groups: Grouped) -> list[Exhibit]:
        """Return further evidence; none by default."""
        return []

    def compare(self, subject: Subject, answers: Answers, decisions: Decisions, groups: Grouped) -> Findings:
        """Measure the rate of each group, the gap between the highest and the lowest, and how likely it is if all are alike."""
        overall = groups.everyone.counted(self.rate).measured(0, {})
        counted = groups.counted(self.rate)
        rates = [counted.measured(i, groups.where(i, MISSING)) for i in range(len(groups.names))]
        comparison = comparison_of(groups, groups.known, self.rate, self.looks)
        gap = comparison.gap()
        difference = comparison.difference(gap)
        measured, adjusted = [difference], None
        if gap is not None and not comparison.degenerate:
            own = name(self.rate, self.attribute)
            adjusted = p_values(decisions, self.among, self.looks, {own: gap.p_value})[own]
            measured += [comparison.ratio(gap), *comparison.tests(gap, adjusted)]
        limit = self.limit if self.limit.measurement in ("", self.judged) else Limit()
        message = comparison.sentence(self.phrase(decisions.positive), decisions.positive, gap, difference, limit, adjusted)
        missing, without = left_out(decisions, groups, labelled=self.rate != "selection_rate")
        everything = [*measured, overall, *rates, *self.also(decisions, groups, [overall, *rates]), *missing]
        message += without + not_estimable(self.attribute, rates) + weighted(subject, counted)
        return Findings(everything, message, [bars(self.rate, self.attribute, overall, rates), *self.exhibits(groups)])


def mirrored(measured: Sequence[Measurement], name: str) -> list[Measurement]:
    """Return rates as their complements, under the name that those go by."""
    return [
        replace(
            m,
            name=name,
            value=None if m.value is None else 1 - m.value,
            interval=None if m.interval is None else (1 - m.interval[1], 1 - m.interval[0]),
        )
        for m in measured
    ]


def spelled(rate: str) -> str:
    """Return the name of a rate as people write it.

    >>> spelled("true_positive_rate"), spelled("accuracy")
    ('true-positive rate', 'accuracy')
    """
    return rate.replace("_", "-").replace("-rate", " rate").replace("predictive-value", "predictive value")


def bars(rate: str, attribute: str, overall: Measurement, rates: Sequence[Measurement]) -> Exhibit:
    """Return a rate by group as bars with intervals."""
    rows = [(r.where[attribute], r.value, *(r.interval or (None, None)), r.n) for r in rates]
    known, name = overall.value is not None, spelled(rate)
    return Exhibit(
        Kind.BARS, f"{name.capitalize()} by {attribute}", ("label", "value", "low", "high", "n"), rows, name, attribute,
        float(overall.value or 0) if known else None, "all rows" if known else "",
        note="With exact 95 % intervals; n is the number of rows that the rate is counted among.",
    )  # fmt: skip


def not_estimable(attribute: str, rates: Sequence[Measurement]) -> str:
    """Return which groups have no rate, as a sentence."""
    empty = [f"'{r.where[attribute]}'" for r in rates if r.value is None and r.where[attribute] != MISSING]
    return f" Not estimable for {listed(empty)}: no rows to count among." if empty else ""


def weighted(subject: Subject, counted: Counted) -> str:
    """Return that rows were weighted, as a sentence, where they were."""
    if not counted.weighted:
        return ""
    rows, effective = int(counted.rows.sum()), int(counted.trials.sum())
    return f" Rows count by '{subject.roles.weight}': {rows:,} rows tell as much as {effective:,} of equal weight."
