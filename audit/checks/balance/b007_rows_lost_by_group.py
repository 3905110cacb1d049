"""B007: how many rows of each group are lost when bad rows are set aside."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from audit.checks.balance.group_check import GroupCheck
from audit.checks.balance.groups import refuse_many
from audit.checks.rate import LEVEL, bar, rate
from audit.checks.wording import rounded_up, span
from audit.core.ask import Answers, Asks, rows
from audit.core.check import AT_FAULT, Findings
from audit.core.contract import Contract
from audit.core.errors import NotApplicable
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit, Verdict
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.values import as_text
from audit.core.wording import counted, listed, percent, points
from audit.stats.range_of_rates import RangeOfRates, more_rows, range_of_rates

#: More values than this are not even counted: such a column holds neither groups nor groups with misspellings.
MOST_VALUES = 1_000


@dataclass(frozen=True, kw_only=True)
class RowsLostByGroup(GroupCheck):
    """Share of each group's rows that broke a blocking rule, and the gap between the highest and the lowest.

    Groups are those of each sensitive attribute, and the classes of the target. A row whose value of the attribute is itself at fault, or
    missing, belongs to no known group: it is counted apart, since a misspelt group is no group that lost all its rows.

    This check is about what the others found. In the gate's one scan it can only say that it comes too early; once the bad rows are known
    (:attr:`audit.core.subject.Subject.set_aside`), the gate examines it again.

    Parameters
    ----------
    looks : int
        How many such gaps the run looks at; they share the error rate of 5 %.
    """

    code: ClassVar[str] = "B007"
    title: ClassVar[str] = "Rows lost by group"
    family: ClassVar[str] = "balance"
    judged: ClassVar[str] = "loss_rate_gap"
    advice: ClassVar[str] = (
        "Leaving these rows out changes whom the data speak of. Look in the quarantine at which rules the group with the highest loss breaks; "
        "repair these rows rather than drop them, or change the rule if it fits one group worse than another."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Regulation (EU) 2024/1689, Article 10(2)(c) and (f): preparation of data, and examination for biases",
        "Schelter, He, Khilnani & Stoyanovich 2020, FairPrep, EDBT: how cleaning acts on groups",
    )

    looks: int = 1
    limit: Limit = Limit(
        high=0.05,
        blocking=False,
        reason="5 points is a convention: beyond it the rows that are left speak noticeably less of one group than the source did",
        source="default of B007",
    )

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check for each sensitive attribute and for the target."""
        target = None if subject.is_quantity else subject.roles.target
        planned = [c for c in super().plan(subject, contract) if c.attribute or not target]
        if target and target not in [c.attribute for c in planned]:
            planned.append(cls(attribute=target))
        return [replace(c, looks=len(planned)) for c in planned]

    def asks(self, subject: Subject) -> Asks:
        """Ask for the rows of each group, and for those that were set aside."""
        attribute, lost = self.column_name(subject), subject.set_aside
        if lost is None:
            raise NotApplicable("which rows are lost is known only after bad rows were set aside; 'assay gate' does that and then measures this")
        table = subject.table.select(group=as_text(subject.group(attribute)))
        bad = lost.select(group=as_text(subject.group(attribute, lost)), itself=lost[AT_FAULT].contains(attribute).fill_null(False))
        return {
            "all": rows(table.group_by("group").aggregate(n=table.count()).limit(MOST_VALUES + 1)),
            "lost": rows(bad.group_by(["group", "itself"]).aggregate(n=bad.count()).limit(2 * MOST_VALUES + 1)),
        }

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Measure the loss of each group, and the gap."""
        attribute = self.column_name(subject)
        lost, totals, unknown = _counts(answers, attribute)
        shares = [rate("loss_rate", lost[g], n, {attribute: g}) for g, n in totals.items()]
        gap = range_of_rates(list(lost.values()), list(totals.values()), LEVEL, self.looks)
        judged = self._gap_measured(gap, lost, totals)
        measurements = [*judged, *shares]
        if unknown:
            everything = sum(totals.values()) + unknown
            measurements.append(Measurement("lost_rows_without_group", unknown, "rows", {}, everything, method="count of all rows"))
        message = self._message(attribute, lost, totals, gap, judged[0], unknown)
        exhibits = [_exhibit(attribute, shares, lost, totals)] if sum(lost.values()) else []
        return Findings(measurements, message, exhibits)

    def _gap_measured(self, gap: RangeOfRates | None, lost: dict[str, int], totals: dict[str, int]) -> list[Measurement]:
        n = sum(totals.values())
        if not any(lost.values()):
            return [Measurement(self.judged, 0.0, "share", {}, n, method="no row of a known group was set aside")]
        if gap is None:
            return [Measurement(self.judged, 0.0, "share", {}, n, method="one group only, so that no other loses more or less")]
        test = "Fisher's exact test" if gap.pairs == 1 else "permutation of groups, (k + 1) / (draws + 1)"
        return [
            Measurement(self.judged, gap.value, "share", {}, n, gap.interval, gap.level, "distances squared and added, all pairs"),
            Measurement("p_value", gap.p_value, "probability", {}, n, method=f"all groups alike: {test}"),
        ]

    def _message(
        self, attribute: str, lost: dict[str, int], totals: dict[str, int], gap: RangeOfRates | None, judged: Measurement, unknown: int
    ) -> str:
        verb = "was" if unknown == 1 else "were"
        without = f" {counted(unknown, 'row')} {verb} set aside whose '{attribute}' is missing or itself at fault." if unknown else ""
        total = sum(lost.values())
        if not total:
            return f"No row with a valid '{attribute}' was set aside.{without}" if unknown else "No row was set aside, so no group lost any."
        if gap is None:
            group, n = next(iter(totals.items()))
            return f"Only one group, {group}: {percent(total / n)} of its {counted(n, 'row')} were set aside.{without}"
        names = list(totals)
        shown = sorted(names) if len(names) <= 4 else [names[gap.lowest], names[gap.highest]]
        rates = listed(f"{percent(lost[g] / totals[g])} of {g}" for g in shown)
        among = "" if len(names) <= 4 else f" (the lowest and the highest of {len(names)} groups)"
        certain = f"a gap of {points(gap.value)} points ({span(judged)})"
        return f"Set aside by '{attribute}': {rates}{among}; {certain}.{self._open(judged, lost, totals)}{without}"

    def _open(self, judged: Measurement, lost: dict[str, int], totals: dict[str, int]) -> str:
        """Say what would decide an undecided verdict."""
        limit = self.limit
        if limit.high is None or limit.measurement not in ("", self.judged) or limit.verdict(judged) is not Verdict.UNDECIDED:
            return ""
        more = more_rows(list(lost.values()), list(totals.values()), limit.high, LEVEL, self.looks)
        needed = f"about {counted(rounded_up(more), 'more row')} would decide" if more else "more rows would hardly decide"
        return f" Whether it is above {points(limit.high)} points is undecided; {needed}."


def _counts(answers: Answers, attribute: str) -> tuple[dict[str, int], dict[str, int], int]:
    """Return lost rows and all rows by group, the largest first, and the lost rows that belong to no known group."""
    everything = {row["group"]: int(row["n"]) for row in answers.rows("all")}
    everything.pop(None, None)
    if len(everything) > MOST_VALUES:
        refuse_many(len(everything), attribute, "group")
    lost = dict.fromkeys(everything, 0)
    unknown = 0
    for row in answers.rows("lost"):
        n, group = int(row["n"]), row["group"]
        if group is None or row["itself"]:
            unknown += n
            if group is not None:
                everything[group] -= n
        else:
            lost[group] += n
    totals = {g: n for g, n in sorted(everything.items(), key=lambda item: (-item[1], item[0])) if n > 0}
    refuse_many(len(totals), attribute, "group")
    return {g: lost[g] for g in totals}, totals, unknown


def _exhibit(attribute: str, shares: Sequence[Measurement], lost: dict[str, int], totals: dict[str, int]) -> Exhibit:
    return Exhibit(
        Kind.BARS,
        f"Share of rows set aside, by '{attribute}'",
        ("label", "value", "low", "high", "n"),
        [bar(s.where[attribute], s) for s in shares],
        x_label="share of the group's rows that broke a blocking rule",
        reference=sum(lost.values()) / sum(totals.values()),
        reference_label="all groups",
        note="Lines are 95 % intervals of each group's own rate; n is the size of the group.",
    )
