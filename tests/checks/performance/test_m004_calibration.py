from typing import Any

import numpy as np
import pandas as pd
import pytest

from audit.checks.performance.m004_calibration import Calibration
from audit.core.check import Findings
from audit.core.errors import DataError, NotApplicable
from audit.core.exhibit import Kind
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of


def measured(frame: pd.DataFrame, **roles: Any) -> tuple[Findings, Status]:
    subject, engine = subject_of(frame, target="y", score="s", **roles)
    found = findings(Calibration(), subject, engine)
    return found, status(Calibration(), found)


def frame(cells: list[tuple[float, int, int]]) -> pd.DataFrame:
    """Rows of (score, negatives, positives)."""
    return pd.DataFrame([(s, y) for s, n0, n1 in cells for y, n in ((0, n0), (1, n1)) for _ in range(n)], columns=["s", "y"])


def simulated(n: int, stretch: float = 1.0, shift: float = 0.0) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    odds = 1.5 * rng.normal(size=n)
    return pd.DataFrame({"y": (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(int), "s": 1 / (1 + np.exp(-(stretch * odds + shift)))})


def test_by_hand() -> None:
    found, _ = measured(frame([(0.2, 70, 30), (0.7, 50, 50)]))
    assert one(found, "expected_calibration_error").value == pytest.approx((0.1 + 0.2) / 2)
    assert one(found, "calibration_in_the_large").value == pytest.approx(0.45 - 0.4)
    assert one(found, "mean_score").value == pytest.approx(0.45)
    assert one(found, "label_rate").value == pytest.approx(0.4)
    # two scores, so the line goes through both: log odds of .3 and .5 over log odds of .2 and .7
    slope = -np.log(3 / 7) / (np.log(7 / 3) + np.log(4))
    assert one(found, "calibration_slope").value == pytest.approx(slope, abs=1e-4)
    # Hosmer and Lemeshow: (30 - 20)² / 16 + (50 - 70)² / 21
    assert one(found, "hosmer_lemeshow").value == pytest.approx(100 / 16 + 400 / 21)
    # Spiegelhalter: ((10)(0.6) + (-20)(-0.4)) / sqrt(100 · 0.36 · 0.16 + 100 · 0.16 · 0.21)
    assert one(found, "spiegelhalter_z").value == pytest.approx(14 / (5.76 + 3.36) ** 0.5)
    curve = next(e for e in found.exhibits if e.kind is Kind.LINES)
    assert [row[:2] for row in curve.rows if row[4] == "observed"] == [(0.2, pytest.approx(0.3)), (0.7, pytest.approx(0.5))]
    histogram = next(e for e in found.exhibits if e.kind is Kind.HISTOGRAM)
    assert {row[3]: sum(r[2] for r in histogram.rows if r[3] == row[3]) for row in histogram.rows} == {"negative": 120, "positive": 80}


def test_calibrated_scores_pass() -> None:
    found, state = measured(simulated(20_000))
    assert state is Status.PASSED
    assert "Chance alone could explain it" in found.message
    error = one(found, "expected_calibration_error")
    assert error.interval is not None
    assert error.interval[0] == 0
    assert (one(found, "expected_calibration_error_debiased").value or 0) < 0.5 * (error.value or 0)


@pytest.mark.parametrize(("stretch", "shift", "name", "sign"), [(2.0, 0.0, "calibration_slope", -1), (1.0, -1.0, "calibration_intercept", 1)])
def test_what_is_wrong_is_told_apart(stretch: float, shift: float, name: str, sign: int) -> None:
    found, state = measured(simulated(5_000, stretch, shift))
    assert state is Status.WARNED
    assert "Chance alone hardly explains it" in found.message
    line = one(found, name)
    neutral = 1 if name == "calibration_slope" else 0
    assert line.value is not None
    assert line.interval is not None
    assert (line.value - neutral) * sign > 0
    assert not line.interval[0] <= neutral <= line.interval[1]


def test_few_rows_are_undecided_and_more_are_asked_for() -> None:
    found, state = measured(simulated(100))
    assert state is Status.UNDECIDED
    assert "very roughly" in found.message


def test_same_scores_more_bins_do_not_tear_them_apart() -> None:
    found, _ = measured(frame([(0.3, 500, 200), (0.31, 10, 5)]))
    assert len([row for row in found.exhibits[0].rows if row[4] == "observed"]) == 2


def test_constant_score_and_one_outcome_are_named() -> None:
    found, state = measured(frame([(0.4, 60, 40)]))
    assert "Every row has the same score, 0.4" in found.message
    assert one(found, "calibration_slope").value is None
    assert one(found, "expected_calibration_error").value == pytest.approx(0)
    assert state is Status.UNDECIDED  # one hundred rows cannot tell five points
    found, _ = measured(frame([(0.4, 0, 40), (0.9, 0, 40)]), positive="1")
    assert "All these rows have the same outcome" in found.message
    assert one(found, "calibration_intercept").value is None


def test_certain_scores_are_left_out_of_the_line_and_said() -> None:
    found, _ = measured(frame([(0.0, 40, 0), (0.4, 60, 40), (0.6, 30, 40), (1.0, 1, 40)]))
    slope = one(found, "calibration_slope")
    assert slope.n == 170
    assert "81 rows scored exactly 0 or 1 left out" in slope.method
    assert one(found, "hosmer_lemeshow").value is None
    assert "infinite" in one(found, "hosmer_lemeshow").method


def test_scores_that_are_no_probabilities() -> None:
    rows = frame([(0.2, 7, 3), (1.5, 2, 8)])
    with pytest.raises(NotApplicable, match="10 scores lie outside 0 to 1, so the scores are no probabilities and have no calibration"):
        measured(rows)
    rows.loc[0, "s"] = -np.inf
    with pytest.raises(NotApplicable, match=r"11 scores lie outside 0 to 1 \(1 of them is infinite\)"):
        measured(rows)


def test_what_is_missing() -> None:
    rows = frame([(0.2, 70, 30), (0.7, 50, 50)]).astype({"y": float})
    rows.loc[:4, "s"] = np.nan
    rows.loc[[10], "y"] = np.nan
    found, _ = measured(rows, positive="1")
    assert one(found, "missing_scores").value == 5
    assert one(found, "missing_labels").value == 1
    assert one(found, "mean_score").n == 194
    assert "1 row has no label and is left out. 5 rows have no score and are left out." in found.message


def test_without_what_it_needs() -> None:
    rows = frame([(0.2, 7, 3)])
    with pytest.raises(NotApplicable, match="needs a score column"):
        findings(Calibration(), *subject_of(rows, target="y"))
    with pytest.raises(NotApplicable, match="needs a target column"):
        findings(Calibration(), *subject_of(rows, score="s"))
    with pytest.raises(NotApplicable, match="needs a binary target"):
        findings(Calibration(), *subject_of(rows.assign(y=np.arange(10)), target="y", score="s"))
    with pytest.raises(DataError, match="expected numbers"):
        measured(rows.assign(s="high"))
    with pytest.raises(NotApplicable, match="no held-out row has both"):
        measured(rows.assign(s=np.nan))


def test_only_the_test_split_counts() -> None:
    found, _ = measured(pd.concat([frame([(0.2, 7, 3)]).assign(part="test"), frame([(0.9, 30, 0)]).assign(part="train")]), split="part")
    assert one(found, "mean_score").n == 10
