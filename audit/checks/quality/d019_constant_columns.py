"""D019: columns that say nothing, because they hold one value, and series that stood still."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Self

import ibis.expr.types as ir

from audit.checks.found import JUDGED, LIMIT, findings_of, promised
from audit.checks.quality.frozen_runs import Run, Series, ask_habits, frozen, habits_of, runs_of
from audit.checks.quality.sampled import plain_columns
from audit.checks.quality.value_profile import clause
from audit.core.ask import Answers, Ask, Asks, scalar
from audit.core.check import Check, Findings, Suspect, missing, require_column
from audit.core.contract import Column, Contract, Rule
from audit.core.errors import NotApplicable, UsageError
from audit.core.limit import Limit
from audit.core.subject import Subject
from audit.core.values import is_nan
from audit.core.wording import counted, listed

#: In fewer rows a column is often constant by chance.
MIN_ROWS = 30
#: Roles whose columns are constant by nature, and roles whose columns are no series.
CONSTANT_BY_NATURE = ("consent", "consent_until", "collected", "purpose", "split", "weight")
NO_SERIES = ("target", "prediction", "score", "split", "weight", "key", "time", "entity")
TITLE = "Columns and runs of one value"


@dataclass(frozen=True, kw_only=True)
class ConstantColumns(Check):
    """Columns with a single value or none, and series in which one value repeats for longer than chance allows.

    A series is a numeric column with decimals in the order of the role ``time``, within each ``entity`` where there is one. Its neighbours are
    equal with some probability; a run is reported if fewer than 1/1000 of its length are expected anywhere in the table, if it is four times as
    long as the tenth longest other run, and if its value has no other long run. Without a time column only whole columns are looked at.

    Parameters
    ----------
    column : str
        The series that a rule is about.
    longest_run : int
        Most rows one after the other in which its value may repeat.
    settled : tuple of str
        Columns that a clause is about.
    """

    code: ClassVar[str] = "D019"
    title: ClassVar[str] = "Constant columns and runs"
    family: ClassVar[str] = "quality"
    judged: ClassVar[str] = JUDGED
    seeks: ClassVar[bool] = True
    advice: ClassVar[str] = "Drop columns that say nothing. Find out when and why a series stood still, and treat those values as missing."

    column: str = ""
    longest_run: int = 0
    settled: tuple[str, ...] = ()
    limit: Limit = LIMIT

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check for each rule, and one for the columns that no clause is about."""
        rules = list(cls.declared(contract))
        yield from rules
        yield cls(settled=tuple(dict.fromkeys([*(c.name for c in contract.columns if _is_settled(c)), *(r.column for r in rules)])))

    @classmethod
    def limit_from(cls, rule: Rule) -> Limit:
        """Return a rule's own limit: it was promised."""
        return promised(super().limit_from(rule))

    def asks(self, subject: Subject) -> Asks:
        """Ask how many values each column has, and how often neighbours in each series are equal."""
        table = subject.table
        asks = {"total": scalar(table.count())}
        if self.column or self.longest_run:
            return asks | {"runs": self._declared(subject).ask_longest(table)}
        for name in self._columns(subject):
            value = _ordered(table[name])
            asks |= {f"first {name}": scalar(value.min()), f"last {name}": scalar(value.max())}
        series = self._series(subject)
        return asks | ({"habits": ask_habits(table, series)} if series else {})

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Name the columns of one value, and the runs that are too long."""
        total = int(answers.scalar("total"))
        if self.longest_run:
            return self._judge_runs(self._declared(subject), subject.table, answers, total)
        if total < MIN_ROWS:
            raise NotApplicable(f"needs at least {MIN_ROWS} rows to call a column constant; there are {total:,}")
        columns = self._columns(subject)
        constant = self._constant(columns, subject.table, answers, total)
        series = self._series(subject)
        stood_still = self._frozen(series, {s.column for s in constant}, subject.table, answers)
        looked = counted(len(columns), "column")
        runs = counted(len(series), "series", "series") if subject.roles.time else ""
        scope = f"{looked} and {runs} in time" if runs else f"{looked}; runs in time were not looked at, because no column has the role time"
        if not constant and not stood_still:
            return findings_of([], total, f"No constant column{' or frozen run' if runs else ''} among {scope}.", title="")
        said = [f"{listed(s.column for s in constant)} {'is' if len(constant) == 1 else 'are'} constant"] if constant else []
        if stood_still:
            names = listed(dict.fromkeys(s.column for s in stood_still))
            said.append(f"{names} stood still in {counted(len(stood_still), 'run')} of {counted(sum(s.rows for s in stood_still), 'row')}")
        return findings_of([*constant, *stood_still], total, f"{'; '.join(said)} (looked at: {scope}).", title=TITLE)

    def _columns(self, subject: Subject) -> list[str]:
        left_out = {c for role, c in subject.roles.columns() if role in CONSTANT_BY_NATURE} | set(self.settled)
        columns = [c for c in plain_columns(subject.table) if c not in left_out]
        if not columns:
            raise NotApplicable("there is no column that the contract leaves open")
        return columns

    def _series(self, subject: Subject) -> list[Series]:
        """Return the numeric columns that may have decimals; none without a time that orders them."""
        table, roles = subject.table, subject.roles
        if not roles.time or not _orders(table[roles.time]):
            return []
        no_series = {c for role, c in roles.columns() if role in NO_SERIES}
        kinds = {c: table[c].type() for c in self._columns(subject) if c not in no_series}
        return [Series(c, roles.time, roles.entity) for c, kind in kinds.items() if kind.is_floating() or (kind.is_decimal() and kind.scale)]

    def _declared(self, subject: Subject) -> Series:
        value, time = require_column(subject, self.column), subject.need("time")
        if self.longest_run < 1:
            raise UsageError(f"a rule of D019 on '{self.column}' says how long a run may be, as in {{check: D019, longest_run: 100}}")
        if not value.type().is_numeric() or not _orders(subject.table[time]):
            raise NotApplicable(f"{self.column} is no numeric column in the order of a date, a timestamp or a number")
        return Series(self.column, time, subject.roles.entity)

    def _judge_runs(self, series: Series, table: ir.Table, answers: Answers, total: int) -> Findings:
        runs = runs_of(answers.rows("runs"))
        longest = max((r.length for r in runs), default=0)
        message = f"The longest run of one value of {self.column} has {counted(longest, 'row')}; at most {self.longest_run:,} are allowed."
        return findings_of(_suspects(series, [r for r in runs if r.length > self.longest_run], table, answers), total, message, title=TITLE)

    def _constant(self, columns: Sequence[str], table: ir.Table, answers: Answers, total: int) -> list[Suspect]:
        """Return the columns of one value, or none."""
        ends = {c: (answers.scalar(f"first {c}"), answers.scalar(f"last {c}")) for c in columns}
        # NaN, which is a gap, may be the last of several values or of one
        may = [c for c, (first, last) in ends.items() if first == last or is_nan(last)]
        asks: dict[str, Ask] = {}
        for name in may:
            known, text = ~missing(table[name]), table[name].cast("string")
            asks |= {f"present {name}": scalar(table.count(where=known))}
            asks |= {f"first {name}": scalar(text.min(where=known)), f"last {name}": scalar(text.max(where=known))}
        more = answers.more(asks)
        found: list[Suspect] = []
        for name in may:
            present = int(more.scalar(f"present {name}"))
            if not present:
                found.append(
                    Suspect(
                        name,
                        "no value in any row",
                        total,
                        _every_row,
                        clause(name, quality=[{"metric": "nullValues", "mustBe": 100, "unit": "percent"}]),
                    )
                )
            elif more.scalar(f"first {name}") == more.scalar(f"last {name}"):
                gaps = "" if present == total else f", or none ({counted(total - present, 'row')})"
                promise = _one_value(name, table[name], more.scalar(f"first {name}"))
                found.append(Suspect(name, f"one value in all rows{gaps}", total, _every_row, promise))
        return found

    def _frozen(self, series: Sequence[Series], constant: set[str], table: ir.Table, answers: Answers) -> list[Suspect]:
        if not series:
            return []
        habits = habits_of(answers.rows("habits"))
        may = [(s, h) for s, h in zip(series, habits, strict=True) if h.may_freeze and s.column not in constant]
        longest = answers.more({s.column: s.ask_longest(table) for s, _ in may})
        return [x for s, h in may for x in _suspects(s, frozen(runs_of(longest.rows(s.column)), h, len(series)), table, answers)]


def _suspects(series: Series, runs: Sequence[Run], table: ir.Table, answers: Answers) -> list[Suspect]:
    counts = answers.more({str(i): scalar(table.count(where=series.inside(r, table))) for i, r in enumerate(runs)})
    rule = {"check": ConstantColumns.code, "longest_run": min((r.length for r in runs), default=2) // 2}
    promise = clause(series.column, quality=[{"type": "custom", "engine": "assay", "implementation": rule}])
    whats = [f"the same value in {r.length:,} rows one after the other" for r in runs]
    rows = [int(counts.scalar(str(i))) for i in range(len(runs))]
    return [Suspect(series.column, what, n, partial(series.inside, r), promise) for r, what, n in zip(runs, whats, rows, strict=True)]


def _orders(time: ir.Column) -> bool:
    kind = time.type()
    return bool((kind.is_temporal() and not kind.is_time()) or (kind.is_numeric() and not kind.is_boolean()))


def _ordered(column: ir.Column) -> ir.Column:
    """Return a column in a form whose smallest and largest value any engine can give, untouched where statistics may hold them."""
    kind = column.type()
    plain = kind.is_numeric() or kind.is_boolean() or kind.is_string() or kind.is_date() or (kind.is_timestamp() and not kind.timezone)
    return column if plain else column.cast("string")


def _every_row(table: ir.Table) -> ir.BooleanValue:
    column = table[table.columns[0]]
    return column.isnull() | column.notnull()


def _one_value(name: str, column: ir.Column, text: str) -> str:
    kind = column.type()
    value: Any = text if kind.is_string() else int(text) if kind.is_integer() else text == "true" if kind.is_boolean() else None
    return "" if value is None else clause(name, enum=[{"value": value}])


def _is_settled(column: Column) -> bool:
    """Return whether a clause says how many values a column may have, or that it may hold none."""
    return bool(column.enum) or any(r.metric in ("nullValues", "missingValues") and r.unit.casefold() in ("percent", "%") for r in column.rules)
