from typing import Any

import numpy as np
import pandas as pd
import pytest

from audit.checks.fairness.f015_calibration_by_group import CalibrationByGroup
from audit.core.check import Findings
from audit.core.contract import Contract, Place, Rule
from audit.core.errors import NotApplicable
from audit.core.limit import Limit
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of


def measured(frame: pd.DataFrame, **roles: Any) -> tuple[Findings, Status]:
    subject, engine = subject_of(frame, target="y", score="s", sensitive=("g",), **roles)
    (check,) = CalibrationByGroup.plan(subject, Contract())
    found = findings(check, subject, engine)
    return found, status(check, found)


def frame(cells: list[tuple[str, float, int, int]]) -> pd.DataFrame:
    """Rows of (group, score, negatives, positives)."""
    return pd.DataFrame([(g, s, y) for g, s, n0, n1 in cells for y, n in ((0, n0), (1, n1)) for _ in range(n)], columns=["g", "s", "y"])


def simulated(n: int, shifts: dict[str, float], seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    parts = []
    for name, shift in shifts.items():
        odds = rng.standard_normal(n)
        y = rng.random(n) < 1 / (1 + np.exp(shift - odds))
        parts.append(pd.DataFrame({"g": name, "y": y.astype(int), "s": 1 / (1 + np.exp(-odds))}))
    return pd.concat(parts, ignore_index=True)


def test_by_hand() -> None:
    found, _ = measured(frame([("a", 0.2, 70, 30), ("a", 0.7, 50, 50), ("b", 0.6, 80, 20)]))
    assert one(found, "calibration_in_the_large", {"g": "a"}).value == pytest.approx(0.45 - 0.4)
    assert one(found, "calibration_in_the_large", {"g": "b"}).value == pytest.approx(0.6 - 0.2)
    assert one(found, "calibration_in_the_large_difference").value == pytest.approx(0.35)
    assert one(found, "expected_calibration_error", {"g": "a"}).value == pytest.approx(0.15)
    assert one(found, "expected_calibration_error", {"g": "b"}).value == pytest.approx(0.4)
    assert one(found, "calibration_in_the_large").value == pytest.approx((45 * 2 + 60 - 100) / 300)
    assert "40.0 points above the rate where g is b (n = 100) and 5.0 points above the rate where it is a (n = 200)" in found.message
    assert "a gap of 35.0 points" in found.message


def test_a_shift_warns_and_none_passes() -> None:
    found, state = measured(simulated(3_000, {"a": 0.0, "b": 1.0}))
    assert state is Status.WARNED
    assert (one(found, "p_value").value or 1) < 1e-6
    found, state = measured(simulated(20_000, {"a": 0.0, "b": 0.0}))
    assert state is Status.PASSED
    found, state = measured(simulated(50, {"a": 0.0, "b": 0.0}))
    assert state is Status.UNDECIDED
    assert "These rows cannot decide whether the gap is above 5.0 points" in found.message


def test_groups_alike_are_not_called_apart_though_their_rates_differ() -> None:
    rng = np.random.default_rng(3)
    apart = []
    for _ in range(100):
        low, high = rng.beta(2, 6, 80), rng.beta(6, 2, 80)
        s = np.r_[low, high]
        table = pd.DataFrame({"g": np.repeat(["a", "b"], 80), "s": s, "y": (rng.random(160) < s).astype(int)})
        found, _ = measured(table)
        apart.append((one(found, "calibration_in_the_large_difference").interval or (0, 1))[0] > 0)
    assert np.mean(apart) <= 0.05


def test_curves_of_many_groups_stay_within_the_rows_that_are_shown() -> None:
    rng = np.random.default_rng(4)
    table = pd.DataFrame({"g": np.arange(20_000) % 50, "s": rng.random(20_000), "y": rng.integers(0, 2, 20_000)})
    found, _ = measured(table)
    assert all(len(e.rows) <= 1_000 for e in found.exhibits)
    assert len({row[4] for row in found.exhibits[1].rows}) == 51


def test_scores_that_are_no_probabilities_and_constant_ones() -> None:
    table = frame([("a", 0.2, 7, 3), ("b", 3.0, 2, 8)])
    with pytest.raises(NotApplicable, match="10 scores lie outside 0 to 1"):
        measured(table)
    found, _ = measured(frame([("a", 0.4, 70, 30), ("b", 0.4, 50, 50)]))
    assert "Every row has the same score, 0.4, so this gap is that of the rates alone." in found.message
    assert one(found, "calibration_in_the_large_difference").value == pytest.approx(0.2)


def test_a_rule_of_the_contract_sets_limit_and_attribute() -> None:
    rule = Rule("custom", Place("c.yaml", 3), column="g", engine="assay", implementation={"check": "F015", "bins": 5}, limit=Limit(high=0.4))
    subject, engine = subject_of(simulated(2_000, {"a": 0.0, "b": 1.0}), target="y", score="s")
    (check,) = CalibrationByGroup.plan(subject, Contract(rules=(rule,)))
    assert (check.attribute, check.bins, check.limit.high) == ("g", 5, 0.4)
    assert status(check, findings(check, subject, engine)) is Status.PASSED
