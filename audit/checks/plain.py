"""Columns in the few forms in which checks look at values, the same on every engine: numbers as floats, moments as seconds, all else as text."""

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from audit.core.check import missing

#: Longer texts are told apart by their hash, so that a cell of a megabyte costs no more than another.
LONGEST = 64


def null_if_missing(column: ir.Column) -> ir.Column:
    """Return a column in which every missing value is null, as NaN is in no other type."""
    return ibis.ifelse(missing(column), ibis.null(column.type()), column) if column.type().is_floating() else column


def plain(column: ir.Column) -> ir.Column:
    """Return numbers and moments (seconds since 1970) as floats, all else as text, long ones as their hash."""
    kind = column.type()
    if kind.is_numeric() and not kind.is_boolean():
        return column.cast("float64")
    if kind.is_date() or kind.is_timestamp():
        return column.cast("timestamp").epoch_seconds().cast("float64")
    text = column.cast("string")
    return ibis.ifelse(text.length() > LONGEST, text.hexdigest("md5"), text)


def simple(kind: dt.DataType) -> bool:
    """Return whether values of a type are single ones: no lists, structures, JSON or bytes."""
    return not (kind.is_nested() or kind.is_binary() or kind.is_json())
