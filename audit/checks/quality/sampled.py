"""A bounded sample of rows, all columns together: the same rows for every check of data quality that looks at it, in one query."""

import ibis
import ibis.expr.types as ir

from audit.core.ask import Ask, frame
from audit.core.subject import Subject

#: Rows in the sample, about, where the table is not so wide that they would hold more values than :data:`MOST_VALUES`. A table with less than
#: twice as many rows is taken whole.
SIZE, MOST_VALUES = 10_000, 1_000_000


def plain_columns(table: ir.Table) -> list[str]:
    """Return the columns that hold single values: no lists, no structures, no bytes."""
    kinds = {c: table[c].type() for c in table.columns}
    return [c for c, kind in kinds.items() if not (kind.is_nested() or kind.is_binary() or kind.is_json())]


def sampled(subject: Subject) -> Ask:
    """Ask for a sample of the plain columns, which comes back with the columns ``c0, c1, …`` in the order of :func:`plain_columns`.

    Rows are chosen by a hash of their position in the source. A hash of their values would not do: equal rows would come together or not at
    all, and a table of few columns has many.
    """
    table, names = subject.table, plain_columns(subject.table)
    placed = table.select(*(_framed(table[c]).name(f"c{i}") for i, c in enumerate(names)), ibis.row_number().hash().name("place"))
    size = max(min(SIZE, MOST_VALUES // max(len(names), 1)), 1)
    every = ibis.greatest(table.count().as_scalar() // size, 1)
    # the lowest bits of a hash are what tables of hashes use, so they are left alone
    chosen = placed.filter((placed.place // 131_072) % every == 0)
    return frame(chosen.select(*(chosen[f"c{i}"] for i in range(len(names)))).limit(2 * size), when_needed=True)


def _framed(column: ir.Column) -> ir.Column:
    """Return a column in a form that a frame can hold whatever its values: not every day of an engine is one of pandas."""
    return column.cast("string") if column.type().is_temporal() else column
