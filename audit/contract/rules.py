"""Quality rules of a contract: what is wrong with them, and the rules that checks see."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import isfinite
from typing import Any

from audit.contract.lines import Path as KeyPath
from audit.contract.lines import line_of, load_with_lines
from audit.core.contract import Place, Rule
from audit.core.errors import UsageError, did_you_mean
from audit.core.limit import Limit
from audit.core.written import exact

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
#: Severities that let a broken rule warn.
MILD = ("warning", "warn", "info", "low", "minor")
ABOUT_COLUMNS = ("nullValues", "missingValues", "invalidValues")


def rule_faults(node: Mapping[str, Any], at: KeyPath, column: str) -> Iterator[tuple[KeyPath, str]]:
    """Yield what keeps a rule from being evaluated as it is written.

    Parameters
    ----------
    node : mapping
        The rule.
    at : path
        Where it stands.
    column : str
        The column it stands under; empty for the table.
    """
    kind = node.get("type") or "library"
    if kind == "custom":
        try:
            implementation = _implementation(node, "the text of 'implementation'")
        except UsageError as error:
            yield at, str(error)
        else:
            if not isinstance(implementation, Mapping):
                yield at, f"'implementation' of a custom rule is a mapping; got {type(implementation).__name__}"
    if kind == "library" and (fault := _metric_fault(node, column)):
        yield at, fault
    if kind == "sql" and not node.get("query"):
        yield at, "a rule of type sql has a 'query'"
    if kind == "sql" and not any(node.get(o) is not None for o in OPERATORS):
        yield at, "a rule of type sql says what its result must be, such as 'mustBe: 0'; this one does not"
    if fault := _operator_fault(node):
        yield at, fault


def _metric_fault(node: Mapping[str, Any], column: str) -> str | None:
    """Return why no check would evaluate a library rule."""
    metric, arguments = node.get("metric") or node.get("rule"), node.get("arguments") or {}
    if not metric:
        return "a library rule names a 'metric', such as nullValues; this one has none"
    if metric == "rowCount" and column:
        return f"rowCount is about the table; write it under the table's 'quality', not under the column '{column}'"
    if metric in ABOUT_COLUMNS and not column:
        return f"{metric} is about a column; write it under the 'quality' of that column"
    if metric == "invalidValues" and not (arguments.get("validValues") or arguments.get("pattern")):
        return "invalidValues needs 'arguments: {validValues: […]}' or 'arguments: {pattern: …}'"
    return None


def _operator_fault(node: Mapping[str, Any]) -> str | None:
    written = [o for o in OPERATORS if node.get(o) is not None]
    if len(written) > 1:
        return f"one operator a rule; got {', '.join(written)}. Write two rules, or mustBeBetween"
    unit = str(node.get("unit") or "rows").casefold()
    if written and unit not in UNITS and node.get("type") != "sql":
        return f"no unit '{node['unit']}'. {did_you_mean(unit, UNITS)}"
    if not written:
        return None
    pair = _pair(node, written[0])
    if not all(isinstance(v, (int, float)) and not isinstance(v, bool) and isfinite(v) for v in pair):
        return f"'{written[0]}' expects {'two numbers' if written[0].endswith('Between') else 'a number'}; got {node[written[0]]!r}"
    if pair[0] > pair[1]:
        return f"'{written[0]}' expects the smaller number first; got {node[written[0]]!r}"
    return None


def read_rule(node: Mapping[str, Any], at: KeyPath, lines: Mapping[KeyPath, int], file: str, column: str) -> Rule:
    """Return a rule as checks see it; of a rule with faults, what can be read.

    Parameters
    ----------
    node : mapping
        The rule.
    at : path
        Where it stands.
    lines : mapping of path to int
        Of the file.
    file : str
        How the contract is called.
    column : str
        The column it stands under; empty for the table.
    """
    place = Place(file, line_of(lines, at))
    kind: Any = node.get("type") or "library"
    implementation: Any = {}
    if kind == "custom" and not any(True for _ in rule_faults(node, at, column)):
        implementation = _implementation(node, str(place))
    return Rule(
        kind=kind,
        place=place,
        column=column,
        metric=str(node.get("metric") or node.get("rule") or ""),
        engine=str(node.get("engine") or ""),
        implementation=implementation,
        arguments=dict(node.get("arguments") or {}),
        unit=str(node.get("unit") or "rows"),
        limit=read_limit(node, place),
        name=str(node.get("name") or ""),
        description=str(node.get("description") or ""),
        query=str(node.get("query") or ""),
    )


def _implementation(node: Mapping[str, Any], place: str) -> Any:
    written = node.get("implementation") or {}
    return load_with_lines(written, place)[0] if isinstance(written, str) else written


def _pair(node: Mapping[str, Any], operator: str) -> list[Any]:
    value = node[operator]
    pair = value if operator.endswith("Between") and isinstance(value, list) and len(value) == 2 else [value, value]
    # a query may answer yes or no
    return [int(v) if node.get("type") == "sql" and isinstance(v, bool) else v for v in pair]


def read_limit(node: Mapping[str, Any], place: Place) -> Limit:
    """Return the limit of a rule; without bounds where it names no operator, or a wrong one."""
    written = [o for o in OPERATORS if node.get(o) is not None]
    # a query answers in its own unit
    percent = str(node.get("unit") or "rows").casefold() in ("percent", "%") and node.get("type") != "sql"
    severity = str(node.get("severity") or "error").casefold()
    bounds: dict[str, Any] = {}
    if written and _operator_fault(node) is None:
        # exact, so that 57 percent is the same number as 57 rows of 100
        low, high = (_plain((exact(v) or Fraction(0)) / (100 if percent else 1)) for v in _pair(node, written[0]))
        bounds = {part: low if part == "low" else high if part == "high" else True for part in OPERATORS[written[0]]}
    return Limit(
        **bounds,
        measurement="failing_share" if percent and written else "",
        blocking=severity not in MILD,
        reason=str(node.get("businessImpact") or node.get("description") or ""),
        source=str(place),
    )


def _plain(number: Fraction) -> float:
    """Return a number as a float, or as the whole number that no float holds."""
    return int(number) if number.denominator == 1 and abs(number) > 2**53 else float(number)
