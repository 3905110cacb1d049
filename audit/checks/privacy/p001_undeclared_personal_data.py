"""P001: columns that hold personal data which the contract does not declare."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from audit.checks.personal import declared_personal
from audit.checks.privacy.column_verdict import LEVEL, Evidence, Verdict, examine, may_be_named
from audit.core.ask import Answers, Asks, frame
from audit.core.check import Check, Findings
from audit.core.contract import Contract
from audit.core.errors import NotApplicable
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted, listed, percent

#: Fewer values than this among the first rows, and the first rows that have a value are looked at instead.
FEW_VALUES = 100


@dataclass(frozen=True, kw_only=True)
class UndeclaredPersonalData(Check):
    """Columns whose names and values look like e-mail addresses, telephone, card and account numbers, or names.

    A column is declared by a ``classification`` other than public, or by the custom property ``personalData`` or ``pii``. ``personalData: none``
    declares that a column only looks personal: it is listed, and not judged. Findings rest on the values (with check digits where the kind has
    any, and significantly above what random values would give) or on name and values together; all weaker evidence is a suspicion, shown and
    not judged. Absence of a finding is no proof: values are a sample from the beginning of the table.

    Parameters
    ----------
    declared_personal, declared_harmless : tuple of str
        Columns that the contract declares to hold personal data, or not to.
    rows : int
        Rows in the sample: the first ones of the table.
    distinct : int
        Distinct values looked at in each column: the first ones of the sample.
    """

    code: ClassVar[str] = "P001"
    title: ClassVar[str] = "Undeclared personal data"
    family: ClassVar[str] = "privacy"
    seeks: ClassVar[bool] = True
    judged: ClassVar[str] = "undeclared_columns"
    advice: ClassVar[str] = "Drop these columns at the source, or declare them in the contract."
    cites: ClassVar[tuple[str, ...]] = ("Regulation (EU) 2016/679 (GDPR), Articles 4(1) and 30(1)(c)",)

    declared_personal: tuple[str, ...] = ()
    declared_harmless: tuple[str, ...] = ()
    rows: int = 5_000
    distinct: int = 500
    limit: Limit = Limit(high=0, reason="personal data must be known before they are used", source="default of P001")

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check that knows what the contract declares."""
        personal = tuple(c.name for c in contract.columns if declared_personal(c) is True)
        harmless = tuple(c.name for c in contract.columns if declared_personal(c) is False)
        for check in list(cls.declared(contract)) or [cls()]:
            yield replace(
                check,
                declared_personal=tuple(dict.fromkeys((*check.declared_personal, *personal))),
                declared_harmless=tuple(dict.fromkeys((*check.declared_harmless, *harmless))),
            )

    def asks(self, subject: Subject) -> Asks:
        """Ask for the first rows of all columns that could hold personal data, and for more of a column only if those are mostly missing."""
        texts = _texts(subject.table)
        if not texts:
            raise NotApplicable("no column could hold personal data: there is neither text nor a whole number")
        # a list, because a column may be called 'self'
        sampled = subject.table.limit(self.rows).select([text.name(name) for name, text in texts.items()])
        asks = {"sample": frame(sampled)}
        for name in filter(lambda n: _telling(subject.table, n), texts):
            present = subject.table.select(value=texts[name]).filter(lambda t: t.value.notnull())
            asks[f"more of {name}"] = frame(present.limit(self.rows), when_needed=True)
        return asks

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Examine the sampled values of each column."""
        sample = answers.frame("sample")
        verdicts = []
        for name in map(str, sample.columns):
            values = sample[name].dropna()
            if len(values) < FEW_VALUES and len(sample) == self.rows and _telling(subject.table, name):
                values = answers.frame(f"more of {name}")["value"].dropna()
            verdict = examine(name, values.unique()[: self.distinct].tolist(), len(values))
            if verdict is not None:
                verdicts.append(verdict)
        return self._findings(verdicts, len(sample.columns), len(sample))

    def _findings(self, verdicts: Sequence[Verdict], examined: int, sampled: int) -> Findings:
        found = [v for v in verdicts if v.evidence.finding and v.column not in self.declared_harmless]
        undeclared = [v for v in found if v.column not in self.declared_personal]
        suspected = [v for v in verdicts if not v.evidence.finding and v.column not in (*self.declared_personal, *self.declared_harmless)]
        method = f"first {self.distinct:,} distinct values of the first {self.rows:,} rows, or of the first rows with a value where most have none"
        measurements = [
            Measurement("undeclared_columns", len(undeclared), "columns", {}, examined, method=method),
            Measurement("declared_columns", len(found) - len(undeclared), "columns", {}, examined, method=method),
            Measurement("suspected_columns", len(suspected), "columns", {}, examined, method=method),
        ]
        measurements += [
            Measurement("personal_share", v.rate, "share", {"column": v.column, "kind": v.kind}, v.n, v.interval, LEVEL, f"wilson, {method}")
            for v in verdicts
            if v.evidence is not Evidence.NAME
        ]
        exhibits = [self._exhibit(verdicts, sampled)] if verdicts else []
        return Findings(measurements, _message(undeclared, found, suspected, examined, sampled), exhibits, _advice(undeclared))

    def _exhibit(self, verdicts: Sequence[Verdict], sampled: int) -> Exhibit:
        def declared(column: str) -> str:
            return "personal" if column in self.declared_personal else "not personal" if column in self.declared_harmless else "no"

        return Exhibit(
            Kind.TABLE,
            "Columns that hold or may hold personal data",
            ("column", "kind", "evidence", "share of values", "low", "high", "values", "declared", "example, masked"),
            [(v.column, v.kind, v.evidence.value, v.rate, *(v.interval or (None, None)), v.n, declared(v.column), v.example) for v in verdicts],
            note=f"Distinct values among the first {sampled:,} rows, at most {self.distinct:,} a column; interval at 95 %.",
        )


def _texts(table: ir.Table) -> dict[str, ir.StringValue]:
    """Return the columns that could hold personal data, as text."""
    texts: dict[str, ir.StringValue] = {}
    for name in table.columns:
        column, kind = table[name], table[name].type()
        if kind.is_string():
            texts[name] = column
        elif isinstance(kind, (dt.Int64, dt.UInt64, dt.Decimal)) or (kind.is_integer() and may_be_named(name)) or kind.is_inet():
            texts[name] = column.cast("string")
        elif (kind.is_date() or kind.is_timestamp()) and may_be_named(name):
            texts[name] = column.cast("date").cast("string")
        elif kind.is_floating() and may_be_named(name):
            # whole numbers with missing values arrive as floats
            whole = ~column.isnan() & (column == column.floor()) & (column.abs() < 1e18)
            texts[name] = ibis.ifelse(whole, column, ibis.null(kind)).cast("int64").cast("string")
    return texts


def _telling(table: ir.Table, name: str) -> bool:
    """Return whether a column is worth a scan of its own where the first rows have no values: not for a number without a telling name."""
    return bool(table[name].type().is_string()) or may_be_named(name)


def _message(undeclared: Sequence[Verdict], found: Sequence[Verdict], suspected: Sequence[Verdict], examined: int, sampled: int) -> str:
    where = f"looked at {counted(examined, 'column')} of the first {counted(sampled, 'row')}"
    if undeclared:
        shown = listed(f"'{v.column}' ({v.kind}, {percent(v.rate or 0.0)} of {counted(v.n, 'distinct value')})" for v in undeclared)
        text = f"{counted(len(undeclared), 'column holds', 'columns hold')} personal data that the contract does not declare: {shown}"
    else:
        text = "No undeclared personal data were found"
    if declared := len(found) - len(undeclared):
        text += f"; {counted(declared, 'column holds', 'columns hold')} declared ones"
    if suspected:
        signs = listed(f"'{v.column}' ({v.kind}, by {v.evidence.value})" for v in suspected)
        text += f"; weaker signs in {counted(len(suspected), 'column')}: {signs}"
    return f"{text} ({where})."


def _advice(undeclared: Sequence[Verdict]) -> str:
    if not undeclared:
        return ""
    clauses = "\n".join(
        f"  - name: {v.column}\n    classification: restricted\n    customProperties: [{{property: personalData, value: {v.kind}}}]"
        for v in undeclared
    )
    return f"Drop {listed(v.column for v in undeclared)} at the source, or declare what they hold in the contract:\n{clauses}"
