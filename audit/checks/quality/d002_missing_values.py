"""D002: values that are missing, or written as if they were there."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import ibis
import ibis.expr.types as ir

from audit.core.ask import Answers, Asks, scalar
from audit.core.check import Findings, RowCheck, missing, require_column, rows_measured
from audit.core.contract import Contract
from audit.core.exact import among
from audit.core.limit import Limit
from audit.core.subject import Subject
from audit.core.values import is_nan, texts
from audit.core.wording import percent


@dataclass(frozen=True, kw_only=True)
class MissingValues(RowCheck):
    """Rows in which a column is null, NaN or one of the declared sentinels.

    Parameters
    ----------
    column : str
        The column.
    sentinels : tuple
        Values that stand for "missing"; compared as numbers in a numeric column, as text without outer blanks elsewhere.
    """

    code: ClassVar[str] = "D002"
    title: ClassVar[str] = "Missing values"
    family: ClassVar[str] = "quality"
    advice: ClassVar[str] = "Fill the values at their source, or relax 'required' and say how a model is to treat the gap."
    cites: ClassVar[tuple[str, ...]] = ("Open Data Contract Standard 3.1, required, nullValues, missingValues",)

    column: str = ""
    sentinels: tuple[Any, ...] = ()
    limit: Limit = Limit(high=0)

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check for each ``required`` column, each primary key and each nullValues or missingValues rule."""
        yield from cls.declared(contract)
        for column in contract.columns:
            if column.required or column.primary_key:
                key = "required" if column.required else "primaryKey"
                place = str(column.place(key))
                yield cls(column=column.name, limit=Limit(high=0, reason=f"{key} in the contract", source=place), clauses=(place,))
            for rule in column.rules:
                if rule.metric in ("nullValues", "missingValues"):
                    sentinels = tuple(str(v) for v in rule.arguments.get("missingValues", ()) if v is not None)
                    yield cls(column=column.name, sentinels=sentinels, limit=cls.limit_from(rule), clauses=(str(rule.place),))

    @property
    def where(self) -> dict[str, str]:
        """The column, and the values that stand for missing: a column may be held to both kinds of emptiness."""
        return {"column": self.column, **({"coded": ", ".join(map(str, self.sentinels))} if self.sentinels else {})}

    def failing(self, table: ir.Table) -> ir.BooleanValue:
        """Return where the column is missing."""
        column = table[self.column]
        if not self.sentinels:
            return missing(column)
        if column.type().is_numeric():
            # -999 in a column of decimals is -999.0: as texts they would differ
            coded = among(column, self.sentinels)
        else:
            coded = column.cast("string").strip().isin(sorted(s.strip() for s in texts(self.sentinels)))
        return missing(column) | ibis.coalesce(coded, False)

    def reason(self) -> str:
        """Name the column."""
        return f"{self.column} is missing"

    def asks(self, subject: Subject) -> Asks:
        """Ask how many rows there are, and how many of them have a value."""
        column = require_column(subject, self.column)
        table = subject.table
        if self.sentinels:
            return {"total": scalar(table.count()), "failing": scalar(table.count(where=self.failing(table)))}
        # count(column) needs no look at the values: Parquet keeps the number of nulls
        asks = {"total": scalar(table.count()), "present": scalar(column.count())}
        if column.type().is_floating():
            # NaN is the largest number to every engine, so that a column has one where its maximum is one
            asks |= {"highest": scalar(column.max()), "nan": scalar(table.count(where=column.isnan()), when_needed=True)}
        return asks

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Turn the counts into a share."""
        total = answers.scalar("total")
        if self.sentinels:
            failing = answers.scalar("failing")
        else:
            floating = subject.table[self.column].type().is_floating()
            failing = total - answers.scalar("present") + (answers.scalar("nan") if floating and is_nan(answers.scalar("highest")) else 0)
        also = f", or {', '.join(repr(str(s)) for s in self.sentinels)}" if self.sentinels else ""
        share = f" ({percent(failing / total)})" if total else ""
        return Findings(
            rows_measured(failing, total, self.where),
            f"{failing:,} of {total:,} values of {self.column} are missing{also}{share}.",
        )
