"""D006: keys that several rows share."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

import ibis
import ibis.expr.types as ir

from audit.core.ask import Answers, Asks, count_repeated, repeated, scalar
from audit.core.check import Findings, RowCheck, missing, require_column, rows_measured
from audit.core.contract import Contract
from audit.core.errors import UsageError
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted


@dataclass(frozen=True, kw_only=True)
class KeyUniqueness(RowCheck):
    """Rows whose key occurs more than once. All rows that share a key fail, since none of them is known to be the right one.

    Parameters
    ----------
    columns : tuple of str
        The columns that make up the key. Rows in which one of them is missing are left out, as in SQL.
    """

    code: ClassVar[str] = "D006"
    title: ClassVar[str] = "Key uniqueness"
    family: ClassVar[str] = "quality"
    advice: ClassVar[str] = "Find out which of the rows is right; if all are, the key lacks a column."
    cites: ClassVar[tuple[str, ...]] = ("Open Data Contract Standard 3.1, unique, primaryKey, duplicateValues",)

    compares_rows: ClassVar[bool] = True

    columns: tuple[str, ...] = ()
    limit: Limit = Limit(high=0)

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check for the primary key, each unique column and each duplicateValues rule that names columns."""
        yield from cls.declared(contract)
        key = [c for c in contract.columns if c.primary_key]
        if key:
            place = str(key[0].place("primaryKey"))
            limit = Limit(high=0, reason="primary key in the contract", source=place)
            yield cls(columns=tuple(c.name for c in key), limit=limit, clauses=(place,))
        for column in contract.columns:
            if column.unique and [c.name for c in key] != [column.name]:
                place = str(column.place("unique"))
                yield cls(columns=(column.name,), limit=Limit(high=0, reason="unique in the contract", source=place), clauses=(place,))
            for rule in column.rules:
                if rule.metric == "duplicateValues":
                    yield cls(columns=(column.name,), limit=cls.limit_from(rule), clauses=(str(rule.place),))
        for rule in contract.rules:
            if rule.metric == "duplicateValues" and rule.arguments.get("properties"):
                yield cls(columns=tuple(rule.arguments["properties"]), limit=cls.limit_from(rule), clauses=(str(rule.place),))

    @property
    def where(self) -> dict[str, str]:
        """The key's columns."""
        return {"column": " + ".join(self.columns)}

    def candidates(self, table: ir.Table) -> ir.Table:
        """Return the rows whose key is complete and occurs more than once."""
        shared = repeated(table, self.columns)
        # null equals null here as in D007, so that the two share one look-up when bad rows are set aside
        rows = table.semi_join(shared, [table[c].identical_to(shared[c]) for c in self.columns]).select(table.columns)
        return rows.filter([~missing(rows[c]) for c in self.columns])

    def failing(self, table: ir.Table) -> ir.BooleanValue:
        """Return the rows whose key occurs more than once."""
        complete = ibis.and_(*(~missing(table[c]) for c in self.columns))
        return (complete & (table.count().over(group_by=list(self.columns)) > 1)).fill_null(False)

    def reason(self) -> str:
        """Name the key."""
        return f"another row has the same {' + '.join(self.columns)}"

    def asks(self, subject: Subject) -> Asks:
        """Ask how many keys repeat, and how many rows share them."""
        table = subject.table
        if not self.columns:
            raise UsageError("D006 names no columns; write 'columns: [a, b]' beside 'check: D006'")
        for column in self.columns:
            require_column(subject, column)
        groups = repeated(table, self.columns)
        complete = groups.filter([~missing(groups[c]) for c in self.columns])
        return {"total": scalar(table.count()), "complete": scalar(self._complete(table)), "repeated": count_repeated(complete)}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Count rows and keys."""
        total, complete = answers.scalar("total"), answers.scalar("complete")
        keys, shared, largest = (int(v) for v in answers.rows("repeated").values[0])
        name = " + ".join(self.columns)
        if total and not complete:
            method = "not estimable: no row has a complete key"
            unknown = [Measurement(n, None, unit, self.where, 0, method=method) for n, unit in (("failing_rows", "rows"), ("failing_share", "share"))]
            return Findings(unknown, f"None of {counted(total, 'row')} has a complete {name}, so nothing is known about whether keys repeat.")
        gaps = total - complete
        without = f"; {counted(gaps, 'row')} without a complete {name} {'is' if gaps == 1 else 'are'} left out" if gaps else ""
        if not shared:
            return Findings(rows_measured(0, total, self.where), f"No two of {total:,} rows share the same {name}{without}.")
        measurements = rows_measured(shared, total, self.where)
        measurements.append(Measurement("repeated_keys", keys, "keys", self.where, total, method="count of all rows"))
        measurements.append(Measurement("largest_group", largest, "rows", self.where, total, method="count of all rows"))
        message = f"{shared:,} of {total:,} rows share their {name} with another row: {counted(keys, 'key')} occur{'s' * (keys == 1)} more than once"
        return Findings(measurements, f"{message}{without}.")

    def _complete(self, table: ir.Table) -> ir.IntegerScalar:
        if len(self.columns) == 1 and not table[self.columns[0]].type().is_floating():
            return table[self.columns[0]].count()  # needs no look at the values: Parquet keeps the number of nulls
        return table.count(where=ibis.and_(*(~missing(table[c]) for c in self.columns)))
