"""The JSON Schema of a row, held against rows by a validator that is not ours."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pytest

from audit.contract.exchange.row_schema import row_schema
from audit.contract.read import read_contract
from tests.clauses import EVERYTHING, NONE, contract, with_columns

ROOT = Path(__file__).parents[2]
LISTED = {"metric": "invalidValues", "arguments": {"validValues": [1, "b"]}, **NONE}
CODED = {"metric": "missingValues", "arguments": {"missingValues": ["n/a"]}, **NONE}


def accepts(folder: Path, column: dict[str, Any], value: Any) -> bool:
    """Return whether a row with this value is valid; ``...`` stands for a row without the column."""
    schema = row_schema(with_columns(folder, {"name": "a", **column}))
    jsonschema.Draft202012Validator.check_schema(schema)
    row = {} if value is ... else {"a": value}
    return jsonschema.Draft202012Validator(json.loads(json.dumps(schema))).is_valid(row)


@pytest.mark.parametrize(
    ("column", "good", "bad"),
    [
        ({"logicalType": "string", "required": True}, ["", "x"], [None, ..., 1]),
        ({"logicalType": "string"}, ["x", None, ...], [1, True]),
        ({"required": True}, ["x", 1, False, [], {}], [None, ...]),
        ({}, ["x", None, ..., 1], []),
        ({"logicalType": "integer"}, [1, 1.0, None], [1.5, "1", True]),
        ({"logicalType": "number", "logicalTypeOptions": {"minimum": 0, "exclusiveMaximum": 2}}, [0, 1.5, None], [-0.1, 2]),
        ({"logicalType": "integer", "logicalTypeOptions": {"multipleOf": 5}}, [0, -5, None], [3]),
        ({"logicalType": "integer", "logicalTypeOptions": {"format": "u8"}}, [0, 255], [-1, 256]),
        ({"logicalType": "boolean"}, [True, None], [0, "true"]),
        ({"logicalType": "date"}, ["2024-02-29", None], ["2023-02-29", "29.02.2024", 20240229]),
        ({"logicalType": "timestamp"}, ["2024-02-29T10:00:00", "2024-02-29 10:00:00.5Z", "2024-02-29T10:00:00+01:00"], ["2024-02-29", "10:00:00"]),
        ({"logicalType": "time"}, ["10:00:00"], ["25:00:00"]),
        ({"logicalType": "string", "logicalTypeOptions": {"pattern": r"^\d{2}$"}}, ["12", None], ["1", "٣٣", "x12"]),
        ({"logicalType": "string", "logicalTypeOptions": {"format": "email"}}, ["a@b.de"], ["a@b", "@"]),
        ({"logicalType": "string", "logicalTypeOptions": {"minLength": 1, "maxLength": 2}}, ["é", "ab", None], ["", "abc"]),
        ({"logicalType": "array", "logicalTypeOptions": {"minItems": 1, "uniqueItems": True}}, [[1, 2], None], [[], [1, 1], "ab"]),
        ({"logicalType": "vector", "logicalTypeOptions": {"dimensions": 2}}, [[0.5, 1]], [[1], [1, 2, 3], ["a", "b"]]),
        ({"logicalType": "object"}, [{"x": 1}], ["x"]),
        ({"logicalType": "string", "enum": [{"value": "x"}]}, ["x", None], ["y", ""]),
        ({"logicalType": "string", "required": True, "enum": [{"value": "x"}]}, ["x"], ["y", None]),
        ({"quality": [LISTED]}, [1, "1", "b", None], [2, "a"]),
        ({"logicalType": "string", "quality": [CODED]}, ["x", ""], ["n/a", " n/a ", None, ...]),
        ({"logicalType": "string", "quality": [{**LISTED, "severity": "warning"}]}, ["anything"], [5]),
    ],
)  # fmt: skip
def test_rows(column: dict[str, Any], good: list[Any], bad: list[Any], tmp_path: Path) -> None:
    assert [value for value in good if not accepts(tmp_path, column, value)] == []
    assert [value for value in bad if accepts(tmp_path, column, value)] == []


def test_two_patterns_of_a_column_both_hold(tmp_path: Path) -> None:
    rule = {"metric": "invalidValues", "arguments": {"pattern": "z$"}, **NONE}
    column = {"logicalType": "string", "logicalTypeOptions": {"pattern": "^a"}, "quality": [rule]}
    assert [accepts(tmp_path, column, v) for v in ("az", "a", "z")] == [True, False, False]


def test_further_columns_are_nothing_wrong(tmp_path: Path) -> None:
    assert jsonschema.Draft202012Validator(row_schema(with_columns(tmp_path, {"name": "a"}))).is_valid({"a": 1, "b": 2})


@pytest.mark.parametrize("name", ["arrests", "loans"])
def test_the_samples_hold(name: str) -> None:
    validator = jsonschema.Draft202012Validator(row_schema(read_contract(ROOT / "data" / name / f"{name}.odcs.yaml")))
    rows = json.loads(pd.read_parquet(ROOT / "data" / name / f"{name}.parquet").head(300).to_json(orient="records"))
    assert [e.message for row in rows for e in validator.iter_errors(row)] == []
    column = next(k for k, v in rows[0].items() if isinstance(v, int))
    assert not validator.is_valid(rows[0] | {column: "x"})


def test_the_whole_is_a_schema(tmp_path: Path) -> None:
    schema = row_schema(contract(tmp_path, EVERYTHING, "orders"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["required"] == ["number", "day", "code", "town"]


def test_where_pythons_validators_differ_it_is_known(tmp_path: Path) -> None:
    """To ECMAScript ``$`` is the end of the text; Python, whose expressions the library uses, takes a last line break for none of it."""
    column = {"logicalType": "string", "logicalTypeOptions": {"pattern": "^a$"}}
    assert accepts(tmp_path, column, "a\n")
    pattern = row_schema(with_columns(tmp_path, {"name": "a", **column}))["properties"]["a"]["pattern"]
    assert pattern == "^a$"
    assert re.search(pattern, "a\n") is not None


def test_where_doubles_differ_it_is_known(tmp_path: Path) -> None:
    """The library divides doubles; where this fails, it has learnt to divide decimals."""
    column = {"logicalType": "number", "logicalTypeOptions": {"multipleOf": 0.1}}
    assert not accepts(tmp_path, column, 0.3)
