"""A contract with every kind of clause, each in a form that is stated wherever the kind is stated at all."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from audit.contract.exchange.clauses import Clause, clauses
from audit.contract.exchange.operators import number, plain
from audit.contract.read import read_contract
from audit.core.contract import Contract

HEAD = {"apiVersion": "v3.2.0", "kind": "DataContract", "id": "shop", "name": "shop", "version": "1.0.0", "status": "active"}
NONE = {"mustBe": 0}

COLUMNS: list[dict[str, Any]] = [
    {"name": "number", "logicalType": "integer", "primaryKey": True, "description": "Runs through the years."},
    {"name": "day", "logicalType": "date", "primaryKey": True, "logicalTypeOptions": {"minimum": "2020-01-01", "exclusiveMaximum": "2030-01-01"}},
    {"name": "code", "logicalType": "string", "required": True, "unique": True, "logicalTypeOptions": {"pattern": r"^[A-Z]{2}-\d+$"}},
    {"name": "amount", "logicalType": "number", "logicalTypeOptions": {"minimum": 0, "maximum": 99.5, "multipleOf": 0.05}},
    {"name": "share", "logicalType": "number", "logicalTypeOptions": {"exclusiveMinimum": 0, "exclusiveMaximum": 1}},
    {"name": "pieces", "logicalType": "integer", "logicalTypeOptions": {"format": "i16"}},
    {"name": "mail", "logicalType": "string", "logicalTypeOptions": {"format": "email", "minLength": 3, "maxLength": 80}},
    {"name": "sent", "logicalType": "timestamp", "logicalTypeOptions": {"format": "dd.MM.yyyy HH:mm:ss", "timezone": True}},
    {"name": "tags", "logicalType": "array", "logicalTypeOptions": {"minItems": 1, "maxItems": 3, "uniqueItems": True}},
    {"name": "place", "logicalType": "vector", "logicalTypeOptions": {"dimensions": 2}},
    {"name": "colour", "logicalType": "string", "classification": "public", "enum": [{"value": "red"}, {"value": "blue"}]},
    {"name": "paid", "logicalType": "boolean"},
    {
        "name": "town",
        "logicalType": "string",
        "quality": [
            {"metric": "nullValues", **NONE, "name": "known", "description": "a parcel goes somewhere"},
            {"metric": "missingValues", "arguments": {"missingValues": ["n/a", "?"]}, **NONE},
            {"metric": "invalidValues", "arguments": {"validValues": ["Hull", "Leeds"]}, **NONE, "severity": "warning"},
            {"metric": "invalidValues", "arguments": {"pattern": "^[A-Z]"}, **NONE},
            {"metric": "duplicateValues", **NONE},
            {"type": "text", "description": "towns are spelt as the post spells them"},
        ],
    },
]  # fmt: skip
SUM = {"column": "amount", "min_value": 1.5}
QUALITY: list[dict[str, Any]] = [
    {"metric": "rowCount", "mustBeGreaterThan": 0},
    {"metric": "duplicateValues", "arguments": {"properties": ["code", "day"]}, **NONE},
    {"metric": "duplicateValues", **NONE, "severity": "warning"},
    {"type": "custom", "engine": "assay", "implementation": {"check": "D014", "failing": "share > 0.5 AND amount IS NULL"}},
    {"type": "custom", "engine": "assay", "implementation": {"check": "D021"}},
    {"type": "custom", "engine": "greatExpectations", "implementation": {"type": "expect_column_sum_to_be_between", "kwargs": SUM}},
    {"type": "sql", "query": "SELECT COUNT(*) FROM {object} WHERE NOT paid = TRUE OR pieces BETWEEN 7 AND 9", **NONE},
]  # fmt: skip
TABLE: dict[str, Any] = {
    "name": "orders",
    "quality": QUALITY,
    "properties": COLUMNS,
    "relationships": [{"from": "orders.town", "to": "towns.name"}],
}
OTHER: dict[str, Any] = {"name": "towns", "properties": [{"name": "name", "logicalType": "string"}]}
EVERYTHING: dict[str, Any] = {
    **HEAD,
    "schema": [TABLE, OTHER],
    "slaProperties": [{"property": "latency", "value": 2, "unit": "d", "element": "orders.sent"}],
    "customProperties": [{"property": "purpose", "value": "delivery"}],
}


def contract(folder: Path, document: Mapping[str, Any], table: str | None = None) -> Contract:
    """Return a document as a contract, read back from its file."""
    file = folder / "c.odcs.yaml"
    file.write_text(yaml.safe_dump(dict(document), allow_unicode=True), encoding="utf-8")
    return read_contract(file, table=table)


def with_columns(folder: Path, *columns: Mapping[str, Any], quality: list[dict[str, Any]] | None = None) -> Contract:
    """Return a contract of some columns and rules."""
    table = {"name": "t", "properties": list(columns), **({"quality": quality} if quality else {})}
    return contract(folder, {**HEAD, "schema": [table]})


def said(clause: Clause) -> tuple[Any, ...]:
    """Return what a clause says, wherever it stands; lists of allowed values have no order."""
    value = clause.value
    if clause.kind in ("enum", "validValues", "missingValues"):
        value = sorted(repr(number(v) if isinstance(v, float) else v) for v in value)
    elif isinstance(value, Mapping):
        value = json.dumps(plain(value), sort_keys=True)
    elif isinstance(value, str):
        value = " ".join(value.split())
    rule = clause.rule
    about = (rule.name, rule.description, rule.column) if rule else ()
    limit = clause.limit
    return clause.kind, clause.columns, repr(value), about, str(limit), limit.measurement, limit.blocking


def all_said(given: Contract) -> set[tuple[Any, ...]]:
    """Return what a contract says; that the columns of a primary key are required goes without saying."""
    key = {c.name for c in given.columns if c.primary_key}
    return {said(c) for c in clauses(given) if not (c.kind == "required" and c.column in key)}
