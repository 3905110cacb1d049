"""Clauses that contradict themselves or each other, or that no engine could run."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, time
from math import isnan
from typing import Any
from zoneinfo import ZoneInfo

from audit.contract.formats import FORMATS
from audit.contract.lines import Path
from audit.contract.regular import cannot_run
from audit.core.errors import did_you_mean
from audit.core.wording import listed
from audit.core.written import exact

BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
NUMBERS, MOMENTS = ("integer", "number"), ("date", "timestamp", "time")

#: Logical types that each option is about.
BELONGS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(BOUNDS, NUMBERS + MOMENTS),
    **dict.fromkeys(("pattern", "minLength", "maxLength"), ("string",)),
    "multipleOf": NUMBERS,
    "format": ("string", *NUMBERS, *MOMENTS),
    **dict.fromkeys(("timezone", "defaultTimezone"), ("timestamp", "time")),
    **dict.fromkeys(("minItems", "maxItems", "uniqueItems"), ("array",)),
    **dict.fromkeys(("minProperties", "maxProperties", "required"), ("object", "map")),
    "dimensions": ("vector",),
}
LENGTHS = (("minLength", "maxLength"), ("minItems", "maxItems"), ("minProperties", "maxProperties"))
NUMBER_FORMATS = (*(f"{sign}{bits}" for bits in (8, 16, 32, 64, 128) for sign in "iu"), "f32", "f64")

#: Keys of a rule that say nothing about what it checks.
_SAID = {"id", "name", "description", "dimension", "severity", "tags", "businessImpact", "authoritativeDefinitions", "customProperties", "method"}


def contradictions(document: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield the path of every clause that cannot be meant as it is written, with what is wrong."""
    for i, node in enumerate(document.get("schema") or []):
        yield from _rules(node, ("schema", i), "")
        for j, column in enumerate(node.get("properties") or []):
            at = ("schema", i, "properties", j)
            yield from _options(column, (*at, "logicalTypeOptions"))
            yield from _enum(column, (*at, "enum"))
            yield from _rules(column, at, str(column.get("logicalType") or ""))


def _options(column: Mapping[str, Any], at: Path) -> Iterator[tuple[Path, str]]:
    kind, name = str(column.get("logicalType") or ""), column.get("physicalName") or column.get("name")
    options = {k: v for k, v in (column.get("logicalTypeOptions") or {}).items() if v is not None}
    for option, value in options.items():
        about = BELONGS.get(option, ())
        if kind and about and kind not in about:
            yield (*at, option), f"'{option}' is about {listed(about)}; '{name}' is {kind}"
            continue
        fault = _value(option, value, kind)
        if fault:
            yield (*at, option), f"{name}: {fault}"
    yield from _order(options, kind, at)
    for low, high in LENGTHS:
        if _whole(options.get(low)) and _whole(options.get(high)) and options[low] > options[high]:
            yield (*at, low), f"'{low}' ({options[low]}) is above '{high}' ({options[high]}): no value could hold both"


def _value(option: str, value: Any, kind: str) -> str | None:
    """Return what is wrong with the value of one option."""
    if option in BOUNDS:
        return None if isinstance(value, bool) and option.startswith("exclusive") else _bound(option, value, kind)
    if option in {name for pair in LENGTHS for name in pair} | {"dimensions"}:
        return None if _whole(value) else f"'{option}' is a whole number from 0; got {value!r}"
    if option == "multipleOf":
        step = exact(value) if not isinstance(value, str) else None
        return None if step and step > 0 else f"'multipleOf' is a number above 0; got {value!r}"
    if option == "pattern":
        return cannot_run(value) if isinstance(value, str) else f"'pattern' is text; got {value!r}"
    if option == "format" and kind == "string" and value not in FORMATS:
        return f"no string format '{value}'. {did_you_mean(str(value), FORMATS)}"
    if option == "format" and kind in NUMBERS and value not in NUMBER_FORMATS:
        return f"no format of numbers '{value}'. {did_you_mean(str(value), NUMBER_FORMATS)}"
    if option == "defaultTimezone":
        try:
            ZoneInfo(str(value))
        except (LookupError, ValueError, OSError):
            return f"there is no time zone '{value}'. Expected a name such as Europe/Berlin or Etc/UTC"
    return None


def _bound(option: str, value: Any, kind: str) -> str | None:
    if kind in MOMENTS:
        what = "a time such as 17:30:00" if kind == "time" else "a moment such as 2026-01-31 or 2026-01-31T17:30:00Z"
        return None if _moment(value, kind) is not None else f"'{option}' of a {kind} is {what} (ISO 8601); got {value!r}"
    if isinstance(value, float) and isnan(value):
        return f"'{option}' is a number; got {value!r}, to which nothing compares"
    if kind in NUMBERS and (isinstance(value, (bool, str)) or not isinstance(value, (int, float))):
        hint = f" YAML reads {value} as text; write it with a decimal point and a sign, as 1.0e+5" if exact(value) is not None else ""
        return f"'{option}' of a column of numbers is a number; got {value!r}.{hint}"
    return None


def _order(options: Mapping[str, Any], kind: str, at: Path) -> Iterator[tuple[Path, str]]:
    """Yield where no value could lie between two bounds."""
    for low in ("minimum", "exclusiveMinimum"):
        for high in ("maximum", "exclusiveMaximum"):
            ends = [_comparable(options.get(name), kind) for name in (low, high)]
            if None in ends or type(ends[0]) is not type(ends[1]):
                continue
            try:
                empty = ends[0] > ends[1] or (ends[0] == ends[1] and (low, high) != ("minimum", "maximum"))
            except TypeError:  # one of the two has a time zone
                continue
            if empty:
                yield (*at, low), f"'{low}' ({options[low]}) leaves nothing below '{high}' ({options[high]}): no value could hold both"


def _comparable(value: Any, kind: str) -> Any:
    if isinstance(value, bool) or value is None:
        return None
    return _moment(value, kind) if kind in MOMENTS else exact(value) if isinstance(value, (int, float)) else None


def _moment(value: Any, kind: str) -> datetime | time | None:
    try:
        return time.fromisoformat(str(value)) if kind == "time" else datetime.fromisoformat(str(value))
    except ValueError:
        return None


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def _enum(column: Mapping[str, Any], at: Path) -> Iterator[tuple[Path, str]]:
    seen: set[str] = set()
    for i, entry in enumerate(column.get("enum") or []):
        value = entry.get("value") if isinstance(entry, Mapping) else entry
        fault = _misfit(value, str(column.get("logicalType") or ""))
        if fault:
            yield (*at, i), fault
        key = f"{type(value).__name__} {getattr(value, 'text', value)}"
        if key in seen:
            yield (*at, i), f"the value {value!r} is listed twice"
        seen.add(key)


def _misfit(value: Any, kind: str) -> str | None:
    """Return why a listed value can never be in a column of a logical type."""
    if value is None:
        return None
    if kind == "string" and isinstance(value, bool):
        return f'YAML reads this as {str(value).lower()}, a truth value, and the column is text; write it in quotes, such as "Yes"'
    if kind in NUMBERS:
        number = exact(value)
        if number is None or (kind == "integer" and number.denominator != 1):
            return f"{value!r} can never be in a column of type {kind}"
    if kind == "boolean" and str(value).casefold() not in ("true", "false"):
        return f"{value!r} can never be in a column of type boolean; its values are true and false"
    if kind in MOMENTS and _moment(value, kind) is None:
        return f"{value!r} is no {kind} as ISO 8601 writes it"
    return None


def _rules(owner: Mapping[str, Any], at: Path, kind: str) -> Iterator[tuple[Path, str]]:
    seen: dict[str, int] = {}
    for i, rule in enumerate(owner.get("quality") or []):
        if not isinstance(rule, Mapping):
            continue
        path = (*at, "quality", i)
        arguments = rule.get("arguments") or {}
        implementation = rule.get("implementation")
        own = implementation if isinstance(implementation, Mapping) and rule.get("engine") == "assay" else {}
        for pattern, where in ((arguments.get("pattern"), "arguments"), (own.get("pattern"), "implementation")):
            if isinstance(pattern, str) and (fault := cannot_run(pattern)):
                yield (*path, where, "pattern"), f"{owner.get('physicalName') or owner.get('name')}: {fault}"
        values = arguments.get("validValues")
        for j, value in enumerate(values if isinstance(values, list) else []):
            if fault := _misfit(value, kind):
                yield (*path, "arguments", "validValues", j), fault
        said = json.dumps({k: v for k, v in rule.items() if k not in _SAID}, default=str, sort_keys=True)
        if said in seen and rule.get("type") != "text":
            yield path, f"the same rule already stands here as number {seen[said] + 1} of {i + 1}; keep one of them"
        seen.setdefault(said, i)
