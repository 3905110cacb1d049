from datetime import date, datetime, timedelta

import ibis
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.checks.privacy.days import day_number, day_of
from audit.checks.privacy.p004_retention import Retention
from audit.core.contract import Column, Contract, Place, Rule
from audit.core.errors import DataError, NotApplicable, UsageError
from audit.core.limit import Limit
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of

DAY = "2026-03-01"


def rule(**parameters):
    return Rule("custom", Place("c", 1), engine="assay", implementation={"check": "P004", **parameters}, limit=Limit())


def look(values, contract, name="at"):
    subject, engine = subject_of(pd.DataFrame({name: pd.Series(values)}), collected=name)
    (check,) = Retention.plan(subject, contract)
    found = findings(check, subject, engine)
    return check, found, [bad for (bad,) in engine.fetch(subject.table.select(bad=check.failing(subject.table)))[1]]


TEN_DAYS = Contract(rules=(rule(retention_days=10, as_of=DAY),))


@pytest.mark.parametrize(
    "values",
    [
        [date(2026, 2, 18), date(2026, 2, 19), date(2026, 3, 1), None],
        [datetime(2026, 2, 18, 23, 59, 59), datetime(2026, 2, 19), datetime(2026, 3, 2), None],
        ["2026-02-18", "2026-02-19T00:00:00", "2026-03-01 10:00", "yesterday"],
    ],
)
def test_a_row_may_be_kept_through_its_tenth_day(values):
    check, found, bad = look(values, TEN_DAYS)
    assert bad == [True, False, False, True]
    where = {"column": "at"}
    assert [one(found, n, where).value for n in ("failing_rows", "failing_share", "unreadable_rows", "oldest_age")] == [2, 0.5, 1, 11]
    assert found.message == (
        "1 of 4 rows were collected before 2026-02-19, 10 days before 2026-03-01; the oldest is from 2026-02-18; 1 row has no readable date."
    )
    assert status(check, found) is Status.FAILED


def test_a_year_counts_as_its_last_day():
    one_year = Contract(rules=(rule(retention_days=365, as_of=DAY),))
    # 2025-12-31 and 2024-12-31 are 60 and 425 days before 2026-03-01
    assert look([2025, 2024], one_year)[2] == [False, True]


@settings(max_examples=25, deadline=None)
@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(1, 40_000))
def test_any_dates_against_the_calendar_of_python(collected, as_of, kept):
    contract = Contract(rules=(rule(retention_days=kept, as_of=as_of.isoformat()),))
    expected = collected + timedelta(days=kept) < as_of
    assert look([collected.isoformat()], contract)[2] == [expected]
    assert day_of(day_number(collected)) == collected


@pytest.mark.parametrize(
    ("contract", "days", "place"),
    [
        (
            Contract(columns=(Column("at", {"": 4, "retentionDays": 7}, "c.yaml", custom={"retentionDays": 30}),), custom={"retentionDays": 99}),
            30,
            "c.yaml:7",
        ),
        (Contract(custom={"retentionDays": "99"}, custom_lines={"retentionDays": 3}, place=Place("c.yaml", 1)), 99, "c.yaml:3"),
    ],
)
def test_the_contract_promises(contract, days, place):
    check, _, _ = look([date(2026, 1, 1)], contract)
    assert (check.retention_days, check.clauses, check.limit.source) == (days, (place,), place)


def test_a_rule_without_a_period_takes_the_promised_one():
    contract = Contract(rules=(rule(as_of=DAY),), custom={"retentionDays": 10}, place=Place("c.yaml", 1))
    assert look([date(2026, 2, 18)], contract)[2] == [True]


@pytest.mark.parametrize("days", ["soon", -3, 1.5, True, 0, 10**9, None])
def test_what_is_no_period_is_refused(days):
    with pytest.raises(UsageError, match="a retention period is a whole number of days"):
        look([date(2026, 1, 1)], Contract(custom={"retentionDays": days}, place=Place("c.yaml", 1)))


def test_not_applicable_and_wrong_type():
    with pytest.raises(NotApplicable, match="custom property 'retentionDays'"):
        look([date(2026, 1, 1)], Contract())
    with pytest.raises(DataError, match="'at' is boolean"):
        look([True], TEN_DAYS)
    subject, engine = subject_of(pd.DataFrame({"x": [1]}))
    (check,) = Retention.plan(subject, TEN_DAYS)
    with pytest.raises(NotApplicable, match="roles: collected"):
        findings(check, subject, engine)


def test_dates_that_no_calendar_of_python_holds():
    subject, engine = subject_of(pd.DataFrame({"at": ["2026-02-28", "x"]}), collected="at")
    # PostgreSQL and DuckDB know dates without end, and dates before the year 1
    dates = subject.table.mutate(at=ibis.ifelse(subject.table["at"] == "x", ibis.literal("-infinity"), subject.table["at"]).cast("date"))
    (check,) = Retention.plan(subject, TEN_DAYS)
    found = findings(check, subject.with_table(dates), engine)
    assert [one(found, n, {"column": "at"}).value for n in ("failing_rows", "oldest_age")] == [1, 1]


@pytest.mark.parametrize(("values", "state"), [([], Status.PASSED), ([None, None], Status.FAILED)])
def test_empty_and_all_missing(values, state):
    check, found, _ = look(pd.Series(values, dtype="datetime64[us]"), TEN_DAYS, "wann 'genau' \"?\"")
    assert status(check, found) is state
    assert not [m for m in found.measurements if m.name == "oldest_age"]


def test_none_too_old():
    _, found, _ = look([date(2026, 2, 20)], TEN_DAYS)
    assert found.message == "None of 1 row was collected before 2026-02-19, 10 days before 2026-03-01; the oldest is from 2026-02-20."
