"""What a statement gives on an engine other than DuckDB, in the Python values and the frames that DuckDB would give."""

import itertools
import threading
import warnings
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir

from audit.engines.failures import told_plainly

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

#: Engines whose rows are fetched through their own drivers.
OWN_DRIVERS = ("postgres", "pyspark")
#: Rows that travel at a time.
BATCH = 20_000

_cursors = itertools.count()
_one_at_a_time = threading.RLock()


def fetched_rows(backend: Any, sql: str, schema: sch.Schema) -> list[tuple[Any, ...]]:
    """Run a statement and return its rows.

    Parameters
    ----------
    backend : ibis backend
        On Postgres or Spark.
    sql : str
        In its dialect.
    schema : ibis schema
        Names and types that the rows have in ibis.
    """
    return [row for batch in fetched_batches(backend, sql, schema) for row in batch]


def fetched_frame(backend: Any, sql: str, schema: sch.Schema) -> "pd.DataFrame":
    """Run a statement and return its rows as a pandas frame, in the types that DuckDB's own frames have."""
    from audit.engines.embedded import connect

    rows = fetched_rows(backend, sql, schema)
    here = connect()
    here.con.register("fetched", as_arrow(rows, schema))
    frame: pd.DataFrame = here.con.execute("SELECT * FROM fetched").df()
    return frame


def fetched_batches(backend: Any, sql: str, schema: sch.Schema) -> Iterator[list[tuple[Any, ...]]]:
    """Run a statement and yield its rows, some thousands at a time."""
    forms = [_form(kind) for kind in schema.types]
    with told_plainly():
        for batch in _spark(backend, sql) if backend.name == "pyspark" else _postgres(backend, sql):
            yield [tuple(v if v is None else form(v) for form, v in zip(forms, row, strict=True)) for row in batch]


def write_fetched(backend: Any, table: ir.Table, path: Path) -> None:
    """Write a server's table as Parquet on this machine; no more than a batch of it is in memory.

    Numbers of any precision, documents and types that Arrow does not have are written as text.

    Parameters
    ----------
    backend : ibis backend
        On Postgres or Spark.
    table : ibis table
        What is computed there.
    path : Path
        The file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    plain = table.select(*(column.cast("string").name(name) if _as_text(column.type()) else column for name, column in _columns(table)))
    schema = pa.schema([(name, kind.to_pyarrow()) for name, kind in plain.schema().items()])
    with pq.ParquetWriter(path, schema) as writer:
        for batch in fetched_batches(backend, str(backend.compile(plain)), plain.schema()):
            columns = zip(*batch, strict=True)
            writer.write_table(pa.table([pa.array(values, f.type) for values, f in zip(columns, schema, strict=True)], schema=schema))


def _columns(table: ir.Table) -> list[tuple[str, ir.Column]]:
    return [(name, table[name]) for name in table.columns]


def _as_text(kind: dt.DataType) -> bool:
    return kind.is_uuid() or kind.is_json() or kind.is_unknown() or kind.is_inet() or (kind.is_decimal() and kind.scale is None)


def as_arrow(rows: list[tuple[Any, ...]], schema: sch.Schema) -> "pa.Table":
    """Return fetched rows as an Arrow table."""
    import pyarrow as pa

    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    return pa.table([_array(column, kind) for column, kind in zip(columns, schema.types, strict=True)], names=list(schema.names))


def _array(values: Any, kind: dt.DataType) -> Any:
    import pyarrow as pa

    if kind.is_integer() and any(isinstance(v, float) for v in values):
        return pa.array(values, pa.float64())
    if kind.is_decimal() and kind.scale is None:
        return pa.array(values, pa.decimal256(76, max((-int(v.as_tuple().exponent) for v in values if v is not None), default=0)))
    return pa.array(values, pa.int64() if kind.is_integer() else kind.to_pyarrow())


def _postgres(backend: Any, sql: str) -> Iterator[list[tuple[Any, ...]]]:
    # a cursor of the server's own, so that a large answer is never whole in memory here; one transaction at a time on a connection
    with _one_at_a_time, backend.con.transaction(), backend.con.cursor(name=f"assay_{next(_cursors)}") as cursor:
        cursor.itersize = BATCH
        cursor.execute(sql.encode())
        while batch := cursor.fetchmany(BATCH):
            yield batch


def _spark(backend: Any, sql: str) -> Iterator[list[tuple[Any, ...]]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # about frames of pandas 3, of which we take none
        table = backend._session.sql(sql).toArrow()
    for batch in table.to_batches(max_chunksize=BATCH):
        yield list(zip(*(column.to_pylist() for column in batch.columns), strict=True))


def _form(kind: dt.DataType) -> Callable[[Any], Any]:
    if kind.is_integer():
        return _whole
    if kind.is_floating():
        return float
    if kind.is_array():
        inner = _form(kind.value_type)
        return lambda values: [v if v is None else inner(v) for v in values]
    return str if kind.is_uuid() or kind.is_string() else _same


def _whole(value: Any) -> int | float:
    """Return a number as an integer where it is one: sums of integers come as decimals, and seconds with a fraction."""
    if isinstance(value, (float, Decimal)):
        return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else float(value)
    return int(value)


def _same(value: Any) -> Any:
    return value
