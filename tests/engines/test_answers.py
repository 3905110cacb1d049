from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from audit.checks.outcomes import key
from audit.core.errors import DataError
from audit.core.subject import Model
from audit.engines.answers import Classes, ask

ROWS = pd.DataFrame({"x": np.linspace(-1, 1, 200), "z": np.arange(200) % 7.0})
BINARY = Classes(lambda value: key(str(value), True), ("0", "1"), "1")
WORDS = Classes(lambda value: key(str(value), False), ("no", "yes"), "yes")


def model(estimator: Any, *features: str) -> Model:
    return Model("m", "p", estimator=estimator, features=features)


def test_an_estimator_answers_with_its_own_classes() -> None:
    y = np.where(ROWS["x"] > 0.2, "yes", "no")
    fitted = LogisticRegression().fit(ROWS, y)
    found = ask(model(fitted, "x", "z"), ROWS, WORDS)
    assert list(found.codes) == [int(p == "yes") for p in fitted.predict(ROWS)]
    assert found.scores == pytest.approx(fitted.predict_proba(ROWS)[:, 1])
    # the positive class may come first
    turned = ask(model(fitted, "x", "z"), ROWS, Classes(WORDS.key, ("no", "yes"), "no"))
    assert turned.scores == pytest.approx(fitted.predict_proba(ROWS)[:, 0])


def test_an_estimator_without_names_gets_values() -> None:
    fitted = DecisionTreeClassifier(max_depth=2).fit(ROWS.to_numpy(), (ROWS["x"] > 0).astype(int))
    assert (ask(model(fitted, "x", "z"), ROWS, BINARY).codes == (ROWS["x"] > 0)).all()


@pytest.mark.parametrize(
    ("callable_", "scored"),
    [
        (lambda f: (f["x"] > 0).astype(int), False),
        (lambda f: (f["x"] > 0).to_numpy(), False),
        (lambda f: np.where(f["x"] > 0, 1.0, 0.0), False),
        (lambda f: 1 / (1 + np.exp(-5 * f["x"])), True),
        (lambda f: np.column_stack([1 / (1 + np.exp(5 * f["x"])), 1 / (1 + np.exp(-5 * f["x"]))]), True),
        (lambda f: (f[["x"]] > 0).astype(int).to_numpy(), False),
    ],
)
def test_callables_of_all_kinds(callable_: Any, scored: bool) -> None:
    found = ask(model(callable_, "x"), ROWS, BINARY)
    assert (found.codes == (ROWS["x"] > 0)).all()
    assert (found.scores is not None) == scored


def test_three_classes() -> None:
    y = np.repeat(["a", "b", "c"], [60, 70, 70])
    classes = Classes(lambda value: key(str(value), False), ("a", "b", "c"))
    fitted = DecisionTreeClassifier().fit(ROWS, y)
    found = ask(model(fitted, "x", "z"), ROWS, classes)
    assert list(found.codes) == ["abc".index(v) for v in y]
    assert found.scores is None


def test_rows_that_are_refused_have_no_answer_and_the_others_have() -> None:
    def picky(frame: pd.DataFrame) -> Any:
        if frame["x"].isna().any():
            raise ValueError("row 7 holds NaN")
        return (frame["x"] > 0).astype(int)

    rows = ROWS.copy()
    rows.loc[[3, 150], "x"] = np.nan
    found = ask(model(picky, "x"), rows, BINARY)
    # parts of a thirty-second are the smallest that are asked about
    assert found.refused[3]
    assert found.refused[150]
    assert found.refused.sum() <= 2 * 7
    assert (found.codes[~found.refused] == (ROWS["x"] > 0)[~found.refused]).all()
    assert found.refusal == "ValueError"
    assert ask(model(lambda f: 1 / 0), ROWS, BINARY).refused.all()


def test_answers_that_are_none() -> None:
    found = ask(model(lambda f: np.where(f["z"] == 3, np.nan, 0.25), "z"), ROWS, BINARY)
    assert found.refused.sum() == (ROWS["z"] == 3).sum()
    assert found.refusal == "not a number"
    found = ask(model(lambda f: ["maybe"] * len(f)), ROWS, WORDS)
    assert (found.codes == -2).all()


@pytest.mark.parametrize("answer", [np.zeros(3), np.zeros((200, 5)) + 0.2, np.zeros((200, 2, 2)), 0.3])
def test_wrong_shapes_are_told(answer: Any) -> None:
    with pytest.raises(DataError, match="for 200 rows; expected"):
        ask(model(lambda f: answer), ROWS, BINARY)


def test_no_rows() -> None:
    assert len(ask(model(lambda f: f["x"]), ROWS[:0], BINARY).codes) == 0
