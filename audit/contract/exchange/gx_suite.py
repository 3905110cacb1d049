"""A contract as an expectation suite of Great Expectations 1.x."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from audit.contract.exchange.clauses import Clause, LeftOut, clauses, listed
from audit.contract.exchange.operators import number, plain
from audit.contract.exchange.pandera_plan import INTEGERS
from audit.contract.formats import FORMATS
from audit.contract.lint import MOMENTS, NUMBERS
from audit.core.contract import Contract
from audit.core.values import numbers, texts
from audit.core.written import exact

NOT_NULL = "expect_column_values_to_not_be_null"
BETWEEN = "expect_column_values_to_be_between"
IN_SET = "expect_column_values_to_be_in_set"
REGEX = "expect_column_values_to_match_regex"
UNIQUE = "expect_column_values_to_be_unique"
COMPOUND = "expect_compound_columns_to_be_unique"
LENGTHS = "expect_column_value_lengths_to_be_between"
TYPES_IN = "expect_column_values_to_be_in_type_list"
ROW_COUNT = "expect_table_row_count_to_be_between"
EXISTS = "expect_column_to_exist"

#: Names of types that Great Expectations meets on pandas, Spark and SQL, for the logical types that all pandas frames can be held to.
TYPE_NAMES: dict[str, tuple[str, ...]] = {
    "integer": (
        "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "Int8Dtype", "Int16Dtype", "Int32Dtype", "Int64Dtype",
        "UInt8Dtype", "UInt16Dtype", "UInt32Dtype", "UInt64Dtype", "ByteType", "ShortType", "IntegerType", "LongType", "TINYINT", "SMALLINT",
        "INTEGER", "BIGINT",
    ),
    "number": (
        "float16", "float32", "float64", "Float32Dtype", "Float64Dtype", "FloatType", "DoubleType", "DecimalType", "REAL", "FLOAT", "DOUBLE",
        "DOUBLE_PRECISION", "NUMERIC", "DECIMAL",
    ),
    "boolean": ("bool", "BooleanDtype", "BooleanType", "BOOLEAN"),
}  # fmt: skip
TYPE_NAMES["number"] = (*TYPE_NAMES["integer"], *TYPE_NAMES["number"])

#: Up to here Great Expectations, which keeps bounds as floats, keeps whole numbers as they are.
WHOLE = 2**53
BOUND_WORDS: dict[str, dict[str, Any]] = {
    "minimum": {"min_value": None}, "maximum": {"max_value": None},
    "exclusiveMinimum": {"min_value": None, "strict_min": True}, "exclusiveMaximum": {"max_value": None, "strict_max": True},
}  # fmt: skip

#: Why Great Expectations states none of these kinds.
CANNOT = {
    "multipleOf": "there is no expectation about multiples",
    "date format": "the column may hold dates, on which a regular expression stops Great Expectations with an error",
    **dict.fromkeys(("minItems", "maxItems", "uniqueItems", "dimensions"), "there is no expectation about lists"),
    "other option": "no check looks at it, here or there",
    "relationships": "an expectation sees one batch, not the other table",
    "classification": "it says who may see the column, not which rows are right",
    "duplicate rows": "its expectation names each column, and a contract about whole rows means undeclared ones, too",
    "condition": "conditions in SQL are not evaluated on pandas",
    "sql": "queries are not evaluated on pandas",
    "assay": "it is a check of Assay",
    "text": "it is for people",
    "service level": "a suite knows no clock",
    "custom property": "it says what the column is for, not which rows are right",
}
#: What it states of some kinds only.
PARTLY = {
    "logicalType": "integer, number, boolean",
    **dict.fromkeys(BOUND_WORDS, "of numbers up to 2^53"),
    "integer format": "up to 32 bits",
    "rowCount": "not the two `mustNotBe…`",
    "nullValues": "`mustBe: 0`, `mustBeLessOrEqualTo` per cent",
    **dict.fromkeys(("validValues", "invalid pattern"), "`mustBe: 0`; `mustBeLessOrEqualTo` per cent of a required column"),
    "duplicateValues": "`mustBe: 0`; of one required column, `mustBeLessOrEqualTo` per cent",
    "missingValues": "`mustBe: 0`",
}


def gx_suite(contract: Contract) -> dict[str, Any]:
    """Return a contract as the dictionary that ``great_expectations.ExpectationSuite(**suite)`` takes.

    Parameters
    ----------
    contract : Contract
        The contract. Clauses that Great Expectations cannot state are listed under ``meta``.
    """
    expectations, left_out = stated(contract)
    return {
        "name": contract.table or contract.name,
        "expectations": expectations,
        "meta": {
            "contract": {"id": contract.id, "name": contract.name, "version": contract.version, "sha256": contract.sha256},
            "not_stated": listed(left_out),
        },
        "notes": "Written by: assay contract export --to gx",
    }


def stated(contract: Contract) -> tuple[list[dict[str, Any]], list[LeftOut]]:
    """Return the expectations, and what is left out."""
    types = {c.name: c.logical_type for c in contract.columns}
    filled = {c.name for c in contract.columns if c.required or c.primary_key}
    expectations: list[dict[str, Any]] = []
    left_out: list[LeftOut] = []
    for clause in clauses(contract):
        found = list(_expectations(clause, types, filled))
        if len(found) == 1 and isinstance(found[0], str):
            left_out.append(LeftOut(clause, found[0]))
        else:
            expectations += [_written(clause, e) for e in found if not isinstance(e, str)]
    return expectations, left_out


#: An expectation as its type, its arguments and what its ``meta`` says beside the kind of clause.
_Expectation = tuple[str, dict[str, Any], dict[str, Any]]


def _written(clause: Clause, expectation: _Expectation) -> dict[str, Any]:
    kind, arguments, meta = expectation
    rule = clause.rule
    own: dict[str, Any] = {"clause": clause.kind, "line": str(clause.place), **({"name": rule.name} if rule and rule.name else {}), **meta}
    said = (rule.description or clause.limit.reason) if rule else ""
    return {
        "type": kind,
        "kwargs": arguments,
        "meta": {"assay": own},
        **({"description": said} if said else {}),
        "severity": "critical" if clause.limit.blocking else "warning",
    }


def _expectations(clause: Clause, types: Mapping[str, str], filled: set[str]) -> Iterator[_Expectation | str]:
    """Yield what a clause becomes, or why it becomes nothing."""
    kind, value, column = clause.kind, clause.value, clause.column
    if kind in CANNOT:
        yield CANNOT[kind]
    elif kind == "column":
        yield EXISTS, {"column": column}, {"logicalType": types[column]} if types[column] else {}
    elif kind == "logicalType":
        names = TYPE_NAMES.get(value)
        yield (
            (TYPES_IN, {"column": column, "type_list": list(names)}, {})
            if names
            else "Great Expectations has no name for all that pandas keeps it in"
        )
    elif kind == "required":
        yield NOT_NULL, {"column": column}, {}
    elif kind == "primaryKey":
        for name in clause.columns:
            yield NOT_NULL, {"column": name}, {}
        yield _unique(clause.columns)
    elif kind == "unique":
        yield UNIQUE, {"column": column}, {}
    elif kind in BOUND_WORDS:
        yield _bound(kind, value, column, types[column])
    elif kind == "integer format":
        low, high = INTEGERS[value]
        words = {"column": column, "min_value": low, "max_value": high}
        yield (BETWEEN, words, {"format": value}) if high < WHOLE else "its bounds are beyond 2^53, where Great Expectations rounds whole numbers"
    elif kind in ("minLength", "maxLength"):
        yield LENGTHS, {"column": column, "min_value" if kind == "minLength" else "max_value": value}, {}
    elif kind in ("pattern", "format"):
        yield REGEX, {"column": column, "regex": value if kind == "pattern" else FORMATS[value]}, {"format": value} if kind == "format" else {}
    elif kind == "enum":
        yield IN_SET, {"column": column, "value_set": _set(value, types[column])}, {}
    elif kind == "greatExpectations":
        arguments = dict(plain(value.get("kwargs") or {}))
        if column:
            arguments.setdefault("column", column)
        yield str(value["type"]), arguments, {"under": column} if column else {}
    elif kind == "rowCount":
        yield _row_count(clause)
    else:
        yield from _rule(clause, types, filled)


def _rule(clause: Clause, types: Mapping[str, str], filled: set[str]) -> Iterator[_Expectation | str]:
    """Yield what a rule about failing rows becomes."""
    kind, value, column = clause.kind, clause.value, clause.column
    mostly = _mostly(clause)
    if isinstance(mostly, str):
        yield mostly
        return
    share = mostly < 1
    if share and kind != "nullValues" and column not in filled:
        yield "its shares are of the values that are not missing, the contract's of all rows; they agree where the column is required"
        return
    allowed = {"mostly": mostly} if share else {}
    if kind == "nullValues":
        yield NOT_NULL, {"column": column, **allowed}, {}
    elif kind == "validValues":
        yield IN_SET, {"column": column, "value_set": _set(value, types[column]), **allowed}, {}
    elif kind == "invalid pattern":
        yield REGEX, {"column": column, "regex": value, **allowed}, {}
    elif kind == "duplicateValues":
        if share and not column:
            yield "the share of rows whose compound key repeats has no expectation"
            return
        test, arguments, meta = _unique(clause.columns)
        yield test, {**arguments, **allowed}, meta | ({} if clause.rule and clause.rule.column else {"properties": list(clause.columns)})
    elif share:
        yield "missing values and codes for them are two expectations, which cannot share one allowance"
    else:
        yield NOT_NULL, {"column": column}, {"part": 1}
        yield from _coded(column, list(value), types[column])


def _coded(column: str, values: list[Any], logical: str) -> Iterator[_Expectation]:
    if logical in NUMBERS:
        yield "expect_column_values_to_not_be_in_set", {"column": column, "value_set": numbers(values)}, {"values": [_plain(v) for v in values]}
        return
    words = "|".join(re.escape(t.strip()) for t in sorted(texts(values)))
    yield "expect_column_values_to_not_match_regex", {"column": column, "regex": rf"^\s*(?:{words})\s*$"}, {"values": [_plain(v) for v in values]}


def _mostly(clause: Clause) -> float | str:
    """Return the share of rows that must hold, or why a suite cannot say it."""
    limit = clause.limit
    if clause.allows_no_row:
        return 1.0
    if limit.high is None or limit.inverse or limit.low is not None:
        return "'mostly' is a largest share of failing values; this rule sets another kind of bound"
    if limit.exclude_high:
        return "'mostly' allows a share up to and including its bound; write mustBeLessOrEqualTo"
    if limit.measurement != "failing_share":
        return "'mostly' is a share; write the rule with 'unit: percent'"
    share = exact(limit.high)
    assert share is not None
    return float(1 - share)


def _bound(kind: str, value: Any, column: str, logical: str) -> _Expectation | str:
    if logical in MOMENTS or isinstance(value, str):
        return "JSON has no dates, and a bound that is text stops Great Expectations on pandas with an error"
    bound = number(value)
    if bound is None or abs(bound) > WHOLE:
        return "its bound is beyond 2^53, where Great Expectations rounds whole numbers"
    words = {word: bound if own is None else own for word, own in BOUND_WORDS[kind].items()}
    return BETWEEN, {"column": column, **words}, {}


def _unique(columns: tuple[str, ...]) -> _Expectation:
    if len(columns) == 1:
        return UNIQUE, {"column": columns[0]}, {}
    return COMPOUND, {"column_list": list(columns), "ignore_row_if": "any_value_is_missing"}, {}


def _row_count(clause: Clause) -> _Expectation | str:
    limit = clause.limit
    if limit.inverse:
        return "there is no expectation that a number of rows lies outside a range"
    ends = {"min_value": number(limit.low), "max_value": number(limit.high)}
    if not all(v is None or isinstance(v, int) for v in ends.values()):
        return "Great Expectations compares numbers of rows with whole numbers"
    strict = {word: True for word, own in (("strict_min", limit.exclude_low), ("strict_max", limit.exclude_high)) if own}
    return ROW_COUNT, {k: v for k, v in ends.items() if v is not None} | strict, {}


def _set(values: list[Any], logical: str) -> list[Any]:
    """Return listed values in the type of the column, since ``1`` and ``"1"`` are two values to Great Expectations."""
    if logical in NUMBERS:
        return numbers(values)
    if logical == "boolean":
        return [v if isinstance(v, bool) else str(v).casefold() == "true" for v in values if v is not None]
    if logical == "string":
        return [t for v in values for t in texts([v])]
    return [_plain(v) for v in values if v is not None]


def _plain(value: Any) -> Any:
    return number(value) if isinstance(value, float) else value if isinstance(value, (str, int, bool)) else str(value)
