"""D003 on small tables."""

import datetime as dt
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.checks.quality.d003_value_range import ValueRange
from audit.core.contract import Column
from audit.core.errors import NotApplicable, UsageError
from audit.core.status import Status
from audit.core.written import Written
from tests.answers import findings, one, status
from tests.predicates import INF, NAN, broken, found_and_picked, planned, rule, subject_with

NUMBERS = pa.array([1.0, 2.0, 3.0, None, NAN, INF, -INF])
DAYS = pa.array([dt.date(2020, 1, 1), dt.date(2020, 12, 31), None, dt.date(2021, 1, 1)])
STAMPS = pa.array([dt.datetime(2020, 1, 1), dt.datetime(2020, 1, 1, 0, 0, 1), None])


@pytest.mark.parametrize(
    ("bounds", "rows"),
    [
        ({"minimum": 2}, [0, 6]),
        ({"minimum": 2, "exclusive_minimum": True}, [0, 1, 6]),
        ({"maximum": 2}, [2, 5]),
        ({"maximum": 2, "exclusive_maximum": True}, [1, 2, 5]),
        ({"minimum": 2, "maximum": 2}, [0, 2, 5, 6]),
        ({"minimum": 1, "maximum": 3, "exclusive_minimum": True, "exclusive_maximum": True}, [0, 2, 5, 6]),
        ({"minimum": -INF, "maximum": INF}, []),
        ({"minimum": 0}, [6]),
    ],
)
def test_bounds_on_numbers(bounds, rows):
    assert broken(ValueRange(column="a", **bounds), {"a": NUMBERS}) == rows


@pytest.mark.parametrize(
    ("values", "bounds", "rows"),
    [
        (DAYS, {"minimum": "2020-12-31"}, [0]),
        (DAYS, {"minimum": dt.date(2020, 12, 31), "exclusive_minimum": True}, [0, 1]),
        (DAYS, {"maximum": "2020-12-31"}, [3]),
        (DAYS, {"maximum": "2021-01-01", "exclusive_maximum": True}, [3]),
        (STAMPS, {"maximum": "2020-01-01"}, [1]),
        (STAMPS, {"minimum": "2020-01-01T00:00:01"}, [0]),
        (pa.array([dt.time(9), dt.time(17, 30)]), {"maximum": "17:00:00"}, [1]),
        (pa.array([Decimal("1.10"), Decimal("1.11"), None]), {"maximum": 1.1}, [1]),
        (pa.array([-128, 127], pa.int8()), {"maximum": 100_000}, []),
        (pa.array([2**63 - 1]), {"maximum": 2**62}, [0]),
        (pa.array([], pa.int64()), {"minimum": 0}, []),
        (pa.array([None, None], pa.float64()), {"minimum": 0, "maximum": 1}, []),
    ],
)
def test_bounds_on_other_types(values, bounds, rows):
    assert broken(ValueRange(column="größe", **bounds), {"größe": values}) == rows


def test_the_extremes_are_told_and_nan_is_none_of_them():
    check = ValueRange(column="a", minimum=2, maximum=3)
    found, _ = found_and_picked(check, {"a": [1.0, 2.5, NAN, 1250000.0]})
    assert found.message == "2 of 4 values of a are outside 2 to 3; the data go from 1 to 1.25e+06."
    assert (one(found, "minimum", check.where).value, one(found, "maximum", check.where).value) == (1.0, 1250000.0)


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ({"minimum": 2}, "at least 2"),
        ({"maximum": 2.5}, "at most 2.5"),
        ({"minimum": 0, "exclusive_minimum": True}, "above 0"),
        ({"minimum": 0, "maximum": 9, "exclusive_maximum": True}, "at least 0 and below 9"),
    ],
)
def test_the_range_in_words(bounds, words):
    found, _ = found_and_picked(ValueRange(column="a", **bounds), {"a": [4]})
    assert f"are outside {words}" in found.message
    assert ValueRange(column="a", **bounds).reason() == f"a is outside {words}"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"minimum": 1, "maximum": 5}, (1, False, 5, False)),
        ({"exclusiveMinimum": 1}, (1, True, None, False)),
        ({"exclusiveMaximum": 5}, (None, False, 5, True)),
        ({"minimum": 5, "exclusiveMinimum": 0}, (5, False, None, False)),
        ({"minimum": 0, "exclusiveMinimum": 0}, (0, True, None, False)),
        ({"maximum": 5, "exclusiveMaximum": 9}, (None, False, 5, False)),
        ({"maximum": 9, "exclusiveMaximum": 5}, (None, False, 5, True)),
        ({"minimum": 0}, (0, False, None, False)),
        ({"minimum": "2020-02-01", "exclusiveMinimum": "2020-01-31"}, ("2020-02-01", False, None, False)),
    ],
)
def test_the_plan_takes_the_stricter_of_two_bounds(options, expected):
    (check,) = planned(ValueRange, Column("a", options=options))
    assert (check.minimum, check.exclusive_minimum, check.maximum, check.exclusive_maximum) == expected


def test_the_plan_knows_the_line_of_the_bound():
    (check,) = planned(ValueRange, Column("a", {"": 3, "maximum": 8}, "t.odcs.yaml", options={"maximum": 9}))
    assert check.clauses == ("t.odcs.yaml:8",)
    assert planned(ValueRange, Column("b", options={"pattern": "x"})) == []


@pytest.mark.parametrize(
    ("values", "bounds", "error", "words"),
    [
        ([1], {}, UsageError, "neither a minimum nor a maximum"),
        ([1], {"minimum": "one"}, UsageError, "the bound 'one' is text, the column is int64"),
        (["1"], {"minimum": 1}, NotApplicable, "a is string, which has no range"),
        ([[1]], {"minimum": 1}, NotApplicable, "which has no range"),
    ],
)
def test_what_cannot_be_compared_says_why(values, bounds, error, words):
    subject, _ = subject_with({"a": values})
    with pytest.raises(error, match=words):
        ValueRange(column="a", **bounds).asks(subject)


def test_a_share_below_the_limit_passes():
    own = rule(kind="custom", engine="assay", column="a", implementation={"check": "D003", "minimum": 0})
    (check,) = planned(ValueRange, Column("a", rules=(own,)))
    for values, state in (([0, 1], Status.PASSED), ([-1, 1], Status.FAILED)):
        subject, engine = subject_with({"a": values})
        assert status(check, findings(check, subject, engine)) is state


BIG = 2**53 + 1
CENTS = pa.array([Decimal("0.1000000000"), Decimal("0.1000000001"), Decimal("12345678901234567890.1234567891"), None], pa.decimal128(38, 10))
LONG_AGO = pa.array([dt.date(1, 1, 1), dt.date(1582, 10, 14), dt.date(1899, 12, 31), None])
AWARE = pa.array([dt.datetime(2020, 1, 1, 0, tzinfo=dt.UTC), dt.datetime(2020, 1, 1, 2, tzinfo=dt.UTC), None], pa.timestamp("us", "Asia/Tokyo"))
LOCAL = pa.array([dt.datetime(2020, 1, 1), dt.datetime(2020, 1, 1, 2), None])


@pytest.mark.parametrize(
    ("values", "bounds", "rows"),
    [
        (pa.array([BIG - 1, BIG, BIG + 1]), {"maximum": BIG}, [2]),
        (pa.array([BIG - 1, BIG, BIG + 1]), {"minimum": BIG, "exclusive_minimum": True}, [0, 1]),
        (pa.array([float(BIG - 1), float(BIG + 1)]), {"maximum": BIG}, [1]),
        (pa.array([2**64 - 1, 0], pa.uint64()), {"maximum": 2**64 - 2}, [0]),
        (pa.array([2**63 - 1, None]), {"maximum": 2**70}, []),
        (pa.array([2**63 - 1, None]), {"minimum": 2**70}, [0]),
        (pa.array([1, 2, 3]), {"minimum": 1.5, "maximum": Written(2.5, "2.5")}, [0, 2]),
        (CENTS, {"maximum": 0.1}, [1, 2]),
        (CENTS, {"maximum": Written(1.2345678901234567e19, "12345678901234567890.1234567890")}, [2]),
        (CENTS, {"maximum": Written(1.2345678901234567e19, "12345678901234567890.1234567891")}, []),
        (pa.array([0.3, 0.1 + 0.2]), {"maximum": Written(0.3, "0.3")}, [1]),
        (pa.array([0.1, 0.2], pa.float32()), {"maximum": 0.1}, [1]),
        (LONG_AGO, {"minimum": "1582-10-15"}, [0, 1]),
        (LONG_AGO, {"maximum": "1582-10-14", "exclusive_maximum": True}, [1, 2]),
        (pa.array([dt.datetime(1850, 1, 1), dt.datetime(2020, 1, 1)], pa.timestamp("ns")), {"minimum": "1600-01-01", "maximum": "1900-01-01"}, [1]),
        (pa.array([dt.datetime(1850, 1, 1), None], pa.timestamp("ns")), {"minimum": "2300-01-01"}, [0]),
        (DAYS, {"maximum": "2020-12-31T12:00"}, [3]),
        (DAYS, {"minimum": "2020-12-31T12:00"}, [0, 1]),
        (AWARE, {"minimum": "2020-01-01T03:00:00+02:00"}, [0]),
        (AWARE, {"minimum": "2020-01-01T01:00:00"}, [0]),
        (AWARE, {"minimum": "2020-01-01T10:00:00", "zone": "Asia/Tokyo"}, [0]),
        (LOCAL, {"minimum": "2020-01-01T00:00:00Z", "zone": "Europe/Berlin"}, [0]),
        (LOCAL, {"maximum": "2020-01-01T00:00:00Z", "zone": "Europe/Berlin"}, [1]),
        (LOCAL, {"maximum": "2020-01-01T00:00:00Z"}, [1]),
    ],
)
def test_no_bound_is_rounded(values, bounds, rows):
    assert broken(ValueRange(column="a", **bounds), {"a": values}) == rows


@pytest.mark.parametrize(
    ("values", "step", "rows"),
    [
        (pa.array([0.3, 0.1 + 0.2, 0.7, None, NAN, INF, -0.0]), 0.1, [1, 5]),
        (pa.array([5, 0, -5, 7, None]), 5, [3]),
        (pa.array([5, 0, 7]), Written(2.5, "2.5"), [2]),
        (pa.array([Decimal("0.15"), Decimal("0.17"), None]), 0.05, [1]),
        (pa.array([BIG, BIG + 1, 0]), BIG, [1]),
    ],
)
def test_multiples_are_counted_in_decimals(values, step, rows):
    assert broken(ValueRange(column="a", multiple_of=step), {"a": values}) == rows


def test_the_sentence_about_multiples():
    check = ValueRange(column="a", multiple_of=Written(0.05, "0.05"))
    found, _ = found_and_picked(check, {"a": [0.1, 0.12]})
    assert found.message == "1 of 2 values of a are no multiple of 0.05; the data go from 0.1 to 0.12."
    assert check.reason() == "a is no multiple of 0.05"
    assert ValueRange(column="a", maximum=1, multiple_of=2).reason() == "a is outside at most 1 or no multiple of 2"


def test_moments_with_a_time_zone_are_told():
    found, _ = found_and_picked(ValueRange(column="a", minimum="2021-01-01"), {"a": AWARE})
    assert "2 of 3 values of a are outside at least 2021-01-01; the data go from 2020-01-01 00:00:00+00 to 2020-01-01 02:00:00+00" in found.message


def test_the_plan_takes_steps_formats_and_time_zones():
    checks = planned(
        ValueRange,
        Column("a", {"multipleOf": 4}, "t.odcs.yaml", "number", options={"multipleOf": 0.5}),
        Column("b", {"format": 5}, "t.odcs.yaml", "integer", options={"format": "i8"}),
        Column("c", {"minimum": 6}, "t.odcs.yaml", "timestamp", options={"minimum": "2020-01-01", "defaultTimezone": "Asia/Tokyo"}),
        Column("d", logical_type="number", options={"format": "f32"}),
    )
    assert [(c.column, c.multiple_of, c.minimum, c.maximum, c.zone, c.clauses) for c in checks] == [
        ("a", 0.5, None, None, "", ("t.odcs.yaml:4",)),
        ("b", None, -128, 127, "", ("t.odcs.yaml:5",)),
        ("c", None, "2020-01-01", None, "Asia/Tokyo", ("t.odcs.yaml:6",)),
    ]


@pytest.mark.parametrize(
    ("values", "parameters", "words"),
    [
        (DAYS, {"multiple_of": 2}, "'multiple_of' is about numbers, the column is date"),
        ([1.0], {"multiple_of": BIG}, "a step for a column of floats has at most 15 digits"),
        ([1], {"multiple_of": 0}, "a step is a number above 0"),
        (DAYS, {"minimum": "31.01.2020"}, "the bound '31.01.2020' is no date as ISO 8601 writes it"),
        (STAMPS, {"minimum": "2020-01-01", "zone": "Atlantis"}, "there is no time zone 'Atlantis'"),
    ],
)
def test_steps_and_zones_that_make_no_sense(values, parameters, words):
    subject, _ = subject_with({"a": values})
    with pytest.raises(UsageError, match=words):
        ValueRange(column="a", **parameters).asks(subject)


BOUNDS = st.one_of(st.none(), st.integers(-3, 3))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(-4, 4).map(float), st.floats()), max_size=20), BOUNDS, BOUNDS, st.booleans(), st.booleans())
def test_pandas_picks_the_same_rows(values, low, high, above, below):
    if low is None and high is None:
        high = 1
    series = pd.Series(values, dtype="float64")
    out = pd.Series(False, series.index)
    if low is not None:
        out |= series <= low if above else series < low
    if high is not None:
        out |= series >= high if below else series > high
    check = ValueRange(column="a", minimum=low, maximum=high, exclusive_minimum=above, exclusive_maximum=below)
    assert broken(check, {"a": pa.array(values, pa.float64())}) == [int(i) for i in series.index[out]]
