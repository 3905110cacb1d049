from typing import Any

import numpy as np
import pandas as pd
import pytest

from audit.checks.performance.m010_degenerate_model import DegenerateModel
from audit.core.errors import NotApplicable
from audit.core.status import Status
from audit.core.subject import Model
from tests.answers import findings, one, status, subject_of


def table(n: int = 200, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n)
    s = np.clip(rng.normal(0.3 + 0.4 * y, 0.25), 0, 1)
    frame = {
        "y": y,
        "p": (s > 0.5).astype(int),
        "s": s,
        "age": rng.integers(20, 60, n),
        "x": rng.normal(size=n),
        "town": rng.choice(["Bree", "Combe"], n),
    }
    return pd.DataFrame(frame)


def measured(frame: pd.DataFrame, models: Any = (), **roles: Any) -> Any:
    subject, engine = subject_of(frame, models, **({"target": "y", "prediction": "p", "score": "s"} | roles))
    check = DegenerateModel()
    found = findings(check, subject, engine)
    return found, status(check, found)


def signs(frame: pd.DataFrame, **roles: Any) -> list[str]:
    found, state = measured(frame, **roles)
    shown = [str(row[0]) for e in found.exhibits for row in e.rows]
    assert one(found, "degenerate_signs").value == len(shown)
    assert state is (Status.WARNED if shown else Status.PASSED)
    return shown


def test_an_ordinary_model_has_no_sign() -> None:
    assert signs(table()) == []
    found, _ = measured(table())
    assert found.message.startswith("No sign of a degenerate model: it predicts 2 classes, it errs on ")
    assert "no single column of 3" in found.message


def test_one_class_for_all_is_named() -> None:
    assert signs(table().assign(p=0, s=lambda f: f["s"] / 2)) == ["it predicts '0' for every row"]


def test_a_constant_score_is_named() -> None:
    assert signs(table().assign(s=0.25)) == ["every row has the score 0.25"]
    assert signs(table().assign(p=0, s=0.25)) == ["it predicts '0' for every row", "every row has the score 0.25"]


def test_perfect_is_suspicious_on_enough_rows_only() -> None:
    perfect = table().assign(p=lambda f: f["y"])
    assert signs(perfect) == ["it is right on all 200 rows, which is suspiciously perfect"]
    assert signs(perfect[:40]) == []
    assert len(signs(perfect.assign(s=lambda f: f["y"] * 0.5 + 0.2))) == 2
    assert "below every other" in signs(table().assign(s=lambda f: 0.9 - f["y"] * 0.5))[0]


def test_a_class_that_is_never_predicted() -> None:
    frame = table().assign(y=lambda f: np.where(np.arange(len(f)) < 10, 2, f["y"]))
    assert signs(frame) == ["it never predicts '2', the label of 5.0 % of the rows"]
    assert signs(frame.assign(y=lambda f: np.where(np.arange(len(f)) < 2, 2, table()["y"]))) == []


def test_predictions_that_follow_from_one_column() -> None:
    assert signs(table().assign(p=lambda f: (f["town"] == "Bree").astype(int))) == [
        "the prediction follows from 'town' alone: each of its 2 values has one prediction"
    ]
    assert signs(table().assign(p=lambda f: (f["x"] > 0.1).astype(int))) == ["the prediction is a threshold on 'x' alone"]
    assert signs(table().assign(p=lambda f: (f["x"] < 0.1).astype(int))) == ["the prediction is a threshold on 'x' alone"]
    # a missing value that is answered either way is not settled by the column
    gap = table().assign(p=lambda f: (f["x"] > 0.1).astype(int))
    gap.loc[:3, "x"] = np.nan
    gap.loc[:3, "p"] = [0, 1, 0, 1]
    assert signs(gap) == []


def test_a_score_that_is_a_column() -> None:
    assert signs(table().assign(x=lambda f: f["s"])) == ["the score is the column 'x'", "the prediction is a threshold on 'x' alone"]


def test_a_model_of_one_feature_is_no_sign() -> None:
    frame = table().assign(p=lambda f: (f["x"] > 0).astype(int))
    assert signs(frame[["y", "p", "s", "x"]]) == []
    found, _ = measured(frame, (Model("m", "p", "s", features=("x",)),))
    assert one(found, "degenerate_signs").value == 0


def test_without_scores_and_with_text() -> None:
    frame = table().assign(y=lambda f: f["y"].map({0: "no", 1: "yes"}), p="no")
    assert signs(frame, score=None) == ["it predicts 'no' for every row"]


def test_one_class_in_the_labels_is_no_news() -> None:
    assert signs(table().assign(y=1, p=1, s=0.7)) == ["every row has the score 0.7"]


def test_nothing_to_look_at() -> None:
    with pytest.raises(NotApplicable, match="needs a prediction"):
        measured(table(), prediction=None)
