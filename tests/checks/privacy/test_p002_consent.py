from datetime import UTC, date, datetime

import pandas as pd
import pytest

from audit.checks.privacy.p002_consent import Consent
from audit.core.contract import Contract, Place, Rule
from audit.core.errors import DataError, NotApplicable, UsageError
from audit.core.limit import Limit
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of

DAY = "2026-03-01"


def rule(**parameters):
    return Contract(rules=(Rule("custom", Place("c", 1), engine="assay", implementation={"check": "P002", **parameters}, limit=Limit()),))


def look(frame, contract=None, **roles):
    subject, engine = subject_of(frame, **roles)
    (check,) = Consent.plan(subject, contract or rule(as_of=DAY))
    found = findings(check, subject, engine)
    failing = engine.fetch(subject.table.select(bad=check.failing(subject.table)))[1]
    return check, found, [bad for (bad,) in failing]


@pytest.mark.parametrize(
    ("values", "failing"),
    [
        (["yes", "Yes", " TRUE ", "1", "no", "", "y", None], [False, False, False, False, True, True, True, True]),
        ([True, False, None], [False, True, True]),
        ([1, 0, 2], [False, True, True]),
        ([1.0, 0.0, float("nan")], [False, True, True]),
    ],
)
def test_only_a_yes_is_a_yes(values, failing):
    dtype = "boolean" if isinstance(values[0], bool) else None
    check, found, bad = look(pd.DataFrame({"ok": pd.Series(values, dtype=dtype)}), consent="ok")
    assert bad == failing
    assert one(found, "failing_rows", {"column": "ok"}).value == sum(failing)
    assert status(check, found) is Status.FAILED


@pytest.mark.parametrize(
    "until",
    [
        [date(2026, 2, 28), date(2026, 3, 1), date(2099, 1, 1), None],
        [datetime(2026, 2, 28, 23, 59), datetime(2026, 3, 1, 0, 0), datetime(2026, 3, 1, 23, 59), None],
        ["2026-02-28", "2026-03-01", "2026-03-02T10:00:00Z", "01/03/2027"],
        ["2026-02-28", " 2026-03-01 ", "2026-03-01", "2026-02-30"],
        [2025, 2026, 2027, 99_999],
    ],
)
def test_a_consent_holds_through_its_last_day(until):
    _, found, bad = look(pd.DataFrame({"ok": [True] * 4, "until": pd.Series(until)}), consent="ok", consent_until="until")
    assert bad == [True, False, False, True]
    assert (
        found.message
        == "2 of 4 rows have no consent that holds on 2026-03-01: 1 with a consent that has ended and 1 with no readable end of the consent."
    )


def test_a_missing_end_may_be_declared_to_be_none():
    frame = pd.DataFrame({"until": ["2026-02-28", None, "2027-01-01"]})
    _, found, bad = look(frame, rule(as_of=DAY, open_ended=True), consent_until="until")
    assert bad == [True, False, False]
    assert not [m for m in found.measurements if m.name == "endless_rows"]


def test_other_words_for_yes_and_columns_named_by_the_rule():
    frame = pd.DataFrame({"agreed": ["oui", "non"]})
    assert look(frame, rule(column="agreed", granted=["oui"], as_of=DAY))[2] == [False, True]
    assert look(frame, rule(column="agreed", granted=" OUI ", as_of=DAY))[2] == [False, True]
    # YAML reads a bare yes as a truth value
    assert look(pd.DataFrame({"agreed": ["True", "yes"]}), rule(column="agreed", granted=[True], as_of=DAY))[2] == [False, True]


def test_the_last_day_of_a_consent_is_a_day_in_utc():
    frame = pd.DataFrame({"until": ["2026-03-01T00:30:00+02:00", "2026-02-28T23:30:00-05:00", "2026-03-01T00:30:00"]})
    assert look(frame, consent_until="until")[2] == [True, False, False]


def test_all_rows_hold():
    check, found, _ = look(pd.DataFrame({"ok": [True, True]}), consent="ok")
    assert found.message == "All 2 rows have a consent that holds on 2026-03-01."
    assert status(check, found) is Status.PASSED


def test_the_day_is_today_in_utc_where_none_is_given_and_is_kept():
    subject, _ = subject_of(pd.DataFrame({"ok": [True]}), consent="ok")
    before = datetime.now(UTC).date().isoformat()
    (check,) = Consent.plan(subject, Contract())
    assert before <= check.as_of <= datetime.now(UTC).date().isoformat()


def test_a_date_that_yaml_has_parsed():
    assert look(pd.DataFrame({"ok": [True]}), rule(as_of=date(2026, 3, 1)), consent="ok")[0].as_of == DAY


def test_what_is_no_day_is_refused():
    with pytest.raises(UsageError, match="'as_of' is a date such as 2026-01-31; got 'soon'"):
        look(pd.DataFrame({"ok": [True]}), rule(as_of="soon"), consent="ok")


def test_a_column_that_holds_no_dates_is_refused():
    with pytest.raises(DataError, match="'until' is boolean; expected a date"):
        look(pd.DataFrame({"until": [True]}), consent_until="until")


def test_without_a_column_it_does_not_apply():
    with pytest.raises(NotApplicable, match="roles: consent"):
        look(pd.DataFrame({"x": [1]}))


@pytest.mark.parametrize(("values", "state"), [([], Status.PASSED), ([None, None], Status.FAILED)])
def test_empty_and_all_missing(values, state):
    check, found, bad = look(pd.DataFrame({'o\'k "é"': pd.Series(values, dtype="str")}), consent='o\'k "é"')
    assert status(check, found) is state
    assert bad == [True] * len(values)


def test_the_reason_holds_no_data():
    check, _, _ = look(pd.DataFrame({"ok": [True]}), consent="ok")
    assert check.reason() == "no consent on 2026-03-01"
