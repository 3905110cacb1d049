"""Columns of numbers compared with numbers as they are written: nothing is rounded on the way."""

import math
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import numpy as np

from audit.core.written import exact

Sign = Literal["<", "<=", ">", ">="]

#: Up to here every whole number is a double.
WHOLE = 2**53


def compare(column: ir.Column, sign: Sign, bound: Any) -> ir.BooleanValue:
    """Return where a column of numbers lies on one side of a bound, exactly; null where it is missing or, at most, false.

    Parameters
    ----------
    column : ibis column
        Of integers, decimals or floats.
    sign : {"<", "<=", ">", ">="}
        Which side.
    bound : number
        As it was written. Floats of the data are what their shortest decimal form says, so that 0.3 is not below 0.3.
    """
    value, kind = exact(bound), column.type()
    if value is None:  # infinity
        return apply(column, sign, ibis.literal(float(bound)))
    if kind.is_floating():
        number, shortest = _nearest(kind, value)
        if shortest != value:
            # the bound falls between two floats: its nearest one lies wholly on one side of it
            below = shortest < value
            sign = ("<=" if below else "<") if "<" in sign else (">" if below else ">=")
        return apply(column, sign, ibis.literal(number, kind))
    if _any_places(kind):
        return apply(column, sign, _as_written(value))
    scale = kind.scale if kind.is_decimal() else 0
    scaled = value * 10**scale
    step = math.ceil(scaled) if sign in ("<", ">=") else math.floor(scaled)
    low, high = _span(kind)
    if not low <= step <= high:
        always = (step > high) == ("<" in sign)
        return column.notnull() if always else nowhere(column)
    return apply(column, sign, _step_literal(kind, step, scale))


def among(column: ir.Column, values: Iterable[Any]) -> ir.BooleanValue:
    """Return where a column of numbers equals one of some values, exactly; values that its type cannot hold equal nothing.

    Parameters
    ----------
    column : ibis column
        Of integers, decimals or floats.
    values : iterable
        Numbers, or numbers as text; anything else is no value of such a column.
    """
    kind = column.type()
    literals = []
    for value in dict.fromkeys(exact(v) for v in values):
        if value is None:
            continue
        if kind.is_floating():
            number, shortest = _nearest(kind, value)
            if shortest == value:
                literals.append(ibis.literal(number, kind))
            continue
        if _any_places(kind):
            literals.append(_as_written(value))
            continue
        scale = kind.scale if kind.is_decimal() else 0
        scaled = value * 10**scale
        low, high = _span(kind)
        if scaled.denominator == 1 and low <= scaled <= high:
            literals.append(_step_literal(kind, int(scaled), scale))
    return column.isin(literals) if literals else nowhere(column)


def multiple(column: ir.Column, step: Any) -> ir.BooleanValue:
    """Return where a column of numbers is a whole multiple of a step, exactly; null where it is missing.

    For floats, the float nearest to a multiple counts as one, and no other: 0.3 is a multiple of 0.1, 0.1 + 0.2 is not.

    Parameters
    ----------
    column : ibis column
        Of integers, decimals or floats.
    step : number
        Above 0, as it was written.
    """
    value, kind = exact(step), column.type()
    if value is None or value <= 0:
        raise ValueError(f"a step is a number above 0; got {step!r}")
    if kind.is_floating():
        return _float_multiple(column, value)
    if _any_places(kind):
        return column % _as_written(value) == 0
    scale = kind.scale if kind.is_decimal() else 0
    # on the grid of the column, a number is a multiple of value exactly if it is one of this whole number of grid steps
    steps = (value * 10**scale).numerator
    _, high = _span(kind)
    return column % _step_literal(kind, steps, scale) == 0 if steps <= high else column == 0


def _float_multiple(column: ir.Column, value: Fraction) -> ir.BooleanValue:
    numerator, denominator = value.numerator, value.denominator
    if max(numerator, denominator) >= WHOLE:
        raise ValueError(f"a step for a column of floats has at most 15 digits; got {float(value)!r}")
    number = column.cast("string").cast("float64") if column.type().is_float32() else column.cast("float64")
    # not a product, at which some engines stop where it is too large
    small = number.abs() < float(WHOLE) / float(denominator)
    within = ibis.ifelse(small, number, 0.0)
    count = (within * float(denominator) / float(numerator)).round().cast("float64")
    # both sides of the division are whole numbers that a double holds, so its result is the double nearest to the multiple
    near = count * float(numerator) / float(denominator) == within
    # a double as large as this is a whole number, or has no digit left below the step
    bounded = ibis.ifelse(number.abs() < 2.0**63, number, 0.0)
    whole = bounded.floor().cast("float64") == bounded
    far = ~whole | (bounded.cast("int64") % numerator == 0)
    gap = number.isnull() | number.isnan()
    return ibis.cases((gap, ibis.null("boolean")), (number.isinf(), False), (small, near), else_=far)


def nowhere(column: ir.Column) -> ir.BooleanValue:
    """Return an expression over a column that is true in no row."""
    return column.isnull() & column.notnull()


def apply(column: ir.Column, sign: Sign, bound: Any) -> ir.BooleanValue:
    """Return where a column lies on one side of a literal that it can be compared with as it is."""
    match sign:
        case "<":
            return column < bound
        case "<=":
            return column <= bound
        case ">":
            return column > bound
        case ">=":
            return column >= bound


def _nearest(kind: dt.DataType, value: Fraction) -> tuple[float, Fraction]:
    """Return the finite float of a type that is nearest to a number, and what its shortest decimal form says."""
    single = kind.is_float32()
    largest = float(np.finfo(np.float32 if single else np.float64).max)
    number = float(min(max(value, Fraction(-largest)), Fraction(largest)))
    if single:
        number = float(np.float32(number))
    return number, Fraction(Decimal(str(np.float32(number)) if single else repr(number)))


def _any_places(kind: dt.DataType) -> bool:
    """Return whether each value of a type has as many places behind the point as it likes, as ``numeric`` of Postgres without a scale."""
    return kind.is_decimal() and kind.scale is None


def _as_written(value: Fraction) -> Any:
    """Return a number that was written in decimals with all its digits: as text, since a literal of ibis keeps 38 of them."""
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    digits = str(abs(int(value * 10**places))).zfill(places + 1)
    whole = len(digits) - places
    text = f"{'-' if value < 0 else ''}{digits[:whole]}.{digits[whole:]}".removesuffix(".")
    return ibis.literal(text).cast(dt.Decimal(None, None))


def _span(kind: dt.DataType) -> tuple[int, int]:
    """Return the smallest and the largest value of a type, in steps of its grid."""
    if kind.is_decimal():
        end = 10 ** (kind.precision or 38) - 1
        return -end, end
    return int(kind.bounds.lower), int(kind.bounds.upper)


def _step_literal(kind: dt.DataType, step: int, scale: int) -> Any:
    if not kind.is_decimal():
        return ibis.literal(step, "uint64") if step >= 2**63 else ibis.literal(step)
    digits = tuple(int(d) for d in str(abs(step)))
    return ibis.literal(Decimal((int(step < 0), digits, -scale)), dt.Decimal(38, scale))
