"""Wide tables of few rows, held in memory: an engine that reads a file spends the file's width on every query."""

import itertools
from typing import Any

import duckdb
import ibis.expr.types as ir

#: Columns from which on a table is wide, and the values that are held at most.
WIDE, MOST_VALUES = 200, 20_000_000

_names = itertools.count()


def held(backend: Any, table: ir.Table) -> ir.Table:
    """Return a table as a temporary one of the engine where it is wide and short, and itself otherwise.

    Parameters
    ----------
    backend : ibis backend
        DuckDB, which holds the table.
    table : ibis table
        Of a file.
    """
    most, name = MOST_VALUES // max(len(table.columns), 1), f"wide_{next(_names)}"
    if len(table.columns) < WIDE:
        return table
    try:
        # one row more than is held shows that there are more
        backend.con.execute(f"CREATE TEMP TABLE {name} AS {backend.compile(table.limit(most + 1))}")
        if backend.con.execute(f"SELECT count(*) FROM temp.main.{name}").fetchall()[0][0] <= most:
            return backend.table(name, database=("temp", "main"))
        backend.con.execute(f"DROP TABLE temp.main.{name}")
    except duckdb.Error:
        # a file that cannot be read to its end is told of where it is looked at
        return table
    return table
