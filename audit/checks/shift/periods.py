"""Two periods of one table, or a reference and a table: every row with a mark whether it is in the later one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import ibis
import ibis.expr.types as ir

from audit.core.check import missing
from audit.core.errors import NotApplicable, UsageError
from audit.core.subject import Subject

LATE = "assay_late"


@dataclass(frozen=True)
class Periods:
    """Rows of both periods.

    Parameters
    ----------
    rows : ibis table
        The compared columns, and the boolean ``LATE``; rows without a time are left out.
    columns : tuple of str
        Compared columns.
    left_out : tuple of str
        Columns of a nested type, which are not compared.
    time : str
        The column that was cut, among the rows' columns; empty where a reference is compared.
    """

    rows: ir.Table
    columns: tuple[str, ...]
    left_out: tuple[str, ...]
    time: str = ""


def periods(subject: Subject, cut: str | int | float | None) -> Periods:
    """Divide a subject's rows into an early and a late period.

    With a reference, that is the early period. Else the table is cut by its time: before ``cut``, or before or after the median, whichever
    brings the early share closer to one half; rows of one time, such as a year, stay together.

    Parameters
    ----------
    subject : Subject
        With a reference, or a time role.
    cut : str, int, float or None
        The time at which the late period begins.

    Raises
    ------
    NotApplicable
        Neither reference nor time, or a time that has no order.
    UsageError
        The cut is no time of the column's kind.
    """
    compared, left_out = _compared(subject)
    if subject.reference is not None:
        shared = tuple(c for c in compared if c in subject.reference.columns)
        early = _same_types(subject.reference, subject.table, shared).mutate(**{LATE: ibis.literal(False)})
        late = _same_types(subject.table, subject.reference, shared).mutate(**{LATE: ibis.literal(True)})
        return Periods(early.union(late), shared, left_out)
    name = subject.need("time")
    time = subject.table[name]
    kind = time.type()
    if not (kind.is_date() or kind.is_timestamp() or kind.is_numeric()):
        raise NotApplicable(f"the time column '{name}' has the type {kind}; give it as dates, timestamps or numbers such as years")
    if cut is None:
        late = _later_half(subject.table, name)
    else:
        try:
            begin = float(cut) if kind.is_numeric() else datetime.fromisoformat(str(cut))
        except ValueError as error:
            wanted = "a number" if kind.is_numeric() else "a date such as 2024-05-01"
            raise UsageError(f"S001: 'cut' is '{cut}'; the time column '{name}' has the type {kind}, so give {wanted}") from error
        late = time >= ibis.literal(str(begin) if isinstance(begin, datetime) else begin).cast(kind)
    dated = subject.table.filter(~missing(time))
    return Periods(dated.select(*compared, *([] if name in compared else [name]), **{LATE: late}), compared, left_out, name)


def _later_half(table: ir.Table, name: str) -> ir.BooleanValue:
    """Return where the time is at the median or after it, or only after it where that brings the early share closer to one half."""
    known = table.filter(~missing(table[name]))
    median = known.select(moment=_moment(known[name])).aggregate(median=lambda t: t.moment.median()).as_scalar()
    moment = _moment(known[name])
    counts = known.aggregate(below=(moment < median).sum(), up_to=(moment <= median).sum(), n=known.count())
    after = (counts.up_to < counts.n) & ((2 * counts.up_to - counts.n).abs() < (2 * counts.below - counts.n).abs())
    own = _moment(table[name])
    return ibis.ifelse(counts.select(after=after).as_scalar(), own > median, own >= median)


def _moment(time: ir.Column) -> ir.NumericColumn:
    """Return a time as a number: seconds since 1970 for dates, which have no median in every engine."""
    return time if time.type().is_numeric() else time.cast("timestamp").epoch_seconds()


def _compared(subject: Subject) -> tuple[tuple[str, ...], tuple[str, ...]]:
    roles, schema = subject.roles, subject.table.schema()
    wanted = dict.fromkeys([*subject.features, *(c for c in (roles.target, roles.prediction) if c)])
    names = [c for c in wanted if c != roles.time]
    nested = tuple(c for c in names if schema[c].is_nested() or schema[c].is_binary() or schema[c].is_json())
    compared = tuple(c for c in names if c not in nested)
    if not compared:
        raise NotApplicable("needs columns beside the time to compare; the table has none")
    return compared, nested


def _same_types(table: ir.Table, other: ir.Table, columns: Sequence[str]) -> ir.Table:
    """Return the columns in types that both tables can be read in: of a kind as they are, numbers as floats, else text."""
    picked = {}
    for c in columns:
        own, its = table[c].type(), other[c].type()
        picked[c] = table[c] if own == its else table[c].cast("float64") if own.is_numeric() and its.is_numeric() else table[c].cast("string")
    return table.select(**picked)
