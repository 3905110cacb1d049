"""The exported suite is one that Great Expectations loads and evaluates by itself."""

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import great_expectations as gx
import pandas as pd
import pytest
from great_expectations.core.expectation_suite import ExpectationSuite

from audit.contract.exchange.gx_suite import gx_suite, stated
from audit.contract.read import read_contract
from audit.core.contract import Contract
from tests.clauses import EVERYTHING, NONE, contract, with_columns

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def evaluate() -> Callable[[Contract, pd.DataFrame], dict[str, Any]]:
    """Evaluate the suite of a contract, as Great Expectations reads it from JSON, on a frame."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns about its own dependencies
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False}
        definition = context.data_sources.add_pandas("s").add_dataframe_asset("s").add_batch_definition_whole_dataframe("s")

    def run(given: Contract, frame: pd.DataFrame) -> dict[str, Any]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            suite = ExpectationSuite(**json.loads(json.dumps(gx_suite(given))))
            found: dict[str, Any] = definition.get_batch(batch_parameters={"dataframe": frame}).validate(suite).to_json_dict()
        assert not any(r["exception_info"].get("raised_exception", True) for r in found["results"]), found
        return found

    return run


@pytest.mark.slow
@pytest.mark.parametrize("name", ["arrests", "loans"])
def test_the_samples_meet_their_suites(name: str, evaluate: Callable[[Contract, pd.DataFrame], dict[str, Any]]) -> None:
    given = read_contract(ROOT / "data" / name / f"{name}.odcs.yaml")
    frame = pd.read_parquet(ROOT / "data" / name / f"{name}.parquet", dtype_backend="numpy_nullable")
    results = evaluate(given, frame)["results"]
    unmet = [r["expectation_config"] for r in results if not r["success"]]
    # the published loans break what their contract only warns of
    assert {e["severity"] for e in unmet} <= ({"warning"} if name == "loans" else set()), unmet
    column = "age" if name == "arrests" else "loanamt"
    damaged = evaluate(given, frame.assign(**{column: -1}))
    broken = [r["expectation_config"]["kwargs"].get("column") for r in damaged["results"] if not r["success"]]
    assert column in broken
    assert not damaged["success"]


def test_the_loan_of_a_share(tmp_path: Path, evaluate: Callable[[Contract, pd.DataFrame], dict[str, Any]]) -> None:
    rule = {"metric": "invalidValues", "arguments": {"validValues": ["x"]}, "mustBeLessOrEqualTo": 3, "unit": "percent"}
    given = with_columns(tmp_path, {"name": "a", "logicalType": "string", "required": True, "quality": [rule]})
    for wrong, met in ((3, True), (4, False)):
        assert evaluate(given, pd.DataFrame({"a": ["y"] * wrong + ["x"] * (100 - wrong)}))["success"] is met


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"metric": "nullValues", "mustBeLessThan": 5, "unit": "percent"}, "up to and including"),
        ({"metric": "nullValues", "mustBeLessOrEqualTo": 5}, "unit: percent"),
        ({"metric": "nullValues", "mustBeGreaterThan": 5}, "another kind of bound"),
        ({"metric": "invalidValues", "arguments": {"pattern": "x"}, "mustBeLessOrEqualTo": 5, "unit": "percent"}, "where the column is required"),
        ({"metric": "missingValues", "arguments": {"missingValues": ["x"]}, "mustBeLessOrEqualTo": 5, "unit": "percent"}, "column is required"),
    ],
)
def test_shares_that_mostly_cannot_say_are_listed(rule: dict[str, Any], reason: str, tmp_path: Path) -> None:
    (left,) = [one for one in stated(with_columns(tmp_path, {"name": "a", "quality": [rule]}))[1] if one.clause.kind != "column"]
    assert reason in left.reason


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        ({"logicalType": "date", "logicalTypeOptions": {"minimum": "2024-01-01"}}, "JSON has no dates"),
        ({"logicalType": "integer", "logicalTypeOptions": {"maximum": 2**53 + 1}}, "2^53"),
        ({"logicalType": "integer", "logicalTypeOptions": {"format": "i64"}}, "2^53"),
        ({"logicalType": "number", "logicalTypeOptions": {"multipleOf": 2}}, "no expectation about multiples"),
    ],
)
def test_what_great_expectations_has_no_words_for_is_listed_in_the_suite(column: dict[str, Any], reason: str, tmp_path: Path) -> None:
    suite = gx_suite(with_columns(tmp_path, {"name": "a", **column}))
    assert any(reason in line and "c.odcs.yaml:" in line for line in suite["meta"]["not_stated"])
    assert not any(e["type"] == "expect_column_values_to_be_between" for e in suite["expectations"])


def test_names_reasons_and_severity_travel(tmp_path: Path) -> None:
    rule = {"metric": "nullValues", **NONE, "name": "known", "businessImpact": "no parcel", "severity": "warning"}
    (found,) = [e for e in stated(with_columns(tmp_path, {"name": "a", "quality": [rule]}))[0] if e["meta"]["assay"]["clause"] == "nullValues"]
    assert (found["severity"], found["description"], found["meta"]["assay"]["name"]) == ("warning", "no parcel", "known")


def test_every_expectation_of_the_whole_is_one_that_great_expectations_knows(tmp_path: Path) -> None:
    suite = gx_suite(contract(tmp_path, EVERYTHING, "orders"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        read = ExpectationSuite(**json.loads(json.dumps(suite)))
    assert len(read.expectations) == len(suite["expectations"])
