"""The rows that broke a blocking rule, set aside with the reason."""

from collections.abc import Sequence
from pathlib import Path

import ibis
import ibis.expr.types as ir

from audit.core.check import ROW, RowCheck
from audit.core.contract import Contract
from audit.core.errors import DataError
from audit.engines.ask_engine import BACKEND_ERRORS, one_line
from audit.engines.sources import Source
from audit.run import Examined

QUARANTINE_FILE = "quarantine.parquet"


def write_quarantine(path: Path, source: Source, failed: Sequence[Examined], contract: Contract) -> int:
    """Write the rows that broke a blocking row rule.

    The file has one row per bad row: ``assay_row`` (position in the source, from 0), ``assay_codes`` and ``assay_reasons`` (lists),
    ``assay_contract`` (version), then the row as it was.

    Parameters
    ----------
    path : Path
        The Parquet file to write.
    source : Source
        The data.
    failed : sequence of Examined
        Checks whose blocking limit was broken; those that are not about rows are passed over.
    contract : Contract
        Whose version is recorded.

    Returns
    -------
    int
        Number of rows set aside; no file is written where there are none.

    Raises
    ------
    DataError
        The file cannot be written.
    """
    checks = [e.check for e in failed if isinstance(e.check, RowCheck)]
    if not checks:
        return 0
    import pyarrow.parquet as pq

    table, backend = source.numbered(), source.backend
    faults = _faults(table, checks)
    codes, reasons = ibis.array([c.code for c in checks]), ibis.array([c.reason() for c in checks])
    rows = faults.join(table, ROW).select(
        faults[ROW],
        faults.faults.map(lambda i: codes[i]).name("assay_codes"),
        faults.faults.map(lambda i: reasons[i]).name("assay_reasons"),
        ibis.literal(contract.version or "none").name("assay_contract"),
        *(table[c] for c in source.table.columns),  # by position: a column may be called 'self'
    )
    rows = rows.order_by(ROW)
    try:
        backend.to_parquet(rows, str(path))
        return int(pq.ParquetFile(path).metadata.num_rows)
    except (*BACKEND_ERRORS, OSError) as error:
        raise DataError(f"cannot write the quarantine: {one_line(error)}") from error


def _faults(table: ir.Table, checks: Sequence[RowCheck]) -> ir.Table:
    """Return, for each bad row, the positions of the checks it fails: columns ``assay_row`` and ``faults``.

    Predicates about a row alone are evaluated together in one scan; those that compare rows see only their candidates.
    """
    alone = [(i, c) for i, c in enumerate(checks) if not c.compares_rows]
    parts = []
    if alone:
        flagged = table.select(ROW, **{f"fault_{i}": c.failing(table).fill_null(False) for i, c in alone})
        flagged = flagged.filter(ibis.or_(*(flagged[f"fault_{i}"] for i, _ in alone)))
        said = [ibis.ifelse(flagged[f"fault_{i}"], ibis.literal(i, "int64"), ibis.null("int64")) for i, _ in alone]
        parts.append(flagged.select(ROW, fault=ibis.array(said).unnest()).filter(lambda t: t.fault.notnull()))
    for i, check in enumerate(checks):
        if check.compares_rows:
            candidates = check.candidates(table)
            marked = candidates.select(ROW, failing=check.failing(candidates))
            parts.append(marked.filter(marked.failing).select(ROW, fault=ibis.literal(i, "int64")))
    every = ibis.union(*parts) if len(parts) > 1 else parts[0]
    return every.group_by(ROW).aggregate(faults=every.fault.collect(order_by=every.fault))
