"""X003 against arithmetic, scikit-learn, and models with a planted fault."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression, LogisticRegression

from audit.checks.explanation.x003_disagreement_with_permutation_importance import DisagreementWithPermutationImportance
from audit.core.errors import NotApplicable
from audit.core.status import Status
from audit.core.subject import Model
from audit.engines.explanation.shuffled_loss import shuffled_loss
from tests.answers import findings, one, status, subject_of

FEATURES = ("signal", "noise", "other")
ROLES = {"target": "label", "prediction": "p", "key": ("row",), "split": "split", "positive": "yes"}


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(1)
    made = pd.DataFrame({"row": range(1_200), **{c: rng.normal(size=1_200) for c in FEATURES}})
    made["label"] = np.where(rng.random(1_200) < 1 / (1 + np.exp(-2 * made["signal"])), "yes", "no")
    made["split"] = np.where(made["row"] < 600, "train", "test")
    return made.assign(p="yes")


def examined(frame, estimator, features=FEATURES):
    subject, engine = subject_of(frame, [Model("m", "p", "", estimator, features)], **ROLES)
    check = DisagreementWithPermutationImportance()
    return check, findings(check, subject, engine)


class Swayed(ClassifierMixin, BaseEstimator):
    """Log-odds that a useful and a useless column move alike."""

    classes_ = np.array(["no", "yes"])

    def predict_proba(self, X):
        p = 1 / (1 + np.exp(-(2 * X["signal"] + 2 * X["noise"]).to_numpy()))
        return np.column_stack([1 - p, p])


def test_a_model_that_uses_what_helps_agrees(frame):
    train = frame[frame["split"] == "train"]
    check, found = examined(frame, LogisticRegression().fit(train[list(FEATURES)], train["label"]))
    signal = one(found, "permutation_importance", {"model": "m", "feature": "signal"})
    assert signal.interval[0] > 0
    assert signal.unit == "log loss"
    assert one(found, "idle_attribution_share", {"model": "m"}).value < 0.15
    assert status(check, found) is Status.PASSED


def test_a_column_that_moves_the_output_for_nothing_is_named(frame):
    check, found = examined(frame, Swayed())
    idle = one(found, "idle_attribution_share", {"model": "m"})
    assert idle.value == pytest.approx(0.5, abs=0.12)
    assert status(check, found) is Status.WARNED
    assert "'noise' (" in found.message
    assert "moves the output, but shuffling it does not measurably raise the loss: the model uses it, and is not measurably better" in found.message


def test_what_holds_on_training_rows_only_is_said(frame):
    train = frame[frame["split"] == "train"]
    grown = RandomForestClassifier(30, random_state=0).fit(train[list(FEATURES)], train["label"])
    _, found = examined(frame, grown)
    assert "on training rows it does, so the model learnt there what does not hold elsewhere" in found.message


def test_a_column_that_another_carries_as_well_is_said():
    rng = np.random.default_rng(3)
    made = pd.DataFrame({"row": range(800), "a": rng.normal(size=800)})
    made["b"] = made["a"] + 0.05 * rng.normal(size=800)
    made["label"] = np.where(rng.random(800) < 0.5, "yes", "no")
    made["split"] = np.where(made["row"] < 400, "train", "test")

    class Either(Swayed):
        def predict_proba(self, X):
            p = 1 / (1 + np.exp(-(0.5 * X["a"] + 0.5 * X["b"]).to_numpy()))
            return np.column_stack([1 - p, p])

    _, found = examined(made.assign(p="yes"), Either(), ("a", "b"))
    assert "carries much the same (rank correlation " in found.message


def test_growth_of_the_loss_is_scikit_learns(frame):
    train, test = (frame[frame["split"] == part] for part in ("train", "test"))
    fitted = LogisticRegression().fit(train[list(FEATURES)], train["label"])
    got = shuffled_loss(Model("m", "p", estimator=fitted, features=FEATURES), test, test["label"], repeats=60)
    expected = permutation_importance(fitted, test[list(FEATURES)], test["label"], scoring="neg_log_loss", n_repeats=60, random_state=1)
    spread = expected.importances_std / 60**0.5
    np.testing.assert_array_less(np.abs(got.growth.mean(axis=0) - expected.importances_mean), 5 * spread + 1e-9)
    assert (got.loss, got.repeats) == ("log loss", 60)


def test_other_losses_by_hand(frame):
    rows = frame[["signal", "noise", "other"]][:100]
    linear = LinearRegression().fit(rows, 2 * rows["signal"])
    got = shuffled_loss(Model("m", "p", estimator=linear, features=FEATURES), rows, 2 * rows["signal"], repeats=200)
    np.testing.assert_allclose(got.own, 0, atol=1e-20)
    # exchanging a column of variance v for an independent copy moves the output by 4 · 2v
    assert got.growth.mean(axis=0) == pytest.approx([8 * rows["signal"].var(ddof=0), 0, 0], rel=0.03, abs=1e-9)
    chance = shuffled_loss(Model("m", "p", estimator=lambda f: f["signal"] * 0 + 0.25, features=FEATURES), rows, frame["label"][:100], positive="yes")
    assert chance.loss == "squared error"
    assert set(chance.own) == {0.0625, 0.5625}
    with pytest.raises(NotApplicable, match="does not say which classes it knows"):
        shuffled_loss(Model("m", "p", estimator=lambda f: f["signal"], features=FEATURES), rows, frame["label"][:100])


def test_no_order_to_compare(frame):
    class Constant(Swayed):
        def predict_proba(self, X):
            return np.full((len(X), 2), 0.5)

    check, found = examined(frame, Constant())
    assert "there is no order to compare" in found.message
    assert status(check, found) is Status.UNDECIDED
