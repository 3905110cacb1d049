"""An ODCS file as the contract that checks see."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import isfinite
from pathlib import Path
from typing import Any

from audit.contract.keys import unknown_keys
from audit.contract.lines import Path as KeyPath
from audit.contract.lines import line_of, load_with_lines
from audit.core.contract import Column, Contract, Place, Rule
from audit.core.errors import DataError, UsageError, did_you_mean
from audit.core.limit import Limit

#: Options of the standard that no check looks at.
UNEVALUATED_OPTIONS = {"multipleOf", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "required"}

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
        content = path.read_bytes()
        text = content.decode("utf-8")
    except FileNotFoundError as error:
        names = [f.name for f in path.parent.iterdir()] if path.parent.is_dir() else []
        raise DataError(f"there is no contract '{path}'. {did_you_mean(path.name, names)}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"the contract '{path}' is not UTF-8 (byte {error.start})") from error
    except OSError as error:
        raise DataError(f"cannot read the contract '{path}': {error.strerror}") from error
    document, lines = load_with_lines(text, file)
    if not isinstance(document, dict) or document.get("kind") != "DataContract":
        raise UsageError(f"{file} is no data contract: expected the key 'kind: DataContract' of the Open Data Contract Standard")
    faults = [f"{file}:{line_of(lines, at)}: {what}" for at, what in unknown_keys(document)] or _invalid(document, lines, file)
    if faults:
        raise UsageError("\n".join(faults))
    objects = document.get("schema") or []
    if not objects:
        raise UsageError(f"{file} has no 'schema': nothing would be checked")
    index = _object_index(objects, table, file)
    return _contract(document, index, lines, file, hashlib.sha256(content).hexdigest())


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
    return Contract(
        id=str(document.get("id") or ""),
        name=str(document.get("name") or document.get("id") or ""),
        version=str(document.get("version") or ""),
        path=file,
        sha256=sha256,
        table=str(node.get("physicalName") or node.get("name") or ""),
        columns=columns,
        rules=_rules(node, at, lines, file, ""),
        custom=custom,
        custom_lines=custom_lines,
        unevaluated=tuple(_unevaluated(document, node, at, lines, file)),
        place=place,
    )


def _unevaluated(
    document: Mapping[str, Any], node: Mapping[str, Any], at: KeyPath, lines: Mapping[KeyPath, int], file: str
) -> Iterator[tuple[Place, str]]:
    owners = [(node, at), *((p, (*at, "properties", i)) for i, p in enumerate(node.get("properties") or []))]
    for owner, path in owners:
        name = owner.get("physicalName") or owner.get("name")
        if owner.get("relationships"):
            yield Place(file, line_of(lines, (*path, "relationships"))), f"relationships of {name}"
        options = owner.get("logicalTypeOptions") or {}
        for option in options:
            if option in UNEVALUATED_OPTIONS or (option == "format" and owner.get("logicalType") != "string"):
                yield Place(file, line_of(lines, (*path, "logicalTypeOptions", option))), f"{option} of {name}"
    if document.get("slaProperties"):
        yield Place(file, line_of(lines, ("slaProperties",))), "slaProperties"


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


def _limit(node: Mapping[str, Any], place: Place) -> Limit:
    written = [o for o in OPERATORS if node.get(o) is not None]
    if len(written) > 1:
        raise UsageError(f"{place}: one operator a rule; got {', '.join(written)}. Write two rules, or mustBeBetween")
    unit = str(node.get("unit") or "rows").casefold()
    if written and unit not in UNITS:
        raise UsageError(f"{place}: no unit '{node['unit']}'. {did_you_mean(unit, UNITS)}")
    percent = unit in ("percent", "%")
    severity = str(node.get("severity") or "error").casefold()
    bounds: dict[str, Any] = {}
    if written:
        value, parts = node[written[0]], OPERATORS[written[0]]
        two = written[0].endswith("Between")
        pair = value if two and isinstance(value, list) else [value, value]
        if not all(isinstance(v, (int, float)) and not isinstance(v, bool) and isfinite(v) for v in pair):
            raise UsageError(f"{place}: '{written[0]}' expects {'two numbers' if two else 'a number'}; got {value!r}")
        if pair[0] > pair[1]:
            raise UsageError(f"{place}: '{written[0]}' expects the smaller number first; got {value!r}")
        # exact, so that 57 percent is the same number as 57 rows of 100
        low, high = (float(Fraction(str(v)) / (100 if percent else 1)) for v in pair)
        bounds = {part: low if part == "low" else high if part == "high" else True for part in parts}
    return Limit(
        **bounds,
        measurement="failing_share" if percent and written else "",
        blocking=severity not in ("warning", "warn", "info", "low", "minor"),
        reason=str(node.get("businessImpact") or node.get("description") or ""),
        source=str(place),
    )
