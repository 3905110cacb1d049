"""Every family of models in the folder keeps the same promises; a new one is tested by being there."""

import numpy as np
import pytest

from audit.core.errors import UsageError
from training import models
from training.models.family import Family, Rows


def rows_of(rng, n, labels=("no", "yes")):
    x = rng.normal(size=(n, 3))
    position = np.digitize(x[:, 0] + 0.2 * rng.normal(size=n), np.linspace(-1, 1, len(labels) + 1)[1:-1])
    return Rows(x, np.array(labels, dtype=object if isinstance(labels[0], str) else None)[position])


def fit(name, train, validation, seed=0, max_epochs=30):
    family = models.family(name)
    model = family.make(seed=seed, max_epochs=max_epochs)
    family.fit(model, train, validation, lambda epoch, epochs: None)
    return family, model


def test_the_folder_is_the_registry():
    assert models.names() == ["hist_gradient_boosting", "logistic_regression", "torch_mlp"]
    for name in models.names():
        assert isinstance(models.family(name), Family)
        assert models.family(name).name == name


def test_an_unknown_candidate_is_refused_with_the_nearest_known():
    with pytest.raises(UsageError) as refused:
        models.family("logistic_regresion")
    assert str(refused.value) == "'training: candidates' names 'logistic_regresion', which is no candidate. Did you mean 'logistic_regression'?"


@pytest.mark.parametrize("name", models.names())
class TestEachFamily:
    @pytest.mark.parametrize("labels", [("no", "yes"), (False, True), (0, 1), (1.0, 2.0), ("a", "b", "c")])
    def test_beats_the_majority_whatever_the_labels(self, name, labels):
        rng = np.random.default_rng(0)
        train, validation, test = rows_of(rng, 300, labels), rows_of(rng, 80, labels), rows_of(rng, 200, labels)
        _, model = fit(name, train, validation)
        majority = max(np.mean([y == label for y in test.y]) for label in labels)
        assert model.classes_.tolist() == sorted(labels)
        assert set(model.predict(test.x).tolist()) <= set(labels)
        assert np.mean(model.predict(test.x) == test.y) > majority + 0.2
        probability = model.predict_proba(test.x)
        assert probability.shape == (200, len(labels))
        assert probability.sum(axis=1) == pytest.approx(1)

    def test_same_seed_same_numbers(self, name):
        rng = np.random.default_rng(1)
        train, validation = rows_of(rng, 200), rows_of(rng, 60)
        first, again = (fit(name, train, validation, seed=5)[1].predict_proba(validation.x) for _ in range(2))
        assert (first == again).all()

    def test_stored_and_restored_it_predicts_the_same(self, name, tmp_path):
        rng = np.random.default_rng(2)
        train, validation = rows_of(rng, 200, ("a", "b", "c")), rows_of(rng, 60, ("a", "b", "c"))
        family, model = fit(name, train, validation)
        family.save(model, tmp_path)
        restored = family.load(tmp_path)
        assert (restored.predict_proba(validation.x) == model.predict_proba(validation.x)).all()
        assert restored.predict(validation.x).tolist() == model.predict(validation.x).tolist()

    def test_curves_have_one_length(self, name):
        rng = np.random.default_rng(3)
        family, model = fit(name, rows_of(rng, 200), rows_of(rng, 60))
        curves = family.curves(model)
        assert set(curves) in (set(), {"epoch", "train_loss", "validation_loss"})
        assert len({len(values) for values in curves.values()}) <= 1
        assert all(np.isfinite(values).all() for values in curves.values())
