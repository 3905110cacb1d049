"""An expectation suite of Great Expectations as a contract."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from audit.contract.exchange import gx_suite as gx
from audit.contract.exchange.draft import Draft, Imported
from audit.contract.exchange.operators import number
from audit.contract.exchange.pandera_plan import INTEGERS
from audit.contract.formats import FORMATS
from audit.contract.keys import LOGICAL_TYPES
from audit.contract.lint import MOMENTS
from audit.contract.regular import cannot_run
from audit.core.errors import DataError, UsageError
from audit.core.written import exact

#: Arguments that say how an expectation is run, not what is expected.
_RUNNING = ("result_format", "catch_exceptions", "include_config", "batch_id", "severity", "notes", "description", "meta")
#: Arguments that change which rows are meant; a standard key of ODCS has none of these.
_CONDITIONAL = ("row_condition", "condition_parser")
#: Names of types that are no names in our own lists, by what they are.
_MORE_TYPES = {
    **dict.fromkeys(("int", "Int64", "Int32", "INT", "int_"), "integer"), **dict.fromkeys(("float", "double", "Float64"), "number"),
    **dict.fromkeys(("str", "string", "String", "StringType", "StringDtype", "TEXT", "VARCHAR", "CHAR", "NVARCHAR"), "string"),
    **dict.fromkeys(("date", "DATE", "DateType", "datetime.date"), "date"), **dict.fromkeys(("boolean", "BooleanDtype"), "boolean"),
    **dict.fromkeys(("datetime64", "datetime64[ns]", "datetime64[us]", "Timestamp", "TimestampType", "TIMESTAMP", "DATETIME"), "timestamp"),
}  # fmt: skip
_KNOWN_TYPES = {name: logical for logical in ("number", "integer", "boolean") for name in gx.TYPE_NAMES[logical]} | _MORE_TYPES


@dataclass(frozen=True)
class _Expectation:
    """One expectation, of either shape."""

    kind: str
    arguments: dict[str, Any]
    ours: Mapping[str, Any]
    said: str
    severity: str
    position: int

    @property
    def column(self) -> str:
        return str(self.arguments.get("column") or "")

    @property
    def mostly(self) -> float:
        return float(self.arguments.get("mostly", 1))

    @property
    def plain(self) -> bool:
        """Whether it means every row, and stops where one fails."""
        return self.mostly == 1 and self.severity == "critical"

    @property
    def rule(self) -> dict[str, Any]:
        """What a quality rule takes over: name, description, severity."""
        return {
            **({"name": str(self.ours["name"])} if self.ours.get("name") else {}),
            **({"description": self.said} if self.said else {}),
            **({"severity": self.severity} if self.severity != "critical" else {}),
        }

    @property
    def allowed(self) -> dict[str, Any]:
        """The operator for the rows that may fail."""
        share = exact(self.mostly)
        if share == 1 or share is None:
            return {"mustBe": 0}
        return {"mustBeLessOrEqualTo": number(float((1 - share) * 100)), "unit": "percent"}


def read_gx(path: Path) -> Imported:
    """Return a suite that is stored as JSON as a contract.

    Raises
    ------
    DataError
        The file cannot be read.
    UsageError
        It is no expectation suite.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"cannot read '{path}': {getattr(error, 'strerror', None) or error}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"'{path}' is no JSON: {error}") from error
    return from_gx(document, source=path.name)


def from_gx(suite: Any, *, name: str = "", source: str = "") -> Imported:
    """Return an expectation suite as an ODCS contract.

    Parameters
    ----------
    suite : mapping
        As JSON has it, of Great Expectations 1.x or earlier.
    name : str
        Of the contract; the suite's own where not given.
    source : str
        Where it comes from, for the contract's description.

    Returns
    -------
    Imported
        The contract. What has a standard key becomes that key; everything else becomes a rule that Great Expectations goes on evaluating.

    Raises
    ------
    UsageError
        It is no expectation suite.
    """
    if not isinstance(suite, Mapping) or not isinstance(suite.get("expectations"), list):
        raise UsageError(f"{source or 'this'} is no expectation suite: expected an object with a list 'expectations'")
    name = name or str(suite.get("name") or suite.get("expectation_suite_name") or "data")
    draft = Draft(name, source or f"the expectation suite {name}")
    read = [_read(node, i, source) for i, node in enumerate(suite["expectations"], 1)]
    for parameter in sorted({p for e in read for p in _parameters(e.arguments)}):
        draft.notices.append(f"the suite parameter '{parameter}' is given when the suite is run; write its value into the rule")
    for expectation in read:  # types first: where options may stand depends on them
        if expectation.kind in (gx.EXISTS, gx.TYPES_IN, "expect_column_values_to_be_of_type"):
            _place(draft, expectation, read)
    for expectation in read:
        if expectation.kind not in (gx.EXISTS, gx.TYPES_IN, "expect_column_values_to_be_of_type"):
            _place(draft, expectation, read)
    _primary_key(draft, read)
    return Imported(draft.document(), tuple(draft.notices))


def _read(node: Any, position: int, source: str) -> _Expectation:
    kind = node.get("type") or node.get("expectation_type") if isinstance(node, Mapping) else None
    if not isinstance(kind, str) or not isinstance(node.get("kwargs", {}), Mapping):
        raise UsageError(f"{source or 'the suite'}: expectation {position} has no 'type' (or 'expectation_type'), or its 'kwargs' are no object")
    arguments = {k: v for k, v in (node.get("kwargs") or {}).items() if k not in _RUNNING and v is not None}
    meta = dict(node.get("meta") or {})
    ours = meta.pop("assay", None)
    severity = str(node.get("severity") or "critical").casefold()
    said = _notes(node.get("description"), node.get("notes"), meta.pop("notes", None), *(f"{k}: {v}" for k, v in meta.items()))
    return _Expectation(kind, arguments, ours if isinstance(ours, Mapping) else {}, said, severity, position)


def _notes(*parts: Any) -> str:
    found = []
    for part in parts:
        content = part.get("content") if isinstance(part, Mapping) else part
        found += [str(p) for p in (content if isinstance(content, list) else [content]) if p]
    return " ".join(" ".join(found).split())


def _parameters(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if "$PARAMETER" in value:
            yield str(value["$PARAMETER"])
        for inner in value.values():
            yield from _parameters(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _parameters(inner)


def _place(draft: Draft, e: _Expectation, suite: list[_Expectation]) -> None:
    """Say an expectation with a standard key where there is one, and let Great Expectations evaluate it where there is none."""
    if e.column:
        draft.column(e.column)
    for name in (*e.arguments.get("column_list", ()), *(e.arguments.get(k) for k in ("column_A", "column_B"))):
        if isinstance(name, str):
            draft.column(name)
    own = _STANDARD.get(e.kind)
    standard = own is not None and e.ours.get("clause") != "greatExpectations" and not any(k in e.arguments for k in _CONDITIONAL)
    if standard and not list(_parameters(e.arguments)) and own is not None and own(draft, e, suite):
        return
    arguments = {k: v for k, v in e.arguments.items() if k != "column" or not _under(e)}
    implementation = {"type": e.kind, **({"kwargs": arguments} if arguments else {})}
    draft.rule(_under(e), e.rule | {"type": "custom", "engine": "greatExpectations", "implementation": implementation})


def _under(e: _Expectation) -> str:
    """Return the column that a rule stands under; a rule of ours goes back to where it stood."""
    return str(e.ours.get("under") or "") if e.ours.get("clause") == "greatExpectations" else e.column


def _exists(draft: Draft, e: _Expectation, suite: list[_Expectation]) -> bool:
    if set(e.arguments) - {"column"}:
        return False
    logical = e.ours.get("logicalType")
    if logical in LOGICAL_TYPES:
        draft.column(e.column)["logicalType"] = str(logical)
    draft.describe(e.column, e.said)
    return True


def _types(draft: Draft, e: _Expectation, suite: list[_Expectation]) -> bool:
    names = e.arguments.get("type_list") or [e.arguments.get("type_")]
    found = {_KNOWN_TYPES.get(str(n)) for n in names}
    logical = "number" if found == {"integer", "number"} else found.pop() if len(found) == 1 else None
    if logical is None or not e.plain:
        return False
    draft.column(e.column).setdefault("logicalType", logical)
    draft.describe(e.column, e.said)
    return draft.column(e.column)["logicalType"] == logical


def _not_null(draft: Draft, e: _Expectation, suite: list[_Expectation]) -> bool:
    clause = e.ours.get("clause")
    if clause == "primaryKey" or (clause == "missingValues" and e.ours.get("part") == 1):
        return True
    if e.plain and clause != "nullValues" and not e.rule:
        draft.column(e.column)["required"] = True
    else:
        draft.rule(e.column, e.rule | {"metric": "nullValues", **e.allowed})
    return True


def _unique(draft: Draft, e: _Expectation, suite: list[_Expectation]) -> bool:
    if e.ours.get("clause") == "primaryKey":
        return True
    if isinstance(e.ours.get("properties"), list):
        draft.rule("", e.rule | {"metric": "duplicateValues", "arguments": {"properties": list(e.ours["properties"])}, **e.allowed})
    elif e.plain and e.ours.get("clause") != "duplicateValues" and not e.rule:
        draft.column(e.column)["unique"] = True
    else:
        _warn_of_share(draft, e, suite)
        draft.rule(e.column, e.rule | {"metric": "duplicateValues", **e.allowed})
    return True


def _compound(draft: Draft, e: _Expectation, suite: list[_Expectation]) -> bool:
    if e.ours.get("clause") == "primaryKey":
        return True
    columns = e.arguments.get("column_list")
    incomplete = e.arguments.get("ignore_row_if", "all_values_are_missing") != "any_value_is_missing"
    if not isinstance(columns, list) or e.mostly < 1 or (incomplete and not all(_filled(c, suite) for c in columns)):
        return False  # rows with an incomplete key are left out of a contract's keys
    draft.rule("", e.rule | {"metric": "duplicateValues", "arguments": {"properties": columns}, "mustBe": 0})
    return True


def _between(draft: Draft, e: _Expectation, suite: list[_Expectation]) -> bool:
    if not e.plain:
        return False
    if e.ours.get("clause") == "integer format" and e.ours.get("format") in INTEGERS:
        return draft.option(e.column, "format", str(e.ours["format"]))
    low = ("exclusiveMinimum" if e.arguments.get("strict_min") else "minimum", e.arguments.get("min_value"))
    high = ("exclusiveMaximum" if e.arguments.get("strict_max") else "maximum", e.arguments.get("max_value"))
    return _options(draft, e, {name: value for name, value in (low, high) if value is not None})


def _lengths(draft: Draft, e: _Expectation, suite: list[_Expectation]) -> bool:
    if not e.plain or e.arguments.get("strict_min") or e.arguments.get("strict_max"):
        return False
    ends = {"minLength": e.arguments.get("min_value"), "maxLength": e.arguments.get("max_value")}
    if e.kind.endswith("to_equal"):
        ends = dict.fromkeys(ends, e.arguments.get("value"))
    whole = {name: number(value) for name, value in ends.items() if value is not None}
    return all(isinstance(v, int) for v in whole.values()) and _options(draft, e, whole)


def _options(draft: Draft, e: _Expectation, ends: Mapping[str, Any]) -> bool:
    """Put all of several options under a column, or none."""
    logical = str(draft.column(e.column).get("logicalType") or "")
    plain = {name: _bound(value, logical) for name, value in ends.items()}
    options = draft.column(e.column).get("logicalTypeOptions", {})
    clash = any(name in options and options[name] != value for name, value in plain.items())
    if not plain or None in plain.values() or clash or not all(draft.option(e.column, name, value) for name, value in plain.items()):
        return False
    draft.describe(e.column, e.said)
    return True


def _bound(value: Any, logical: str) -> Any:
    if logical in ("date", "timestamp"):
        try:
            return datetime.fromisoformat(str(value)).isoformat().removesuffix("T00:00:00" if logical == "date" else "")
        except ValueError:
            return None
    return number(value) if isinstance(value, (int, float)) else None


def _in_set(draft: Draft, e: _Expectation, suite: list[_Expectation]) -> bool:
    written = e.arguments.get("value_set")
    values = [number(v) if isinstance(v, float) else v for v in written if v is not None] if isinstance(written, list) else []
    if not values or not all(isinstance(v, (str, int, float)) for v in values) or len({type(v) is bool for v in values}) > 1:
        return False
    if any(isinstance(v, str) for v in values) and not all(isinstance(v, str) for v in values):
        return False  # 1 and "1" are one category to a contract
    logical = draft.column(e.column).get("logicalType")
    fits: Any = {"string": str, "integer": int, "number": (int, float), "boolean": bool}.get(str(logical or ""))
    if fits is not None and not all(isinstance(v, fits) and (logical == "boolean" or not isinstance(v, bool)) for v in values):
        return False
    if logical in MOMENTS and not all(_bound(v, "timestamp") for v in values):
        return False
    if e.ours.get("clause") == "enum" and e.plain:
        draft.column(e.column)["enum"] = [{"value": v} for v in values]
        return True
    _warn_of_share(draft, e, suite)
    draft.rule(e.column, e.rule | {"metric": "invalidValues", "arguments": {"validValues": values}, **e.allowed})
    return True


def _regex(draft: Draft, e: _Expectation, suite: list[_Expectation]) -> bool:
    pattern = e.arguments.get("regex")
    if not isinstance(pattern, str) or cannot_run(pattern):
        return False
    form = e.ours.get("format")
    if e.ours.get("clause") == "format" and e.plain and form and FORMATS.get(str(form)) == pattern:
        draft.column(e.column).setdefault("logicalType", "string")
        return draft.option(e.column, "format", str(form))
    option = e.ours.get("clause") == "pattern" or (not e.ours and not e.rule)
    if option and e.plain and draft.option(e.column, "pattern", pattern):
        return True
    _warn_of_share(draft, e, suite)
    draft.rule(e.column, e.rule | {"metric": "invalidValues", "arguments": {"pattern": pattern}, **e.allowed})
    return True


def _coded(draft: Draft, e: _Expectation, suite: list[_Expectation]) -> bool:
    """Read the second half of a rule about codes for missing values, which is of our own writing."""
    values = e.ours.get("values")
    if e.ours.get("clause") != "missingValues" or not isinstance(values, list):
        return False
    draft.rule(e.column, e.rule | {"metric": "missingValues", "arguments": {"missingValues": values}, "mustBe": 0})
    return True


def _row_count(draft: Draft, e: _Expectation, suite: list[_Expectation]) -> bool:
    if e.kind.endswith("to_equal"):
        ends = (e.arguments.get("value"), e.arguments.get("value"))
    else:
        ends = (e.arguments.get("min_value"), e.arguments.get("max_value"))
    low, high = (number(v) for v in ends)
    strict = bool(e.arguments.get("strict_min")), bool(e.arguments.get("strict_max"))
    if low is None and high is None:
        return False
    if low is not None and high is not None:
        # whole numbers: above 3 is from 4
        low, high = low + strict[0], high - strict[1]
        said: dict[str, Any] = {"mustBe": low} if low == high else {"mustBeBetween": [low, high]}
        if low > high:
            return False
    elif low is not None:
        said = {"mustBeGreaterThan" if strict[0] else "mustBeGreaterOrEqualTo": low}
    else:
        said = {"mustBeLessThan" if strict[1] else "mustBeLessOrEqualTo": high}
    draft.rule("", e.rule | {"metric": "rowCount", **said})
    return True


def _primary_key(draft: Draft, suite: list[_Expectation]) -> None:
    """Put the primary key together again, which a suite of ours says in several expectations."""
    parts = [e for e in suite if e.ours.get("clause") == "primaryKey"]
    key = next((e for e in parts if e.kind in (gx.UNIQUE, gx.COMPOUND)), None)
    names = [str(c) for c in key.arguments.get("column_list") or [key.column]] if key else []
    filled = {e.column for e in parts if e.kind == gx.NOT_NULL}
    for position, name in enumerate(names, 1):
        column = draft.column(name)
        if set(names) <= filled:
            column |= {"primaryKey": True, "primaryKeyPosition": position}
    if set(names) <= filled:
        return
    for e in parts:  # somebody took a part of it away: what is left is said as such
        if e.kind == gx.NOT_NULL:
            draft.column(e.column)["required"] = True
    if names:
        draft.rule("", {"metric": "duplicateValues", "arguments": {"properties": names}, "mustBe": 0})


def _warn_of_share(draft: Draft, e: _Expectation, suite: list[_Expectation]) -> None:
    if e.mostly < 1 and not _filled(e.column, suite):
        draft.notices.append(
            f"{e.column}: 'mostly: {e.mostly}' of {e.kind} is a share of the values that are not missing; a contract's is one of all rows, "
            "so it allows more where values are missing"
        )


def _filled(column: str, suite: list[_Expectation]) -> bool:
    return any(e.kind == gx.NOT_NULL and e.column == column and e.mostly == 1 for e in suite)


_STANDARD: dict[str, Callable[[Draft, _Expectation, list[_Expectation]], bool]] = {
    gx.EXISTS: _exists,
    gx.TYPES_IN: _types,
    "expect_column_values_to_be_of_type": _types,
    gx.NOT_NULL: _not_null,
    gx.UNIQUE: _unique,
    gx.COMPOUND: _compound,
    gx.BETWEEN: _between,
    gx.LENGTHS: _lengths,
    "expect_column_value_lengths_to_equal": _lengths,
    gx.IN_SET: _in_set,
    gx.REGEX: _regex,
    "expect_column_values_to_not_be_in_set": _coded,
    "expect_column_values_to_not_match_regex": _coded,
    gx.ROW_COUNT: _row_count,
    "expect_table_row_count_to_equal": _row_count,
}
