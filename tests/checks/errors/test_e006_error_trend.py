"""E006: counts by period, a planted change named, none alleged on noise."""

import numpy as np
import pandas as pd
import pytest

from audit.checks.errors.e006_error_trend import ErrorTrend
from audit.core.errors import NotApplicable
from audit.core.exhibit import Kind
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of

ROLES = {"target": "label", "prediction": "prediction", "time": "when"}


def table(n=4_000, late=0.35, days=720, seed=0):
    """Errors of 15 % in the first half of the time, of ``late`` in the second."""
    rng = np.random.default_rng(seed)
    day = rng.integers(0, days, n)
    frame = pd.DataFrame({"when": pd.Timestamp("2020-01-01") + pd.to_timedelta(day, unit="D"), "label": rng.choice(["No", "Yes"], n)})
    wrong = rng.random(n) < np.where(day >= days / 2, late, 0.15)
    frame["prediction"] = np.where(wrong, np.where(frame["label"] == "Yes", "No", "Yes"), frame["label"])
    return frame, wrong


def test_a_planted_change_is_named_with_its_month():
    frame, wrong = table()
    subject, engine = subject_of(frame, **ROLES)
    check = ErrorTrend()
    found = findings(check, subject, engine)
    assert status(check, found) is Status.WARNED
    # day 360 is 26 December 2020
    assert "the error rate rises from" in found.message
    assert "2021-01" in found.message
    early = frame["when"] < "2021-01-01"
    change = one(found, "error_rate_change", {"from": "2021-01"})
    assert change.value == pytest.approx(wrong[~early].mean() - wrong[early].mean())
    assert change.interval[0] < change.value < change.interval[1]
    [lines] = found.exhibits
    assert lines.kind is Kind.LINES
    monthly = pd.Series(wrong).groupby(frame["when"].dt.to_period("M")).agg(["mean", "size"])
    assert lines.column("x") == [str(m) for m in monthly.index]
    assert lines.column("y") == pytest.approx(monthly["mean"].tolist())
    assert lines.column("n") == monthly["size"].tolist()


def test_a_fall_is_told_and_is_no_finding():
    frame, _ = table(late=0.02)
    subject, engine = subject_of(frame, **ROLES)
    check = ErrorTrend()
    found = findings(check, subject, engine)
    assert "falls from" in found.message
    assert status(check, found) is Status.PASSED


def test_what_is_alike_stays_about_the_same():
    frame, _ = table(late=0.15)
    subject, engine = subject_of(frame, **ROLES)
    found = findings(ErrorTrend(), subject, engine)
    assert one(found, "confirmed_rises").value == 0
    assert "stays about the same" in found.message


def test_a_sure_but_small_change_is_called_small():
    frame, _ = table(n=60_000, late=0.18)
    subject, engine = subject_of(frame, **ROLES)
    found = findings(ErrorTrend(), subject, engine)
    assert one(found, "confirmed_rises").value == 0
    assert found.message.endswith("but small.")


@pytest.mark.parametrize(
    ("days", "unit", "periods"),
    [(20, "day", 20), (150, "week", 22), (900, "month", 30), (3_000, "quarter", 33), (9_000, "year", 25)],
)
def test_the_finest_unit_with_few_enough_periods(days, unit, periods):
    frame, _ = table(days=days, seed=1)
    subject, engine = subject_of(frame, **ROLES)
    [lines] = findings(ErrorTrend(), subject, engine).exhibits
    assert lines.title == f"Error rate by {unit}"
    assert abs(len(lines.rows) - periods) <= 1


def test_years_as_numbers_hours_and_many_numbers():
    frame, _ = table()
    years = frame.assign(when=1990 + frame["when"].dt.day_of_year % 7)
    subject, engine = subject_of(years, **ROLES)
    assert findings(ErrorTrend(), subject, engine).exhibits[0].column("x") == [str(y) for y in range(1990, 1997)]
    rng = np.random.default_rng(0)
    hours = frame.assign(when=pd.Timestamp("2024-05-01 10:00") + pd.to_timedelta(rng.integers(0, 36_000, len(frame)), unit="s"))
    subject, engine = subject_of(hours, **ROLES)
    found = findings(ErrorTrend(), subject, engine).exhibits[0]
    assert len(found.rows) == 12
    assert found.column("x")[0].startswith("2024-05-01 10:")
    numbers = frame.assign(when=rng.normal(size=len(frame)))
    subject, engine = subject_of(numbers, **ROLES)
    found = findings(ErrorTrend(), subject, engine).exhibits[0]
    assert len(found.rows) == 12
    assert max(found.column("n")) < 2 * min(found.column("n"))


def test_sizes_of_errors_over_time():
    frame, _ = table()
    rng = np.random.default_rng(0)
    frame["prediction"] = rng.normal(size=len(frame))
    frame["label"] = frame["prediction"] + rng.normal(size=len(frame)) * np.where(frame["when"] >= "2021-01-01", 2.0, 1.0)
    subject, engine = subject_of(frame, **ROLES)
    check = ErrorTrend()
    found = findings(check, subject, engine)
    assert status(check, found) is Status.WARNED
    assert "the mean absolute error rises from 0." in found.message
    assert one(found, "mean_absolute_error").value == pytest.approx((frame["label"] - frame["prediction"]).abs().mean())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.assign(when="yesterday"), "give it as dates, timestamps or numbers"),
        (lambda f: f.assign(when=pd.Timestamp("2020-01-01")), "at least two periods"),
        (lambda f: f.assign(when=pd.NaT), "at least two periods"),
        (lambda f: f.assign(prediction=np.where(f["label"] == "Yes", "No", "Yes")), "errs alike in every period"),
    ],
    ids=["text", "one day", "no time", "always wrong"],
)
def test_what_cannot_be_examined_says_why(change, message):
    subject, engine = subject_of(change(table(n=300)[0]), **ROLES)
    with pytest.raises(NotApplicable, match=message):
        findings(ErrorTrend(), subject, engine)


def test_a_perfect_model():
    frame, _ = table(n=300)
    subject, engine = subject_of(frame.assign(prediction=frame["label"]), **ROLES)
    assert "The model errs on no row of" in findings(ErrorTrend(), subject, engine).message
