"""S001: columns whose values, or whose gaps, are distributed differently in two periods."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import ibis.expr.types as ir
import numpy as np

from audit.checks.shift.column_counts import ColumnCounts, column_counts, ordered
from audit.checks.shift.comparison import compare
from audit.checks.shift.distributions import distribution
from audit.checks.shift.drift import Drift, absolute, measured, missing_interval, missing_p_value, size
from audit.checks.shift.periods import LATE, Periods, periods
from audit.core.ask import Answers, Asks, Rows, rows, scalar
from audit.core.check import Check, Findings
from audit.core.errors import NotApplicable
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement, Scalar
from audit.core.subject import Subject
from audit.core.wording import counted, listed, percent, points
from audit.stats.multiplicity import holm

#: Draws at least, and at most; between them so many that the smallest p-value survives the correction over the tests.
DRAWS = (999, 19_999)
#: Drifted columns whose distributions are shown.
SHOWN = 4


@dataclass(frozen=True, kw_only=True)
class ColumnDrift(Check):
    """Compares each column between an early and a late period, or with a reference.

    A column counts as drifted only if the change is both significant, after Holm's correction over all columns, and as large as the floor.

    Parameters
    ----------
    cut : str, int, float or None
        Where the late period begins; where not given, rows are cut by their time into halves as equal as the values allow.
    floor : float
        Smallest change that counts: of the distance between the distributions beyond what chance gives, and of the share of missing values.
        0.1 is a tenth of the rows, a convention.
    level : float
        Chance of any false finding, if nothing changed.
    seed : int
        Of permutations and resampling.
    """

    code: ClassVar[str] = "S001"
    title: ClassVar[str] = "Column drift between periods"
    family: ClassVar[str] = "shift"
    judged: ClassVar[str] = "drifted_columns"
    advice: ClassVar[str] = (
        "Find out whether the world changed or the way it is recorded. If the world did, train on recent rows and judge the model on the latest; "
        "if the recording did, mend it or leave the column out."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Holm (1979), A simple sequentially rejective multiple test procedure",
        "Phipson and Smyth (2010), Permutation p-values should never be zero",
    )
    slow: ClassVar[bool] = True

    limit: Limit = Limit(
        high=0,
        blocking=False,
        reason="a model learns from early rows and is used on late ones; whether a drifted column harms it depends on its part in the model",
        source="default of S001",
    )
    cut: str | int | float | None = None
    floor: float = 0.1
    level: float = 0.05
    seed: int = 0

    def asks(self, subject: Subject) -> Asks:
        """Ask for the counts of each column by value or bin and period."""
        both = periods(subject, self.cut)
        counts = {f"{what} of {c}": ask for c in both.columns for what, ask in column_counts(both.rows, c).items()}
        return {"periods": rows(_spans(both)), "all": scalar(subject.table.count()), **counts}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Measure how far the periods are apart in each column, and how likely that is if nothing changed."""
        both = periods(subject, self.cut)
        names, sizes = _names(both, answers.rows("periods"))
        found = self.drifts([_read(both, c, answers, sizes) for c in both.columns])
        drifted = [d for d in found if d.changed_values(self.floor, self.level) or d.changed_missing(self.floor, self.level)]
        drifted.sort(key=size, reverse=True)
        n = found[0].counts.n
        how = f"adjusted p below {self.level:g} and change of at least {self.floor:g}; Holm over all tests"
        measurements = [Measurement("drifted_columns", len(drifted), "columns", {}, n, method=how)]
        for d in found:
            measurements += measured(d)
        shown = [e for d in drifted[:SHOWN] if (e := distribution(d.counts, names)) is not None]
        message = self._message(drifted, found, names, sizes, answers.scalar("all") - n if both.time else 0, both)
        return Findings(measurements, message, [self._bars(found), self._table(found, drifted), *shown])

    def drifts(self, columns: Sequence[ColumnCounts], *, with_intervals: bool = True) -> list[Drift]:
        """Compare the periods in every column, p-values adjusted over all of them."""
        gaps = [c.missing_early + c.missing_late > 0 for c in columns]
        tests = len(columns) + sum(gaps)
        draws = min(max(DRAWS[0], round(2 * tests / self.level)), DRAWS[1])
        values = [compare(c.early, c.late, ordered=c.ordered, draws=draws, seed=self.seed, with_interval=with_intervals) for c in columns]
        of_values = [np.nan if v is None else v.p_value for v in values]
        of_gaps = [missing_p_value(c) if gap else np.nan for c, gap in zip(columns, gaps, strict=True)]
        adjusted = [None if np.isnan(p) else float(p) for p in holm([*of_values, *of_gaps])]
        return [Drift(c, v, adjusted[i], adjusted[len(columns) + i]) for i, (c, v) in enumerate(zip(columns, values, strict=True))]

    def _message(
        self, drifted: Sequence[Drift], found: Sequence[Drift], names: tuple[str, str], sizes: tuple[int, int], undated: int, both: Periods
    ) -> str:
        between = f"between {names[0]} ({counted(sizes[0], 'row')}) and {names[1]} ({counted(sizes[1], 'row')})"
        if drifted:
            text = f"{len(drifted)} of {counted(len(found), 'column')} changed {between}: {listed(self._phrase(d) for d in drifted)}."
        else:
            text = f"None of {counted(len(found), 'column')} changed {between} by {self.floor:g} or more beyond chance."
        if undated:
            text += f" {counted(undated, 'row')} without a '{both.time}' left out."
        if both.left_out:
            text += f" Not compared, because of their nested type: {listed(both.left_out)}."
        return text

    def _phrase(self, d: Drift) -> str:
        parts = []
        if d.changed_values(self.floor, self.level) and d.values is not None:
            beyond = d.values.beyond_chance
            in_order = f"cumulative shares differ by up to {points(beyond)} points"
            parts.append(in_order if d.counts.ordered else f"{percent(beyond)} of the rows would have to change value")
        if d.changed_missing(self.floor, self.level):
            (a, n), (b, m) = d.missing
            parts.append(f"missing {percent(a / n)} before, {percent(b / m)} after")
        return f"'{d.counts.name}' ({'; '.join(parts)})"

    def _bars(self, found: Sequence[Drift]) -> Exhibit:
        bars: list[Sequence[Scalar]] = []
        for d in sorted(found, key=size, reverse=True):
            if d.values is not None:
                kind = "ordered values" if d.counts.ordered else "categories"
                bars.append((d.counts.name, d.values.beyond_chance, *(d.values.interval or (None, None)), d.counts.n, kind))
            if d.p_missing is not None:
                interval = missing_interval(d)
                ends = (None, None) if interval is None else absolute(interval)
                bars.append((f"{d.counts.name}: missing", abs(d.missing_change), *ends, d.counts.n, "missing share"))
        return Exhibit(
            Kind.BARS, "Change by column", ("label", "value", "low", "high", "n", "series"), bars[:1_000], "distance beyond chance (0 to 1)", "",
            self.floor, "smallest change that counts",
            note="Kolmogorov-Smirnov distance for ordered values, total variation for categories, with what chance alone gives taken out; "
            "absolute change for missing shares. 95 % intervals by resampling counts.",
        )  # fmt: skip

    def _table(self, found: Sequence[Drift], drifted: Sequence[Drift]) -> Exhibit:
        lines: list[Sequence[Scalar]] = []
        for d in sorted(found, key=size, reverse=True):
            (a, n), (b, m) = d.missing
            distance = (d.values.distance, d.values.beyond_chance) if d.values else (None, None)
            lines.append((d.counts.name, *distance, d.p_values, a / n, b / m, d.p_missing, "yes" if d in drifted else "no"))
        columns = ("column", "distance", "beyond chance", "adjusted p", "missing early", "missing late", "adjusted p of missing", "drifted")
        return Exhibit(Kind.TABLE, "All columns", columns, lines[:1_000])


def _read(both: Periods, column: str, answers: Answers, sizes: tuple[int, int]) -> ColumnCounts:
    known = (answers.scalar(f"known early of {column}") or 0, answers.scalar(f"known late of {column}") or 0)
    return ColumnCounts.read(column, ordered(both.rows[column]), answers.rows(f"cells of {column}"), known, sizes)


def _spans(both: Periods) -> ir.Table:
    table = both.rows
    spans = {"first": table[both.time].min().cast("string"), "last": table[both.time].max().cast("string")} if both.time else {}
    return table.group_by(LATE).aggregate(n=table.count(), **spans)


def _names(both: Periods, spans: Rows) -> tuple[tuple[str, str], tuple[int, int]]:
    """Return what the two periods are called, and how many rows they have.

    Raises
    ------
    NotApplicable
        There are not two.
    """
    sides = {bool(row[LATE]): row for row in spans}
    if len(sides) < 2:
        dated = f"all rows with a '{both.time}' lie in one" if sides else f"no row has a '{both.time}'"
        what = dated if both.time else "one of the two tables is empty"
        raise NotApplicable(f"needs rows of two periods; {what}. Name another 'roles: time' in assay.yaml, or another cut")
    early, late = sides[False], sides[True]
    sizes = (early["n"], late["n"])
    return (("the reference", "now") if not both.time else (_span(early), _span(late))), sizes


def _span(row: Mapping[str, Any]) -> str:
    first, last = _day(row["first"]), _day(row["last"])
    return first if first == last else f"{first} to {last}"


def _day(text: str) -> str:
    return text.split(" ")[0].removesuffix(".0")
