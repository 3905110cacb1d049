"""X002 on models that cannot but be stable, and on one that cannot."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from audit.checks.explanation.refit_importance import RefitImportance
from audit.checks.explanation.x002_rank_stability import RankStability
from audit.core.errors import NotApplicable
from audit.core.status import Status
from audit.core.subject import Model
from audit.engines.explanation.refit import Refitting
from audit.stats.fresh_value import fresh_value
from tests.answers import findings, one, status, subject_of
from training.models.torch_mlp import TorchMLPClassifier

FEATURES = ("age", "debts", "shoe", "size")
ROLES = {"target": "label", "prediction": "p", "key": ("row",), "split": "split", "positive": "yes"}


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(1)
    made = pd.DataFrame({"row": range(400), "age": rng.normal(size=400), "debts": rng.normal(size=400), "shoe": rng.normal(size=400)})
    made["size"] = made["shoe"] + 0.01 * rng.normal(size=400)
    made["label"] = np.where(rng.random(400) < 1 / (1 + np.exp(-(3 * made["age"] + made["debts"]))), "yes", "no")
    made["split"] = np.select([made["row"] < 250, made["row"] < 300], ["train", "validation"], "test")
    return made.assign(p="yes")


def fitted(frame, estimator):
    train = frame[frame["split"] == "train"]
    return Pipeline([("scale", StandardScaler()), ("model", estimator)]).fit(train[list(FEATURES)], train["label"])


class Whim(ClassifierMixin, BaseEstimator):
    """Looks at one column, picked by its seed: another one each time it is trained again."""

    def __init__(self, seed=0):
        self.seed = seed

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.picked_ = (self.seed // 1_000) % 4
        return self

    def predict_proba(self, X):
        p = 1 / (1 + np.exp(-np.asarray(X, dtype=float)[:, self.picked_]))
        return np.column_stack([1 - p, p])


def examined(frame, estimator, **parameters):
    subject, engine = subject_of(frame, [Model("m", "p", "", estimator, FEATURES)], **ROLES)
    check = RankStability(**{"refits": 12, **parameters})
    return check, findings(check, subject, engine)


def test_a_column_that_decides_stays_first(frame):
    check, found = examined(frame, fitted(frame, LogisticRegression()))
    kept = one(found, "first_column_kept", {"model": "m", "feature": "age"})
    assert (kept.value, kept.n) == (1.0, 12)
    assert status(check, found) is Status.PASSED
    assert found.message.startswith(
        "m was trained again 12 times on 250 training rows drawn anew: 'age' stays the most important column in 12 of 12."
    )
    band = one(found, "refit_importance", {"model": "m", "feature": "age"})
    assert band.interval[0] < band.value < band.interval[1]
    assert one(found, "lowest_rank", {"model": "m", "feature": "age"}).value == 1
    assert {e.title for e in found.exhibits} == {
        "Importance to the model, and where one more refit would put it",
        "Columns of m when it is trained again",
    }


def test_a_column_that_is_picked_by_chance_warns(frame):
    check, found = examined(frame, fitted(frame, Whim(seed=0)), refits=20)
    kept = next(m for m in found.measurements if m.name == "first_column_kept")
    # one of four columns, in turn
    assert kept.value == 0.25
    assert kept.interval[1] < 0.5
    assert status(check, found) is Status.WARNED
    assert ", else it is " in found.message


def test_bands_ranks_and_agreement_by_hand():
    refits = np.array([[3.0, 2.0, 1.0], [3.0, 1.0, 2.0], [2.5, 2.0, 1.0]])
    found = RefitImportance(("a", "b", "c"), np.array([3.0, 1.5, 1.6]), refits)
    assert found.order == [0, 2, 1]
    assert found.ranks.tolist() == [[1, 2, 3], [1, 3, 2], [1, 2, 3]]
    # the first and the third agree in all pairs, either with the second in two of three
    assert found.agreement() == pytest.approx(((1 + 1 / 3 + 1 / 3) / 3, 1 / 3))
    assert found.band(0) == fresh_value([3.0, 3.0, 2.5])


def test_the_budget_is_kept_and_told(frame):
    check, found = examined(frame, fitted(frame, LogisticRegression()), seconds=0.0)
    assert "was trained again 3 times on 250 training rows drawn anew (of 12 asked for, as far as 0 s went)" in found.message
    assert status(check, found) is Status.UNDECIDED


def test_a_refit_stops_on_the_validation_rows_as_training_did(frame):
    train, held = (frame[frame["split"] == part] for part in ("train", "validation"))
    boosting = HistGradientBoostingClassifier(max_iter=200, early_stopping=True, n_iter_no_change=3)
    for estimator in (boosting, TorchMLPClassifier(hidden=(16,), max_epochs=60, patience=2, learning_rate=0.05, batch_size=32)):
        model = Model("m", "p", estimator=fitted(frame, estimator), features=FEATURES)
        refitting = Refitting(model, train, train["label"], held, held["label"])
        again, same, other = refitting.fitted(1), refitting.fitted(1), refitting.fitted(2)
        x = frame[list(FEATURES)]
        np.testing.assert_array_equal(again.predict_proba(x), same.predict_proba(x))
        assert not np.allclose(again.predict_proba(x), other.predict_proba(x))
        stopped = again[-1].n_iter_ if hasattr(again[-1], "n_iter_") else len(again[-1].history_["validation_loss"])
        assert stopped < 60
    assert len(again[-1].history_["validation_loss"]) == len(again[-1].history_["train_loss"])


def test_what_cannot_be_trained_again_is_not_applicable(frame):
    subject, engine = subject_of(frame, [Model("m", "p", "", lambda f: f["age"], FEATURES)], **ROLES)
    with pytest.raises(NotApplicable, match="it is no scikit-learn estimator but a function"):
        findings(RankStability(), subject, engine)
    subject, engine = subject_of(frame, [Model("m", "p", "")], **ROLES)
    with pytest.raises(NotApplicable, match="needs a fitted model"):
        findings(RankStability(), subject, engine)
    subject, engine = subject_of(frame, [Model("m", "p", "", fitted(frame, LogisticRegression()), FEATURES)], prediction="p")
    with pytest.raises(NotApplicable, match="target"):
        findings(RankStability(), subject, engine)


def test_a_constant_model_has_no_order(frame):
    blind = fitted(frame.assign(age=0.0, debts=0.0, shoe=0.0, size=0.0), LogisticRegression())
    check, found = examined(frame.assign(age=0.0, debts=0.0, shoe=0.0, size=0.0), blind, refits=3)
    assert "so there is no order to keep" in found.message
    assert status(check, found) is Status.UNDECIDED
