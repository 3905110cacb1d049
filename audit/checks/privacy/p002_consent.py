"""P002: rows that nobody consented to, or whose consent has ended."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import ibis.expr.types as ir

from audit.checks.privacy.days import day_number, days, reference_date
from audit.core.ask import Answers, Asks, scalar
from audit.core.check import Findings, RowCheck, require_column, rows_measured
from audit.core.contract import Contract
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted, listed


@dataclass(frozen=True, kw_only=True)
class Consent(RowCheck):
    """Rows without consent on the reference day. What is missing or cannot be read counts as no consent.

    Parameters
    ----------
    column : str
        Whether the person consented (role ``consent``).
    until : str
        The last day of the consent (role ``consent_until``).
    as_of : str
        Reference day, ISO 8601; today in UTC where empty.
    granted : tuple
        What a text column says where consent was given; case and blanks around it do not matter.
    open_ended : bool
        Whether a missing end means that the consent has none.
    """

    code: ClassVar[str] = "P002"
    title: ClassVar[str] = "Rows without consent"
    family: ClassVar[str] = "privacy"
    advice: ClassVar[str] = "Leave these rows out of training (they are in the quarantine), and delete them where consent was withdrawn."
    cites: ClassVar[tuple[str, ...]] = ("Regulation (EU) 2016/679 (GDPR), Articles 6(1)(a) and 7",)

    column: str = ""
    until: str = ""
    as_of: str = ""
    granted: tuple[Any, ...] = ("true", "yes", "1")
    open_ended: bool = False
    limit: Limit = Limit(high=0, reason="each row needs a consent that holds on the day it is used", source="default of P002")

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield a check of the columns that have the roles, or of those that rules name."""
        for check in list(cls.declared(contract)) or [cls()]:
            day = reference_date(check.as_of, cls.code).isoformat()
            column, until = check.column or subject.roles.consent or "", check.until or subject.roles.consent_until or ""
            yield replace(check, column=column, until=until, as_of=day)

    def failing(self, table: ir.Table) -> ir.BooleanValue:
        """Return where no consent holds."""
        parts = [p for p in (self._refused(table), self._ended(table), self._endless(table)) if p is not None]
        failing = parts[0]
        for part in parts[1:]:
            failing = failing | part
        return failing

    def reason(self) -> str:
        """Say what is wrong with the row."""
        return f"no consent on {reference_date(self.as_of, self.code)}"

    def asks(self, subject: Subject) -> Asks:
        """Ask how many rows lack consent, and why."""
        if not self.column and not self.until:
            subject.need("consent")
        for column in filter(None, (self.column, self.until)):
            require_column(subject, column)
        table = subject.table
        why = {"refused": self._refused(table), "ended": self._ended(table), "endless": self._endless(table)}
        asks = {"rows": scalar(table.count()), "failing": scalar(table.count(where=self.failing(table)))}
        return asks | {name: scalar(table.count(where=part)) for name, part in why.items() if part is not None}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Count."""
        total, failing = answers.scalar("rows"), answers.scalar("failing")
        measurements = rows_measured(failing, total, self.where)
        words = {"refused": "without a yes", "ended": "with a consent that has ended", "endless": "with no readable end of the consent"}
        reasons = []
        for name, text in words.items():
            if (name == "refused" and self.column) or (name != "refused" and self.until and not (name == "endless" and self.open_ended)):
                n = answers.scalar(name)
                measurements.append(Measurement(f"{name}_rows", n, "rows", self.where, total, method="count of all rows"))
                reasons += [f"{n:,} {text}"] if n else []
        day = reference_date(self.as_of, self.code)
        if not failing:
            return Findings(measurements, f"All {counted(total, 'row')} have a consent that holds on {day}." if total else "There are no rows.")
        verb = "row has" if total == 1 else "rows have"
        return Findings(measurements, f"{failing:,} of {total:,} {verb} no consent that holds on {day}: {listed(reasons)}.")

    def _refused(self, table: ir.Table) -> ir.BooleanValue | None:
        if not self.column:
            return None
        column = table[self.column]
        if column.type().is_boolean():
            given = column
        elif column.type().is_numeric():
            given = column == 1
        else:
            given = column.cast("string").strip().lower().isin([str(word).strip().lower() for word in self.granted])
        return ~given.fill_null(False)

    def _ended(self, table: ir.Table) -> ir.BooleanValue | None:
        if not self.until:
            return None
        today = day_number(reference_date(self.as_of, self.code))
        return (days(table[self.until], self.until) < today).fill_null(False)

    def _endless(self, table: ir.Table) -> ir.BooleanValue | None:
        if not self.until or self.open_ended:
            return None
        return days(table[self.until], self.until).isnull()
