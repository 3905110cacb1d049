"""Postgres: how it is opened, and where its SQL has to be written otherwise to mean what it means in DuckDB."""

import weakref
from typing import Any, ClassVar

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.base import NULL
from ibis.backends.sql.compilers.postgres import PostgresCompiler

from audit.engines.arithmetic import DuckDBArithmetic
from audit.engines.regular_expressions import rewritten

SCHEMES = ("postgres://", "postgresql://")
#: Nothing is written, not even by mistake; numbers are told to the last digit; groups of a few million keys stay in memory.
SETTINGS = (
    "SET default_transaction_read_only = on",
    "SET extra_float_digits = 1",
    "SET DateStyle = 'ISO, YMD'",
    "SET bytea_output = 'hex'",
    "SET work_mem = '64MB'",
)

#: Collations that know the case of all letters, the first that a server has: those of libc pair letters one by one, as DuckDB does.
CASING = ("C.utf8", "C.UTF-8", "en_US.utf8", "und-x-icu")


def connect_postgres(url: str) -> Any:
    """Return a read-only session on a Postgres server as an ibis backend.

    Parameters
    ----------
    url : str
        ``postgres://user@host:port/database``, as libpq takes it; a password comes from ``PGPASSWORD``, ``~/.pgpass`` or the URL.

    Raises
    ------
    ImportError
        The driver is not installed.
    psycopg.Error
        The server cannot be reached, or refuses.
    """
    import psycopg

    address = url.partition("#")[0].replace("postgres://", "postgresql://", 1)
    connection = psycopg.connect(address if "connect_timeout" in address else _with_timeout(address), autocommit=True)
    backend = ibis.postgres.from_connection(connection)
    weakref.finalize(backend, connection.close)
    with connection.cursor() as cursor:
        for setting in SETTINGS:
            cursor.execute(setting)
        known = {name for (name,) in cursor.execute("SELECT collname FROM pg_collation WHERE collencoding IN (-1, 6)").fetchall()}
    backend.compiler = _LikeDuckDB(next((c for c in CASING if c in known), None))
    return backend


def _with_timeout(address: str) -> str:
    from psycopg.conninfo import make_conninfo

    return make_conninfo(address, connect_timeout=10, application_name="assay")


class _LikeDuckDB(DuckDBArithmetic, PostgresCompiler):
    """Writes SQL whose values are those of DuckDB: order and case of text, division, rounding, patterns, and numbers as text."""

    __slots__ = ("casing",)

    # the methods that these stand for are inherited; set again here, they would replace those below
    SIMPLE_OPS: ClassVar[dict[type, str]] = {}

    def __init__(self, casing: str | None) -> None:
        super().__init__()
        #: Collation by which letters have a case; the database's own may know those of ASCII alone.
        self.casing = casing

    # text: by its bytes, whatever the database's collation

    def _bytewise(self, arg: Any, kind: dt.DataType) -> Any:
        return sge.Collate(this=sge.paren(arg, copy=False), expression=sge.to_identifier("C", quoted=True)) if kind.is_string() else arg

    def _compared(self, kind: type[sge.Binary], op: Any, left: Any, right: Any) -> Any:
        return kind(
            this=sge.paren(self._bytewise(left, op.left.dtype), copy=False), expression=sge.paren(self._bytewise(right, op.right.dtype), copy=False)
        )

    def visit_Less(self, op: ops.Less, *, left: Any, right: Any) -> Any:
        return self._compared(sge.LT, op, left, right)

    def visit_LessEqual(self, op: ops.LessEqual, *, left: Any, right: Any) -> Any:
        return self._compared(sge.LTE, op, left, right)

    def visit_Greater(self, op: ops.Greater, *, left: Any, right: Any) -> Any:
        return self._compared(sge.GT, op, left, right)

    def visit_GreaterEqual(self, op: ops.GreaterEqual, *, left: Any, right: Any) -> Any:
        return self._compared(sge.GTE, op, left, right)

    def visit_Between(self, op: ops.Between, *, arg: Any, lower_bound: Any, upper_bound: Any) -> Any:
        bounds = (self._bytewise(b, k.dtype) for b, k in ((lower_bound, op.lower_bound), (upper_bound, op.upper_bound)))
        return super().visit_Between(op, arg=self._bytewise(arg, op.arg.dtype), **dict(zip(("lower_bound", "upper_bound"), bounds, strict=True)))

    def visit_SortKey(self, op: ops.SortKey, *, arg: Any, ascending: bool, nulls_first: bool) -> Any:
        return super().visit_SortKey(op, arg=self._bytewise(arg, op.arg.dtype), ascending=ascending, nulls_first=nulls_first)

    def visit_Min(self, op: ops.Min, *, arg: Any, where: Any) -> Any:
        if op.arg.dtype.is_boolean():
            return self.agg.bool_and(arg, where=where)
        return self.agg.min(self._bytewise(arg, op.arg.dtype), where=where)

    def visit_Max(self, op: ops.Max, *, arg: Any, where: Any) -> Any:
        if op.arg.dtype.is_boolean():
            return self.agg.bool_or(arg, where=where)
        return self.agg.max(self._bytewise(arg, op.arg.dtype), where=where)

    def _cased(self, function: str, arg: Any) -> Any:
        if self.casing:
            arg = sge.Collate(this=sge.paren(arg, copy=False), expression=sge.to_identifier(self.casing, quoted=True))
        return self._bytewise(self.f.anon[function](arg), dt.string)

    def visit_Lowercase(self, op: ops.Lowercase, *, arg: Any) -> Any:
        return self._cased("lower", arg)

    def visit_Uppercase(self, op: ops.Uppercase, *, arg: Any) -> Any:
        return self._cased("upper", self.f.anon.replace(arg, sge.convert("ß"), sge.convert("ẞ")))

    def visit_StringSplit(self, op: ops.StringSplit, *, arg: Any, delimiter: Any) -> Any:
        split = self.f.anon.string_to_array(arg, delimiter)
        return self.if_(arg.eq(sge.convert("")), self.f.array(sge.convert("")), split)

    def visit_StringSQLILike(self, op: ops.StringSQLILike, *, arg: Any, pattern: Any, escape: Any) -> Any:
        return super().visit_StringSQLILike(op, arg=self._cased("lower", arg), pattern=self._cased("lower", pattern), escape=escape)

    # patterns

    def _pattern(self, op: Any) -> Any:
        return sge.convert(rewritten(op.pattern.value, "postgres"))

    def visit_RegexSearch(self, op: ops.RegexSearch, *, arg: Any, pattern: Any) -> Any:
        return sge.paren(sge.RegexpLike(this=self._bytewise(arg, dt.string), expression=self._pattern(op)), copy=False)

    def visit_RegexReplace(self, op: ops.RegexReplace, *, arg: Any, pattern: Any, replacement: Any) -> Any:
        return self.f.anon.regexp_replace(self._bytewise(arg, dt.string), self._pattern(op), replacement, sge.convert("g"))

    # numbers

    def visit_ExtractEpochSeconds(self, op: ops.ExtractEpochSeconds, *, arg: Any) -> Any:
        # with the fraction of the second
        return self.cast(self.f.extract("epoch", arg), dt.float64)

    def visit_IdenticalTo(self, op: ops.IdenticalTo, *, left: Any, right: Any) -> Any:
        # what IS NOT DISTINCT FROM says, in a form that can be hashed: a join by it would compare every row with every other
        return sge.EQ(this=self.f.array(left), expression=self.f.array(right))

    def visit_Cast(self, op: ops.Cast, *, arg: Any, to: dt.DataType) -> Any:
        kind = op.arg.dtype
        if to.is_string() and kind.is_floating():
            return self._float_as_text(arg, kind)
        if to.is_floating() and kind.is_boolean():
            return self.cast(self.cast(arg, dt.int32), to)
        if to.is_integer() and kind.is_boolean():
            return self.cast(self.cast(arg, dt.int32), to)
        return super().visit_Cast(op, arg=arg, to=to)

    def _float_as_text(self, arg: Any, kind: dt.DataType) -> Any:
        """Write a float as DuckDB does: 1.0, inf, nan, and powers of ten from 1e16 on."""
        text = self.cast(arg, dt.string)
        size = self.f.anon.abs(arg)
        # between these bounds Postgres writes a power of ten, DuckDB does not yet
        plain = self.cast(self.f.anon.trim_scale(self.cast(text, dt.Decimal(None, None))), dt.string)
        between = sge.and_(size >= self._number(1e6 if kind.is_float32() else 1e15, kind), size < self._number(1e16, kind))
        return sge.Case(
            ifs=[
                self.if_(arg.eq(self.cast(sge.convert("NaN"), kind)), sge.convert("nan")),
                self.if_(arg.eq(self.cast(sge.convert("Infinity"), kind)), sge.convert("inf")),
                self.if_(arg.eq(self.cast(sge.convert("-Infinity"), kind)), sge.convert("-inf")),
                self.if_(between, self._with_point(plain)),
                self.if_(sge.and_(size >= self._number(1e16, kind), size < self._number(1e37, kind)), self._shortest(arg, text, kind)),
            ],
            default=self._with_point(text),
        )

    def _with_point(self, text: Any) -> Any:
        return self.if_(sge.RegexpLike(this=text, expression=sge.convert("^-?[0-9]+$")), sge.DPipe(this=text, expression=sge.convert(".0")), text)

    def _shortest(self, arg: Any, text: Any, kind: dt.DataType) -> Any:
        """Leave out the last digit of a power of ten where the rest is read as the same number: Postgres keeps it halfway between two floats."""
        number = self.cast(self.f.anon.split_part(text, "e", 1), dt.Decimal(None, None))
        power = self.cast(self.f.anon.split_part(text, "e", 2), dt.int32)
        fewer = self.f.anon.round(number, self.f.anon.greatest(sge.Sub(this=self.f.anon.scale(number), expression=sge.convert(1)), 0))
        carried = self.f.anon.abs(fewer).eq(10)
        fewer = self.f.anon.trim_scale(self.if_(carried, sge.Div(this=fewer, expression=sge.convert(10), typed=True), fewer))
        power = sge.Add(this=power, expression=self.if_(carried, 1, 0))
        shorter = self.f.anon.concat(fewer, sge.convert("e+"), power)
        return self.if_(self.cast(shorter, kind).eq(arg), shorter, text)

    def _number(self, value: float, kind: dt.DataType) -> Any:
        return self.cast(sge.convert(repr(value)), kind)

    def visit_TryCast(self, op: ops.TryCast, *, arg: Any, to: dt.DataType) -> Any:
        """Read text as a date, a moment or a number where it is one: a guard decides first, since Postgres stops at the first that is not."""
        if to.is_date():
            return self.if_(self._is_day(arg), self.cast(arg, to), NULL)
        if to.is_timestamp():
            form = r"^\d{4}-\d{2}-\d{2}[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?( ?(Z|[+-](0\d|1[0-4])(:?[0-5]\d)?))?$"
            moment = sge.RegexpLike(this=arg, expression=sge.convert(form))
            return self.if_(sge.and_(moment, self._is_day(self.f.anon.left(arg, 10))), self.cast(arg, to), NULL)
        if to.is_floating():
            number = sge.RegexpLike(
                this=arg,
                expression=sge.convert(r"^\s*[+-]?((\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?|[nN][aA][nN]|[iI][nN][fF]([iI][nN][iI][tT][yY])?)\s*$"),
            )
            return self.if_(number, self.cast(arg, to), NULL)
        return super().visit_TryCast(op, arg=arg, to=to)

    def _is_day(self, text: Any) -> Any:
        """Return whether a text is a day of the calendar, as ISO 8601 writes it."""
        month, day = (self.cast(self.f.anon.substr(text, at, 2), dt.int32) for at in (6, 9))
        year = self.cast(self.f.anon.substr(text, 1, 4), dt.int32)
        leap = sge.or_(sge.and_((year % 4).eq(0), (year % 100).neq(0)), (year % 400).eq(0))
        longest = sge.Case(
            ifs=[self.if_(month.eq(2), self.if_(leap, 29, 28)), self.if_(month.isin(4, 6, 9, 11), 30)],
            default=sge.convert(31),
        )
        within = sge.and_(year > 0, month >= 1, month <= 12, day >= 1, day <= longest)
        form = sge.RegexpLike(this=text, expression=sge.convert(r"^\d{4}-\d{2}-\d{2}$"))
        # AND may be evaluated in any order, CASE may not
        return sge.Case(ifs=[self.if_(form, within)], default=sge.false())

    def visit_Hash(self, op: ops.Hash, *, arg: Any) -> Any:
        if op.arg.dtype.is_struct():
            return self.f.anon.hash_record_extended(arg, 0)
        return self.f.anon.hashtextextended(self._bytewise(self.cast(arg, dt.string), dt.string), 0)

    def visit_HexDigest(self, op: ops.HexDigest, *, arg: Any, how: str) -> Any:
        if how != "md5":
            return super().visit_HexDigest(op, arg=arg, how=how)
        return self.f.anon.md5(arg)
