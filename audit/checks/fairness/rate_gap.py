"""What the checks of a rate by group have in common: which instances there are, what they ask, and what they bring back."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np

from audit.checks.fairness.comparison import Comparison
from audit.checks.outcomes import Confusion, Outcomes, by_group, cell_counts, label_counts, whole
from audit.checks.rate import rate
from audit.core.ask import Answers, Asks, Rows
from audit.core.check import Check, Findings
from audit.core.contract import Contract, Rule
from audit.core.errors import NotApplicable
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted, listed

MISSING = "(missing)"
#: Rates that are looked at for each attribute: F001, F002 and F003.
RATES = 3


def agreed(code: str) -> Limit:
    """Return the default limit of a gap."""
    reason = (
        "10 points is a convention to be agreed for the use at hand, no line of the law: "
        "the four-fifths rule of 29 CFR 1607.4(D) is about the ratio of selection rates"
    )
    return Limit(high=0.10, blocking=False, reason=reason, source=f"default of {code}")


@dataclass(frozen=True, kw_only=True)
class RateGap(Check):
    """Base of the checks that compare one rate over the groups of a sensitive attribute.

    Parameters
    ----------
    attribute : str
        The column whose groups are compared.
    looks : int
        How many (rate × attribute) gaps the run looks at; they share the error rate of 5 %.
    max_groups : int
        With more groups than this the attribute is to be binned first.
    """

    rate: ClassVar[str] = ""
    family: ClassVar[str] = "fairness"

    attribute: str = ""
    looks: int = 1
    max_groups: int = 50

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check for each sensitive attribute, those that the contract declares with the contract's limit."""
        sensitive = subject.roles.sensitive
        declared = list(cls.declared(contract))
        own = {c.attribute: c for c in declared if c.attribute}
        default = next((c for c in declared if not c.attribute), cls())
        attributes = tuple(dict.fromkeys([*sensitive, *own]))
        for attribute in attributes or ("",):
            yield replace(own.get(attribute, default), attribute=attribute, looks=max(RATES * len(attributes), 1))

    @classmethod
    def from_rule(cls, rule: Rule) -> Self:
        """Build a check from a custom rule; one that stands under a column is about that column."""
        check = super().from_rule(rule)
        return replace(check, attribute=rule.column) if rule.column and not check.attribute else check

    @abstractmethod
    def counts(self, table: Confusion, positive: str) -> tuple[int, int]:
        """Return successes and trials of the rate in one table of label × prediction."""

    @abstractmethod
    def phrase(self, positive: str) -> str:
        """Return what the rate says, as the beginning of a sentence that goes on with a percentage."""

    def also(self, measured: Sequence[Measurement]) -> list[Measurement]:
        """Return the same numbers under a second name that readers look for; none by default."""
        return []

    def asks(self, subject: Subject) -> Asks:
        """Ask for group × label × prediction counts."""
        prediction = subject.need("prediction")
        if not self.attribute:
            subject.need_many("sensitive")
        subject.is_positive(subject.table[subject.need("target")])  # refuses targets that are not binary
        if self.attribute not in subject.table.columns:
            raise NotApplicable(f"the data have no column '{self.attribute}'; name the sensitive columns under 'roles: sensitive' in assay.yaml")
        return {"labels": label_counts(subject), "cells": cell_counts(subject, prediction, self.attribute)}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Measure the rate of each group, the gap between the highest and the lowest, and how likely it is if all are alike."""
        self._refuse(answers.rows("cells"))
        outcomes = Outcomes.of(subject, answers.rows("labels"))
        positive = outcomes.positive or ""
        groups = by_group(subject, subject.need("prediction"), outcomes, answers.rows("cells"))
        everyone = whole(groups)
        overall = rate(self.rate, *self.counts(everyone, positive))
        rates = [rate(self.rate, *self.counts(t, positive), {self.attribute: MISSING if g is None else g}) for g, t in groups.items()]
        comparison = self._comparison({g: t for g, t in groups.items() if g is not None}, everyone, positive)
        gap = comparison.gap()
        measured = comparison.measured(gap)
        limit = self.limit if self.limit.measurement in ("", self.judged) else Limit()
        message = comparison.sentence(self.phrase(outcomes.positive_name), outcomes.positive_name, gap, measured[0], limit)
        everything = [*measured, overall, *rates, *self.also([overall, *rates]), *_missing(everyone)]
        return Findings(everything, message + _left_out(self.attribute, groups, rates), [self._bars(overall, rates)])

    def _refuse(self, cells: Rows) -> None:
        names = sorted({row["group"] for row in cells if row["group"] is not None})
        if len(names) > self.max_groups:
            advice = "bin it first, ages into bands for example, and name the binned column as sensitive"
            raise NotApplicable(f"'{self.attribute}' has more than {self.max_groups} groups; {advice}")
        if not names:
            raise NotApplicable(f"'{self.attribute}' has no value in any held-out row, so there are no groups to compare")
        if len(names) == 1:
            raise NotApplicable(f"'{self.attribute}' has one group only ({names[0]}) among the held-out rows, so there is nothing to compare")

    def _comparison(self, groups: dict[str, Confusion], everyone: Confusion, positive: str) -> Comparison:
        counts = np.array([self.counts(t, positive) for t in groups.values()], dtype=np.int64)
        selected, predicted = everyone.selected(positive)
        return Comparison(self.rate, self.attribute, tuple(groups), counts[:, 0], counts[:, 1], selected, predicted, self.looks)

    def _bars(self, overall: Measurement, rates: Sequence[Measurement]) -> Exhibit:
        rows = [(r.where[self.attribute], r.value, *(r.interval or (None, None)), r.n) for r in rates]
        known = overall.value is not None
        name = self.rate.replace("_", "-").replace("-rate", " rate")
        return Exhibit(
            Kind.BARS, f"{name.capitalize()} by {self.attribute}", ("label", "value", "low", "high", "n"), rows, name, self.attribute,
            float(overall.value or 0) if known else None, "all rows" if known else "",
            note="With exact 95 % intervals; n is the number of rows that the rate is counted among.",
        )  # fmt: skip


def _missing(table: Confusion) -> list[Measurement]:
    total = table.rows
    found = (("missing_labels", table.missing_labels), ("missing_predictions", table.missing_predictions))
    return [Measurement(name, value, "rows", {}, total, method="count of all rows") for name, value in found if value]


def _left_out(attribute: str, groups: dict[str | None, Confusion], rates: Sequence[Measurement]) -> str:
    text = ""
    if None in groups:
        rows = groups[None].rows
        text += f" {counted(rows, 'row')} without a value of '{attribute}' {'is' if rows == 1 else 'are'} shown and left out of the gap."
    empty = [f"'{r.where[attribute]}'" for r in rates if r.value is None and r.where[attribute] != MISSING]
    if empty:
        text += f" Not estimable for {listed(empty)}: no rows to count among."
    return text
