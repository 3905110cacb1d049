from typing import Any

import pandas as pd
import pytest

from audit.checks.performance.m002_gain_over_baseline import GainOverBaseline
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of


def measured(labels: list[Any], predictions: list[Any]) -> Any:
    subject, engine = subject_of(pd.DataFrame({"y": labels, "p": predictions}), target="y", prediction="p")
    check = GainOverBaseline()
    found = findings(check, subject, engine)
    return found, status(check, found)


def test_by_hand() -> None:
    # 60 zeros of which 50 are right, 40 ones of which 30 are right: 80 right; the constant 0 is right on 60
    found, state = measured([0] * 60 + [1] * 40, [0] * 50 + [1] * 10 + [1] * 30 + [0] * 10)
    gain = one(found, "accuracy_gain")
    assert gain.value == pytest.approx(0.2)
    assert one(found, "baseline_accuracy").value == pytest.approx(0.6)
    # 30 rows only the model has right, 10 only the constant: 31/102 − 11/102 ± 1.96 · sqrt((42/102 − (20/102)²)/102)
    half = 1.959964 * ((42 / 102 - (20 / 102) ** 2) / 102) ** 0.5
    assert gain.interval == pytest.approx((20 / 102 - half, 20 / 102 + half), abs=1e-6)
    assert state is Status.PASSED
    assert "a gain of 20.0 points" in found.message


def test_no_better_than_the_constant_warns_or_is_undecided() -> None:
    found, state = measured([0] * 90 + [1] * 10, [0] * 60 + [1] * 30 + [1] * 10)
    assert state is Status.WARNED
    assert "a loss of 20.0 points" in found.message
    _, state = measured([0] * 12 + [1] * 8, [0] * 10 + [1] * 2 + [1] * 4 + [0] * 4)
    assert state is Status.UNDECIDED


def test_a_model_that_is_the_baseline_is_named() -> None:
    found, state = measured(["no"] * 30 + ["yes"] * 10, ["no"] * 40)
    assert "answers as the baseline does" in found.message
    assert state is Status.UNDECIDED
    assert one(found, "accuracy_gain").value == 0


def test_three_classes() -> None:
    found, _ = measured(["a"] * 5 + ["b"] * 3 + ["c"] * 2, ["a"] * 5 + ["b"] * 3 + ["a"] * 2)
    assert one(found, "accuracy_gain").value == pytest.approx(0.3)
