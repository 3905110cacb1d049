"""Conditions in SQL as expressions of pandas, where they compare columns and values and no more."""

import re
from collections.abc import Collection
from typing import Any

from sqlglot import exp, parse
from sqlglot.errors import SqlglotError

_SIGNS: dict[type[exp.Expression], str] = {exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">="}
_ARITHMETIC: dict[type[exp.Expression], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*"}
_OBJECT = re.compile(r'"?\$?\{(object|table)\}"?')
_PROPERTY = re.compile(r'"?\$?\{(property|column)\}"?')


class _Beyond(Exception):
    """A part of a condition that has no counterpart here."""


def pandas_condition(text: str, columns: Collection[str]) -> str | None:
    """Return a condition on one row as an expression over ``frame``, with SQL's own unknown; ``None`` where a part of it has none.

    Parameters
    ----------
    text : str
        Comparisons of columns and literals, ``+``, ``-``, ``*``, ``AND``, ``OR``, ``NOT``, ``IN``, ``BETWEEN`` and ``IS NULL``.
    columns : collection of str
        Names of the columns there are.
    """
    statement = _select(f"SELECT 1 WHERE ({text}\n)")
    return _translated(statement, columns)


def counted_condition(query: str, column: str, columns: Collection[str]) -> tuple[str, str] | None:
    """Return the condition whose rows a query counts, as SQL and as an expression of pandas; ``None`` where it does anything else.

    Parameters
    ----------
    query : str
        Such as ``SELECT COUNT(*) FROM {object} WHERE a > b``.
    column : str
        What ``{property}`` stands for.
    columns : collection of str
        Names of the columns there are.
    """
    name = '"' + column.replace('"', '""') + '"'
    statement = _select(_PROPERTY.sub(lambda _: name, _OBJECT.sub("assay_object", query)))
    if statement is None or statement.args.get("from_") is None or statement.args["from_"].this.sql() != "assay_object":
        return None
    count = statement.expressions[0] if len(statement.expressions) == 1 else None
    if not isinstance(count, exp.Count) or not isinstance(count.this, exp.Star):
        return None
    where = statement.args.get("where")
    translated = _translated(statement, columns)
    return (where.this.sql(dialect="duckdb"), translated) if where is not None and translated is not None else None


def _select(query: str) -> exp.Select | None:
    try:
        statements = parse(query, dialect="duckdb")
    except SqlglotError:
        return None
    return statements[0] if len(statements) == 1 and isinstance(statements[0], exp.Select) else None


def _translated(statement: exp.Select | None, columns: Collection[str]) -> str | None:
    if statement is None or {k for k, part in statement.args.items() if part} - {"expressions", "where", "kind", "from_"}:
        return None
    where = statement.args.get("where")
    if where is None or not where.find(exp.Column):
        return None
    try:
        return _truth(where.this, columns)
    except _Beyond:
        return None


def _truth(node: Any, columns: Collection[str]) -> str:
    """Return an expression that is true, false or missing."""
    match node:
        case exp.Paren():
            return _truth(node.this, columns)
        case exp.And() | exp.Or():
            sign = "&" if isinstance(node, exp.And) else "|"
            return f"({_truth(node.this, columns)} {sign} {_truth(node.expression, columns)})"
        case exp.Not():
            return f"~{_truth(node.this, columns)}"
        case exp.Is() if isinstance(node.expression, exp.Null) and isinstance(node.this, exp.Column):
            return f'{_value(node.this, columns)}.isna().astype("boolean")'
        case exp.Between():
            low, high = (_compared(node.this, sign, node.args[end], columns) for sign, end in ((">=", "low"), ("<=", "high")))
            return f"({low} & {high})"
        case exp.In() if node.expressions and not any(isinstance(e, exp.Null) for e in node.expressions):
            return "(" + " | ".join(_compared(node.this, "=", e, columns) for e in node.expressions) + ")"
    if type(node) not in _SIGNS:
        raise _Beyond
    return _compared(node.this, _SIGNS[type(node)], node.expression, columns)


def _compared(left: Any, sign: str, right: Any, columns: Collection[str]) -> str:
    if not left.find(exp.Column) and not right.find(exp.Column):
        raise _Beyond
    return f'compared({_value(left, columns)}, "{sign}", {_value(right, columns)})'


def _value(node: Any, columns: Collection[str]) -> str:
    match node:
        case exp.Paren():
            return f"({_value(node.this, columns)})"
        case exp.Neg():
            return f"-{_value(node.this, columns)}"
        case exp.Column() if not node.table and node.name in columns:
            return f"frame[{node.name!r}]"
        case exp.Literal():
            return repr(str(node.this)) if node.is_string else repr(float(node.this) if not str(node.this).isdigit() else int(node.this))
        case exp.Boolean():
            return repr(bool(node.this))
    if type(node) not in _ARITHMETIC:
        raise _Beyond
    return f"({_value(node.this, columns)} {_ARITHMETIC[type(node)]} {_value(node.expression, columns)})"
