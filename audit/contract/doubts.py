"""What a careful reader of a contract would ask about: nothing here is wrong, and all of it is probably not meant."""

from collections.abc import Iterable, Iterator
from typing import Any

from audit.contract.personal import declared_personal
from audit.contract.roles import claimed_roles
from audit.core.contract import Column, Contract, Place, Rule
from audit.core.errors import did_you_mean
from audit.core.roles import NOT_COLUMNS
from audit.core.values import texts
from audit.core.written import exact

Doubt = tuple[Place, str, str]

ENGINES = ("assay", "greatExpectations")


def doubts(contract: Contract, *, api_version: str = "", purpose: str = "") -> list[Doubt]:
    """Return what is doubtful about one table of a contract, as place, column and question.

    Parameters
    ----------
    contract : Contract
        The table.
    api_version : str
        Version of the standard that the file names.
    purpose : str
        The file's ``description: purpose``.
    """
    found: list[Doubt] = []
    for column in contract.columns:
        found += [(place, column.name, what) for place, what in _of_column(column, api_version)]
    found += [(place, "", what) for place, what in contract.unevaluated]
    for rule in contract.all_rules():
        found += [(rule.place, rule.column, what) for what in _of_rule(rule, contract)]
    return found + list(_of_table(contract, purpose))


def _of_column(column: Column, api_version: str) -> Iterator[tuple[Place, str]]:
    if not column.logical_type:
        yield column.place(), "no 'logicalType': any type is accepted. Name one, such as string, integer, number, date or timestamp"
    if column.enum and api_version.startswith(("v3.0", "v3.1")):
        yield column.place("enum"), f"'enum' came with ODCS 3.2, and this file says {api_version}; other tools may not see it"
    for values, place in _listed(column):
        yield from ((place, what) for what in _alike(values))
        yield from ((place, what) for what in _out_of_reach(column, values))
    for rule in column.rules:
        if rule.metric == "nullValues" and (column.required or column.primary_key) and _tolerates(rule):
            line = column.place("required" if column.required else "primaryKey").line
            yield rule.place, f"this rule admits missing values, and line {line}, which requires a value in '{column.name}', admits none"


def _listed(column: Column) -> Iterator[tuple[list[Any], Place]]:
    if column.enum:
        yield list(column.enum), column.place("enum")
    for rule in column.rules:
        if rule.metric == "invalidValues" and rule.arguments.get("validValues"):
            yield list(rule.arguments["validValues"]), rule.place


def _alike(values: Iterable[Any]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for value in (v for v in values if isinstance(v, str)):
        plain = " ".join(value.split()).casefold()
        if seen.setdefault(plain, value) != value:
            yield f"'{seen[plain]}' and '{value}' differ in case or blanks only: to a model they are two categories"


def _out_of_reach(column: Column, values: Iterable[Any]) -> Iterator[str]:
    """Yield listed numbers that the bounds of the same column forbid."""
    low, high = exact(column.options.get("minimum")), exact(column.options.get("maximum"))
    for value in values:
        number = exact(value)
        if number is not None and ((low is not None and number < low) or (high is not None and number > high)):
            yield f"{value} is listed, and the bounds of '{column.name}' forbid it"


def _tolerates(rule: Rule) -> bool:
    return rule.limit.judges and not rule.limit.inverse and (rule.limit.high is None or rule.limit.high > 0)


def _of_rule(rule: Rule, contract: Contract) -> Iterator[str]:
    if rule.kind == "library" and not rule.limit.judges:
        yield "this rule names no operator; write what is expected, such as 'mustBe: 0'"
    if rule.kind == "custom" and rule.engine not in ENGINES:
        hint = did_you_mean(rule.engine, ENGINES)
        if not rule.engine or hint.startswith("Did you"):
            yield f"no check evaluates this rule: its engine is '{rule.engine}'. {hint}"
    names = [c.name for c in contract.columns]
    for name in rule.arguments.get("properties") or [] if rule.metric == "duplicateValues" else []:
        if name not in names:
            yield f"the contract describes no column '{name}'. {did_you_mean(str(name), names)}"


def _of_table(contract: Contract, purpose: str) -> Iterator[Doubt]:
    roles, _ = claimed_roles(contract)
    target = contract.column(str(roles.get("target")))
    if target is not None and "positive" not in roles and (binary := _two_values(target)):
        text = f"the target '{target.name}' has two values ({binary}) and no 'positive': the larger by order will count as the positive outcome. "
        yield target.place("role"), target.name, text + "Say which, with the custom property 'positive'"
    for column in contract.columns:
        for name in NOT_COLUMNS:
            if name in column.custom and column is not target:
                yield column.place(name), column.name, f"'{name}' is about the target, and '{column.name}' is not it"
    keeps = [(contract.custom_place("retentionDays"), "")] if "retentionDays" in contract.custom else []
    keeps += [(c.place("retentionDays"), c.name) for c in contract.columns if "retentionDays" in c.custom]
    moments = [c.name for c in contract.columns if c.logical_type in ("date", "timestamp")]
    if keeps and moments and "collected" not in roles:
        place, name = keeps[0]
        text = "'retentionDays' is counted from the column with the role 'collected', and no column has it, so that nothing is checked. "
        yield place, name, f"{text}Candidates: {', '.join(moments[:5])}"
    personal = [c for c in contract.columns if declared_personal(c)]
    stated = purpose or contract.custom.get("purpose") or roles.get("purpose")
    unstated = [c for c in personal if not (stated or c.custom.get("purpose"))]
    if unstated:
        key = "personalData" if "personalData" in unstated[0].custom else "classification"
        text = f"personal data are declared ({', '.join(c.name for c in unstated[:5])}{' …' * (len(unstated) > 5)}), and no purpose is. "
        yield unstated[0].place(key), unstated[0].name, f"{text}State one under 'description: purpose' or as the custom property 'purpose'"


def _two_values(column: Column) -> str:
    """Return the two values that a contract lists for a column, where their order does not say which one is meant."""
    if column.logical_type == "boolean":
        return ""
    for values, _ in _listed(column):
        if len(values) == 2 and texts(values) != {"0", "1"} and not all(isinstance(v, bool) for v in values):
            return " and ".join(map(str, values))
    return ""
