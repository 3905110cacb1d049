"""D002 on small tables."""

import datetime as dt

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.checks.quality.d002_missing_values import MissingValues
from audit.core.contract import Column
from audit.core.errors import NotApplicable, UsageError
from audit.core.limit import Limit
from audit.core.status import Status
from tests.answers import findings, status
from tests.predicates import INF, NAN, PLACE, broken, found_and_picked, planned, rule, subject_with


def missing(values, *sentinels):
    return broken(MissingValues(column="größe", sentinels=sentinels), {"größe": values})


@pytest.mark.parametrize(
    ("values", "rows"),
    [
        (pa.array([1.0, None, NAN, INF, -0.0]), [1, 2]),
        (pa.array([None, NAN], pa.float32()), [0, 1]),
        (pa.array([1, None, 0]), [1]),
        (pa.array(["", None, " ", "nan", "NULL"]), [1]),
        (pa.array([True, None, False]), [1]),
        (pa.array([dt.date(2024, 1, 1), None]), [1]),
        (pa.array([[1], None, []]), [1]),
        (pa.array([None, None], pa.string()), [0, 1]),
        (pa.array([], pa.float64()), []),
    ],
)
def test_null_and_nan_are_missing_and_nothing_else(values, rows):
    assert missing(values) == rows


@pytest.mark.parametrize(
    ("values", "sentinels", "rows"),
    [
        (pa.array(["N/A", " N/A ", "n/a", "", None, "Ann"]), ("N/A", ""), [0, 1, 3, 4]),
        (pa.array(["NULL", "null", "x"]), ("NULL",), [0]),
        (pa.array([-999, 5, None]), ("-999",), [0, 2]),
        (pa.array([-999.0, 5.0, NAN, None]), ("-999",), [0, 2, 3]),
        (pa.array([-999, 5]), ("-999.0",), [0]),
        (pa.array([999999.375, 1.0]), ("999999.375",), [0]),
        (pa.array([1e20, 1.0]), ("100000000000000000000",), [0]),
        (pa.array([-999, 5]), (-999,), [0]),
        (pa.array([5, 6]), ("unknown",), []),
        (pa.array([dt.date(1900, 1, 1), dt.date(2024, 1, 1)]), ("1900-01-01",), [0]),
        (pa.array([True, False]), ("false",), [1]),
    ],
)
def test_sentinels_are_missing_too(values, sentinels, rows):
    assert missing(values, *sentinels) == rows


def test_the_sentence():
    found, _ = found_and_picked(MissingValues(column="pay", sentinels=("-1",)), {"pay": [None, -1, 4, 5]})
    assert found.message == "2 of 4 values of pay are missing, or '-1' (50.0 %)."
    found, _ = found_and_picked(MissingValues(column="pay"), {"pay": [None] + [1] * 1999})
    assert found.message == "1 of 2,000 values of pay are missing (0.05 %)."


@pytest.mark.parametrize(("percent", "state"), [(25, Status.PASSED), (24.9, Status.FAILED)])
def test_a_limit_in_percent_is_held_against_the_share(percent, state):
    check = MissingValues(column="a", limit=Limit(high=percent / 100, measurement="failing_share"))
    subject, engine = subject_with({"a": [None, 1, 2, 3]})
    assert status(check, findings(check, subject, engine)) is state


def test_a_limit_in_rows_is_held_against_the_count():
    subject, engine = subject_with({"a": [None, 1, 2, 3]})
    for most, state in ((1, Status.PASSED), (0, Status.FAILED)):
        check = MissingValues(column="a", limit=Limit(high=most))
        assert status(check, findings(check, subject, engine)) is state


def test_the_plan_takes_required_columns_keys_and_both_metrics():
    coded = rule("missingValues", column="c", arguments={"missingValues": [None, -1, "n/a"]})
    checks = planned(
        MissingValues,
        Column("a", {"": 3, "required": 4}, "t.odcs.yaml", required=True),
        Column("b", {"": 6, "primaryKey": 7}, "t.odcs.yaml", primary_key=True),
        Column("c", rules=(rule("nullValues", column="c", limit=Limit(high=0.1, measurement="failing_share")), coded)),
        Column("d"),
    )
    assert [(c.column, c.sentinels, c.limit.high) for c in checks] == [("a", (), 0), ("b", (), 0), ("c", (), 0.1), ("c", ("-1", "n/a"), 0)]
    assert [c.limit.source for c in checks[:2]] == ["t.odcs.yaml:4", "t.odcs.yaml:7"]
    assert [c.limit.reason for c in checks[:2]] == ["required in the contract", "primaryKey in the contract"]


def test_a_custom_rule_names_its_sentinels():
    own = rule(kind="custom", engine="assay", column="a", implementation={"check": "D002", "sentinels": [-999, "n/a"]}, limit=Limit())
    (check,) = planned(MissingValues, Column("a", rules=(own,)))
    assert broken(check, {"a": pa.array([-999.0, 1.0])}) == [0]
    assert broken(check, {"a": ["n/a", "x"]}) == [0]
    assert check.limit.high == 0


def test_a_rule_without_a_column_is_a_mistake_and_a_column_that_is_not_there_is_not_ours():
    subject, _ = subject_with({"income": [1]})
    (check,) = planned(MissingValues, rules=[rule(kind="custom", engine="assay", implementation={"check": "D002"})])
    with pytest.raises(UsageError, match="names no column"):
        check.asks(subject)
    with pytest.raises(NotApplicable, match=r"no column 'incme'.*Did you mean 'income'"):
        MissingValues(column="incme").asks(subject)


def test_an_unknown_parameter_is_a_mistake():
    with pytest.raises(UsageError, match=f"{PLACE}: check D002 has no parameter 'sentinel'. Did you mean 'sentinels'?"):
        planned(MissingValues, rules=[rule(kind="custom", engine="assay", implementation={"check": "D002", "sentinel": ["x"]})])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(width=64), st.sampled_from([-1.0, 0.0])), max_size=30))
def test_pandas_counts_the_same(values):
    series = pd.Series(values, dtype="float64")
    expected = [int(i) for i in series.index[series.isna() | (series == -1)]]
    assert broken(MissingValues(column="a", sentinels=("-1",)), {"a": pa.array(values, pa.float64())}) == expected
