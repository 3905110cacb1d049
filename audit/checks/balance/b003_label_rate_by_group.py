"""B003: how often each group has the positive label."""

from dataclasses import dataclass
from typing import ClassVar

from audit.checks.balance.group_check import GroupCheck
from audit.checks.balance.groups import MOST_GROUPS
from audit.core.ask import Answers, Asks, rows
from audit.core.check import Findings
from audit.core.errors import NotApplicable
from audit.core.exhibit import Exhibit, Kind
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.values import as_text
from audit.core.wording import counted, listed, percent, points
from audit.stats.intervals import wilson
from audit.stats.range_of_rates import RangeOfRates, range_of_rates

LEVEL = 0.95

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
        cells = table.select(group=as_text(table[attribute]), positive=positive.cast("int8"))
        # a group has at most three cells: positive, not positive, no label
        return {"cells": rows(cells.group_by(["group", "positive"]).aggregate(n=cells.count()).limit(3 * (MOST_GROUPS + 2)))}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Measure the label rates and their gap."""
        attribute, target = self.column_name(subject), subject.need("target")
        counts, absent = _counts(answers, attribute)
        measurements = [
            Measurement("label_rate", k / n, "share", {attribute: group}, n, wilson(k, n), LEVEL, "wilson") for group, (k, n) in counts.items()
        ]
        total = sum(n for _, n in counts.values())
        gap = range_of_rates([k for k, _ in counts.values()], [n for _, n in counts.values()])
        if gap is None:
            measurements.append(Measurement("label_rate_gap", None, "share", {}, total, method="needs two groups with labels"))
        else:
            measurements.append(
                Measurement("label_rate_gap", gap.value, "share", {}, total, gap.interval, gap.level, "newcombe over all pairs of groups")
            )
            measurements.append(Measurement("p_value", gap.p_value, "", {}, total, method="exact test of 'all groups alike'"))
        if absent:
            measurements.append(Measurement("missing_rows", absent, "rows", {}, total + absent, method="count of all rows"))
        exhibits = [_exhibit(counts, attribute, f"'{target}' is {subject.roles.positive}")] if counts else []
        return Findings(measurements, _message(counts, gap, absent, attribute, target, str(subject.roles.positive)), exhibits)


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
    if len(cells) > MOST_GROUPS:
        raise NotApplicable(f"'{attribute}' has more than {MOST_GROUPS} distinct values, so its values are no groups; sort it into bands first")
    return {group: (k, n) for group, (k, n) in sorted(cells.items(), key=lambda item: (-item[1][1], item[0]))}, absent


def _message(counts: Counts, gap: RangeOfRates | None, absent: int, attribute: str, target: str, positive: str) -> str:
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
    certain = f"{100 * gap.level:.4g} % interval {points(gap.interval[0])} to {points(gap.interval[1])}"
    return f"'{target}' is {positive} for {rates}{among}: a gap of {points(gap.value)} points ({certain}).{left_out}"


def _exhibit(counts: Counts, attribute: str, outcome: str) -> Exhibit:
    positives, total = sum(k for k, _ in counts.values()), sum(n for _, n in counts.values())
    return Exhibit(
        Kind.BARS,
        f"Share of rows where {outcome}, by '{attribute}'",
        ("label", "value", "low", "high", "n"),
        [(group, k / n, *(wilson(k, n) or (None, None)), n) for group, (k, n) in counts.items()],
        x_label="label rate",
        reference=positives / total,
        reference_label="all rows",
        note="Lines are 95 % intervals of each group's own rate.",
    )
