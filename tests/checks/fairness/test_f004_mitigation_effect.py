import numpy as np
import pandas as pd
import pytest

from audit.checks.fairness.f004_mitigation_effect import MitigationEffect
from audit.core.contract import Contract
from audit.core.errors import NotApplicable
from audit.core.status import Status
from audit.core.subject import Model
from tests.answers import findings, one, status, subject_of

MODELS = (Model("chosen", "p"), Model("mitigated", "m", chosen=False))


def frame() -> pd.DataFrame:
    # group a: 8 of 10 selected, after mitigation 6; group b: 3 of 10, then 5
    label = [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
    before = [1] * 8 + [0] * 2 + [1] * 3 + [0] * 7
    after = [1] * 6 + [0] * 4 + [1] * 5 + [0] * 5
    return pd.DataFrame({"g": ["a"] * 10 + ["b"] * 10, "y": label, "p": before, "m": after})


def test_by_hand() -> None:
    subject, engine = subject_of(frame(), MODELS, target="y", prediction="p", sensitive=("g",))
    (check,) = MitigationEffect.plan(subject, Contract())
    found = findings(check, subject, engine)
    assert status(check, found) is Status.PASSED
    assert one(found, "selection_rate_difference", {"model": "chosen"}).value == pytest.approx(0.5)
    assert one(found, "selection_rate_difference", {"model": "mitigated"}).value == pytest.approx(0.1)
    assert one(found, "gap_reduction").value == pytest.approx(0.4)
    # before: wrong on rows 7, 8 and 14; after: wrong on row 15 alone
    assert one(found, "accuracy", {"model": "chosen"}).value == pytest.approx(17 / 20)
    assert one(found, "accuracy", {"model": "mitigated"}).value == pytest.approx(19 / 20)
    change = one(found, "accuracy_change")
    assert change.value == pytest.approx(0.1)
    # three rows gained, one lost: (3 + 1) / 22 − (1 + 1) / 22 ± 1.96 · sqrt((6/22 − (2/22)²) / 22)
    half = 1.959964 * ((6 / 22 - (2 / 22) ** 2) / 22) ** 0.5
    assert change.interval == pytest.approx((2 / 22 - half, 2 / 22 + half), abs=1e-6)
    assert one(found, "selection_rate", {"model": "mitigated", "g": "b"}).value == pytest.approx(0.5)


def test_interval_of_the_reduction_agrees_with_resampled_rows() -> None:
    rows = pd.concat([frame()] * 10, ignore_index=True)
    subject, engine = subject_of(rows, MODELS, target="y", prediction="p", sensitive=("g",))
    low, high = one(findings(MitigationEffect(attribute="g"), subject, engine), "gap_reduction").interval or (0, 0)
    rng = np.random.default_rng(1)
    values = rows[["p", "m"]].to_numpy()
    is_a = (rows.g == "a").to_numpy()
    drawn = []
    for _ in range(1_500):
        pick = rng.integers(0, len(rows), len(rows))
        a, b = values[pick][is_a[pick]].mean(axis=0), values[pick][~is_a[pick]].mean(axis=0)
        drawn.append(abs(a[0] - b[0]) - abs(a[1] - b[1]))
    assert (low, high) == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])), abs=0.02)


def test_without_mitigation_there_is_one_check_and_it_says_so() -> None:
    subject, engine = subject_of(frame(), MODELS[:1], target="y", prediction="p", sensitive=("g",))
    (check,) = MitigationEffect.plan(subject, Contract())
    assert check.where == {}
    with pytest.raises(NotApplicable, match="training: mitigate"):
        findings(check, subject, engine)


def test_rows_that_one_model_does_not_predict_are_left_out() -> None:
    rows = frame().astype({"m": float})
    rows.loc[rows.g == "b", "m"] = np.nan
    subject, engine = subject_of(rows, MODELS, target="y", prediction="p", sensitive=("g",))
    with pytest.raises(NotApplicable, match="fewer than two groups"):
        findings(MitigationEffect(attribute="g"), subject, engine)
