"""What the columns of a table look like, in one scan and one query of value counts: what a contract is inferred from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from audit.core.ask import Ask, Rows, rows, scalar
from audit.core.check import missing
from audit.core.values import as_text
from audit.engines.ask_engine import AskEngine

#: Columns with about this many different values or fewer are counted value by value.
FEW = 100
#: Shares of rows at which the distribution of a number is looked at.
PROBABILITIES = (0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999)
#: Distinct texts that are looked at for a common form.
TEXTS = 2_000


@dataclass(frozen=True)
class ColumnProfile:
    """One column.

    Parameters
    ----------
    name : str
        Its name.
    type : ibis data type
        Its type.
    rows, present : int
        Rows of the table, and those with a value.
    distinct : int
        Number of different values; exact where it decides anything (few values, or as many as rows), else to within a few per cent.
    lowest, highest : value or None
        Extremes of numbers and times.
    quantiles : mapping of float to float
        Of numbers, by share of rows below.
    values : mapping of str to int
        How often each value occurs, where there are few.
    texts : sequence of str
        Different values of a text column, the most frequent first, at most 2,000.
    """

    name: str
    type: dt.DataType
    rows: int
    present: int
    distinct: int
    lowest: Any = None
    highest: Any = None
    quantiles: Mapping[float, float] = field(default_factory=dict)
    values: Mapping[str, int] = field(default_factory=dict)
    texts: Sequence[str] = ()

    @property
    def missing(self) -> int:
        """Rows without a value."""
        return self.rows - self.present


def profile(table: ir.Table, engine: AskEngine) -> list[ColumnProfile]:
    """Measure every column of a table.

    Parameters
    ----------
    table : ibis table
        The rows; nested columns are measured by their presence alone.
    engine : AskEngine
        Where the table lives.
    """
    total = scalar(table.count())
    asked = {name: _scalars(table, table[name]) for name in table.columns}
    known = _answered(engine, [total, *(ask for asks in asked.values() for ask in asks.values())])
    size = known[id(total)]
    first = {name: {what: known[id(ask)] for what, ask in asks.items()} for name, asks in asked.items()}
    second = {name: _counts(table[name], first[name], size) for name in table.columns}
    counted = _answered(engine, [ask for asks in second.values() for ask in asks.values()])
    return [_profiled(table[name], size, first[name], {what: counted[id(ask)] for what, ask in second[name].items()}) for name in table.columns]


def _answered(engine: AskEngine, asks: Sequence[Ask]) -> dict[int, Any]:
    answered = engine.prefetch(asks)
    return {id(ask): answered.look_up(ask) for ask in asks}


def _scalars(table: ir.Table, column: ir.Column) -> dict[str, Ask]:
    kind = column.type()
    asks = {"present": scalar(table.count(where=~missing(column)))}
    if kind.is_nested():
        return asks
    asks["about"] = scalar(column.approx_nunique())
    if kind.is_numeric():
        finite = {"where": ~column.isnan() & ~column.isinf()} if kind.is_floating() else {}
        asks |= {"lowest": scalar(column.min(**finite)), "highest": scalar(column.max(**finite))}
        # asked together, since all that the engine does for one of them serves the others
        asks["quantiles"] = scalar(column.cast("float64").quantile(list(PROBABILITIES), **finite))
    elif kind.is_temporal():
        asks |= {"lowest": scalar(column.min()), "highest": scalar(column.max())}
    return asks


def _counts(column: ir.Column, seen: Mapping[str, Any], size: int) -> dict[str, Ask]:
    about = seen.get("about")
    if about is None:
        return {}
    asks: dict[str, Ask] = {}
    text = column.type().is_string()
    if about <= FEW or text:
        shown = column.as_table().select(value=as_text(column))
        shown = shown.filter(shown.value.notnull())
        counts = shown.group_by("value").aggregate(n=shown.count())
        asks["values"] = rows(counts.order_by(counts.n.desc(), counts.value).limit(TEXTS))
    if about > 0.9 * size and not column.type().is_floating():
        asks["distinct"] = scalar(column.nunique())
    return asks


def _profiled(column: ir.Column, size: int, seen: Mapping[str, Any], counted: Mapping[str, Any]) -> ColumnProfile:
    found: Rows = counted.get("values", Rows((), []))
    values = {str(value): int(n) for value, n in found.values}
    distinct = counted.get("distinct", len(values) if values and len(values) < TEXTS else seen.get("about", 0))
    return ColumnProfile(
        column.get_name(),
        column.type(),
        size,
        int(seen["present"] or 0),
        int(distinct or 0),
        seen.get("lowest"),
        seen.get("highest"),
        {p: float(q) for p, q in zip(PROBABILITIES, seen.get("quantiles") or (), strict=False) if q is not None},
        values if len(values) <= FEW else {},
        tuple(values) if column.type().is_string() else (),
    )
