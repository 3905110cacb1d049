"""An opened table."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from audit.core.check import ROW
from audit.core.fingerprint import FileState


@dataclass(frozen=True)
class Source:
    """An opened table.

    Parameters
    ----------
    table : ibis table
        The rows, lazily.
    backend : ibis backend
        The connection that holds it.
    location : str
        What was opened, without passwords.
    files : sequence of Path
        The files behind it; empty for databases and frames.
    states : sequence of FileState
        What those files looked like before they were opened.
    """

    table: ir.Table
    backend: Any
    location: str
    files: Sequence[Path] = ()
    states: Sequence[FileState] = ()

    @property
    def has_positions(self) -> bool:
        """Whether a row has a lasting position, by which it can be named: rows of files and frames do, those of a server do not."""
        return bool(self.backend.name == "duckdb")

    def numbered(self) -> ir.Table:
        """Return the table with a column ``assay_row``: the position of each row in the source, from 0."""
        number = "file_row_number"
        if len(self.files) == 1 and self.files[0].suffix in (".parquet", ".pq") and number not in self.table.columns:
            # the file's own numbers can be read by several threads, which a window over all rows cannot
            rows = typed(self.backend.read_parquet(str(self.files[0]), file_row_number=True).rename({ROW: number}))
            if set(rows.columns) == {ROW, *self.table.columns}:  # a partition has columns that are not in its file
                return rows
        return self.table.mutate(**{ROW: ibis.row_number()})


def typed(table: ir.Table) -> ir.Table:
    """Return a table in which columns without any type, as those without any value can be, are text."""
    untyped = {name: "string" for name, kind in table.schema().items() if kind.is_unknown() and "NULL" in str(kind)}
    return table.cast(untyped) if untyped else table
