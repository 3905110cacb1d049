"""D013: values that point at nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

import ibis
import ibis.expr.types as ir

from audit.core.ask import Answers, Asks, count_repeated, scalar, sizes
from audit.core.check import Findings, RowCheck, missing, require_column, rows_measured
from audit.core.contract import Contract
from audit.core.errors import DataError, UsageError, did_you_mean
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted, listed, percent


@dataclass(frozen=True)
class Parent:
    """The table that keys point to; ``None`` where none of that name is at hand."""

    table: ir.Table | None = field(default=None, compare=False)
    known: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Return ``False``: what a result shows of its check are the names, not the table."""
        return False


@dataclass(frozen=True, kw_only=True)
class ReferentialIntegrity(RowCheck):
    """Rows whose key does not occur in the table it points to. A key with a missing part points nowhere and is left out, as in SQL.

    Parameters
    ----------
    columns : tuple of str
        Columns that make up the key.
    table : str
        Name of the table they point to, as under ``tables`` in the config.
    to : tuple of str
        Its columns, in the same order; the key's own names where empty.
    """

    code: ClassVar[str] = "D013"
    title: ClassVar[str] = "Referential integrity"
    family: ClassVar[str] = "quality"
    advice: ClassVar[str] = (
        "Find out which side is late or incomplete: deliver the missing rows of the other table, or correct the keys at their source."
    )
    cites: ClassVar[tuple[str, ...]] = ("Open Data Contract Standard 3.1, relationships", "ISO/IEC 9075-2, referential constraints, match simple")

    columns: tuple[str, ...] = ()
    table: str = ""
    to: tuple[str, ...] = ()
    parent: Parent = Parent()
    limit: Limit = Limit(high=0)

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check for each foreign key of the contract, and for each rule that names this code."""
        promised = [
            cls(
                columns=key.columns,
                table=key.table,
                to=key.to,
                limit=Limit(high=0, reason="relationship in the contract", source=str(key.place)),
                clauses=(str(key.place),),
            )
            for key in contract.relationships
        ]
        for check in [*cls.declared(contract), *promised]:
            table = subject.table if check.table and check.table == contract.table else subject.tables.get(check.table)
            yield replace(check, to=check.to or check.columns, parent=Parent(table, tuple(subject.tables)))

    @property
    def where(self) -> dict[str, str]:
        """The key, and where it points."""
        return {"column": " + ".join(self.columns), "to": f"{self.table}.{' + '.join(self.to)}"}

    def failing(self, table: ir.Table) -> ir.BooleanValue:
        """Return where the key is complete and does not occur in the other table."""
        parent = self._parent()
        complete = ibis.and_(*(~missing(table[c]) for c in self.columns))
        keys = parent.filter([~missing(parent[c]) for c in self.to])
        if len(self.columns) == 1:
            here, there = _alike(table[self.columns[0]], keys[self.to[0]])
            return complete & ~here.isin(keys.select(key=there).key)
        pairs = [_same_form(table[c], keys[t]) for c, t in zip(self.columns, self.to, strict=True)]
        return complete & ~_together([here for here, _ in pairs]).isin(keys.select(key=_together([there for _, there in pairs])).key)

    def reason(self) -> str:
        """Name both sides."""
        return f"{' + '.join(self.columns)} is not in {self._target()}"

    def asks(self, subject: Subject) -> Asks:
        """Ask how many keys point at nothing, and how many rows have them."""
        if not self.columns or not self.table:
            raise UsageError("D013 names no columns or no table; write 'columns: [a], table: NAME, to: [b]' beside 'check: D013'")
        if len(self.columns) != len(self.to):
            raise UsageError(f"D013: {counted(len(self.columns), 'column')} cannot point to {len(self.to)}; name as many under 'to'")
        table = subject.table
        for column in self.columns:
            require_column(subject, column)
        if self.parent.table is None:
            return {"total": scalar(table.count())}
        keys = sizes(table.filter(self.failing(table)), self.columns)
        complete = ibis.and_(*(~missing(table[c]) for c in self.columns))
        return {"total": scalar(table.count()), "complete": scalar(table.count(where=complete)), "orphans": count_repeated(keys)}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Count rows and keys."""
        total = answers.scalar("total")
        name = " + ".join(self.columns)
        if self.parent.table is None:
            method = "not estimable: the other table is not at hand"
            unknown = [
                Measurement(n, None, unit, self.where, total, method=method) for n, unit in (("failing_rows", "rows"), ("failing_share", "share"))
            ]
            hint = f" {did_you_mean(self.table, self.parent.known)}" if self.parent.known else ""
            return Findings(
                unknown,
                f"Whether every {name} is in {self._target()} is unknown: there is no table '{self.table}' beside the data or under 'tables'.{hint}",
                advice=f"Name its file or URL in assay.yaml: 'tables: {{{self.table}: {self.table}.parquet}}'.",
            )
        complete = answers.scalar("complete")
        keys, failing, largest = (int(v) for v in answers.rows("orphans").values[0])
        measurements = rows_measured(failing, total, self.where)
        gaps = total - complete
        without = f"; {counted(gaps, 'row')} without a complete {name} {'is' if gaps == 1 else 'are'} left out" if gaps else ""
        if not failing:
            return Findings(measurements, f"Every {name} of {counted(complete, 'row')} is in {self._target()}{without}.")
        measurements.append(Measurement("orphan_keys", keys, "keys", self.where, total, method="count of all rows"))
        measurements.append(Measurement("largest_group", largest, "rows", self.where, total, method="count of all rows"))
        kinds = f"{counted(keys, 'key')} {'points' if keys == 1 else 'point'} at nothing"
        share = percent(failing / total)
        return Findings(measurements, f"In {failing:,} of {total:,} rows ({share}), {name} is not in {self._target()}: {kinds}{without}.")

    def _target(self) -> str:
        return f"{self.table}.{self.to[0]}" if len(self.to) == 1 else f"{self.table} ({listed(self.to)})"

    def _parent(self) -> ir.Table:
        parent = self.parent.table
        assert parent is not None  # asks() sends no predicate without it
        for column in self.to:
            if column not in parent.columns:
                raise DataError(
                    f"the table '{self.table}' has no column '{column}', to which '{self.columns[0]}' points. {did_you_mean(column, parent.columns)}"
                )
        return parent


def _alike(here: Any, there: Any) -> tuple[Any, Any]:
    """Return both sides of a key in types that compare: as text where only one of them is text."""
    if here.type().is_string() == there.type().is_string():
        return here, there
    return _text(here), _text(there)


def _same_form(here: Any, there: Any) -> tuple[Any, Any]:
    """Return both sides of a key so that equal values have equal texts."""
    mine, other = here.type(), there.type()
    if mine == other:
        return here, there
    if mine.is_numeric() and other.is_numeric():
        # whole numbers stay whole: a float rounds from 2⁵³ on
        both = "decimal(38, 0)" if _is_whole(mine) and _is_whole(other) else "float64"
        return here.cast(both), there.cast(both)
    if mine.is_temporal() and other.is_temporal():
        return here.cast("timestamp"), there.cast("timestamp")
    return here, there


def _is_whole(kind: Any) -> bool:
    return bool(kind.is_integer() or (kind.is_decimal() and kind.scale == 0))


def _text(column: Any) -> Any:
    text = column.cast("string")
    return text.re_replace(r"\.0$", "") if column.type().is_floating() else text


def _together(parts: Sequence[Any]) -> Any:
    """Return the values of several columns as one text, each behind its length, so that no two keys look alike."""
    whole: Any = ibis.literal("")
    for part in parts:
        text = _text(part)
        whole = whole + text.length().cast("string") + ":" + text
    return whole
