"""S001 on planted changes, by hand and against scipy, and on tables it must refuse."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp

from audit.checks.shift.s001_column_drift import ColumnDrift
from audit.core.errors import NotApplicable, UsageError
from audit.core.exhibit import Kind
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of


@pytest.fixture
def frame():
    """Police stops of three years, alike in all of them."""
    rng = np.random.default_rng(0)
    n = 3_000
    return pd.DataFrame(
        {
            "year": np.repeat([2015, 2016, 2017], n // 3),
            "sex": rng.choice(["Male", "Female"], n, p=[0.7, 0.3]),
            "age": rng.integers(16, 70, n),
            "speed": rng.normal(50, 10, n),
            "reason": rng.choice(["traffic", "suspicious"], n),
        }
    )


def examine(frame, check=None, **roles):
    subject, engine = subject_of(frame, **({"time": "year"} | roles))
    check = check or ColumnDrift()
    found = findings(check, subject, engine)
    return found, status(check, found)


def drifted(found):
    table = next(e for e in found.exhibits if e.kind is Kind.TABLE)
    return {row[0] for row in table.rows if row[-1] == "yes"}


def test_nothing_changed(frame):
    found, state = examine(frame)
    assert state is Status.PASSED
    assert one(found, "drifted_columns").value == 0
    assert found.message == "None of 4 columns changed between 2015 (1,000 rows) and 2016 to 2017 (2,000 rows) by 0.1 or more beyond chance."


def test_distances_by_hand_and_by_scipy(frame):
    found, _ = examine(frame)
    early, late = frame[frame["year"] == 2015], frame[frame["year"] > 2015]
    for column in ("age", "speed"):
        exact = ks_2samp(early[column], late[column]).statistic
        got = one(found, "kolmogorov_smirnov", {"column": column}).value
        # 'age' has 54 values and is counted exactly; 'speed' is counted in 256 bins, which can only hide a little
        assert exact - (0 if column == "age" else 2 / 256) - 1e-12 <= got <= exact + 1e-12
    male = abs((early["sex"] == "Male").mean() - (late["sex"] == "Male").mean())
    assert one(found, "total_variation", {"column": "sex"}).value == pytest.approx(male)


def test_a_changed_coding_is_found(frame):
    # from 2016 on another system writes M and F
    frame.loc[frame["year"] > 2015, "sex"] = frame["sex"].map({"Male": "M", "Female": "F"})
    found, state = examine(frame)
    assert state is Status.WARNED
    assert drifted(found) == {"sex"}
    assert one(found, "total_variation", {"column": "sex"}).value == 1.0
    assert "1 of 4 columns changed between 2015 (1,000 rows) and 2016 to 2017 (2,000 rows): 'sex' (" in found.message
    bars = found.exhibits[2]
    assert bars.title == "'sex' in either period"
    shares = {(row[0], row[-1]): row[1] for row in bars.rows}
    assert shares["M", "2015"] == 0
    assert shares["Male", "2015"] == pytest.approx((frame["sex"] == "Male").sum() / 1_000)


def test_a_change_in_nothing_but_the_gaps_is_found(frame):
    rng = np.random.default_rng(1)
    gone = (frame["year"] > 2015) & (rng.random(len(frame)) < 0.3)
    frame["speed"] = frame["speed"].mask(gone)
    found, state = examine(frame)
    assert (drifted(found), state) == ({"speed"}, Status.WARNED)
    change = one(found, "missing_share_change", {"column": "speed"})
    assert change.value == pytest.approx(gone.sum() / 2_000)
    assert change.interval[0] < change.value < change.interval[1]
    assert one(found, "distance_beyond_chance", {"column": "speed"}).value < 0.1
    assert f"'speed' (missing 0 % before, {100 * change.value:.1f} % after)" in found.message
    tenths = found.exhibits[2]
    assert tenths.column("label")[-1] == "(missing)"
    assert tenths.column("label")[0].startswith("up to ")
    assert sum(v for v, s in zip(tenths.column("value"), tenths.column("series"), strict=True) if s == "2015") == pytest.approx(1)


def test_small_changes_are_significant_but_below_the_floor():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"year": np.repeat([1, 2], 50_000), "x": np.concatenate([rng.normal(size=50_000), rng.normal(0.05, 1, 50_000)])})
    found, state = examine(frame)
    assert one(found, "adjusted_p_value", {"column": "x"}).value < 0.01
    assert state is Status.PASSED
    assert examine(frame, ColumnDrift(floor=0.01))[1] is Status.WARNED


def test_target_and_prediction_are_compared_and_outputs_of_others_are_not(frame):
    frame["label"] = np.where(frame["year"] > 2015, "x", "y")
    found, _ = examine(frame.assign(prediction="x"), target="label", prediction="prediction")
    assert drifted(found) == {"label"}
    assert one(found, "total_variation", {"column": "prediction"}).value == 0


def test_cut_is_closest_to_half_and_may_be_named(frame):
    # 2015 has 1,000, 2016 and 2017 have 2,000: after 2015 and after 2016 are as close, the earlier is taken
    assert "between 2015 (1,000 rows) and 2016 to 2017 (2,000 rows)" in examine(frame)[0].message
    assert "between 2015 (1,000 rows) and 2016 to 2017 (1,300 rows)" in examine(frame[:2_300])[0].message
    assert "between 2015 to 2016 (1,200 rows) and 2017 (1,000 rows)" in examine(frame[800:])[0].message
    assert "between 2015 to 2016 (2,000 rows) and 2017 (1,000 rows)" in examine(frame, ColumnDrift(cut=2017))[0].message


@pytest.mark.parametrize("kind", [lambda d: d, lambda d: d.dt.date, lambda d: d.dt.tz_localize("UTC")], ids=["timestamp", "date", "with zone"])
def test_time_may_be_a_date(frame, kind):
    days = pd.Series(pd.date_range("2024-01-01", periods=3_000, freq="h"))
    frame = frame.assign(year=kind(days))
    found, _ = examine(frame)
    assert "between 2024-01-01 to 2024-03-" in found.message
    for cut in ("2024-05-01", dt.date(2024, 5, 1)):  # YAML reads a date without quotes as one
        named, _ = examine(frame, ColumnDrift(cut=cut))
        assert "and 2024-05-01 to 2024-05-04" in named.message


def test_rows_without_a_time_are_left_out_and_told(frame):
    frame["year"] = frame["year"].astype(float).mask(frame.index < 10)
    found, _ = examine(frame)
    assert "10 rows without a 'year' left out" in found.message
    assert one(found, "drifted_columns").n == 2_990


def test_reference_is_the_early_period(frame):
    changed = frame.assign(reason="traffic", age=frame["age"].astype(float), new="x").drop(columns="year")
    subject, engine = subject_of(changed)
    engine.backend.con.register("reference_table", frame)
    subject = replace(subject, reference=engine.backend.table("reference_table"))
    check = ColumnDrift()
    found = findings(check, subject, engine)
    assert found.message.startswith("1 of 4 columns changed between the reference (3,000 rows) and now (3,000 rows): 'reason' (")
    assert one(found, "kolmogorov_smirnov", {"column": "age"}).value == 0


def test_a_column_without_any_value_in_one_period(frame):
    frame["speed"] = frame["speed"].mask(frame["year"] == 2015)
    frame["empty"] = pd.Series([None] * len(frame), dtype="float64")
    found, _ = examine(frame)
    assert drifted(found) == {"speed"}
    measured = one(found, "kolmogorov_smirnov", {"column": "speed"})
    assert (measured.value, measured.method) == (None, "not estimable: a period has no value")
    assert one(found, "missing_share_change", {"column": "empty"}).value == 0


def test_many_categories_are_put_together_and_names_of_people_are_not_shown(frame):
    # 1,000 names of the early period never come again
    frame["name"] = [f"person {i}" for i in range(1_000)] + [f"somebody {i % 700}" for i in range(2_000)]
    frame.loc[frame["year"] > 2015, "reason"] = "traffic"
    found, _ = examine(frame)
    assert drifted(found) == {"name", "reason"}
    shown = " ".join(str(e) for e in found.exhibits)
    assert "person 1" not in shown
    assert "somebody" not in shown + found.message


def test_rare_categories_have_no_bar(frame):
    frame.loc[:2, "reason"] = "Jane Doe"
    frame.loc[frame["year"] > 2015, "reason"] = "traffic"
    found, _ = examine(frame)
    bars = next(e for e in found.exhibits if e.title == "'reason' in either period")
    assert set(bars.column("label")) == {"traffic", "suspicious", "(other values)"}


def test_awkward_names_types_and_values(frame):
    frame = frame.rename(columns={"sex": 'se"x, ü', "age": "select"}).assign(
        flag=frame["age"] > 40, day=dt.date(2020, 1, 1), tags=[["a", "b"]] * len(frame), infinite=np.where(frame["age"] > 40, np.inf, 1.0)
    )
    found, state = examine(frame)
    assert state is Status.PASSED
    assert "Not compared, because of their nested type: tags." in found.message
    assert one(found, "total_variation", {"column": "flag"}).n == 3_000


def test_same_numbers_twice(frame):
    assert examine(frame)[0] == examine(frame)[0]


@pytest.mark.parametrize(
    ("change", "roles", "message"),
    [
        (lambda f: f, {"time": None}, "needs a time column"),
        (lambda f: f.assign(year=2015), {}, "needs rows of two periods; all rows with a 'year' lie in one"),
        (lambda f: f.assign(year=f["year"].astype(str) + "-01-01"), {}, "'year' has the type string; give it as dates"),
        (lambda f: f[["year"]], {}, "needs columns beside the time"),
        (lambda f: f[:0], {}, "needs rows of two periods"),
    ],
    ids=["no time", "one period", "text", "no columns", "empty"],
)
def test_what_cannot_be_examined_says_why(frame, change, roles, message):
    with pytest.raises(NotApplicable, match=message):
        examine(change(frame), **roles)


@pytest.mark.parametrize(
    ("dated", "cut", "message"),
    [
        (False, "soon", "S001: 'cut' is 'soon'; the time column 'year' has the type int64, so give a number"),
        (True, "soon", "S001: 'cut' is 'soon'; .* so give a date such as 2024-05-01"),
        (True, "2024-13-01", "'2024-13-01'"),
        (True, 2024, "'2024'"),
    ],
)
def test_a_cut_that_is_no_time(frame, dated, cut, message):
    if dated:
        frame["year"] = pd.date_range("2024-01-01", periods=len(frame), freq="h")
    with pytest.raises(UsageError, match=message):
        examine(frame, ColumnDrift(cut=cut))


def test_arrests_of_later_years_are_more_often_of_citizens():
    from sklego.datasets import load_arrests

    frame = load_arrests(as_frame=True)
    found, _ = examine(frame, target="released")
    # 2,468 arrests up to 1999 and 2,758 from 2000 on: no other year comes closer to halves
    late = frame["year"] >= 2000
    assert (late.sum(), len(frame)) == (2_758, 5_226)
    assert "between 1997 to 1999 (2,468 rows) and 2000 to 2002 (2,758 rows)" in found.message
    citizen = frame["citizen"] == "Yes"
    assert one(found, "total_variation", {"column": "citizen"}).value == pytest.approx(citizen[late].mean() - citizen[~late].mean())
    assert drifted(found) == {"citizen"}
