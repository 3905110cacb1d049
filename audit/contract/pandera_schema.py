"""A contract as a pandera schema: the guard for frames in process."""

import operator
import re
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from audit.contract.formats import FORMATS
from audit.contract.pandera_import import pandera_pandas
from audit.core.contract import Column, Contract
from audit.core.values import numbers, texts
from audit.core.written import exact

if TYPE_CHECKING:
    import pandera.pandas as pa


def compile_schema(contract: Contract, *, only: set[str] | None = None) -> "pa.DataFrameSchema":
    """Compile the row rules of a contract that are enforced without tolerance.

    Types, ``required``, ``unique``, ranges, lengths, patterns and categories become pandera columns and checks. Rules that allow a share of
    failing rows, and rules about the table as a whole, stay with the gate.

    Parameters
    ----------
    contract : Contract
        The contract.
    only : set of str, optional
        Columns to take; all where not given.

    Returns
    -------
    pandera.pandas.DataFrameSchema
        To be validated with ``lazy=True``, so that all faults are told at once.
    """
    pa = pandera_pandas()
    columns = {c.name: _column(c) for c in contract.columns if only is None or c.name in only}
    key = [c.name for c in contract.columns if c.primary_key and c.name in columns]
    return pa.DataFrameSchema(columns, name=contract.name or "contract", strict=False, unique=key or None)


def _column(column: Column) -> "pa.Column":
    pa = pandera_pandas()
    checks = [pa.Check(_is(column.logical_type), name=f"logicalType {column.logical_type}")] if column.logical_type in _TYPES else []
    options = column.options
    checks += [_bound(column, name, options[name]) for name in _COMPARED if options.get(name) is not None]
    if options.get("multipleOf") is not None:
        checks.append(pa.Check(_multiple_of(options["multipleOf"]), name=f"multipleOf {options['multipleOf']}"))
    if options.get("minLength") is not None or options.get("maxLength") is not None:
        checks.append(pa.Check.str_length(options.get("minLength"), options.get("maxLength")))
    if options.get("pattern"):
        checks.append(_matching(options["pattern"], f"pattern {options['pattern']}"))
    if column.logical_type == "string" and options.get("format") in FORMATS:
        checks.append(_matching(FORMATS[options["format"]], f"format {options['format']}"))
    allowed = [list(column.enum)] if column.enum else []
    for rule in column.rules:
        if rule.metric == "invalidValues" and rule.limit.high == 0 and rule.limit.blocking:
            if rule.arguments.get("validValues"):
                allowed.append(list(rule.arguments["validValues"]))
            if rule.arguments.get("pattern"):
                checks.append(_matching(rule.arguments["pattern"], f"pattern {rule.arguments['pattern']}"))
    checks += [pa.Check(_one_of(values), name=f"isin({values})") for values in allowed]
    required = column.required or column.primary_key
    return pa.Column(None, checks=checks, nullable=not required, unique=column.unique and not column.primary_key, required=required)


#: Pandas tests for the logical types of ODCS; an integer column with gaps is a float column in pandas.
_TYPES = {
    "string": lambda s: pd.api.types.is_string_dtype(s) or isinstance(s.dtype, pd.CategoricalDtype),
    "integer": lambda s: pd.api.types.is_integer_dtype(s) or (pd.api.types.is_float_dtype(s) and bool((s.dropna() % 1 == 0).all())),
    "number": lambda s: pd.api.types.is_numeric_dtype(s) and not pd.api.types.is_bool_dtype(s),
    "boolean": lambda s: pd.api.types.is_bool_dtype(s) or set(s.dropna().unique()) <= {True, False},
    "date": lambda s: pd.api.types.is_datetime64_any_dtype(s) or all(isinstance(v, date) for v in s.dropna()),
    "timestamp": pd.api.types.is_datetime64_any_dtype,
}
_COMPARED = {"minimum": operator.ge, "maximum": operator.le, "exclusiveMinimum": operator.gt, "exclusiveMaximum": operator.lt}


def _is(logical_type: str) -> Any:
    test = _TYPES[logical_type]
    return lambda series: bool(test(series)) or series.isna().all()


def _bound(column: Column, name: str, bound: Any) -> "pa.Check":
    pa, holds = pandera_pandas(), _COMPARED[name]
    if column.logical_type not in ("date", "timestamp"):
        limit = exact(bound)
        if limit is not None and limit.denominator == 1:
            bound = int(limit)  # whole numbers are compared as such, however large
        return pa.Check(lambda s: holds(s, bound), name=f"{name} {bound}")
    # a date column may hold timestamps or Python dates, which do not compare with each other
    moment = pd.Timestamp(pd.to_datetime(str(bound), utc=True))
    return pa.Check(lambda s: holds(pd.to_datetime(s, utc=True), moment), name=f"{name} {bound}")


def _matching(pattern: str, name: str) -> "pa.Check":
    pa = pandera_pandas()
    # pandas' own search warns of every group in a pattern
    search = re.compile(pattern).search
    return pa.Check(lambda series: series.map(lambda v: bool(pd.isna(v)) or search(str(v)) is not None).astype(bool), name=name)


def _multiple_of(step: Any) -> Callable[["pd.Series[Any]"], "pd.Series[bool]"]:
    """Return the test for whole multiples, in the decimal form in which each number is shown."""
    size = exact(step)

    def holds(value: Any) -> bool:
        number = exact(float(value) if isinstance(value, np.floating) else value)
        return number is not None and size is not None and (number / size).denominator == 1

    return lambda series: series.map(lambda v: bool(pd.isna(v)) or holds(v)).astype(bool)


def _one_of(allowed: list[Any]) -> Callable[["pd.Series[Any]"], "pd.Series[bool]"]:
    """Return the test for listed values, which compares numbers as numbers and all else as text, as the gate does."""

    def test(series: "pd.Series[Any]") -> "pd.Series[bool]":
        if pd.api.types.is_bool_dtype(series):
            return series.map({True: "true", False: "false"}).isin(texts(allowed))
        if pd.api.types.is_numeric_dtype(series):
            return series.isin(numbers(allowed))
        return series.astype(str).isin(texts(allowed))

    return test
