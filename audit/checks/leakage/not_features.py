"""Columns that no model may learn from: how a contract says so, and the clause that makes it say so."""

from collections.abc import Iterable

from audit.core.contract import Contract


def barred(contract: Contract) -> tuple[str, ...]:
    """Return the columns that the contract keeps from models with ``feature: false``."""
    return tuple(c.name for c in contract.columns if str(c.custom.get("feature", True)).casefold() == "false")


def proposal(columns: Iterable[str]) -> str:
    """Return the properties of a contract that keep models from learning from some columns."""
    quoted = [column.replace("\\", "\\\\").replace('"', '\\"') for column in columns]
    return "\n".join(f'- name: "{name}"\n  customProperties: [{{property: feature, value: false}}]' for name in quoted)
