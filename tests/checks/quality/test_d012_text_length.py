"""D012 on small tables."""

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.checks.quality.d012_text_length import TextLength
from audit.core.contract import Column
from audit.core.errors import NotApplicable, UsageError
from tests.predicates import broken, found_and_picked, planned, subject_with

# é in one and in two code points, a family of five code points
WORDS = pa.array(["", "a", "é", "e\u0301", "👩\u200d👩\u200d👧", None, "ab "])


@pytest.mark.parametrize(
    ("lengths", "rows"),
    [
        ({"shortest": 1}, [0]),
        ({"longest": 2}, [4, 6]),
        ({"shortest": 1, "longest": 1}, [0, 3, 4, 6]),
        ({"shortest": 0, "longest": 5}, []),
        ({"longest": 0}, [1, 2, 3, 4, 6]),
    ],
)
def test_characters_are_counted_as_code_points(lengths, rows):
    assert broken(TextLength(column="größe", **lengths), {"größe": WORDS}) == rows


@pytest.mark.parametrize(
    ("lengths", "words"),
    [({"shortest": 1}, "at least 1"), ({"longest": 2}, "at most 2"), ({"shortest": 1, "longest": 2}, "1 to 2")],
)
def test_the_sentence(lengths, words):
    found, _ = found_and_picked(TextLength(column="a", **lengths), {"a": ["", "x", "xyz"]})
    failing = {"at least 1": 1, "at most 2": 1, "1 to 2": 2}[words]
    assert found.message == f"{failing} of 3 values of a are not {words} characters long."
    assert TextLength(column="a", **lengths).reason() == f"a is not {words} characters long"


def test_the_plan_takes_either_length():
    checks = planned(
        TextLength,
        Column("a", {"minLength": 4}, "t.odcs.yaml", options={"minLength": 0}),
        Column("b", {"maxLength": 6}, "t.odcs.yaml", options={"maxLength": 9}),
        Column("c", options={"pattern": "x"}),
    )
    assert [(c.column, c.shortest, c.longest, c.clauses) for c in checks] == [("a", 0, None, ("t.odcs.yaml:4",)), ("b", None, 9, ("t.odcs.yaml:6",))]


def test_numbers_have_no_length():
    subject, _ = subject_with({"a": [1]})
    with pytest.raises(NotApplicable, match="a is no text column"):
        TextLength(column="a", shortest=1).asks(subject)


def test_without_a_length_the_rule_is_a_mistake():
    subject, _ = subject_with({"a": ["x"]})
    with pytest.raises(UsageError, match="neither a shortest nor a longest"):
        TextLength(column="a").asks(subject)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=4)), max_size=20))
def test_python_counts_the_same(values):
    series = pd.Series(values, dtype=object)
    expected = [int(i) for i in series.index if series[i] is not None and not 1 <= len(series[i]) <= 2]
    assert broken(TextLength(column="a", shortest=1, longest=2), {"a": pa.array(values, pa.string())}) == expected
