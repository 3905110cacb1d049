"""An ODCS file as the contract that checks see."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import isfinite
from pathlib import Path
from typing import Any

from audit.contract import relationships, service_levels
from audit.contract.formats import date_pattern
from audit.contract.keys import unknown_keys
from audit.contract.lines import FaultyClause, line_of, load_with_lines
from audit.contract.lines import Path as KeyPath
from audit.contract.lint import MOMENTS, contradictions
from audit.core.contract import Column, Contract, OtherTable, Place, Relationship, Rule, ServiceLevel
from audit.core.errors import DataError, UsageError, did_you_mean, did_you_mean_file
from audit.core.limit import Limit
from audit.core.text_file import read_text_file
from audit.core.written import exact

#: Options of the standard that no check looks at.
UNEVALUATED_OPTIONS = {"minProperties", "maxProperties", "required", "timezone", "elementType", "normalized"}
#: Formats of numbers that say how they are stored, which is no promise about values.
STORED = ("f32", "f64")

#: The eight operators of ODCS, as bounds: (low, high, exclude low, exclude high, inverse); ``v`` is the value, or the pair of values.
OPERATORS: dict[str, tuple[str, ...]] = {
    "mustBe": ("low", "high"),
    "mustNotBe": ("low", "high", "inverse"),
    "mustBeGreaterThan": ("low", "exclude_low"),
    "mustBeGreaterOrEqualTo": ("low",),
    "mustBeLessThan": ("high", "exclude_high"),
    "mustBeLessOrEqualTo": ("high",),
    "mustBeBetween": ("low", "high"),
    "mustNotBeBetween": ("low", "high", "inverse"),
}


UNITS = ("rows", "percent", "%")


def read_contract(path: Path, *, table: str | None = None, shown_as: str | None = None) -> Contract:
    """Read a contract.

    Parameters
    ----------
    path : Path
        An ``*.odcs.yaml`` file.
    table : str, optional
        Which schema object, where the contract has several.
    shown_as : str, optional
        How the file is called in messages and results.

    Raises
    ------
    DataError
        The file cannot be read.
    UsageError
        It is no ODCS contract: every fault with its line.
    """
    file = shown_as or str(path)
    try:
        content = read_text_file(path)
        text = content.decode("utf-8")
    except FileNotFoundError as error:
        raise DataError(f"there is no contract '{path}'. {did_you_mean_file(path)}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"the contract '{path}' is not UTF-8 (byte {error.start})") from error
    except OSError as error:
        raise DataError(f"cannot read the contract '{path}': {error.strerror}") from error
    document, lines = load_with_lines(text, file)
    if not isinstance(document, dict) or document.get("kind") != "DataContract":
        raise UsageError(f"{file} is no data contract: expected the key 'kind: DataContract' of the Open Data Contract Standard")
    faults = [f"{file}:{line_of(lines, at)}: {what}" for at, what in unknown_keys(document)] or _invalid(document, lines, file)
    faults = faults or [f"{file}:{line_of(lines, at)}: {what}" for at, what in contradictions(document)]
    if faults:
        raise UsageError("\n".join(faults))
    objects = document.get("schema") or []
    if not objects:
        raise UsageError(f"{file} has no 'schema': nothing would be checked")
    index = _object_index(objects, table, file)
    contract = _contract(document, index, lines, file, hashlib.sha256(content).hexdigest())
    if not (contract.columns or contract.rules or contract.relationships or contract.service_levels):
        raise UsageError(f"{contract.place}: the table '{contract.table}' has neither columns nor rules: nothing would be checked")
    return contract


def read_tables(path: Path) -> list[Contract]:
    """Read a contract once for each table that it describes; parameters and errors are those of :func:`read_contract`."""
    try:
        document = load_with_lines(read_text_file(path).decode("utf-8"), str(path))[0]
    except (OSError, UnicodeDecodeError):
        document = None  # said by the reader, with all that helps
    objects = document.get("schema") if isinstance(document, dict) else None
    names = [str(o.get("physicalName") or o.get("name")) for o in objects if isinstance(o, dict)] if isinstance(objects, list) else []
    return [read_contract(path, table=name) for name in names] if len(names) > 1 else [read_contract(path)]


def _invalid(document: Mapping[str, Any], lines: Mapping[KeyPath, int], file: str) -> list[str]:
    from open_data_contract_standard.model import OpenDataContractStandard
    from pydantic import ValidationError

    # dates that YAML has parsed would be refused where the standard wants text
    document = json.loads(json.dumps(document, default=str))
    try:
        OpenDataContractStandard(**document)
    except ValidationError as error:
        return [f"{file}:{line_of(lines, tuple(e['loc']))}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
    return []


def _object_index(objects: list[Any], table: str | None, file: str) -> int:
    names = [str(o.get("physicalName") or o.get("name")) for o in objects]
    if table is None:
        if len(objects) > 1:
            raise UsageError(f"{file} describes {len(objects)} tables ({', '.join(names)}); name one with 'table' in assay.yaml")
        return 0
    for i, o in enumerate(objects):
        if table in (o.get("physicalName"), o.get("name")):
            return i
    raise UsageError(f"{file} describes no table '{table}'. {did_you_mean(table, names)}")


def _contract(document: Mapping[str, Any], index: int, lines: Mapping[KeyPath, int], file: str, sha256: str) -> Contract:
    node, at = document["schema"][index], ("schema", index)
    place = Place(file, line_of(lines, at))
    custom: dict[str, Any] = {}
    custom_lines: dict[str, int] = {}
    for owner, path in ((document, ()), (node, at)):
        for i, entry in enumerate(owner.get("customProperties") or []):
            custom[entry["property"]] = entry.get("value")
            custom_lines[entry["property"]] = line_of(lines, (*path, "customProperties", i))
    columns = tuple(_column(p, (*at, "properties", i), lines, file) for i, p in enumerate(node.get("properties") or []))
    for i, column in enumerate(columns):
        earlier = next((c for c in columns[:i] if c.name == column.name), None)
        if earlier:
            raise UsageError(f"{column.place()}: the column '{column.name}' was already described on line {earlier.place().line}")
    foreign, levels, unjudged, beyond = _beyond_columns(document, index, lines, file, columns)
    return Contract(
        id=str(document.get("id") or ""),
        name=str(document.get("name") or document.get("id") or ""),
        version=str(document.get("version") or ""),
        path=file,
        sha256=sha256,
        table=str(node.get("physicalName") or node.get("name") or ""),
        also_called=tuple(str(node[k]) for k in ("name", "id") if node.get(k)),
        columns=columns,
        rules=_rules(node, at, lines, file, ""),
        custom=custom,
        custom_lines=custom_lines,
        relationships=foreign,
        service_levels=levels,
        other_tables={o.physical_name or o.name: o for o in (_other_table(n) for i, n in enumerate(document["schema"]) if i != index)},
        unevaluated=(*_unevaluated(node, at, lines, file), *unjudged),
        beyond_data=(*_stored(node, at, lines, file), *beyond),
        place=place,
    )


def _other_table(node: Mapping[str, Any]) -> OtherTable:
    types = {str(p.get("physicalName") or p.get("name")): str(p.get("logicalType") or "") for p in node.get("properties") or []}
    return OtherTable(str(node.get("name") or ""), str(node.get("physicalName") or ""), types)


def _beyond_columns(
    document: Mapping[str, Any], index: int, lines: Mapping[KeyPath, int], file: str, columns: tuple[Column, ...]
) -> tuple[tuple[Relationship, ...], tuple[ServiceLevel, ...], list[tuple[Place, str]], list[tuple[Place, str]]]:
    """Return foreign keys and service levels, then what stays unknown of either, and what no look at the data can judge."""
    foreign: list[Relationship] = []
    levels: list[ServiceLevel] = []
    unjudged: list[tuple[Place, str]] = []
    beyond: list[tuple[Place, str]] = []
    try:
        for path, key in relationships.foreign_keys(document["schema"], index):
            place = Place(file, line_of(lines, path))
            if isinstance(key, str):
                beyond.append((place, key))
            else:
                foreign.append(Relationship(*key, place))
        objects = document["schema"]
        for path, level in service_levels.service_levels(document, objects[index], len(objects) == 1):
            place = Place(file, line_of(lines, path))
            if len(level) == 2:
                (beyond if level[0] else unjudged).append((place, level[1]))
            else:
                kind, amount, unit, name = level
                column = next((c for c in columns if c.name == name), None)
                zone = str(column.options.get("defaultTimezone") or "") if column else ""
                levels.append(ServiceLevel("latency" if kind == "latency" else "retention", amount, unit, name, zone, place))
    except FaultyClause as fault:
        path, what = fault.args
        raise UsageError(f"{file}:{line_of(lines, path)}: {what}") from fault
    return tuple(foreign), tuple(levels), unjudged, beyond


def _unevaluated(node: Mapping[str, Any], at: KeyPath, lines: Mapping[KeyPath, int], file: str) -> Iterator[tuple[Place, str]]:
    """Yield the clauses about columns that no check looks at."""
    for i, column in enumerate(node.get("properties") or []):
        path, name = (*at, "properties", i), column.get("physicalName") or column.get("name")
        for key in ("items", "map"):
            if column.get(key):
                yield Place(file, line_of(lines, (*path, key))), f"'{key}' of {name} is declared, and no check looks at it"
        for option, value in (column.get("logicalTypeOptions") or {}).items():
            unread = option == "format" and column.get("logicalType") in MOMENTS and date_pattern(str(value)) is None
            if option in UNEVALUATED_OPTIONS or unread:
                place = Place(file, line_of(lines, (*path, "logicalTypeOptions", option)))
                yield place, f"'{option}' of {name} is declared, and no check looks at it"


def _stored(node: Mapping[str, Any], at: KeyPath, lines: Mapping[KeyPath, int], file: str) -> Iterator[tuple[Place, str]]:
    """Yield the formats that say how a number is stored."""
    for i, column in enumerate(node.get("properties") or []):
        value = (column.get("logicalTypeOptions") or {}).get("format")
        if value in STORED:
            place = Place(file, line_of(lines, (*at, "properties", i, "logicalTypeOptions", "format")))
            yield (
                place,
                f"format {value} of {column.get('physicalName') or column.get('name')} says how a number is stored, not which numbers are right",
            )


def _column(node: Mapping[str, Any], at: KeyPath, lines: Mapping[KeyPath, int], file: str) -> Column:
    name = node.get("physicalName") or node.get("name")
    if not name:
        raise UsageError(f"{file}:{line_of(lines, at)}: a property without a name")
    own = {"": line_of(lines, at)}
    own |= {str(p[-1]): line for p, line in lines.items() if p[:-1] in (at, (*at, "logicalTypeOptions"))}
    for i, entry in enumerate(node.get("customProperties") or []):
        own[str(entry.get("property"))] = line_of(lines, (*at, "customProperties", i))
    return Column(
        name=str(name),
        lines=own,
        file=file,
        logical_type=str(node.get("logicalType") or ""),
        required=bool(node.get("required")),
        unique=bool(node.get("unique")),
        primary_key=bool(node.get("primaryKey")),
        options=_options(node.get("logicalTypeOptions") or {}, Place(file, line_of(lines, (*at, "logicalTypeOptions")))),
        enum=tuple(e["value"] if isinstance(e, Mapping) else e for e in node.get("enum") or []),
        classification=str(node.get("classification") or ""),
        description=str(node.get("description") or ""),
        custom={e["property"]: e.get("value") for e in node.get("customProperties") or []},
        rules=_rules(node, at, lines, file, str(name)),
    )


def _options(written: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """Return the options as ODCS 3.1 means them: before, an exclusive bound was a flag beside the bound."""
    options = dict(written)
    for exclusive, inclusive in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        flag = options.get(exclusive)
        if isinstance(flag, bool):
            del options[exclusive]
            if flag and options.get(inclusive) is None:
                raise UsageError(f"{place}: '{exclusive}: true' needs a '{inclusive}' beside it")
            if flag:
                options[exclusive] = options.pop(inclusive)
    return options


def _rules(owner: Mapping[str, Any], at: KeyPath, lines: Mapping[KeyPath, int], file: str, column: str) -> tuple[Rule, ...]:
    return tuple(_rule(node, (*at, "quality", i), lines, file, column) for i, node in enumerate(owner.get("quality") or []))


def _rule(node: Mapping[str, Any], at: KeyPath, lines: Mapping[KeyPath, int], file: str, column: str) -> Rule:
    place = Place(file, line_of(lines, at))
    kind: Any = node.get("type") or "library"
    implementation = node.get("implementation") or {}
    if isinstance(implementation, str):
        implementation = load_with_lines(implementation, str(place))[0]
    if kind == "custom" and not isinstance(implementation, Mapping):
        raise UsageError(f"{place}: 'implementation' of a custom rule is a mapping; got {type(implementation).__name__}")
    if kind == "library":
        _metric(node, place, column)
    if kind == "sql" and not node.get("query"):
        raise UsageError(f"{place}: a rule of type sql has a 'query'")
    if kind == "sql" and not any(node.get(o) is not None for o in OPERATORS):
        raise UsageError(f"{place}: a rule of type sql says what its result must be, such as 'mustBe: 0'; this one does not")
    return Rule(
        kind=kind,
        place=place,
        column=column,
        metric=str(node.get("metric") or node.get("rule") or ""),
        engine=str(node.get("engine") or ""),
        implementation=implementation if kind == "custom" else {},
        arguments=dict(node.get("arguments") or {}),
        unit=str(node.get("unit") or "rows"),
        limit=_limit(node, place),
        name=str(node.get("name") or ""),
        description=str(node.get("description") or ""),
        query=str(node.get("query") or ""),
    )


def _metric(node: Mapping[str, Any], place: Place, column: str) -> None:
    """Refuse a library rule that no check would evaluate."""
    metric, arguments = node.get("metric") or node.get("rule"), node.get("arguments") or {}
    if not metric:
        raise UsageError(f"{place}: a library rule names a 'metric', such as nullValues; this one has none")
    if metric == "rowCount" and column:
        raise UsageError(f"{place}: rowCount is about the table; write it under the table's 'quality', not under the column '{column}'")
    if metric in ("nullValues", "missingValues", "invalidValues") and not column:
        raise UsageError(f"{place}: {metric} is about a column; write it under the 'quality' of that column")
    if metric == "invalidValues" and not (arguments.get("validValues") or arguments.get("pattern")):
        raise UsageError(f"{place}: invalidValues needs 'arguments: {{validValues: […]}}' or 'arguments: {{pattern: …}}'")


def _plain(number: Fraction) -> float:
    """Return a number as a float, or as the whole number that no float holds."""
    return int(number) if number.denominator == 1 and abs(number) > 2**53 else float(number)


def _limit(node: Mapping[str, Any], place: Place) -> Limit:
    written = [o for o in OPERATORS if node.get(o) is not None]
    if len(written) > 1:
        raise UsageError(f"{place}: one operator a rule; got {', '.join(written)}. Write two rules, or mustBeBetween")
    unit = str(node.get("unit") or "rows").casefold()
    if written and unit not in UNITS and node.get("type") != "sql":
        raise UsageError(f"{place}: no unit '{node['unit']}'. {did_you_mean(unit, UNITS)}")
    # a query answers in its own unit
    query = node.get("type") == "sql"
    percent = unit in ("percent", "%") and not query
    severity = str(node.get("severity") or "error").casefold()
    bounds: dict[str, Any] = {}
    if written:
        value, parts = node[written[0]], OPERATORS[written[0]]
        two = written[0].endswith("Between")
        pair = value if two and isinstance(value, list) else [value, value]
        pair = [int(v) if query and isinstance(v, bool) else v for v in pair]
        if not all(isinstance(v, (int, float)) and not isinstance(v, bool) and isfinite(v) for v in pair):
            raise UsageError(f"{place}: '{written[0]}' expects {'two numbers' if two else 'a number'}; got {value!r}")
        if pair[0] > pair[1]:
            raise UsageError(f"{place}: '{written[0]}' expects the smaller number first; got {value!r}")
        # exact, so that 57 percent is the same number as 57 rows of 100
        low, high = (_plain((exact(v) or Fraction(0)) / (100 if percent else 1)) for v in pair)
        bounds = {part: low if part == "low" else high if part == "high" else True for part in parts}
    return Limit(
        **bounds,
        measurement="failing_share" if percent and written else "",
        blocking=severity not in ("warning", "warn", "info", "low", "minor"),
        reason=str(node.get("businessImpact") or node.get("description") or ""),
        source=str(place),
    )
