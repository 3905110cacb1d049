"""A pandera schema or model as a contract."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit.contract.exchange.draft import Draft, Imported
from audit.contract.exchange.operators import number
from audit.contract.exchange.pandera_plan import BOUNDS, INTEGERS, ITEMS, TYPES
from audit.contract.exchange.python_pattern import written_pattern
from audit.contract.pandera_door import pandera_pandas
from audit.contract.regular import cannot_run
from audit.core.errors import DataError, UsageError, did_you_mean

if TYPE_CHECKING:
    import pandera.pandas as pa

#: Bounds by the names that pandera gives its checks, with the argument that holds the number.
_COMPARISONS = {
    "greater_than_or_equal_to": ("minimum", "min_value"), "less_than_or_equal_to": ("maximum", "max_value"),
    "greater_than": ("exclusiveMinimum", "min_value"), "less_than": ("exclusiveMaximum", "max_value"),
}  # fmt: skip
#: What a stranger's module may raise while it is imported.
_BROKEN = (
    ImportError, SyntaxError, ArithmeticError, AssertionError, AttributeError, LookupError, NameError, OSError, RuntimeError, TypeError, ValueError,
)  # fmt: skip
#: Kinds of clauses that our own models carry in the names of their checks.
_OPTIONS = ("multipleOf", "pattern", "format", "date format", "integer format", *BOUNDS)


def from_pandera(schema: "pa.DataFrameSchema | type[pa.DataFrameModel]", *, name: str = "", source: str = "") -> Imported:
    """Return a pandera schema or model as an ODCS contract.

    Parameters
    ----------
    schema : pandera.pandas.DataFrameSchema or subclass of DataFrameModel
        What is to be said in ODCS.
    name : str
        Of the contract; the schema's own where not given.
    source : str
        Where it comes from, for the contract's description.

    Returns
    -------
    Imported
        The contract, and notices of what ODCS cannot say.
    """
    schema = schema.to_schema() if hasattr(schema, "to_schema") else schema
    name = name or str(schema.name or "data")
    draft = Draft(name, source or f"the pandera schema {name}")
    for column in schema.columns.values():
        _column(draft, column)
    _key(draft, schema)
    for check in schema.checks or []:
        _frame_check(draft, check)
    if schema.index is not None:
        draft.notices.append("the schema describes an index, which the columns of a contract do not have")
    if schema.strict:
        draft.notices.append("'strict' has no counterpart: undeclared columns are listed by D011")
    if schema.coerce:
        draft.notices.append("'coerce' has no counterpart: the contract promises types, and converts none")
    if schema.ordered:
        draft.notices.append("'ordered' has no counterpart: the order of columns is no clause of a contract")
    if schema.parsers:
        draft.notices.append("parsers have no counterpart: the contract promises, and changes no value")
    return Imported(draft.document(), tuple(draft.notices))


def read_pandera(path: Path) -> Imported:
    """Return a schema that pandera wrote as YAML or JSON as a contract.

    Raises
    ------
    DataError
        The file cannot be read.
    UsageError
        It is Python, which is not run; or no such schema.
    """
    if path.suffix == ".py":
        raise UsageError(
            f"'{path}' is a program, and is not run for what is in it. Name the schema as module:Name, which imports the module, "
            "or write it with pandera's own to_yaml() and import that file"
        )
    pandera_pandas()
    from pandera.errors import PanderaError  # type: ignore[attr-defined, unused-ignore]
    from pandera.io import pandas_io

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"cannot read '{path}': {getattr(error, 'strerror', None) or error}") from error
    try:
        schema = pandas_io.from_json(text) if path.suffix == ".json" else pandas_io.from_yaml(text)
    except (PanderaError, AttributeError, KeyError, TypeError, ValueError, Warning) as error:
        raise UsageError(f"'{path}' is no schema that pandera wrote with to_yaml() or to_json(): {_first_line(error)}") from error
    return from_pandera(schema, name=str(schema.name or path.name.split(".")[0]), source=path.name)


def load_pandera(reference: str) -> Imported:
    """Return the schema or model that ``module:Name`` leads to as a contract. The module is imported, which runs it.

    Raises
    ------
    UsageError
        There is no such module or name, or it is no schema.
    DataError
        The module failed while it was imported.
    """
    import importlib

    pa = pandera_pandas()
    module, _, attribute = reference.partition(":")
    try:
        loaded = importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise UsageError(f"there is no module '{error.name}'. Run the command where '{module}' can be imported, or set PYTHONPATH") from error
    except _BROKEN as error:
        raise DataError(f"the module '{module}' cannot be imported: {type(error).__name__}: {_first_line(error)}") from error
    if not hasattr(loaded, attribute):
        raise UsageError(f"the module '{module}' has no '{attribute}'. {did_you_mean(attribute, [n for n in vars(loaded) if not n.startswith('_')])}")
    found = getattr(loaded, attribute)

    if not isinstance(found, pa.DataFrameSchema) and not (isinstance(found, type) and issubclass(found, pa.DataFrameModel)):
        raise UsageError(f"'{reference}' is {type(found).__name__}, neither a DataFrameModel nor a DataFrameSchema of pandera.pandas")
    return from_pandera(found, source=reference)


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__


def _column(draft: Draft, column: Any) -> None:
    name = str(column.name)
    if column.regex:
        draft.notices.append(f"the columns of the pattern '{name}' are left out: a contract names each column")
        return
    own = draft.column(name)
    if column.description or column.title:
        draft.describe(name, str(column.description or column.title))
    logical = _logical_type(column.dtype)
    if logical:
        own["logicalType"] = logical
    for check in column.checks:
        if str(check.name).startswith("logicalType ") and (kind := str(check.name).split()[1]) in TYPES:
            own["logicalType"] = kind
    if column.dtype is not None and not logical:
        draft.notices.append(f"the type {column.dtype} of {name} has no logical type in ODCS")
    if not column.nullable:
        own["required"] = True
    if column.unique:
        own["unique"] = True
    if not column.required:
        draft.notices.append(f"{name} may be absent to pandera; to a contract a column that it names is there")
    for check in column.checks:
        fault = _check(draft, name, check)
        if fault:
            draft.notices.append(f"{name}: {fault}")


def _key(draft: Draft, schema: Any) -> None:
    names = schema.unique if isinstance(schema.unique, list) else [schema.unique] if schema.unique else []
    if not names:
        return
    own = [draft.column(str(n)) for n in names]
    if not all(c.get("required") for c in own):
        draft.rule("", {"metric": "duplicateValues", "arguments": {"properties": [str(n) for n in names]}, "mustBe": 0})
        return
    for position, column in enumerate(own, 1):
        del column["required"]  # which a primary key is by itself
        column["primaryKey"] = True
        column["primaryKeyPosition"] = position


def _logical_type(dtype: Any) -> str:
    """Return the logical type of ODCS for a type of pandera; empty where there is none."""
    from pandera import dtypes

    if dtype is None:
        return ""
    text = str(dtype).casefold()
    if text in ("date", "date32[day][pyarrow]") or type(dtype).__name__ == "Date":
        return "date"
    kinds: tuple[tuple[Callable[[Any], bool], str], ...] = (
        (dtypes.is_bool, "boolean"), (dtypes.is_int, "integer"), (dtypes.is_uint, "integer"), (dtypes.is_float, "number"),
        (dtypes.is_datetime, "timestamp"), (dtypes.is_string, "string"),
    )  # fmt: skip
    found = next((name for test, name in kinds if test(dtype)), "")
    return found or ("number" if "decimal" in text else "string" if text in ("str", "string") else "")


def _check(draft: Draft, column: str, check: Any) -> str:
    """Put a check of a column into the contract; return what could not be said."""
    name, said = str(check.name), dict(check.statistics or {})
    warns = bool(getattr(check, "raise_warning", False))
    if name in _COMPARISONS:
        option, argument = _COMPARISONS[name]
        return _bounds(draft, column, {option: said.get(argument)}, warns)
    if name == "in_range":
        low = "minimum" if said.get("include_min", True) else "exclusiveMinimum"
        high = "maximum" if said.get("include_max", True) else "exclusiveMaximum"
        return _bounds(draft, column, {low: said.get("min_value"), high: said.get("max_value")}, warns)
    if name in ("isin", "equal_to"):
        return _values(draft, column, list(said["allowed_values"]) if name == "isin" else [said["value"]], check)
    if name in ("str_matches", "str_contains", "str_startswith", "str_endswith"):
        return _pattern(draft, column, name, said, check)
    if name == "str_length":
        exactly = said.get("exact_value")
        ends = {"minLength": exactly if exactly is not None else said.get("min_value"), "maxLength": exactly or said.get("max_value")}
        return _bounds(draft, column, ends, warns)
    return _ours(draft, column, check)


def _ours(draft: Draft, column: str, check: Any) -> str:
    """Read a check whose name is a clause, as our own models have them."""
    kind, _, value = str(check.name).partition(" ")
    if kind in ("integer", "date") and value.startswith("format "):
        kind, value = f"{kind} format", value.removeprefix("format ")
    if kind == "logicalType" and value in TYPES:
        return ""
    if kind in BOUNDS:
        bound, _, zone = value.rpartition(" ") if re.search(r" [A-Z]\w*(/\S+)?$", value) else (value, "", "")
        placed = draft.option(column, kind, bound) and (not zone or draft.option(column, "defaultTimezone", zone))
        return "" if placed else f"{kind} is promised twice; {value} is left out"
    if kind in ITEMS and value:
        return "" if draft.option(column, kind, json.loads(value)) else f"{kind} is promised twice; {value} is left out"
    if kind in _OPTIONS and value and not (kind == "integer format" and value not in INTEGERS):
        plain = number(value) if kind == "multipleOf" else value
        option = kind.removeprefix("date ").removeprefix("integer ")
        return "" if plain is not None and draft.option(column, option, plain) else f"{kind} is promised twice; {value} is left out"
    rules: dict[str, Callable[[], dict[str, Any]]] = {
        "nullValues": lambda: {"metric": "nullValues", "mustBe": 0},
        "missingValues": lambda: {"metric": "missingValues", "arguments": {"missingValues": json.loads(value)}, "mustBe": 0},
        "validValues": lambda: {"metric": "invalidValues", "arguments": {"validValues": json.loads(value)}, "mustBe": 0},
        "invalidValues": lambda: {"metric": "invalidValues", "arguments": {"pattern": value}, "mustBe": 0},
    }
    try:
        if kind == "enum":
            draft.column(column)["enum"] = [{"value": v} for v in json.loads(value)]
            return ""
        if kind in rules:
            draft.rule(column, _said_of(check) | rules[kind]() | _severity(check))
            return ""
    except ValueError:
        pass  # a name that only looks like ours
    return f"the check '{check.name}' has no counterpart in ODCS; state it as a rule of its own, such as {{check: D014, failing: …}}"


def _bounds(draft: Draft, column: str, ends: Mapping[str, Any], warns: bool) -> str:
    if warns:
        return f"{' and '.join(k for k, v in ends.items() if v is not None)} only warn to pandera; ODCS has no such bound, and none is written"
    for option, value in ends.items():
        if value is None:
            continue
        bound: Any = value.isoformat() if isinstance(value, date) else number(value)
        if bound is None:
            return f"the bound {value!r} has no form in ODCS"
        if isinstance(value, date) and draft.column(column).get("logicalType") == "date":
            bound = bound[:10] if bound.endswith("T00:00:00") else bound
        if not draft.option(column, option, bound):
            return f"{option} {bound} does not fit what is already promised; it is left out"
    return ""


def _values(draft: Draft, column: str, values: list[Any], check: Any) -> str:
    plain = [v.isoformat() if isinstance(v, date) else v if isinstance(v, (str, bool)) else number(v) for v in values]
    if not plain or None in plain:
        return "the listed values have no form in ODCS, or there are none"
    if not getattr(check, "raise_warning", False) and not _said_of(check) and "enum" not in draft.column(column):
        draft.column(column)["enum"] = [{"value": v} for v in plain]
    else:
        draft.rule(column, _said_of(check) | {"metric": "invalidValues", "arguments": {"validValues": plain}, "mustBe": 0} | _severity(check))
    return ""


def _pattern(draft: Draft, column: str, name: str, said: Mapping[str, Any], check: Any) -> str:
    found = said.get("pattern", said.get("string"))
    pattern = written_pattern(str(getattr(found, "pattern", found)))
    if name == "str_matches" and not pattern.startswith("^"):
        pattern = f"^(?:{pattern})"
    elif name == "str_matches" and "|" in pattern:
        pattern = f"^(?:{pattern.removeprefix('^')})"
    elif name in ("str_startswith", "str_endswith"):
        text = re.escape(str(found))
        pattern = f"^{text}" if name == "str_startswith" else f"{text}$"
    if fault := cannot_run(pattern):
        return fault
    if not getattr(check, "raise_warning", False) and not _said_of(check) and draft.option(column, "pattern", pattern):
        return ""
    draft.rule(column, _said_of(check) | {"metric": "invalidValues", "arguments": {"pattern": pattern}, "mustBe": 0} | _severity(check))
    return ""


def _frame_check(draft: Draft, check: Any) -> None:
    kind, _, value = str(check.name).partition(" ")
    rule: dict[str, Any] = {}
    column = ""
    try:
        if kind == "rowCount":
            name, _, bound = value.partition(" ")
            rule = {"metric": "rowCount", name: json.loads(bound)}
        elif kind == "duplicateValues" and not value:
            rule = {"metric": "duplicateValues", "mustBe": 0}
        elif kind == "duplicateValues":
            columns = json.loads(value.removesuffix(" of the column"))
            column = columns[0] if value.endswith(" of the column") else ""
            rule = {"metric": "duplicateValues", **({} if column else {"arguments": {"properties": columns}}), "mustBe": 0}
        elif kind == "failing" and value:
            rule = {"type": "custom", "engine": "assay", "implementation": {"check": "D014", "failing": value}}
        elif kind == "sql" and value:
            rule = {"type": "sql", "query": value, "mustBe": 0}
    except ValueError:
        rule = {}
    if not rule:
        draft.notices.append(f"the check '{check.name}' of the frame has no counterpart in ODCS; state it as {{check: D014, failing: …}}")
        return
    draft.rule(column, _said_of(check) | rule | _severity(check))


def _said_of(check: Any) -> dict[str, str]:
    return {key: str(text) for key, text in (("name", check.title), ("description", check.description)) if text}


def _severity(check: Any) -> dict[str, str]:
    return {"severity": "warning"} if getattr(check, "raise_warning", False) else {}
