"""Which columns of two rows are compared, and in which form."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from audit.core.check import ROW
from audit.core.errors import NotApplicable, UsageError, did_you_mean

#: Columns beyond these are left out of the comparison: a hundred columns tell any two rows apart, and thousands would make the query too long.
MOST_COLUMNS = 100

Form = Literal["number", "time", "text", "category"]


@dataclass(frozen=True)
class Compared:
    """A column that is compared.

    Parameters
    ----------
    name : str
        As in the data.
    form : {"number", "time", "text", "category"}
        How closeness is told: by difference, by seconds, by letters, or not at all.
    whole : bool
        Whether its numbers are whole by type, or times.
    """

    name: str
    form: Form
    whole: bool = False

    def formed(self, column: ir.Column) -> ir.Column:
        """Return the column in the form in which it is compared; NaN is null."""
        match self.form:
            case "number":
                return ibis.ifelse(column.isnan(), ibis.null(column.type()), column) if column.type().is_floating() else column
            case "time":
                return column.cast("timestamp").epoch_seconds()
            case "text":
                return column
            case "category":
                return column.cast("string")


def compared_columns(table: ir.Table, *, only: Collection[str] = (), without: Collection[str] = ()) -> tuple[list[Compared], list[str]]:
    """Return the columns to compare, and those for which there is no room.

    Nested and binary columns are never compared.

    Parameters
    ----------
    table : ibis table
        Whose rows are compared.
    only : collection of str
        Columns to restrict the comparison to; empty for all.
    without : collection of str
        Columns that differ by nature.

    Raises
    ------
    UsageError
        A name is no column.
    NotApplicable
        Nothing is left.
    """
    for name in (*only, *without):
        if name not in table.columns:
            raise UsageError(f"near duplicates: the data have no column '{name}'. {did_you_mean(name, table.columns)}")
    names = [c for c in table.columns if c != ROW and c not in without and (not only or c in only)]
    columns = [Compared(name, form, form == "time" or table[name].type().is_integer()) for name in names if (form := _form(table[name].type()))]
    if len(columns) < 2:
        raise NotApplicable(f"needs at least two columns to compare; there {'is one' if columns else 'are none'} beside keys and bookkeeping")
    return columns[:MOST_COLUMNS], [c.name for c in columns[MOST_COLUMNS:]]


def _form(kind: dt.DataType) -> Form | None:
    if kind.is_numeric() and not kind.is_boolean():
        return "number"
    if kind.is_timestamp() or kind.is_date():
        return "time"
    if kind.is_string():
        return "text"
    return None if kind.is_nested() or kind.is_binary() or kind.is_null() else "category"


def identity(table: ir.Table) -> ir.IntegerValue:
    """Return a hash of all of a row: equal rows, which are exact duplicates, have one identity."""
    columns = [c for c in table.columns if c != ROW]
    return ibis.struct({f"c{i}": table[c] for i, c in enumerate(columns)}).hash()


def position(table: ir.Table) -> ir.IntegerValue:
    """Return each row's position in its source, from 0."""
    return table[ROW] if ROW in table.columns else ibis.row_number()
