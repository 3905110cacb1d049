"""D004 on small tables."""

import datetime as dt

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.checks.quality.d004_categories import Categories
from audit.core.contract import Column
from audit.core.errors import UsageError
from audit.core.limit import Limit
from tests.predicates import INF, NAN, broken, found_and_picked, planned, rule, subject_with


@pytest.mark.parametrize(
    ("values", "allowed", "rows"),
    [
        (pa.array(["red", "Red", "red ", "", None, "größe"]), ("red", "größe"), [1, 2, 3]),
        (pa.array(["", "x"]), ("",), [1]),
        (pa.array([1, 2, None, 3]), (1, 2), [3]),
        (pa.array([1, 2, 3]), ("1", "2"), [2]),
        (pa.array([1.0, 2.5, NAN, None, INF]), (1, "2.5"), [4]),
        (pa.array(["1", "2"]), (1,), [1]),
        (pa.array([True, False, None]), (True,), [1]),
        (pa.array([True, False, None]), ("true",), [1]),
        (pa.array([1, 0]), (True,), [0, 1]),
        (pa.array([5, None]), ("red",), [0]),
        (pa.array([NAN, None, 5.0]), ("red",), [2]),
        (pa.array(["None", None]), ("x", None), [0]),
        (pa.array([dt.date(2024, 1, 1), dt.date(2024, 1, 2)]), (dt.date(2024, 1, 1),), [1]),
        (pa.array([None, None], pa.string()), ("a",), []),
        (pa.array([], pa.string()), ("a",), []),
    ],
)
def test_only_listed_values_are_allowed(values, allowed, rows):
    assert broken(Categories(column="größe", allowed=allowed), {"größe": values}) == rows


def test_the_sentence_and_the_most_frequent_strangers():
    check = Categories(column="colour", allowed=("Black", "White"))
    found, _ = found_and_picked(check, {"colour": ["Blakc", "Blakc", "x" * 80, "White", None]})
    assert found.message == "3 of 5 values of colour are none of Black, White; 2 other values. For 'Blakc': Did you mean 'Black'?"
    assert [list(row) for row in found.exhibits[0].rows] == [["Blakc", 2], ["x" * 59 + "…", 1]]


def test_many_categories_are_counted_not_listed():
    found, _ = found_and_picked(Categories(column="a", allowed=tuple("abcdefg")), {"a": ["a"]})
    assert found.message == "0 of 1 values of a are none of its 7 categories."
    assert not found.exhibits


def test_the_plan_takes_enums_and_valid_values():
    shares = Limit(high=0.05, measurement="failing_share")
    checks = planned(
        Categories,
        Column("a", {"": 3, "enum": 4}, "t.odcs.yaml", enum=(1, 2)),
        Column("b", rules=(rule("invalidValues", column="b", arguments={"validValues": ["x"]}, limit=shares),)),
        Column("c", rules=(rule("invalidValues", column="c", arguments={"pattern": "x"}),)),
    )
    assert [(c.column, c.allowed, c.limit.measurement) for c in checks] == [("a", (1, 2), ""), ("b", ("x",), "failing_share")]
    assert checks[0].limit.source == "t.odcs.yaml:4"


def test_one_allowed_value_in_a_custom_rule_needs_no_list():
    (check,) = planned(Categories, rules=[rule(kind="custom", engine="assay", implementation={"check": "D004", "column": "a", "allowed": "red"})])
    assert broken(check, {"a": ["red", "r", "blue"]}) == [1, 2]


def test_without_allowed_values_the_rule_is_a_mistake():
    subject, _ = subject_with({"a": ["x"]})
    with pytest.raises(UsageError, match="D004 on 'a' has no allowed values"):
        Categories(column="a").asks(subject)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=2), st.sampled_from(["a", "ß", ""])), max_size=20),
    st.sets(st.sampled_from(["a", "ß", "", "A", "'"]), min_size=1),
)
def test_pandas_picks_the_same_rows(values, allowed):
    series = pd.Series(values, dtype=object)
    expected = [int(i) for i in series.index[series.notna() & ~series.isin(allowed)]]
    assert broken(Categories(column="a", allowed=tuple(allowed)), {"a": pa.array(values, pa.string())}) == expected


def test_values_of_a_classified_column_are_not_shown():
    frame = {"name": ["Ann", "Ann", "Zoe Secret"]}
    found, _ = found_and_picked(Categories(column="name", allowed=("Ann",), classified=True), frame)
    assert found.message == "1 of 3 values of name are none of Ann; 1 other value, not shown since the contract classifies the column."
    assert not found.exhibits
    column = Column("name", {}, "t", "string", classification="restricted", enum=("Ann",))
    assert planned(Categories, column)[0].classified
