"""B003: how often each group has the positive label."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from audit.checks.balance.group_check import GroupCheck
from audit.checks.balance.groups import MOST_GROUPS, refuse_many
from audit.checks.rate import rate
from audit.checks.wording import span
from audit.core.ask import Answers, Asks, rows
from audit.core.check import Findings
from audit.core.exhibit import Exhibit, Kind
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.values import as_text
from audit.core.wording import counted, listed, percent, points
from audit.stats.range_of_rates import RangeOfRates, range_of_rates

Counts = dict[str, tuple[int, int]]


@dataclass(frozen=True, kw_only=True)
class LabelRateByGroup(GroupCheck):
    """Share of positive labels in each group, and the gap between the highest and the lowest.

    A fact about the data, not about a model, so nothing is judged unless a rule sets a limit for ``label_rate_gap``.
    """

    code: ClassVar[str] = "B003"
    title: ClassVar[str] = "Label rate by group"
    family: ClassVar[str] = "balance"
    judged: ClassVar[str] = "label_rate_gap"
    advice: ClassVar[str] = (
        "Ask how the labels came about: a model that learns them well repeats the gap. Where the labels themselves are in doubt, no "
        "measure of a model against them can show that it treats the groups alike."
    )
    cites: ClassVar[tuple[str, ...]] = ("Barocas, Hardt & Narayanan 2023, Fairness and Machine Learning, chapter 3",)

    def asks(self, subject: Subject) -> Asks:
        """Ask for the rows by group and label."""
        attribute, table = self.column_name(subject), subject.table
        positive = subject.is_positive(table[subject.need("target")])
        cells = table.select(group=as_text(subject.group(attribute)), positive=positive.cast("int8"))
        # a group has at most three cells: positive, not positive, no label
        return {"cells": rows(cells.group_by(["group", "positive"]).aggregate(n=cells.count()).limit(3 * (MOST_GROUPS + 2)))}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Measure the label rates and their gap."""
        attribute, target = self.column_name(subject), subject.need("target")
        counts, absent = _counts(answers, attribute)
        rates = [rate("label_rate", k, n, {attribute: group}) for group, (k, n) in counts.items()]
        total = sum(n for _, n in counts.values())
        gap = range_of_rates([k for k, _ in counts.values()], [n for _, n in counts.values()])
        gap_measured = _gap_measured(gap, total)
        measurements = [*rates, *gap_measured]
        if absent:
            measurements.append(Measurement("missing_rows", absent, "rows", {}, total + absent, method="count of all rows"))
        exhibits = [_exhibit(counts, rates, attribute, f"'{target}' is {subject.roles.positive}")] if counts else []
        certain = span(gap_measured[0])
        return Findings(measurements, _message(counts, gap, certain, absent, attribute, target, str(subject.roles.positive)), exhibits)


def _counts(answers: Answers, attribute: str) -> tuple[Counts, int]:
    """Return positives and rows by group, and the rows without a group or a label."""
    cells: dict[str, list[int]] = {}
    absent = 0
    for row in answers.rows("cells"):
        if row["group"] is None or row["positive"] is None:
            absent += int(row["n"])
            continue
        cell = cells.setdefault(row["group"], [0, 0])
        cell[0] += int(row["n"]) * int(row["positive"])
        cell[1] += int(row["n"])
    refuse_many(len(cells), attribute, "group")
    return {group: (k, n) for group, (k, n) in sorted(cells.items(), key=lambda item: (-item[1][1], item[0]))}, absent


def _gap_measured(gap: RangeOfRates | None, total: int) -> list[Measurement]:
    """Return the gap first, and the p-value of there being none."""
    if gap is None:
        return [Measurement("label_rate_gap", None, "share", {}, total, method="needs two groups with labels")]
    test = "Fisher's exact test" if gap.pairs == 1 else "permutation of groups, (k + 1) / (draws + 1)"
    return [
        Measurement("label_rate_gap", gap.value, "share", {}, total, gap.interval, gap.level, "distances squared and added, all pairs"),
        Measurement("p_value", gap.p_value, "probability", {}, total, method=f"all groups alike: {test}"),
    ]


def _message(counts: Counts, gap: RangeOfRates | None, certain: str, absent: int, attribute: str, target: str, positive: str) -> str:
    left_out = f" {counted(absent, 'row')} without a group or a label left out." if absent else ""
    if not counts:
        return f"No row has both a label and a value of '{attribute}'."
    if gap is None:
        group, (k, n) = next(iter(counts.items()))
        return f"Only one group, {group}: '{target}' is {positive} in {percent(k / n)} of its {counted(n, 'row')}.{left_out}"
    names = list(counts)
    extremes = [names[gap.lowest], names[gap.highest]]
    shown = sorted(counts) if len(counts) <= 4 else extremes
    rates = listed(f"{percent(counts[g][0] / counts[g][1])} of {g}" for g in shown)
    among = "" if len(counts) <= 4 else f" (the lowest and the highest of {len(counts)} groups)"
    return f"'{target}' is {positive} for {rates}{among}: a gap of {points(gap.value)} points ({certain}).{left_out}"


def _exhibit(counts: Counts, rates: Sequence[Measurement], attribute: str, outcome: str) -> Exhibit:
    positives, total = sum(k for k, _ in counts.values()), sum(n for _, n in counts.values())
    return Exhibit(
        Kind.BARS,
        f"Share of rows where {outcome}, by '{attribute}'",
        ("label", "value", "low", "high", "n"),
        [(r.where[attribute], r.value, *(r.interval or (None, None)), r.n) for r in rates],
        x_label="label rate",
        reference=positives / total,
        reference_label="all rows",
        note="Lines are 95 % intervals of each group's own rate.",
    )
