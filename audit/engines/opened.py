"""Whatever Python holds data in, as a table that an engine can ask."""

from os import PathLike
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from audit.core.errors import DataError, UsageError
from audit.engines.source import Source
from audit.engines.sources import frame_source, open_source


def opened(data: Any, backend: Any = None, *, doing: str = "read") -> Source:
    """Open a frame in memory, an ibis table, or what a path or URL leads to.

    Parameters
    ----------
    data : frame, ibis table, str or path
        A pandas or polars frame, lazy or not, an Arrow table or whatever speaks Arrow's C stream, an ibis table, a path, a pattern or a URL.
    backend : ibis backend, optional
        The connection that it has to be on, where other tables are on one already.
    doing : str
        What cannot be done with data of another kind, for the message.

    Raises
    ------
    DataError
        The data are of another kind, or cannot be read.
    UsageError
        An ibis table is on another connection.
    """
    if isinstance(data, (str, PathLike)):
        return open_source(str(data), Path())
    if isinstance(data, ir.Table):
        if data.op().find(ibis.expr.operations.InMemoryTable):
            return frame_source(data.to_pyarrow(), backend)
        if backend is not None and data.get_backend() is not backend:
            raise UsageError("the tables are on different connections. Take them from one, or give frames")
        return Source(data, data.get_backend(), table_name(data))
    if hasattr(data, "collect") and not hasattr(data, "to_arrow"):
        data = data.collect()  # a polars LazyFrame
    if hasattr(data, "reset_index") or hasattr(data, "to_arrow"):
        return frame_source(data, backend)
    if hasattr(data, "__arrow_c_stream__"):
        import pyarrow as pa

        return frame_source(pa.table(data), backend)
    kind = type(data).__name__
    raise DataError(f"cannot {doing} a {kind}. Expected a pandas or polars frame, an Arrow table, an ibis table, or the path of a file")


def table_name(table: ir.Table) -> str:
    """Return what an ibis table is called, or ``table`` where it is computed."""
    return str(getattr(table.op(), "name", "table"))
