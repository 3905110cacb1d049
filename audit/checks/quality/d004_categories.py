"""D004: values that are none of the agreed categories."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import ibis.expr.types as ir

from audit.contract.personal import declared_personal
from audit.core.ask import Answers, Asks, scalar, value_counts
from audit.core.check import Findings, RowCheck, missing, require_column, rows_measured
from audit.core.contract import Contract
from audit.core.errors import UsageError, did_you_mean
from audit.core.exact import among
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.subject import Subject
from audit.core.values import texts
from audit.core.wording import counted

#: How many wrong values are shown, and how much of each.
SHOWN = 10
SHORT = 60


@dataclass(frozen=True, kw_only=True)
class Categories(RowCheck):
    """Rows whose value is not among the allowed ones; missing values are none of this check's business.

    Parameters
    ----------
    column : str
        The column.
    allowed : tuple
        The allowed values; ``1`` and ``"1"`` are the same category.
    classified : bool
        Whether the contract classifies the column as other than public, or declares personal data in it; its values are then not shown.
    """

    code: ClassVar[str] = "D004"
    title: ClassVar[str] = "Categories"
    family: ClassVar[str] = "quality"
    advice: ClassVar[str] = "Map variants and typing errors to an agreed category, or agree on the new one in the contract."
    cites: ClassVar[tuple[str, ...]] = ("Open Data Contract Standard 3.2, enum; 3.1, invalidValues with validValues",)

    column: str = ""
    allowed: tuple[Any, ...] = ()
    classified: bool = False
    limit: Limit = Limit(high=0)

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check for each ``enum`` and each invalidValues rule with validValues."""
        classified = {c.name: bool(declared_personal(c)) for c in contract.columns}
        for check in cls._promised(contract):
            yield replace(check, classified=check.classified or classified.get(check.column, False))

    @classmethod
    def _promised(cls, contract: Contract) -> Iterable[Self]:
        yield from cls.declared(contract)
        for column in contract.columns:
            if column.enum:
                place = str(column.place("enum"))
                limit = Limit(high=0, reason="enum in the contract", source=place)
                yield cls(column=column.name, allowed=column.enum, limit=limit, clauses=(place,))
            for rule in column.rules:
                if rule.metric == "invalidValues" and rule.arguments.get("validValues"):
                    values = tuple(rule.arguments["validValues"])
                    yield cls(column=column.name, allowed=values, limit=cls.limit_from(rule), clauses=(str(rule.place),))

    def failing(self, table: ir.Table) -> ir.BooleanValue:
        """Return where the value is not allowed."""
        column = table[self.column]
        if column.type().is_numeric():
            return ~missing(column) & ~among(column, self.allowed)
        return column.cast("string").notin(sorted(texts(self.allowed)))

    def reason(self) -> str:
        """Name the column."""
        return f"{self.column} is none of its {len(self.allowed)} allowed values"

    def asks(self, subject: Subject) -> Asks:
        """Ask for the value counts: a GROUP BY is nearly free, a long NOT IN inside the scan is not."""
        column = require_column(subject, self.column)
        if not self.allowed:
            raise UsageError(f"D004 on '{self.column}' has no allowed values")
        if column.type().is_numeric():
            return {"total": scalar(subject.table.count()), "failing": scalar(subject.table.count(where=self.failing(subject.table)))}
        return {"total": scalar(subject.table.count()), "counts": value_counts(column)}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Compare the values that occur with the allowed ones."""
        total = answers.scalar("total")
        if subject.table[self.column].type().is_numeric():
            failing = answers.scalar("failing")
            return Findings(
                rows_measured(failing, total, self.where), f"{failing:,} of {total:,} values of {self.column} are none of {self._listed()}."
            )
        allowed = texts(self.allowed)
        wrong = sorted(((n, v) for v, n in answers.rows("counts").values if v is not None and v not in allowed), key=lambda p: (-p[0], p[1]))
        failing = sum(n for n, _ in wrong)
        message = f"{failing:,} of {total:,} values of {self.column} are none of {self._listed()}"
        exhibits, hint = [], ""
        if wrong:
            message += f"; {counted(len(wrong), 'other value')}"
        if wrong and self.classified:
            message += ", not shown since the contract classifies the column"
        elif wrong:
            commonest = wrong[0][1]
            nearest = did_you_mean(commonest, allowed) if len(commonest) < SHORT else ""
            hint = f" For {commonest!r}: {nearest}" if nearest.startswith("Did") else ""
            shown = [(v if len(v) < SHORT else v[: SHORT - 1] + "…", n) for n, v in wrong[:SHOWN]]
            exhibits = [Exhibit(Kind.TABLE, f"Most frequent values of {self.column} outside its categories", ("value", "rows"), shown)]
        return Findings(rows_measured(failing, total, self.where), f"{message}.{hint}", exhibits)

    def _listed(self) -> str:
        names = sorted(texts(self.allowed))
        return f"its {len(names)} categories" if len(names) > 6 else ", ".join(names)
