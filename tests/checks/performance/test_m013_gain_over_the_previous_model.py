from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest
from sklearn.metrics import roc_auc_score

from audit.checks.performance.m013_gain_over_the_previous_model import GainOverPreviousModel
from audit.core.errors import DataError, NotApplicable
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of


def measured(frame: pd.DataFrame, **roles: Any) -> Any:
    subject, engine = subject_of(frame, target="y", prediction="p", champion="q", **roles)
    check = GainOverPreviousModel()
    found = findings(check, subject, engine)
    return found, status(check, found)


def by_cells(both: int, won: int, lost: int, neither: int) -> pd.DataFrame:
    n = both + won + lost + neither
    right = np.repeat([[1, 1], [1, 0], [0, 1], [0, 0]], [both, won, lost, neither], axis=0)
    y = np.arange(n) % 2
    return pd.DataFrame({"y": y, "p": np.where(right[:, 0], y, 1 - y), "q": np.where(right[:, 1], y, 1 - y)})


def test_by_hand() -> None:
    found, state = measured(by_cells(700, 90, 60, 150))
    gain = one(found, "accuracy_gain")
    assert gain.value == pytest.approx(0.03)
    half = 1.959964 * ((152 / 1002 - (30 / 1002) ** 2) / 1002) ** 0.5
    assert gain.interval == pytest.approx((30 / 1002 - half, 30 / 1002 + half), abs=1e-6)
    assert one(found, "exact_p_value").value == pytest.approx(binomtest(90, 150).pvalue)
    assert one(found, "accuracy").value == pytest.approx(0.79)
    assert one(found, "accuracy", {"model": "previous"}).value == pytest.approx(0.76)
    assert state is Status.PASSED
    assert "90 rows are now right that were wrong, and 60 the other way round" in found.message
    assert found.exhibits[1].rows == (("model right", 700, 90), ("model wrong", 60, 150))


def test_worse_warns_and_few_rows_are_undecided() -> None:
    assert measured(by_cells(600, 20, 120, 60))[1] is Status.WARNED
    found, state = measured(by_cells(60, 5, 6, 10))
    assert state is Status.UNDECIDED
    assert "more rows would decide" in found.message


def test_the_same_model_passes_on_enough_rows_only() -> None:
    found, state = measured(by_cells(900, 0, 0, 100))
    assert state is Status.PASSED
    assert "answer alike" in found.message
    assert measured(by_cells(40, 0, 0, 10))[1] is Status.UNDECIDED


def test_areas_agree_with_sklearn() -> None:
    rng = np.random.default_rng(1)
    y = rng.integers(0, 2, 500)
    s, t = np.round(rng.normal(y * 1.5), 1), np.round(rng.normal(y * 1.0), 2)
    frame = pd.DataFrame({"y": y, "p": (s > 0.7).astype(int), "q": (t > 0.5).astype(int), "s": s, "t": t})
    frame.loc[[3, 9], "t"] = np.nan
    found, _ = measured(frame, score="s", champion_score="t")
    known = frame.dropna()
    gain = one(found, "roc_auc_gain")
    assert gain.value == pytest.approx(roc_auc_score(known["y"], known["s"]) - roc_auc_score(known["y"], known["t"]))
    assert gain.n == 498
    assert "The ROC AUC rises by" in found.message


def test_rows_without_an_earlier_answer_are_counted_and_left_out() -> None:
    frame = by_cells(50, 5, 5, 10).astype({"q": "Int64"})
    frame.loc[:19, "q"] = pd.NA
    found, _ = measured(frame)
    assert one(found, "accuracy_gain").n == 50
    assert one(found, "unmatched_rows").value == 20
    assert "20 rows have no answer of the previous model" in found.message


def test_three_classes_and_other_spellings() -> None:
    frame = pd.DataFrame({"y": ["a", "b", "c"] * 40, "p": ["a", "b", "c"] * 40, "q": ["a", "b", "b"] * 40})
    found, _ = measured(frame)
    assert one(found, "accuracy_gain").value == pytest.approx(1 / 3)
    frame = pd.DataFrame({"y": [1, 0] * 20, "p": [1.0, 0.0] * 20, "q": ["1", "0"] * 20})
    assert one(measured(frame)[0], "accuracy_gain").value == 0


def test_bad_earlier_answers() -> None:
    with pytest.raises(DataError, match="no prediction in 'q' is a class of 'y': got no, yes"):
        measured(pd.DataFrame({"y": [1, 0] * 9, "p": [1, 0] * 9, "q": ["yes", "no"] * 9}))
    with pytest.raises(NotApplicable, match="previous model in 'q'"):
        measured(pd.DataFrame({"y": [1, 0], "p": [1, 0], "q": pd.array([None, None], dtype="Int64")}))
    subject, engine = subject_of(pd.DataFrame({"y": [1, 0], "p": [1, 0]}), target="y", prediction="p")
    with pytest.raises(NotApplicable, match="audit: champion"):
        findings(GainOverPreviousModel(), subject, engine)


def test_the_earlier_answers_are_no_feature() -> None:
    subject, _ = subject_of(by_cells(5, 1, 1, 1).assign(x=1.0), target="y", prediction="p", champion="q")
    assert subject.features == ("x",)
