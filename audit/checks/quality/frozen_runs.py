"""Runs of one repeated value in a series, longer than the series' own habits allow: a sensor that froze."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from audit.core.ask import Ask, Rows, rows
from audit.core.check import missing

#: Shortest run that is looked at.
MIN_RUN = 10
#: Least share of the values that are no whole numbers: counts and codes repeat by nature.
LEAST_FRACTIONAL = 0.5
#: Chance of one such run in a table whose values repeat as often as these do.
LEVEL = 1e-3
#: The run must be so many times as long as the run of this rank: a series with many long runs has the habit.
TIMES_LONGER, RANK = 4, 10
#: Another run of the same value that is at least this part as long: the value has the habit, as zero has at night.
SAME_VALUE = 0.25
#: Runs that are fetched, the longest first.
MOST_RUNS = 50


@dataclass(frozen=True)
class Run:
    """A value that repeats.

    Parameters
    ----------
    entity : str
        Whose series; empty where there is only one.
    value : float
        What repeats.
    first, last : float
        Moments of its first and last row, as :func:`moment` gives them.
    length : int
        Rows.
    """

    entity: str
    value: float
    first: float
    last: float
    length: int


@dataclass(frozen=True)
class Habit:
    """How often neighbours in a series are equal, and how many of its values are no whole numbers.

    Parameters
    ----------
    values : int
        Values that are not missing.
    pairs, same : int
        Pairs of neighbours, and those of equal values.
    far : int
        Rows whose value is that of one, five and nine rows before: without any, no run has :data:`MIN_RUN` rows.
    fractional : int
        Values with decimals.
    """

    values: int
    pairs: int
    same: int
    far: int
    fractional: int

    @property
    def may_freeze(self) -> bool:
        """Whether a long run is there at all, in a column that is no count."""
        return self.far > 0 and self.fractional >= LEAST_FRACTIONAL * self.values


@dataclass(frozen=True)
class Series:
    """A numeric column in the order of time, within each entity where there is one."""

    column: str
    time: str
    entity: str | None

    def ask_longest(self, table: ir.Table) -> Ask:
        """Ask for the longest runs, for :func:`runs_of`."""
        series = self._known(table)
        order = ibis.window(group_by=series.entity, order_by=series.at)
        placed = series.select(
            series.entity,
            series.value,
            series.at,
            ibis.row_number().over(order).name("place"),
            series.value.lag(1).over(order).name("earlier"),
            series.at.lag(1).over(order).name("before"),
            series.count().over(ibis.window(group_by=series.entity)).name("rows"),
            series.at.max().over(ibis.window(group_by=series.entity)).name("end"),
        )
        starts = placed.filter((placed.place == 0) | (placed.value != placed.earlier))
        onward = ibis.window(group_by=starts.entity, order_by=starts.place)
        last = ibis.coalesce(starts.before.lead(1).over(onward), starts.end)
        length = ibis.coalesce(starts.place.lead(1).over(onward), starts["rows"]) - starts.place
        runs = starts.select(starts.entity, starts.value, starts["at"].name("first"), last.name("last"), length.cast("int64").name("length"))
        return rows(runs.order_by([runs.length.desc(), runs.entity, runs["first"]]).limit(MOST_RUNS))

    def inside(self, run: Run, table: ir.Table) -> ir.BooleanValue:
        """Return the rows of a run."""
        at = moment(table[self.time])
        within = (table[self.column].cast("float64") == run.value) & (at >= run.first) & (at <= run.last)
        return within & (table[self.entity].cast("string").fill_null("") == run.entity) if self.entity else within

    def _known(self, table: ir.Table) -> ir.Table:
        known = table.filter(~missing(table[self.column]) & table[self.time].notnull())
        entity = known[self.entity].cast("string").fill_null("") if self.entity else ibis.literal("")
        return known.select(entity.name("entity"), moment(known[self.time]).name("at"), known[self.column].cast("float64").name("value"))


def ask_habits(table: ir.Table, series: Sequence[Series]) -> Ask:
    """Ask how often neighbours are equal in several series of one order, in one pass, for :func:`habits_of`."""
    time, entity = table[series[0].time], series[0].entity
    order = ibis.window(group_by=table[entity] if entity else None, order_by=moment(time))
    names = [f"s{i}" for i in range(len(series))]
    values = [_values(table, s.column) for s in series]
    compared = table.select(
        *(v.name(n) for v, n in zip(values, names, strict=True)),
        *((v == v.lag(1).over(order)).name(f"{n} near") for v, n in zip(values, names, strict=True)),
        *((v == v.lag(MIN_RUN // 2).over(order)).name(f"{n} half") for v, n in zip(values, names, strict=True)),
        *((v == v.lag(MIN_RUN - 1).over(order)).name(f"{n} far") for v, n in zip(values, names, strict=True)),
        time.notnull().name("timed"),
    )
    compared = compared.filter(compared.timed)
    counts: list[ir.Scalar] = []
    for n in names:
        value, near, half, far = (compared[name] for name in (n, f"{n} near", f"{n} half", f"{n} far"))
        truths = (near, near & half & far, value != value.floor())
        counts += [value.count(), near.count(), *(t.cast("int64").sum().fill_null(0) for t in truths)]
    return rows(compared.aggregate(**{f"n{i}": count for i, count in enumerate(counts)}))


def habits_of(answer: Rows) -> list[Habit]:
    """Read the answer to :func:`ask_habits`."""
    counts = [int(v) for v in answer.values[0]]
    return [Habit(*counts[i : i + 5]) for i in range(0, len(counts), 5)]


def _values(table: ir.Table, column: str) -> ir.FloatingValue:
    """Return a numeric column as floats, null where it is missing or infinite."""
    value = table[column].cast("float64")
    return ibis.ifelse(missing(value) | value.isinf(), ibis.null("float64"), value)


def moment(column: ir.Column) -> Any:
    """Return a time as a number that grows with it: seconds since 1970 for dates and timestamps, the number itself for years and steps."""
    kind = column.type()
    return (column.cast("timestamp").epoch_seconds() if kind.is_temporal() else column).cast("float64")


def runs_of(answer: Rows) -> list[Run]:
    """Read the answer to :meth:`Series.ask_longest`."""
    return [Run(str(entity), float(value), float(first), float(last), int(length)) for entity, value, first, last, length in answer.values]


def frozen(runs: Sequence[Run], habit: Habit, series: int) -> list[Run]:
    """Return the runs that are too long for the series' own habits.

    Neighbours stay equal with some probability, estimated without the run and all longer ones. A run is too long if fewer than 1/1000 runs of
    its length are expected, over all series looked at, and if it stands out: it is four times as long as the tenth longest other run, and its
    value has no other long run.

    Parameters
    ----------
    runs : sequence of Run
        The longest, in falling order of length.
    habit : Habit
        Of the series.
    series : int
        How many series were looked at.
    """
    usual = runs[RANK].length if len(runs) > RANK else 1
    found: list[Run] = []
    stayed = 0
    for run in runs:
        stayed += run.length - 1
        stay = (habit.same - stayed + 1) / (habit.pairs - stayed + 2)
        alike = [r for r in runs if r.value == run.value and r is not run and r.length >= SAME_VALUE * run.length]
        if run.length >= max(MIN_RUN, TIMES_LONGER * usual) and not alike and too_long(run.length, stay, habit.pairs, series):
            found.append(run)
    return found


def too_long(length: int, stay: float, pairs: int, series: int) -> bool:
    """Return whether fewer than 1/1000 runs of a length are expected, where each neighbour stays equal with some probability."""
    return stay < 1 and math.log(max(pairs, 1)) + (length - 1) * math.log(max(stay, 1e-300)) <= math.log(LEVEL / max(series, 1))
