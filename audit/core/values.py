"""Values that a contract lists, in the form in which a column of text or of numbers holds them."""

from collections.abc import Iterable
from math import isnan
from typing import Any

import ibis.expr.types as ir

from audit.core.written import exact


def texts(values: Iterable[Any]) -> set[str]:
    """Return listed values as text, booleans in the engine's spelling; nulls are no values.

    >>> sorted(texts([1, "a", True, None]))
    ['1', 'a', 'true']
    """
    return {("true" if v else "false") if isinstance(v, bool) else str(v) for v in values if v is not None}


def numbers(values: Iterable[Any]) -> list[float]:
    """Return those of the listed values that are numbers, or numbers written as text.

    >>> numbers([1, "2.5", "red", True, None])
    [1, 2.5]
    >>> numbers(["9007199254740993"])
    [9007199254740993]
    """
    found: list[float] = []
    for value in values:
        number = exact(value)
        if number is None:
            if isinstance(value, float) and not isnan(value):
                found.append(value)  # infinite
            continue
        whole = number.denominator == 1 and (abs(number) < 2**53 or not isinstance(value, float))
        found.append(int(number) if whole else float(number))
    return found


def is_nan(value: Any) -> bool:
    """Return whether a value of any type is NaN.

    >>> is_nan(float("nan")), is_nan(None), is_nan("nan")
    (True, False, False)
    """
    return isinstance(value, float) and isnan(value)


def as_text(column: ir.Column) -> ir.StringValue:
    """Return a column as text; whole numbers in a column of decimals, as integers with gaps become, are written without ``.0``."""
    text = column.cast("string")
    return text.re_replace(r"\.0$", "") if column.type().is_floating() else text
