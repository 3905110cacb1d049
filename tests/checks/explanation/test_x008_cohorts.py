"""X008 on a straight line, whose attributions are known: coefficient times distance from the mean."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.linear_model import LogisticRegression

from audit.checks.explanation.x008_cohorts import Cohorts
from audit.core.exhibit import Kind
from audit.core.subject import Model
from tests.answers import findings, one, subject_of

ROLES = {"target": "label", "positive": "yes", "prediction": "p", "sensitive": ("sex",), "key": ("row",)}


@pytest.fixture(scope="module")
def made():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.normal(size=(600, 2)), columns=["a", "b"])
    frame = frame.assign(row=range(600), sex=np.where(np.arange(600) % 3 == 0, "f", "m"))
    frame["a"] -= 1.0 * (frame["sex"] == "f")
    frame["label"] = np.where(frame["a"] + frame["b"] + rng.normal(size=600) > 0, "yes", "no")
    line = LogisticRegression().fit(frame[["a", "b"]], frame["label"])
    frame["p"] = line.predict(frame[["a", "b"]])
    subject, engine = subject_of(frame, [Model("line", "p", "", line, ("a", "b"))], **ROLES)
    return frame, line, findings(Cohorts(background=600), subject, engine)


def test_the_difference_between_groups_by_hand(made):
    frame, line, result = made
    parts = line.coef_[0][0] * frame["a"]
    f, m = parts[frame["sex"] == "f"], parts[frame["sex"] == "m"]
    found = one(result, "mean_attribution_difference", {"model": "line", "cohort": "sex = f", "feature": "a"})
    assert found.value == pytest.approx(f.mean() - m.mean())
    expected = stats.ttest_ind(f, m, equal_var=False).confidence_interval()
    assert found.interval == pytest.approx(tuple(expected))
    clear = {m.where["feature"] for m in result.measurements if m.name == "mean_attribution_difference" and m.where["cohort"] == "sex = f"}
    assert clear == {"a"}
    assert "sex = f beside others: 'a' (" in result.message


def test_cohorts_by_error(made):
    frame, line, result = made
    wrong = (frame["label"] != frame["p"]) & (frame["p"] == "yes")
    parts = np.abs(line.coef_[0] * (frame[["a", "b"]] - frame[["a", "b"]].mean()))
    for i, column in enumerate(("a", "b")):
        found = one(result, "mean_absolute_attribution", {"model": "line", "cohort": "wrongly 'yes'", "feature": column})
        assert found.value == pytest.approx(parts[wrong].iloc[:, i].mean())
        assert found.n == int(wrong.sum())
    titles = [e.title for e in result.exhibits if e.kind is Kind.BARS]
    assert titles == ["Attributions by sex", "Attributions of right and wrong answers"]


def test_alike_groups_do_not_differ(made):
    frame, line, _ = made
    apart = 0
    for seed in range(20):
        sex = np.random.default_rng(seed).choice(["f", "m"], 600)
        roles = ROLES | {"target": None, "positive": None}
        subject, engine = subject_of(frame.assign(sex=sex), [Model("line", "p", "", line, ("a", "b"))], **roles)
        apart += one(findings(Cohorts(background=600), subject, engine), "differing_columns", {"model": "line"}).value > 0
    # false findings among four tests are held to 5 %; in twenty runs more than three would be a fault
    assert apart <= 3
