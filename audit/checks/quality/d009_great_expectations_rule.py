"""D009: rules of the contract that Great Expectations evaluates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import ibis.expr.types as ir

from audit.core.ask import Answers, Asks, frame, scalar
from audit.core.check import Check, Findings
from audit.core.contract import Contract
from audit.core.errors import UsageError
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.engines import great_expectations, gx_rows


@dataclass(frozen=True, kw_only=True)
class GreatExpectationsRule(Check):
    """One expectation of Great Expectations, evaluated by Great Expectations on the columns it names.

    Parameters
    ----------
    expectation : str
        Type, such as ``expect_column_values_to_be_increasing``.
    arguments : mapping
        Its keyword arguments.
    """

    code: ClassVar[str] = "D009"
    title: ClassVar[str] = "Great Expectations rule"
    family: ClassVar[str] = "quality"
    judged: ClassVar[str] = "unmet_expectations"
    advice: ClassVar[str] = "See what the expectation says in Great Expectations' own documentation, and repair the data or the rule."
    cites: ClassVar[tuple[str, ...]] = ("Great Expectations, expectation gallery",)
    slow: ClassVar[bool] = True

    expectation: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    limit: Limit = Limit(high=0)

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check for each rule ``{type: custom, engine: greatExpectations}``, and for each that names this code."""
        yield from cls.declared(contract)
        for rule in contract.all_rules():
            if rule.kind != "custom" or rule.engine != "greatExpectations":
                continue
            name = rule.implementation.get("type") or rule.implementation.get("expectation_type")
            if not name:
                raise UsageError(f"{rule.place}: a Great Expectations rule needs 'implementation: {{type: expect_…, kwargs: {{…}}}}'")
            arguments = dict(rule.implementation.get("kwargs") or {})
            if rule.column:
                arguments.setdefault("column", rule.column)
            yield cls(expectation=str(name), arguments=arguments, limit=cls.limit_from(rule), clauses=(str(rule.place),))

    @property
    def where(self) -> Mapping[str, str]:
        """The expectation, and its columns."""
        columns = self.columns()
        return {**({"column": " + ".join(columns)} if columns else {}), "expectation": self.expectation}

    def asks(self, subject: Subject) -> Asks:
        """Ask for the columns that the expectation is about; for the number of rows alone where Great Expectations evaluates on the server."""
        if gx_rows.evaluates(subject.table):
            return {"total": scalar(subject.table.count())}
        return {"rows": frame(self.looked_at(subject.table))}

    def looked_at(self, table: ir.Table) -> ir.Table:
        """Return the columns that the expectation names, or all of them."""
        columns = [c for c in self.columns() if c in table.columns]
        return table.select(columns) if columns else table

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Let Great Expectations evaluate."""
        fetched = None if gx_rows.evaluates(subject.table) else answers.frame("rows")
        total = answers.scalar("total") if fetched is None else len(fetched)
        rows = gx_rows.rows_of(subject.table, fetched)
        outcome = great_expectations.evaluate(rows, self.expectation, self.arguments)
        method = f"great_expectations {outcome.version} on {rows.engine}"
        measurements = [Measurement("unmet_expectations", int(not outcome.success), "expectations", self.where, total, method=method)]
        if outcome.unexpected is not None:
            measurements.append(Measurement("unexpected_values", outcome.unexpected, "rows", self.where, outcome.elements, method=method))
        name = self.expectation.removeprefix("expect_").replace("_", " ")
        unexpected = f"; {outcome.unexpected:,} of {outcome.elements:,} values unexpected" if outcome.unexpected is not None else ""
        message = f"Great Expectations: “{name}” is {'met' if outcome.success else 'not met'} on {total:,} rows{unexpected}."
        table = [(k, str(v)) for k, v in self.arguments.items()] + [(k, str(v)) for k, v in outcome.observed.items()]
        return Findings(measurements, message, [Exhibit(Kind.TABLE, "What was expected and observed", ("item", "value"), table)])

    def columns(self) -> list[str]:
        """Return the columns that the expectation names."""
        named = [self.arguments.get(k) for k in ("column", "column_A", "column_B")]
        named += list(self.arguments.get("column_list") or []) + list(self.arguments.get("column_set") or [])
        return [str(c) for c in named if c]
