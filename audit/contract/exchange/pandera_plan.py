"""A contract in the words of pandera: the fields of its columns, named checks for what fields lack, and what is left out."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from audit.contract.exchange.clauses import Clause, LeftOut, clauses
from audit.contract.exchange.operators import number, operator
from audit.contract.exchange.pandas_condition import counted_condition, pandas_condition
from audit.contract.exchange.python_pattern import python_pattern
from audit.contract.formats import FORMATS, date_pattern
from audit.contract.lint import MOMENTS, NUMBERS
from audit.core.contract import Contract
from audit.core.values import numbers, texts
from audit.core.written import exact

#: Names of pandera for bounds on numbers, and the signs that they stand for.
BOUNDS = {"minimum": ("ge", ">="), "maximum": ("le", "<="), "exclusiveMinimum": ("gt", ">"), "exclusiveMaximum": ("lt", "<")}
LENGTHS = {"minLength": "min_value", "maxLength": "max_value"}
#: Options of lists: whether they set a smallest number of items, and a largest.
ITEMS = {"minItems": (True, False), "maxItems": (False, True), "dimensions": (True, True), "uniqueItems": (False, False)}
#: Logical types that a frame of pandas can be held to.
TYPES = ("string", "integer", "number", "boolean", "date", "timestamp", "array")
#: Integer formats by their smallest and largest value.
INTEGERS = {f"i{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64, 128)} | {
    f"u{bits}": (0, 2**bits - 1) for bits in (8, 16, 32, 64, 128)
}

#: Why pandera states none of these kinds.
CANNOT = {
    "other option": "no check looks at it, here or there",
    "relationships": "a schema sees one frame, not the other table",
    "classification": "it says who may see the column, not which rows are right",
    "greatExpectations": "it is evaluated by Great Expectations",
    "assay": "it is a check of Assay",
    "text": "it is for people",
    "service level": "a schema knows no clock",
    "custom property": "it says what the column is for, not which rows are right",
}
#: What it states of some kinds only.
PARTLY = {
    "logicalType": ", ".join(TYPES),
    **dict.fromkeys(BOUNDS, "of numbers, dates and timestamps"),
    "enum": "not of dates",
    "validValues": "not of dates; `mustBe: 0`",
    **dict.fromkeys(("nullValues", "missingValues", "invalid pattern", "duplicateValues", "duplicate rows"), "`mustBe: 0`"),
    "condition": "comparisons, `AND`, `OR`, `NOT`, `IN`, `BETWEEN`, `IS NULL`, `+ - *`",
    "sql": "`SELECT COUNT(*) FROM {object} WHERE …` of such conditions, `mustBe: 0`",
}


@dataclass(frozen=True)
class Named:
    """A check that pandera has no word for.

    Parameters
    ----------
    name : str
        The clause, in a form that can be read back.
    function : str
        Function of :mod:`audit.contract.exchange.pandera_checks`; empty where ``expression`` says it all.
    arguments : tuple
        What it is called with beside the data.
    column : str
        Whose values it is about; empty for the frame.
    expression : str
        A condition over ``frame`` that no row may meet.
    warns : bool
        Whether a failure is a warning.
    title, description : str
        As the contract's rule has them.
    about_gaps : bool
        Whether missing values are judged, too.
    """

    name: str
    function: str = ""
    arguments: tuple[Any, ...] = ()
    column: str = ""
    expression: str = ""
    warns: bool = False
    title: str = ""
    description: str = ""
    about_gaps: bool = False


@dataclass
class Field:
    """A column in pandera's own words: the arguments of ``pa.Field`` that are not its defaults, and its named checks."""

    logical_type: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    checks: list[Named] = field(default_factory=list)


@dataclass
class Plan:
    """What a contract becomes: columns, the primary key, checks of the frame, and what pandera cannot state."""

    columns: dict[str, Field] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    checks: list[Named] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


def plan(contract: Contract) -> Plan:
    """Return a contract in the words of pandera."""
    found = Plan()
    types = {c.name: c.logical_type for c in contract.columns}
    for clause in clauses(contract):
        reason = _place(clause, found, types, contract)
        if reason:
            found.left_out.append(LeftOut(clause, reason))
    return found


def _place(clause: Clause, found: Plan, types: dict[str, str], contract: Contract) -> str:
    """Put a clause into the plan; return why it could not be."""
    kind, value = clause.kind, clause.value
    if kind in CANNOT:
        return CANNOT[kind]
    if kind == "column":
        column = contract.column(clause.column)
        described = {"description": column.description} if column and column.description else {}
        found.columns[clause.column] = Field(types[clause.column], {"nullable": True, **described})
        return ""
    if kind == "primaryKey":
        found.key = clause.columns
        for name in clause.columns:
            found.columns[name].arguments["nullable"] = False
        return ""
    if clause.rule is None:
        return _of_column(clause, found.columns[clause.column], types[clause.column], contract)
    if kind == "rowCount":
        said = operator(clause.limit)
        if not said:
            return "it says no number"
        (name, bound), *_ = said.items()
        low, high = clause.limit.low, clause.limit.high
        if clause.limit.exclude_low and low is not None:
            low = _next(low, 1)
        if clause.limit.exclude_high and high is not None:
            high = _next(high, -1)
        ends = (float("-inf") if low is None else number(low), float("inf") if high is None else number(high))
        found.checks.append(_frame_check(clause, f"rowCount {name} {json.dumps(bound)}", "count_holds", (*ends, clause.limit.inverse)))
        return ""
    if kind == "sql":
        counted = counted_condition(value, clause.column, types) if clause.allows_no_row else None
        if counted is None:
            return "this SQL is more than a count of rows that meet a plain condition, of which there may be none"
        found.checks.append(_frame_check(clause, f"sql {' '.join(value.split())}", expression=counted[1]))
        return ""
    if not clause.allows_no_row:
        return "pandera judges each row; that some rows may fail is for the gate to weigh"
    if kind == "condition":
        expression = pandas_condition(value, types)
        if expression is None:
            return "this SQL is more than comparisons of columns and values"
        found.checks.append(_frame_check(clause, f"failing {' '.join(value.split())}", expression=expression))
        return ""
    if kind == "duplicate rows":
        found.checks.append(_frame_check(clause, "duplicateValues", "not_copied"))
        return ""
    if kind == "duplicateValues":
        strangers = [c for c in clause.columns if c not in types]
        if strangers:
            return f"the contract has no column {', '.join(strangers)}"
        # told apart, so that the rule goes back to where it stood
        name = f"duplicateValues {json.dumps(clause.columns, ensure_ascii=False)}" + (" of the column" if clause.rule.column else "")
        found.checks.append(_frame_check(clause, name, "not_repeated", (list(clause.columns),)))
        return ""
    return _of_rule(clause, found.columns[clause.column], types[clause.column])


def _of_column(clause: Clause, field: Field, logical: str, contract: Contract) -> str:
    kind, value, name = clause.kind, clause.value, clause.column
    if kind == "logicalType":
        if value not in TYPES:
            return f"a frame of pandas has no column of type {value}"
        field.checks.append(Named(f"logicalType {value}", f"is_{value}", column=name))
    elif kind == "required":
        field.arguments["nullable"] = False
    elif kind == "unique":
        field.arguments["unique"] = True
    elif kind in BOUNDS and logical in ("date", "timestamp"):
        column = contract.column(name)
        zone = str(column.options.get("defaultTimezone") or "UTC") if column else "UTC"
        named = f"{kind} {value}" + (f" {zone}" if zone != "UTC" else "")
        field.checks.append(Named(named, "moment_holds", (BOUNDS[kind][1], str(value), zone), name))
    elif kind in BOUNDS and logical == "time":
        return "pandas has no column of times that could be compared"
    elif kind in BOUNDS:
        field.arguments[BOUNDS[kind][0]] = _number(value)
    elif kind == "multipleOf":
        step = exact(value)
        field.checks.append(Named(f"multipleOf {getattr(value, 'text', value)}", "is_multiple", (str(step),), name))
    elif kind in LENGTHS:
        field.arguments.setdefault("str_length", {})[LENGTHS[kind]] = value
    elif kind in ITEMS:
        low, high = ITEMS[kind]
        arguments = (value if low else 0, value if high else None, kind == "uniqueItems")
        field.checks.append(Named(f"{kind} {json.dumps(value)}", "items_hold", arguments, name))
    elif kind == "integer format":
        low, high = INTEGERS[value]
        field.checks.append(Named(f"integer format {value}", "is_between", (low, high), name))
    elif kind in ("pattern", "format", "date format"):
        pattern = value if kind == "pattern" else FORMATS[value] if kind == "format" else date_pattern(str(value)) or ""
        field.checks.append(Named(f"{kind} {value}", "matches", (python_pattern(pattern),), name))
    elif kind == "enum" and logical in MOMENTS:
        return "listed moments are compared as the engine writes them"
    elif kind == "enum" and _plain_list(value, logical):
        field.arguments["isin"] = [v if isinstance(v, str) else _number(v) for v in value if v is not None]
    elif kind == "enum":
        field.checks.append(Named(f"enum {_json(value)}", "is_among", _listed(value), name))
    return ""


def _of_rule(clause: Clause, field: Field, logical: str) -> str:
    rule, value, name = clause.rule, clause.value, clause.column
    assert rule is not None
    about: dict[str, Any] = {
        "column": name,
        "warns": not clause.limit.blocking,
        "title": rule.name,
        "description": rule.description or clause.limit.reason,
    }
    if clause.kind == "nullValues":
        field.checks.append(Named("nullValues", "is_present", ([], []), about_gaps=True, **about))
    elif clause.kind == "missingValues":
        coded = [t.strip(" \t\n\r\v\f") for t in sorted(texts(value))]
        field.checks.append(Named(f"missingValues {_json(value)}", "is_present", (coded, numbers(value)), about_gaps=True, **about))
    elif clause.kind == "validValues" and logical in MOMENTS:
        return "listed moments are compared as the engine writes them"
    elif clause.kind == "validValues":
        field.checks.append(Named(f"validValues {_json(value)}", "is_among", _listed(value), **about))
    else:
        field.checks.append(Named(f"invalidValues {value}", "matches", (python_pattern(value),), **about))
    return ""


def _frame_check(clause: Clause, name: str, function: str = "", arguments: tuple[Any, ...] = (), expression: str = "") -> Named:
    rule = clause.rule
    title, description = (rule.name, rule.description or clause.limit.reason) if rule else ("", "")
    return Named(name, function, arguments, "", expression, warns=not clause.limit.blocking, title=title, description=description, about_gaps=True)


def _number(value: Any) -> Any:
    found = exact(value)
    # whole numbers are compared as such, however large
    return int(found) if found is not None and found.denominator == 1 else float(value) if isinstance(value, float) else value


def _next(value: float, step: int) -> float:
    """Return the whole number beyond a bound that is itself outside."""
    whole = exact(value)
    assert whole is not None
    return (whole.numerator // whole.denominator) + 1 if step > 0 else -((-whole.numerator) // whole.denominator) - 1


def _plain_list(values: Iterable[Any], logical: str) -> bool:
    values = [v for v in values if v is not None]
    if logical == "string":
        return all(isinstance(v, str) for v in values)
    return logical in NUMBERS and all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in values)


def _listed(values: list[Any]) -> tuple[list[str], list[float]]:
    return sorted(texts(values)), numbers(values)


def _json(values: Iterable[Any]) -> str:
    return json.dumps([number(v) if isinstance(v, float) else v for v in values], ensure_ascii=False, default=str)
