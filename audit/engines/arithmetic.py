"""Division and rounding as DuckDB does them, for engines that stop at a zero or round otherwise."""

from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.base import NULL

#: A multiplication by this splits a double into two halves of 26 digits each (Dekker 1971, Numerische Mathematik 18).
_SPLIT = 134_217_729.0
#: From here on a double is a whole number.
_WHOLE = 2.0**52


class DuckDBArithmetic:
    """Methods of an SQL compiler of ibis, to be put before its own."""

    __slots__ = ()

    def visit_Divide(self: Any, op: ops.Divide, *, left: Any, right: Any) -> Any:
        """Divide as floats do: by zero, infinity or NaN comes out."""
        left, right = (sge.paren(self.cast(side, dt.float64), copy=False) for side in (left, right))
        by_zero = sge.Case(
            ifs=[
                self.if_(left.is_(NULL), NULL),
                self.if_(left.eq(self.NAN), self.NAN),
                self.if_(left > 0, self.POS_INF),
                self.if_(left < 0, self.NEG_INF),
            ],
            default=self.NAN,
        )
        return sge.Case(ifs=[self.if_(right.eq(0), by_zero)], default=sge.Div(this=left, expression=right, typed=True))

    def visit_FloorDivide(self: Any, op: ops.FloorDivide, *, left: Any, right: Any) -> Any:
        """Divide as floats, and take the whole number below."""
        return self.cast(self.f.anon.floor(self.visit_Divide(op, left=left, right=right)), op.dtype)

    def visit_Modulus(self: Any, op: ops.Modulus, *, left: Any, right: Any) -> Any:
        """Return nothing where the divisor is zero."""
        return super().visit_Modulus(op, left=sge.paren(left, copy=False), right=self.f.nullif(right, 0))  # type: ignore[misc]  # ibis's own

    def visit_Round(self: Any, op: ops.Round, *, arg: Any, digits: Any) -> Any:
        """Round floats by their exact value, halves away from zero."""
        kept = 0 if op.digits is None else getattr(op.digits, "value", None)
        if not op.arg.dtype.is_floating() or kept is None:
            return super().visit_Round(op, arg=arg, digits=digits)  # type: ignore[misc]  # ibis's own
        return self.cast(exactly_rounded(self, self.cast(arg, dt.float64), kept), op.dtype)


def exactly_rounded(compiler: Any, arg: Any, digits: int) -> Any:
    """Return SQL that rounds a double.

    Other engines round the shortest decimal form, or a product that was itself rounded, and so take 2.675, which is a little less than that,
    for a half.

    Parameters
    ----------
    compiler : ibis SQL compiler
        Of the engine.
    arg : sqlglot expression
        A double.
    digits : int
        Decimals to keep.
    """

    def double(number: float) -> Any:
        return compiler.cast(sge.convert(repr(number)), dt.float64)

    def of(sign: type[sge.Binary], left: Any, right: Any) -> Any:
        return sge.paren(sign(this=left, expression=right), copy=False)

    function, scale = compiler.f.anon, 10.0**digits
    value = sge.paren(arg, copy=False)
    product = of(sge.Mul, value, double(scale))
    big = of(sge.Mul, value, double(_SPLIT))
    high = of(sge.Sub, big, of(sge.Sub, big, value))
    low = of(sge.Sub, value, high)
    more, less = (double(half) for half in _halves(scale))
    # what the product lost when it was rounded, itself without loss
    lost = of(sge.Sub, of(sge.Mul, high, more), product)
    for left, right in ((high, less), (low, more), (low, less)):
        lost = of(sge.Add, lost, of(sge.Mul, left, right))
    size, sign = function.abs(product), function.sign(value)
    whole = function.floor(size)
    over_half = of(sge.Sub, of(sge.Sub, size, whole), double(0.5))
    beyond_half = of(sge.GTE, of(sge.Add, over_half, of(sge.Mul, lost, sign)), double(0.0))
    rounded = of(sge.Mul, sign, of(sge.Add, whole, compiler.if_(beyond_half, double(1.0), double(0.0))))
    # asked of the value itself, since Postgres stops at a product that is too large
    small = sge.LT(this=function.abs(value), expression=double(_WHOLE / scale))
    return sge.Case(ifs=[compiler.if_(small, sge.Div(this=rounded, expression=double(scale), typed=True))], default=value)


def _halves(number: float) -> tuple[float, float]:
    big = number * _SPLIT
    high = big - (big - number)
    return high, number - high
