"""D012: text that is too short or too long."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

import ibis.expr.types as ir

from audit.core.ask import Answers, Asks, scalar
from audit.core.check import Findings, RowCheck, require_column, rows_measured
from audit.core.contract import Contract
from audit.core.errors import NotApplicable, UsageError
from audit.core.limit import Limit
from audit.core.subject import Subject


@dataclass(frozen=True, kw_only=True)
class TextLength(RowCheck):
    """Rows whose text has too few or too many characters; missing values are none of this check's business.

    Parameters
    ----------
    column : str
        A text column.
    shortest, longest : int or None
        Number of characters allowed.
    """

    code: ClassVar[str] = "D012"
    title: ClassVar[str] = "Text length"
    family: ClassVar[str] = "quality"
    advice: ClassVar[str] = "Look at the quarantined rows: cut off, empty, or two fields in one?"
    cites: ClassVar[tuple[str, ...]] = ("Open Data Contract Standard 3.1, logicalTypeOptions minLength and maxLength",)

    column: str = ""
    shortest: int | None = None
    longest: int | None = None
    limit: Limit = Limit(high=0)

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check for each column with minLength or maxLength."""
        yield from cls.declared(contract)
        for column in contract.columns:
            shortest, longest = column.options.get("minLength"), column.options.get("maxLength")
            if shortest is None and longest is None:
                continue
            place = str(column.place("minLength" if shortest is not None else "maxLength"))
            limit = Limit(high=0, reason="length in the contract", source=place)
            yield cls(column=column.name, shortest=shortest, longest=longest, limit=limit, clauses=(place,))

    def failing(self, table: ir.Table) -> ir.BooleanValue:
        """Return where the length is outside."""
        length = table[self.column].length()
        parts = [length < self.shortest] if self.shortest is not None else []
        parts += [length > self.longest] if self.longest is not None else []
        return parts[0] | parts[1] if len(parts) == 2 else parts[0]

    def reason(self) -> str:
        """Name the column and the length."""
        return f"{self.column} is not {self._length()} characters long"

    def asks(self, subject: Subject) -> Asks:
        """Ask how many are outside."""
        column = require_column(subject, self.column)
        if self.shortest is None and self.longest is None:
            raise UsageError(f"D012 on '{self.column}' has neither a shortest nor a longest length")
        if not column.type().is_string():
            raise NotApplicable(f"{self.column} is no text column")
        return {"total": scalar(subject.table.count()), "failing": scalar(subject.table.count(where=self.failing(subject.table)))}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Turn the count into a share."""
        total, failing = answers.scalar("total"), answers.scalar("failing")
        return Findings(
            rows_measured(failing, total, self.where), f"{failing:,} of {total:,} values of {self.column} are not {self._length()} characters long."
        )

    def _length(self) -> str:
        if self.shortest is not None and self.longest is not None:
            return f"{self.shortest} to {self.longest}"
        return f"at least {self.shortest}" if self.shortest is not None else f"at most {self.longest}"
