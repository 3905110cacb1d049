"""What the rows of a server's table are known by, computed where they are."""

import ibis

from audit.engines.fetched import fetched_rows
from audit.engines.source import Source

#: How each engine hashes a row to 64 bits, in two ways.
_HASHES = {
    "postgres": ("hash_record_extended(assay_rows, 0)", "hash_record_extended(assay_rows, 1)"),
    "pyspark": ("xxhash64(*)", "xxhash64('assay', *)"),
}


def digest(source: Source) -> str:
    """Return a text that changes with any row of a table: how many there are, and two sums of their 64-bit hashes.

    Rows of a server have no order, so the sums have none either. They depend on the engine: the same rows on two engines differ.

    Parameters
    ----------
    source : Source
        On Postgres or Spark.

    Raises
    ------
    EngineError
        The rows cannot be read.
    """
    text = "text" if source.backend.name == "postgres" else "string"
    if source.backend.name not in _HASHES:
        return str(source.backend.to_pyarrow(source.table.count()).as_py())
    sums = (f"CAST(SUM(CAST({hashed} AS DECIMAL(38, 0))) AS {text}) AS h{i}" for i, hashed in enumerate(_HASHES[source.backend.name]))
    sql = f"SELECT COUNT(*) AS n, {', '.join(sums)} FROM ({source.backend.compile(source.table)}) AS assay_rows"
    (row,) = fetched_rows(source.backend, sql, ibis.schema({"n": "int64", "h0": "string", "h1": "string"}))
    return " ".join(map(str, row))
