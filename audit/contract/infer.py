"""A contract inferred from data: only what fresh data of the same source would keep, with slack where the sample is silent."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from audit.contract.profile import ColumnProfile, profile
from audit.contract.slack import bounds
from audit.engines.ask_engine import AskEngine
from audit.stats.intervals import newcombe

#: With fewer rows nothing is said about values, only about names and types.
MIN_ROWS = 100
#: A category that is rarer than this may have brothers that the sample lacks.
MIN_COUNT = 10
MAX_CATEGORIES = 50
#: A bound that leaves this many times the range that was seen catches nothing.
MAX_SLACK = 20
#: Different texts that must share a form before it is taken for a rule.
MIN_TEXTS = 20

FORMATS = {
    "uuid": re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "email": re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}"),
    "ipv4": re.compile(r"((25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(25[0-5]|2[0-4]\d|1?\d?\d)"),
}
#: Names of columns that identify a row.
IDENTIFIER = re.compile(r"(^|_)(id|key|uuid|guid|identifier|number|nr|no)$", re.IGNORECASE)


def infer(table: ir.Table, engine: AskEngine, *, name: str) -> dict[str, Any]:
    """Return an ODCS contract that the data keep, as plain values ready to be written as YAML.

    Parameters
    ----------
    table : ibis table
        The rows.
    engine : AskEngine
        Where the table lives.
    name : str
        Of the contract and its table.

    Returns
    -------
    dict
        Required columns, admitted shares of missing values, keys, categories, ranges and forms of text. Each clause is there only where the
        sample is evidence for it; what a sample cannot tell (who is sensitive, what may be used for what) is left out.
    """
    return inferred(profile(table, engine), name=name)


def inferred(columns: Sequence[ColumnProfile], *, name: str) -> dict[str, Any]:
    """Return the contract that columns, once measured, keep; see :func:`infer`."""
    quality: list[dict[str, Any]] = [{"metric": "rowCount", "mustBeGreaterThan": 0}]
    return {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or "data",
        "name": name,
        "version": "0.1.0",
        "status": "draft",
        "schema": [{"name": name, "logicalType": "object", "quality": quality, "properties": [_property(c) for c in columns]}],
    }


def _property(column: ColumnProfile) -> dict[str, Any]:
    found: dict[str, Any] = {"name": column.name}
    logical = logical_type(column.type)
    if logical:
        found["logicalType"] = logical
    if column.present < MIN_ROWS:
        return found
    if not column.missing:
        found["required"] = True
    if _identifies(column):
        found["unique"] = True
    options = _options(column)
    if options:
        found["logicalTypeOptions"] = options
    quality = list(_rules(column, "minimum" in options or "maximum" in options))
    if quality:
        found["quality"] = quality
    return found


def logical_type(kind: dt.DataType) -> str:
    """Return the logical type of ODCS for a type of the engine; empty where there is none."""
    known = (
        ("boolean", kind.is_boolean()),
        ("integer", kind.is_integer()),
        ("number", kind.is_numeric()),
        ("date", kind.is_date()),
        ("timestamp", kind.is_timestamp()),
        ("time", kind.is_time()),
        ("string", kind.is_string()),
        ("array", kind.is_array()),
        ("object", kind.is_struct()),
    )
    return next((name for name, fits in known if fits), "")


def _identifies(column: ColumnProfile) -> bool:
    if column.missing or column.distinct < column.rows:
        return False
    if column.type.is_integer() and column.highest - column.lowest + 1 == column.rows:
        return True
    whole = column.type.is_integer() or column.type.is_string()
    return whole and bool(IDENTIFIER.search(column.name) or _format(column.texts) == "uuid")


def _options(column: ColumnProfile) -> dict[str, Any]:
    if column.type.is_string():
        form = _format(column.texts)
        shape = "" if form else _pattern(column.texts)
        return {"format": form} if form else {"pattern": shape} if shape else {}
    if column.type.is_numeric() and not column.type.is_boolean() and not _categories(column) and not _identifies(column):
        return _range(column)
    return {}


def _rules(column: ColumnProfile, ranged: bool) -> Iterable[dict[str, Any]]:
    if column.missing:
        yield {"metric": "nullValues", "mustBeLessOrEqualTo": _missing_percent(column), "unit": "percent"}
    categories = _categories(column)
    if categories and not ranged:
        yield {"metric": "invalidValues", "arguments": {"validValues": categories}, "mustBe": 0}


def _missing_percent(column: ColumnProfile) -> float:
    """Return the percentage of missing values above which fresh data differ from these: both shares are samples."""
    share = column.missing / column.rows
    for percent in range(int(share * 100) + 1, 101):
        ends = newcombe(round(column.rows * percent / 100), column.rows, column.missing, column.rows, 0.9998)
        if ends is not None and ends[0] > 0:
            return float(percent)
    return 100.0


def _categories(column: ColumnProfile) -> list[Any]:
    counts = column.values
    if not 2 <= len(counts) <= MAX_CATEGORIES or min(counts.values()) < MIN_COUNT or column.type.is_boolean() or column.type.is_temporal():
        return []
    return sorted(_whole(v) for v in counts) if column.type.is_numeric() else sorted(counts)


def _whole(text: str) -> int | float:
    number = float(text)
    return int(number) if number.is_integer() else number


def _range(column: ColumnProfile) -> dict[str, Any]:
    low, high = float(column.lowest), float(column.highest)
    if low == high:
        return {}
    lowest, highest = bounds(low, high, column.quantiles, column.present)
    reach = MAX_SLACK * (high - low)
    # what starts at nought, as counts, shares and amounts do, does not go below
    floor = 0.0 if low >= 0 and column.quantiles[0.01] < (column.quantiles[0.5] - low) / 10 else lowest
    found: dict[str, Any] = {}
    if low - floor <= reach:
        found["minimum"] = _outwards(floor, column.type, -1)
    if highest - high <= reach:
        found["maximum"] = _outwards(highest, column.type, 1)
    return found


def _outwards(value: float, kind: dt.DataType, way: int) -> int | float:
    """Round a bound away from the data, to two digits that people can read."""
    if value == 0:
        return 0
    step = 10.0 ** (len(str(int(abs(value)))) - 2) if abs(value) >= 1 else 10.0 ** -(3 - min(0, int(f"{abs(value):e}".split("e")[1]) + 1))
    rounded = (value // step if way < 0 else -(-value // step)) * step
    return int(rounded) if kind.is_integer() or float(rounded).is_integer() else float(f"{rounded:.6g}")


def _format(texts: Iterable[str]) -> str:
    seen = list(texts)
    if len(seen) < MIN_TEXTS:
        return ""
    return next((name for name, form in FORMATS.items() if all(form.fullmatch(t) for t in seen)), "")


def _pattern(texts: Iterable[str]) -> str:
    """Return a pattern of letters, digits and fixed signs that all texts share, such as ``^[A-Z]{2}-[0-9]{4}$``; empty where there is none."""
    seen = list(texts)
    shapes = {re.sub(r"[a-z]", "a", re.sub(r"[A-Z]", "A", re.sub(r"[0-9]", "9", t))) for t in seen}
    if len(seen) < MIN_TEXTS or len(shapes) != 1:
        return ""
    shape = shapes.pop()
    if not shape or not shape.isascii() or "9" not in shape:
        return ""
    classes: Mapping[str, str] = {"A": "[A-Z]", "a": "[a-z]", "9": "[0-9]"}
    runs = [(run.group(0)[0], len(run.group(0))) for run in re.finditer(r"(.)\1*", shape)]
    return "^" + "".join(f"{classes.get(sign, _literal(sign))}{f'{{{n}}}' if n > 1 else ''}" for sign, n in runs) + "$"


def _literal(sign: str) -> str:
    return f"\\{sign}" if sign in r"\.^$*+?{}[]|()" else sign
