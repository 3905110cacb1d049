"""Whether a target is of classes or a quantity: the one place that tells them apart, where nobody declared it."""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from audit.core.check import missing
from audit.core.roles import CLASSIFICATION, MAX_CLASSES, REGRESSION


def signs(table: ir.Table, target: str, prediction: str | None) -> ir.Table | None:
    """Ask, in one row, what tells the task: ``values`` of the target, about, and whether target or prediction hold ``fractions``.

    Returns
    -------
    ibis table or None
        ``None`` where the target holds no numbers: it is of classes then.
    """
    if not table[target].type().is_numeric():
        return None
    numbers = [table[c] for c in (target, prediction) if c and table[c].type().is_numeric()]
    fractions = [_fraction(column) for column in numbers if not column.type().is_integer()] or [ibis.literal(False)]
    known = table[target].approx_nunique(where=~missing(table[target]))
    return table.aggregate(values=known, fractions=ibis.or_(*(f.any() if f.op().shape.is_columnar() else f for f in fractions)))


def distinct(table: ir.Table, target: str) -> ir.Table:
    """Return the distinct values of a target, only one more of them than classes may be."""
    column = table[target]
    return table.filter(~missing(column)).select(value=column).distinct().limit(MAX_CLASSES + 1)


def doubtful(found: Mapping[str, object]) -> bool:
    """Return whether the values have to be counted exactly: the count of :func:`signs` is out by a few per cent."""
    return int(str(found["values"] or 0)) <= 2 * MAX_CLASSES


def told(values: int, fractions: bool) -> str:
    """Return the task of a target of numbers.

    It is a quantity where it has more than 100 different values, or more than two and it or its predictions are not all whole numbers.
    Two values are two classes, whatever they are.
    """
    return REGRESSION if values > MAX_CLASSES or (values > 2 and fractions) else CLASSIFICATION


def _fraction(column: ir.NumericColumn) -> ir.BooleanValue:
    number = column.cast("float64")
    # larger numbers are whole, and so large that engines cannot round them; NaN is larger than all
    small = ibis.ifelse(number.abs() < 2**53, number, 0.0)
    return small != small.floor()
