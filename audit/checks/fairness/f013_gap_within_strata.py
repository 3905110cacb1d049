"""F013: gaps in selection that turn round, or vanish, within the values of another column."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from audit.checks.fairness.attribute_check import AttributeCheck, left_out
from audit.checks.fairness.decisions import Decisions
from audit.checks.fairness.grouped import Grouped
from audit.checks.fairness.strata import MOST_COLUMNS, MOST_STRATA, by_stratum, columns_to_search, stratum_counts
from audit.checks.rate import LEVEL
from audit.checks.wording import level
from audit.core.ask import Answers
from audit.core.check import Findings
from audit.core.errors import NotApplicable
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement, Scalar
from audit.core.subject import Subject
from audit.core.wording import counted, percent, points
from audit.stats.decision_rates import quotient
from audit.stats.rates import difference_bounds
from audit.stats.standardised import Standardised, standardised

RATE = "selection_rate"
#: So many paradoxes are described; all are counted.
SHOWN = 3


@dataclass(frozen=True)
class Paradox:
    """A gap between two groups, and what becomes of it within a column.

    Parameters
    ----------
    column : str
        Whose values are the strata.
    strata : list of str
        These values.
    first, second : int
        Positions of the two groups, that with the higher rate in all rows first.
    hits, n : ndarray of int, shape (groups, strata)
        Selected and predicted rows.
    found : Standardised
        First minus second.
    """

    column: str
    strata: list[str]
    first: int
    second: int
    hits: NDArray[np.int64]
    n: NDArray[np.int64]
    found: Standardised


@dataclass(frozen=True, kw_only=True)
class GapWithinStrata(AttributeCheck):
    """Selection-rate gaps between groups that are there for sure, and gone or the other way round within another column: Simpson's paradox.

    Parameters
    ----------
    strata : tuple of str
        Columns to look within; where empty, all columns of text, truth values and whole numbers that have no role, and those with declared bins.
    """

    code: ClassVar[str] = "F013"
    title: ClassVar[str] = "Gap within strata"
    judged: ClassVar[str] = "reversing_columns"
    advice: ClassVar[str] = (
        "Do not report the overall gap alone. Ask how people come into the strata: where they choose them freely, the comparison within is the one "
        "to make; where the strata are themselves a result of how groups are treated, the overall gap is."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Bickel, Hammel and O'Connell (1975), Sex bias in graduate admissions: data from Berkeley, Science 187, 398-404",
        "Mantel and Haenszel (1959), JNCI 22, 719-748",
        "Pearl (2014), Understanding Simpson's paradox, The American Statistician 68, 8-13",
    )

    strata: tuple[str, ...] = ()
    limit: Limit = Limit(
        high=0,
        blocking=False,
        reason="a gap that turns round within a column means something else than it seems to, whichever of the two is the right one to look at",
        source="default of F013",
    )

    def compare(self, subject: Subject, answers: Answers, decisions: Decisions, groups: Grouped) -> Findings:
        """Find the pairs of groups that differ for sure, then look at each of them within each column."""
        known = groups.known
        names = [str(n[0]) for n in known.names]
        missing, without = left_out(decisions, groups, labelled=False)
        n = int(known.counted(RATE).rows.sum())
        columns = columns_to_search(subject, self.attribute, self.strata)
        searched, beyond = columns[:MOST_COLUMNS], len(columns) - len(columns[:MOST_COLUMNS])
        pairs = list(combinations(range(len(names)), 2))
        each = 1 - (1 - LEVEL) / (self.looks * max(len(self.among), 1) * len(pairs) * max(len(searched), 1))
        sure = [(a, b) for a, b in pairs if _sure(known, a, b, each)]
        if not sure:
            message = f"No two groups of '{self.attribute}' differ in selection rate for sure, so there is no gap that could turn round."
            return Findings([self._count(0, n, len(searched)), *missing], message + without)
        found, looked = self._search(subject, answers, names, searched, sure, each)
        if not looked:
            raise NotApplicable(f"there is no other column of at most {MOST_STRATA} values to look at the gaps of '{self.attribute}' within")
        worst = sorted(found, key=lambda p: (not p.found.turned, -abs(p.found.crude - p.found.within)))
        judged = self._count(len({p.column for p in found}), n, looked)
        measured = [judged, *(m for p in worst[:SHOWN] for m in self._measured(p, names))]
        message = self._message(worst, names, looked, sure) + (f" {counted(beyond, 'more column')} not looked within." if beyond else "") + without
        return Findings([*measured, *missing], message, [self._table(p, names) for p in worst[:SHOWN]])

    def _search(
        self, subject: Subject, answers: Answers, names: Sequence[str], columns: Sequence[str], pairs: Sequence[tuple[int, int]], each: float
    ) -> tuple[list[Paradox], int]:
        more = answers.more({c: stratum_counts(subject, self.attribute, c) for c in columns})
        found, looked = [], 0
        for column in columns:
            counts = by_stratum(more.rows(column), names)
            if counts is None:
                continue
            strata, hits, n = counts
            looked += 1
            for a, b in pairs:
                result = standardised(hits[a], n[a], hits[b], n[b], each)
                if result is not None and result.paradox:
                    found.append(Paradox(column, strata, *((a, b) if result.crude > 0 else (b, a)), hits, n, _forward(result)))
        return found, looked

    def _count(self, paradoxes: int, n: int, columns: int) -> Measurement:
        method = f"columns within which a sure gap is gone or turned round, of {counted(columns, 'column')} with at most {MOST_STRATA} values"
        return Measurement(self.judged, paradoxes, "columns", n=n, method=method)

    def _message(self, paradoxes: Sequence[Paradox], names: Sequence[str], looked: int, sure: Sequence[tuple[int, int]]) -> str:
        if not paradoxes:
            gaps = "The sure gap" if len(sure) == 1 else f"None of the {len(sure)} sure gaps"
            does = "does not vanish or turn round" if len(sure) == 1 else "vanishes or turns round"
            return f"{gaps} in selection by '{self.attribute}' {does} for sure within any column, of {counted(looked, 'column')} looked within."
        said = [self._said(p, names) for p in paradoxes[:SHOWN]]
        more = f" {counted(len(paradoxes) - SHOWN, 'more such case')}." if len(paradoxes) > SHOWN else ""
        return " ".join(said) + more

    def _said(self, p: Paradox, names: Sequence[str]) -> str:
        first, second, found = names[p.first], names[p.second], p.found
        rates = [percent(float(p.hits[g].sum() / p.n[g].sum())) for g in (p.first, p.second)]
        higher = self._strata_with(p, p.second)
        low, high = (points(-end) for end in reversed(found.within_interval))
        what = "turns round" if found.turned else "is gone, if it does not turn round"
        where = f", but more of {second} are where few are selected" if _expected(p, p.second) < _expected(p, p.first) else ""
        return (
            f"Simpson's paradox in '{p.column}': over all rows {rates[0]} of {first} and {rates[1]} of {second} are selected, a gap of "
            f"{points(found.crude)} points, but within its values the gap {what}: {points(-found.within)} points in favour of {second} "
            f"({level(found.level)} interval {low} to {high}). The rate of {second} is the higher one in {higher} of "
            f"{counted(found.strata, 'value')}{where}."
        )

    def _strata_with(self, p: Paradox, group: int) -> int:
        both = (p.n[p.first] > 0) & (p.n[p.second] > 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            rates = p.hits / p.n
        other = p.first if group == p.second else p.second
        return int((rates[group][both] > rates[other][both]).sum())

    def _measured(self, p: Paradox, names: Sequence[str]) -> list[Measurement]:
        where = {"column": p.column, "first": names[p.first], "second": names[p.second]}
        n = int(p.n[[p.first, p.second]].sum())
        shared = "bonferroni over pairs, columns, attributes and looks"
        crude = f"selection rate of the first minus that of the second, all rows; distances squared and added, {shared}"
        within = f"the same within strata, Mantel-Haenszel weights; distances squared and added, {shared}"
        found = p.found
        return [
            Measurement("crude_difference", found.crude, "share", where, n, found.crude_interval, found.level, crude),
            Measurement("standardised_difference", found.within, "share", where, n, found.within_interval, found.level, within),
        ]

    def _table(self, p: Paradox, names: Sequence[str]) -> Exhibit:
        lines: list[tuple[Scalar, ...]] = []
        for i, stratum in enumerate(p.strata):
            cells = [(int(p.n[g, i]), float(p.hits[g, i] / p.n[g, i]) if p.n[g, i] else None) for g in (p.first, p.second)]
            lines.append((stratum, *cells[0], *cells[1]))
        total = [(int(p.n[g].sum()), float(p.hits[g].sum() / p.n[g].sum())) for g in (p.first, p.second)]
        lines.append(("all", *total[0], *total[1]))
        columns = (p.column, *(f"{what}, {names[g]}" for g in (p.first, p.second) for what in ("rows", "selection rate")))
        note = "Simpson's paradox: compare the last line with those above it."
        return Exhibit(Kind.TABLE, f"Selection rates by {self.attribute} within {p.column}", columns, lines, note=note)


def _sure(known: Grouped, a: int, b: int, each: float) -> bool:
    counts = known.counted(RATE)
    if min(counts.trials[a], counts.trials[b]) == 0:
        return False
    low, high = difference_bounds(counts.successes[a], counts.trials[a], counts.successes[b], counts.trials[b], each)
    return bool(low > 0 or high < 0)


def _expected(p: Paradox, group: int) -> float:
    """Return the rate that a group would have if each stratum selected all alike."""
    both = p.n[[p.first, p.second]].sum(axis=0)
    pooled = quotient(p.hits[[p.first, p.second]].sum(axis=0), both)
    return float(np.nansum(p.n[group] * pooled) / p.n[group].sum())


def _forward(found: Standardised) -> Standardised:
    """Return a difference the way round in which it is positive over all rows."""
    if found.crude > 0:
        return found
    turned = [(-high, -low) for low, high in (found.crude_interval, found.within_interval)]
    return Standardised(-found.crude, -found.within, turned[0], turned[1], found.strata, found.level)
