"""P005: rows that may not be used for the declared purpose."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import ibis.expr.types as ir

from audit.core.ask import Answers, Asks, scalar
from audit.core.check import Findings, RowCheck, require_column, rows_measured
from audit.core.contract import Contract
from audit.core.errors import DataError, NotApplicable, UsageError
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted

CLAUSE = "purpose"
#: What may stand around the words of a written list: blanks, quotes and brackets.
AROUND = r"[\s\"'\[\]{}()]*"


@dataclass(frozen=True, kw_only=True)
class Purpose(RowCheck):
    """Rows whose purposes do not include the one the data are used for. A row without a purpose counts as one that may not be used.

    Parameters
    ----------
    column : str
        The purposes of each row (role ``purpose``): one, several separated by ``,``, ``;`` or ``|``, or an array.
    purpose : str
        What the data are used for, from the custom property ``purpose`` of the column, the table or the contract.
    """

    code: ClassVar[str] = "P005"
    title: ClassVar[str] = "Rows not meant for this purpose"
    family: ClassVar[str] = "privacy"
    advice: ClassVar[str] = "Leave these rows out (they are in the quarantine), or ask the persons for their consent to this purpose."
    cites: ClassVar[tuple[str, ...]] = ("Regulation (EU) 2016/679 (GDPR), Article 5(1)(b)",)

    column: str = ""
    purpose: str = ""
    limit: Limit = Limit(high=0, reason="data may be used only for the purposes they were collected for", source="default of P005")

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield a check of the purpose that the contract declares, or one for each rule."""
        for check in list(cls.declared(contract)) or [cls()]:
            bound = replace(check, column=check.column or subject.roles.purpose or "")
            yield replace(bound, purpose=_one(check.purpose, check.clauses)) if check.purpose else bound._promised(contract)

    def _promised(self, contract: Contract) -> Self:
        column = contract.column(self.column)
        if column is not None and column.custom.get(CLAUSE):
            value, place = column.custom[CLAUSE], str(column.place(CLAUSE))
        elif contract.custom.get(CLAUSE):
            value, place = contract.custom[CLAUSE], str(contract.custom_place(CLAUSE))
        else:
            return self
        limit = self.limit if self.clauses else replace(self.limit, source=place)
        return replace(self, purpose=_one(value, (place,)), clauses=(*self.clauses, place), limit=limit)

    def failing(self, table: ir.Table) -> ir.BooleanValue:
        """Return where the purpose is not among those of the row."""
        words = _list(table[self.column], self.column).re_replace(f"{AROUND}[;,|]{AROUND}", ";").re_replace(f"^{AROUND}|{AROUND}$", "")
        return ~(";" + words + ";").contains(f";{self.purpose.strip().lower()};").fill_null(False)

    def reason(self) -> str:
        """Say what is wrong with the row."""
        return f"{self.column} does not include '{self.purpose}'"

    def asks(self, subject: Subject) -> Asks:
        """Ask how many rows are not meant for the purpose."""
        if not self.column:
            subject.need("purpose")
        column = require_column(subject, self.column)
        if not self.purpose.strip():
            raise NotApplicable(
                f"needs the purpose of use; give the table or the column '{self.column}' the custom property '{CLAUSE}' in the contract"
            )
        table = subject.table
        return {
            "rows": scalar(table.count()),
            "failing": scalar(table.count(where=self.failing(table))),
            "silent": scalar(table.count(where=column.isnull())),
        }

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Count."""
        total, failing, silent = answers.scalar("rows"), answers.scalar("failing"), answers.scalar("silent")
        measurements = rows_measured(failing, total, self.where)
        measurements.append(Measurement("silent_rows", silent, "rows", self.where, total, method="count of all rows"))
        if not total:
            return Findings(measurements, "There are no rows.")
        if not failing:
            return Findings(measurements, f"All {counted(total, 'row')} may be used for '{self.purpose}'.")
        unsaid = f"; {counted(silent, 'row states', 'rows state')} no purpose at all" if silent else ""
        return Findings(measurements, f"{failing:,} of {total:,} rows may not be used for '{self.purpose}'{unsaid}.")


def _one(value: Any, place: tuple[str, ...]) -> str:
    """Return a purpose, or raise :class:`UsageError` where several are written: each is a rule of its own."""
    if isinstance(value, list | tuple | dict):
        raise UsageError(f"{''.join(place) or 'P005'}: 'purpose' is one purpose; got {value!r}. Write a rule {{check: P005, purpose: …}} for each")
    return str(value)


def _list(column: ir.Column, name: str) -> ir.StringValue:
    """Return the purposes of each row as one text in lower case."""
    kind = column.type()
    if kind.is_array() and kind.value_type.is_string():
        return column.join(";").lower()
    if kind.is_string():
        return column.lower()
    raise DataError(f"the column '{name}' is {kind}; expected text, or an array of text, that lists the purposes of a row")
