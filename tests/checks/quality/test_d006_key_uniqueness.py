"""D006 on small tables."""

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.checks.quality.d006_key_uniqueness import KeyUniqueness
from audit.core.contract import Column
from audit.core.errors import NotApplicable, UsageError
from audit.core.limit import Limit
from audit.core.status import Status
from tests.answers import one, status
from tests.predicates import NAN, broken, found_and_picked, planned, rule, subject_with


@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        ({"a": [1, 2, 1, 3]}, [0, 2]),
        ({"a": ["x", "X", "x ", "ß", "ß"]}, [3, 4]),
        ({"a": pa.array([None, None, 1])}, []),
        ({"a": pa.array([NAN, NAN, None, 1.0, 1.0])}, [3, 4]),
        ({"a": [0.0, -0.0]}, [0, 1]),
        ({"a": [1, 1, 1, 2], "b": ["x", "x", "y", "x"]}, [0, 1]),
        ({"a": [1, 1, None, None, 2], "b": [None, None, "x", "x", "y"]}, []),
        ({"a": pa.array([], pa.int64())}, []),
        ({"größe": [1, 1]}, [0, 1]),
    ],
)
def test_all_rows_that_share_a_complete_key_fail(columns, rows):
    assert broken(KeyUniqueness(columns=tuple(columns)), columns) == rows


def test_keys_rows_and_the_largest_group_are_counted():
    check = KeyUniqueness(columns=("a",))
    found, _ = found_and_picked(check, {"a": [1, 1, 1, 2, 2, 3, None, None]})
    assert {m.name: m.value for m in found.measurements} == {"failing_rows": 5, "failing_share": 0.625, "repeated_keys": 2, "largest_group": 3}
    assert found.message == "5 of 8 rows share their a with another row: 2 keys occur more than once; 2 rows without a complete a are left out."
    found, _ = found_and_picked(check, {"a": [1, 2]})
    assert found.message == "No two of 2 rows share the same a."
    assert len(found.measurements) == 2
    found, _ = found_and_picked(check, {"a": [1, 2, None]})
    assert found.message == "No two of 3 rows share the same a; 1 row without a complete a is left out."


@pytest.mark.parametrize("columns", [{"a": pa.array([None, None], pa.int64())}, {"a": [NAN, NAN]}, {"a": pa.array([1, None]), "b": [None, "x"]}])
def test_where_no_key_is_complete_nothing_is_known(columns):
    check = KeyUniqueness(columns=tuple(columns))
    found, rows = found_and_picked(check, columns)
    assert rows == []
    assert [(m.name, m.value, m.n) for m in found.measurements] == [("failing_rows", None, 0), ("failing_share", None, 0)]
    assert status(check, found) is Status.UNDECIDED
    name = " + ".join(columns)
    assert found.message == f"None of 2 rows has a complete {name}, so nothing is known about whether keys repeat."


def test_a_key_of_several_columns_has_one_name():
    check = KeyUniqueness(columns=("a", "b"))
    found, _ = found_and_picked(check, {"a": [1, 1], "b": [2, 2]})
    assert one(found, "failing_rows", {"column": "a + b"}).value == 2
    assert check.reason() == "another row has the same a + b"


def test_the_plan_takes_the_primary_key_once_unique_columns_and_rules():
    together = rule("duplicateValues", arguments={"properties": ["a", "c"]}, limit=Limit(high=2))
    checks = planned(
        KeyUniqueness,
        Column("a", {"primaryKey": 4}, "t.odcs.yaml", primary_key=True, unique=True),
        Column("b", {"unique": 7}, "t.odcs.yaml", unique=True),
        Column("c", rules=(rule("duplicateValues", column="c", limit=Limit(high=0.01, measurement="failing_share")),)),
        rules=[together, rule("duplicateValues")],
    )
    assert [c.columns for c in checks] == [("a",), ("b",), ("c",), ("a", "c")]
    assert [c.limit.source for c in checks[:2]] == ["t.odcs.yaml:4", "t.odcs.yaml:7"]
    assert [c.limit.high for c in checks] == [0, 0, 0.01, 2]


def test_a_primary_key_of_two_columns_leaves_a_unique_column_its_own_check():
    checks = planned(KeyUniqueness, Column("a", primary_key=True, unique=True), Column("b", primary_key=True))
    assert [c.columns for c in checks] == [("a", "b"), ("a",)]


def test_a_custom_rule_names_one_column_or_several():
    def of(columns):
        return planned(KeyUniqueness, rules=[rule(kind="custom", engine="assay", implementation={"check": "D006", "columns": columns})])[0]

    assert of("number").columns == ("number",)
    assert of(["a", "b"]).columns == ("a", "b")


def test_what_cannot_be_compared_says_why():
    subject, _ = subject_with({"number": [1]})
    with pytest.raises(UsageError, match="D006 names no columns"):
        KeyUniqueness().asks(subject)
    with pytest.raises(NotApplicable, match=r"no column 'numbr'.*Did you mean 'number'"):
        KeyUniqueness(columns=("numbr",)).asks(subject)


KEYS = st.one_of(st.none(), st.just(NAN), st.sampled_from([0.0, 1.0, 2.5]))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(KEYS, st.sampled_from([None, "", "x", "ß"])), max_size=20))
def test_pandas_picks_the_same_rows(rows):
    numbers, words = [a for a, _ in rows], [b for _, b in rows]
    frame = pd.DataFrame({"a": pd.Series(numbers, dtype="float64"), "b": pd.Series(words, dtype=object)})
    if len(frame) and not frame.notna().all(axis=1).any():
        frame.loc[len(frame)] = [-1.0, "complete"]
        numbers, words = [*numbers, -1.0], [*words, "complete"]
    expected = frame.duplicated(keep=False) & frame.notna().all(axis=1)
    columns = {"a": pa.array(numbers, pa.float64()), "b": pa.array(words, pa.string())}
    assert broken(KeyUniqueness(columns=("a", "b")), columns) == [int(i) for i in frame.index[expected]]
