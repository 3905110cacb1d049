"""D007: rows that repeat another row in every column."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

import ibis
import ibis.expr.types as ir

from audit.core.ask import Answers, Asks, count_repeated, repeated, scalar
from audit.core.check import ROW, Findings, RowCheck, rows_measured
from audit.core.contract import Contract
from audit.core.errors import NotApplicable
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted, percent

#: How many columns narrow the search down where no key is declared.
NARROWING = 3


@dataclass(frozen=True, kw_only=True)
class ExactDuplicates(RowCheck):
    """Rows that are equal to an earlier row in every column.

    Parameters
    ----------
    key : tuple of str
        Columns that can only be equal in equal rows; rows are first grouped by them alone, and only rows that share a key are compared
        in full. The result does not depend on it.
    """

    code: ClassVar[str] = "D007"
    title: ClassVar[str] = "Exact duplicates"
    family: ClassVar[str] = "quality"
    advice: ClassVar[str] = "If rows have an identity, declare its key and delete the copies; without one, equal rows may be different cases."

    compares_rows: ClassVar[bool] = True

    key: tuple[str, ...] = ()
    limit: Limit = Limit(high=0, blocking=False, reason="a copy counts a case twice, and may sit on both sides of a split")

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check, with the limit of a duplicateValues rule about whole rows where there is one."""
        declared = list(cls.declared(contract))
        key = tuple(c.name for c in contract.columns if c.primary_key or c.unique)[:1]
        for rule in contract.rules:
            if rule.metric == "duplicateValues" and not rule.arguments.get("properties"):
                declared.append(cls(key=key, limit=cls.limit_from(rule), clauses=(str(rule.place),)))
        yield from declared or [cls(key=key)]

    def candidates(self, table: ir.Table) -> ir.Table:
        """Return the rows that share a few columns with another: only they need to be compared in full."""
        narrow = [c for c in self.key if c in table.columns] or self._narrowing(table)
        if len(narrow) >= len(_compared(table)):
            return table
        shared = repeated(table, narrow)
        # equal also where both are null, which a plain join would not find
        return table.semi_join(shared, [table[c].identical_to(shared[c]) for c in narrow]).select(table.columns)

    def failing(self, table: ir.Table) -> ir.BooleanValue:
        """Return every copy but the first of its kind."""
        order = table[ROW] if ROW in table.columns else None
        return ibis.row_number().over(group_by=_compared(table), order_by=order) > 0

    def reason(self) -> str:
        """Say what it repeats."""
        return "the row repeats an earlier row in every column"

    def asks(self, subject: Subject) -> Asks:
        """Ask how many rows repeat another: first by a few columns, then the candidates in full."""
        table = subject.table
        if any(table[c].type().is_nested() for c in table.columns):
            raise NotApplicable("has nested columns, which cannot be compared as wholes")
        return {"total": scalar(table.count()), "found": count_repeated(repeated(self.candidates(table), _compared(table)))}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Count the copies beyond the first."""
        total = answers.scalar("total")
        kinds, equal, largest = (int(v) for v in answers.rows("found").values[0])
        copies = equal - kinds
        columns = counted(len(_compared(subject.table)), "column")
        measurements = rows_measured(copies, total, self.where)
        if not copies:
            return Findings(measurements, f"No two of {total:,} rows are equal in all {columns}.")
        measurements.append(Measurement("largest_group", largest, "rows", n=total, method="count of all rows"))
        message = f"{copies:,} of {total:,} rows ({percent(copies / total)}) repeat an earlier row in all {columns}"
        note = "" if subject.roles.key or subject.roles.entity else "; the data have no key, so equal rows may be different cases"
        return Findings(measurements, f"{message}{note}.")

    @staticmethod
    def _narrowing(table: ir.Table) -> list[str]:
        """Choose columns likely to differ: floats and timestamps before text before integers."""

        def rank(name: str) -> tuple[bool, ...]:
            kind = table[name].type()
            return not kind.is_floating(), not kind.is_timestamp(), not kind.is_string()

        return sorted(_compared(table), key=rank)[:NARROWING]


def _compared(table: ir.Table) -> list[str]:
    return [c for c in table.columns if c != ROW]
