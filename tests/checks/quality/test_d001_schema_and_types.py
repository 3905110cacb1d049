"""D001 on small tables."""

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest

from audit.checks.quality.d001_schema_and_types import ADMITS, SchemaAndTypes
from audit.contract.keys import LOGICAL_TYPES
from audit.core.contract import Column
from audit.core.errors import NotApplicable
from audit.core.status import Status
from tests.answers import findings, one, status
from tests.predicates import planned, subject_with

VALUES = {
    "string": pa.array(["x"]),
    "integer": pa.array([1], pa.uint8()),
    "number": pa.array([1.5]),
    "boolean": pa.array([True]),
    "date": pa.array([dt.date(2024, 2, 29)]),
    "timestamp": pa.array([dt.datetime(2024, 2, 29, 12)]),
    "time": pa.array([dt.time(12, 30)]),
    "array": pa.array([[1, 2]]),
    "object": pa.array([{"x": 1}]),
    "map": pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())),
}


def faults(columns, *expected):
    subject, engine = subject_with(columns)
    check = SchemaAndTypes(expected=expected)
    found = findings(check, subject, engine)
    return tuple(one(found, name).value for name in ("schema_faults", "missing_columns", "retyped_columns")), found, status(check, found)


@pytest.mark.parametrize("logical", VALUES)
def test_a_column_of_the_promised_type_is_no_fault(logical):
    counts, found, state = faults({"a": VALUES[logical]}, ("a", logical))
    assert counts == (0, 0, 0)
    assert found.message == "1 column promised; all there, in the promised types."
    assert state is Status.PASSED


@pytest.mark.parametrize("promised", VALUES)
@pytest.mark.parametrize("held", VALUES)
def test_a_column_of_another_type_is_a_fault(held, promised):
    admitted = held == promised or (held, promised) in {("integer", "number"), ("map", "object")}
    assert faults({"a": VALUES[held]}, ("a", promised))[0] == ((0, 0, 0) if admitted else (1, 0, 1))


def test_decimals_are_numbers_and_categories_are_text():
    columns = {"price": pa.array([Decimal("1.50")]), "town": pa.array(["Hull"]).dictionary_encode()}
    assert faults(columns, ("price", "number"), ("town", "string"))[0] == (0, 0, 0)


def test_missing_and_retyped_columns_are_named():
    counts, found, state = faults({"age": ["34"], "größe": [1.8]}, ("age", "integer"), ("größe", "number"), ("income", "number"))
    assert counts == (2, 1, 1)
    assert found.message == "3 columns promised; missing: income; age is string where integer is promised."
    assert [list(row) for row in found.exhibits[0].rows] == [["income", "missing", "number", ""], ["age", "other type", "integer", "string"]]
    assert state is Status.FAILED


def test_names_are_compared_letter_by_letter():
    assert faults({"Age": [1]}, ("age", "integer"))[0] == (1, 1, 0)


def test_a_column_without_a_logical_type_may_hold_anything():
    assert faults({"a": [{"x": 1}]}, ("a", ""))[0] == (0, 0, 0)


def test_a_table_of_no_rows_has_a_schema_too():
    assert faults({"a": pa.array([], pa.int32())}, ("a", "string"))[0] == (1, 0, 1)


def test_every_logical_type_of_the_standard_is_compared():
    assert set(ADMITS) == LOGICAL_TYPES


def test_the_plan_takes_every_column_of_the_contract():
    (check,) = planned(SchemaAndTypes, Column("a", logical_type="string"), Column("b"))
    assert check.expected == (("a", "string"), ("b", ""))
    assert check.limit.source == "t.odcs.yaml:5"


def test_without_columns_it_says_what_is_missing():
    subject, _ = subject_with({"a": [1]})
    with pytest.raises(NotApplicable, match="needs a contract with columns"):
        planned(SchemaAndTypes)[0].asks(subject)
