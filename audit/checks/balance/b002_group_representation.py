"""B002: how the rows are shared out between the groups of a sensitive attribute."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

import numpy as np

from audit.checks.balance.group_check import GroupCheck
from audit.checks.balance.groups import Groups, ask_groups, level_of_each, read_groups
from audit.checks.rate import LEVEL, rate
from audit.core.ask import Answers, Asks
from audit.core.check import Findings
from audit.core.contract import Column, Contract
from audit.core.errors import UsageError
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted, listed, percent, points
from audit.stats.exact import DRAWS
from audit.stats.goodness_of_fit import multinomial_test
from audit.stats.rates import METHOD, rate_bounds

ENOUGH_ROWS = 30
DIFFERENCE = "largest_share_difference"
REFERENCE_LIMIT = Limit(
    high=0.05,
    measurement=DIFFERENCE,
    blocking=False,
    reason="a share that is more than 5 points off the stated population shifts every overall figure towards the groups that are too many",
    source="default of B002",
)


@dataclass(frozen=True, kw_only=True)
class GroupRepresentation(GroupCheck):
    """Shares of the groups: against a stated population where there is one, else only whether each group is large enough to be measured.

    A population is stated by the custom property ``groupReference`` of the column (``{Black: 0.13, White: 0.87}``), its origin by
    ``groupReferenceSource``; the largest difference from it is then judged. Without one, the rows of the smallest group are judged.
    Equal shares are no reference: nobody promised them.

    Parameters
    ----------
    reference : mapping of str to float
        Share of each group in the stated population; they add up to 1.
    reference_source : str
        Where these shares come from.
    """

    code: ClassVar[str] = "B002"
    title: ClassVar[str] = "Group representation"
    family: ClassVar[str] = "balance"
    judged: ClassVar[str] = "smallest_group_rows"
    advice: ClassVar[str] = "Collect more rows of the groups that are too few, or say in the report that nothing is known about them."
    cites: ClassVar[tuple[str, ...]] = ("Regulation (EU) 2024/1689, Article 10(3)",)

    reference: Mapping[str, float] = field(default_factory=dict)
    reference_source: str = ""
    limit: Limit = Limit(
        low=ENOUGH_ROWS,
        blocking=False,
        reason="the 95 % interval of a rate in 30 rows is up to 34 points wide; smaller groups cannot be told apart",
        source="default of B002",
    )

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check for each sensitive attribute, with the population that the contract states for it."""
        return [check._against(contract.column(check.attribute)) for check in super().plan(subject, contract)]

    def _against(self, column: Column | None) -> Self:
        stated = self.reference or (column.custom.get("groupReference") if column else None)
        if not stated:
            return self
        place = self.clauses[0] if self.reference and self.clauses else str(column.place("groupReference")) if column else "groupReference"
        source = self.reference_source or str((column.custom.get("groupReferenceSource") if column else None) or "")
        return replace(
            self,
            reference=_population(stated, place),
            reference_source=source,
            limit=self._limit_against(),
            clauses=tuple(dict.fromkeys((*self.clauses, place))),
        )

    def _limit_against(self) -> Limit:
        """Return the limit that goes with a stated population; a rule's bounds above 1 are rows, others a difference of shares."""
        default = type(self).limit
        if (self.limit.low, self.limit.high) == (default.low, default.high):
            declared = self.limit.source != default.source
            return replace(REFERENCE_LIMIT, blocking=self.limit.blocking, source=self.limit.source if declared else REFERENCE_LIMIT.source)
        in_rows = any(bound is not None and bound > 1 for bound in (self.limit.low, self.limit.high))
        return replace(self.limit, measurement=self.judged if in_rows else DIFFERENCE)

    def asks(self, subject: Subject) -> Asks:
        """Ask how many rows each group has."""
        return {"groups": ask_groups(subject.group(self.column_name(subject)))}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Measure the share of each group, and its distance from the stated population."""
        attribute = self.column_name(subject)
        groups = read_groups(answers.rows("groups"), attribute, "group")
        sizes = {**groups.sizes, **{g: 0 for g in self.reference if g not in groups.sizes}}
        total = groups.total
        shares = [rate("group_share", n, total, {attribute: g}) for g, n in sizes.items()]
        smallest = min(sizes.values(), default=None)
        measurements = [*shares, Measurement("smallest_group_rows", smallest, "rows", {}, total, method="count of all rows")]
        if self.reference:
            measurements += _differences(sizes, self.reference, attribute)
        if groups.missing:
            measurements.append(Measurement("missing_rows", groups.missing, "rows", {}, total + groups.missing, method="count of all rows"))
        message = self._message(groups, sizes, attribute)
        return Findings(measurements, message, [self._exhibit(sizes, shares, attribute)] if total else [])

    def _message(self, groups: Groups, sizes: Mapping[str, int], attribute: str) -> str:
        total = groups.total
        absent = f" {counted(groups.missing, 'row')} without a value of '{attribute}' left out." if groups.missing else ""
        if not total:
            return f"No row has a value of '{attribute}'.{absent}"
        shares = listed(f"{g} {percent(n / total)}" for g, n in sizes.items())
        small = [f"{g} ({counted(n, 'row')}, {ENOUGH_ROWS - n} more needed)" for g, n in sizes.items() if n < ENOUGH_ROWS]
        few = f" Too few rows to measure a rate by: {listed(small)}." if small else ""
        if not self.reference:
            return f"'{attribute}' in {counted(total, 'row')}: {shares}; the smallest group has {counted(min(sizes.values()), 'row')}.{few}{absent}"
        worst = max(sizes, key=lambda g: abs(sizes[g] / total - self.reference.get(g, 0.0)))
        stated = f"the stated population ({self.reference_source})" if self.reference_source else "the stated population (its source is not named)"
        far = points(abs(sizes[worst] / total - self.reference.get(worst, 0.0)))
        unknown = [g for g in sizes if g not in self.reference]
        beyond = f" The statement does not mention {listed(unknown)}." if unknown else ""
        largest = f"{worst}, {percent(sizes[worst] / total)} here and {percent(self.reference.get(worst, 0.0))} there, {far} points apart"
        return f"'{attribute}' in {counted(total, 'row')} against {stated}: the largest difference is {largest}.{beyond}{few}{absent}"

    def _exhibit(self, sizes: Mapping[str, int], shares: Sequence[Measurement], attribute: str) -> Exhibit:
        rows: list[tuple[Any, ...]] = []
        for (group, n), share in zip(sizes.items(), shares, strict=True):
            rows.append((group, share.value, *(share.interval or (None, None)), n, "data"))
            if self.reference:
                rows.append((group, self.reference.get(group, 0.0), None, None, None, "stated population"))
        note = f"{sum(sizes.values()):,} rows; lines are 95 % intervals."
        if self.reference_source:
            note += f" Stated population: {self.reference_source}."
        columns = ("label", "value", "low", "high", "n", "series")
        return Exhibit(Kind.BARS, f"Share of each group of '{attribute}'", columns, rows, x_label="share of rows", note=note)


def _population(stated: Any, place: str) -> dict[str, float]:
    """Return a stated population as shares by group, or raise :class:`UsageError` where it is none."""
    if not isinstance(stated, Mapping) or not all(isinstance(v, (int, float)) and not isinstance(v, bool) and v >= 0 for v in stated.values()):
        raise UsageError(f"{place}: a reference population is a share for each group, such as {{Black: 0.13, White: 0.87}}; got {stated!r}")
    total = float(sum(stated.values()))
    if abs(total - 1) > 0.01:
        raise UsageError(f"{place}: the shares of a reference population add up to 1; these add up to {total:g}")
    return {str(g).lower() if isinstance(g, bool) else str(g): v / total for g, v in stated.items()}


def _differences(sizes: Mapping[str, int], reference: Mapping[str, float], attribute: str) -> list[Measurement]:
    total = sum(sizes.values())
    if not total:
        return [Measurement(DIFFERENCE, None, "share", {}, 0, method="no row has a group")]
    counts, stated = np.array(list(sizes.values())), np.array([reference.get(g, 0.0) for g in sizes])
    # the intervals of all groups hold together, so that the largest difference may be read off them
    level = level_of_each(len(sizes))
    differences = counts / total - stated
    low, high = (end - stated for end in rate_bounds(counts, total, level))
    result = [
        Measurement("share_difference", float(d), "share", {attribute: g}, total, (float(a), float(b)), level, METHOD)
        for g, d, a, b in zip(sizes, differences, low, high, strict=True)
    ]
    largest = float(np.abs(differences).max())
    ends = (max(0.0, float(np.maximum(low, -high).max())), float(np.maximum(-low, high).max()))
    result.append(Measurement(DIFFERENCE, largest, "share", {}, total, ends, LEVEL, f"{METHOD}; simultaneous over groups"))
    p_value, method = multinomial_test(counts, stated), f"multinomial likelihood-ratio test, {DRAWS:,} draws"
    result.append(Measurement("p_value", p_value, "probability", {}, total, method=method))
    return result
