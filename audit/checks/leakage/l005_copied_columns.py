"""L005: columns that say the same as another column, the target above all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import ibis
import ibis.expr.types as ir
import numpy as np

from audit.checks.leakage.copies import Copy, Kind, find_copies, one_for_one
from audit.checks.leakage.not_features import barred, proposal
from audit.checks.leakage.sampled import SIZE, read, sampled, with_target
from audit.checks.plain import null_if_missing
from audit.core.ask import Answers, Ask, Asks, rows, scalar
from audit.core.check import Check, Findings, missing
from audit.core.contract import Contract
from audit.core.exhibit import MAX_ROWS, Exhibit
from audit.core.exhibit import Kind as Shape
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted, listed, percent

#: Pairs of values beyond which no column is taken for another in other words.
MOST_PAIRS = 10_000


@dataclass(frozen=True, kw_only=True)
class CopiedColumns(Check):
    """Columns that equal another one, repeat it on another scale, or have one value for each of its values.

    A bounded sample tells which pairs to look at; those are compared in all rows.

    Parameters
    ----------
    differing : float
        Largest share of the rows in which a copy may differ, among those beside the most frequent value.
    not_features : tuple of str
        Columns that no model learns from, which are not looked at; the contract's ``feature: false`` adds to them.
    """

    code: ClassVar[str] = "L005"
    title: ClassVar[str] = "Copied columns"
    family: ClassVar[str] = "leakage"
    judged: ClassVar[str] = "copied_columns"
    advice: ClassVar[str] = (
        "Keep one of each; a copy of the target must not be learnt from. Copies share the importance of what they say, so that none seems to matter."
    )
    cites: ClassVar[tuple[str, ...]] = ("Kaufman, Rosset, Perlich & Stitelman 2012, Leakage in data mining, ACM TKDD 6(4)",)
    seeks: ClassVar[bool] = True

    limit: Limit = Limit(
        high=0, blocking=False, reason="a copy adds nothing, and a copy of the target gives the answer away", source="default of L005"
    )
    differing: float = 0.02
    not_features: tuple[str, ...] = ()

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check that knows which columns are no features."""
        for check in list(cls.declared(contract)) or [cls()]:
            yield replace(check, not_features=tuple(dict.fromkeys((*check.not_features, *barred(contract)))))

    def asks(self, subject: Subject) -> Asks:
        """Ask for a sample."""
        return {"total": scalar(subject.table.count()), "sample": sampled(subject)}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Compare the columns that the sample pairs in all rows."""
        total, target = int(answers.scalar("total")), subject.roles.target
        columns = [c for c in with_target(subject) if c == target or c not in self.not_features]
        sample = read(subject, answers.frame("sample"))
        paired = find_copies(sample, columns, self.differing)
        found = [(copy, off) for copy, off in self._verified(subject, answers, paired, total) if off <= self.differing * copy.telling * total]
        measurements = [Measurement("copied_columns", len(found), "columns", {}, len(columns), method=f"sample of {len(sample):,}, then all rows")]
        for copy, off in found:
            where = {"column": copy.column, "copy_of": copy.original}
            size = len(sample) if copy.kind is Kind.ORDERED else total
            method = f"sample of {size:,} rows by hash" if copy.kind is Kind.ORDERED else "count of all rows"
            measurements.append(Measurement("differing_share", off / total, "share", where, size, method=method))
        if not found:
            looked = f"a sample of {len(sample):,} rows" if total > SIZE else counted(total, "row")
            return Findings(measurements, f"None of {counted(len(columns), 'column')} says the same as another (looked for in {looked}).")
        leaks = [copy.column for copy, _ in found if copy.original == target]
        parts = listed(_said(copy, off, total, target) for copy, off in sorted(found, key=lambda f: f[0].original != target))
        message = f"{counted(len(found), 'column says', 'columns say')} the same as another: {parts}."
        advice = f"Do not learn from {listed(leaks)}: the target is written in there. {self.advice}" if leaks else ""
        lines = [(copy.column, copy.original, str(copy.kind), round(off), off / total) for copy, off in found[:MAX_ROWS]]
        exhibit = Exhibit(Shape.TABLE, "Columns that say the same", ("column", "copy of", "how", "differing rows", "share"), lines)
        return Findings(measurements, message, [exhibit], advice, proposal(copy.column for copy, _ in found))

    def _verified(self, subject: Subject, answers: Answers, copies: Sequence[Copy], total: int) -> list[tuple[Copy, float]]:
        """Return each copy with the number of rows in which it differs; of those in the same order, that of the sample in proportion."""
        table = subject.table
        asks: dict[str, Ask] = {}
        for copy in copies:
            a, b = null_if_missing(table[copy.original]), null_if_missing(table[copy.column])
            if copy.kind is Kind.RECODED:
                asks[copy.column] = rows(_pairs(table, copy))
            elif copy.kind is not Kind.ORDERED:
                asks[copy.column] = scalar(table.count(where=_differs(a, b, copy)))
        more = answers.more(asks)
        found: list[tuple[Copy, float]] = []
        for copy in copies:
            if copy.kind is Kind.ORDERED:
                found.append((copy, copy.differing * total))
            elif copy.kind is Kind.RECODED:
                cells = list(more.rows(copy.column))
                found.append((copy, total - _agreeing(cells) if len(cells) < MOST_PAIRS else total))
            else:
                found.append((copy, int(more.scalar(copy.column))))
        return found


def _differs(a: ir.Column, b: ir.Column, copy: Copy) -> ir.BooleanValue:
    if copy.kind is Kind.EQUAL and a.type() == b.type():
        return ~a.identical_to(b)
    if copy.kind is Kind.EQUAL and not (_is_number(a) or _is_number(b)):
        return ~a.cast("string").identical_to(b.cast("string"))
    x, y = _number(a), _number(b)
    if copy.kind is Kind.EQUAL:
        return ~x.identical_to(y)
    off = (y - copy.intercept - copy.slope * x).abs() > copy.tolerance
    return (x.isnull() != y.isnull()) | off.fill_null(False)


def _is_number(column: ir.Column) -> bool:
    kind = column.type()
    return bool(kind.is_numeric() and not kind.is_boolean()) or bool(kind.is_date() or kind.is_timestamp())


def _number(column: ir.Column) -> ir.NumericColumn:
    kind = column.type()
    if kind.is_date() or kind.is_timestamp():
        return column.cast("timestamp").epoch_seconds().cast("float64")
    number = column.cast("float64") if kind.is_numeric() else column.cast("string").try_cast("float64")
    return ibis.ifelse(missing(number), ibis.null("float64"), number)


def _pairs(table: ir.Table, copy: Copy) -> ir.Table:
    pairs = table.select(a=null_if_missing(table[copy.original]).cast("string"), b=null_if_missing(table[copy.column]).cast("string"))
    return pairs.group_by(["a", "b"]).aggregate(n=lambda t: t.count()).limit(MOST_PAIRS)


def _agreeing(cells: Sequence[dict[str, Any]]) -> int:
    first = {value: i for i, value in enumerate(dict.fromkeys(cell["a"] for cell in cells))}
    second = {value: i for i, value in enumerate(dict.fromkeys(cell["b"] for cell in cells))}
    counts = np.zeros((len(first), len(second)), dtype=np.int64)
    for cell in cells:
        counts[first[cell["a"]], second[cell["b"]]] = cell["n"]
    return one_for_one(counts)


def _said(copy: Copy, off: float, total: int, target: str | None) -> str:
    name = f"the target '{copy.original}'" if copy.original == target else f"'{copy.original}'"
    how = {
        Kind.EQUAL: f"'{copy.column}' equals {name}",
        Kind.SCALED: f"'{copy.column}' is {name} on another scale",
        Kind.RECODED: f"'{copy.column}' is {name} in other words",
        Kind.ORDERED: f"'{copy.column}' orders the rows as {name} does",
    }[copy.kind]
    return f"{how} ({f'but for {percent(off / total)} of the rows' if off else 'in every row'})"
