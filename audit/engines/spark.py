"""Spark: how a session is opened, and where its SQL has to be written otherwise to mean what it means in DuckDB."""

import itertools
import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.types as ir
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.base import NULL
from ibis.backends.sql.compilers.pyspark import PySparkCompiler

from audit.core.errors import DataError, UsageError
from audit.engines.arithmetic import DuckDBArithmetic
from audit.engines.failures import told_plainly
from audit.engines.regular_expressions import rewritten

SCHEME = "pyspark://"
#: Kinds of files that say their own types; those of CSV and JSON would be guessed otherwise than in DuckDB.
READERS = {".parquet": "parquet", ".pq": "parquet", ".orc": "orc"}
#: Calendar and numbers as in DuckDB; errors rather than wrapped or missing numbers; nothing but what we say on stderr.
SETTINGS = {"spark.sql.session.timeZone": "UTC", "spark.sql.ansi.enabled": "true"}
#: For dozens of rules as columns: their Java would take minutes to compile, for 600 rows as for millions.
#: Set only while a table is kept, as for setting rows aside: judging goes on in compiled code.
INTERPRETED = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.subexpressionElimination.enabled": "false",
}
STARTED = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
}

_views = itertools.count()


def connect_spark(address: str) -> Any:
    """Return a session of Spark as an ibis backend.

    Parameters
    ----------
    address : str
        ``pyspark://MASTER``: ``local[4]``, ``yarn``, or the host and port of a cluster. Without a master, the one of Spark's own settings
        (``SPARK_MASTER``, ``spark-defaults.conf``), or the session that this process already has.

    Raises
    ------
    ImportError
        PySpark is not installed.
    DataError
        There is no Java to run it.
    """
    # it remarks on frames of pandas 3, of which we take none, whenever a part of it is imported
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    from pyspark.sql import SparkSession

    master = address.removeprefix(SCHEME).rstrip("/")
    running = SparkSession.getActiveSession()
    if running is None:
        running = _started(master)
    # our settings, and the views that we need, stay out of the session that others use
    session = running.newSession()
    for key, value in SETTINGS.items():
        session.conf.set(key, value)
    backend = ibis.pyspark.connect(session)
    backend.compiler = _LikeDuckDB()
    return backend


def _started(master: str) -> Any:
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("assay")
    for key, value in STARTED.items():
        builder = builder.config(key, value)
    if master:
        builder = builder.master(f"spark://{master}" if re.search(r":\d+$", master) else master)
    if local := re.fullmatch(r"local(?:\[(\d+|\*)(?:,\d+)?\])?", master):
        cores = {None: 1, "*": os.cpu_count() or 1}.get(local[1]) or int(local[1])
        # Spark's own default of 1 GB is too little for the plans of many rules; spark-defaults.conf and --conf go before this variable
        os.environ.setdefault("SPARK_DRIVER_MEMORY", "4g")
        builder = builder.config("spark.sql.shuffle.partitions", str(2 * cores)).config("spark.driver.host", "127.0.0.1")
    try:
        return builder.getOrCreate()
    except PySparkException as error:
        if "JAVA_GATEWAY" in str(error.getCondition()):
            raise DataError("Spark needs Java 17 or newer, which could not be started. Install it, and let JAVA_HOME name its folder") from error
        raise


def table(backend: Any, name: str, base: Path) -> ir.Table:
    """Return a table of the catalog, or the files of a path.

    Parameters
    ----------
    backend : ibis backend
        The session.
    name : str
        ``catalog.schema.table``, or a path, pattern or folder of Parquet or ORC files, on this machine or under a URL that Spark knows.
    base : Path
        What relative paths are relative to.

    Raises
    ------
    UsageError
        The files are of a kind that does not say its types.
    """
    session = backend._session
    if not _is_path(name):
        return _with_zones(backend, name, session.table(name).schema)
    kind = next((reader for suffix, reader in READERS.items() if name.rstrip("/*").endswith(suffix) or f"*{suffix}" in name), None)
    if kind is None and re.search(r"\.(csv|tsv|jsonl?|ndjson)(\.gz)?$", name):
        raise UsageError(
            f"'{name}': Spark would guess the types of such a file otherwise than DuckDB does. Open it without '{SCHEME}', or make it Parquet"
        )
    path = name if "://" in name else str((base / name).absolute())
    view = f"assay_files_{next(_views)}"
    frame = session.read.format(kind or "parquet").load(path)
    frame.createOrReplaceTempView(view)
    return _with_zones(backend, view, frame.schema)


@contextmanager
def persisted(backend: Any, table: ir.Table, name: str) -> Iterator[ir.Table]:
    """Give a table that the executors keep once computed, under the name of a temporary view; both are gone afterwards.

    What is asked of it is planned on the kept rows, so that Spark does not write their expressions into each use again.
    """
    session = backend._session
    before = {key: session.conf.get(key, None) for key in INTERPRETED}
    with told_plainly():
        for key, value in INTERPRETED.items():
            session.conf.set(key, value)
        frame = session.sql(str(backend.compile(table))).persist()
        frame.createOrReplaceTempView(name)
    try:
        yield ops.DatabaseTable(name, schema=table.schema(), source=backend, namespace=ops.Namespace()).to_expr()
    finally:
        with told_plainly():
            session.catalog.dropTempView(name)
            frame.unpersist()
            for key, value in before.items():
                if value is None:
                    session.conf.unset(key)
                else:
                    session.conf.set(key, value)


def _is_path(name: str) -> bool:
    return "/" in name or any(name.endswith(suffix) for suffix in (*READERS, ".csv", ".json", ".jsonl", ".tsv", ".csv.gz"))


def _with_zones(backend: Any, name: str, schema: Any) -> ir.Table:
    """Return a table whose moments are known to have a time zone; ibis forgets it."""
    from ibis.backends.pyspark.datatypes import PySparkType
    from pyspark.sql.types import TimestampType

    zone = dt.Timestamp(timezone="UTC")
    kinds = {f.name: zone if isinstance(f.dataType, TimestampType) else PySparkType.to_ibis(f.dataType) for f in schema.fields}
    *catalog, last = name.split(".")
    namespace = ops.Namespace(*([None] * (2 - len(catalog)) + catalog)) if catalog else ops.Namespace()
    return ops.DatabaseTable(last, schema=ibis.schema(kinds), source=backend, namespace=namespace).to_expr()


class _LikeDuckDB(DuckDBArithmetic, PySparkCompiler):
    """Writes SQL whose values are those of DuckDB: NaN, division, rounding, patterns, letters, and numbers and moments as text."""

    __slots__ = ()

    # the methods that these stand for are inherited; set again here, they would replace those below
    SIMPLE_OPS: ClassVar[dict[type, str]] = {}
    UNSUPPORTED_OPS = ()

    # what is missing: ibis takes NaN for null here and nowhere else

    def visit_IsNull(self, op: ops.IsNull, *, arg: Any) -> Any:
        return sge.paren(arg, copy=False).is_(NULL)

    def visit_NotNull(self, op: ops.NotNull, *, arg: Any) -> Any:
        return sge.Not(this=sge.paren(sge.paren(arg, copy=False).is_(NULL), copy=False))

    def visit_IsNan(self, op: ops.IsNan, *, arg: Any) -> Any:
        return self.if_(sge.paren(arg, copy=False).is_(NULL), NULL, self.f.anon.isnan(arg))

    def visit_IsInf(self, op: ops.IsInf, *, arg: Any) -> Any:
        return self.f.anon.abs(arg).eq(self.POS_INF)

    def visit_CountStar(self, op: ops.CountStar, *, arg: Any, where: Any) -> Any:
        return super().visit_CountStar(op, arg=arg, where=None) if where is None else self.f.count(self.if_(where, 1, NULL))

    def visit_ApproxCountDistinct(self, op: ops.ApproxCountDistinct, *, arg: Any, where: Any) -> Any:
        return self.f.count(sge.Distinct(expressions=[arg if where is None else self.if_(where, arg, NULL)]))

    # patterns and letters

    def visit_RegexSearch(self, op: ops.RegexSearch, *, arg: Any, pattern: Any) -> Any:
        return sge.paren(sge.RegexpLike(this=arg, expression=sge.convert(rewritten(op.pattern.value, "java"))), copy=False)

    def visit_RegexReplace(self, op: ops.RegexReplace, *, arg: Any, pattern: Any, replacement: Any) -> Any:
        # Java writes $1 what RE2 writes \1
        new = re.sub(r"\\(\d)", r"$\1", op.replacement.value.replace("$", r"\$"))
        return self.f.anon.regexp_replace(arg, sge.convert(rewritten(op.pattern.value, "java")), sge.convert(new))

    def visit_Lowercase(self, op: ops.Lowercase, *, arg: Any) -> Any:
        # letter by letter: Java writes two for one of these, and another sigma at the end of a word
        return self.f.anon.lower(self.f.anon.translate(arg, sge.convert("İΣ"), sge.convert("iσ")))

    def visit_Uppercase(self, op: ops.Uppercase, *, arg: Any) -> Any:
        return self.f.anon.upper(self.f.anon.translate(arg, sge.convert("ß"), sge.convert("ẞ")))

    # numbers, moments and text

    def visit_ExtractEpochSeconds(self, op: ops.ExtractEpochSeconds, *, arg: Any) -> Any:
        # with the fraction of the second
        moment = sge.Cast(this=arg, to=sge.DataType(this=sge.DataType.Type.TIMESTAMPTZ))
        return sge.Div(this=self.cast(self.f.anon.unix_micros(moment), dt.float64), expression=self.cast(sge.convert("1e6"), dt.float64), typed=True)

    def visit_Hash(self, op: ops.Hash, *, arg: Any) -> Any:
        return self.f.anon.xxhash64(arg)

    def visit_Cast(self, op: ops.Cast, *, arg: Any, to: dt.DataType) -> Any:
        kind = op.arg.dtype
        if to.is_string() and kind.is_floating():
            return self._float_as_text(arg, kind)
        if to.is_string() and kind.is_timestamp():
            text = self.cast(arg, dt.string)
            return self.f.concat(text, sge.convert("+00")) if kind.timezone else text
        if to.is_integer() and kind.is_floating():
            return self.cast(self.f.anon.rint(arg), to)
        if to.is_integer() and kind.is_decimal():
            return self.cast(self.f.anon.round(arg), to)
        if to.is_timestamp() and to.timezone:
            return sge.Cast(this=arg, to=sge.DataType(this=sge.DataType.Type.TIMESTAMPTZ))
        if to.is_timestamp():
            return sge.Cast(this=arg, to=sge.DataType(this=sge.DataType.Type.TIMESTAMPNTZ))
        return super().visit_Cast(op, arg=arg, to=to)

    def _float_as_text(self, arg: Any, kind: dt.DataType) -> Any:
        """Write a float as DuckDB does: 0.0001, 1e-05, 10000000.0, 1e+16, inf, nan; Java writes 1.0E-4, 1.0E-5, 1.0E7, 1.0E16, Infinity, NaN.

        Before version 19, Java writes a last digit that is not needed for some floats of 16 or 17 digits.
        """
        text = self.cast(arg, dt.string)
        size = self.f.anon.abs(arg)
        plain = self.f.anon.regexp_replace(
            self.cast(self.cast(text, dt.Decimal(38, 21)), dt.string),
            sge.convert("(?<=[.][0-9])0+$|(?<=[.][0-9]{1,20}[1-9])0+$"),
            sge.convert(""),
        )
        mantissa = self.f.anon.regexp_replace(self.f.anon.split_part(text, "E", 1), sge.convert("[.]0*$|(?<=[.][0-9]{1,20})0+$"), sge.convert(""))
        power = self.cast(self.f.anon.split_part(text, "E", 2), dt.int32)
        sign = self.if_(power < 0, sge.convert("e-"), sge.convert("e+"))
        digits = self.f.anon.abs(power)
        padded = self.if_(digits < 10, self.f.concat(sge.convert("0"), self.cast(digits, dt.string)), self.cast(digits, dt.string))
        within = sge.and_(size >= self.cast(sge.convert("1e-4"), kind), size < self.cast(sge.convert("1e16"), kind))
        return sge.Case(
            ifs=[
                self.if_(arg.is_(NULL), NULL),
                self.if_(self.f.anon.isnan(arg), sge.convert("nan")),
                self.if_(size.eq(self.POS_INF), self.if_(arg < 0, sge.convert("-inf"), sge.convert("inf"))),
                self.if_(size.eq(0), text),
                self.if_(within, sge.Case(ifs=[self.if_(self.f.anon.contains(text, sge.convert("E")), plain)], default=text)),
            ],
            default=self.f.concat(mantissa, sign, padded),
        )

    def visit_TryCast(self, op: ops.TryCast, *, arg: Any, to: dt.DataType) -> Any:
        """Read text as a date, a moment or a number only in forms that DuckDB takes."""
        forms = {
            dt.Date: r"^\d{4}-\d{2}-\d{2}$",
            dt.Timestamp: r"^\d{4}-\d{2}-\d{2}([T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?( ?(Z|[+-](0\d|1[0-4])(:?[0-5]\d)?))?)?$",
            dt.Float64: r"^[ \t\n\f\r]*[+-]?((\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?|[nN][aA][nN]|[iI][nN][fF]([iI][nN][iI][tT][yY])?)[ \t\n\f\r]*$",
        }
        if not op.arg.dtype.is_string() or type(to) not in forms:
            return super().visit_TryCast(op, arg=arg, to=to)
        form = sge.RegexpLike(this=arg, expression=sge.convert(rewritten(forms[type(to)], "java")))
        kind = self.type_mapper.from_ibis(to)
        if to.is_timestamp():
            kind = sge.DataType(this=sge.DataType.Type.TIMESTAMPTZ if to.timezone else sge.DataType.Type.TIMESTAMPNTZ)
        return self.if_(form, sge.TryCast(this=arg, to=kind, safe=True), NULL)
