"""What goes to another tool comes back as it was; what cannot is named with its reason."""

import json
import warnings
from pathlib import Path

import pytest

from audit.contract.exchange import gx_suite, pandera_plan, row_schema
from audit.contract.exchange.clauses import KINDS, clauses
from audit.contract.exchange.draft import Imported
from audit.contract.exchange.gx_import import from_gx
from audit.contract.exchange.pandera_import import from_pandera
from audit.contract.exchange.pandera_source import data_frame_model
from audit.contract.exchange.table import round_tripped
from audit.contract.read import read_contract
from audit.core.contract import Contract
from tests.clauses import EVERYTHING, all_said, contract, said

ROOT = Path(__file__).parents[2]


@pytest.fixture
def everything(tmp_path: Path) -> Contract:
    return contract(tmp_path, EVERYTHING, "orders")


def through_pandera(given: Contract) -> Imported:
    return from_pandera(data_frame_model(given))


def through_gx(given: Contract) -> Imported:
    """Through Great Expectations' own reader and writer."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns about its own dependencies
        from great_expectations.core.expectation_suite import ExpectationSuite

        suite = ExpectationSuite(**json.loads(json.dumps(gx_suite.gx_suite(given)))).to_json_dict()
    return from_gx(suite)


THROUGH = {"pandera": through_pandera, "gx": through_gx}
LEFT_OUT = {"pandera": lambda c: pandera_plan.plan(c).left_out, "gx": lambda c: gx_suite.stated(c)[1]}


def back(imported: Imported, folder: Path) -> Contract:
    file = folder / "back.odcs.yaml"
    file.write_text(imported.text, encoding="utf-8")
    return read_contract(file)


def test_the_contract_holds_every_kind_of_clause(everything: Contract) -> None:
    assert {c.kind for c in clauses(everything)} == set(KINDS)


@pytest.mark.parametrize("tool", THROUGH)
def test_every_kind_goes_there_and_comes_back_or_is_left_out_with_a_reason(tool: str, everything: Contract, tmp_path: Path) -> None:
    left_out = {said(one.clause): one for one in LEFT_OUT[tool](everything)}
    returned = all_said(back(THROUGH[tool](everything), tmp_path))
    expected = all_said(everything)
    # a note beside a suite keeps the types that Great Expectations has no name for
    assert expected - returned == {one for one in left_out if not (tool == "gx" and one[0] == "logicalType")}
    assert returned <= expected
    assert {kind for kind, *_ in expected - set(left_out)} == set(round_tripped(tool))
    assert all(one.reason for one in left_out.values())


@pytest.mark.parametrize("tool", THROUGH)
@pytest.mark.parametrize("file", ["arrests", "loans"])
def test_the_samples_come_back(tool: str, file: str, tmp_path: Path) -> None:
    given = read_contract(ROOT / "data" / file / f"{file}.odcs.yaml")
    left_out = {said(one.clause) for one in LEFT_OUT[tool](given)}
    returned = {w for w in all_said(back(THROUGH[tool](given), tmp_path)) if w[0] != "greatExpectations"}
    # 1 becomes 1.0 on the way through Great Expectations' own types
    expected = {w for w in all_said(given) if w[0] != "greatExpectations"}
    assert expected - returned == {one for one in left_out if one in expected and not (tool == "gx" and one[0] == "logicalType")}
    assert returned <= expected


@pytest.mark.parametrize("operator", ["mustBe", "mustNotBe", "mustBeGreaterThan", "mustBeGreaterOrEqualTo", "mustBeLessThan", "mustBeLessOrEqualTo"])
@pytest.mark.parametrize("tool", THROUGH)
def test_numbers_of_rows_come_back_in_their_own_words(tool: str, operator: str, tmp_path: Path) -> None:
    table = {"name": "t", "properties": [{"name": "a"}], "quality": [{"metric": "rowCount", operator: 7}]}
    given = contract(tmp_path, {**EVERYTHING, "slaProperties": [], "customProperties": [], "schema": [table]})
    lost = tool == "gx" and operator == "mustNotBe"
    assert all_said(back(THROUGH[tool](given), tmp_path)) == ({w for w in all_said(given) if w[0] != "rowCount"} if lost else all_said(given))


@pytest.mark.parametrize("percent", [0.5, 5, 12.5, 33, 57])
def test_shares_come_back_from_great_expectations(percent: float, tmp_path: Path) -> None:
    allowed = {"mustBeLessOrEqualTo": percent, "unit": "percent"}
    quality = [{"metric": "nullValues", **allowed}, {"metric": "invalidValues", "arguments": {"validValues": ["x"]}, **allowed}]
    columns = [
        {"name": "a", "logicalType": "string", "quality": quality[:1]},
        {"name": "b", "logicalType": "string", "required": True, "quality": quality[1:]},
    ]
    given = contract(tmp_path, {**EVERYTHING, "slaProperties": [], "customProperties": [], "schema": [{"name": "t", "properties": columns}]})
    assert gx_suite.stated(given)[0][-1]["kwargs"]["mostly"] == pytest.approx(1 - percent / 100)
    assert all_said(back(through_gx(given), tmp_path)) == all_said(given)


def test_a_json_schema_states_each_kind_or_says_why_not(everything: Contract) -> None:
    listed = row_schema.row_schema(everything)["x-assay-not-stated"]
    for kind in KINDS:
        told = any(f": {kind}" in line or line.startswith(kind) for line in listed)
        # one of each of these is stated, and one is not: a warning, and bounds on dates
        if kind not in ("validValues", "minimum", "exclusiveMaximum"):
            assert told == (kind in row_schema.CANNOT), kind


def test_what_somebody_took_out_of_a_suite_does_not_come_back(everything: Contract, tmp_path: Path) -> None:
    suite = gx_suite.gx_suite(everything)
    suite["expectations"] = [e for e in suite["expectations"] if not (e["type"] == gx_suite.NOT_NULL and e["kwargs"]["column"] == "day")]
    returned = back(from_gx(suite), tmp_path)
    assert not any(c.primary_key for c in returned.columns)
    assert [c.name for c in returned.columns if c.required] == ["number", "code"]
    assert ("duplicateValues", ("number", "day")) in {(c.kind, c.columns) for c in clauses(returned)}
