"""Suites of Great Expectations, of today's shape and of the one before 1.0, become contracts that lint clean and mean the same."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.contract.exchange.clauses import KINDS
from audit.contract.exchange.gx_import import _STANDARD, from_gx, read_gx
from audit.contract.read import read_contract
from audit.core.contract import Contract
from audit.core.errors import DataError, UsageError
from audit.core.status import Status
from audit.core.subject import Subject
from audit.engines.sources import frame_source
from audit.run import examine


def suite(*expectations: dict[str, Any]) -> dict[str, Any]:
    return {"name": "people", "expectations": list(expectations)}


def expect(kind: str, column: str = "", **rest: Any) -> dict[str, Any]:
    outside = {k: rest.pop(k) for k in ("severity", "meta", "notes", "description") if k in rest}
    return {"type": f"expect_{kind}", "kwargs": {**({"column": column} if column else {}), **rest}, **outside}


def column(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(dict(c) for c in from_gx(document).document["schema"][0]["properties"] if c["name"] == name)


def as_contract(document: dict[str, Any], folder: Path) -> Contract:
    file = folder / "c.odcs.yaml"
    file.write_text(from_gx(document).text, encoding="utf-8")
    return read_contract(file)


@pytest.mark.parametrize(
    ("expectation", "clause"),
    [
        (expect("column_values_to_not_be_null", "a"), {"required": True}),
        (expect("column_values_to_be_unique", "a"), {"unique": True}),
        (
            expect("column_values_to_be_between", "a", min_value=1, max_value=9.5),
            {"logicalType": "number", "logicalTypeOptions": {"minimum": 1, "maximum": 9.5}},
        ),
        (
            expect("column_values_to_be_between", "a", min_value=1.0, strict_min=True),
            {"logicalType": "number", "logicalTypeOptions": {"exclusiveMinimum": 1}},
        ),
        (expect("column_value_lengths_to_be_between", "a", max_value=3), {"logicalType": "string", "logicalTypeOptions": {"maxLength": 3}}),
        (expect("column_value_lengths_to_equal", "a", value=2), {"logicalType": "string", "logicalTypeOptions": {"minLength": 2, "maxLength": 2}}),
        (expect("column_values_to_match_regex", "a", regex="^x"), {"logicalType": "string", "logicalTypeOptions": {"pattern": "^x"}}),
        (expect("column_values_to_be_in_type_list", "a", type_list=["int64", "IntegerType"]), {"logicalType": "integer"}),
        (expect("column_values_to_be_in_type_list", "a", type_list=["int64", "float64"]), {"logicalType": "number"}),
        (expect("column_values_to_be_of_type", "a", type_="StringType"), {"logicalType": "string"}),
        (expect("column_to_exist", "a"), {}),
        (
            expect("column_values_to_be_in_set", "a", value_set=["x", "y"]),
            {"quality": [{"metric": "invalidValues", "arguments": {"validValues": ["x", "y"]}, "mustBe": 0}]},
        ),
        (
            expect("column_values_to_not_be_null", "a", mostly=0.95),
            {"quality": [{"metric": "nullValues", "mustBeLessOrEqualTo": 5, "unit": "percent"}]},
        ),
        (
            expect("column_values_to_not_be_null", "a", severity="warning", notes="we know"),
            {"quality": [{"description": "we know", "severity": "warning", "metric": "nullValues", "mustBe": 0}]},
        ),
        (
            expect("column_values_to_match_regex", "a", regex="^x", severity="info", meta={"owner": "Ann"}),
            {"quality": [{"description": "owner: Ann", "severity": "info", "metric": "invalidValues", "arguments": {"pattern": "^x"}, "mustBe": 0}]},
        ),
    ],
)
def test_what_has_a_standard_key_becomes_it(expectation: dict[str, Any], clause: dict[str, Any], tmp_path: Path) -> None:
    assert column(suite(expectation), "a") == {"name": "a", **clause}
    as_contract(suite(expectation), tmp_path)


@pytest.mark.parametrize(
    "expectation",
    [
        expect("column_values_to_be_between", "a", min_value=1, mostly=0.9),
        expect("column_values_to_be_between", "a", min_value=1, severity="warning"),
        expect("column_values_to_be_between", "a", min_value="2024-01-01"),
        expect("column_values_to_be_null", "a"),
        expect("column_values_to_match_regex", "a", regex="(?=x)x"),
        expect("column_values_to_be_in_set", "a", value_set=[1, "1"]),
        expect("column_values_to_be_in_set", "a", value_set=[]),
        expect("column_values_to_not_be_null", "a", row_condition="b > 1", condition_parser="pandas"),
        expect("column_values_to_be_in_type_list", "a", type_list=["int64", "object_"]),
        expect("column_mean_to_be_between", "a", min_value=0),
    ],
)
def test_what_has_none_goes_on_running_in_great_expectations(expectation: dict[str, Any], tmp_path: Path) -> None:
    (rule,) = column(suite(expectation), "a")["quality"]
    kwargs = {k: v for k, v in expectation["kwargs"].items() if k != "column"}
    assert rule["engine"] == "greatExpectations"
    assert rule["implementation"] == {"type": expectation["type"], **({"kwargs": kwargs} if kwargs else {})}
    assert rule.get("severity") == expectation.get("severity")
    as_contract(suite(expectation), tmp_path)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({"value": 5}, {"mustBe": 5}),
        ({"min_value": 1}, {"mustBeGreaterOrEqualTo": 1}),
        ({"min_value": 1, "strict_min": True}, {"mustBeGreaterThan": 1}),
        ({"min_value": 1, "max_value": 9}, {"mustBeBetween": [1, 9]}),
        ({"min_value": 1, "max_value": 9, "strict_min": True, "strict_max": True}, {"mustBeBetween": [2, 8]}),
    ],
)
def test_numbers_of_rows(rows: dict[str, Any], said: dict[str, Any]) -> None:
    kind = "table_row_count_to_equal" if "value" in rows else "table_row_count_to_be_between"
    assert from_gx(suite(expect(kind, **rows))).document["schema"][0]["quality"] == [{"metric": "rowCount", **said}]


def test_compound_keys_are_a_clause_only_where_gaps_mean_the_same() -> None:
    key = expect("compound_columns_to_be_unique", column_list=["a", "b"])
    named = {"metric": "duplicateValues", "arguments": {"properties": ["a", "b"]}, "mustBe": 0}
    assert from_gx(suite(key)).document["schema"][0]["quality"][0]["engine"] == "greatExpectations"
    complete = [expect("column_values_to_not_be_null", c) for c in "ab"]
    assert from_gx(suite(key, *complete)).document["schema"][0]["quality"] == [named]
    key["kwargs"]["ignore_row_if"] = "any_value_is_missing"
    assert from_gx(suite(key)).document["schema"][0]["quality"] == [named]


def test_a_share_of_values_that_are_there_is_told_from_a_share_of_rows() -> None:
    mostly = expect("column_values_to_be_in_set", "a", value_set=["x"], mostly=0.9)
    assert "not missing" in from_gx(suite(mostly)).notices[0]
    assert from_gx(suite(mostly, expect("column_values_to_not_be_null", "a"))).notices == ()


def test_a_suite_of_before_1_0(tmp_path: Path) -> None:
    old = {
        "data_asset_type": "Dataset",
        "expectation_suite_name": "people.warning",
        "ge_cloud_id": None,
        "expectations": [
            {"expectation_type": "expect_column_values_to_not_be_null", "kwargs": {"column": "id", "result_format": "BASIC"}, "meta": {}},
            {
                "expectation_type": "expect_column_values_to_be_in_set",
                "kwargs": {"column": "sex", "value_set": ["f", "m"], "mostly": 0.99},
                "meta": {"notes": {"format": "markdown", "content": ["As the registry has it.", "Since 2019."]}},
            },
        ],
        "meta": {"great_expectations_version": "0.18.19"},
    }
    found = as_contract(old, tmp_path)
    assert (found.name, [c.name for c in found.columns]) == ("people.warning", ["id", "sex"])
    assert found.columns[0].required
    (rule,) = found.columns[1].rules
    assert (rule.description, rule.limit.high, rule.limit.measurement) == ("As the registry has it. Since 2019.", 0.01, "failing_share")


def test_the_contract_gates_as_the_suite_did(tmp_path: Path) -> None:
    given = suite(
        expect("column_values_to_not_be_null", "a"),
        expect("column_values_to_be_between", "b", min_value=0, mostly=0.5),  # stays with Great Expectations
        expect("table_row_count_to_be_between", min_value=2),
    )
    contract = as_contract(given, tmp_path)

    def failed(frame: pd.DataFrame) -> set[str]:
        run = examine(Subject("people", frame_source(frame).table), verb="gate", families=("quality",), contract=contract).run
        return {r.code for r in run.results if r.status is Status.FAILED}

    assert failed(pd.DataFrame({"a": [1, 2], "b": [1, -1]})) == set()
    assert failed(pd.DataFrame({"a": [None, 2], "b": [-1, -1]})) == {"D002", "D009"}


def test_a_type_that_an_option_implies_is_told() -> None:
    (told,) = from_gx(suite(expect("column_values_to_match_regex", "a", regex="^x"))).notices
    assert told == "a: its type is taken to be string, which 'pattern' is about"


def test_a_parameter_of_the_suite_is_named(tmp_path: Path) -> None:
    given = suite(expect("column_max_to_be_between", "a", max_value={"$PARAMETER": "top"}))
    assert "'top'" in from_gx(given).notices[0]


@pytest.mark.parametrize("document", [[], {}, {"expectations": "x"}, {"expectations": [1]}, {"expectations": [{"kwargs": {}}]}])
def test_what_is_no_suite_is_refused(document: Any, tmp_path: Path) -> None:
    file = tmp_path / "s.json"
    file.write_text(json.dumps(document))
    with pytest.raises(UsageError, match=r"s\.json"):
        read_gx(file)


def test_what_is_no_json_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text("{")
    with pytest.raises(UsageError, match="no JSON"):
        read_gx(tmp_path / "s.json")
    with pytest.raises(DataError, match="No such file"):
        read_gx(tmp_path / "t.json")


VALUES = [None, True, 0, 1, -1, 2.5, 0.9, 10**30, "", "a", "b", "^x", "(", "2024-01-01", [], ["a"], ["a", "b"], [1, 2], [1, "1"], [None], {}]
ODD = st.one_of(st.sampled_from(VALUES), st.just({"$PARAMETER": "p"}))
NAMES = ["column", "column_list", "column_A", "value_set", "regex", "min_value", "max_value", "strict_min", "mostly", "value", "type_list", "type_"]
SAID = ("logicalType", "values", "format", "properties", "name", "part", "under")
CLAUSES = st.fixed_dictionaries({}, optional={"clause": st.sampled_from([*KINDS, "x", 7]), **dict.fromkeys(SAID, ODD)})
EXPECTATIONS = st.fixed_dictionaries(
    {"type": st.sampled_from([*_STANDARD, "expect_column_mean_to_be_between"])},
    optional={
        "kwargs": st.dictionaries(st.sampled_from(NAMES), ODD, max_size=5),
        "meta": st.one_of(ODD, st.fixed_dictionaries({"assay": CLAUSES})),
        "severity": st.sampled_from(["critical", "warning", "info", "nonsense", None]),
        "notes": ODD,
        "description": ODD,
    },
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(expectations=st.lists(EXPECTATIONS, min_size=1, max_size=4))
def test_any_suite_becomes_a_contract_that_lints(expectations: list[dict[str, Any]], tmp_path: Path) -> None:
    named = [e for e in expectations if e.setdefault("kwargs", {}).setdefault("column", "a") not in (None, "")]
    as_contract(suite(*named, expect("column_to_exist", "z")), tmp_path)
