from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from audit.checks.performance.m009_overfitting_gap import OverfittingGap
from audit.core.errors import NotApplicable
from audit.core.status import Status
from audit.core.subject import Model
from audit.stats.rates import difference_interval
from tests.answers import findings, one, status, subject_of
from tests.toys import separable, trained


def rows(part: str, right: int, n: int) -> pd.DataFrame:
    y = np.arange(n) % 2
    return pd.DataFrame({"y": y, "p": np.where(np.arange(n) < right, y, 1 - y), "part": part})


def measured(frame: pd.DataFrame, models: Any = (), **roles: Any) -> Any:
    subject, engine = subject_of(frame, models, **({"target": "y", "prediction": "p", "split": "part"} | roles))
    check = OverfittingGap()
    found = findings(check, subject, engine)
    return found, status(check, found)


def test_by_hand() -> None:
    frame = pd.concat([rows("train", 490, 500), rows("validation", 0, 90), rows("test", 150, 200)])
    found, state = measured(frame)
    gap = one(found, "overfitting_gap")
    assert gap.value == pytest.approx(0.98 - 0.75)
    assert one(found, "accuracy", {"model": "the model", "split": "train"}).n == 500
    assert gap.interval == pytest.approx(difference_interval(490, 500, 150, 200))
    assert state is Status.WARNED
    assert "On 500 train rows the model is right on 98.0 %, on 200 held-out rows on 75.0 %: a gap of 23.0 points" in found.message
    assert "A gap alone is no fault" in found.message


def test_no_gap_passes_and_few_rows_are_undecided() -> None:
    assert measured(pd.concat([rows("train", 800, 1000), rows("test", 395, 500)]))[1] is Status.PASSED
    assert measured(pd.concat([rows("train", 80, 100), rows("test", 9, 12)]))[1] is Status.UNDECIDED


def test_with_scores_the_area_is_judged() -> None:
    rng = np.random.default_rng(8)
    y = rng.integers(0, 2, 900)
    part = np.where(np.arange(900) < 600, "train", "test")
    s = rng.normal(y * np.where(part == "train", 3.0, 1.0))
    frame = pd.DataFrame({"y": y, "p": (s > 0.5).astype(int), "s": s, "part": part})
    found, state = measured(frame, score="s")
    areas = [roc_auc_score(y[part == k], s[part == k]) for k in ("train", "test")]
    assert one(found, "overfitting_gap").value == pytest.approx(areas[0] - areas[1])
    assert one(found, "roc_auc_gap", {"model": "the model"}).value == pytest.approx(areas[0] - areas[1])
    assert state is Status.WARNED
    assert "has a ROC AUC of" in found.message


def test_every_candidate_is_measured() -> None:
    frame = pd.concat([rows("train", 90, 100), rows("test", 80, 100)]).assign(q=lambda f: f["y"])
    found, _ = measured(frame, (Model("other", "q", chosen=False), Model("first", "p")))
    assert one(found, "accuracy_gap", {"model": "first"}).value == pytest.approx(0.1)
    assert one(found, "accuracy_gap", {"model": "other"}).value == 0
    assert one(found, "overfitting_gap").value == pytest.approx(0.1)
    assert found.message.endswith("Gaps in accuracy of the others, in points: other 0.0.")


def test_needs_a_split_with_both_parts() -> None:
    with pytest.raises(NotApplicable, match="needs a split column"):
        measured(rows("test", 5, 9), split=None)
    with pytest.raises(NotApplicable, match="no row of the split 'train'"):
        measured(rows("test", 5, 9))


def test_one_class_in_the_held_out_rows() -> None:
    frame = pd.concat([rows("train", 90, 100), rows("test", 5, 10).assign(y=1)]).assign(s=0.5)
    found, _ = measured(frame, score="s")
    assert one(found, "roc_auc_gap", {"model": "the model"}).value is None
    assert one(found, "overfitting_gap").value == one(found, "accuracy_gap", {"model": "the model"}).value


@pytest.mark.slow
def test_models_as_training_hands_them_over() -> None:
    from audit.engines.ask_engine import AskEngine

    subject = trained(separable(400), candidates=["logistic_regression", "hist_gradient_boosting"]).subject
    found = findings(OverfittingGap(), subject, AskEngine(subject.table.get_backend()))
    gaps = {m.where["model"]: m.value for m in found.measurements if m.name == "accuracy_gap"}
    assert set(gaps) == {"logistic_regression", "hist_gradient_boosting"}
    assert (gaps["hist_gradient_boosting"] or 0) > (gaps["logistic_regression"] or 0)
