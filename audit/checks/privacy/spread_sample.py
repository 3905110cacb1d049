"""Samples of rows spread over a whole table: the same rows in every run, whatever the values."""

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir

from audit.core.check import ROW

#: A prime below 2³¹: squares of what is left after dividing by it fit 64 bits.
_PRIME = 2_147_483_647


def numbered(columns: Mapping[str, ir.Column], table: ir.Table) -> ir.Table:
    """Return columns of a table with each row's number, ``assay_row``.

    Parameters
    ----------
    columns : mapping of str to column
        What to take of each row, by name.
    table : ibis table
        Whose columns they are.
    """
    # a list, because a column may be called 'self'
    return table.select([*(column.name(name) for name, column in columns.items()), ibis.row_number().cast("int64").name(ROW)])


def spread(rows: ir.Table, size: int) -> ir.Table:
    """Take rows from all over a numbered table: those whose numbers hash lowest, in that order.

    The hash is of the row's number, not of its values: an md5 of each row would cost more than everything else.

    Parameters
    ----------
    rows : ibis table
        As :func:`numbered` returns it.
    size : int
        Rows to take, or all if there are fewer.
    """
    return rows.order_by(_hash(rows)).limit(size)


def spread_of_sparse(rows: ir.Table, values: int, size: int) -> ir.Table:
    """Take rows from all over a numbered table so that each column has so many values among them, however few of its rows have one.

    The same hash serves all columns: rows that most columns want are the same ones, and a column with few values also gets rows further on.

    Parameters
    ----------
    rows : ibis table
        As :func:`numbered` returns it.
    values : int
        How many values of each column to aim at.
    size : int
        Rows to take at most.
    """
    places = {f"assay_n{i}": name for i, name in enumerate(c for c in rows.columns if c != ROW)}
    present = rows.aggregate([rows[name].count().name(n) for n, name in places.items()])
    joined = rows.cross_join(present)
    share = _hash(joined) / _PRIME
    wanted = [joined[name].notnull() & (share * joined[n] <= values) for n, name in places.items()]
    return spread(joined.filter(_any(wanted)).select([joined[name] for name in rows.columns]), size)


def _hash(rows: ir.Table) -> ir.Column:
    """Return a number from 0 to the prime for each row: its number squared twice, so that no period of the data fits."""
    row = rows[ROW]
    once = (row * 48_271 + 11) % _PRIME
    twice = (once * once + 977) % _PRIME
    return (twice * twice + row) % _PRIME


def _any(conditions: Sequence[ir.BooleanValue]) -> ir.BooleanValue:
    """Return whether one of many conditions holds, as a tree: a chain of thousands is too deep for the compiler."""
    if len(conditions) == 1:
        return conditions[0]
    half = len(conditions) // 2
    return _any(conditions[:half]) | _any(conditions[half:])
