"""D012: text and lists that are too short or too long."""

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

#: Options of ODCS that bound a length, the shortest and the longest, and what they count.
OPTIONS = (("minLength", "maxLength", "characters"), ("minItems", "maxItems", "items"), ("dimensions", "dimensions", "items"))


@dataclass(frozen=True, kw_only=True)
class TextLength(RowCheck):
    """Rows whose text has too few or too many characters, or whose list too few or too many items; missing values are left alone.

    Parameters
    ----------
    column : str
        A column of text or of lists.
    shortest, longest : int or None
        Number of characters or items allowed.
    of : {"characters", "items"}
        What is counted.
    distinct : bool
        Whether no item of a list may occur in it twice.
    """

    code: ClassVar[str] = "D012"
    title: ClassVar[str] = "Length of text and lists"
    family: ClassVar[str] = "quality"
    advice: ClassVar[str] = "Look at the quarantined rows: cut off, empty, or two fields in one?"
    cites: ClassVar[tuple[str, ...]] = (
        "Open Data Contract Standard 3.1, logicalTypeOptions minLength, maxLength, minItems, maxItems and uniqueItems",
    )

    column: str = ""
    shortest: int | None = None
    longest: int | None = None
    of: str = "characters"
    distinct: bool = False
    limit: Limit = Limit(high=0)

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check for each column with a shortest or longest length, and for each list whose items are unique."""
        yield from cls.declared(contract)
        for column in contract.columns:
            for low, high, of in OPTIONS:
                shortest, longest = column.options.get(low), column.options.get(high)
                if shortest is None and longest is None:
                    continue
                place = str(column.place(low if shortest is not None else high))
                limit = Limit(high=0, reason="length in the contract", source=place)
                yield cls(column=column.name, shortest=shortest, longest=longest, of=of, limit=limit, clauses=(place,))
            if column.options.get("uniqueItems"):
                place = str(column.place("uniqueItems"))
                limit = Limit(high=0, reason="uniqueItems in the contract", source=place)
                yield cls(column=column.name, of="items", distinct=True, limit=limit, clauses=(place,))

    def failing(self, table: ir.Table) -> ir.BooleanValue:
        """Return where the length is outside, or an item is repeated."""
        column = table[self.column]
        length = column.length()
        parts = [length < self.shortest] if self.shortest is not None else []
        parts += [length > self.longest] if self.longest is not None else []
        parts += [column.unique().length() < length] if self.distinct else []
        outside = parts[0]
        for part in parts[1:]:
            outside = outside | part
        return outside

    def reason(self) -> str:
        """Name the column and the length."""
        return f"{self.column} {self._fault('is', 'does', 'has')}"

    def asks(self, subject: Subject) -> Asks:
        """Ask how many are outside."""
        kind = require_column(subject, self.column).type()
        if self.shortest is None and self.longest is None and not self.distinct:
            raise UsageError(f"D012 on '{self.column}' has neither a shortest nor a longest length")
        if self.of == "items" and not kind.is_array():
            raise NotApplicable(f"{self.column} is {kind}, not a list")
        if self.of == "characters" and not kind.is_string():
            raise NotApplicable(f"{self.column} is no text column")
        return {"total": scalar(subject.table.count()), "failing": scalar(subject.table.count(where=self.failing(subject.table)))}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Turn the count into a share."""
        total, failing = answers.scalar("total"), answers.scalar("failing")
        fault = self._fault("are", "do", "have")
        return Findings(rows_measured(failing, total, self.where), f"{failing:,} of {total:,} values of {self.column} {fault}.")

    def _fault(self, be: str, do: str, have: str) -> str:
        """Say what is wrong with one row or with several."""
        parts = []
        if self.shortest is not None or self.longest is not None:
            one = self.of.removesuffix("s") if (self.longest if self.longest is not None else self.shortest) == 1 else self.of
            parts.append(f"{do} not have {self._length()} {one}" if self.of == "items" else f"{be} not {self._length()} {one} long")
        if self.distinct:
            parts.append(f"{have} an item twice")
        return " or ".join(parts)

    def _length(self) -> str:
        if self.shortest is not None and self.longest is not None:
            return f"{self.shortest} to {self.longest}" if self.shortest != self.longest else f"{self.shortest}"
        return f"at least {self.shortest}" if self.shortest is not None else f"at most {self.longest}"
