"""A contract that is being put together from what another tool says."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from audit.contract.exchange.operators import plain
from audit.contract.lint import BELONGS


@dataclass
class Draft:
    """An ODCS document in the making.

    Parameters
    ----------
    name : str
        Of the contract and its table.
    source : str
        What it is made from, for its description.
    """

    name: str
    source: str
    columns: dict[str, dict[str, Any]] = field(default_factory=dict)
    quality: list[dict[str, Any]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def column(self, name: str) -> dict[str, Any]:
        """Return the property of a column, which is added where it is new."""
        return self.columns.setdefault(name, {"name": name})

    def option(self, name: str, option: str, value: Any) -> bool:
        """Put an option under a column; return whether it could be: the place is free, and the column's type has such an option."""
        options = self.column(name).setdefault("logicalTypeOptions", {})
        kind, about = self.column(name).get("logicalType"), BELONGS.get(option, ())
        if (option in options and options[option] != value) or (kind and about and kind not in about):
            if not options:
                del self.columns[name]["logicalTypeOptions"]
            return False
        options[option] = value
        return True

    def rule(self, column: str, rule: Mapping[str, Any]) -> None:
        """Put a quality rule under a column, or under the table where the name is empty; the same rule once."""
        rules = self.column(column).setdefault("quality", []) if column else self.quality
        if dict(rule) not in rules:
            rules.append(dict(rule))

    def describe(self, column: str, text: str) -> None:
        """Add to the description of a column."""
        own = self.column(column)
        if text and text not in own.get("description", ""):
            own["description"] = f"{own['description']} {text}" if own.get("description") else text

    def document(self) -> dict[str, Any]:
        """Return the contract as plain values, ready to be written as YAML."""
        listed = any("enum" in c for c in self.columns.values())
        table: dict[str, Any] = {"name": self.name, "logicalType": "object"}
        if self.quality:
            table["quality"] = self.quality
        table["properties"] = [_ordered(c) for c in self.columns.values()]
        return {
            "apiVersion": "v3.2.0" if listed else "v3.1.0",  # 'enum' came with 3.2
            "kind": "DataContract",
            "id": re.sub(r"[^a-z0-9]+", "-", self.name.casefold()).strip("-") or "data",
            "name": self.name,
            "version": "0.1.0",
            "status": "draft",
            "description": {"usage": f"Imported from {self.source}."},
            "schema": [table],
        }


@dataclass(frozen=True)
class Imported:
    """A contract made from another tool's file.

    Parameters
    ----------
    document : mapping
        The ODCS document.
    notices : sequence of str
        What could not be said in it, or means something slightly else there.
    """

    document: Mapping[str, Any]
    notices: Sequence[str] = ()

    @property
    def text(self) -> str:
        """The contract as YAML, with the notices as comments above it."""
        comments = "".join(f"# - {' '.join(n.split())}\n" for n in self.notices)
        head = f"# What the import has to say:\n{comments}\n" if comments else ""
        return head + yaml.safe_dump(plain(self.document), sort_keys=False, allow_unicode=True, width=140)


def _ordered(column: Mapping[str, Any]) -> dict[str, Any]:
    order = ("name", "description", "logicalType", "required", "unique", "primaryKey", "primaryKeyPosition", "logicalTypeOptions", "enum", "quality")
    return {key: column[key] for key in order if key in column} | dict(column)
