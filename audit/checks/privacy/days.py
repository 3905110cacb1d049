"""Dates as whole days, however a column writes them."""

from datetime import UTC, date, datetime

import ibis
import ibis.expr.types as ir

from audit.core.errors import DataError, UsageError

EPOCH = date(1970, 1, 1)
SECONDS = 86_400
#: First day of the calendar, 0001-01-01.
FIRST = 1 - EPOCH.toordinal()
#: A time of day with its offset from UTC, at the end of a text.
OFFSET = r"[T ]\d{2}:\d{2}.*([Zz]|[+-]\d{2}(:?\d{2})?)$"


def reference_date(as_of: str, code: str) -> date:
    """Return the day that ends and ages are counted to: the one given as ISO 8601 text, or today in UTC.

    Raises
    ------
    UsageError
        The text is no date.
    """
    if not as_of:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(str(as_of)[:10])
    except ValueError as error:
        raise UsageError(f"{code}: 'as_of' is a date such as 2026-01-31; got '{as_of}'") from error


def day_number(day: date) -> int:
    """Return the days from 1970-01-01 to a date."""
    return (day - EPOCH).days


def day_of(number: int) -> date:
    """Return the date that is so many days after 1970-01-01."""
    return date.fromordinal(EPOCH.toordinal() + number)


def days(column: ir.Column, name: str) -> ir.IntegerValue:
    """Return the days from 1970-01-01 to each date of a column; null where there is none or it cannot be read.

    Text counts by its first ten characters, as ISO 8601 writes a date; a moment with its offset from UTC, in text or as a type, counts by its day
    in UTC, as the reference day does. A whole number is a year and counts as its last day, so that no row looks older than it can be.

    Raises
    ------
    DataError
        The column's type holds no dates.
    """
    kind = column.type()
    if kind.is_date():
        return column.epoch_days()
    if kind.is_timestamp():
        return column.epoch_seconds() // SECONDS
    if kind.is_string():
        text = column.strip()
        written = text.re_search(r"^\d{4}-\d{2}-\d{2}($|[T ])")
        plain = ibis.ifelse(written, text.substr(0, 10), ibis.null("string")).try_cast("date").epoch_days()
        zoned = written & text.re_search(OFFSET)
        moment = ibis.ifelse(zoned, text, ibis.null("string")).try_cast("timestamp('UTC')").epoch_seconds() // SECONDS
        return ibis.ifelse(zoned, moment, plain)
    if kind.is_integer() or kind.is_floating():
        # years with gaps among them arrive as floats
        whole = column.between(1000, 9999) & (column == column.floor())
        year = ibis.ifelse(whole, column, ibis.null(kind)).cast("int64").cast("string")
        return (year + "-12-31").try_cast("date").epoch_days()
    raise DataError(f"the column '{name}' is {kind}; expected a date, a timestamp, ISO 8601 text such as 2026-01-31, or a year")
