"""D015: data that are too old."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar, Self

import ibis.expr.types as ir

from audit.checks.quality.moments import compare_moment, time_zone
from audit.core.ask import Answers, Asks, scalar
from audit.core.check import Check, Findings, require_column
from audit.core.contract import Contract
from audit.core.errors import NotApplicable, UsageError, did_you_mean
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted
from audit.core.written import exact

SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400, "weeks": 604_800}
MONTHS = {"months": 1, "years": 12}
#: Which end of a column each service level is about.
ENDS = {"latency": "newest", "retention": "oldest"}
EPOCH = date(1970, 1, 1)
DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class Freshness(Check):
    """How long ago the newest value of a column was, or the oldest one, against what the contract promises.

    Values in the future are counted and named, and none of them is taken for the newest. A timestamp without a time zone is read in ``zone``;
    a date lasts a whole day, so ages of dates are whole days.

    Parameters
    ----------
    column : str
        A column of dates or timestamps; the role ``time`` where empty.
    promise : {"latency", "retention"}
        Whether the newest value is bounded, or the oldest.
    at_most : number
        The longest time allowed.
    unit : {"seconds", "minutes", "hours", "days", "weeks", "months", "years"}
        Of that time; months and years are those of the calendar.
    as_of : str
        The moment that ages are counted to, ISO 8601; now where empty.
    zone : str
        Time zone of values without one; UTC where empty.
    """

    code: ClassVar[str] = "D015"
    title: ClassVar[str] = "Freshness"
    family: ClassVar[str] = "quality"
    judged: ClassVar[str] = "age"
    advice: ClassVar[str] = "Find out which delivery did not come; for rows past their time, delete them at the source."
    cites: ClassVar[tuple[str, ...]] = ("Open Data Contract Standard 3.1, slaProperties latency, freshness and retention",)

    column: str = ""
    promise: str = "latency"
    at_most: str | int | float = ""
    unit: str = "days"
    as_of: str = ""
    zone: str = ""
    limit: Limit = Limit(reason="the period in the contract")

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check for each latency, freshness or retention among the contract's service levels, and for each rule."""
        checks = list(cls.declared(contract))
        for level in contract.service_levels:
            place = str(level.place)
            limit = Limit(reason=f"{level.kind} in the contract", source=place)
            period = {"promise": level.kind, "at_most": level.amount, "unit": level.unit}
            checks.append(cls(column=level.column, zone=level.zone, limit=limit, clauses=(place,), **period))
        for check in checks:
            # one moment for the limit and for the age; the limit is the period up to it, since no two months are alike
            bound = replace(check, column=check.column or subject.roles.time or "", as_of=check._now().isoformat())
            yield replace(bound, limit=replace(bound.limit, high=bound._longest()))

    @property
    def where(self) -> dict[str, str]:
        """The column, and which end of it."""
        return {**({"column": self.column} if self.column else {}), "value": ENDS.get(self.promise, self.promise)}

    def asks(self, subject: Subject) -> Asks:
        """Ask for the smallest and the largest value that are not in the future, and how many are."""
        if not self.column:
            raise NotApplicable("names no column; write 'element: TABLE.COLUMN' into the service level, or give a column the role 'time'")
        column = require_column(subject, self.column)
        kind, table = column.type(), subject.table
        if not (kind.is_date() or kind.is_timestamp()):
            # asked for nothing, so that the promise stays undecided
            return {"total": scalar(table.count())}
        past = compare_moment(column, "<=", self._today() if kind.is_date() else self.as_of, self.zone)
        number = _number(column)
        return {
            "total": scalar(table.count()),
            "present": scalar(column.count()),
            "past": scalar(table.count(where=past)),
            "newest": scalar(number.max(where=past)),
            "oldest": scalar(number.min(where=past)),
            "last": scalar(number.max()),
        }

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Count back from now."""
        total, kind = answers.scalar("total"), subject.table[self.column].type()
        if not (kind.is_date() or kind.is_timestamp()):
            message = f"{self.column} is {kind}, which has no age; whether it is {self._allowed()} is unknown."
            return Findings([self._measured(None, total, "not estimable: no dates")], message)
        present, past = answers.scalar("present"), answers.scalar("past")
        measurements, future = [], present - past
        notes = ""
        if future:
            measurements.append(Measurement("future_rows", future, "rows", self.where, total, method="count of all rows"))
            notes += f"; {counted(future, 'row lies', 'rows lie')} in the future, up to {self._shown(answers.scalar('last'), kind)}"
        if gaps := total - present:
            notes += f"; {counted(gaps, 'row has', 'rows have')} no {self.column}"
        end = ENDS[self.promise]
        value = answers.scalar(end)
        if value is None:
            message = f"{self.column} has no value up to now, so whether it is {self._allowed()} is unknown{notes}."
            return Findings([self._measured(None, total, "not estimable: no value"), *measurements], message)
        moment, seconds = self._shown(value, kind), self._age(value, kind)
        age = counted(round(seconds / DAY), "day") if kind.is_date() else _worded(seconds)
        measurements.insert(0, self._measured(seconds / DAY, past, f"{end} value against {self.as_of}"))
        return Findings(measurements, f"The {end} {self.column} is {moment}, {age} ago; {self._allowed()} promised{notes}.")

    def _measured(self, age: float | None, n: int, method: str) -> Measurement:
        return Measurement(self.judged, age, "days", self.where, n, method=method)

    def _allowed(self) -> str:
        return f"at most {self.at_most} {self.unit if exact(self.at_most) != 1 else self.unit.removesuffix('s')} old"

    def _age(self, value: Any, kind: Any) -> float:
        if kind.is_date():
            return float(((self._today() - EPOCH).days - int(value)) * DAY)
        return (self._now() - self._moment(value, kind)).total_seconds()

    def _moment(self, value: Any, kind: Any) -> datetime:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=float(value))
        # without a time zone, what was counted are the seconds of the clock on the wall there
        return moment if kind.timezone else moment.replace(tzinfo=time_zone(self.zone)).astimezone(UTC)

    def _shown(self, value: Any, kind: Any) -> str:
        if kind.is_date():
            return (EPOCH + timedelta(days=int(value))).isoformat()
        return f"{self._moment(value, kind):%Y-%m-%d %H:%M} UTC"

    def _now(self) -> datetime:
        if not self.as_of:
            return datetime.now(UTC)
        try:
            moment = datetime.fromisoformat(str(self.as_of))
        except ValueError as error:
            raise UsageError(f"D015: 'as_of' is a moment such as 2026-01-31 or 2026-01-31T12:00:00Z; got '{self.as_of}'") from error
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)

    def _today(self) -> date:
        return self._now().astimezone(time_zone(self.zone)).date()

    def _longest(self) -> float:
        """Return the period that is allowed, in days, counted back from now."""
        amount, place = exact(self.at_most), f"{self.limit.source or 'D015'}: "
        if self.promise not in ENDS:
            raise UsageError(f"{place}no promise '{self.promise}'. {did_you_mean(str(self.promise), ENDS)}")
        if amount is None or amount < 0:
            raise UsageError(f"{place}'at_most' is a number from 0; got {self.at_most!r}")
        if self.unit in SECONDS:
            return float(amount * SECONDS[self.unit] / DAY)
        if self.unit not in MONTHS:
            raise UsageError(f"{place}no unit '{self.unit}'. {did_you_mean(str(self.unit), [*SECONDS, *MONTHS])}")
        now = self._now()
        return (now - _months_before(now, int(amount) * MONTHS[self.unit])).total_seconds() / DAY


def _number(column: ir.Column) -> ir.Column:
    """Return dates as days, and timestamps as seconds, since 1970: numbers that every driver hands out alike."""
    return column.epoch_days() if column.type().is_date() else column.epoch_seconds()


def _months_before(moment: datetime, months: int) -> datetime:
    """Return the same day some months earlier, or the last one of that month where it has no such day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    for day in range(moment.day, 0, -1):
        try:
            return moment.replace(year=year, month=month + 1, day=day)
        except (ValueError, OverflowError):
            if day <= 28:
                break
    raise UsageError(f"{months:,.10g} months before {moment:%Y-%m-%d} is no date")


def _worded(seconds: float) -> str:
    """Return a length of time in the largest unit of which it has at least two.

    >>> _worded(7200), _worded(5400), _worded(0)
    ('2 hours', '90 minutes', '0 seconds')
    """
    for unit in ("days", "hours", "minutes"):
        if seconds >= 2 * SECONDS[unit]:
            number = seconds / SECONDS[unit]
            return f"{number:,.1f}".removesuffix(".0") + f" {unit}"
    return counted(round(seconds), "second")
