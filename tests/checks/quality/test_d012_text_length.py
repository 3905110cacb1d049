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
    unit = "character" if words.endswith(" 1") else "characters"
    assert found.message == f"{failing} of 3 values of a are not {words} {unit} long."
    assert TextLength(column="a", **lengths).reason() == f"a is not {words} {unit} long"


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


LISTS = pa.array([[1, 2], [1, 1], [], None, [1, None], [1, 2, 3]])


@pytest.mark.parametrize(
    ("bounds", "rows", "words"),
    [
        ({"shortest": 1}, [2], "1 of 6 values of a do not have at least 1 item."),
        ({"longest": 2}, [5], "1 of 6 values of a do not have at most 2 items."),
        ({"shortest": 2, "longest": 2}, [2, 5], "2 of 6 values of a do not have 2 items."),
        ({"distinct": True}, [1], "1 of 6 values of a have an item twice."),
    ],
)
def test_items_of_lists(bounds, rows, words):
    check = TextLength(column="a", of="items", **bounds)
    assert broken(check, {"a": LISTS}) == rows
    found, _ = found_and_picked(check, {"a": LISTS})
    assert found.message == words


def test_the_plan_takes_lists_and_vectors():
    checks = planned(
        TextLength,
        Column("a", options={"minItems": 1, "maxItems": 3, "uniqueItems": True}),
        Column("b", options={"dimensions": 384}),
        Column("c", options={"uniqueItems": False}),
    )
    assert [(c.column, c.of, c.shortest, c.longest, c.distinct) for c in checks] == [
        ("a", "items", 1, 3, False),
        ("a", "items", None, None, True),
        ("b", "items", 384, 384, False),
    ]
    assert checks[1].reason() == "a has an item twice"
    assert checks[2].reason() == "b does not have 384 items"


def test_text_is_no_list():
    subject, _ = subject_with({"a": ["x"]})
    with pytest.raises(NotApplicable, match="a is string, not a list"):
        TextLength(column="a", of="items", longest=3).asks(subject)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=4)), max_size=20))
def test_python_counts_the_same(values):
    series = pd.Series(values, dtype=object)
    expected = [int(i) for i in series.index if series[i] is not None and not 1 <= len(series[i]) <= 2]
    assert broken(TextLength(column="a", shortest=1, longest=2), {"a": pa.array(values, pa.string())}) == expected
