"""D009: rules go to Great Expectations, and its counts are a second witness for ours."""

import pyarrow as pa
import pytest

from audit.checks.quality.d002_missing_values import MissingValues
from audit.checks.quality.d003_value_range import ValueRange
from audit.checks.quality.d009_great_expectations_rule import GreatExpectationsRule
from audit.core.contract import Column
from audit.core.errors import DataError, UsageError
from audit.core.limit import Limit
from audit.core.status import Status
from audit.engines import great_expectations
from tests.answers import findings, one, status
from tests.predicates import broken, planned, rule, subject_with

AGES = {"age": pa.array([17, 18, 90, 91, None]), "name": ["a", "b", "c", "d", "e"]}


def expectation(kind, column="", **arguments):
    return rule(kind="custom", engine="greatExpectations", column=column, implementation={"type": kind, "kwargs": arguments}, limit=Limit())


def evaluated(check, columns=AGES):
    subject, engine = subject_with(columns)
    found = findings(check, subject, engine)
    return found, status(check, found)


def test_the_plan_takes_rules_of_the_table_and_of_columns():
    old = rule(kind="custom", engine="greatExpectations", implementation={"expectation_type": "expect_x"}, limit=Limit(blocking=False))
    other = rule(kind="custom", engine="soda", implementation={"type": "expect_y"})
    checks = planned(GreatExpectationsRule, Column("age", rules=(expectation("expect_z", "age", min_value=1),)), rules=[old, other])
    assert [(c.expectation, dict(c.arguments)) for c in checks] == [("expect_x", {}), ("expect_z", {"min_value": 1, "column": "age"})]
    assert [c.limit.blocking for c in checks] == [False, True]
    assert [c.limit.high for c in checks] == [0, 0]
    assert checks[1].where == {"column": "age", "expectation": "expect_z"}


def test_a_rule_without_a_type_is_a_mistake():
    with pytest.raises(UsageError, match=r"t.odcs.yaml:5: a Great Expectations rule needs 'implementation: \{type"):
        planned(GreatExpectationsRule, rules=[rule(kind="custom", engine="greatExpectations", implementation={"typ": "x"})])


def test_only_the_columns_that_the_expectation_names_are_fetched():
    subject, _ = subject_with(AGES)
    assert GreatExpectationsRule(expectation="x", arguments={"column": "age"}).asks(subject)["rows"].expr.columns == ("age",)
    pair = GreatExpectationsRule(expectation="x", arguments={"column_A": "age", "column_B": "name"})
    assert pair.asks(subject)["rows"].expr.columns == ("age", "name")
    assert GreatExpectationsRule(expectation="x").asks(subject)["rows"].expr.columns == ("age", "name")


@pytest.mark.slow
def test_an_expectation_that_is_met():
    found, state = evaluated(GreatExpectationsRule(expectation="expect_table_row_count_to_equal", arguments={"value": 5}))
    assert state is Status.PASSED
    assert found.message == "Great Expectations: “table row count to equal” is met on 5 rows."
    assert ["observed_value", "5"] in [list(row) for row in found.exhibits[0].rows]


@pytest.mark.slow
def test_an_expectation_that_is_not_met_counts_the_values_that_ours_counts():
    arguments = {"column": "age", "min_value": 18, "max_value": 90}
    check = GreatExpectationsRule(expectation="expect_column_values_to_be_between", arguments=arguments)
    found, state = evaluated(check)
    assert state is Status.FAILED
    assert found.message == "Great Expectations: “column values to be between” is not met on 5 rows; 2 of 5 values unexpected."
    assert one(found, "unexpected_values", check.where).value == len(broken(ValueRange(column="age", minimum=18, maximum=90), AGES))


@pytest.mark.slow
def test_missing_values_are_those_that_ours_counts():
    values = {"age": pa.array([1.0, None, float("nan"), float("inf")])}
    check = GreatExpectationsRule(expectation="expect_column_values_to_not_be_null", arguments={"column": "age"})
    found, _ = evaluated(check, values)
    assert one(found, "unexpected_values", check.where).value == len(broken(MissingValues(column="age"), values)) == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "arguments", "error", "words"),
    [
        ("expect_colum_values_to_be_between", {"column": "age"}, UsageError, "Did you mean 'expect_column_values_to_be_between'?"),
        ("expect_column_values_to_be_between", {"column": "age", "min_valu": 1}, UsageError, "wrong arguments: .*min_valu"),
        ("expect_column_values_to_be_between", {"column": "age", "min_value": 9, "max_value": 1}, DataError, "min_value cannot be greater"),
        ("expect_column_values_to_not_be_null", {"column": "agee"}, DataError, "could not evaluate expect_column_values_to_not_be_null.*agee"),
    ],
)
def test_wrong_rules_are_refused(kind, arguments, error, words):
    with pytest.raises(error, match=words):
        evaluated(GreatExpectationsRule(expectation=kind, arguments=arguments))


def test_without_great_expectations_it_says_what_to_install(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "great_expectations", None)
    with pytest.raises(DataError, match=r'pip install "assay-audit\[gx\]"'):
        great_expectations.evaluate(None, "expect_x", {})
