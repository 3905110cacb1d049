"""The rows that are left when bad rows are set aside."""

from collections.abc import Sequence
from pathlib import Path

import ibis.expr.types as ir

from audit.core.check import ROW
from audit.engines.sources import Source
from audit.verbs.faults import Fault
from audit.verbs.quarantine import write_table
from audit.verbs.server_rows import good_rows

CLEAN_FILE = "clean.parquet"


def remaining(source: Source, bad: ir.Table) -> ir.Table:
    """Return the rows of a source that are not among the bad ones, each with its number, not in any order.

    Parameters
    ----------
    source : Source
        The data.
    bad : ibis table
        With the numbers of the bad rows in ``assay_row``.
    """
    table = source.numbered()
    return table.anti_join(bad, ROW).select(table[ROW], *(table[c] for c in source.table.columns))


def write_clean(path: Path, source: Source, bad: ir.Table, faults: Sequence[Fault] = (), key: Sequence[str] = ()) -> None:
    """Write the rows that are left, in the order of the source, with its columns and types; rows of a server, in the order of their key.

    Raises
    ------
    DataError
        The file cannot be written.
    """
    if not source.has_positions:
        write_table(source.backend, good_rows(source, faults, key), path, "the clean rows")
        return
    left = remaining(source, bad).order_by(ROW)
    write_table(source.backend, left.select(*(left[c] for c in source.table.columns)), path, "the clean rows")
