"""A contract as a JSON Schema (draft 2020-12) of one row."""

import re
from collections.abc import Mapping
from typing import Any

from audit.contract.exchange.clauses import Clause, LeftOut, clauses, listed
from audit.contract.exchange.ecma_pattern import ecma_pattern
from audit.contract.exchange.operators import number
from audit.contract.exchange.pandera_plan import BOUNDS, INTEGERS
from audit.contract.formats import FORMATS
from audit.contract.lint import MOMENTS, NUMBERS
from audit.core.contract import Contract
from audit.core.values import numbers, texts

_DATE, _TIME = FORMATS["date"].strip("^$"), FORMATS["time"].strip("^$")
TYPES: dict[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date", "pattern": f"^{_DATE}$"},
    # JSON Schema's own date-time insists on a time zone, which a timestamp of a table need not have
    "timestamp": {"type": "string", "pattern": f"^{_DATE}[Tt ]{_TIME}$"},
    "time": {"type": "string", "pattern": f"^{_TIME}$"},
    "array": {"type": "array"},
    "vector": {"type": "array", "items": {"type": "number"}},
    "object": {"type": "object"},
    "map": {"type": "object"},
}
ANY = ("string", "number", "boolean", "array", "object")
#: Formats that JSON Schema knows by the same name.
STANDARD = ("email", "uuid", "uri", "hostname", "ipv4", "ipv6", "date", "date-time")
SAME = ("minLength", "maxLength", "minItems", "maxItems", "uniqueItems")

_ROWS = "a schema of one row does not see the others"
#: Why a schema of one row states none of these kinds.
CANNOT = {
    "primaryKey": f"its columns are required, but {_ROWS}",
    **dict.fromkeys(("unique", "duplicateValues", "duplicate rows", "rowCount"), _ROWS),
    "relationships": "a schema of one row does not see the other table",
    "date format": "JSON writes a date in a form of its own, whatever form the column has",
    "other option": "no check looks at it, here or there",
    "classification": "it says who may see the column, not which rows are right",
    **dict.fromkeys(("condition", "sql"), "JSON Schema does not compare one value of a row with another"),
    "greatExpectations": "it is evaluated by Great Expectations",
    "assay": "it is a check of Assay",
    "text": "it is for people",
    "service level": "a schema knows no clock",
    "custom property": "it says what the column is for, not which rows are right",
}
#: What it states of some kinds only.
PARTLY = {
    **dict.fromkeys(BOUNDS, "of numbers"),
    **dict.fromkeys(("pattern", "invalid pattern"), "without flags such as `(?i)`"),
    **dict.fromkeys(("nullValues", "missingValues", "validValues"), "`mustBe: 0`"),
    "invalid pattern": "`mustBe: 0`; without flags such as `(?i)`",
}


def row_schema(contract: Contract) -> dict[str, Any]:
    """Return a contract as a JSON Schema that one row, as a JSON object, is held to.

    Parameters
    ----------
    contract : Contract
        The contract. Clauses that such a schema cannot state are listed under ``x-assay-not-stated``.
    """
    filled = {c.name for c in contract.columns if c.required or c.primary_key}
    filled |= {c.column for c in clauses(contract) if c.kind in ("nullValues", "missingValues") and c.allows_no_row and c.limit.blocking}
    properties = {c.name: _typed(c.logical_type, c.name not in filled) for c in contract.columns}
    for column in contract.columns:
        if column.description:
            properties[column.name]["description"] = column.description
    types = {c.name: c.logical_type for c in contract.columns}
    left_out = []
    for clause in clauses(contract):
        constraint = _constraint(clause, types, clause.column not in filled)
        if isinstance(constraint, str):
            left_out.append(LeftOut(clause, constraint))
        elif constraint:
            _put(properties[clause.column], constraint)
    version = f", version {contract.version}" if contract.version else ""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": contract.table or contract.name,
        "$comment": f"One row of '{contract.name}'{version}, sha256 {contract.sha256}. Written by: assay contract export --to jsonschema",
        "type": "object",
        "properties": properties,
        "required": [c.name for c in contract.columns if c.name in filled],
        "x-assay-not-stated": listed(left_out),
    }


def _typed(logical: str, may_lack: bool) -> dict[str, Any]:
    own = dict(TYPES.get(logical, {}))
    if may_lack:
        return own | ({"type": [own["type"], "null"]} if own else {})
    return own or {"type": list(ANY)}


def _put(schema: dict[str, Any], constraint: Mapping[str, Any]) -> None:
    """Add to a schema; what it says already is said once more beside it."""
    clash = {k: v for k, v in constraint.items() if k in schema and schema[k] != v}
    schema |= {k: v for k, v in constraint.items() if k not in clash}
    if clash:
        schema.setdefault("allOf", []).append(clash)


def _constraint(clause: Clause, types: Mapping[str, str], may_lack: bool) -> dict[str, Any] | str:
    """Return what a clause adds to the schema of its column, or why it adds nothing."""
    kind, value = clause.kind, clause.value
    logical = types.get(clause.column, "")
    if kind in CANNOT:
        return CANNOT[kind]
    if clause.rule is not None and not clause.limit.blocking:
        return "a rule that only warns has no place in a schema"
    if clause.rule is not None and not clause.allows_no_row:
        return "a schema of one row cannot allow that some others fail"
    if kind == "logicalType" and value not in TYPES:
        return f"JSON has no {value}"
    if kind in ("column", "logicalType", "required", "nullValues"):
        return {}  # in the type, and in the list of required ones
    if kind in BOUNDS:
        bound = number(value) if logical not in MOMENTS and not isinstance(value, str) else None
        return {kind: bound} if bound is not None else "JSON Schema does not compare dates and times"
    if kind == "multipleOf":
        return {kind: number(value)}
    if kind in SAME:
        return {kind: value}
    if kind == "dimensions":
        return {"minItems": value, "maxItems": value}
    if kind == "integer format":
        return dict(zip(("minimum", "maximum"), INTEGERS[value], strict=True))
    if kind in ("enum", "validValues"):
        return {"enum": [*_listed(value, logical), *([None] if may_lack else [])]}
    if kind == "missingValues":
        return _coded(value, logical)
    return _pattern(kind, value)


def _pattern(kind: str, value: str) -> dict[str, Any] | str:
    written = FORMATS[value] if kind == "format" else value
    pattern = ecma_pattern(str(written))
    if pattern is None:
        return "the pattern sets flags, which the regular expressions of JSON Schema do not have"
    return {"pattern": pattern, **({"format": value} if kind == "format" and value in STANDARD else {})}


def _listed(values: list[Any], logical: str) -> list[Any]:
    """Return listed values as JSON would hold them: ``1`` and ``"1"`` are one category to the contract, and two to JSON."""
    if logical in NUMBERS:
        return [int(v) if float(v).is_integer() else v for v in numbers(values)]
    if logical == "boolean":
        return [t.casefold() == "true" for v in values for t in texts([v])]
    if logical:
        return [t for v in values for t in texts([v])]
    plain = [number(v) if isinstance(v, float) else v if isinstance(v, (str, bool, int)) else str(v) for v in values if v is not None]
    return list({repr(v): v for v in [*plain, *(t for v in plain for t in texts([v])), *numbers(v for v in plain if isinstance(v, str))]}.values())


def _coded(values: list[Any], logical: str) -> dict[str, Any]:
    if logical in NUMBERS:
        return {"not": {"enum": _listed(values, logical)}}
    words = "|".join(re.escape(t.strip()) for t in sorted(texts(values)))
    blank = r"[ \t\n\r\v\f]*"
    return {"not": {"type": "string", "pattern": ecma_pattern(f"^{blank}(?:{words}){blank}$")}}
