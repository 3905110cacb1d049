"""D011: columns that the contract does not mention."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from audit.core.ask import Answers, Asks
from audit.core.check import Check, Findings
from audit.core.contract import Contract
from audit.core.errors import NotApplicable
from audit.core.exhibit import MAX_ROWS, Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject


@dataclass(frozen=True, kw_only=True)
class UndeclaredColumns(Check):
    """Columns of the data that no clause of the contract is about.

    Parameters
    ----------
    declared_columns : tuple of str
        The contract's columns.
    """

    code: ClassVar[str] = "D011"
    title: ClassVar[str] = "Undeclared columns"
    family: ClassVar[str] = "quality"
    judged: ClassVar[str] = "undeclared_columns"
    advice: ClassVar[str] = "Declare the column in the contract, or drop it before training: nothing is known about what it may hold."

    declared_columns: tuple[str, ...] = ()
    limit: Limit = Limit(high=0, blocking=False, reason="a column that nobody declared is checked for nothing but personal data")

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check, or one for each rule that names this code."""
        names = tuple(c.name for c in contract.columns)
        yield from [replace(check, declared_columns=names) for check in list(cls.declared(contract)) or [cls()]]

    def asks(self, subject: Subject) -> Asks:
        """Ask nothing: the schema is known without a scan."""
        if not self.declared_columns:
            raise NotApplicable("needs a contract with columns; name one under 'contract' in assay.yaml")
        return {}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Name the columns."""
        schema = subject.table.schema()
        extra = [c for c in schema.names if c not in self.declared_columns]
        found = [Measurement("undeclared_columns", len(extra), "columns", n=len(schema.names), method="comparison of schemas")]
        if not extra:
            return Findings(found, f"The contract declares every column ({len(schema.names)}).")
        clause = f" To declare one: {{name: {extra[0]}, logicalType: …, description: …}} under 'properties'."
        return Findings(
            found,
            f"{len(extra)} of {len(schema.names)} columns are not in the contract: {', '.join(extra[:10])}{', …' if len(extra) > 10 else ''}.",
            [Exhibit(Kind.TABLE, "Columns that the contract does not mention", ("column", "type"), [(c, str(schema[c])) for c in extra[:MAX_ROWS]])],
            self.advice + clause,
        )
