"""P001: columns that hold personal data which the contract does not declare."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Self

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from audit.checks.privacy.column_sample import LONGEST, ColumnSample
from audit.checks.privacy.column_verdict import examine, may_be_named
from audit.checks.privacy.masking import mask
from audit.checks.privacy.spread_sample import numbered, spread, spread_of_sparse
from audit.checks.privacy.verdict import LEVEL, Verdict
from audit.contract.personal import declared_personal
from audit.core.ask import Answers, Asks, frame, scalar
from audit.core.check import ROW, Check, Findings
from audit.core.contract import Contract
from audit.core.errors import NotApplicable
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted, listed, percent

if TYPE_CHECKING:
    import pandas as pd

#: Cells fetched at most for a sample, and in a second one of columns that are mostly missing.
MOST_CELLS = 500_000
#: Columns beyond which a table gets neither a second sample nor a search for rare addresses: what is asked of so many takes longer than the answer.
MOST_SEARCHED = 200


@dataclass(frozen=True, kw_only=True)
class UndeclaredPersonalData(Check):
    """Columns whose names and values are those of personal data: addresses, numbers, names and birthdays of people, and texts that hold them.

    A column is declared by a ``classification`` other than public, or by the custom property ``personalData`` or ``pii``. ``personalData: none``
    declares that a column only looks personal: it is listed, and not judged. Findings rest on the values (with check digits where the kind has
    any, and significantly above what random values would give) or on name and values together; all weaker evidence is a suspicion, shown and
    not judged. Absence of a finding is no proof: values are a sample, though one from all over the table.

    Parameters
    ----------
    declared_personal, declared_harmless : tuple of str
        Columns that the contract declares to hold personal data, or not to.
    rows : int
        Rows in the sample.
    distinct : int
        Distinct values looked at in each column.
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
    distinct: int = 2_000
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
        """Ask for rows from all over the table, for more of columns that are mostly missing, and for e-mail addresses anywhere."""
        texts = _texts(subject.table)
        if not texts:
            raise NotApplicable("no column could hold personal data: there is neither text nor a whole number")
        rows, size = numbered(texts, subject.table), self._rows(len(texts))
        asks = {"sample": frame(spread(rows, size))}
        if len(texts) <= MOST_SEARCHED:
            asks["sparse"] = frame(spread_of_sparse(rows, self.distinct, 2 * size), when_needed=True)
        for name in _searched(subject.table, texts):
            holding = rows.filter(rows[name].contains("@")).select([rows[name], rows[ROW]])
            asks[f"with @: {name}"] = scalar(texts[name].contains("@").cast("int64").sum())
            asks[f"those with @: {name}"] = frame(spread(holding, self.distinct // 4), when_needed=True)
        return asks

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Examine the sampled values of each column."""
        sample = answers.frame("sample")
        names = [str(c) for c in sample.columns if c != ROW]
        full = len(sample) == self._rows(len(names))
        sparse = full and len(names) <= MOST_SEARCHED and any(sample[n].count() < min(self.distinct, len(sample)) for n in names)
        more = answers.frame("sparse") if sparse else None
        searched = _searched(subject.table, names)
        samples = []
        for name in names:
            source = more if more is not None and more[name].count() > sample[name].count() else sample
            rare = answers.scalar(f"with @: {name}") if name in searched else 0
            if full and rare and not source[name].astype(str).str.contains("@", regex=False).any():
                source = answers.frame(f"those with @: {name}")
            samples.append(self._column(name, source, not subject.table[name].type().is_string()))
        return self._findings(examine(samples), len(names), len(sample))

    def _rows(self, columns: int) -> int:
        """Return how many rows the sample has: fewer where the table is very wide."""
        return max(1, min(self.rows, MOST_CELLS // columns))

    def _column(self, name: str, source: "pd.DataFrame", numbers: bool) -> ColumnSample:
        """Return what is looked at of a column."""
        present = [(value, row) for value, row in zip(source[name].tolist(), source[ROW].tolist(), strict=True) if isinstance(value, str)]
        first: dict[str, int] = {}
        for value, row in present:
            if len(first) == self.distinct:
                break
            first.setdefault(value[:LONGEST].strip(), int(row))
        first.pop("", None)
        whole = numbers and all(v.lstrip("-").isdigit() for v in list(first)[:20])
        return ColumnSample(name, tuple(first), len(present), tuple(first.values()), whole)

    def _findings(self, verdicts: Sequence[Verdict], examined: int, sampled: int) -> Findings:
        found = [v for v in verdicts if v.evidence.finding and v.column not in self.declared_harmless]
        undeclared = [v for v in found if v.column not in self.declared_personal]
        suspected = [v for v in verdicts if not v.evidence.finding and v.column not in (*self.declared_personal, *self.declared_harmless)]
        method = f"at most {self.distinct:,} distinct values of {sampled:,} rows from all over the table, or of more where most have none"
        measurements = [
            Measurement("undeclared_columns", len(undeclared), "columns", {}, examined, method=method),
            Measurement("declared_columns", len(found) - len(undeclared), "columns", {}, examined, method=method),
            Measurement("suspected_columns", len(suspected), "columns", {}, examined, method=method),
        ]
        measurements += [
            Measurement("personal_share", v.rate, "share", {"column": v.column, "kind": v.kind}, v.n, v.interval, LEVEL, f"wilson, {method}")
            for v in verdicts
            if v.hits
        ]
        exhibits = [self._exhibit(verdicts, sampled)] if verdicts else []
        message = _message(undeclared, found, suspected, examined, sampled)
        return Findings(measurements, message, exhibits, _advice(undeclared), "\n".join(map(_clause, undeclared)))

    def _exhibit(self, verdicts: Sequence[Verdict], sampled: int) -> Exhibit:
        def declared(column: str) -> str:
            return "personal" if column in self.declared_personal else "not personal" if column in self.declared_harmless else "no"

        return Exhibit(
            Kind.TABLE,
            "Columns that hold or may hold personal data",
            (
                "column",
                "kind",
                "decision",
                "evidence",
                "name suggests it",
                "share of values",
                "low",
                "high",
                "distinct values",
                "declared",
                "example, masked",
            ),
            [
                (
                    v.column,
                    v.kind,
                    v.decision,
                    v.evidence.value,
                    "yes" if v.named else "no",
                    v.rate if v.hits else None,
                    *(v.interval if v.hits and v.interval else (None, None)),
                    v.n,
                    declared(v.column),
                    mask(v.example),
                )
                for v in verdicts
            ],
            note=f"At most {self.distinct:,} distinct values of {sampled:,} rows from all over the table, missing ones left out; interval at 95 %.",
        )


def _texts(table: ir.Table) -> dict[str, ir.StringValue]:
    """Return the columns that could hold personal data, as text."""
    texts: dict[str, ir.StringValue] = {}
    for name in table.columns:
        column, kind = table[name], table[name].type()
        if kind.is_string():
            texts[name] = column
        elif kind.is_integer() or isinstance(kind, dt.Decimal) or kind.is_inet():
            texts[name] = column.cast("string")
        elif kind.is_date() or kind.is_timestamp():
            texts[name] = column.cast("date").cast("string")
        elif kind.is_floating() and may_be_named(name):
            # whole numbers with missing values arrive as floats
            whole = ~column.isnan() & (column == column.floor()) & (column.abs() < 1e18)
            texts[name] = ibis.ifelse(whole, column, ibis.null(kind)).cast("int64").cast("string")
    return texts


def _searched(table: ir.Table, names: Iterable[str]) -> list[str]:
    """Return the text columns in which e-mail addresses are looked for in all rows."""
    columns = list(names)
    return [n for n in columns if table[n].type().is_string()] if len(columns) <= MOST_SEARCHED else []


def _message(undeclared: Sequence[Verdict], found: Sequence[Verdict], suspected: Sequence[Verdict], examined: int, sampled: int) -> str:
    where = f"looked at {counted(examined, 'column')} of {counted(sampled, 'row')}"
    if undeclared:
        shown = listed(map(_evidence, undeclared))
        text = f"{counted(len(undeclared), 'column holds', 'columns hold')} personal data that the contract does not declare: {shown}"
    else:
        text = "No undeclared personal data were found"
    if declared := len(found) - len(undeclared):
        text += f"; {counted(declared, 'column holds', 'columns hold')} declared ones"
    if suspected:
        signs = listed(f"'{v.column}' ({v.kind}, by {v.evidence.value})" for v in suspected)
        text += f"; weaker signs in {counted(len(suspected), 'column')}: {signs}"
    return f"{text} ({where})."


def _evidence(verdict: Verdict) -> str:
    """Return what a column holds, and on how many values and which name that rests."""
    low, high = verdict.interval or (0.0, 1.0)
    rate = (
        f"{percent(verdict.rate or 0.0)} of {counted(verdict.n, 'distinct value')}, {100 * LEVEL:.0f} % interval {100 * low:.1f} to {100 * high:.1f}"
    )
    return f"'{verdict.column}' ({verdict.kind} by {verdict.evidence.value}: {rate}, such as {mask(verdict.example)})"


def _advice(undeclared: Sequence[Verdict]) -> str:
    return f"Drop {listed(v.column for v in undeclared)} at the source, or declare what they hold in the contract." if undeclared else ""


def _clause(verdict: Verdict) -> str:
    """Return the property that declares a column, in YAML."""
    name = '"' + verdict.column.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"- name: {name}\n  classification: restricted\n  customProperties: [{{property: personalData, value: {verdict.kind}}}]"
