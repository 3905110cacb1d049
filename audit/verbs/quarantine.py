"""The rows that broke a blocking rule, set aside with the reason."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ibis

from audit.core.check import Check, RowCheck
from audit.core.contract import Contract
from audit.core.errors import DataError
from audit.core.subject import Subject
from audit.engines.ask_engine import BACKEND_ERRORS, one_line

QUARANTINE_FILE = "quarantine.parquet"


def write_quarantine(path: Path, subject: Subject, failed: Sequence[Check], contract: Contract, backend: Any) -> int:
    """Write the rows that broke a blocking row rule.

    The file has one row per bad row: ``assay_row`` (position in the source, from 0), ``assay_codes`` and ``assay_reasons`` (lists),
    ``assay_contract`` (version), then the row as it was.

    Parameters
    ----------
    path : Path
        The Parquet file to write.
    subject : Subject
        The data.
    failed : sequence of Check
        Checks whose blocking limit was broken; those that are not about rows are passed over.
    contract : Contract
        Whose version is recorded.
    backend : ibis backend
        The connection that holds the data.

    Returns
    -------
    int
        Number of rows set aside; no file is written where there are none.

    Raises
    ------
    DataError
        The file cannot be written.
    """
    checks = [c for c in failed if isinstance(c, RowCheck)]
    if not checks:
        return 0
    table = subject.table
    flagged = table.mutate(
        assay_row=ibis.row_number(), **{f"assay_fault_{i}": check.failing(table).fill_null(False) for i, check in enumerate(checks)}
    )
    faults = [flagged[f"assay_fault_{i}"] for i in range(len(checks))]
    bad = flagged.filter(ibis.or_(*faults))

    def listed(texts: Sequence[str]) -> Any:
        said = [ibis.ifelse(bad[f"assay_fault_{i}"], ibis.literal(text), ibis.null("string")) for i, text in enumerate(texts)]
        return ibis.array(said).filter(lambda text: text.notnull())

    rows = bad.select(
        "assay_row",
        assay_codes=listed([c.code for c in checks]),
        assay_reasons=listed([c.reason() for c in checks]),
        assay_contract=ibis.literal(contract.version or "none"),
        **{c: bad[c] for c in table.columns},
    ).order_by("assay_row")
    try:
        backend.to_parquet(rows, str(path))
        return int(backend.con.execute("SELECT count(*) FROM read_parquet(?)", [str(path)]).fetchone()[0])
    except (*BACKEND_ERRORS, OSError) as error:
        raise DataError(f"cannot write the quarantine: {one_line(error)}") from error
