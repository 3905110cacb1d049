"""B005: columns whose values are missing oftener in one group than in another."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from audit.checks.balance.group_check import GroupCheck
from audit.checks.balance.groups import MOST_GROUPS, refuse_many
from audit.checks.balance.missing_by_group import SHOWN, MissingByGroup
from audit.checks.rate import LEVEL
from audit.checks.wording import span
from audit.core.ask import Answers, Ask, Asks, rows
from audit.core.check import Findings, missing
from audit.core.contract import Contract
from audit.core.errors import UsageError, did_you_mean
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.values import as_text
from audit.core.wording import counted, points
from audit.stats.many_gaps import ManyGaps, many_gaps, pair_test
from audit.stats.multiplicity import holm

#: So many columns are counted in one query.
AT_ONCE = 200


@dataclass(frozen=True, kw_only=True)
class MissingnessByGroup(GroupCheck):
    """For each column the share missing in each group of a sensitive attribute, and the gap between the highest and the lowest.

    A column counts as uneven where the interval of its gap, which holds for all columns, pairs of groups and attributes together, lies above
    ``floor``, and an exact test of "the two groups are alike" rejects too (Holm over the columns). So one rule decides at every size of table,
    and a column of chance is rare however many columns there are.

    Parameters
    ----------
    attribute : str
        The column whose values are the groups.
    floor : float
        Gap, as a share, that must be exceeded for sure.
    expected : tuple of str
        Columns in which a gap is known and right, such as a maiden name; they are not looked at.
    looks : int
        How many attributes the run looks at; they share the error rate of 5 %.
    """

    code: ClassVar[str] = "B005"
    title: ClassVar[str] = "Missingness by group"
    family: ClassVar[str] = "balance"
    judged: ClassVar[str] = "uneven_columns"
    seeks: ClassVar[bool] = True
    advice: ClassVar[str] = (
        "Ask who was not asked, or did not answer. Filling the gaps with a mean or dropping the rows acts on one group more than on another; "
        "collect the values, or show that what is done with the gaps changes no group's results. Where the gap is right, list the column as expected."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Newcombe 1998, Statistics in Medicine 17, 873-890, method 10",
        "Holm 1979, Scandinavian Journal of Statistics 6, 65-70",
        "Martínez-Plumed, Ferri, Nieves & Hernández-Orallo 2021, Missing the missing values: the ugly duckling of fairness, "
        "International Journal of Intelligent Systems 36(7)",
    )

    floor: float = 0.05
    expected: tuple[str, ...] = ()
    looks: int = 1
    limit: Limit = Limit(high=0, blocking=False, reason="nobody promised it, so it is reported and stops nothing", source="default of B005")

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check for each sensitive attribute."""
        planned = list(super().plan(subject, contract))
        return [replace(c, looks=len(planned)) for c in planned]

    def asks(self, subject: Subject) -> Asks:
        """Ask for the rows of each group, and in how many of them each column is missing."""
        attribute = self.column_name(subject)
        self._refuse_wrong(subject)
        looked_at = self._looked_at(subject)
        # engines plan very wide queries slowly, so that thousands of columns are asked for in parts
        return {str(start): _counts(subject, attribute, looked_at[start : start + AT_ONCE]) for start in range(0, max(len(looked_at), 1), AT_ONCE)}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Measure the gaps and tell which columns are uneven."""
        attribute, columns = self.column_name(subject), self._looked_at(subject)
        groups = _read(answers, len(columns))
        refuse_many(len(groups), attribute, "group")
        names = sorted(groups, key=lambda g: (-groups[g][0], g))
        n = np.array([groups[g][0] for g in names], dtype=np.int64)
        total = int(n.sum())
        empty = np.array([groups[g][1:] for g in names], dtype=np.int64).reshape(len(names), len(columns)).T
        some = np.flatnonzero(empty.any(axis=1))
        if len(names) < 2 or not len(some):
            why = "no value is missing" if len(names) >= 2 else "fewer than two groups, so that none has more gaps than another"
            said = f"Of {counted(total, 'row')} with a value of '{attribute}': {why}."
            return Findings([Measurement(self.judged, 0, "columns", {}, total, method=why)], said)
        gaps = many_gaps(empty[some], n, 1 - (1 - LEVEL) / self.looks)
        p = self._p_values(empty[some], n, gaps)
        found = MissingByGroup(attribute, names, n, [columns[i] for i in some], empty[some], gaps, p, self.looks)
        return self._findings(found)

    def _p_values(self, empty: NDArray[np.int64], n: NDArray[np.int64], gaps: ManyGaps) -> NDArray[np.float64]:
        """Return the adjusted p-values; columns that cannot be uneven need no test and count as 1."""
        p = np.ones(len(empty))
        for i in np.flatnonzero(gaps.low > self.floor):
            p[i] = pair_test(empty[i], n, int(gaps.first[i]), int(gaps.second[i]), gaps.pairs)
        return np.minimum(holm(p) * self.looks, 1)

    def _findings(self, found: MissingByGroup) -> Findings:
        by_gap = np.argsort(-found.gaps.value, kind="stable")
        uneven = [int(i) for i in by_gap if found.gaps.low[i] > self.floor and found.p[i] <= 1 - LEVEL]
        others = [int(i) for i in by_gap if i not in set(uneven)]
        method = f"gaps above {points(self.floor)} points for sure, among {counted(len(found.columns), 'column')} with missing values"
        count = Measurement(self.judged, len(uneven), "columns", {}, found.total, method=method)
        measured = [found.gap(i) for i in [*uneven, *others][:SHOWN]]
        if not uneven:
            message = (
                f"No column is missing in one group of '{found.attribute}' more than {points(self.floor)} points oftener than in another for sure; "
                f"the largest gap is {points(found.gaps.value[others[0]])} points, in '{found.columns[others[0]]}' ({span(measured[0])}), among "
                f"{counted(len(found.columns), 'column')} with missing values and {counted(found.total, 'row')}."
            )
            return Findings([count, *measured], message)
        shown = uneven[:SHOWN]
        rest = f"; and {counted(len(uneven) - 3, 'more column')}" if len(uneven) > 3 else ""
        of = f"{len(uneven):,} of {counted(len(found.columns), 'column')} with missing values"
        said = "; ".join(found.said(i) for i in uneven[:3])
        message = f"By '{found.attribute}', {of} {'is' if len(uneven) == 1 else 'are'} missing unevenly: {said}{rest}."
        measurements = [count, *measured, *(found.test(i) for i in shown), *(m for i in shown for m in found.shares(i))]
        return Findings(measurements, message, [found.exhibit(shown)], proposal="" if self.clauses else _clause(found.attribute))

    def _looked_at(self, subject: Subject) -> list[str]:
        left_out = {self.column_name(subject), *self.expected}
        return [c for c in subject.table.columns if c not in left_out]

    def _refuse_wrong(self, subject: Subject) -> None:
        if isinstance(self.floor, bool) or not isinstance(self.floor, (int, float)) or not 0 <= self.floor < 1:
            raise UsageError(f"B005: 'floor' is a gap as a share, from 0 to below 1, such as 0.05; got {self.floor!r}")
        unknown = [c for c in self.expected if c not in subject.table.columns]
        if unknown:
            raise UsageError(
                f"B005: 'expected' names the column '{unknown[0]}', which the data do not have. {did_you_mean(unknown[0], subject.table.columns)}"
            )


def _counts(subject: Subject, attribute: str, columns: Sequence[str]) -> Ask:
    """Ask for the rows of each group, and in how many of them each column is missing: ``(group, n, m0, m1, …)``."""
    table = subject.table
    flags = {f"m{i}": missing(table[c]).cast("int64") for i, c in enumerate(columns)}
    marked = table.select(group=subject.group(attribute), **flags)
    found = marked.group_by("group").aggregate(n=marked.count(), **{name: marked[name].sum() for name in flags})
    # grouped first, turned into text afterwards: text is slow to group by
    return rows(found.select(group=as_text(found["group"]), n=found["n"], **{name: found[name] for name in flags}).limit(MOST_GROUPS + 2))


def _read(answers: Answers, columns: int) -> dict[str, list[int]]:
    """Return for each group its rows, then in how many of them each column is missing; rows without a group are left out."""
    groups: dict[str, list[int]] = {}
    for start in range(0, max(columns, 1), AT_ONCE):
        for group, n, *empty in answers.rows(str(start)).values:
            if group is not None:
                groups.setdefault(group, [int(n)]).extend(int(k) for k in empty)
    return groups


def _clause(attribute: str) -> str:
    named = json.dumps(attribute, ensure_ascii=False)
    return f"quality:\n  - type: custom\n    engine: assay\n    implementation: {{check: B005, attribute: {named}, expected: []}}\n"
