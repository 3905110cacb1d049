"""What pandera's own words lack to judge a row as the gate does. Each function stands alone, so that an exported model can carry its text."""

import operator
import re
from datetime import date
from fractions import Fraction
from typing import Any

import pandas as pd


def is_string(series: "pd.Series[Any]") -> bool:
    """Text, also as categories."""
    text = pd.api.types.is_string_dtype(series) or isinstance(series.dtype, pd.CategoricalDtype)
    return bool(text or series.isna().all())


def is_integer(series: "pd.Series[Any]") -> bool:
    """Whole numbers; with gaps among them, pandas makes them floats."""
    whole = pd.api.types.is_integer_dtype(series) or (pd.api.types.is_float_dtype(series) and bool((series.dropna() % 1 == 0).all()))
    return bool(whole or series.isna().all())


def is_number(series: "pd.Series[Any]") -> bool:
    """Numbers, truth values not among them."""
    number = pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_bool_dtype(series)
    return bool(number or series.isna().all())


def is_boolean(series: "pd.Series[Any]") -> bool:
    """Truth values; with gaps among them, pandas makes them objects."""
    return bool(pd.api.types.is_bool_dtype(series) or set(series.dropna().unique()) <= {True, False})


def is_date(series: "pd.Series[Any]") -> bool:
    """Dates, kept as such or as moments."""
    return bool(pd.api.types.is_datetime64_any_dtype(series) or all(isinstance(value, date) for value in series.dropna()))


def is_timestamp(series: "pd.Series[Any]") -> bool:
    """Moments."""
    return bool(pd.api.types.is_datetime64_any_dtype(series) or series.isna().all())


def is_array(series: "pd.Series[Any]") -> bool:
    """Values that have items, texts not among them."""
    return all(hasattr(value, "__len__") and not isinstance(value, (str, dict)) for value in series.dropna())


def items_hold(series: "pd.Series[Any]", low: int, high: int | None, distinct: bool) -> "pd.Series[Any]":
    """Whether lists have neither too few items nor too many, and perhaps none of them twice."""

    def holds(value: Any) -> bool:
        if not hasattr(value, "__len__"):
            return True
        items = [repr(item) for item in value]
        return low <= len(items) and (high is None or len(items) <= high) and not (distinct and len(set(items)) < len(items))

    return series.map(holds).astype(bool)


def moment_holds(series: "pd.Series[Any]", sign: str, bound: str, zone: str) -> "pd.Series[Any]":
    """Whether dates or moments lie on one side of a bound; where only one of the two has a time zone, the other is local time of ``zone``."""
    moments, limit = pd.to_datetime(series), pd.Timestamp(bound)
    if moments.dt.tz is not None and limit.tz is None:
        limit = limit.tz_localize(zone)
    elif moments.dt.tz is None and limit.tz is not None:
        limit = limit.tz_convert(zone).tz_localize(None)
    compare = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}[sign]
    return compare(moments, limit)


def is_between(series: "pd.Series[Any]", low: int, high: int) -> "pd.Series[Any]":
    """Whether numbers lie in a range of whole numbers, however large."""
    return (series >= low) & (series <= high)


def is_multiple(series: "pd.Series[Any]", step: str) -> "pd.Series[Any]":
    """Whether numbers are whole multiples of a step, in the decimal form in which each is shown."""

    def holds(value: Any) -> bool:
        try:
            return bool(pd.isna(value)) or (Fraction(str(value)) / Fraction(step)).denominator == 1
        except ValueError:  # infinity
            return False

    return series.map(holds).astype(bool)


def matches(series: "pd.Series[Any]", pattern: str) -> "pd.Series[Any]":
    """Whether texts match a regular expression somewhere."""
    search = re.compile(pattern).search
    return series.map(lambda value: not isinstance(value, str) or search(value) is not None).astype(bool)


def is_among(series: "pd.Series[Any]", texts: list[str], numbers: list[float]) -> "pd.Series[Any]":
    """Whether values are listed: numbers are compared as numbers, all else as text."""
    if pd.api.types.is_bool_dtype(series):
        return series.map({True: "true", False: "false"}).isin(texts)
    if pd.api.types.is_numeric_dtype(series):
        return series.isin(numbers)
    return series.astype(str).isin(texts)


def is_present(series: "pd.Series[Any]", texts: list[str], numbers: list[float]) -> "pd.Series[Any]":
    """Whether values are there, and none of those that stand for missing ones."""
    if pd.api.types.is_numeric_dtype(series):
        coded = series.isin(numbers)
    else:
        coded = series.map(lambda value: str(value).strip(" \t\n\r\v\f")).isin(texts)
    return series.notna() & ~coded.astype(bool)


def not_repeated(frame: pd.DataFrame, columns: list[str]) -> "pd.Series[Any]":
    """Whether no other row has the same key; incomplete keys are no copies."""
    keys = frame[columns]
    return ~(keys.duplicated(keep=False) & keys.notna().all(axis=1))


def not_copied(frame: pd.DataFrame) -> "pd.Series[Any]":
    """Whether no earlier row is the same in every column."""
    return ~frame.duplicated()


def count_holds(frame: pd.DataFrame, low: float, high: float, outside: bool) -> bool:
    """Whether there are neither too few rows nor too many."""
    return (low <= len(frame) <= high) != outside


def compared(left: Any, sign: str, right: Any) -> "pd.Series[Any]":
    """Compare as SQL does: what is missing on either side makes the answer unknown."""
    compare = {"=": operator.eq, "<>": operator.ne, ">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le}[sign]
    gap = pd.isna(left) | pd.isna(right)
    return compare(left, right).astype("boolean").mask(gap)


def not_true(condition: "pd.Series[Any]") -> "pd.Series[Any]":
    """Whether a condition is false or unknown."""
    return ~condition.fillna(False).astype(bool)
