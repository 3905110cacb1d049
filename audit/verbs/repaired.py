"""Rows that a reviewer repaired, brought back into the form of the source."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from audit.core.check import ROW, missing
from audit.core.errors import DataError, UsageError, did_you_mean, did_you_mean_file
from audit.core.wording import counted, listed
from audit.engines.ask_engine import BACKEND_ERRORS, one_line
from audit.verbs.quarantine import ADDED


def read_repaired(backend: Any, path: Path, source: ir.Table, quarantine: ir.Table) -> ir.Table:
    """Return repaired rows with the columns and types of the source, each with its number in ``assay_row``.

    Tools change types on the way: pandas makes decimals of integers with gaps, and other units of timestamps. That is undone where every
    value survives it; a number in a column of text is not, because it may have lost its leading zeros.

    Parameters
    ----------
    backend : ibis backend
        Where the source lies; DuckDB.
    path : Path
        Rows of a ``quarantine.parquet``, repaired. Rows may be left out, and the columns that the quarantine added, but ``assay_row``.
    source : ibis table
        Whose columns and types count.
    quarantine : ibis table
        The rows that were set aside.

    Raises
    ------
    DataError
        The file cannot be read, its columns or types are others, or it has rows that were not set aside, or one of them twice.
    UsageError
        The file is no Parquet.
    """
    table = _opened(backend, path)
    _same_columns(path.name, table, source)
    faults = {c: source.schema()[c] for c in source.columns if not _alike(table[c].type(), source.schema()[c])}
    faults |= {} if table[ROW].type().is_integer() else {ROW: dt.int64}
    try:
        _refuse_changed_values(backend, path.name, table, faults)
        rows = table.select(*(_cast(table[c], faults.get(c)).name(c) for c in (ROW, *source.columns)))
        _refuse_strange_rows(backend, path.name, rows, quarantine)
    except BACKEND_ERRORS as error:
        raise DataError(f"cannot read '{path}': {one_line(error)}") from error
    return rows


def _opened(backend: Any, path: Path) -> ir.Table:
    if path.suffix not in (".parquet", ".pq"):
        raise UsageError(f"'{path}' is no Parquet file. Repair rows of quarantine.parquet and hand them back as Parquet, which keeps their types")
    if not path.is_file():
        raise DataError(f"there is no file '{path}'. {did_you_mean_file(path)}")
    try:
        return backend.read_parquet(str(path))
    except BACKEND_ERRORS as error:
        raise DataError(f"cannot read '{path}': {one_line(error)}") from error


def _same_columns(name: str, table: ir.Table, source: ir.Table) -> None:
    lacking = [c for c in (ROW, *source.columns) if c not in table.columns]
    if ROW in lacking:
        raise DataError(f"{name} has no column '{ROW}', by which a repaired row is known. Keep that column of quarantine.parquet as it is")
    if lacking:
        raise DataError(f"{name} lacks {_quoted(lacking)}, which the data have. {did_you_mean(lacking[0], table.columns)}")
    strange = [c for c in table.columns if c not in source.columns and c not in ADDED]
    if strange:
        raise DataError(f"{name} has {_quoted(strange)}, which the data do not have. {did_you_mean(strange[0], source.columns)}")


def _quoted(names: Sequence[str]) -> str:
    return listed(f"'{name}'" for name in names)


def _alike(one: dt.DataType, other: dt.DataType) -> bool:
    return one.copy(nullable=True) == other.copy(nullable=True)


def _cast(column: ir.Column, wanted: dt.DataType | None) -> ir.Column:
    if wanted is None:
        return column
    given = ibis.ifelse(missing(column), ibis.null(column.type()), column)
    return given.try_cast(wanted.copy(nullable=True))


def _refuse_changed_values(backend: Any, name: str, table: ir.Table, faults: dict[str, dt.DataType]) -> None:
    """Refuse columns of another type unless every value comes back unchanged from the type it should have."""
    if not faults:
        return
    asked = {}
    for i, (column, wanted) in enumerate(faults.items()):
        given = table[column]
        cast = _cast(given, wanted)
        same = cast.cast(given.type()) == given if _kind(given.type()) == _kind(wanted) != "" else ibis.literal(False)
        asked[f"a{i}"] = table.count(where=~missing(given) & ~(cast.notnull() & same).fill_null(False))
    counts = backend.to_pyarrow(table.aggregate(**asked)).to_pylist()[0].values()
    for (column, wanted), changed in zip(faults.items(), counts, strict=True):
        if changed:
            got = table[column].type()
            raise DataError(
                f"{name}: the column '{column}' is {_written(got)} and in the data {_written(wanted)}; {counted(changed, 'value')} would not survive "
                "the change. Write it with the type it has in quarantine.parquet"
            )


def _kind(kind: dt.DataType) -> str:
    """Return what may be turned into each other without a doubt about what is meant."""
    if kind.is_boolean():
        return "truth"
    if kind.is_numeric():
        return "number"
    if kind.is_timestamp() or kind.is_date():
        return "time"
    return "text" if kind.is_string() else ""


def _written(kind: dt.DataType) -> str:
    return str(kind.copy(nullable=True))


def _refuse_strange_rows(backend: Any, name: str, rows: ir.Table, quarantine: ir.Table) -> None:
    numbers = rows.group_by(ROW).aggregate(n=rows.count())
    wrong = numbers.filter(numbers[ROW].isnull() | (numbers.n > 1) | numbers[ROW].notin(quarantine[ROW])).order_by(ROW).limit(6)
    found = backend.to_pyarrow(wrong).to_pylist()
    without = [row for row in found if row[ROW] is None]
    twice = [str(row[ROW]) for row in found if row[ROW] is not None and row["n"] > 1]
    if without:
        raise DataError(f"{name} has {counted(without[0]['n'], 'row')} without '{ROW}'. Only rows of the quarantine can be handed back, not new ones")
    if twice:
        raise DataError(f"{name} has more than one row with {ROW} {listed(twice)}. Hand each repaired row back once")
    if found:
        strange: Sequence[str] = [str(row[ROW]) for row in found]
        raise DataError(f"{name} has rows that were not set aside: {ROW} {listed(strange, 5)}. Only rows of that quarantine can be handed back")
