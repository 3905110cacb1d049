"""P004: rows that were kept longer than promised."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, ClassVar, Self

import ibis.expr.types as ir

from audit.checks.privacy.days import FIRST, day_number, day_of, days, reference_date
from audit.core.ask import Answers, Asks, scalar
from audit.core.check import Findings, RowCheck, require_column, rows_measured
from audit.core.contract import Contract
from audit.core.errors import NotApplicable, UsageError
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted

CLAUSE = "retentionDays"


@dataclass(frozen=True, kw_only=True)
class Retention(RowCheck):
    """Rows older than the retention period on the reference day. A row whose date is missing or unreadable counts as too old.

    Parameters
    ----------
    column : str
        When the row was collected (role ``collected``).
    retention_days : int
        Days a row may be kept, from the custom property ``retentionDays`` of the column, the table or the contract.
    as_of : str
        Reference day, ISO 8601; today in UTC where empty.
    """

    code: ClassVar[str] = "P004"
    title: ClassVar[str] = "Rows past their retention period"
    family: ClassVar[str] = "privacy"
    advice: ClassVar[str] = "Delete these rows at the source; they are in the quarantine and must not be used."
    cites: ClassVar[tuple[str, ...]] = ("Regulation (EU) 2016/679 (GDPR), Article 5(1)(e)",)

    column: str = ""
    retention_days: int = 0
    as_of: str = ""
    limit: Limit = Limit(high=0, reason="no row may be kept longer than was promised", source="default of P004")

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield a check with the retention period of the contract, or one for each rule."""
        for check in list(cls.declared(contract)) or [cls()]:
            bound = replace(check, column=check.column or subject.roles.collected or "", as_of=reference_date(check.as_of, cls.code).isoformat())
            yield replace(bound, retention_days=_days(check.retention_days, check.clauses)) if check.retention_days else bound._promised(contract)

    def _promised(self, contract: Contract) -> Self:
        column = contract.column(self.column)
        if column is not None and CLAUSE in column.custom:
            value, place = column.custom[CLAUSE], str(column.place(CLAUSE))
        elif CLAUSE in contract.custom:
            value, place = contract.custom[CLAUSE], str(contract.custom_place(CLAUSE))
        else:
            return self
        limit = self.limit if self.clauses else replace(self.limit, source=place)
        return replace(self, retention_days=_days(value, (place,)), clauses=(*self.clauses, place), limit=limit)

    def failing(self, table: ir.Table) -> ir.BooleanValue:
        """Return where the row is too old, or its age unknown."""
        return (days(table[self.column], self.column) < self._first_day).fill_null(True)

    def reason(self) -> str:
        """Say what is wrong with the row."""
        return f"{self.column} is more than {counted(self.retention_days, 'day')} before {reference_date(self.as_of, self.code)}, or unreadable"

    def asks(self, subject: Subject) -> Asks:
        """Ask how many rows are too old, and how old the oldest is."""
        if not self.column:
            subject.need("collected")
        day = days(require_column(subject, self.column), self.column)
        if not self.retention_days:
            raise NotApplicable(
                f"needs a retention period; give the column '{self.column}' or the table the custom property '{CLAUSE}' in the contract"
            )
        table = subject.table
        return {
            "rows": scalar(table.count()),
            "failing": scalar(table.count(where=self.failing(table))),
            "unreadable": scalar(table.count(where=day.isnull())),
            "oldest": scalar(day.min(where=day >= FIRST)),
        }

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Count."""
        total, failing, unreadable = answers.scalar("rows"), answers.scalar("failing"), answers.scalar("unreadable")
        measurements = rows_measured(failing, total, self.where)
        measurements.append(Measurement("unreadable_rows", unreadable, "rows", self.where, total, method="count of all rows"))
        oldest = answers.scalar("oldest")
        if oldest is not None:
            age = day_number(reference_date(self.as_of, self.code)) - int(oldest)
            measurements.append(Measurement("oldest_age", age, "days", self.where, total - unreadable, method="of all rows"))
        return Findings(measurements, self._message(total, failing, unreadable, oldest))

    def _message(self, total: int, failing: int, unreadable: int, oldest: int | None) -> str:
        if not total:
            return "There are no rows."
        rule = f"collected before {day_of(self._first_day)}, {counted(self.retention_days, 'day')} before {reference_date(self.as_of, self.code)}"
        extreme = f"; the oldest is from {day_of(int(oldest))}" if oldest is not None else ""
        if not failing:
            return f"None of {counted(total, 'row')} was {rule}{extreme}."
        dated, unknown = failing - unreadable, f"; {counted(unreadable, 'row has', 'rows have')} no readable date" if unreadable else ""
        return f"{dated:,} of {total:,} rows were {rule}{extreme}{unknown}."

    @property
    def _first_day(self) -> int:
        return day_number(reference_date(self.as_of, self.code) - timedelta(days=self.retention_days))


def _days(value: Any, place: tuple[str, ...]) -> int:
    """Return a retention period, or raise :class:`UsageError` where it is none."""
    text = str(value)
    if isinstance(value, bool) or not text.isdecimal() or not 0 < int(text) <= 366_000:
        raise UsageError(f"{''.join(place) or 'P004'}: a retention period is a whole number of days, at least 1; got {value!r}")
    return int(text)
