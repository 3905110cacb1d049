"""E007: each of the five sides planted, and none alleged where errors are plain noise."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kurtosis

from audit.checks.errors.e007_residuals import Residuals
from audit.core.errors import NotApplicable
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of
from tests.checks.errors.planted import even

ROLES = {"target": "label", "prediction": "prediction", "key": ("row",), "time": "when"}


def table(error, n=6_000, seed=0):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"row": range(n), "when": np.arange(n), "age": rng.integers(18, 80, n), "town": rng.choice(list("abc"), n)})
    frame["prediction"] = 2.0 * frame["age"] + rng.normal(size=n)
    frame["label"] = frame["prediction"] + error(frame, rng)
    return frame


def found_in(error):
    frame = table(error)
    subject, engine = subject_of(frame, **ROLES)
    check = Residuals()
    found = findings(check, subject, engine)
    return frame, found, status(check, found)


def test_plain_noise_is_nothing_but_noise():
    frame, found, state = found_in(lambda f, rng: rng.normal(size=len(f)))
    residual = frame["label"] - frame["prediction"]
    assert state is Status.PASSED
    mean = one(found, "mean_residual")
    assert (mean.value, mean.n) == (pytest.approx(residual.mean()), 6_000)
    assert one(found, "residual_deviation").value == pytest.approx(residual.std())
    assert one(found, "excess_kurtosis").value == pytest.approx(kurtosis(residual), abs=2e-3)  # by n, not n - 1
    assert one(found, "far_share").value == pytest.approx((np.abs(residual - residual.mean()) > 3 * residual.std()).mean())
    for word in ("grow", "follow", "beyond three", "where it predicts"):
        assert word not in found.message


def test_a_column_that_explains_errors_is_confirmed_with_its_share():
    frame, found, state = found_in(lambda f, rng: rng.normal(size=len(f)) + 0.5 * (f["town"] == "b"))
    assert state is Status.WARNED
    share = one(found, "explained_share", {"column": "town"})
    half = frame[~frame["row"].map(even)]
    residual = half["label"] - half["prediction"]
    groups = residual.groupby(half["town"])
    between = (groups.size() * (groups.mean() - residual.mean()) ** 2).sum()
    within = (residual.var(ddof=0) * len(residual) - between) / (len(residual) - 3)
    assert share.value == pytest.approx((between - 2 * within) / (residual.var(ddof=0) * len(residual) + within))
    assert "town still explains" in found.message


def test_errors_that_grow_are_told_with_their_spread():
    _, found, _ = found_in(lambda f, rng: rng.normal(size=len(f)) * f["age"] / 20)
    assert one(found, "spread_p_value").value < 0.01
    assert "errors grow with the prediction, from a deviation of" in found.message


def test_bias_at_some_level_is_told():
    frame, found, _ = found_in(lambda f, rng: rng.normal(size=len(f)) + np.where(f["age"] > 70, 1.0, 0.0))
    assert one(found, "bias_p_value").value < 0.01
    assert "too low a prediction" in found.message.split("where it predicts about")[1]
    lines = found.exhibits[0]
    half = frame[~frame["row"].map(even)]
    assert sum(lines.column("n")) == len(half)


def test_heavy_tails_are_told():
    _, found, _ = found_in(lambda f, rng: rng.standard_t(3, size=len(f)))
    assert "of the errors lie beyond three deviations, against 0.3 % of a normal distribution" in found.message


def test_memory_is_told():
    def remembering(frame, rng):
        errors = rng.normal(size=len(frame))
        for i in range(1, len(errors)):
            errors[i] += 0.7 * errors[i - 1]
        return errors

    _, found, _ = found_in(remembering)
    memory = one(found, "autocorrelation")
    assert memory.interval[0] > 0.1
    assert "errors of rows that follow one another in time are alike" in found.message


@pytest.mark.parametrize(
    ("change", "roles", "message"),
    [
        (lambda f: f.assign(label="x"), {}, "is about quantities"),
        (lambda f: f.assign(prediction="x"), {}, "is no number to compare it with"),
        (lambda f: f[:100], {}, "needs about 120 held-out rows"),
    ],
    ids=["classes", "text predicted", "few"],
)
def test_what_cannot_be_examined_says_why(change, roles, message):
    frame = change(table(lambda f, rng: rng.normal(size=len(f))))
    subject, engine = subject_of(frame, **(ROLES | roles))
    with pytest.raises(NotApplicable, match=message):
        findings(Residuals(), subject, engine)


def test_perfect_constant_and_bare_models():
    frame = table(lambda f, rng: rng.normal(size=len(f)))
    subject, engine = subject_of(frame.assign(label=frame["prediction"]), **ROLES)
    assert "so there are no residuals" in findings(Residuals(), subject, engine).message
    subject, engine = subject_of(frame.assign(prediction=7.0), **ROLES)
    assert "the prediction is the same everywhere" in findings(Residuals(), subject, engine).message
    subject, engine = subject_of(frame[["label", "prediction"]], target="label", prediction="prediction")
    assert "No column explains them" in findings(Residuals(), subject, engine).message
