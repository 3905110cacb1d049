"""D019: columns of one value and series that stood still, and series whose habit it is to repeat."""

import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from audit.checks.quality.d019_constant_columns import ConstantColumns
from audit.checks.quality.frozen_runs import Habit, Run, frozen, too_long
from audit.core.contract import Column
from audit.core.errors import NotApplicable, UsageError
from audit.core.status import Status
from tests.answers import findings, status, subject_of
from tests.predicates import NAN, planned, rule, subject_with
from tests.suspects import pasted, rows_of

N = 600


def series(seed: int = 1, n: int = N) -> pd.DataFrame:
    return pd.DataFrame({"t": np.arange(n), "x": np.random.default_rng(seed).normal(20, 2, n).round(2)})


def found_in(frame: pd.DataFrame, **roles):
    subject, engine = subject_of(frame, **roles)
    found = findings(ConstantColumns(), subject, engine)
    return found, {(s.column, s.what): rows_of(s, subject, engine) for s in found.suspects}


def test_columns_of_one_value_or_none_are_found():
    columns = {
        "text": ["same"] * 40,
        "number": pa.array([5.5] * 39 + [None]),
        "not a number": [5.5] * 39 + [NAN],
        "nothing": pa.array([None] * 40, pa.string()),
        "only nan": [NAN] * 40,
        "truth": [True] * 40,
        "whole": [7] * 40,
        "two": ["same"] * 39 + ["other"],
        "two or nan": [1.0] * 20 + [2.0] * 19 + [NAN],
        "day": pa.array([0] * 40, pa.date32()),
        "zone": pa.array([0] * 40, pa.timestamp("us", "Europe/Berlin")),
    }
    subject, engine = subject_with(columns)
    found = findings(ConstantColumns(), subject, engine)
    whats = {s.column: s.what for s in found.suspects}
    gap = "one value in all rows, or none (1 row)"
    one, none = "one value in all rows", "no value in any row"
    assert whats == {
        "text": one, "number": gap, "not a number": gap, "nothing": none, "only nan": none, "truth": one, "whole": one, "day": one, "zone": one,
    }  # fmt: skip
    assert all(rows_of(s, subject, engine) == list(range(40)) for s in found.suspects)
    assert status(ConstantColumns(), found) is Status.WARNED


def test_the_proposal_is_a_contract_that_silences_it(tmp_path):
    subject, engine = subject_with(
        {"a": ["é: x"] * 40, "b": pa.array([None] * 40, pa.int64()), "c": [True] * 40, "d": [3] * 40, "e": list(range(40))}
    )
    contract = pasted(findings(ConstantColumns(), subject, engine), tmp_path)
    assert [c.enum for c in contract.columns] == [("é: x",), (), (True,), (3,)]
    (check,) = ConstantColumns.plan(subject, contract)
    assert check.settled == ("a", "b", "c", "d")
    assert not findings(check, subject, engine).suspects


def test_columns_that_are_constant_by_nature_are_left_alone():
    frame = pd.DataFrame({"consented": True, "why": "research", "part": "train", "x": np.arange(40)})
    found, rows = found_in(frame, consent="consented", purpose="why", split="part")
    assert not rows
    assert found.message == "No constant column among 1 column; runs in time were not looked at, because no column has the role time."


def test_a_sensor_that_froze_is_found_row_by_row_whatever_the_order_of_the_table():
    frame = series()
    frame.loc[200:230, "x"] = frame.loc[200, "x"]
    frame = frame.sample(frac=1, random_state=3).reset_index(drop=True)
    found, rows = found_in(frame, time="t")
    assert rows == {("x", "the same value in 31 rows one after the other"): sorted(frame.index[frame["t"].between(200, 230)])}
    assert found.message == "x stood still in 1 run of 31 rows (looked at: 2 columns and 1 series in time)."


@pytest.mark.parametrize("kind", ["datetime64[us]", "date", "float64"])
def test_time_may_be_a_moment_a_day_or_a_number(kind):
    frame = series()
    frame.loc[N - 25 :, "x"] = 3.25
    moments = pd.Timestamp("1890-01-01") + pd.to_timedelta(frame["t"], unit="D")
    frame["t"] = moments.dt.date if kind == "date" else moments.astype(kind) if kind.startswith("date") else frame["t"] / 7
    _, rows = found_in(frame, time="t")
    assert list(rows.values()) == [list(range(N - 25, N))]


def test_each_entity_has_a_series_of_its_own():
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"t": np.repeat(np.arange(100), 8), "pump": np.tile(list("abcdefgh"), 100), "x": rng.normal(0, 1, 800)})
    stuck = (frame["pump"] == "c") & frame["t"].between(40, 70)
    frame.loc[stuck, "x"] = 0.125
    assert not found_in(frame, time="t")[1]
    _, rows = found_in(frame, time="t", entity="pump")
    assert list(rows.values()) == [sorted(frame.index[stuck])]


def test_missing_values_do_not_break_a_run_and_infinity_is_no_trouble():
    frame = series()
    frame.loc[100:140, "x"] = 8.5
    frame.loc[[110, 120], "x"] = NAN
    frame.loc[[3, 4], "x"] = [np.inf, -np.inf]
    _, rows = found_in(frame, time="t")
    assert list(rows.values()) == [[r for r in range(100, 141) if r not in (110, 120)]]


HABITS = {
    "nothing repeats": lambda rng, t: rng.normal(0, 1, len(t)),
    "few values": lambda rng, t: rng.choice([0.25, 0.5, 0.75], len(t)),
    "mostly zero": lambda rng, t: np.where(rng.random(len(t)) < 0.9, 0.0, rng.random(len(t))),
    "zero at night": lambda rng, t: np.maximum(0, np.sin(t / 24 * 2 * np.pi)) * rng.random(len(t)),
    "slow and rounded": lambda rng, t: np.cumsum(rng.normal(0, 0.03, len(t))).round(1),
    "a reading every fourth row": lambda rng, t: np.repeat(rng.random(len(t) // 4 + 1), 4)[: len(t)],
    "counts": lambda rng, t: np.floor(t / 50),
    "calm and lively times": lambda rng, t: np.where(t // 200 % 2, rng.normal(0, 1, len(t)), 0.5 + rng.normal(0, 0.04, len(t)).round(1)),
}


@pytest.mark.parametrize("habit", HABITS)
@pytest.mark.parametrize("size", [300, 5000])
def test_series_that_repeat_by_habit_are_left_alone(habit, size):
    t = np.arange(size)
    frame = pd.DataFrame({"t": t} | {f"x{i}": HABITS[habit](np.random.default_rng(i), t) for i in range(10)})
    assert not found_in(frame, time="t")[1]


def test_too_long_is_a_bound_on_the_expected_number_of_runs():
    # a run of 11 has ten pairs: 1,000 * .25^10 = .00095
    assert too_long(11, 0.25, 1000, 1)
    assert not too_long(11, 0.25, 1000, 2)
    assert not too_long(11, 0.26, 1000, 1)
    assert not too_long(5, 1.0, 10, 1)


def test_runs_are_counted_against_the_habit_without_themselves():
    habit = Habit(values=1000, pairs=999, same=29, far=21, fractional=1000)
    run = Run("", 2.5, 10, 39, 30)
    assert frozen([run], habit, 1) == [run]
    # another long run of the same value, or ten others of a quarter of the length: the habit of the series
    assert not frozen([run, Run("", 2.5, 100, 107, 8)], habit, 1)
    others = [Run("", float(i), 100 + 10 * i, 107 + 10 * i, 8) for i in range(10)]
    assert not frozen([run, *others], Habit(1000, 999, 99, 21, 1000), 1)
    # neighbours are equal in 999 of 1,000 pairs anyway
    assert not frozen([run], Habit(1000, 999, 998, 900, 1000), 1)
    assert math.isclose((29 - 29 + 1) / (999 - 29 + 2), 1 / 972)


def test_a_declared_longest_run_is_enforced(tmp_path):
    frame = series()
    frame.loc[50:69, "x"] = 1.5
    subject, engine = subject_of(frame, time="t")
    found = findings(ConstantColumns(), subject, engine)
    own, search = ConstantColumns.plan(subject, pasted(found, tmp_path))
    assert (own.column, own.longest_run, own.limit.blocking, search.settled) == ("x", 10, True, ("x",))
    again = findings(own, subject, engine)
    assert again.message == "The longest run of one value of x has 20 rows; at most 10 are allowed."
    assert status(own, again) is Status.FAILED
    assert rows_of(again.suspects[0], subject, engine) == list(range(50, 70))
    assert status(own, findings(ConstantColumns(column="x", longest_run=20), subject, engine)) is Status.PASSED


def test_wrong_rules_small_tables_and_times_that_do_not_order_are_refused():
    subject, engine = subject_of(series())
    with pytest.raises(NotApplicable, match="needs a time column"):
        ConstantColumns(column="x", longest_run=3).asks(subject)
    timed, _ = subject_of(series(), time="t")
    with pytest.raises(UsageError, match="says how long a run may be"):
        ConstantColumns(column="x").asks(timed)
    words, _ = subject_of(series().assign(t="Monday"), time="t")
    with pytest.raises(NotApplicable, match="no numeric column in the order"):
        ConstantColumns(column="x", longest_run=3).asks(words)
    short, engine = subject_with({"a": [1] * 29})
    with pytest.raises(NotApplicable, match="at least 30 rows"):
        findings(ConstantColumns(), short, engine)
    with pytest.raises(NotApplicable, match="leaves open"):
        ConstantColumns(settled=("a",)).asks(short)


def test_clauses_settle_columns():
    nulls = rule("nullValues", column="b", unit="percent")
    (check,) = planned(ConstantColumns, Column("a", enum=("x",)), Column("b", rules=(nulls,)), Column("c"))
    assert check.settled == ("a", "b")


def test_the_electricity_market_that_had_no_neighbour_yet(real_data):
    """Prices and demand of Victoria and the transfer are constant in the first 17,424 half-hours."""
    frame = pd.read_csv(real_data / "elec2" / "electricity.csv")
    frame["t"] = range(len(frame))
    _, rows = found_in(frame, time="t")
    first = {column: places for (column, what), places in rows.items() if "17,424" in what}
    assert {column: (len(p), p[0], p[-1]) for column, p in first.items()} == dict.fromkeys(["vicprice", "vicdemand", "transfer"], (17_424, 0, 17_423))
