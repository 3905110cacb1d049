"""Roles that a contract gives its columns."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from audit.core.bins import fault
from audit.core.contract import Column, Contract
from audit.core.errors import UsageError, did_you_mean
from audit.core.roles import NOT_COLUMNS, TASKS, Roles

MANY = ("sensitive", "key", "quasi_identifiers")
ALIASES = {"quasi_identifier": "quasi_identifiers"}


def contract_roles(contract: Contract) -> dict[str, Any]:
    """Return the roles that ``customProperties: [{property: role, value: …}]`` and ``primaryKey`` declare.

    Raises
    ------
    UsageError
        No such role, or two columns claim one that only one can play: every such claim with its line.
    """
    roles, faults = claimed_roles(contract)
    if faults:
        raise UsageError("\n".join(f"{column.place(key)}: {what}" for column, key, what in faults))
    return roles


def claimed_roles(contract: Contract) -> tuple[dict[str, Any], list[tuple[Column, str, str]]]:
    """Return the roles that a contract declares, and the claims that cannot be met, each with its column and the custom property it is made by."""
    known = {f.name for f in fields(Roles)} - {*NOT_COLUMNS, "bins"}
    roles: dict[str, Any] = {}
    faults: list[tuple[Column, str, str]] = []
    for column in contract.columns:
        written = column.custom.get("role")
        for value in written if isinstance(written, list) else [written] if written else []:
            name = str(value).strip().replace("-", "_").replace(" ", "_")
            name = ALIASES.get(name, name)
            if name not in known:
                faults.append((column, "role", f"no role '{value}'. {did_you_mean(name, known)}"))
            elif name in MANY:
                roles.setdefault(name, []).append(column.name)
            elif name in roles:
                faults.append((column, "role", f"'{column.name}' and '{roles[name]}' both claim the role '{name}'"))
            else:
                roles[name] = column.name
        if "positive" in column.custom:
            roles["positive"] = str(column.custom["positive"])
        if (task := column.custom.get("task")) in TASKS:
            roles["task"] = task
        elif task is not None:
            faults.append((column, "task", f"no task '{task}'. {did_you_mean(str(task), TASKS)}"))
        if "bins" in column.custom:
            edges = column.custom["bins"]
            if wrong := fault(edges) or _no_numbers(column):
                faults.append((column, "bins", f"bins of '{column.name}': {wrong}"))
            else:
                roles.setdefault("bins", {})[column.name] = edges
    if "key" not in roles and (key := [c.name for c in contract.columns if c.primary_key]):
        roles["key"] = key
    return roles, faults


def merge_roles(contract: Contract, config: Mapping[str, Any]) -> Roles:
    """Return the contract's roles, with those that the config names put over them; bins column by column."""
    declared = contract_roles(contract)
    written = {k: v for k, v in config.items() if v not in (None, [], (), {})}
    bins = {**declared.get("bins", {}), **written.get("bins", {})}
    return Roles(**(declared | written | ({"bins": bins} if bins else {})))


def _no_numbers(column: Column) -> str:
    if column.logical_type in ("", "integer", "number"):
        return ""
    return f"only numbers are sorted into bins, and the column is declared as {column.logical_type}"
