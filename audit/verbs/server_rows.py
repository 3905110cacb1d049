"""Bad rows of a table on a server: where rows have no lasting position, they are named by their key."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from audit.core.check import AT_FAULT, ROW
from audit.core.contract import Contract
from audit.engines.fetched import OWN_DRIVERS, write_fetched
from audit.engines.source import Source
from audit.engines.stored import stored
from audit.verbs.faults import Fault

FAULT = "assay_fault_{}"


def marked(source: Source, faults: Sequence[Fault]) -> ir.Table:
    """Return a table with a column of truth values for each fault, computed where the rows are, in one pass."""
    table = source.table
    return table.mutate(**{FAULT.format(i): fault.failing(table).fill_null(False) for i, fault in enumerate(faults)})


@contextmanager
def bad_rows(source: Source, faults: Sequence[Fault], contract: Contract, key: Sequence[str], names: Sequence[str]) -> Iterator[ir.Table]:
    """Give the bad rows of a server's table: what is wrong with each, then the row.

    Nothing is written to the server: Postgres computes the table each time that it is asked for, Spark keeps the rows until they are described.

    Parameters
    ----------
    source : Source
        On Postgres or Spark.
    faults : sequence of Fault
        What can be wrong with a row.
    contract : Contract
        Whose version is recorded.
    key : sequence of str
        Columns that identify a row; without any, a row is told by its values alone.
    names : sequence of str
        Of the columns for key, codes, reasons and version.
    """
    table = marked(source, faults)
    with stored(source.backend, table.filter(ibis.or_(*(table[FAULT.format(i)] for i in range(len(faults)))))) as bad:
        yield _described(bad, source, faults, contract, key, names)


def _described(bad: ir.Table, source: Source, faults: Sequence[Fault], contract: Contract, key: Sequence[str], names: Sequence[str]) -> ir.Table:
    def listed(say: Callable[[Fault], str]) -> ir.ArrayValue:
        said = [ibis.ifelse(bad[FAULT.format(i)], ibis.literal(say(f)), ibis.null("string")) for i, f in enumerate(faults)]
        return ibis.array(said).filter(lambda text: text.notnull())

    key_name, codes, reasons, version = names
    named = ibis.array([bad[c].cast("string") for c in key]) if key else ibis.literal([], type="array<string>")
    rows = bad.select(
        ibis.null("int64").name(ROW),
        named.name(key_name),
        listed(lambda f: f.code).name(codes),
        listed(lambda f: f.column).name(AT_FAULT),
        listed(lambda f: f.reason).name(reasons),
        ibis.literal(contract.version or "none").name(version),
        *(bad[c] for c in source.table.columns),
    )
    return rows.order_by([rows[c] for c in key]) if key else rows


def good_rows(source: Source, faults: Sequence[Fault], key: Sequence[str]) -> ir.Table:
    """Return the rows of a server's table that are left, in the order of their key."""
    table = marked(source, faults)
    left = table.filter([~table[FAULT.format(i)] for i in range(len(faults))])
    rows = left.select(*(left[c] for c in source.table.columns))
    return rows.order_by([rows[c] for c in key]) if key else rows


def write_rows(backend: Any, table: ir.Table, path: Path) -> None:
    """Write a table as Parquet on this machine, some thousands of rows at a time where it comes from a server."""
    if backend.name in OWN_DRIVERS:
        write_fetched(backend, table, path)
    else:
        backend.to_parquet(table, str(path))
