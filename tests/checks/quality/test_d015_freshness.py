"""D015 against a clock that stands still."""

import datetime as dt
from dataclasses import replace

import pyarrow as pa
import pytest

from audit.checks.quality.d015_freshness import Freshness
from audit.core.contract import Contract, Place, ServiceLevel
from audit.core.errors import NotApplicable, UsageError
from audit.core.limit import Limit
from audit.core.status import Status
from tests.answers import findings, one, status
from tests.predicates import rule, subject_with

NOW = "2026-03-10T12:00:00Z"


def stamp(day: int, hour: int = 0, **rest) -> dt.datetime:
    return dt.datetime(2026, 3, day, hour, **rest)


def examined(values, at_most="1", unit="days", as_of=NOW, **rest):
    own = rule(
        kind="custom",
        engine="assay",
        limit=Limit(),
        implementation={"check": "D015", "column": "t", "at_most": at_most, "unit": unit, "as_of": as_of, **rest},
    )
    subject, engine = subject_with({"t": values})
    (check,) = Freshness.plan(subject, Contract(rules=[own]))
    found = findings(check, subject, engine)
    return check, found, status(check, found)


@pytest.mark.parametrize(
    ("values", "period", "state", "words"),
    [
        ([stamp(9, 13), stamp(1), None], {}, Status.PASSED, "2026-03-09 13:00 UTC, 23 hours ago; at most 1 day old promised; 1 row has no t."),
        ([stamp(9, 12)], {}, Status.PASSED, "2026-03-09 12:00 UTC, 24 hours ago"),
        ([stamp(9, 11)], {}, Status.FAILED, "2026-03-09 11:00 UTC, 25 hours ago"),
        ([stamp(10, 11)], {"at_most": 60, "unit": "minutes"}, Status.PASSED, "60 minutes ago; at most 60 minutes old promised"),
        ([stamp(10, 10, minute=59)], {"at_most": 1, "unit": "hours"}, Status.FAILED, "61 minutes ago; at most 1 hour old promised"),
        ([stamp(10, 12)], {"at_most": 0, "unit": "seconds"}, Status.PASSED, "0 seconds ago"),
        ([dt.date(2026, 3, 9)], {}, Status.PASSED, "The newest t is 2026-03-09, 1 day ago"),
        ([dt.date(2026, 3, 8)], {}, Status.FAILED, "The newest t is 2026-03-08, 2 days ago"),
        ([dt.date(1850, 1, 1)], {"at_most": 200, "unit": "years"}, Status.PASSED, "64,351 days ago"),
    ],
)
def test_the_newest_value(values, period, state, words):
    _, found, came_out = examined(pa.array(values), **period)
    assert words in found.message
    assert came_out is state


@pytest.mark.parametrize(
    ("values", "state"), [([dt.datetime(2023, 3, 10, 12), stamp(1)], Status.PASSED), ([dt.datetime(2023, 3, 10, 11, 59), stamp(1)], Status.FAILED)]
)
def test_the_oldest_value_is_what_retention_is_about(values, state):
    check, found, came_out = examined(pa.array(values), "3", "years", promise="retention")
    assert came_out is state
    assert found.message.startswith("The oldest t is 2023-03-10")
    assert check.where == {"column": "t", "value": "oldest"}


@pytest.mark.parametrize(
    ("as_of", "amount", "unit", "days"),
    [
        ("2026-03-31", "1", "months", 31),
        ("2026-03-30T00:00:00Z", "13", "months", 395),
        ("2024-02-29", "1", "years", 366),
        ("2026-03-10", "2", "weeks", 14),
        ("2026-03-10", "36", "hours", 1.5),
    ],
)
def test_months_and_years_are_those_of_the_calendar(as_of, amount, unit, days):
    check, _, _ = examined(pa.array([stamp(1)]), amount, unit, as_of)
    assert check.limit.high == days


def test_time_zones():
    plus_two = dt.timezone(dt.timedelta(hours=2))
    aware = pa.array([stamp(10, 13, tzinfo=plus_two)], pa.timestamp("us", "Africa/Johannesburg"))
    assert "2026-03-10 11:00 UTC, 60 minutes ago" in examined(aware, "1", "hours")[1].message
    local = pa.array([stamp(10, 13)])
    assert "2026-03-10 12:00 UTC, 0 seconds ago" in examined(local, "1", "hours", zone="Europe/Berlin")[1].message
    # without a zone the clock of UTC has not come to one o'clock yet
    assert "1 row lies in the future" in examined(local, "1", "hours")[1].message
    # it is already the eleventh in Tokyo
    assert "2026-03-11, 0 days ago" in examined(pa.array([dt.date(2026, 3, 11)]), as_of="2026-03-10T16:00:00Z", zone="Asia/Tokyo")[1].message
    with pytest.raises(UsageError, match="no time zone 'Atlantis'"):
        examined(local, zone="Atlantis")


def test_the_future_hides_nothing():
    check, found, state = examined(pa.array([dt.datetime(2031, 1, 1), dt.datetime(9999, 12, 31), stamp(1)]))
    assert state is Status.FAILED
    assert found.message == (
        "The newest t is 2026-03-01 00:00 UTC, 9.5 days ago; at most 1 day old promised; 2 rows lie in the future, up to 9999-12-31 00:00 UTC."
    )
    assert one(found, "future_rows", check.where).value == 2
    assert one(found, "age", check.where).value == 9.5


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (pa.array([None], pa.timestamp("us")), "t has no value up to now, so whether it is at most 1 day old is unknown; 1 row has no t."),
        (pa.array([], pa.date32()), "t has no value up to now, so whether it is at most 1 day old is unknown."),
        (pa.array([stamp(11)]), "unknown; 1 row lies in the future, up to 2026-03-11 00:00 UTC."),
        (pa.array(["2026"]), "t is string, which has no age; whether it is at most 1 day old is unknown."),
    ],
)
def test_where_there_is_no_age_nothing_is_decided(values, words):
    _, found, state = examined(values)
    assert state is Status.UNDECIDED
    assert found.message.endswith(words)


def levels(**rest) -> Contract:
    level = ServiceLevel("latency", "2", "days", "t", "Europe/Berlin", Place("c.odcs.yaml", 9))
    return Contract(path="c.odcs.yaml", service_levels=[replace(level, **rest)])


def test_the_plan_takes_service_levels_with_their_lines():
    subject, _ = subject_with({"t": [stamp(1)]})
    (check,) = Freshness.plan(subject, levels())
    assert (check.column, check.promise, check.at_most, check.unit, check.zone) == ("t", "latency", "2", "days", "Europe/Berlin")
    assert (check.clauses, check.limit.high, check.limit.source) == (("c.odcs.yaml:9",), 2, "c.odcs.yaml:9")
    assert abs(dt.datetime.fromisoformat(check.as_of) - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)
    assert list(Freshness.plan(subject, Contract())) == []


def test_without_a_column_the_role_time_serves():
    subject, _ = subject_with({"t": [stamp(1)]}, time="t")
    (check,) = Freshness.plan(subject, levels(column=""))
    assert check.column == "t"
    subject, _ = subject_with({"t": [stamp(1)]})
    (check,) = Freshness.plan(subject, levels(column=""))
    with pytest.raises(NotApplicable, match=r"names no column; write 'element: TABLE\.COLUMN'"):
        check.asks(subject)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"at_most": "soon"}, "'at_most' is a number from 0; got 'soon'"),
        ({"at_most": -1}, "'at_most' is a number from 0; got -1"),
        ({"unit": "dys"}, "no unit 'dys'. Did you mean 'days'"),
        ({"promise": "latncy"}, "no promise 'latncy'. Did you mean 'latency'"),
        ({"as_of": "yesterday"}, "'as_of' is a moment such as 2026-01-31"),
        ({"at_most": 99999, "unit": "years"}, "months before 2026-03-10 is no date"),
    ],
)
def test_periods_that_are_none(parameters, words):
    with pytest.raises(UsageError, match=words):
        examined(pa.array([stamp(1)]), **parameters)
