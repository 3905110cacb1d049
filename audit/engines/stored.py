"""A table computed once and kept in the backend for as long as it is needed."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import ibis.expr.types as ir

from audit.engines.spark import persisted

_names = itertools.count()


@contextmanager
def stored(backend: Any, table: ir.Table) -> Iterator[ir.Table]:
    """Give a table whose rows are computed here and dropped afterwards.

    DuckDB keeps them in a temporary table, which it moves to disk where memory runs short; Spark in the memory and on the disks of its
    executors, from the first time that they are asked for. Other backends are not written to, not even for a moment: they compute the table
    each time it is asked for.

    Parameters
    ----------
    backend : ibis backend
        The connection that holds the table.
    table : ibis table
        What is computed.

    Raises
    ------
    duckdb.Error
        It cannot be computed.
    """
    name = f"assay_stored_{next(_names)}"
    if backend.name == "pyspark":
        with persisted(backend, table, name) as kept:
            yield kept
        return
    if backend.name != "duckdb":
        yield table
        return
    backend.con.execute(f"CREATE TEMP TABLE {name} AS {backend.compile(table)}")
    try:
        yield backend.table(name, database=("temp", "main"))
    finally:
        backend.con.execute(f"DROP TABLE temp.main.{name}")
