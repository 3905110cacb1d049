"""X004 to X008 on models and data that break careless code: each ends in a sentence, none in a crash."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from audit.core.contract import Column, Contract
from audit.core.status import Status
from audit.core.subject import Model
from audit.run import Settings, examine
from tests.answers import subject_of

CODES = ("X004", "X005", "X006", "X007", "X008")
ROLES = {"target": "label", "positive": "yes", "prediction": "p", "sensitive": ("sex",), "key": ("row",), "split": "split"}


class Asked:
    """A predictor that is a function, with classes."""

    def __init__(self, function):
        self.function = function
        self.classes_ = np.array(["no", "yes"])

    def predict_proba(self, frame):
        chance = np.asarray(self.function(frame), dtype=float)
        return np.column_stack([1 - chance, chance])

    def predict(self, frame):
        return np.where(self.predict_proba(frame)[:, 1] >= 0.5, "yes", "no")


def table(rows=400, seed=0):
    rng = np.random.default_rng(seed)
    made = pd.DataFrame({"row": range(rows), "sex": rng.choice(["f", "m"], rows), "a": rng.normal(size=rows), "b": rng.integers(0, 5, rows)})
    made["label"] = np.where(made["a"] + 0.3 * (made["sex"] == "m") + rng.normal(size=rows) > 0, "yes", "no")
    made["split"] = np.where(np.arange(rows) % 2 == 0, "train", "test")
    return made


def chance(frame):
    return 1 / (1 + np.exp(-(frame["a"].to_numpy(dtype=float) + 0.5 * (frame["sex"] == "m"))))


def results(frame, estimator, features=("sex", "a", "b"), contract=None, predictions=None):
    answers = predictions if predictions is not None else np.where(frame["a"] > 0, "yes", "no")
    subject, _ = subject_of(frame.assign(p=answers), [Model("model", "p", "", estimator, features)], **ROLES)
    run = examine(
        subject, verb="run", families=["explanation"], contract=contract or Contract(), settings=Settings(skip=("X001", "X002", "X003"))
    ).run
    found = {r.code: r for r in run.results if r.code in CODES}
    assert set(found) == set(CODES)
    assert not [r.message for r in found.values() if r.message.startswith("crashed")]
    return found


def test_a_plain_model_passes_all():
    found = results(table(), Asked(chance))
    assert {code: r.status for code, r in found.items()} == dict.fromkeys(CODES, Status.PASSED)
    # a function cannot be fitted again, and that is no reason to say nothing
    assert "Fitted again" not in found["X007"].message


def test_a_model_that_raises_on_some_rows():
    def fussy(frame):
        if (frame["b"] == 4).any():
            raise ValueError("no fours, Mr Smith")
        return chance(frame)

    found = results(table(), Asked(fussy))
    for code in CODES:
        assert found[code].status is not Status.ERROR, found[code].message
        assert "raises ValueError for" in found[code].message
        assert "Smith" not in found[code].message


def test_a_model_that_raises_on_every_row():
    def broken(frame):
        raise RuntimeError("out of order")

    for result in results(table(), Asked(broken)).values():
        assert result.status is Status.ERROR
        assert "raises RuntimeError for all" in result.message


@pytest.mark.parametrize("shape", [lambda n: np.zeros((n, 3)), lambda n: np.zeros(n + 1), lambda n: 0.5, lambda n: ["a"] * n])
def test_an_answer_of_the_wrong_shape(shape):
    class Wrong:
        classes_ = ("no", "yes")

        def predict_proba(self, frame):
            return shape(len(frame))

    for result in results(table(), Wrong()).values():
        assert result.status is Status.ERROR
        assert "expected" in result.message


def test_constant_predictions():
    found = results(table(), Asked(lambda frame: np.full(len(frame), 0.25)))
    assert found["X004"].status is Status.PASSED
    assert "No column moves the answer of model on 200 held-out rows: it is 25.0 % for all." in found["X004"].message
    assert "0 % would be answered otherwise" in found["X006"].message
    assert found["X005"].status is Status.NOT_APPLICABLE


def test_one_feature():
    found = results(table(), Asked(lambda frame: (frame["a"] > 0).to_numpy(dtype=float)), features=("a",))
    assert {r.status for r in found.values()} == {Status.PASSED}
    assert "work together" not in found["X004"].message


def test_perfect_model():
    frame = table()
    tree = DecisionTreeClassifier().fit(frame[["a", "b"]], frame["label"])
    found = results(frame, tree, features=("a", "b"), predictions=frame["label"])
    assert found["X005"].status is Status.NOT_APPLICABLE
    assert "gets none of 200 held-out rows wrong" in found["X005"].message
    assert not any("wrong" in e.title for e in found["X008"].exhibits)


def test_all_rows_wrong():
    frame = table()
    frame["label"] = np.where(chance(frame) >= 0.5, "no", "yes")
    found = results(frame, Asked(chance), predictions=np.where(chance(frame) >= 0.5, "yes", "no"))
    assert all(r.status is Status.PASSED for r in found.values())
    assert "Most wrong" in found["X005"].message


def test_everything_immutable():
    columns = [Column(c, {"": 1}, "c.yaml", custom={"immutable": True}) for c in ("a", "b")]
    found = results(table(), Asked(chance), contract=Contract(columns=columns))
    assert found["X006"].status is Status.NOT_APPLICABLE
    assert "no column of model may change: 'sex' (sensitive); 'a' and 'b' (declared immutable)" in found["X006"].message


def test_two_thousand_columns():
    rng = np.random.default_rng(1)
    frame = table(200)
    wide = pd.DataFrame(rng.integers(0, 2, (200, 2_000)), columns=[f"c{i}" for i in range(2_000)])
    line = LogisticRegression(max_iter=20)
    whole = pd.concat([frame, wide], axis=1)
    line.fit(wide, frame["label"])
    found = results(whole, line, features=tuple(wide.columns), predictions=line.predict(wide))
    for result in found.values():
        assert result.status in (Status.PASSED, Status.NOT_APPLICABLE), result.message
