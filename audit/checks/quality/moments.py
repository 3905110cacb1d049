"""Dates, times and timestamps compared with those of a contract, time zones and all."""

from datetime import UTC, datetime, time, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from audit.core.errors import UsageError
from audit.core.exact import Sign, apply, nowhere

#: What a 64-bit count of nanoseconds can hold, in years.
NANOSECONDS = (1678, 2261)


def time_zone(name: str) -> tzinfo:
    """Return a time zone by its name in the IANA database; UTC where it is empty.

    Raises
    ------
    UsageError
        There is none of that name.
    """
    try:
        return ZoneInfo(name or "UTC")
    except (LookupError, ValueError, OSError) as error:
        raise UsageError(f"there is no time zone '{name}'. Expected a name such as Europe/Berlin or Etc/UTC") from error


def compare_moment(column: ir.Column, sign: Sign, bound: Any, zone: str = "") -> ir.BooleanValue:
    """Return where a column of dates, times or timestamps lies on one side of a bound; null where it is missing.

    A date is its midnight. Where only one of column and bound has a time zone, the other is read as local time of ``zone``.

    Parameters
    ----------
    column : ibis column
        Dates, times or timestamps.
    sign : {"<", "<=", ">", ">="}
        Which side.
    bound : date, datetime, time or str
        As ISO 8601 writes it.
    zone : str
        Name of a time zone; UTC where empty.

    Raises
    ------
    ValueError
        The bound is no such moment.
    """
    kind = column.type()
    if kind.is_time():
        return apply(column, sign, ibis.literal(time.fromisoformat(str(bound)).isoformat()).cast("time"))
    moment, place = datetime.fromisoformat(str(bound)), time_zone(zone)
    if kind.is_timestamp() and kind.timezone:
        aware = (moment if moment.tzinfo else moment.replace(tzinfo=place)).astimezone(UTC)
        return apply(column, sign, ibis.literal(aware.isoformat()).cast("timestamp('UTC')"))
    local = moment.astimezone(place).replace(tzinfo=None) if moment.tzinfo else moment
    if kind.is_date():
        if local.time() != time():
            # inside a day: that day's midnight lies before the bound, the next one after it
            sign = "<=" if "<" in sign else ">"
        return apply(column, sign, ibis.literal(local.date().isoformat()).cast("date"))
    if kind.scale == 9 and not NANOSECONDS[0] <= local.year <= NANOSECONDS[1]:
        return column.notnull() if (local.year > NANOSECONDS[1]) == ("<" in sign) else nowhere(column)
    return apply(column, sign, ibis.literal(local.isoformat()).cast("timestamp"))
