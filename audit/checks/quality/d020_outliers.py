"""D020: numbers that lie too far out to belong to their column."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

import ibis
import ibis.expr.types as ir
import numpy as np

from audit.checks.found import JUDGED, LIMIT, findings_of, promised
from audit.checks.quality.group_position import GroupPosition, group_position
from audit.checks.quality.round_bound import round_between
from audit.checks.quality.sampled import plain_columns, sampled
from audit.checks.quality.tail_bound import MIN_VALUES, grid_step, spread_out, upper_bound
from audit.checks.quality.value_profile import clause
from audit.core.ask import Answers, Ask, Asks, scalar
from audit.core.check import Check, Findings, Suspect, require_column
from audit.core.contract import Contract, Rule
from audit.core.errors import NotApplicable
from audit.core.exhibit import MAX_ROWS, Exhibit, Kind
from audit.core.limit import Limit
from audit.core.subject import Subject
from audit.core.wording import counted, listed

if TYPE_CHECKING:
    import pandas as pd

#: Columns of no more different values hold codes, of which some are rare.
FEW_VALUES = 10
#: If more lie beyond than this share of the values, and than this number, they are a part of the column.
MOST_SHARE, MOST = 0.005, 5
#: Roles whose columns are no measurements.
NO_MEASUREMENT = ("target", "prediction", "score", "entity", "time", "split", "weight", "key")
BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")


@dataclass(frozen=True)
class _Tail:
    """One end of a column.

    Parameters
    ----------
    column : str
        Which.
    sign : int
        1 for large values, -1 for small ones.
    start, bound : float
        Where the tail begins and where it should have ended, times the sign.
    groups : GroupPosition or None
        What values are measured from, where that is not 0.
    finite : bool
        Whether the column holds neither infinity nor NaN.
    """

    column: str
    sign: int
    start: float
    bound: float
    groups: GroupPosition | None
    finite: bool

    @property
    def middle(self) -> float:
        """Half-way between start and bound."""
        return (self.start + self.bound) / 2

    def outside(self, table: ir.Table, limit: float) -> ir.BooleanValue:
        """Return where a value lies further out than a limit, which is times the sign; NaN may or may not."""
        place = self.groups.of(table, self.column) if self.groups else table[self.column]
        # the limit is negated, since the negative of the smallest integer is none
        return place > limit if self.sign > 0 else place < -limit

    def beyond(self, table: ir.Table) -> ir.BooleanValue:
        """Return where a value lies beyond the bound; infinity and NaN are no numbers to judge."""
        out, value = self.outside(table, self.bound), table[self.column]
        return out & ~(value.isnan() | value.isinf()) if value.type().is_floating() and not self.finite else out

    def asks(self, table: ir.Table) -> dict[str, Ask]:
        """Ask how many lie beyond and how many between the middle and the bound, and which values are next to the bound."""
        beyond, value = self.beyond(table), table[self.column]
        near = self.outside(table, self.middle) & ~self.outside(table, self.bound)
        return {
            f"{self.name} beyond": scalar(table.count(where=beyond)),
            f"{self.name} near": scalar(table.count(where=near)),
            f"{self.name} nearest": scalar(value.min(where=beyond) if self.sign > 0 else value.max(where=beyond)),
            f"{self.name} rest": scalar(value.max(where=near) if self.sign > 0 else value.min(where=near)),
        }

    def ask_rest(self, table: ir.Table) -> dict[str, Ask]:
        """Ask for the outermost value within the bound."""
        inside, value = ~self.outside(table, self.bound), table[self.column]
        return {f"{self.name} rest": scalar(value.max(where=inside) if self.sign > 0 else value.min(where=inside))}

    @property
    def name(self) -> str:
        """A name for its asks."""
        return f"{self.column} {self.sign:+d}"


@dataclass(frozen=True)
class _Outside:
    """What lies beyond a tail: the value next to it, and the outermost of the rest."""

    tail: _Tail
    rows: int
    nearest: float
    rest: float

    def said(self) -> str:
        """Say where they lie."""
        side = "above" if self.tail.sign > 0 else "below"
        if self.tail.groups:
            return f"more than {abs(self.tail.bound):,.3g} median absolute deviations {side} the median of their group"
        return f"{side} {self.limit():,.10g}, while the others end at {self.rest:,.6g}"

    def limit(self) -> float | int:
        """Return a round number between these values and the rest."""
        return round_between(self.rest, self.nearest)


@dataclass(frozen=True, kw_only=True)
class Outliers(Check):
    """Values of numeric columns beyond what the rest of their column leads to expect.

    Each tail is looked at apart. Its shape is fitted without its outermost values and followed to where fewer than one value in 1,000 tables
    of this size would lie; what lies beyond is an outlier. So a heavy tail may reach far, and a large table further than a small one. Only few
    values may lie beyond, and no fewer than between the middle of the tail and the bound: a tail that crosses its bound in a steady stream was
    judged too light. A value that fills more than half of a column is left out of the fit, and columns of at most 10 different values are not
    looked at.

    Parameters
    ----------
    column : str
        The column to look at; where empty, all numeric ones that no clause is about.
    by : tuple of str
        Columns whose combinations are groups. Values are then measured from the median of their group, in its median absolute deviations.
    settled : tuple of str
        Columns that a clause is about: bounds, listed values, or a rule of this kind.
    """

    code: ClassVar[str] = "D020"
    title: ClassVar[str] = "Outliers"
    family: ClassVar[str] = "quality"
    judged: ClassVar[str] = JUDGED
    seeks: ClassVar[bool] = True
    advice: ClassVar[str] = "Compare these values with their source: typing error, wrong unit, or true? Then declare the bounds that hold."
    cites: ClassVar[tuple[str, ...]] = (
        "Pickands 1975, Statistical inference using extreme order statistics",
        "Davison and Smith 1990, Models for exceedances over high thresholds",
    )

    column: str = ""
    by: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()
    limit: Limit = LIMIT

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check for each rule, and one for the columns that no clause is about."""
        rules = list(cls.declared(contract))
        bounded = [c.name for c in contract.columns if c.enum or any(c.options.get(b) is not None for b in BOUNDS)]
        yield from rules
        yield cls(settled=tuple(dict.fromkeys([*bounded, *(r.column for r in rules if r.column)])))

    @classmethod
    def limit_from(cls, rule: Rule) -> Limit:
        """Return a rule's own limit: it was promised."""
        return promised(super().limit_from(rule))

    def asks(self, subject: Subject) -> Asks:
        """Ask for the ends of each column, and for a sample."""
        columns, table = self._columns(subject), subject.table
        for name in self.by:
            require_column(subject, name)
        ends = {f"lowest {c}": scalar(table[c].min()) for c in columns} | {f"highest {c}": scalar(table[c].max()) for c in columns}
        return {"total": scalar(table.count()), "sample": sampled(subject), **ends}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Fit the tails on the sample, and count among all rows what lies beyond them."""
        total = int(answers.scalar("total"))
        if total < MIN_VALUES:
            raise NotApplicable(f"needs at least {MIN_VALUES} rows to know the shape of a tail; there are {total:,}")
        table = subject.table
        sample = answers.frame("sample").set_axis(plain_columns(table), axis=1)
        tails = {c: self._tails(c, sample, total, answers) for c in self._columns(subject)}
        seen = sum(bool(ends) for ends in tails.values())
        if not seen:
            raise NotApplicable(f"no numeric column has {MIN_VALUES} values, more than {FEW_VALUES} of them different")
        crossed = [t for ends in tails.values() for t in ends if self._may_cross(t, answers)]
        outside = self._outside(crossed, subject.table, answers, total)
        looked = counted(seen, "numeric column")
        groups = f" of its group by {listed(self.by)}" if self.by else ""
        if not outside:
            return findings_of([], total, f"No value of {looked} lies far outside the others{groups}.", title="")
        rows = sum(o.rows for o in outside)
        lie = f"{counted(rows, 'value')} of {listed(dict.fromkeys(o.tail.column for o in outside))} {'lies' if rows == 1 else 'lie'}"
        message = f"{lie} far outside the others"
        exhibits = [] if self.by else [_bounds(outside)]
        suspects = [Suspect(o.tail.column, o.said(), o.rows, o.tail.beyond, self._clause(o.tail.column, outside)) for o in outside]
        return findings_of(suspects, total, f"{message}{groups} ({looked} looked at).", title="Values that lie far outside", exhibits=exhibits)

    def _columns(self, subject: Subject) -> list[str]:
        table = subject.table
        if self.column:
            if not _is_measurement(require_column(subject, self.column)):
                raise NotApplicable(f"{self.column} is no numeric column")
            return [self.column]
        no_measurement = {c for role, c in subject.roles.columns() if role in NO_MEASUREMENT} | set(self.settled) | set(self.by)
        columns = [c for c in plain_columns(table) if c not in no_measurement and _is_measurement(table[c])]
        if not columns:
            raise NotApplicable("there is no numeric column whose bounds the contract leaves open")
        return columns

    def _tails(self, column: str, rows: "pd.DataFrame", total: int, answers: Answers) -> list[_Tail]:
        """Return the ends of a column that can be judged."""
        values = rows[column].to_numpy(dtype=float, na_value=np.nan, copy=True)
        values[np.isinf(values)] = np.nan
        groups = group_position(rows, values, self.by) if self.by else None
        places = groups.of_sample(rows, values) if groups else values[~np.isnan(values)]
        different, times = np.unique(places, return_counts=True)
        if len(different) <= FEW_VALUES:
            return []
        if times.max() > len(places) / 2:
            places = places[places != different[times.argmax()]]
        places = spread_out(places, grid_step(places))
        population = round(total * len(places) / len(rows))
        fits = {sign: upper_bound(sign * places, population) for sign in (1, -1)}
        finite = all(math.isfinite(answers.scalar(f"{end} {column}")) for end in ("lowest", "highest"))
        return [_Tail(column, sign, fit.start, fit.bound, groups, finite) for sign, fit in fits.items() if fit is not None]

    def _may_cross(self, tail: _Tail, answers: Answers) -> bool:
        """Return whether the column's end leaves it open that something lies beyond."""
        end = float(answers.scalar(f"{'highest' if tail.sign > 0 else 'lowest'} {tail.column}"))
        return tail.groups is not None or not math.isfinite(end) or tail.sign * end > tail.bound

    def _outside(self, tails: Sequence[_Tail], table: ir.Table, answers: Answers, total: int) -> list[_Outside]:
        """Return the tails with few values beyond, and no more just below."""
        if not tails:
            return []
        # only the outermost rows are counted through
        outer = table.filter(ibis.or_(*(t.outside(table, t.middle) for t in tails)))
        counts = answers.more({name: ask for t in tails for name, ask in t.asks(outer).items()})

        def stands_out(tail: _Tail) -> bool:
            beyond = int(counts.scalar(f"{tail.name} beyond"))
            return 0 < beyond <= max(MOST, MOST_SHARE * total) and int(counts.scalar(f"{tail.name} near")) <= beyond

        found = [t for t in tails if stands_out(t)]
        rests = answers.more({name: ask for t in found if counts.scalar(f"{t.name} rest") is None for name, ask in t.ask_rest(table).items()})
        outside: list[_Outside] = []
        for tail in found:
            rest = counts.scalar(f"{tail.name} rest")
            rest = rests.scalar(f"{tail.name} rest") if rest is None else rest
            outside.append(_Outside(tail, int(counts.scalar(f"{tail.name} beyond")), float(counts.scalar(f"{tail.name} nearest")), float(rest)))
        return outside

    def _clause(self, column: str, outside: Sequence[_Outside]) -> str:
        if self.by:
            rule = {"check": self.code, "by": list(self.by)}
            return clause(column, quality=[{"type": "custom", "engine": "assay", "implementation": rule}])
        bounds = {"maximum" if o.tail.sign > 0 else "minimum": o.limit() for o in outside if o.tail.column == column}
        return clause(column, logicalTypeOptions={end: bounds[end] for end in sorted(bounds, reverse=True)})


def _is_measurement(column: ir.Column) -> bool:
    kind = column.type()
    return bool(kind.is_numeric() and not kind.is_boolean())


def _bounds(outside: Sequence[_Outside]) -> Exhibit:
    lines = [
        (o.tail.column, "above" if o.tail.sign > 0 else "below", o.limit(), o.rows, o.nearest, o.rest, o.tail.sign * o.tail.bound) for o in outside
    ]
    columns = ("column", "side", "proposed bound", "values beyond", "nearest of them", "outermost of the others", "end of the fitted tail")
    note = "The fitted tail ends where fewer than one value in 1,000 tables of this size is expected."
    return Exhibit(Kind.TABLE, "Where the columns should end", columns, lines[:MAX_ROWS], note=note)
