from datetime import UTC, date, datetime, timedelta, timezone

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.checks.privacy.days import FIRST, day_number, day_of, days
from tests.predicates import subject_with


def read(values, kind=None):
    subject, engine = subject_with({"d": pa.array(values, kind)})
    numbers = engine.fetch(subject.table.select(day=days(subject.table["d"], "d")))[1]
    return [None if n is None else day_of(int(n)) for (n,) in numbers]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-01", date(2026, 3, 1)),
        ("2026-03-01T00:30:00", date(2026, 3, 1)),
        ("2026-03-01T00:30:00Z", date(2026, 3, 1)),
        ("2026-03-01T00:30:00+02:00", date(2026, 2, 28)),
        ("2026-03-01 23:30:00-0500", date(2026, 3, 2)),
        (" 1850-01-01T00:30:00.25+02 ", date(1849, 12, 31)),
        ("2026-03-01T25:00:00+02:00", None),
        ("0001-01-01", date(1, 1, 1)),
        ("9999-12-31", date(9999, 12, 31)),
        ("2025-02-29", None),
        ("01.03.2026", None),
        ("2026-3-1", None),
        ("20260301", None),
        ("", None),
        (None, None),
    ],
)
def test_text(text, day):
    assert read([text, "2000-01-01"]) == [day, date(2000, 1, 1)]


def test_moments_before_1970_belong_to_the_day_they_are_on():
    moments = [datetime(1969, 12, 31, 23, 59, 59, 999_999), datetime(1850, 6, 1, 0, 0, 1), datetime(1, 1, 1), None]
    assert read(moments, pa.timestamp("us")) == [date(1969, 12, 31), date(1850, 6, 1), date(1, 1, 1), None]


def test_moments_with_a_zone_count_by_their_day_in_utc():
    moments = [datetime(2026, 3, 1, 0, 30, tzinfo=timezone(timedelta(hours=2))), datetime(1899, 12, 31, 23, 30, tzinfo=UTC)]
    assert read(moments, pa.timestamp("us", "Europe/Berlin")) == [date(2026, 2, 28), date(1899, 12, 31)]


@pytest.mark.parametrize("kind", [pa.int16(), pa.int64(), pa.float64()])
def test_years_count_as_their_last_day_with_or_without_gaps(kind):
    assert read([1850, 2026, None, 999], kind) == [date(1850, 12, 31), date(2026, 12, 31), None, None]


def test_numbers_that_are_no_years():
    assert read([2025.5, float("nan"), float("inf"), 1e300], pa.float64()) == [None] * 4
    assert read([1_772_323_200, -1], pa.int64()) == [None, None]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.dates(), min_size=1, max_size=20))
def test_any_date_of_the_calendar(dates):
    assert read(dates, pa.date32()) == dates
    assert read([d.isoformat() for d in dates]) == dates
    assert all(day_number(d) >= FIRST for d in dates)


@settings(max_examples=30, deadline=None)
@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31)), st.integers(-14 * 4, 14 * 4))
def test_any_moment_with_any_offset(moment, quarters):
    zoned = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=15 * quarters)))
    assert read([zoned.isoformat()]) == [zoned.astimezone(UTC).date()]
