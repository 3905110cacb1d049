"""D008: too few rows, or too many."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

from audit.core.ask import Answers, Asks, scalar
from audit.core.check import Check, Findings
from audit.core.contract import Contract
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted


@dataclass(frozen=True, kw_only=True)
class RowCount(Check):
    """The number of rows."""

    code: ClassVar[str] = "D008"
    title: ClassVar[str] = "Row count"
    family: ClassVar[str] = "quality"
    judged: ClassVar[str] = "row_count"
    advice: ClassVar[str] = "Check whether the delivery is complete, or was delivered twice."
    cites: ClassVar[tuple[str, ...]] = ("Open Data Contract Standard 3.1, rowCount",)

    limit: Limit = Limit(low=1, reason="an empty table cannot be checked, and nothing can be learnt from it")

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check for each rowCount rule and each rule that names this code, or one that asks for at least a row."""
        promised = [cls(limit=cls.limit_from(r), clauses=(str(r.place),)) for r in contract.rules if r.metric == "rowCount"]
        yield from [*cls.declared(contract), *promised] or [cls()]

    def asks(self, subject: Subject) -> Asks:
        """Ask for the number of rows."""
        return {"total": scalar(subject.table.count())}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Report it."""
        total = answers.scalar("total")
        return Findings(
            [Measurement("row_count", total, "rows", n=total, method="count of all rows")],
            f"The table has {counted(total, 'row')}; {self.limit} expected.",
        )
