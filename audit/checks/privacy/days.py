"""Dates as whole days, however a column writes them."""

from datetime import UTC, date, datetime

import ibis
import ibis.expr.types as ir

from audit.core.errors import DataError, UsageError

EPOCH = date(1970, 1, 1)
SECONDS = 86_400


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

    Text counts by its first ten characters, as ISO 8601 writes a date. A whole number is a year and counts as its last day, so that no row
    looks older than it can be.

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
        return ibis.ifelse(written, text.substr(0, 10), ibis.null("string")).try_cast("date").epoch_days()
    if kind.is_integer():
        year = ibis.ifelse(column.between(1000, 9999), column.cast("string") + "-12-31", ibis.null("string"))
        return year.try_cast("date").epoch_days()
    raise DataError(f"the column '{name}' is {kind}; expected a date, a timestamp, ISO 8601 text such as 2026-01-31, or a year")
