"""The network as a scikit-learn classifier: early stopping, best weights, and no trace in the caller's random numbers."""

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.metrics import log_loss
from sklearn.utils.estimator_checks import check_estimator

from audit.core.errors import DataError
from training.network.classifier import TorchMLPClassifier


@pytest.fixture(scope="module")
def noisy():
    """Few rows whose labels are mostly noise, so that a net that goes on learning gets worse."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(240, 8)).astype(np.float32)
    y = np.where(x[:, 0] + 2 * rng.normal(size=240) > 0, "yes", "no")
    return x[:120], y[:120], x[120:], y[120:]


@pytest.fixture(scope="module")
def stopped(noisy):
    x, y, xv, yv = noisy
    seen = []
    model = TorchMLPClassifier(max_epochs=200, patience=5, dropout=0.0, seed=1)
    return model.fit(x, y, X_val=xv, y_val=yv, on_epoch=lambda epoch, epochs: seen.append((epoch, epochs))), seen


def test_it_stops_once_the_validation_loss_no_longer_falls(stopped):
    model, seen = stopped
    losses = model.history_["validation_loss"]
    assert len(losses) < 200
    assert model.history_["epoch"] == list(range(1, len(losses) + 1))
    assert len(losses) == model.best_epoch_ + 5
    assert min(losses) < losses[-1]
    assert seen == [(epoch, 200) for epoch in model.history_["epoch"]]


def test_the_best_weights_are_restored(stopped, noisy):
    model, _ = stopped
    _, _, xv, yv = noisy
    measured = log_loss(yv, model.predict_proba(xv), labels=model.classes_)
    assert measured == pytest.approx(model.history_["validation_loss"][model.best_epoch_ - 1], abs=1e-5)
    assert measured < model.history_["validation_loss"][-1]


def test_the_validation_rows_are_not_carried_about(stopped):
    assert stopped[0].net_.train_split is None


def test_the_validation_rows_decide_when_to_stop_and_nothing_else(noisy):
    x, y, xv, yv = noisy
    few = {"max_epochs": 3, "patience": 10, "seed": 2}
    plain = TorchMLPClassifier(**few).fit(x, y)
    watched = TorchMLPClassifier(**few).fit(x, y, X_val=xv, y_val=yv)
    assert plain.history_["train_loss"] == watched.history_["train_loss"]


def test_random_numbers_and_threads_are_left_alone(noisy):
    x, y, _, _ = noisy
    torch.manual_seed(9)
    expected = torch.rand(3)
    torch.manual_seed(9)
    threads = torch.get_num_threads()
    TorchMLPClassifier(max_epochs=2).fit(x, y).predict(x)
    assert (torch.rand(3) == expected).all()
    assert torch.get_num_threads() == threads


def test_another_seed_gives_another_net(noisy):
    x, y, _, _ = noisy
    one, other = (TorchMLPClassifier(max_epochs=2, seed=s).fit(x, y).predict_proba(x) for s in (1, 2))
    assert (one != other).any()


def test_it_clones_and_checks_its_input(stopped, noisy):
    model, _ = stopped
    assert clone(model).get_params() == model.get_params()
    with pytest.raises(ValueError, match="X has 3 features, but TorchMLPClassifier is expecting 8"):
        model.predict(noisy[0][:, :3])
    with pytest.raises(ValueError, match="one class only"):
        TorchMLPClassifier().fit(noisy[0], ["same"] * 120)
    with pytest.raises(ValueError, match="NaN"):
        TorchMLPClassifier().fit(np.full((4, 2), np.nan), [0, 1, 0, 1])


def test_a_loss_that_is_no_number_is_an_error(noisy):
    x, y, _, _ = noisy
    with pytest.raises(DataError, match="the network did not converge: its loss was"):
        TorchMLPClassifier(max_epochs=3, learning_rate=1e30).fit(x * 1e6, y)


def test_an_interrupt_is_not_taken_for_the_end_of_training(noisy):
    x, y, xv, yv = noisy

    def impatient(epoch, epochs):
        if epoch == 2:
            raise KeyboardInterrupt

    for rest in ({}, {"X_val": xv, "y_val": yv}):
        with pytest.raises(KeyboardInterrupt):
            TorchMLPClassifier(max_epochs=50).fit(x, y, on_epoch=impatient, **rest)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # the checks provoke warnings on purpose, in scikit-learn and in torch
def test_it_keeps_the_promises_of_scikit_learn():
    check_estimator(TorchMLPClassifier(max_epochs=15), on_skip=None)
