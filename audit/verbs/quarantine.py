"""The rows that broke a blocking rule, set aside with the reason."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from audit.core.check import AT_FAULT, ROW
from audit.core.contract import Contract
from audit.core.errors import DataError
from audit.engines.ask_engine import BACKEND_ERRORS, one_line
from audit.engines.sources import Source
from audit.engines.stored import stored
from audit.verbs.faults import Fault
from audit.verbs.server_rows import bad_rows, write_rows

QUARANTINE_FILE = "quarantine.parquet"
KEY, CODES, REASONS, CONTRACT = "assay_key", "assay_codes", "assay_reasons", "assay_contract"
#: What stands before the data's own columns.
ADDED = (ROW, KEY, CODES, AT_FAULT, REASONS, CONTRACT)


@contextmanager
def quarantined(source: Source, faults: Sequence[Fault], contract: Contract, key: Sequence[str] = ()) -> Iterator[ir.Table]:
    """Give the bad rows of a table, in order: what is wrong with each, then the row as it was.

    Columns: ``assay_row`` (position in the source, from 0; null on a server, whose rows have none), ``assay_key`` (values of the key, as a
    list of text), ``assay_codes``, ``assay_columns`` and ``assay_reasons`` (lists of one length: which check, which column, why) and
    ``assay_contract`` (version), then the data's own.

    Predicates about a row alone are evaluated together while the whole table is read once, and a second time on the rows that were
    picked; those that compare rows are evaluated on their candidates, which a narrow scan finds beforehand.

    Parameters
    ----------
    source : Source
        The data.
    faults : sequence of Fault
        What can be wrong with a row; at least one.
    contract : Contract
        Whose version is recorded.
    key : sequence of str
        Columns that identify a row.

    Raises
    ------
    DataError
        The rows cannot be computed, or the data have a column of a name that is needed here.
    """
    taken = [name for name in source.table.columns if name.casefold() in ADDED]
    if taken:
        raise DataError(f"bad rows cannot be set aside: the data have a column '{taken[0]}', a name that the quarantine gives; rename it")
    if not source.has_positions:
        with bad_rows(source, faults, contract, key, (KEY, CODES, REASONS, CONTRACT)) as rows:
            yield rows
        return
    with ExitStack() as stack:

        def keep(table: ir.Table) -> ir.Table:
            return stack.enter_context(stored(source.backend, table))

        try:
            rows = keep(_described(keep, source, faults, contract, key))
        except BACKEND_ERRORS as error:
            raise DataError(f"bad rows cannot be set aside: {one_line(error)}") from error
        yield rows


def write_table(backend: Any, table: ir.Table, path: Path, what: str) -> None:
    """Write a table as Parquet.

    Raises
    ------
    DataError
        The file cannot be written: no permission, disk full.
    """
    try:
        write_rows(backend, table, path)
    except (*BACKEND_ERRORS, OSError) as error:
        raise DataError(f"cannot write {what}: {one_line(error)}. Free some space, or choose another folder with --out") from error


def _described(keep: Any, source: Source, faults: Sequence[Fault], contract: Contract, key: Sequence[str]) -> ir.Table:
    table = source.numbered()
    alone = [f.failing(table) for f in faults if not f.compares_rows]
    compared = _compared(table, faults)
    if compared is not None:
        compared = keep(compared)
        alone.append(table[ROW].isin(compared[ROW]))
    bad = keep(table.filter(ibis.or_(*alone)))
    found = keep(_found(bad, faults, compared))
    codes, columns, reasons = (ibis.array([getattr(f, name) for f in faults]) for name in ("code", "column", "reason"))
    named = ibis.array([bad[c].cast("string") for c in key]) if key else ibis.literal([], type="array<string>")
    rows = found.join(bad, ROW).select(
        found[ROW],
        named.name(KEY),
        found.faults.map(lambda i: codes[i]).name(CODES),
        found.faults.map(lambda i: columns[i]).name(AT_FAULT),
        found.faults.map(lambda i: reasons[i]).name(REASONS),
        ibis.literal(contract.version or "none").name(CONTRACT),
        *(bad[c] for c in source.table.columns),  # by position: a column may be called 'self'
    )
    return rows.order_by(ROW)


def _compared(table: ir.Table, faults: Sequence[Fault]) -> ir.Table | None:
    """Return what comparing rows calls for: columns ``fault`` (its position) and ``assay_row``.

    The rows are the candidates of a fault, or its bad rows themselves where nothing narrows the search. All faults are looked up in one
    query, in which they share what they scan.
    """
    parts = []
    for i, fault in enumerate(faults):
        if fault.compares_rows:
            rows = _marked(table, fault) if _reads_all(fault, table) else fault.candidates(table)
            parts.append(rows.select(ROW, fault=ibis.literal(i, "int64")))
    return ibis.union(*parts) if len(parts) > 1 else parts[0] if parts else None


def _found(bad: ir.Table, faults: Sequence[Fault], compared: ir.Table | None) -> ir.Table:
    """Return, for each bad row, the positions of its faults: columns ``assay_row`` and ``faults``."""
    alone = [(i, f) for i, f in enumerate(faults) if not f.compares_rows]
    parts = []
    if alone:
        said = [ibis.ifelse(f.failing(bad).fill_null(False), ibis.literal(i, "int64"), ibis.null("int64")) for i, f in alone]
        parts.append(bad.select(ROW, fault=ibis.array(said).unnest()).filter(lambda t: t.fault.notnull()))
    for i, fault in enumerate(faults):
        if compared is not None and fault.compares_rows:
            rows = compared.filter(compared.fault == i)
            marked = rows if _reads_all(fault, bad) else _marked(bad.semi_join(rows, ROW).select(bad.columns), fault)
            parts.append(marked.select(ROW, fault=ibis.literal(i, "int64")))
    every = ibis.union(*parts) if len(parts) > 1 else parts[0]
    return every.group_by(ROW).aggregate(faults=every.fault.collect(order_by=every.fault))


def _marked(table: ir.Table, fault: Fault) -> ir.Table:
    marked = table.select(ROW, failing=fault.failing(table))
    return marked.filter(marked.failing).select(ROW)


def _reads_all(fault: Fault, table: ir.Table) -> bool:
    return fault.candidates(table) is table
