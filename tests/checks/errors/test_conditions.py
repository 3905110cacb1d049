"""Conditions by hand, and told alike to numpy and to an engine."""

import numpy as np
import pandas as pd
import pytest

from audit.checks.errors.conditions import MAX_VALUES, coded
from audit.checks.plain import plain
from audit.core.ask import frame as frame_ask
from tests.answers import subject_of


def found(frame, min_rows=1, moments=()):
    return {c.text: c for column in coded(frame, min_rows, moments) for c in column.conditions}


def test_conditions_by_hand():
    frame = pd.DataFrame({"colour": ["a", "a", "a", "b", None, "b"], "checks": [0, 1, 1, 2, 2, 2], "age": [1.5, 2.5, 3.5, 4.5, 5.5, 6.5]})
    met = {text: c.met(frame).tolist() for text, c in found(frame).items()}
    assert met["colour = a"] == [True, True, True, False, False, False]
    assert met["colour missing"] == [False, False, False, False, True, False]
    assert met["checks ≤ 0"] == [True, False, False, False, False, False]
    assert met["checks ≥ 2"] == [False, False, False, True, True, True]
    assert met["checks = 1"] == [False, True, True, False, False, False]
    # few values: every one is an edge
    assert met["age > 2.5"] == [False, False, True, True, True, True]


def test_numbers_are_cut_at_eighths():
    [column] = coded(pd.DataFrame({"x": range(80)}), 1)
    assert [c.text for c in column.conditions if "≤" in c.text] == [f"x ≤ {e}" for e in (9, 19, 29, 39, 49, 59, 69)]
    assert {c.text for c in column.conditions if "from" in c.text} == {f"x from {e} to {e + 9}" for e in range(10, 70, 10)}
    assert column.cells == 8
    assert list(column.labels) == ["≤ 9", *(f"from {e} to {e + 9}" for e in range(10, 70, 10)), "≥ 70"]


def test_an_edge_that_is_the_largest_value_gives_no_condition_twice():
    # the eighths are 2, 4, 6, 7 and 9, 9, 9
    frame = pd.DataFrame({"x": [1, 2, 3, 4, 5, 6, 7, 8, *[9] * 8]})
    assert {c.text for c in coded(frame, 1)[0].conditions if "from" in c.text or "≥" in c.text} == {
        "x ≥ 3", "x ≥ 5", "x ≥ 7", "x ≥ 9", "x from 3 to 4", "x from 5 to 6", "x from 7 to 8",
    }  # fmt: skip


def test_only_what_enough_rows_meet_and_enough_do_not_is_a_condition():
    frame = pd.DataFrame({"v": ["x", "x", "x", "y"], "w": ["a", "b", "c", "d"]})
    assert list(found(frame, 1)) == ["v = x", "v = y", "w = a", "w = b", "w = c", "w = d"]
    assert found(frame, 2) == {}


def test_rare_values_share_a_cell():
    frame = pd.DataFrame({"v": [f"v{i % 30:02}" for i in range(900)] + ["w"] * 300})
    [column] = coded(frame, 30)
    assert len(column.conditions) == MAX_VALUES
    assert column.labels[-1] == "other"
    assert column.parts[-1] is None
    assert column.members[1:].sum(axis=0).tolist() == [1.0] * MAX_VALUES + [0.0]


def test_moments_are_written_as_dates():
    days = pd.DataFrame({"day": [0.0, 86_400.0, 2 * 86_400.0, np.nan]})
    texts = found(days, 1, ["day"])
    assert {"day ≤ 1970-01-01", "day > 1970-01-02", "day missing"} <= set(texts)
    assert texts["day ≤ 1970-01-01"].otherwise == "day > 1970-01-01 or missing"
    hours = pd.DataFrame({"at": [0.0, 3_600.0, 7_200.0]})
    assert "at ≤ 1970-01-01 01:00:00" in found(hours, 1, ["at"])


@pytest.fixture
def mixed():
    rng = np.random.default_rng(0)
    n = 500
    frame = pd.DataFrame(
        {
            "number": np.where(rng.random(n) < 0.1, np.nan, rng.normal(size=n)),
            "infinite": rng.choice([-np.inf, np.inf, 1.0, 2.0, np.nan], n),
            "few": rng.integers(0, 4, n),
            "flag": rng.random(n) < 0.3,
            "word": rng.choice(["a", "b", "ü 'x'", None], n),
            "long": rng.choice(["l" * 100, "m" * 100], n),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 100, n), unit="D"),
        }
    )
    frame.loc[rng.random(n) < 0.1, "day"] = pd.NaT
    return frame


def test_numpy_and_the_engine_agree_on_every_condition(mixed):
    subject, engine = subject_of(mixed)
    table = subject.table.select(**{c: plain(subject.table[c]) for c in mixed})
    values = engine.one(frame_ask(table))
    columns = coded(values, 5, ["day"])
    assert {c.column for c in columns} == set(mixed)
    for column in columns:
        conditions = column.conditions
        held = engine.one(frame_ask(table.select(**{f"k{i}": c.holds(table[c.column]) for i, c in enumerate(conditions)})))
        for i, (condition, members) in enumerate(zip(conditions, column.members[1:], strict=True)):
            met = condition.met(values)
            np.testing.assert_array_equal(held[f"k{i}"].to_numpy(dtype=bool), met, err_msg=condition.text)
            np.testing.assert_array_equal(members[column.codes] > 0, met, err_msg=condition.text)
