"""Conditions written in SQL as ibis expressions, which run on every engine and can do nothing but compute."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir
from sqlglot import exp, parse
from sqlglot.errors import SqlglotError

from audit.core.check import missing
from audit.core.errors import UsageError, did_you_mean

_COMPARISONS: dict[type[exp.Expression], Callable[[Any, Any], Any]] = {
    exp.EQ: lambda a, b: a == b,
    exp.NEQ: lambda a, b: a != b,
    exp.LT: lambda a, b: a < b,
    exp.LTE: lambda a, b: a <= b,
    exp.GT: lambda a, b: a > b,
    exp.GTE: lambda a, b: a >= b,
    exp.NullSafeEQ: lambda a, b: a.identical_to(b),
    exp.NullSafeNEQ: lambda a, b: ~a.identical_to(b),
}
_OPERATORS: dict[type[exp.Expression], Callable[[Any, Any], Any]] = {
    exp.And: lambda a, b: a & b,
    exp.Or: lambda a, b: a | b,
    exp.Add: lambda a, b: a + b,
    exp.Sub: lambda a, b: a - b,
    exp.Mul: lambda a, b: a * b,
    exp.Div: lambda a, b: a / b,
    exp.IntDiv: lambda a, b: a // b,
    exp.Mod: lambda a, b: a % b,
    exp.DPipe: lambda a, b: a.cast("string") + b.cast("string"),
}
_ONE: dict[type[exp.Expression], Callable[[Any], Any]] = {
    exp.Not: lambda a: ~a,
    exp.Neg: lambda a: -a,
    exp.Paren: lambda a: a,
    exp.Abs: lambda a: a.abs(),
    exp.Floor: lambda a: a.floor(),
    exp.Ceil: lambda a: a.ceil(),
    exp.Sqrt: lambda a: a.sqrt(),
    exp.Length: lambda a: a.length(),
    exp.Lower: lambda a: a.lower(),
    exp.Upper: lambda a: a.upper(),
    exp.Trim: lambda a: a.strip(),
    exp.Year: lambda a: a.year(),
    exp.Month: lambda a: a.month(),
    exp.Day: lambda a: a.day(),
}
_EXTRACTED = ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "QUARTER")
_UNITS = {"YEAR": "Y", "MONTH": "M", "WEEK": "W", "DAY": "D", "HOUR": "h", "MINUTE": "m", "SECOND": "s"}
_CASTS = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INT", "BIGINT"), "int64"),
    **dict.fromkeys(("FLOAT", "DOUBLE"), "float64"),
    **dict.fromkeys(("VARCHAR", "TEXT", "CHAR"), "string"),
    **dict.fromkeys(("TIMESTAMP", "DATETIME", "TIMESTAMPNTZ"), "timestamp"),
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIME": "time",
}
KNOWN = (
    "comparisons, AND, OR, NOT, IN, BETWEEN, LIKE, IS NULL, arithmetic, CASE, CAST, COALESCE, ABS, ROUND, LENGTH, LOWER, UPPER, TRIM, EXTRACT, dates"
)


def condition(text: str, table: ir.Table) -> ir.BooleanValue:
    """Return a condition over the columns of a table; null where SQL says so, and where a number is NaN.

    Parameters
    ----------
    text : str
        A boolean expression in the SQL of DuckDB, such as ``start_date > end_date``.
    table : ibis table
        Whose columns it names.

    Raises
    ------
    UsageError
        It is no such expression, names a column that is not there, or goes beyond what a condition on one row needs.
    """
    try:
        # parsed as the WHERE of a statement, so that what is no expression cannot pass for one
        statements = parse(f"SELECT 1 WHERE ({text}\n)", dialect="duckdb")
    except SqlglotError as error:
        raise UsageError(f"'{text}' is no condition in SQL: {str(error).splitlines()[0]}") from error
    statement = statements[0] if len(statements) == 1 else None
    where = statement.args.get("where") if isinstance(statement, exp.Select) else None
    said = {key for key, part in statement.args.items() if part} if statement is not None else set()
    # in brackets from end to end: a text that closes them early is two conditions
    if where is None or not isinstance(where.this, exp.Paren) or said - {"expressions", "where", "kind"}:
        raise UsageError(f"'{text}' is no condition in SQL")
    try:
        found = _Translation(text, table).of(where.this)
    except (TypeError, AttributeError, ValueError, ibis.common.exceptions.IbisError) as error:
        raise UsageError(f"'{text}' compares what cannot be compared: {str(error).splitlines()[0][:200]}") from error
    if isinstance(found, ir.Scalar):
        raise UsageError(f"'{text}' names no column, so it says the same of every row")
    if not isinstance(found, ir.BooleanValue):
        raise UsageError(f"'{text}' is no condition: it gives {found.type()}, not true or false")
    return found


class _Translation:
    """One condition on its way from SQL to ibis."""

    def __init__(self, text: str, table: ir.Table) -> None:
        self.text, self.table = text, table

    def of(self, node: Any) -> Any:
        """Return what a part of the condition says."""
        kind = type(node)
        if kind in _COMPARISONS:
            return _COMPARISONS[kind](*self._alike(node.this, node.expression))
        if kind in _OPERATORS:
            return _OPERATORS[kind](self.of(node.this), self.of(node.expression))
        if kind in _ONE:
            return _ONE[kind](self.of(node.this))
        handler = getattr(self, f"_{kind.__name__.lower()}", None)
        if handler is None:
            raise UsageError(f"'{self.text}': {node.sql(dialect='duckdb')!r} is not known in a condition on one row. Known: {KNOWN}")
        return handler(node)

    def _alike(self, *nodes: Any) -> list[Any]:
        """Return several sides of a comparison; dates written as text are dates where they are compared with dates."""
        values = [self.of(node) for node in nodes]
        moments = [v.type() for v in values if v.type().is_temporal() and not v.type().is_interval()]
        if not moments:
            return values
        return [v.cast(moments[0]) if v.type().is_string() and isinstance(n, exp.Literal) else v for v, n in zip(values, nodes, strict=True)]

    def _column(self, node: exp.Column) -> Any:
        if node.table:
            raise UsageError(f"'{self.text}': a condition on one row names columns alone; got {node.sql()!r}")
        columns = self.table.columns
        name = node.name if node.name in columns else next((c for c in columns if c.casefold() == node.name.casefold()), None)
        if name is None:
            raise UsageError(f"'{self.text}' names the column '{node.name}', which the data do not have. {did_you_mean(node.name, columns)}")
        column = self.table[name]
        return ibis.ifelse(missing(column), ibis.null(column.type()), column) if column.type().is_floating() else column

    def _literal(self, node: exp.Literal) -> Any:
        if node.is_string:
            return ibis.literal(node.name)
        number = Decimal(node.name)
        # 0.1 is one tenth, as SQL has it, and a float only where it meets floats
        return ibis.literal(int(number)) if number == number.to_integral_value() and "." not in node.name else ibis.literal(number)

    def _boolean(self, node: exp.Boolean) -> Any:
        return ibis.literal(bool(node.this))

    def _null(self, node: exp.Null) -> Any:
        return ibis.null()

    def _is(self, node: exp.Is) -> Any:
        value = self.of(node.this)
        if isinstance(node.expression, exp.Null):
            return value.isnull()
        return value.identical_to(self.of(node.expression))

    def _in(self, node: exp.In) -> Any:
        if node.args.get("query") or node.args.get("unnest"):
            raise UsageError(
                f"'{self.text}': a condition on one row looks at no other rows; write a rule of type sql with a query, or a relationship"
            )
        value, *listed = self._alike(node.this, *node.expressions)
        return value.isin(listed)

    def _between(self, node: exp.Between) -> Any:
        value, low, high = self._alike(node.this, node.args["low"], node.args["high"])
        return (value >= low) & (value <= high)

    def _like(self, node: exp.Like) -> Any:
        return self.of(node.this).like(self._text(node.expression))

    def _ilike(self, node: exp.ILike) -> Any:
        return self.of(node.this).ilike(self._text(node.expression))

    def _regexplike(self, node: exp.RegexpLike) -> Any:
        return self.of(node.this).re_search(self._text(node.expression))

    def _text(self, node: Any) -> str:
        if not (isinstance(node, exp.Literal) and node.is_string):
            raise UsageError(f"'{self.text}': a pattern is text in quotes; got {node.sql()!r}")
        return str(node.this)

    def _coalesce(self, node: exp.Coalesce) -> Any:
        return ibis.coalesce(*self._alike(node.this, *node.expressions))

    def _nullif(self, node: exp.Nullif) -> Any:
        value, other = self._alike(node.this, node.expression)
        return value.nullif(other)

    def _greatest(self, node: exp.Greatest) -> Any:
        return ibis.greatest(*self._alike(node.this, *node.expressions))

    def _least(self, node: exp.Least) -> Any:
        return ibis.least(*self._alike(node.this, *node.expressions))

    def _concat(self, node: exp.Concat) -> Any:
        parts = [self.of(n).cast("string").fill_null("") for n in node.expressions]
        return parts[0].concat(*parts[1:]) if len(parts) > 1 else parts[0]

    def _round(self, node: exp.Round) -> Any:
        decimals = node.args.get("decimals")
        return self.of(node.this).round(int(decimals.name)) if decimals is not None else self.of(node.this).round()

    def _substring(self, node: exp.Substring) -> Any:
        start, length = node.args.get("start"), node.args.get("length")
        return self.of(node.this).substr(self.of(start) - 1, self.of(length) if length is not None else None)

    def _extract(self, node: exp.Extract) -> Any:
        part = node.this.name.upper()
        if part not in _EXTRACTED:
            raise UsageError(f"'{self.text}': cannot extract {part}. {did_you_mean(part, _EXTRACTED)}")
        return getattr(self.of(node.expression), part.lower())()

    def _interval(self, node: exp.Interval) -> Any:
        unit = node.args["unit"].name.upper().removesuffix("S") if node.args.get("unit") else ""
        if unit not in _UNITS or not str(node.this.name).lstrip("-").isdigit():
            raise UsageError(f"'{self.text}': an interval is a whole number and a unit, such as INTERVAL 30 DAY")
        return ibis.interval(int(node.this.name), unit=_UNITS[unit])

    def _case(self, node: exp.Case) -> Any:
        subject = node.this
        branches = []
        for branch in node.args["ifs"]:
            test = self.of(branch.this) if subject is None else _COMPARISONS[exp.EQ](*self._alike(subject, branch.this))
            branches.append((test, self.of(branch.args["true"])))
        default = node.args.get("default")
        return ibis.cases(*branches, else_=self.of(default) if default is not None else None)

    def _if(self, node: exp.If) -> Any:
        otherwise = node.args.get("false")
        return ibis.ifelse(self.of(node.this), self.of(node.args["true"]), self.of(otherwise) if otherwise is not None else ibis.null())

    def _cast(self, node: exp.Cast) -> Any:
        name = node.args["to"].this.name
        if name == "DECIMAL":
            size = [int(p.name) for p in node.args["to"].expressions] or [18, 3]
            return self.of(node.this).cast(f"decimal({size[0]}, {size[1] if len(size) > 1 else 0})")
        if name not in _CASTS:
            raise UsageError(f"'{self.text}': cannot cast to {name}. {did_you_mean(name, _CASTS)}")
        return self.of(node.this).cast(_CASTS[name])
