"""D001: columns that the contract promises, and the types it promises them in."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import ibis.expr.datatypes as dt

from audit.core.ask import Answers, Asks, scalar
from audit.core.check import Check, Findings
from audit.core.contract import Contract
from audit.core.errors import NotApplicable
from audit.core.exhibit import MAX_ROWS, Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted

#: Which types of the engine a logical type of ODCS admits. An integer is a number; a date is no timestamp; what 64 bits do not hold is a decimal
#: without places.
ADMITS: dict[str, Callable[[dt.DataType], bool]] = {
    "string": lambda t: t.is_string() or t.is_uuid() or t.is_inet(),
    "integer": lambda t: t.is_integer() or (t.is_decimal() and t.scale == 0),
    "number": lambda t: t.is_numeric(),
    "boolean": lambda t: t.is_boolean(),
    "date": lambda t: t.is_date(),
    "timestamp": lambda t: t.is_timestamp(),
    "time": lambda t: t.is_time(),
    "array": lambda t: t.is_array(),
    "object": lambda t: t.is_struct() or t.is_map() or t.is_json(),
    "map": lambda t: t.is_map(),
    "vector": lambda t: t.is_array(),
}


@dataclass(frozen=True, kw_only=True)
class SchemaAndTypes(Check):
    """Missing columns, and columns of another type than promised.

    Parameters
    ----------
    expected : tuple of (str, str)
        Column names with their logical type; an empty type admits any.
    """

    code: ClassVar[str] = "D001"
    title: ClassVar[str] = "Schema and types"
    family: ClassVar[str] = "quality"
    judged: ClassVar[str] = "schema_faults"
    advice: ClassVar[str] = "Ask the producer what changed; either restore the column or change the contract with everyone who reads it."
    cites: ClassVar[tuple[str, ...]] = ("Open Data Contract Standard 3.1, logicalType",)

    expected: tuple[tuple[str, str], ...] = ()
    limit: Limit = Limit(high=0, reason="every column that the contract names is there, in its type")

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check of the whole schema, or one for each rule that names this code."""
        expected = tuple((c.name, c.logical_type) for c in contract.columns)
        default = cls(limit=replace(cls.limit, source=str(contract.place)) if expected else cls.limit)
        yield from [replace(check, expected=expected) for check in list(cls.declared(contract)) or [default]]

    def asks(self, subject: Subject) -> Asks:
        """Ask only whether columns that are text instead hold anything: the schema is known without a scan."""
        if not self.expected:
            raise NotApplicable("needs a contract with columns; name one under 'contract' in assay.yaml, or infer one")
        return {name: scalar(subject.table[name].count()) for name in self._untyped(subject)}

    def _untyped(self, subject: Subject) -> list[str]:
        """Return the columns of text that are promised to be something else: a file without types has no other form for a column of no values."""
        schema = subject.table.schema()
        return [name for name, logical in self.expected if name in schema.names and schema[name].is_string() and logical not in ("string", "")]

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Compare the contract's columns with the table's."""
        schema = subject.table.schema()
        empty = {name for name in self._untyped(subject) if not answers.scalar(name)}
        missing = [name for name, _ in self.expected if name not in schema.names]
        retyped = [
            (name, logical, str(schema[name]))
            for name, logical in self.expected
            if name in schema.names and name not in empty and logical in ADMITS and not ADMITS[logical](schema[name])
        ]
        parts = []
        if missing:
            parts.append(f"missing: {', '.join(missing)}")
        if retyped:
            parts.append("; ".join(f"{name} is {got} where {logical} is promised" for name, logical, got in retyped))
        message = f"{counted(len(self.expected), 'column')} promised; " + ("; ".join(parts) if parts else "all there, in the promised types") + "."
        faults = [(name, "missing", logical, "") for name, logical in self.expected if name in missing]
        faults += [(name, "other type", logical, got) for name, logical, got in retyped]
        method = "comparison of schemas"
        return Findings(
            [
                Measurement("schema_faults", len(missing) + len(retyped), "columns", n=len(self.expected), method=method),
                Measurement("missing_columns", len(missing), "columns", n=len(self.expected), method=method),
                Measurement("retyped_columns", len(retyped), "columns", n=len(self.expected), method=method),
            ],
            message,
            [Exhibit(Kind.TABLE, "Columns that differ from the contract", ("column", "fault", "promised", "found"), faults[:MAX_ROWS])]
            if faults
            else [],
        )
